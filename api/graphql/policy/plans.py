"""Policy plans: the rule that is to change, for whom, how far it has come, and what came of it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from api.graphql.common.basics import Money, Node, listed, table_of
from api.graphql.common.connections import Connection
from api.graphql.common.context import Context
from api.graphql.common.lazy import (
    LazyIndicator,
    LazyInvestment,
    LazyOrganization,
    LazyOutcome,
    LazyPopulationGroup,
)
from api.graphql.common.references import optionally, refers_to
from api.graphql.lookahead import (
    By,
    Computed,
    Items,
    Listed,
    Many,
    One,
    Part,
    Rows,
    Scope,
    Sql,
    TypePlan,
    all_of,
    contains,
    equals,
    has,
    is_one_of,
    money,
)
from api.graphql.money.amounts import INVESTMENT
from api.graphql.outcomes.indicators import INDICATOR, OUTCOME
from api.graphql.outcomes.places import POPULATION
from api.graphql.policy.advocacy import (
    MILESTONE,
    POSITION,
    PolicyActionConnection,
    PolicyMilestone,
    PolicyPosition,
    policy_actions,
)
from api.graphql.policy.barriers import BARRIER, Barrier
from api.graphql.policy.effects import PolicyEffect, load_effects
from api.graphql.policy.visibility import PLAN, may_see_all, seen_plans
from models import advocacy as deeds
from models import plans as rows
from models.advocacy import PolicyDollarKind
from models.organizations import Organization
from models.plans import PolicyLevel, PolicyStance, PolicyStatus

__all__ = ["PLANS", "PolicyPlan", "PolicyPlanConnection", "PolicyPlanFilter", "policy_plans"]

AIM, GROUP = table_of(rows.PolicyPlanOutcome), table_of(rows.PolicyPlanPopulation)
SHOWN, LIFTED = table_of(rows.PolicyPlanIndicator), table_of(rows.PolicyPlanBarrier)
DECIDER, DOLLARS = table_of(rows.PolicyPlanDecider), table_of(deeds.PolicyDollars)
ORGANIZATION = table_of(Organization)
Key = tuple[UUID, UUID]


def _actions(first: int | None = 50, after: str | None = None) -> Rows:
    """Those of one plan."""
    return policy_actions(first=first, after=after)


@strawberry.type
class PolicyDollars:
    """Dollars that a plan released (there were none before) or redirected (they went elsewhere)."""

    is_public: bool
    kind: PolicyDollarKind
    amount: Money


@strawberry.type
class PolicyStatusChange:
    """A step of a plan's status: the day on which it happened, and the moment at which that was recorded.

    Who recorded it and the note are told at the table.
    """

    from_: PolicyStatus | None = strawberry.field(name="from")
    to: PolicyStatus
    on: date
    at: datetime
    by: str | None
    note: str | None


@strawberry.type
class PolicyPlan(Node):
    """A rule that the partnership wants changed, kept or known.

    Its status moves along fixed steps, each with a note (docs/policy.md). `nextMilestone` is the earliest that
    is not done. `effect` stands there once a plan is enacted.
    """

    title: str
    summary: str | None
    level: PolicyLevel
    stance: PolicyStance
    status: PolicyStatus
    jurisdiction: str | None
    published: bool
    owner: LazyOrganization | None
    barriers: list[Barrier]
    outcomes: list[LazyOutcome]
    indicators: list[LazyIndicator]
    populations: list[LazyPopulationGroup]
    milestones: list[PolicyMilestone]
    actions: PolicyActionConnection = listed(_actions)
    decided_by: list[LazyOrganization]
    positions: list[PolicyPosition]
    investments: list[LazyInvestment]
    starts_on: date | None
    enacted_on: date | None
    effective_on: date | None
    dollars: list[PolicyDollars]
    next_milestone: PolicyMilestone | None
    history: list[PolicyStatusChange]
    effect: list[PolicyEffect]
    version: int


PolicyPlanConnection = Connection[PolicyPlan]


@strawberry.input
class PolicyPlanFilter:
    """Every part that is given holds, and of a list one member."""

    levels: list[PolicyLevel] | None = None
    stances: list[PolicyStance] | None = None
    statuses: list[PolicyStatus] | None = None
    owners: list[strawberry.ID] | None = None
    outcomes: list[strawberry.ID] | None = None
    populations: list[strawberry.ID] | None = None
    barriers: list[strawberry.ID] | None = None
    jurisdictions: list[str] | None = None
    published: bool | None = None
    search: str | None = None


def policy_plans(
    filter: PolicyPlanFilter | None = None,  # noqa: A002 - the contract's name
    first: int | None = 50,
    after: str | None = None,
) -> Rows:
    """By title."""
    return Rows(
        where=_where(filter or PolicyPlanFilter()), order=[By(PLAN.c.title)], first=first, after=after
    )


def _where(wanted: PolicyPlanFilter) -> Sql:
    c = PLAN.c
    return all_of(
        is_one_of(c.level, wanted.levels) if wanted.levels is not None else None,
        is_one_of(c.stance, wanted.stances) if wanted.stances is not None else None,
        is_one_of(c.status, wanted.statuses) if wanted.statuses is not None else None,
        is_one_of(c.jurisdiction, wanted.jurisdictions) if wanted.jurisdictions is not None else None,
        equals(c.is_published, wanted.published) if wanted.published is not None else None,
        optionally(c.owner_id, wanted.owners, "Organization"),
        *(
            has(link, refers_to(column, ids, type_)) if ids is not None else None
            for link, column, ids, type_ in (
                (AIM, AIM.c.outcome_id, wanted.outcomes, "Outcome"),
                (GROUP, GROUP.c.population_id, wanted.populations, "PopulationGroup"),
                (LIFTED, LIFTED.c.barrier_id, wanted.barriers, "Barrier"),
            )
        ),
        contains([c.title, c.summary], wanted.search) if wanted.search else None,
    )


def _is_next(plan: Scope, milestone: Scope) -> str:
    other, c = milestone.reading(MILESTONE), MILESTONE.c
    mine = (
        f"{other.column(c.partnership_id)} = {plan.column(PLAN.c.partnership_id)}"
        f" and {other.column(c.plan_id)} = {plan.column(PLAN.c.id)} and {other.column(c.done_on)} is null"
    )
    return (
        f"{milestone.column(c.partnership_id)} = {plan.column(PLAN.c.partnership_id)}"  # noqa: S608 - names from metadata
        f" and {milestone.column(c.id)} = (select {other.column(c.id)} from {other.source} where {mine}"
        f" order by {other.column(c.due_on)}, {other.column(c.title)} limit 1)"
    )


async def load_history(
    context: Context, found: Sequence[Mapping[str, Any]], _: Mapping[str, Any]
) -> list[Any]:  # lists of changes
    """PolicyPlan.history, for all plans of a place."""
    keys = [(row["partnership"], row["id"]) for row in found]
    c = deeds.PolicyStatusChange

    async def read(session: AsyncSession) -> Mapping[Key, list[PolicyStatusChange]]:
        query = select(c).where(tuple_(c.partnership_id, c.plan_id).in_(keys)).order_by(c.changed_at, c.id)
        steps: dict[Key, list[PolicyStatusChange]] = {}
        for each in (await session.execute(query)).scalars():
            is_told = may_see_all(context, each.partnership_id)
            steps.setdefault((each.partnership_id, each.plan_id), []).append(_step(each, is_told))
        return steps

    steps = await context.run(read)
    return [steps.get(key, []) for key in keys]


def _step(change: deeds.PolicyStatusChange, is_told: bool) -> PolicyStatusChange:
    return PolicyStatusChange(
        from_=change.from_status,
        to=change.to_status,
        on=change.happened_on,
        at=change.changed_at,
        by=change.changed_by if is_told else None,
        note=change.note if is_told else None,
    )


_KEY = {"partnership": PLAN.c.partnership_id, "id": PLAN.c.id}
_DOLLARS = Part(
    {
        "isPublic": DOLLARS.c.is_public,
        "kind": DOLLARS.c.kind,
        "amount": money(DOLLARS.c.amount, DOLLARS.c.currency),
    }
)
PLANS = (
    TypePlan(
        "PolicyPlan",
        PLAN,
        {
            "published": PLAN.c.is_published,
            "barriers": Many(through=LIFTED, order=[By(BARRIER.c.raised_on)]),
            "outcomes": Many(through=AIM, order=[By(OUTCOME.c.stage), By(OUTCOME.c.name)]),
            "indicators": Many(through=SHOWN, order=[By(INDICATOR.c.name)]),
            "populations": Many(through=GROUP, order=[By(POPULATION.c.dimension), By(POPULATION.c.value)]),
            "milestones": Many(order=[By(MILESTONE.c.due_on), By(MILESTONE.c.title)]),
            "actions": Listed(_actions),
            "decidedBy": Many(through=DECIDER, order=[By(ORGANIZATION.c.name)]),
            "positions": Many(order=[By(POSITION.c.taken_on)]),
            "investments": Many(via="policy_plan_id", order=[By(INVESTMENT.c.title)]),
            "dollars": Items(DOLLARS, _DOLLARS, order=[By(DOLLARS.c.kind), By(DOLLARS.c.is_public)]),
            "nextMilestone": One(on=_is_next),
            "history": Computed(load_history, _KEY),
            "effect": Computed(
                load_effects, _KEY | {"enacted": PLAN.c.enacted_on, "effective": PLAN.c.effective_on}
            ),
        },
        visible=seen_plans,
    ),
)
