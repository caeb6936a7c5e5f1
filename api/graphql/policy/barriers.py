"""Barriers that networks have lifted, their age, and what became of them."""

from datetime import date

import strawberry

from api.graphql.common.basics import Node, table_of
from api.graphql.common.connections import Connection
from api.graphql.common.context import Context
from api.graphql.common.lazy import LazyOrganization, LazyPolicyPlan
from api.graphql.lookahead import (
    By,
    Many,
    Rows,
    Scope,
    Sql,
    TypePlan,
    Value,
    all_of,
    any_of,
    at_least,
    at_most,
    contains,
    has,
    is_null,
    negated,
)
from api.graphql.policy.visibility import PLAN, at_the_table, told
from models import barriers as rows
from models.plans import PolicyPlanBarrier

__all__ = ["BARRIER", "PLANS", "Barrier", "BarrierConnection", "BarrierFilter", "barriers"]

BARRIER, LINK = table_of(rows.Barrier), table_of(PolicyPlanBarrier)


@strawberry.type
class Barrier(Node):
    """What stands in the way and was lifted to those who can remove it; `ageDays` ends with its resolution.

    Who raised it, and who answered, is told at the table.
    """

    title: str
    raised_by_name: str | None
    raised_on: date
    owner: LazyOrganization | None
    answer: str | None
    answered_by: str | None
    answered_on: date | None
    plans: list[LazyPolicyPlan]
    resolved_on: date | None
    age_days: int


BarrierConnection = Connection[Barrier]


@strawberry.input
class BarrierFilter:
    """Every part that is given holds; `planned` is whether a plan is meant to remove it."""

    planned: bool | None = None
    answered: bool | None = None
    resolved: bool | None = None
    raised_from: date | None = None
    raised_to: date | None = None
    search: str | None = None


def barriers(
    filter: BarrierFilter | None = None,  # noqa: A002 - the contract's name
    first: int | None = 50,
    after: str | None = None,
) -> Rows:
    """The oldest first."""
    wanted, c = filter or BarrierFilter(), BARRIER.c
    planned = has(LINK)
    where = all_of(
        None if wanted.planned is None else planned if wanted.planned else negated(planned),
        None if wanted.answered is None else is_null(c.answer, not wanted.answered),
        None if wanted.resolved is None else is_null(c.resolved_on, not wanted.resolved),
        at_least(c.raised_on, wanted.raised_from) if wanted.raised_from else None,
        at_most(c.raised_on, wanted.raised_to) if wanted.raised_to else None,
        contains([c.title, c.answer], wanted.search) if wanted.search else None,
    )
    return Rows(where=where, order=[By(c.raised_on), By(c.title)], first=first, after=after)


def _age(scope: Scope) -> str:
    c = BARRIER.c
    return f"(coalesce({scope.column(c.resolved_on)}, current_date) - {scope.column(c.raised_on)})"


def _visible(context: Context) -> Sql:
    """At the table, or where a published plan is meant to remove it."""

    def published(scope: Scope) -> str:
        link, plan = scope.reading(LINK), scope.reading(PLAN)
        met = (
            f"{link.column(LINK.c.partnership_id)} = {scope.column(BARRIER.c.partnership_id)}"
            f" and {link.column(LINK.c.barrier_id)} = {scope.column(BARRIER.c.id)}"
            f" and {plan.column(PLAN.c.partnership_id)} = {link.column(LINK.c.partnership_id)}"
            f" and {plan.column(PLAN.c.id)} = {link.column(LINK.c.plan_id)}"
            f" and {plan.column(PLAN.c.is_published)}"
        )
        return f"exists (select 1 from {link.source}, {plan.source} where {met})"  # noqa: S608 - names from metadata

    return any_of(at_the_table(context), published)


PLANS = (
    TypePlan(
        "Barrier",
        BARRIER,
        {
            "ageDays": Value(_age, nullable=False),
            "raisedByName": told(BARRIER.c.raised_by_name),
            "answeredBy": told(BARRIER.c.answered_by),
            "plans": Many(through=LINK, order=[By(PLAN.c.title)]),
        },
        visible=_visible,
    ),
)
