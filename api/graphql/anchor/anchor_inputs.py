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
    "EndStaffFundingInput",
    "FeeAgreementInput",
    "InKindValuationInput",
    "InstalmentInput",
    "MatchRequirementInput",
    "PositionCostInput",
    "RecordInKindResourceInput",
    "RecordMatchOfferInput",
    "RecordObligationInput",
    "RecordStaffPositionInput",
    "RenewalInput",
    "SetAgreementsInput",
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
class EndStaffFundingInput:
    """Ends a funding that is known by its payer and first day; without `endsOn` it is taken back as a whole."""

    starts_on: date
    investment: strawberry.ID | None = None
    in_kind: strawberry.ID | None = None
    ends_on: date | None = None


@strawberry.input
class PositionCostInput:
    """A raise: the pay a year from a day on, and its benefits as a share of the pay."""

    from_on: date
    annual_pay: MoneyInput
    benefit_rate: Decimal = Decimal(0)


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
    raises: list[PositionCostInput] | None = None


@strawberry.input
class UpdateStaffPositionInput:
    """What is absent stays. A funding is known by its payer and first day, a raise by its day.

    Those that are not sent stay; `endFunding` comes before `funding`.
    """

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
    raises: list[PositionCostInput] | None = None
    end_funding: list[EndStaffFundingInput] | None = None


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
    """Who holds the money from a day on, the share that it keeps of what it receives, and a fee for each month."""

    partnership: strawberry.ID
    idempotency_key: str
    organization: strawberry.ID
    fee_rate: Decimal | None = None
    starts_on: date | None = None
    monthly_fee: MoneyInput | None = None


@strawberry.input
class RenewalInput:
    """When an investment comes up for renewal, how likely that is, and who sees to it."""

    due_on: date
    probability: Decimal | None = None
    owner_name: str | None = None


@strawberry.input
class MatchRequirementInput:
    """What an investment asks others to give: `ratio` for each of its dollars."""

    ratio: Decimal
    required: MoneyInput
    in_kind_counts: bool
    due_on: date | None = None


@strawberry.input
class InstalmentInput:
    """A part of an investment that falls due in a fiscal year, in the investment's currency."""

    fiscal_year: int
    amount: Decimal
    due_on: date | None = None
    conditional: bool = False


@strawberry.input
class FeeAgreementInput:
    """The fee of one investment from a day to another: a rate (0 to 1) of its receipts, or an amount a month."""

    fee_rate: Decimal | None = None
    monthly: MoneyInput | None = None
    starts_on: date | None = None
    ends_on: date | None = None


@strawberry.input
class SetAgreementsInput:
    """What is agreed about an investment; what is absent stays, and a list that is sent replaces the former."""

    investment: strawberry.ID
    idempotency_key: str
    renewal: RenewalInput | None = None
    match: MatchRequirementInput | None = None
    instalments: list[InstalmentInput] | None = None
    fees: list[FeeAgreementInput] | None = None


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
