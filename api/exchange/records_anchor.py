"""Records of the anchor's books: movements of money, budgets, what is owed, renewals, match."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRecord:
    """Money that came in (RECEIPT), was paid past the anchor (DISBURSEMENT), or was taken from a line.

    A line's dollars are used (EXPENDITURE), kept by the fiscal agent (FEE), or sent back to the funder (REFUND).
    """

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
    position: str | None = None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentRecord:
    """A part of an investment that falls due in a fiscal year, in the investment's currency."""

    row: int
    investment: str
    fiscal_year: int
    amount: Decimal
    due_on: date | None = None
    conditional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchOfferRecord:
    """An organization's offer to give `ratio` dollars for each that others give."""

    row: int
    source: str
    ratio: Decimal
    maximum: Decimal | None = None
    currency: str | None = None
    deadline: date | None = None
    in_kind_counts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeAgreementRecord:
    """What the fiscal agent takes: a rate of one award, or an amount a month, of all where none is named."""

    row: int
    investment: str | None = None
    fee_rate: Decimal | None = None
    monthly: Decimal | None = None
    currency: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRecord:
    """What ties one investment to another: it is paid from it, renews it, or is match for it."""

    row: int
    investment: str
    kind: str
    other: str
