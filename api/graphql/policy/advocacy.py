"""What is done for a plan: milestones, actions, and who stands where."""

from datetime import date
from decimal import Decimal
from typing import Final

import strawberry

from api.graphql.common.basics import Money, Node, table_of
from api.graphql.common.connections import Connection
from api.graphql.common.errors import Code, Refusal
from api.graphql.common.lazy import LazyInvestment, LazyOrganization, LazyPolicyPlan
from api.graphql.common.references import optionally
from api.graphql.lookahead import (
    By,
    One,
    Rows,
    Scope,
    Sql,
    TypePlan,
    Value,
    all_of,
    at_least,
    at_most,
    equals,
    is_one_of,
    negated,
)
from api.graphql.policy.visibility import PLAN, of_a_seen_plan, told, told_money
from models import advocacy as deeds
from models.advocacy import AdvocacyKind, LobbyingClass, Position
from policy.calendar import CLOSED

__all__ = [
    "MILESTONE",
    "PLANS",
    "POSITION",
    "PolicyAction",
    "PolicyActionConnection",
    "PolicyActionFilter",
    "PolicyMilestone",
    "PolicyPosition",
    "milestones",
    "policy_actions",
    "policy_positions",
]

MILESTONE, ACTION = table_of(deeds.PolicyMilestone), table_of(deeds.PolicyAction)
POSITION = table_of(deeds.PolicyPosition)
LONGEST: Final = 3650


@strawberry.type
class PolicyMilestone(Node):
    """A day by which something is to have happened; of a plan that is given up nothing is late."""

    plan: LazyPolicyPlan
    title: str
    due_on: date
    done_on: date | None
    late: bool


@strawberry.type
class PolicyAction(Node):
    """Something done for a plan. `classificationReason` is the rule by which it is lobbying or not.

    `speaker` is a role, never a name. `cost` is dollars spent; the time of those who are not `paid` counts
    for nothing. Speaker, hours and cost are told at the table.
    """

    plan: LazyPolicyPlan
    organization: LazyOrganization
    speaker: str | None
    occurred_on: date
    kind: AdvocacyKind
    classification: LobbyingClass
    classification_reason: str
    hours: Decimal | None
    paid: bool
    cost: Money | None
    paid_from: LazyInvestment | None
    description: str


@strawberry.type
class PolicyPosition(Node):
    """Where an organization stands on a plan, who speaks for it by role, and how many hours a month it gives."""

    plan: LazyPolicyPlan
    organization: LazyOrganization
    position: Position
    jurisdiction: str | None
    speaker: str | None
    monthly_hours: Decimal | None
    taken_on: date | None


PolicyActionConnection = Connection[PolicyAction]


@strawberry.input
class PolicyActionFilter:
    """Every part that is given holds; the days are included."""

    from_: date | None = strawberry.field(name="from", default=None)
    to: date | None = None
    classifications: list[LobbyingClass] | None = None
    plans: list[strawberry.ID] | None = None


def policy_actions(
    filter: PolicyActionFilter | None = None,  # noqa: A002 - the contract's name
    first: int | None = 50,
    after: str | None = None,
) -> Rows:
    """In the order in which they happened."""
    wanted, c = filter or PolicyActionFilter(), ACTION.c
    where = all_of(
        at_least(c.occurred_on, wanted.from_) if wanted.from_ else None,
        at_most(c.occurred_on, wanted.to) if wanted.to else None,
        is_one_of(c.classification, wanted.classifications) if wanted.classifications is not None else None,
        optionally(c.plan_id, wanted.plans, "PolicyPlan"),
    )
    return Rows(where=where, order=[By(c.occurred_on)], first=first, after=after)


def milestones(
    due_from: date | None = None,
    due_to: date | None = None,
    open: bool | None = None,  # noqa: A002 - the contract's name
    within_days: int | None = None,
) -> Rows:
    """Over all plans, the earliest first. Open is what is not done by today, of plans that are not given up;
    `withinDays` asks for what of that is due from today on within so many days.
    """
    if within_days is not None and not 0 <= within_days <= LONGEST:
        raise Refusal(Code.INVALID, f"`withinDays` lies between 0 and {LONGEST:,}.")
    c = MILESTONE.c
    where = all_of(
        None if within_days is None else _is_due_within(within_days),
        at_least(c.due_on, due_from) if due_from else None,
        at_most(c.due_on, due_to) if due_to else None,
        None if open is None else is_open if open else negated(is_open),
    )
    return Rows(where=where, order=[By(c.due_on), By(c.title)])


def policy_positions(jurisdiction: str | None = None, positions: list[Position] | None = None) -> Rows:
    """Where partners stand, over all plans; of one jurisdiction where it is named."""
    c = POSITION.c
    where = all_of(
        equals(c.jurisdiction, jurisdiction) if jurisdiction is not None else None,
        is_one_of(c.position, positions) if positions is not None else None,
    )
    return Rows(where=where, order=[By(c.jurisdiction), By(c.taken_on)])


def _is_due_within(days: int) -> Sql:
    def written(scope: Scope) -> str:
        last = f"current_date + {scope.bind(days)}::int"
        return f"{scope.column(MILESTONE.c.due_on)} between current_date and {last} and {is_open(scope)}"

    return written


def is_open(scope: Scope) -> str:
    """Not done by today, of a plan that is not given up."""
    plan = scope.reading(PLAN)
    met = (
        f"{plan.column(PLAN.c.partnership_id)} = {scope.column(MILESTONE.c.partnership_id)}"
        f" and {plan.column(PLAN.c.id)} = {scope.column(MILESTONE.c.plan_id)}"
        f" and {plan.column(PLAN.c.status)} = any({scope.bind(sorted(CLOSED))}::text[])"
    )
    is_given_up = f"exists (select 1 from {plan.source} where {met})"  # noqa: S608 - names from metadata
    return f"(coalesce({scope.column(MILESTONE.c.done_on)}, 'infinity') > current_date and not {is_given_up})"


def _is_late(scope: Scope) -> str:
    """The rule of policy.calendar.is_late."""
    return f"({scope.column(MILESTONE.c.due_on)} < current_date and {is_open(scope)})"


PLANS = (
    TypePlan(
        "PolicyMilestone",
        MILESTONE,
        {"late": Value(_is_late, nullable=False)},
        visible=of_a_seen_plan(MILESTONE),
    ),
    TypePlan(
        "PolicyAction",
        ACTION,
        {
            "classificationReason": ACTION.c.reason,
            "speaker": told(ACTION.c.speaker),
            "hours": told(ACTION.c.hours),
            "paid": ACTION.c.is_paid,
            "cost": told_money(ACTION.c.cost, ACTION.c.currency),
            "paidFrom": One(via="paid_from_id"),
        },
        visible=of_a_seen_plan(ACTION),
    ),
    TypePlan(
        "PolicyPosition",
        POSITION,
        {"speaker": told(POSITION.c.speaker), "monthlyHours": told(POSITION.c.monthly_hours)},
        visible=of_a_seen_plan(POSITION),
    ),
)
