"""Conditions by global ids: an id that is malformed or of another partnership matches nothing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from api.access import Right
from api.graphql.common.context import Context, Forbidden
from api.graphql.common.ids import GlobalId, read_id
from api.graphql.lookahead import Computed, Guarded, Scope, Sql
from api.graphql.lookahead.sources import Source
from api.graphql.lookahead.sql import Column

__all__ = ["allowed_rows", "members_only", "optionally", "own_or_shared", "refers_to"]


def refers_to(column: Column, texts: Iterable[str], *types: str) -> Sql:
    """The column, with its row's partnership, is one of these ids of one of these types."""
    found = [id_ for text in texts if (id_ := read_id(text, *types)) and len(id_.key) == 2]
    return _is_among(column, found)


def optionally(column: Column, texts: Sequence[str] | None, *types: str) -> Sql | None:
    """The same for a filter that may not be given."""
    return None if texts is None else refers_to(column, texts, *types)


def _is_among(column: Column, ids: Sequence[GlobalId]) -> Sql:
    def written(scope: Scope) -> str:
        partnerships = scope.bind([id_.key[0] for id_ in ids])
        rows = scope.bind([id_.key[1] for id_ in ids])
        pair = f"({scope.column(scope.table.c.partnership_id)}, {scope.column(column)})"
        return f"{pair} in (select * from unnest({partnerships}::uuid[], {rows}::uuid[]))"  # noqa: S608 - names from metadata, values bound

    return written


def allowed_rows(context: Context, right: Right, owner: Sql | None = None) -> Sql:
    """Rows of the partnerships in which the caller has a right; with `owner`, also what is its own.

    `owner` gives the organization that a row belongs to.
    """
    everywhere = list(context.caller.partnerships_with(right))
    own = {id_: context.caller.organizations[id_] for id_ in context.caller.partnerships_with_own(right)}

    def written(scope: Scope) -> str:
        partnership = scope.column(scope.table.c.partnership_id)
        whole = f"{partnership} = any({scope.bind(everywhere)}::uuid[])"
        if owner is None or not own:
            return whole
        homes, givers = scope.bind(list(own)), scope.bind(list(own.values()))
        pair = f"({partnership}, {owner(scope)})"
        return f"({whole} or {pair} in (select * from unnest({homes}::uuid[], {givers}::uuid[])))"  # noqa: S608 - as above

    return written


def members_only(source: Source, right: Right) -> Guarded:
    """A list that is refused to those who have the right nowhere; its rows are limited by `allowed_rows`."""

    def check(context: Context) -> Exception | None:
        return Forbidden(right) if context.caller.denied_everywhere(right) else None

    return Guarded(source, check)


def own_or_shared(column: Column, right: Right, owner: Sql) -> Computed:
    """A value that only some may read: for the others it is null with the reason at its path."""

    async def load(
        context: Context, rows: Sequence[Mapping[str, Any]], _: Mapping[str, Any]
    ) -> list[Any]:  # Any: a column's values
        return [_shown(context, right, row) for row in rows]

    return Computed(load, {"value": column, "partnership": column.table.c.partnership_id, "owner": owner})


def _shown(context: Context, right: Right, row: Mapping[str, Any]) -> Any:  # a column's value, or why not
    owner = UUID(row["owner"]) if row["owner"] else None
    denial = context.caller.denied(right, row["partnership"], [owner])
    return Forbidden(right) if denial else row["value"]
