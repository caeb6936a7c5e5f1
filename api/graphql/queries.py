"""Where a query begins."""

import strawberry
from strawberry.types import Info

from api.graphql.common.basics import Node, typed
from api.graphql.common.context import Context
from api.graphql.lookahead import By, Identified, Rows, equals
from api.graphql.organizations import Organization, identified_by
from api.graphql.partnerships import PARTNERSHIP, Partnership, PartnershipConnection
from api.graphql.viewer import Viewer, viewer

__all__ = ["Query"]

Asked = Info[Context, None]


@strawberry.type
class Query:
    """What may be seen, is told by api.access; what may not, is as if it did not exist."""

    @typed(Node | None)
    def node(self, id: strawberry.ID) -> Identified:  # noqa: A002 - the contract's name
        """Anything by its id."""
        return Identified(id)

    @typed(Viewer)
    async def viewer(self, info: Asked) -> Viewer:
        """Who asks."""
        return await viewer(info.context)

    @typed(Partnership | None)
    def partnership(self, slug: str) -> Rows:
        """One partnership."""
        return Rows(where=equals(PARTNERSHIP.c.slug, slug))

    @typed(PartnershipConnection)
    def partnerships(self, first: int | None = 20, after: str | None = None) -> Rows:
        """Those that are public, and those that the caller's token is for."""
        return Rows(order=[By(PARTNERSHIP.c.name)], first=first, after=after)

    @typed(Organization | None)
    def organization(self, identifier: str) -> Rows:
        """By an identifier such as US-EIN-123456789 (org-id.guide)."""
        return Rows(where=identified_by(identifier))
