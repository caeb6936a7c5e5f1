"""Records of the policy team's chain: barriers, plans, steps, milestones, actions, dollars, positions, spending."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BarrierRecord:
    """A barrier that was lifted, and its answer."""

    row: int
    title: str
    raised_on: date
    raised_by: str | None = None
    owner: str | None = None
    answer: str | None = None
    answered_by: str | None = None
    answered_on: date | None = None
    resolved_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPlanRecord:
    """A change of policy that the partnership works for; without a status, a draft that steps move along.

    A list that is None was not in the file, and what is on record of it stays.
    """

    row: int
    title: str
    level: str
    stance: str
    status: str | None = None
    owner: str | None = None
    outcomes: tuple[str, ...] | None = None
    populations: tuple[str, ...] | None = None
    indicators: tuple[str, ...] | None = None
    barriers: tuple[str, ...] | None = None
    measures: tuple[str, ...] | None = None
    decided_by: tuple[str, ...] | None = None
    investments: tuple[str, ...] = ()
    jurisdiction: str | None = None
    summary: str | None = None
    starts_on: date | None = None
    published: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyStepRecord:
    """A step of a plan's status, on a day, for a reason."""

    row: int
    plan: str
    to: str
    on: date
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneRecord:
    """A day by which something of a plan is to have happened."""

    row: int
    plan: str
    title: str
    due_on: date
    done_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyActionRecord:
    """Something done for a plan; the five facts are what the tax rules ask, all of the first four or none."""

    row: int
    plan: str
    organization: str
    occurred_on: date
    kind: str
    classification: str
    description: str
    speaker: str | None = None
    hours: Decimal | None = None
    paid: bool = True
    cost: Decimal | None = None
    currency: str | None = None
    paid_from: str | None = None
    body: str | None = None
    audience: str | None = None
    names_legislation: bool = False
    takes_position: bool = False
    calls_to_action: bool = False
    exemption: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingRecord:
    """What the anchor entity spent on its exempt purposes in a fiscal year."""

    row: int
    fiscal_year: int
    amount: Decimal
    currency: str
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDollarsRecord:
    """Dollars that a plan released or redirected."""

    row: int
    plan: str
    kind: str
    public: bool
    amount: Decimal
    currency: str
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPositionRecord:
    """Where an organization stands on a plan; the speaker by role."""

    row: int
    plan: str
    organization: str
    position: str
    jurisdiction: str | None = None
    speaker: str | None = None
    monthly_hours: Decimal | None = None
    taken_on: date | None = None
