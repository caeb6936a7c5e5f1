"""Values by their keys: one row, or for many keys a list in their order."""

from collections.abc import Sequence
from typing import Any

from graphql.execution.collect_fields import FieldDetailsList

from api.graphql.lookahead.compiler import Compiler, Piece
from api.graphql.lookahead.places import PlaceField
from api.graphql.lookahead.rows import Rows, Writer
from api.graphql.lookahead.sql import row_json, type_name

__all__ = ["one_row", "several_rows", "written"]

Key = tuple[Any, ...]  # whatever the key's columns hold: mostly UUID


def one_row(compiler: Compiler, of: str, details: FieldDetailsList, key: Key) -> Piece:
    """One object or null.

    A single key is compared as it is: how many rows it finds is then known whatever the key, so PostgreSQL keeps one
    plan for the statement instead of planning it anew (its documentation, PREPARE, "Notes").
    """
    columns = compiler.plans.plan(of).table.primary_key
    bound = [compiler.binder.bind(part) for part in key]
    wanted = [f"{part}::{type_name(column)}" for part, column in zip(bound, columns, strict=True)]
    return _row(compiler, of, details, wanted)


def several_rows(compiler: Compiler, of: str, details: FieldDetailsList, keys: Sequence[Key]) -> Piece:
    """A list with one object or null for each key, in the order of the keys."""
    columns = list(compiler.plans.plan(of).table.primary_key)
    parts = zip(zip(*keys, strict=True), columns, strict=True)
    arrays = [f"{compiler.binder.bind(list(part))}::{type_name(column)}[]" for part, column in parts]
    names = [f"k{n}" for n in range(len(columns))]
    piece = _row(compiler, of, details, [f"k.{name}" for name in names])
    return Piece(_for_each(arrays, names, piece.sql), piece.places)


def written(compiler: Compiler, writer: Writer, field: PlaceField, keys: Sequence[Key]) -> Piece:
    """The value of a single key, which the planner then knows; of several keys, a list in their order."""
    if len(keys) == 1:
        return writer.piece(compiler, field, [f"{compiler.binder.bind(part)}::uuid" for part in keys[0]])
    parts = list(zip(*keys, strict=True))
    names = [f"k{n}" for n in range(len(parts))]
    arrays = [f"{compiler.binder.bind(list(part))}::uuid[]" for part in parts]
    piece = writer.piece(compiler, field, [f"k.{name}" for name in names])
    return Piece(_for_each(arrays, names, piece.sql), piece.places)


def _row(compiler: Compiler, of: str, details: FieldDetailsList, key: Sequence[str]) -> Piece:
    plan = compiler.plans.plan(of)
    scope = compiler.binder.scope(plan.table)
    met = [f"{scope.column(c)} = {part}" for c, part in zip(plan.table.primary_key, key, strict=True)]
    where = " and ".join((*met, compiler.where(plan, scope, Rows(), None)))
    columns, places = compiler.object(compiler.object_type(of), details, plan, scope)
    return Piece(row_json(f"select {columns} from {scope.source} where {where}"), places)  # noqa: S608 - names from metadata


def _for_each(arrays: Sequence[str], names: Sequence[str], sql: str) -> str:
    """A JSON list of an expression for each key, in the order of the arrays; the key's parts are k.NAME."""
    keyed = f"unnest({', '.join(arrays)}) with ordinality k({', '.join(names)}, n)"
    return f"(select coalesce(json_agg(x.j order by x.n), '[]') from (select k.n, {sql} j from {keyed}) x)"  # noqa: S608 - as above
