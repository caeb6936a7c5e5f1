"""What the anchor sends about an award, and about what its donor allows."""

from datetime import date
from decimal import Decimal

import strawberry

from api.graphql.anchor.anchor_inputs import InstalmentInput, MatchRequirementInput, RenewalInput
from api.graphql.reallocation.reallocation_inputs import MoneyInput
from models.resources import DatePrecision, EvidenceTier, ResourceUse

__all__ = ["RecordInvestmentInput", "RestrictionInput", "UpdateInvestmentInput"]


@strawberry.input
class RestrictionInput:
    """What a donor allows: it covers `amount`, or all of the award; an empty list allows all of its kind."""

    areas: list[strawberry.ID] | None = strawberry.field(default_factory=list)
    amount: MoneyInput | None = None
    until: date | None = None
    outcomes: list[strawberry.ID] | None = strawberry.field(default_factory=list)
    practices: list[strawberry.ID] | None = strawberry.field(default_factory=list)
    populations: list[strawberry.ID] | None = strawberry.field(default_factory=list)
    fiscal_years: list[int] | None = strawberry.field(default_factory=list)
    use: ResourceUse | None = None
    minimum_tier: EvidenceTier | None = None
    lobbying_allowed: bool | None = True
    note: str | None = None


@strawberry.input
class RecordInvestmentInput:
    """An award. `funder` is a Funder, or an Organization, which becomes one; `fundedFrom` are awards that pay it.

    Its dollars are promised on `awardedOn`, else on `startsOn`, else today.
    """

    partnership: strawberry.ID
    idempotency_key: str
    title: str
    funder: strawberry.ID
    committed: MoneyInput
    description: str | None = None
    recipient: strawberry.ID | None = None
    awarded_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    use: ResourceUse = ResourceUse.UNASSIGNED
    restrictions: list[RestrictionInput] = strawberry.field(default_factory=list)
    renewal_probability: Decimal | None = None
    awarded_on_precision: DatePrecision | None = None
    fiscal_agent: strawberry.ID | None = None
    funded_from: list[strawberry.ID] = strawberry.field(default_factory=list)
    renewal_of: strawberry.ID | None = None
    renewal: RenewalInput | None = None
    match: MatchRequirementInput | None = None
    instalments: list[InstalmentInput] = strawberry.field(default_factory=list)
    policy_plan: strawberry.ID | None = None


@strawberry.input
class UpdateInvestmentInput:
    """What is absent stays; `restrictions` that are sent replace the former. `version` is the one that was read."""

    investment: strawberry.ID
    idempotency_key: str
    version: int
    title: str | None = None
    description: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    restrictions: list[RestrictionInput] | None = None
    renewal_probability: Decimal | None = None
