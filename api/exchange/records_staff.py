"""Records of the staff, who pays for it, and of what is given in kind."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRecord:
    """A position on the anchor's staff."""

    row: int
    title: str
    role: str
    full_time_equivalent: Decimal = Decimal(1)
    annual_cost: Decimal | None = None
    currency: str | None = None
    provision: str = "PAID"
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionFundingRecord:
    """What pays for a position: an investment or an in-kind resource, by the month."""

    row: int
    position: str
    starts_on: date
    ends_on: date
    monthly: Decimal
    currency: str
    investment: str | None = None
    in_kind: str | None = None
    certain: bool = True
    recurring: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InKindRecord:
    """Time, talent or goods given; the unit rate is a labelled estimate, never cash."""

    row: int
    donor: str
    kind: str
    description: str
    quantity: Decimal
    unit: str
    practice: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    unit_rate: Decimal | None = None
    currency: str | None = None
    method: str | None = None
    rate_source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionCostRecord:
    """A position's yearly pay from a day on, and its benefits as a share of the pay."""

    row: int
    position: str
    from_on: date
    annual_pay: Decimal
    benefit_rate: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class InKindMovementRecord:
    """What came (RECEIPT) of a gift in kind, or was used (EXPENDITURE), in the gift's unit."""

    row: int
    in_kind: str
    kind: str
    occurred_on: date
    quantity: Decimal
    note: str | None = None
