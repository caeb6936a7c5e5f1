"""Records of the anchor's books: movements of money, budgets, what is owed, renewals, match."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRecord:
    """Money that came in (RECEIPT), or was used on a line (EXPENDITURE)."""

    row: int
    investment: str
    kind: str
    occurred_on: date
    amount: Decimal
    use: str | None = None
    practice: str | None = None
    outcome: str | None = None
    population: str | None = None
    area: str | None = None
    fiscal_year: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetRecord:
    """Dollars meant for a use in a fiscal year, perhaps of one funder or for one position."""

    row: int
    fiscal_year: int
    use: str
    amount: Decimal
    currency: str
    funder: str | None = None
    position: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationRecord:
    """Something due under an investment."""

    row: int
    investment: str
    kind: str
    title: str
    due_on: date
    done_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalRecord:
    """When an investment comes up for renewal, how likely that is, and who sees to it."""

    row: int
    investment: str
    due_on: date
    probability: Decimal | None = None
    owner_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRecord:
    """What an investment asks to be matched, and the gifts in kind that are counted for it."""

    row: int
    investment: str
    ratio: Decimal
    required: Decimal
    in_kind_counts: bool = True
    due_on: date | None = None
    in_kind: tuple[str, ...] = ()
