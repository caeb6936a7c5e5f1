"""What a caller sees of a partnership's money: all of it, or what one funder gives."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import Right
from api.graphql.common.context import Context
from models.resources import Funder, Investment

__all__ = ["is_denied", "own_funders", "own_investments"]


def is_denied(context: Context, right: Right, partnership_id: UUID) -> bool:
    """Whether the caller may read nothing at all, not even what is its own."""
    caller = context.caller
    own = caller.organizations.get(partnership_id)
    return caller.denied(right, partnership_id, [own]) is not None


async def own_funders(
    context: Context, session: AsyncSession, partnership_id: UUID, right: Right
) -> set[str] | None:
    """The caller's own part as a giver; None for those who may read all."""
    if context.caller.denied(right, partnership_id) is None:
        return None
    f = Funder
    rows = await session.execute(
        select(f.id).where(
            f.partnership_id == partnership_id,
            f.organization_id == context.caller.organizations.get(partnership_id),
        )
    )
    return {str(each) for each in rows.scalars()}


async def own_investments(
    context: Context, session: AsyncSession, partnership_id: UUID, right: Right
) -> set[str] | None:
    """The investments that the caller gives; None for those who may read all."""
    funders = await own_funders(context, session, partnership_id, right)
    if funders is None:
        return None
    i = Investment
    rows = await session.execute(
        select(i.id).where(i.partnership_id == partnership_id, i.funder_id.in_([UUID(f) for f in funders]))
    )
    return {str(each) for each in rows.scalars()}
