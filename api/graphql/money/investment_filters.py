"""Which investments: the filter and the orders that every list of them shares."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

import strawberry

from api.graphql.common.basics import table_of
from api.graphql.common.enums import AlignmentStep
from api.graphql.common.references import optionally, refers_to
from api.graphql.lookahead import (
    By,
    Rows,
    Scope,
    Sql,
    all_of,
    any_of,
    at_least,
    at_most,
    contains,
    has,
    is_null,
    is_one_of,
    negated,
)
from api.graphql.money.amounts import ACCOUNT, COMMITTED, INVESTMENT, LINES
from api.graphql.money.ladder import lacks, level_below
from api.graphql.policy.visibility import PLAN, seen_plans
from models.resources import Funder, ResourceUse, Restriction

__all__ = ["InvestmentFilter", "InvestmentOrder", "investments", "where_of"]

FUNDER = table_of(Funder)
RESTRICTION = table_of(Restriction)


@strawberry.input
class InvestmentFilter:
    """Every part that is given holds, and of a list one member.

    `practices`, `outcomes` and `populations` are what some of the dollars are for; `funders` are funders or
    their organizations; `activeOn` lies between start and end, of which an unknown one is no bound;
    `alignmentLevelBelow` and `missing` speak of the ladder in Investment.
    """

    funders: list[strawberry.ID] | None = None
    recipients: list[strawberry.ID] | None = None
    practices: list[strawberry.ID] | None = None
    outcomes: list[strawberry.ID] | None = None
    populations: list[strawberry.ID] | None = None
    uses: list[ResourceUse] | None = None
    currencies: list[str] | None = None
    restricted: bool | None = None
    active_on: date | None = None
    awarded_from: date | None = None
    awarded_to: date | None = None
    minimum_amount: Decimal | None = None
    maximum_amount: Decimal | None = None
    ends_from: date | None = None
    ends_to: date | None = None
    policy_plans: list[strawberry.ID] | None = None
    missing: list[AlignmentStep] | None = None
    alignment_level_below: int | None = None
    search: str | None = None


@strawberry.enum
class InvestmentOrder(StrEnum):
    """What is unknown comes last."""

    AMOUNT_DESC = "AMOUNT_DESC"
    AMOUNT_ASC = "AMOUNT_ASC"
    AWARDED_DESC = "AWARDED_DESC"
    AWARDED_ASC = "AWARDED_ASC"
    ENDS_ASC = "ENDS_ASC"
    TITLE_ASC = "TITLE_ASC"


def _by_amount(*, descending: bool) -> By:
    return By(COMMITTED, descending=descending, name="committed", type="numeric", nullable=False)


ORDERS = {
    InvestmentOrder.AMOUNT_DESC: _by_amount(descending=True),
    InvestmentOrder.AMOUNT_ASC: _by_amount(descending=False),
    InvestmentOrder.AWARDED_DESC: By(INVESTMENT.c.awarded_on, descending=True),
    InvestmentOrder.AWARDED_ASC: By(INVESTMENT.c.awarded_on),
    InvestmentOrder.ENDS_ASC: By(INVESTMENT.c.ends_on),
    InvestmentOrder.TITLE_ASC: By(INVESTMENT.c.title),
}


def investments(
    filter: InvestmentFilter | None = None,  # noqa: A002 - the contract's name
    order_by: InvestmentOrder | None = None,
    first: int | None = 50,
    after: str | None = None,
) -> Rows:
    """The latest award first, unless another order is asked for."""
    order = ORDERS[order_by or InvestmentOrder.AWARDED_DESC]
    return Rows(where=where_of(filter), order=[order], first=first, after=after)


def where_of(wanted: InvestmentFilter | None) -> Sql | None:
    """The condition that a filter stands for; None for all."""
    if wanted is None:
        return None
    return all_of(_of_whom(wanted), _for_what(wanted), _when(wanted), _how_much(wanted), _how_far(wanted))


def _of_whom(wanted: InvestmentFilter) -> Sql:
    c = INVESTMENT.c
    funders = None
    if wanted.funders is not None:
        organizations = refers_to(FUNDER.c.organization_id, wanted.funders, "Organization")
        funders = any_of(refers_to(c.funder_id, wanted.funders, "Funder"), has(FUNDER, organizations))
    return all_of(
        funders,
        optionally(c.recipient_id, wanted.recipients, "Organization"),
        _of_seen_plans(wanted.policy_plans) if wanted.policy_plans is not None else None,
        contains([c.title, c.description], wanted.search) if wanted.search else None,
    )


def _of_seen_plans(ids: list[strawberry.ID]) -> Sql:
    """Of these plans, as far as the caller may see them: a filter tells no more than the field does."""

    def written(scope: Scope) -> str:
        wanted = refers_to(INVESTMENT.c.policy_plan_id, ids, "PolicyPlan")
        return f"({wanted(scope)} and {has(PLAN, seen_plans(scope.context))(scope)})"

    return written


def _for_what(wanted: InvestmentFilter) -> Sql:
    c = ACCOUNT.c
    for_this = (
        optionally(c.practice_id, wanted.practices, "Practice"),
        optionally(c.outcome_id, wanted.outcomes, "Outcome"),
        optionally(c.population_id, wanted.populations, "PopulationGroup"),
    )
    line = all_of(_has_dollars, *for_this)
    restricted = has(RESTRICTION)
    return all_of(
        has(ACCOUNT, line) if any(for_this) else None,
        is_one_of(INVESTMENT.c.use, wanted.uses) if wanted.uses is not None else None,
        is_one_of(INVESTMENT.c.currency, wanted.currencies) if wanted.currencies is not None else None,
        (restricted if wanted.restricted else negated(restricted)) if wanted.restricted is not None else None,
    )


def _has_dollars(scope: Scope) -> str:
    c = ACCOUNT.c
    kinds = ", ".join(f"'{kind}'" for kind in LINES)
    return (
        f"{scope.column(c.kind)} in ({kinds})"
        f" and {scope.column(c.credits_posted)} > {scope.column(c.debits_posted)}"
    )


def _when(wanted: InvestmentFilter) -> Sql:
    c = INVESTMENT.c
    on = wanted.active_on
    return all_of(
        any_of(is_null(c.starts_on), at_most(c.starts_on, on)) if on else None,
        any_of(is_null(c.ends_on), at_least(c.ends_on, on)) if on else None,
        at_least(c.awarded_on, wanted.awarded_from) if wanted.awarded_from else None,
        at_most(c.awarded_on, wanted.awarded_to) if wanted.awarded_to else None,
        at_least(c.ends_on, wanted.ends_from) if wanted.ends_from else None,
        at_most(c.ends_on, wanted.ends_to) if wanted.ends_to else None,
    )


def _how_much(wanted: InvestmentFilter) -> Sql:
    return all_of(_compared(">=", wanted.minimum_amount), _compared("<=", wanted.maximum_amount))


def _compared(sign: str, amount: Decimal | None) -> Sql | None:
    if amount is None:
        return None
    return lambda scope: f"{COMMITTED(scope)} {sign} {scope.bind(amount)}::numeric * 100"


def _how_far(wanted: InvestmentFilter) -> Sql:
    level = wanted.alignment_level_below
    return all_of(
        any_of(*(lacks(step) for step in wanted.missing)) if wanted.missing is not None else None,
        level_below(level) if level is not None else None,
    )
