"""Restrictions: what a donor allows of an award. The donor's own words stay with those they concern."""

from datetime import date

import strawberry

from api.access import Right
from api.graphql.common.basics import Money, table_of
from api.graphql.common.lazy import LazyArea, LazyOutcome, LazyPopulationGroup, LazyPractice
from api.graphql.common.references import own_or_shared
from api.graphql.lookahead import By, Items, Many, Scope, TypePlan, is_null, money
from models.resources import EvidenceTier, Funder, Investment, ResourceUse, RestrictionTerm
from models.resources import Restriction as RestrictionRow

__all__ = ["PLANS", "Restriction"]

RESTRICTION = table_of(RestrictionRow)
TERM = table_of(RestrictionTerm)
INVESTMENT = table_of(Investment)
FUNDER = table_of(Funder)


@strawberry.type
class Restriction:
    """Several restrictions each cover their `amount` (all of the award where absent).

    Inside one, the lists are ANDed and the members of a list ORed; an empty list allows all.
    """

    outcomes: list[LazyOutcome]
    practices: list[LazyPractice]
    populations: list[LazyPopulationGroup]
    areas: list[LazyArea]
    amount: Money | None
    until: date | None
    fiscal_years: list[int]
    use: ResourceUse | None
    minimum_tier: EvidenceTier | None
    lobbying_allowed: bool
    note: str | None


def _of_investment(scope: Scope, column: str) -> str:
    """A column of the investment that is restricted."""
    inner = scope.reading(INVESTMENT)
    met = (
        f"{inner.column(INVESTMENT.c.partnership_id)} = {scope.column(RESTRICTION.c.partnership_id)}"
        f" and {inner.column(INVESTMENT.c.id)} = {scope.column(RESTRICTION.c.investment_id)}"
    )
    return f"(select {inner.column(INVESTMENT.c[column])} from {inner.source} where {met})"  # noqa: S608 - names from metadata


def _owner(scope: Scope) -> str:
    """The organization of the award's funder."""
    inner = scope.reading(FUNDER)
    met = (
        f"{inner.column(FUNDER.c.partnership_id)} = {scope.column(RESTRICTION.c.partnership_id)}"
        f" and {inner.column(FUNDER.c.id)} = {_of_investment(scope, 'funder_id')}"
    )
    return f"(select {inner.column(FUNDER.c.organization_id)} from {inner.source} where {met})"  # noqa: S608 - as above


PLANS = (
    TypePlan(
        "Restriction",
        RESTRICTION,
        {
            **{name: Many(through=TERM) for name in ("outcomes", "practices", "populations", "areas")},
            "amount": money(
                lambda scope: scope.column(RESTRICTION.c.amount),
                lambda scope: _of_investment(scope, "currency"),
                nullable=True,
            ),
            "fiscalYears": Items(
                TERM,
                TERM.c.fiscal_year,
                where=is_null(TERM.c.fiscal_year, yes=False),
                order=[By(TERM.c.fiscal_year)],
            ),
            "note": own_or_shared(RESTRICTION.c.note, Right.READ_TERMS, _owner),
        },
    ),
)
