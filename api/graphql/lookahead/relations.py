"""How the rows of a field are tied to the row above."""

from collections.abc import Callable

import sqlalchemy as sa

from api.graphql.lookahead.joins import join_of
from api.graphql.lookahead.sources import Items, Listed, Many, One
from api.graphql.lookahead.sql import Scope

__all__ = ["Joined", "joined"]

Joined = Callable[[Scope], str]
"""The condition on the child's reading that ties it to a parent already read."""


def joined(source: One | Many | Listed | Items, parent: Scope) -> Joined:
    """By the source's own `on`, through a table between the two, or by the foreign key between them."""
    on = source.on
    if on is not None:
        return lambda child: on(parent, child)
    through = getattr(source, "through", None)
    if through is not None:
        return lambda child: _through(parent, child, through)
    return lambda child: join_of(parent.table, child.table, source.via).on(parent, child)


def _through(parent: Scope, child: Scope, through: sa.Table) -> str:
    """A row of the table between that belongs to both; the child is listed once however many there are."""
    between = parent.reading(through)
    upper = join_of(parent.table, through).on(parent, between)
    lower = join_of(through, child.table).on(between, child)
    return f"exists (select 1 from {between.source} where {upper} and {lower})"  # noqa: S608 - names from metadata
