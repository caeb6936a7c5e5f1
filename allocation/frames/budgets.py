"""Reads budgets with what was spent of them, and what carries operations over the years."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.books import LINED, Flow
from allocation.budgets import BudgetLine, Place, budget_against_actual
from allocation.frames.books import When, read_flows, read_fund_balances
from allocation.frames.places import read_partnership
from allocation.frames.staffing import read_outlook
from allocation.months import Term, days_of, number_of, shared_out
from allocation.staffing import SHARE_MONTHS
from allocation.standing import fiscal_year_span
from allocation.sustainability import (
    OperationsDollars,
    YearOfOperations,
    reserve_months,
    years_of_operations,
)
from models import budgets, ledger, obligations, resources, staffing

OPERATIONS = resources.ResourceUse.OPERATIONS


async def read_budget(session: AsyncSession, partnership_id: UUID, fiscal_year: int) -> Sequence[BudgetLine]:
    """The fiscal year's budget lines in the partnership's currency, each with what was spent of it."""
    partnership = await read_partnership(session, partnership_id)
    b = budgets.BudgetLine
    rows = await session.execute(
        select(b).where(
            b.partnership_id == partnership_id,
            b.fiscal_year == fiscal_year,
            b.currency == partnership.currency,
        )
    )
    planned = {
        Place(fiscal_year, row.use.value, _text(row.funder_id), _text(row.position_id)): row.amount
        for row in rows.scalars()
    }
    first, last = fiscal_year_span(fiscal_year, partnership.fiscal_year_start_month)
    flows = await read_flows(session, partnership_id, When(first, last))
    funders = await _funders(session, partnership_id)
    mine = [flow for flow in flows if flow.currency == partnership.currency]
    return budget_against_actual(planned, _spent(mine, funders, fiscal_year))


def _spent(flows: Sequence[Flow], funders: Mapping[str, str], fiscal_year: int) -> Mapping[Place, int]:
    totals: dict[Place, int] = defaultdict(int)
    for flow in flows:
        for side, sign in ((flow.credit, 1), (flow.debit, -1)):
            if side.account == "SPENT":
                place = Place(
                    fiscal_year,
                    side.use or "UNASSIGNED",
                    funders.get(flow.investment, ""),
                    side.position or "",
                )
                totals[place] += sign * flow.amount
    return {place: amount for place, amount in totals.items() if amount}


async def _funders(session: AsyncSession, partnership_id: UUID) -> Mapping[str, str]:
    i = resources.Investment
    rows = await session.execute(select(i.id, i.funder_id).where(i.partnership_id == partnership_id))
    return {str(investment): str(funder) for investment, funder in rows}


@dataclass(frozen=True)
class Sustainability:
    """How long operations can last, in minor units of `currency`.

    `reserve` are free dollars for operations, or for anything, that the anchor has received or been promised and
    has not signed for; `yearly_cost` is what the staff of the coming twelve months costs in cash.
    """

    as_of: date
    currency: str
    years: Sequence[YearOfOperations]
    reserve: int
    yearly_cost: int
    reserve_months: Decimal | None


async def read_sustainability(session: AsyncSession, partnership_id: UUID, as_of: date) -> Sustainability:
    """The years of operations, and the reserve against the coming year's cost."""
    partnership = await read_partnership(session, partnership_id)
    currency = partnership.currency
    balances = await read_fund_balances(session, partnership_id, as_of)
    reserve = sum(
        each.available
        for each in balances
        if not each.restricted and each.currency == currency and each.use in {"OPERATIONS", "UNASSIGNED"}
    )
    coming = (await read_outlook(session, partnership_id, as_of)).months[:SHARE_MONTHS]
    cost = sum(month.cost - month.in_kind for month in coming)
    dollars = await _operations(session, partnership_id, currency, partnership.fiscal_year_start_month)
    return Sustainability(
        as_of=as_of,
        currency=currency,
        years=years_of_operations(dollars),
        reserve=reserve,
        yearly_cost=cost,
        reserve_months=reserve_months(reserve, cost),
    )


async def _operations(
    session: AsyncSession, partnership_id: UUID, currency: str, start_month: int
) -> Sequence[OperationsDollars]:
    a, i = ledger.Account, resources.Investment
    recurring = await _recurring(session, partnership_id)
    terms = (i.id, i.funder_id, i.awarded_on, i.starts_on, i.ends_on, i.created_at, a.fiscal_year)
    rows = await session.execute(
        select(*terms, func.sum(a.credits_posted - a.debits_posted).label("amount"))
        .join(i, (i.partnership_id == a.partnership_id) & (i.id == a.investment_id))
        .where(
            a.partnership_id == partnership_id,
            a.use == OPERATIONS,
            a.kind.in_(LINED),
            a.unit == currency,
        )
        .group_by(*terms)
    )
    return [
        OperationsDollars(str(row.funder_id), year, amount, row.id in recurring, row.starts_on, row.ends_on)
        for row in rows
        for year, amount in _by_year(row, start_month)
        if amount
    ]


def _by_year(row: Any, start_month: int) -> Sequence[tuple[int, int]]:  # Any: a row of the query above
    """The line's own year, else the years of the award's term by their days, else the year of the award."""
    if row.fiscal_year is not None:
        return [(row.fiscal_year, int(row.amount))]
    if row.starts_on and row.ends_on:
        term = Term(row.starts_on, row.ends_on)
        days: dict[int, int] = defaultdict(int)
        for month in range(number_of(term.first), number_of(term.last) + 1):
            days[_fiscal_year(month, start_month)] += days_of(term, month)
        return list(zip(days, shared_out(int(row.amount), days.values()), strict=True))
    day = row.awarded_on or row.starts_on or row.created_at.date()
    return [(_fiscal_year(number_of(day), start_month), int(row.amount))]


def _fiscal_year(month: int, start_month: int) -> int:
    year, index = divmod(month, 12)
    return year + (start_month > 1 and index + 1 >= start_month)


async def _recurring(session: AsyncSession, partnership_id: UUID) -> set[UUID]:
    """Investments that their funder gives again and again: they pay staff so, or they renew another."""
    f, link = staffing.StaffFunding, obligations.InvestmentLink
    paying = await session.execute(
        select(f.investment_id).where(
            f.partnership_id == partnership_id,
            f.is_recurring,
            f.investment_id.is_not(None),
            f.withdrawn_at.is_(None),
        )
    )
    renewing = await session.execute(
        select(link.investment_id).where(
            link.partnership_id == partnership_id, link.kind == obligations.LinkKind.RENEWAL_OF
        )
    )
    return {row for row in paying.scalars() if row is not None} | set(renewing.scalars())


def _text(row_id: UUID | None) -> str:
    return "" if row_id is None else str(row_id)
