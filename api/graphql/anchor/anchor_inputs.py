"""What the anchor sends about its staff, gifts in kind, budgets, offers to match and what is owed."""

from datetime import date
from decimal import Decimal

import strawberry

from api.graphql.reallocation.reallocation_inputs import MoneyInput
from models.in_kind import InKindKind, InKindUnit
from models.obligations import ObligationKind
from models.resources import ResourceUse
from models.staffing import KeyRole, Provision

__all__ = [
    "BudgetLineInput",
    "CompleteObligationInput",
    "InKindValuationInput",
    "RecordInKindResourceInput",
    "RecordMatchOfferInput",
    "RecordObligationInput",
    "RecordStaffPositionInput",
    "SetAnchorEntityInput",
    "SetBudgetInput",
    "StaffFundingInput",
    "UpdateInKindResourceInput",
    "UpdateStaffPositionInput",
]


@strawberry.input
class StaffFundingInput:
    """What an investment or a gift in kind pays each month of a term; both days are included."""

    starts_on: date
    ends_on: date
    monthly: MoneyInput
    investment: strawberry.ID | None = None
    in_kind: strawberry.ID | None = None
    certain: bool = True
    recurring: bool = False


@strawberry.input
class RecordStaffPositionInput:
    """A position under a title that no other has, with what it costs a year as it is held."""

    partnership: strawberry.ID
    idempotency_key: str
    title: str
    role: KeyRole
    full_time_equivalent: Decimal = Decimal(1)
    annual_cost: MoneyInput | None = None
    provision: Provision = Provision.PAID
    starts_on: date | None = None
    ends_on: date | None = None
    funding: list[StaffFundingInput] = strawberry.field(default_factory=list)


@strawberry.input
class UpdateStaffPositionInput:
    """What is absent stays. Each funding is known by its payer and first day; those that are not sent stay."""

    position: strawberry.ID
    idempotency_key: str
    title: str | None = None
    role: KeyRole | None = None
    full_time_equivalent: Decimal | None = None
    annual_cost: MoneyInput | None = None
    provision: Provision | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    funding: list[StaffFundingInput] = strawberry.field(default_factory=list)


@strawberry.input
class InKindValuationInput:
    """What a unit is worth, by which method and on whose word (FASB ASU 2020-07)."""

    unit_rate: MoneyInput
    method: str
    rate_source: str


@strawberry.input
class RecordInKindResourceInput:
    """Something given in kind. A second award in `countedAsMatchFor` is a conflict: kept, and flagged."""

    partnership: strawberry.ID
    idempotency_key: str
    donor: strawberry.ID
    kind: InKindKind
    description: str
    quantity: Decimal
    unit: InKindUnit
    valuation: InKindValuationInput | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    practice: strawberry.ID | None = None
    position: strawberry.ID | None = None
    counted_as_match_for: list[strawberry.ID] = strawberry.field(default_factory=list)


@strawberry.input
class UpdateInKindResourceInput:
    """What is absent stays; `countedAsMatchFor` replaces the awards that it counts for."""

    in_kind_resource: strawberry.ID
    idempotency_key: str
    description: str | None = None
    quantity: Decimal | None = None
    unit: InKindUnit | None = None
    valuation: InKindValuationInput | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    practice: strawberry.ID | None = None
    position: strawberry.ID | None = None
    counted_as_match_for: list[strawberry.ID] | None = None


@strawberry.input
class SetAnchorEntityInput:
    """Who holds the money from a day on, and the share that it keeps of what it receives."""

    partnership: strawberry.ID
    idempotency_key: str
    organization: strawberry.ID
    fee_rate: Decimal | None = None
    starts_on: date | None = None


@strawberry.input
class BudgetLineInput:
    """Dollars meant for a use, perhaps of one funder or for one position; 0 takes a line back."""

    use: ResourceUse
    amount: MoneyInput
    funder: strawberry.ID | None = None
    position: strawberry.ID | None = None


@strawberry.input
class SetBudgetInput:
    """The whole budget of a fiscal year: lines that are not sent are no more in it."""

    partnership: strawberry.ID
    idempotency_key: str
    fiscal_year: int
    lines: list[BudgetLineInput]


@strawberry.input
class RecordMatchOfferInput:
    """An organization's offer to give `ratio` dollars for each that others give."""

    partnership: strawberry.ID
    idempotency_key: str
    source: strawberry.ID
    ratio: Decimal
    maximum: MoneyInput | None = None
    deadline: date | None = None
    in_kind_counts: bool = False


@strawberry.input
class RecordObligationInput:
    """Something due under an investment."""

    investment: strawberry.ID
    idempotency_key: str
    kind: ObligationKind
    title: str
    due_on: date


@strawberry.input
class CompleteObligationInput:
    """Says that something was done; `doneOn` is today where it is absent."""

    obligation: strawberry.ID
    idempotency_key: str
    done_on: date | None = None
