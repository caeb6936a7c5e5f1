"""Measures that a plan may aim at: bills, rules and bylaws as published, and what changed of them."""

from datetime import date, datetime
from enum import StrEnum

import strawberry

from api.graphql.common.basics import Node, SourceReference, table_of
from api.graphql.common.connections import Connection
from api.graphql.common.lazy import LazyPolicyPlan
from api.graphql.lookahead import (
    By,
    Computed,
    Items,
    Many,
    Part,
    Rows,
    Scope,
    TypePlan,
    Value,
    all_of,
    at_least,
    at_most,
    has,
    is_null,
    is_one_of,
    negated,
)
from api.graphql.policy.measure_rules import SITS, load_pocket_approvals, load_stale, load_twins
from api.graphql.policy.visibility import PLAN, seen_plans
from models import measures
from models.measures import MeasureAspect, MeasureLinkKind, MeasureStatus
from models.plans import PolicyPlanMeasure

__all__ = [
    "CHANGE",
    "FOLLOWED",
    "MEASURE",
    "PLANS",
    "PolicyMeasure",
    "PolicyMeasureChangeConnection",
    "PolicyMeasureConnection",
    "is_followed_by",
    "policy_measure_changes",
    "policy_measures",
]

MEASURE, CHANGE = table_of(measures.PolicyMeasure), table_of(measures.MeasureChange)
ACTION, SPONSOR = table_of(measures.MeasureAction), table_of(measures.MeasureSponsor)
COMMITTEE, VOTE = table_of(measures.MeasureCommittee), table_of(measures.MeasureVote)
LINK, FOLLOWED = table_of(measures.MeasureLink), table_of(PolicyPlanMeasure)


@strawberry.type
class PolicyMeasureAction:
    """One step taken on a measure, in its publisher's words."""

    occurred_on: date | None
    words: str
    chamber: str | None


@strawberry.type
class PolicyMeasureCommittee:
    """A committee before which a measure came."""

    name: str
    chamber: str | None
    referred_on: date | None


@strawberry.type
class PolicyMeasureVote:
    """A vote on a measure; who cast which is in the publisher's records. `others` were absent or excused."""

    motion: str | None
    occurred_on: date | None
    chamber: str | None
    committee: str | None
    ayes: int
    nays: int
    others: int


@strawberry.type
class PolicyMeasure(Node):
    """A bill, rule or bylaw; the same identifier in two jurisdictions or sessions is two measures.

    `stale` where it is open and longer without an action than the partnership's setting; `pocketApproval` where it
    was delivered to be signed and no decision is known after the days for one, which a person has to look at;
    `missingSince` where its publisher no longer sends it. `sameAs` are its twins, whichever of the two names it,
    and `refiledFrom` what it was called in earlier sessions, both written IDENTIFIER-SESSION. `plans` are those
    that are aimed at it.
    """

    jurisdiction: str
    session: str | None
    identifier: str
    title: str
    summary: str | None
    status: MeasureStatus
    status_as_published: str
    introduced_on: date | None
    last_action: str | None
    last_action_on: date | None
    delivered_on: date | None
    stale: bool
    pocket_approval: bool
    missing_since: date | None
    sponsors: list[str]
    same_as: list[str]
    refiled_from: list[str]
    committees: list[PolicyMeasureCommittee]
    actions: list[PolicyMeasureAction]
    votes: list[PolicyMeasureVote]
    plans: list[LazyPolicyPlan]
    changes: list["PolicyMeasureChange"]
    source: SourceReference
    source_url: str | None
    version: int


@strawberry.type
class PolicyMeasureChange(Node):
    """What an import, or a person, changed of a measure, told to its `plans`; texts over 500 characters are cut."""

    measure: PolicyMeasure
    plans: list[LazyPolicyPlan]
    noticed_at: datetime
    aspect: MeasureAspect
    before: str | None
    after: str | None


PolicyMeasureConnection = Connection[PolicyMeasure]
PolicyMeasureChangeConnection = Connection[PolicyMeasureChange]


@strawberry.input
class PolicyMeasureFilter:
    """Every part that is given holds, and of a list one member; the days are included.

    `missing` asks for those that their publisher no longer sends, `changedSince` for those with a change noticed
    since, `planned` for those at which a plan is aimed that the caller may see.
    """

    identifiers: list[str] | None = None
    jurisdictions: list[str] | None = None
    sessions: list[str] | None = None
    statuses: list[MeasureStatus] | None = None
    last_action_from: date | None = None
    last_action_to: date | None = None
    missing: bool | None = None
    changed_since: datetime | None = None
    planned: bool | None = None


@strawberry.enum
class PolicyMeasureOrder(StrEnum):
    """What is unknown comes last."""

    LAST_ACTION_DESC = "LAST_ACTION_DESC"
    LAST_ACTION_ASC = "LAST_ACTION_ASC"
    INTRODUCED_DESC = "INTRODUCED_DESC"
    IDENTIFIER_ASC = "IDENTIFIER_ASC"
    TITLE_ASC = "TITLE_ASC"


ORDERS = {
    PolicyMeasureOrder.LAST_ACTION_DESC: By(MEASURE.c.last_action_on, descending=True),
    PolicyMeasureOrder.LAST_ACTION_ASC: By(MEASURE.c.last_action_on),
    PolicyMeasureOrder.INTRODUCED_DESC: By(MEASURE.c.introduced_on, descending=True),
    PolicyMeasureOrder.IDENTIFIER_ASC: By(MEASURE.c.identifier),
    PolicyMeasureOrder.TITLE_ASC: By(MEASURE.c.title),
}


def policy_measures(
    filter: PolicyMeasureFilter | None = None,  # noqa: A002 - the contract's name
    order_by: PolicyMeasureOrder | None = None,
    first: int | None = 50,
    after: str | None = None,
) -> Rows:
    """The latest action first, unless another order is asked for."""
    wanted, c = filter or PolicyMeasureFilter(), MEASURE.c
    where = all_of(
        is_one_of(c.identifier, wanted.identifiers) if wanted.identifiers is not None else None,
        is_one_of(c.jurisdiction, wanted.jurisdictions) if wanted.jurisdictions is not None else None,
        is_one_of(c.session, wanted.sessions) if wanted.sessions is not None else None,
        is_one_of(c.status, wanted.statuses) if wanted.statuses is not None else None,
        at_least(c.last_action_on, wanted.last_action_from) if wanted.last_action_from else None,
        at_most(c.last_action_on, wanted.last_action_to) if wanted.last_action_to else None,
        is_null(c.missing_since, not wanted.missing) if wanted.missing is not None else None,
        has(CHANGE, at_least(CHANGE.c.noticed_at, wanted.changed_since)) if wanted.changed_since else None,
        None if wanted.planned is None else is_planned if wanted.planned else negated(is_planned),
    )
    order = ORDERS[order_by or PolicyMeasureOrder.LAST_ACTION_DESC]
    return Rows(where=where, order=[order], first=first, after=after)


def is_planned(scope: Scope) -> str:
    """A plan is aimed at the measure that the caller may see: of the others nothing is given away."""
    return has(FOLLOWED, has(PLAN, seen_plans(scope.context)))(scope)


_LATEST = By(CHANGE.c.noticed_at, descending=True)


def policy_measure_changes(
    since: datetime | None = None,
    planned: bool | None = None,
    first: int | None = 50,
    after: str | None = None,
) -> Rows:
    """The latest first; `planned` asks for those of measures at which a plan is aimed, or is not."""
    of_a_plan = has(MEASURE, is_planned)
    where = all_of(
        at_least(CHANGE.c.noticed_at, since) if since else None,
        None if planned is None else of_a_plan if planned else negated(of_a_plan),
    )
    return Rows(where=where, order=[_LATEST], first=first, after=after)


def is_followed_by(plan: Scope, change: Scope) -> str:
    """The change is of a measure at which the plan is aimed."""
    followed = plan.reading(FOLLOWED)
    met = (
        f"{followed.column(FOLLOWED.c.partnership_id)} = {plan.column(PLAN.c.partnership_id)}"
        f" and {followed.column(FOLLOWED.c.plan_id)} = {plan.column(PLAN.c.id)}"
        f" and {change.column(CHANGE.c.partnership_id)} = {followed.column(FOLLOWED.c.partnership_id)}"
        f" and {change.column(CHANGE.c.measure_id)} = {followed.column(FOLLOWED.c.measure_id)}"
    )
    return f"exists (select 1 from {followed.source} where {met})"  # noqa: S608 - names from metadata


def _is_refiled(scope: Scope) -> str:
    return f"{scope.column(LINK.c.kind)} = '{MeasureLinkKind.REFILED_FROM.value}'"


def _full_name(scope: Scope) -> str:
    return f"concat_ws('-', {scope.column(LINK.c.identifier)}, {scope.column(LINK.c.session)})"


_SOURCE = Part(
    {
        "system": MEASURE.c.source_system,
        "identifier": MEASURE.c.identifier,
        "file": MEASURE.c.source_file,
        "row": MEASURE.c.source_row,
    }
)
_VOTE = Part(
    {
        "motion": VOTE.c.motion,
        "occurredOn": VOTE.c.occurred_on,
        "chamber": VOTE.c.chamber,
        "committee": VOTE.c.committee,
        "ayes": VOTE.c.aye_count,
        "nays": VOTE.c.nay_count,
        "others": VOTE.c.other_count,
    }
)
_ACTION = Part({"occurredOn": ACTION.c.occurred_on, "words": ACTION.c.words, "chamber": ACTION.c.chamber})
_COMMITTEE = Part(
    {"name": COMMITTEE.c.name, "chamber": COMMITTEE.c.chamber, "referredOn": COMMITTEE.c.referred_on}
)

PLANS = (
    TypePlan(
        "PolicyMeasure",
        MEASURE,
        {
            "stale": Computed(load_stale, SITS),
            "pocketApproval": Computed(load_pocket_approvals, SITS),
            "sponsors": Items(SPONSOR, SPONSOR.c.name, order=[By(SPONSOR.c.position)]),
            "sameAs": Computed(
                load_twins,
                {
                    "partnership": MEASURE.c.partnership_id,
                    "id": MEASURE.c.id,
                    "jurisdiction": MEASURE.c.jurisdiction,
                },
            ),
            "refiledFrom": Items(
                LINK, Value(_full_name, nullable=False), where=_is_refiled, order=[By(LINK.c.position)]
            ),
            "committees": Items(COMMITTEE, _COMMITTEE, order=[By(COMMITTEE.c.position)]),
            "actions": Items(ACTION, _ACTION, order=[By(ACTION.c.position)]),
            "votes": Items(VOTE, _VOTE, order=[By(VOTE.c.position)]),
            "plans": Many(through=FOLLOWED, order=[By(PLAN.c.title)]),
            "changes": Many(order=[_LATEST]),
            "source": _SOURCE,
        },
    ),
    TypePlan(
        "PolicyMeasureChange",
        CHANGE,
        {
            "plans": Many(
                on=lambda change, plan: is_followed_by(plan, change),
                order=[By(PLAN.c.title)],
            )
        },
    ),
)
