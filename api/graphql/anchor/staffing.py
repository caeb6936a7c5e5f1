"""Staff positions: what a position is and costs."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import and_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import Right
from api.graphql.common.basics import Money, Node, listed, money_of, table_of
from api.graphql.common.context import Context, Forbidden
from api.graphql.common.permissions import Permission, may, permission
from api.graphql.lookahead import Computed, TypePlan
from models.resources import Funder, Investment
from models.staffing import KeyRole, Provision
from models.staffing import StaffFunding as FundingRow
from models.staffing import StaffPosition as PositionRow

__all__ = ["PLANS", "StaffPosition"]

POSITION = table_of(PositionRow)


@strawberry.type
class StaffPosition(Node):
    """A position of the partnership's daily management.

    `annualCost` is in full, whoever pays; only the anchor and the position's funders may read it.
    """

    title: str
    role: KeyRole
    full_time_equivalent: Decimal
    annual_cost: Money | None
    provision: Provision
    permission: Permission = listed(may)


Key = tuple[UUID, UUID]


async def _annual_costs(
    context: Context, rows: Sequence[Mapping[str, Any]], _: Mapping[str, Any]
) -> list[Any]:  # Money, None, or why not
    """What each position costs a year, for those who may read it."""
    partnerships = {row["partnership"] for row in rows}
    is_own = any(each in partnerships for each in context.caller.partnerships_with_own(Right.READ_STAFFING))
    payers = await _payers(context, [(row["partnership"], row["id"]) for row in rows]) if is_own else {}
    return [_annual_cost(context, row, payers.get((row["partnership"], row["id"]), set())) for row in rows]


def _annual_cost(context: Context, row: Mapping[str, Any], payers: set[UUID]) -> Any:  # as above
    if context.caller.denied(Right.READ_STAFFING, row["partnership"], payers):
        return Forbidden(Right.READ_STAFFING)
    return None if row["cost"] is None else money_of(row["cost"], row["currency"])


async def _payers(context: Context, keys: Sequence[Key]) -> Mapping[Key, set[UUID]]:
    """The organizations whose awards pay each position."""
    f, i, g = FundingRow, Investment, Funder
    query = (
        select(f.partnership_id, f.position_id, g.organization_id)
        .join(i, and_(i.partnership_id == f.partnership_id, i.id == f.investment_id))
        .join(g, and_(g.partnership_id == i.partnership_id, g.id == i.funder_id))
        .where(tuple_(f.partnership_id, f.position_id).in_(keys), f.withdrawn_at.is_(None))
    )

    async def read(session: AsyncSession) -> Mapping[Key, set[UUID]]:
        found: dict[Key, set[UUID]] = {}
        for partnership, position, payer in await session.execute(query):
            found.setdefault((partnership, position), set()).add(payer)
        return found

    return await context.run(read)


_NEEDS = {
    "partnership": POSITION.c.partnership_id,
    "id": POSITION.c.id,
    "cost": POSITION.c.annual_cost,
    "currency": POSITION.c.currency,
}
PLANS = (
    TypePlan(
        "StaffPosition",
        POSITION,
        {
            "annualCost": Computed(_annual_costs, _NEEDS),
            "permission": permission(POSITION.c.partnership_id),
        },
    ),
)
