"""Policy plans: the rule that is to change, for whom, how far it has come, and what came of it."""

from datetime import date, datetime

import strawberry

from api.graphql.common.basics import Money, Node, listed, table_of
from api.graphql.common.connections import Connection
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
    at_least,
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
from api.graphql.policy.measures import (
    CHANGE,
    FOLLOWED,
    MEASURE,
    PolicyMeasure,
    PolicyMeasureChangeConnection,
    is_followed_by,
    policy_measure_changes,
)
from api.graphql.policy.plan_history import PolicyStatusChange, load_history
from api.graphql.policy.plan_steps import PolicyStep, load_steps
from api.graphql.policy.visibility import PLAN, seen_plans
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


def _actions(first: int | None = 50, after: str | None = None) -> Rows:
    """Those of one plan."""
    return policy_actions(first=first, after=after)


def _news(since: datetime | None = None, first: int | None = 50, after: str | None = None) -> Rows:
    """Those of the measures of one plan."""
    return policy_measure_changes(since, first=first, after=after)


@strawberry.type
class PolicyDollars:
    """Dollars that a plan released (there were none before) or redirected (they went elsewhere)."""

    is_public: bool
    kind: PolicyDollarKind
    amount: Money


@strawberry.type
class PolicyPlan(Node):
    """A rule that the partnership wants changed, kept or known.

    Its status moves along fixed steps, each with a note (docs/policy.md). `nextMilestone` is the earliest that
    is not done. `measureChanges` is what the plan is told of its measures. `effect` stands there once it is enacted.
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
    measures: list[PolicyMeasure]
    measure_changes: PolicyMeasureChangeConnection = listed(_news)
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
    next_steps: list[PolicyStep]
    effect: list[PolicyEffect]
    version: int


PolicyPlanConnection = Connection[PolicyPlan]


@strawberry.input
class PolicyPlanFilter:
    """Every part that is given holds, and of a list one member.

    `measuresChangedSince` asks for plans with news: a change of one of their measures was noticed since.
    """

    levels: list[PolicyLevel] | None = None
    stances: list[PolicyStance] | None = None
    statuses: list[PolicyStatus] | None = None
    owners: list[strawberry.ID] | None = None
    outcomes: list[strawberry.ID] | None = None
    populations: list[strawberry.ID] | None = None
    barriers: list[strawberry.ID] | None = None
    measures: list[strawberry.ID] | None = None
    measures_changed_since: datetime | None = None
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
                (FOLLOWED, FOLLOWED.c.measure_id, wanted.measures, "PolicyMeasure"),
            )
        ),
        has(FOLLOWED, has(MEASURE, has(CHANGE, at_least(CHANGE.c.noticed_at, wanted.measures_changed_since))))
        if wanted.measures_changed_since
        else None,
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
            "measures": Many(through=FOLLOWED, order=[By(MEASURE.c.jurisdiction), By(MEASURE.c.identifier)]),
            "measureChanges": Listed(_news, on=is_followed_by),
            "milestones": Many(order=[By(MILESTONE.c.due_on), By(MILESTONE.c.title)]),
            "actions": Listed(_actions),
            "decidedBy": Many(through=DECIDER, order=[By(ORGANIZATION.c.name)]),
            "positions": Many(order=[By(POSITION.c.taken_on)]),
            "investments": Many(via="policy_plan_id", order=[By(INVESTMENT.c.title)]),
            "dollars": Items(DOLLARS, _DOLLARS, order=[By(DOLLARS.c.kind), By(DOLLARS.c.is_public)]),
            "nextMilestone": One(on=_is_next),
            "history": Computed(load_history, _KEY),
            "nextSteps": Computed(
                load_steps, {"partnership": PLAN.c.partnership_id, "status": PLAN.c.status}
            ),
            "effect": Computed(
                load_effects, _KEY | {"enacted": PLAN.c.enacted_on, "effective": PLAN.c.effective_on}
            ),
        },
        visible=seen_plans,
    ),
)
