"""What the policy team sends: barriers, plans, their steps, and what was done for them."""

from datetime import date
from decimal import Decimal

import strawberry

from api.graphql.reallocation.reallocation_inputs import MoneyInput
from models.advocacy import AdvocacyKind, LobbyingClass, PolicyDollarKind, Position
from models.plans import PolicyLevel, PolicyStance, PolicyStatus
from policy.lobbying import Audience, Body, Exemption

__all__ = [
    "AnswerBarrierInput",
    "CompleteMilestoneInput",
    "LobbyingFactsInput",
    "MilestoneInput",
    "MovePolicyPlanInput",
    "PolicyDollarsInput",
    "PolicyPositionInput",
    "RecordBarrierInput",
    "RecordExemptPurposeSpendingInput",
    "RecordPolicyActionInput",
    "RecordPolicyPlanInput",
    "UpdatePolicyPlanInput",
]


@strawberry.input
class MilestoneInput:
    """Something that is to have happened by a day."""

    title: str
    due_on: date


@strawberry.input
class RecordBarrierInput:
    """A barrier that a network raises, today unless it says when; `raisedByName` is the network's name."""

    partnership: strawberry.ID
    idempotency_key: str
    title: str
    raised_by_name: str | None = None
    raised_on: date | None = None
    owner: strawberry.ID | None = None


@strawberry.input
class AnswerBarrierInput:
    """What was decided on a barrier; `resolvedOn` once it stands in nobody's way any more."""

    barrier: strawberry.ID
    idempotency_key: str
    answer: str
    answered_on: date | None = None
    resolved_on: date | None = None


@strawberry.input
class RecordPolicyPlanInput:
    """A plan under a title that no other has; it begins as a draft."""

    partnership: strawberry.ID
    idempotency_key: str
    title: str
    level: PolicyLevel
    stance: PolicyStance
    owner: strawberry.ID | None = None
    summary: str | None = None
    jurisdiction: str | None = None
    starts_on: date | None = None
    barriers: list[strawberry.ID] = strawberry.field(default_factory=list)
    outcomes: list[strawberry.ID] = strawberry.field(default_factory=list)
    indicators: list[strawberry.ID] = strawberry.field(default_factory=list)
    populations: list[strawberry.ID] = strawberry.field(default_factory=list)
    measures: list[strawberry.ID] = strawberry.field(default_factory=list)
    decided_by: list[strawberry.ID] = strawberry.field(default_factory=list)
    milestones: list[MilestoneInput] = strawberry.field(default_factory=list)


@strawberry.input
class PolicyDollarsInput:
    """Dollars that the plan released or redirected, and where that is written."""

    is_public: bool
    kind: PolicyDollarKind
    amount: MoneyInput
    source: str | None = None


@strawberry.input
class PolicyPositionInput:
    """Where an organization stands. `speaker` is a role, not a name; no addresses, no telephone numbers."""

    organization: strawberry.ID
    position: Position
    jurisdiction: str | None = None
    speaker: str | None = None
    monthly_hours: Decimal | None = None
    taken_on: date | None = None


@strawberry.input
class UpdatePolicyPlanInput:
    """What is absent stays; a list that is sent replaces what was there, but milestones are added."""

    plan: strawberry.ID
    idempotency_key: str
    version: int
    title: str | None = None
    summary: str | None = None
    level: PolicyLevel | None = None
    stance: PolicyStance | None = None
    jurisdiction: str | None = None
    owner: strawberry.ID | None = None
    starts_on: date | None = None
    enacted_on: date | None = None
    effective_on: date | None = None
    published: bool | None = None
    barriers: list[strawberry.ID] | None = None
    outcomes: list[strawberry.ID] | None = None
    indicators: list[strawberry.ID] | None = None
    populations: list[strawberry.ID] | None = None
    measures: list[strawberry.ID] | None = None
    decided_by: list[strawberry.ID] | None = None
    investments: list[strawberry.ID] | None = None
    milestones: list[MilestoneInput] | None = None
    dollars: list[PolicyDollarsInput] | None = None
    positions: list[PolicyPositionInput] | None = None


@strawberry.input
class MovePolicyPlanInput:
    """A step of the plan's status, today unless it says when, with the reason for it."""

    plan: strawberry.ID
    idempotency_key: str
    version: int
    to: PolicyStatus
    note: str
    on: date | None = None


@strawberry.input
class CompleteMilestoneInput:
    """Says that a milestone was reached; `doneOn` is today where it is absent."""

    milestone: strawberry.ID
    idempotency_key: str
    done_on: date | None = None


@strawberry.input
class LobbyingFactsInput:
    """What the tax rules ask of an action (26 CFR 56.4911-2); with them the classification is checked."""

    body: Body
    audience: Audience
    names_legislation: bool
    takes_position: bool
    calls_to_action: bool = False
    exemption: Exemption | None = None


@strawberry.input
class RecordPolicyActionInput:
    """Something done for a plan. `cost` is dollars spent; the time of those who are not `paid` is never in it.

    `paidFrom` names the investment. Lobbying is then posted to the ledger, which refuses forbidden dollars.
    """

    plan: strawberry.ID
    idempotency_key: str
    organization: strawberry.ID
    occurred_on: date
    kind: AdvocacyKind
    classification: LobbyingClass
    description: str
    speaker: str | None = None
    hours: Decimal | None = None
    paid: bool = True
    cost: MoneyInput | None = None
    paid_from: strawberry.ID | None = None
    facts: LobbyingFactsInput | None = None


@strawberry.input
class RecordExemptPurposeSpendingInput:
    """What the anchor entity spent on its exempt purposes in a fiscal year; a later figure replaces it."""

    partnership: strawberry.ID
    idempotency_key: str
    fiscal_year: int
    amount: MoneyInput
    source: str | None = None
