"""Connections: nodes, edges, page information, counts and further figures from one scan of the rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from graphql import GraphQLObjectType, get_named_type
from graphql.execution.collect_fields import FieldDetailsList

from api.graphql.common.connections import page_size
from api.graphql.lookahead.keyset import Keyset
from api.graphql.lookahead.places import Place, PlaceField, Places
from api.graphql.lookahead.plans import PlanError, TypePlan
from api.graphql.lookahead.relations import Joined
from api.graphql.lookahead.rows import Rows
from api.graphql.lookahead.sql import Scope, literal, object_json, quoted, row_json

if TYPE_CHECKING:
    from api.graphql.lookahead.compiler import Compiler, Piece

__all__ = ["connection", "is_connection", "size_of"]

_SCANNED: Final = frozenset({"nodes", "edges", "pageInfo"})
_SIMPLE: Final = frozenset({"nodes", "__typename"})


def is_connection(type_: GraphQLObjectType) -> bool:
    """Whether rows of this type are a page of rows of another."""
    return "nodes" in type_.fields or "edges" in type_.fields


def size_of(first: int | None) -> int:
    """The size of a page; raises Refusal INVALID out of bounds."""
    return page_size(first)


@dataclass
class _Page:
    """One page in the making: the reading it is from, and what each of its rows has to give."""

    compiler: "Compiler"
    type_: GraphQLObjectType
    plan: TypePlan
    node: GraphQLObjectType
    scope: Scope
    keyset: Keyset
    where: str
    after: str | None
    size: str
    inner: list[str] = field(default_factory=list)
    """What is selected for each row: JSON of a node or an edge, its place, its number."""

    def give(self, sql: str) -> str:
        """The name under which the scan gives an expression."""
        self.inner.append(sql)
        return f"c{len(self.inner)}"


def connection(
    compiler: "Compiler",
    type_: GraphQLObjectType,
    details: FieldDetailsList,
    rows: Rows,
    *,
    join: Joined | None,
) -> "Piece":
    """A connection as JSON."""
    from api.graphql.lookahead.compiler import Piece

    groups = compiler.groups(type_, details)
    names = {group[0].node.name.value for _, group in groups}
    page = _page(compiler, type_, rows, join, names=names)
    place = Place(type_)
    written = []
    for key, group in groups:
        name = group[0].node.name.value
        if name == "__typename":
            written.append(f"{literal(type_.name)} as {quoted(key)}")
            continue
        entry = PlaceField(key, type_.fields[name], group)
        written.append(f"{_entry(page, entry, place)} as {quoted(key)}")
    # without HAVING, a page that asks for no aggregate would be one row for each of its rows
    source = f" from {_scan(page, is_simple=names <= _SIMPLE)} having true" if names & _SCANNED else ""
    sql = row_json(f"select {', '.join(written)}{source}")
    return Piece(sql, {type_.name: place} if place.fields else None)


def _page(
    compiler: "Compiler", type_: GraphQLObjectType, rows: Rows, join: Joined | None, *, names: set[str]
) -> _Page:
    """The page's reading. What is not asked for is not bound: a parameter that is not used has no type."""
    node = _node_type(compiler, type_)
    plan = compiler.plans.plan(node.name)
    scope = compiler.binder.scope(plan.table)
    keyset = Keyset.of(scope, rows.order)
    args = compiler.binder.args
    start = len(args)
    where = compiler.where(plan, scope, rows, join)
    if names <= {"__typename"}:
        del args[start:]
    start = len(args)
    size = compiler.binder.bind(size_of(rows.first))
    after = keyset.after(rows.after) if rows.after is not None else None
    if not names & _SCANNED:
        del args[start:]
    return _Page(compiler, type_, plan, node, scope, keyset, where, after, f"{size}::int")


def _node_type(compiler: "Compiler", type_: GraphQLObjectType) -> GraphQLObjectType:
    if "nodes" in type_.fields:
        return compiler.object_type(get_named_type(type_.fields["nodes"].type).name)
    edge = compiler.object_type(get_named_type(type_.fields["edges"].type).name)
    return compiler.object_type(get_named_type(edge.fields["node"].type).name)


def _scan(page: _Page, *, is_simple: bool) -> str:
    """The rows of the page, and one more, which tells whether there is a next page."""
    order = page.keyset.order_by()
    where = f"{page.where} and {page.after}" if page.after else page.where
    given = [f"{sql} c{n}" for n, sql in enumerate(page.inner, 1)]
    limit = page.size
    if is_simple:
        given.append("1 n")
    else:
        given.append(f"row_number() over (order by {order}) n")
        limit += " + 1"
    return (
        f"(select {', '.join(given)} from {page.scope.source} where {where} order by {order} limit {limit}) r"  # noqa: S608 - names from metadata, values bound
    )


def _entry(page: _Page, entry: PlaceField, place: Place) -> str:
    """One field of the connection as an aggregate over the scan."""
    name = entry.details[0].node.name.value
    if name == "totalCount":
        return f"(select count(*) from {page.scope.source} where {page.where})"  # noqa: S608 - as above
    if name == "pageInfo":
        return _page_info(page, entry)
    if name in ("nodes", "edges"):
        sql, entry.below = _node(page, entry.details) if name == "nodes" else _edge(page, entry)
        if entry.below:
            place.fields.append(entry)
        return f"coalesce(json_agg(r.{page.give(sql)}) filter (where r.n <= {page.size}), '[]')"
    plan = page.compiler.plans.connections.get(page.type_.name)
    if plan is None or name not in plan.fields:
        raise PlanError(f"{page.type_.name}.{name} has no source; declare it in a ConnectionPlan")
    figure = page.compiler.value(entry, plan.fields[name], page.scope)
    return f"(select {figure.sql} from {page.scope.source} where {page.where})"  # noqa: S608 - as above


def _node(page: _Page, details: FieldDetailsList) -> tuple[str, Places | None]:
    columns, places = page.compiler.object(page.node, details, page.plan, page.scope)
    return object_json(columns), places


def _edge(page: _Page, entry: PlaceField) -> tuple[str, Places | None]:
    edge = page.compiler.object_type(get_named_type(entry.found.type).name)
    place = Place(edge)
    written = []
    for key, group in page.compiler.groups(edge, entry.details):
        name = group[0].node.name.value
        if name == "node":
            sql, below = _node(page, group)
            if below:
                place.fields.append(PlaceField(key, edge.fields[name], group, below))
        elif name == "cursor":
            sql = page.keyset.cursor(page.keyset.place())
        elif name == "__typename":
            sql = literal(edge.name)
        else:
            raise PlanError(f"{edge.name}.{name} has no source: an edge has a node and a cursor")
        written.append(f"{sql} as {quoted(key)}")
    places = {edge.name: place} if place.fields else None
    return object_json(", ".join(written)), places


def _page_info(page: _Page, entry: PlaceField) -> str:
    """Aggregates over the scan itself, which a subquery could not hold."""
    type_ = page.compiler.object_type(get_named_type(entry.found.type).name)
    groups = page.compiler.groups(type_, entry.details)
    written = [f"{literal(key)}, {sql}" for key, sql in _info(page, groups, type_.name)]
    return f"json_build_object({', '.join(written)})"


def _info(
    page: _Page, groups: list[tuple[str, FieldDetailsList]], type_name: str
) -> Iterator[tuple[str, str]]:
    for key, group in groups:
        name = group[0].node.name.value
        if name == "__typename":
            yield key, literal(type_name)
        elif name == "hasNextPage":
            yield key, f"(count(*) > {page.size})"
        elif name == "hasPreviousPage":
            yield key, _has_before(page)
        else:
            yield key, _end(page, is_first=name == "startCursor")


def _has_before(page: _Page) -> str:
    if page.after is None:
        return "false"
    before = f"{page.where} and not {page.after}"
    return f"exists (select 1 from {page.scope.source} where {before})"  # noqa: S608 - as above


def _end(page: _Page, *, is_first: bool) -> str:
    """The cursor of the page's first or last row; null on an empty page.

    No aggregate here has an ORDER BY: PostgreSQL would sort the input of them all for it, the nodes too.
    The scan is already in order.
    """
    shown = f"filter (where r.n <= {page.size})"
    places = f"array_agg(r.{page.give(page.keyset.place())}) {shown}"
    index = "1" if is_first else f"count(*) {shown}"
    return page.keyset.cursor(f"({places})[{index}]")
