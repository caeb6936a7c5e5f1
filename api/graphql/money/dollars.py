"""Where dollars lie, summed over investments: what practices and disparities are shown to receive."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.graphql.common.basics import Money, money_of
from api.graphql.common.context import Context
from models.ledger import Account, AccountKind

__all__ = ["Dollars", "read_dollars", "summed"]

LINES = (AccountKind.AVAILABLE, AccountKind.OBLIGATED, AccountKind.SPENT)


@dataclass(frozen=True)
class Dollars:
    """What lies on all lines of one kind, spent or not, in minor units."""

    practice: UUID | None
    outcome: UUID | None
    population: UUID | None
    area: UUID | None
    fiscal_year: int | None
    currency: str
    amount: int


async def read_dollars(context: Context, partnership_id: UUID) -> Sequence[Dollars]:
    """The partnership's lines, read once an operation."""

    async def read(session: AsyncSession) -> list[Dollars]:
        a = Account
        key = (a.practice_id, a.outcome_id, a.population_id, a.area_id, a.fiscal_year, a.unit)
        amount = func.sum(a.credits_posted - a.debits_posted)
        query = (
            select(*key, amount)
            .where(a.partnership_id == partnership_id, a.kind.in_(LINES), a.investment_id.is_not(None))
            .group_by(*key)
            .having(amount > 0)
        )
        rows = await session.execute(query)
        return [Dollars(*row[:-1], int(row[-1])) for row in rows]

    return await context.once(("dollars", partnership_id), read)


def summed(dollars: Iterable[Dollars], fiscal_year: int | None) -> list[Money]:
    """One Money for each currency; without a fiscal year, of all years and of none."""
    totals: dict[str, int] = defaultdict(int)
    for each in dollars:
        if fiscal_year in (None, each.fiscal_year):
            totals[each.currency] += each.amount
    return [money_of(amount, currency) for currency, amount in sorted(totals.items())]
