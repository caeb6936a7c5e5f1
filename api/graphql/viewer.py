"""The viewer: who asks, and what he is to each partnership."""

from uuid import UUID

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.types import Info

from api.access import Caller
from api.graphql.common.basics import row, table_of, typed
from api.graphql.common.context import Context
from api.graphql.common.lazy import LazyFunder, LazyOrganization, LazyPartnership
from api.graphql.lookahead import By, Rows, is_one_of
from models.partnerships import Partnership
from models.people import Role
from models.resources import Funder

__all__ = ["Viewer", "viewer"]

PARTNERSHIP = table_of(Partnership)


@strawberry.type
class Viewer:
    """Whoever asks; without a token, anybody. `partnerships` are those in which he has a role."""

    organization: LazyOrganization | None
    name: str | None
    caller: strawberry.Private[Caller]

    @typed(LazyFunder | None)
    async def funder(self, info: Info[Context, None], partnership: str) -> object:
        """The viewer's organization as a giver in a partnership, by slug."""
        return await _funder(info.context, partnership)

    @strawberry.field
    async def roles(self, info: Info[Context, None], partnership: str) -> list[Role]:
        """What the viewer is to a partnership, by slug; nothing where he may not read it."""
        id_ = await _named(info.context, partnership)
        return [] if id_ is None else [self.caller.role_in(id_)]

    @typed(list[LazyPartnership])
    def partnerships(self) -> Rows:
        """By name."""
        return Rows(where=is_one_of(PARTNERSHIP.c.id, self.caller.roles), order=[By(PARTNERSHIP.c.name)])


async def viewer(context: Context) -> Viewer:
    """Who asks."""
    caller = context.caller
    first = next(iter(caller.organizations.items()), None)
    own = row("Organization", *first) if first else None
    return Viewer(organization=own, name=caller.name, caller=caller)


async def _named(context: Context, slug: str) -> UUID | None:
    async def read(session: AsyncSession) -> UUID | None:
        found = await session.execute(select(Partnership.id).where(Partnership.slug == slug))
        return found.scalar_one_or_none()

    return await context.once(("slug", slug), read)


async def _funder(context: Context, slug: str) -> object:
    partnership_id = await _named(context, slug)
    organization_id = context.caller.organizations.get(partnership_id) if partnership_id else None
    if partnership_id is None or organization_id is None:
        return None

    async def read(session: AsyncSession) -> UUID | None:
        found = await session.execute(
            select(Funder.id).where(
                Funder.partnership_id == partnership_id, Funder.organization_id == organization_id
            )
        )
        return found.scalar_one_or_none()

    funder_id = await context.run(read)
    return None if funder_id is None else row("Funder", partnership_id, funder_id)
