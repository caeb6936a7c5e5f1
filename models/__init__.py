"""What is true: the facts that a partnership records. Importing this package knows every table."""

from models import (
    history,
    in_kind,
    ledger,
    measurements,
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
    "history",
    "in_kind",
    "ledger",
    "measurements",
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
