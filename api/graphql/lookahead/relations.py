"""How the rows of a field are tied to the row above."""

from collections.abc import Callable

import sqlalchemy as sa

from api.graphql.lookahead.joins import Join, join_of
from api.graphql.lookahead.sources import Items, Listed, Many, One
from api.graphql.lookahead.sql import Scope

__all__ = ["Joined", "Related", "joined", "joins_of"]

Related = One | Many | Listed | Items
Joined = Callable[[Scope], str]
"""The condition on the child's reading that ties it to a parent already read."""


def joins_of(source: Related, parent: sa.Table, child: sa.Table) -> tuple[Join, ...]:
    """The join between the two tables, or the two joins to a table between them. Raises PlanError."""
    between = _between(source)
    if between is None:
        return (join_of(parent, child, source.via, holder="parent" if isinstance(source, One) else "child"),)
    to = source.to if isinstance(source, Many | Listed) else None
    return join_of(parent, between, source.via, holder="child"), join_of(between, child, to)


def joined(source: Related, parent: Scope) -> Joined:
    """By the source's own `on`, through a table between the two, or by the foreign key between them."""

    def written(child: Scope) -> str:
        if source.on is not None:
            return source.on(parent, child)
        between = _between(source)
        first, *second = joins_of(source, parent.table, child.table)
        if between is None:
            return first.on(parent, child)
        # an EXISTS lists the child once, however many rows of the table between lead to it
        row = parent.reading(between)
        met = f"{first.on(parent, row)} and {second[0].on(row, child)}"
        return f"exists (select 1 from {row.source} where {met})"  # noqa: S608 - names from metadata

    return written


def _between(source: Related) -> sa.Table | None:
    return source.through if isinstance(source, Many | Listed) else None
