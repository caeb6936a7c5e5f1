"""How much of operations is multi-year, recurring, spread and in reserve, year by year."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry

from allocation.frames.budgets import Sustainability as Reckoned
from allocation.frames.budgets import read_sustainability
from allocation.sustainability import YearOfOperations
from api.access import Right
from api.graphql.common.basics import Money, money_of, row
from api.graphql.common.context import Context, Forbidden
from api.graphql.common.days import day_asked
from api.graphql.common.lazy import LazyFunder

__all__ = ["Sustainability", "at_sustainability", "load_sustainability"]


@strawberry.type
class OperationsYear:
    """What funders give to operations in a fiscal year; shares are 0 to 1, null without dollars.

    `concentration` is the Herfindahl-Hirschman index of the funders, `effectiveFunders` one over it, and `change`
    is against the year before.
    """

    fiscal_year: int
    amount: Money
    change: Decimal | None
    multi_year_share: Decimal | None
    recurring_share: Decimal | None
    concentration: Decimal | None
    effective_funders: Decimal | None
    largest_funder: LazyFunder | None
    largest_funder_share: Decimal | None
    funder_count: int


@strawberry.type
class Sustainability:
    """`reserve` is what is free for operations; `reserveMonths` how long it pays the coming year's staff in cash."""

    as_of: date
    reserve: Money
    yearly_cost: Money
    reserve_months: Decimal | None
    years: list[OperationsYear]


def at_sustainability(as_of: date | None = None) -> None:
    """The field's arguments; as of today where no day is given."""


async def load_sustainability(
    context: Context, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> list[Any]:  # figures, or why not
    """AnchorEntity.sustainability."""
    as_of = day_asked(asked)
    return [await _sustainability(context, each["partnership"], as_of) for each in rows]


async def _sustainability(context: Context, partnership_id: UUID, as_of: date) -> Any:  # as above
    if context.caller.denied(Right.READ_BUDGET, partnership_id):
        return Forbidden(Right.READ_BUDGET)
    found = await context.run(lambda session: read_sustainability(session, partnership_id, as_of))
    return _shown(partnership_id, found)


def _shown(partnership_id: UUID, found: Reckoned) -> Sustainability:
    return Sustainability(
        as_of=found.as_of,
        reserve=money_of(found.reserve, found.currency),
        yearly_cost=money_of(found.yearly_cost, found.currency),
        reserve_months=found.reserve_months,
        years=[_year(partnership_id, each, found.currency) for each in found.years],
    )


def _year(partnership_id: UUID, year: YearOfOperations, currency: str) -> OperationsYear:
    largest: Any = row("Funder", partnership_id, UUID(year.largest_funder)) if year.largest_funder else None
    names = ("fiscal_year", "change", "multi_year_share", "recurring_share", "concentration")
    more = ("effective_funders", "largest_funder_share", "funder_count")
    figures = {name: getattr(year, name) for name in (*names, *more)}
    return OperationsYear(amount=money_of(year.amount, currency), largest_funder=largest, **figures)
