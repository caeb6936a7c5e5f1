"""What is true: the facts that a partnership records. Importing this package knows every table."""

from models import (
    budgets,
    history,
    in_kind,
    ledger,
    local_results,
    matches,
    measurements,
    obligations,
    organizations,
    outcomes,
    partnerships,
    people,
    plans,
    practices,
    resources,
    scenarios,
    staffing,
)
from models.base import Base

__all__ = [
    "Base",
    "budgets",
    "history",
    "in_kind",
    "ledger",
    "local_results",
    "matches",
    "measurements",
    "obligations",
    "organizations",
    "outcomes",
    "partnerships",
    "people",
    "plans",
    "practices",
    "resources",
    "scenarios",
    "staffing",
]
