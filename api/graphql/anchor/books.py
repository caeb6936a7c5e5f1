"""The anchor entity's balances, and the budget against what was spent; a funder reads what is of its own dollars."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation import books, budgets
from allocation.frames.books import When, read_anchor_awards, read_flows
from allocation.frames.budgets import read_budget
from api.access import Right
from api.graphql.anchor.sight import is_denied, own_funders
from api.graphql.common.basics import Money, money_of, row
from api.graphql.common.context import Context, Forbidden
from api.graphql.common.days import day_asked, fiscal_year_asked
from api.graphql.common.lazy import LazyFunder, LazyStaffPosition
from models.partnerships import Partnership
from models.resources import ResourceUse

__all__ = ["BudgetLine", "FundBalance", "at_balances", "at_budget", "load_balances", "load_budgets"]


@strawberry.type
class FundBalance:
    """Dollars of one use at the end of a day; `restricted` where their donors have tied them (docs/staffing.md).

    `promised` is yet to come, `cash` is what of the receipts is at hand, `disbursed` was paid past the anchor.
    """

    use: ResourceUse
    restricted: bool
    committed: Money
    received: Money
    spent: Money
    available: Money
    promised: Money
    cash: Money
    disbursed: Money
    obligated: Money
    fees: Money


@strawberry.type
class BudgetLine:
    """Budget and actual; the variance is what is left, below zero where overspent or not planned."""

    fiscal_year: int
    use: ResourceUse
    funder: LazyFunder | None
    position: LazyStaffPosition | None
    budget: Money
    actual: Money
    variance: Money


def at_balances(as_of: date | None = None) -> None:
    """The field's arguments."""


def at_budget(fiscal_year: int) -> None:
    """The field's arguments."""


async def load_balances(
    context: Context, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> list[Any]:  # balances, or why not
    """AnchorEntity.balances."""
    as_of = day_asked(asked)
    return [await _balances(context, each["partnership"], as_of) for each in rows]


async def _balances(context: Context, partnership_id: UUID, as_of: date) -> Any:  # as above
    if is_denied(context, Right.READ_BUDGET, partnership_id):
        return Forbidden(Right.READ_BUDGET)

    async def read(session: AsyncSession) -> Sequence[books.FundBalance]:
        awards = await read_anchor_awards(session, partnership_id)
        own = await own_funders(context, session, partnership_id, Right.READ_BUDGET)
        mine = {key: award for key, award in awards.items() if own is None or award.funder in own}
        flows = await read_flows(session, partnership_id, When(last=as_of))
        return books.fund_balances(flows, mine)

    return [_balance(each) for each in await context.run(read)]


def _balance(found: books.FundBalance) -> FundBalance:
    amounts = {
        name: money_of(getattr(found, name), found.currency)
        for name in (
            *("committed", "received", "spent", "available", "promised", "cash", "disbursed"),
            *("obligated", "fees"),
        )
    }
    return FundBalance(use=ResourceUse(found.use), restricted=found.restricted, **amounts)


async def load_budgets(
    context: Context, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> list[Any]:  # lines, or why not
    """Partnership.budget."""
    return [await _budget(context, each["id"], fiscal_year_asked(asked)) for each in rows]


async def _budget(context: Context, partnership_id: UUID, fiscal_year: int) -> Any:  # as above
    if is_denied(context, Right.READ_BUDGET, partnership_id):
        return Forbidden(Right.READ_BUDGET)

    async def read(session: AsyncSession) -> tuple[str, Sequence[budgets.BudgetLine]]:
        own = await own_funders(context, session, partnership_id, Right.READ_BUDGET)
        currency = select(Partnership.currency).where(Partnership.id == partnership_id)
        lines = await read_budget(session, partnership_id, fiscal_year)
        kept = [each for each in lines if own is None or each.place.funder in own]
        return (await session.execute(currency)).scalar_one(), kept

    currency, lines = await context.run(read)
    return [_line(partnership_id, each, currency) for each in lines]


def _line(partnership_id: UUID, line: budgets.BudgetLine, currency: str) -> BudgetLine:
    place = line.place
    funder: Any = row("Funder", partnership_id, UUID(place.funder)) if place.funder else None
    position: Any = row("StaffPosition", partnership_id, UUID(place.position)) if place.position else None
    return BudgetLine(
        fiscal_year=place.fiscal_year,
        use=ResourceUse(place.use),
        funder=funder,
        position=position,
        budget=money_of(line.budget, currency),
        actual=money_of(line.actual, currency),
        variance=money_of(line.variance, currency),
    )
