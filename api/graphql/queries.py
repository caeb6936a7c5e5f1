"""Where a query begins."""

import strawberry
from graphql import GraphQLObjectType, GraphQLSchema
from strawberry.types import Info

from api.graphql.common.basics import Node, typed
from api.graphql.common.context import Context
from api.graphql.common.ids import read_id
from api.graphql.door.operations import core_schema
from api.graphql.lookahead import By, Plans, Row, Rows, equals
from api.graphql.organizations import Organization, identified_by
from api.graphql.partnerships import PARTNERSHIP, Partnership, PartnershipConnection
from api.graphql.viewer import Viewer, viewer

__all__ = ["Query"]

Asked = Info[Context, None]


def _row(text: str, info: Asked) -> Row | None:
    """The row of an id; what is no id of ours is not there."""
    found = read_id(text)
    if found is None or not _is_node(core_schema(info.schema), found.type_name):
        return None
    plans: Plans = vars(info.schema.execution_context_class)["plans"]
    is_whole = len(found.key) == len(plans.plan(found.type_name).table.primary_key)
    return Row(found.type_name, found.key) if is_whole else None


def _is_node(built: GraphQLSchema, name: str) -> bool:
    type_ = built.type_map.get(name)
    return isinstance(type_, GraphQLObjectType) and any(each.name == "Node" for each in type_.interfaces)


@strawberry.type
class Query:
    """What may be seen, is told by api.access; what may not, is as if it did not exist."""

    @typed(Node | None)
    def node(self, info: Asked, id: strawberry.ID) -> Row | None:  # noqa: A002 - the contract's name
        """Anything by its id."""
        return _row(id, info)

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
