"""Lobbying of a fiscal year against what the tax law allows a public charity, for the anchor and the policy team."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.frames.places import read_partnership
from allocation.standing import fiscal_year_span
from api.access import Right
from api.graphql.common.basics import Money, money_of
from api.graphql.common.context import Context, Forbidden
from api.graphql.common.days import fiscal_year_asked
from models.advocacy import ExemptPurposeSpending, PolicyAction
from policy.lobbying import Expense, RuleSet, Standing, rules_on, standing

__all__ = ["LobbyingPosition", "at_lobbying", "load_lobbying"]


@strawberry.type
class LobbyingPosition:
    """What was spent on lobbying in a fiscal year and what may be; `basis` says by which rules and figures.

    The limits are null where the year's exempt-purpose spending is not recorded. What remains is below zero
    where a limit is exceeded; `warnings` are given from 75 and 90 percent on.
    """

    spent: Money
    limit: Money | None
    grassroots_spent: Money
    grassroots_limit: Money | None
    remaining: Money | None
    grassroots_remaining: Money | None
    exempt_purpose_spending: Money | None
    basis: str
    warnings: list[str]


def at_lobbying(fiscal_year: int) -> None:
    """The field's arguments."""


async def load_lobbying(
    context: Context, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> list[Any]:  # a position, or why not
    """Partnership.lobbying."""
    return [await _position(context, each["id"], fiscal_year_asked(asked)) for each in rows]


async def _position(context: Context, partnership_id: UUID, fiscal_year: int) -> Any:  # as above
    if context.caller.denied(Right.READ_LOBBYING, partnership_id):
        return Forbidden(Right.READ_LOBBYING)
    return await context.run(lambda session: read_lobbying(session, partnership_id, fiscal_year))


async def read_lobbying(session: AsyncSession, partnership_id: UUID, fiscal_year: int) -> LobbyingPosition:
    """The year's actions, of every partner: the anchor answers for the whole partnership's dollars."""
    partnership = await read_partnership(session, partnership_id)
    first, last = fiscal_year_span(fiscal_year, partnership.fiscal_year_start_month)
    a, e = PolicyAction, ExemptPurposeSpending
    actions = await session.execute(
        select(a).where(a.partnership_id == partnership_id, a.occurred_on.between(first, last))
    )
    recorded = await session.execute(
        select(e).where(e.partnership_id == partnership_id, e.fiscal_year == fiscal_year)
    )
    spending = recorded.scalar_one_or_none()
    expenses = [
        Expense(each.classification.value, each.cost, each.hours, each.is_paid) for each in actions.scalars()
    ]
    rules = rules_on(first)
    found = standing(expenses, spending.amount if spending else None, rules)
    return _shown(found, spending, rules, partnership.currency)


def _shown(
    found: Standing, spending: ExemptPurposeSpending | None, rules: RuleSet | None, currency: str
) -> LobbyingPosition:
    def money(amount: int | None) -> Money | None:
        return None if amount is None else money_of(amount, currency)

    return LobbyingPosition(
        spent=money_of(found.spent, currency),
        limit=money(found.limit),
        grassroots_spent=money_of(found.grassroots_spent, currency),
        grassroots_limit=money(found.grassroots_limit),
        remaining=money(found.remaining),
        grassroots_remaining=money(found.grassroots_remaining),
        exempt_purpose_spending=money(spending.amount if spending else None),
        basis=_basis(found, spending, rules),
        warnings=list(found.warnings),
    )


def _basis(found: Standing, spending: ExemptPurposeSpending | None, rules: RuleSet | None) -> str:
    said = [f"{rules.name}: {rules.source}." if rules else "No rule set was in force."]
    if spending is None:
        said.append("There is no limit to show: the year's exempt-purpose spending is not recorded.")
    elif spending.source:
        said.append(f"Exempt-purpose spending: {spending.source}.")
    said.append("Costs of all lobbying actions of the year; the time of unpaid volunteers does not count.")
    if found.unpriced_count:
        said.append(
            f"Lobbying actions with paid hours and no cost, which are missing here: {found.unpriced_count}."
        )
    return " ".join(said)
