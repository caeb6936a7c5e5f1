"""Leaves: how a column is written as JSON for its GraphQL type, and read back as a Python value."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from graphql import GraphQLEnumType, GraphQLOutputType, get_named_type, get_nullable_type, is_list_type

from api.graphql.lookahead.joins import PlanError
from api.graphql.lookahead.sql import Column, Scope, enum_labels, literal

__all__ = ["column_leaf", "decoder", "expression_leaf", "needed"]

_AS_TEXT: Final = frozenset({"Decimal", "ID"})
_TEXT_KINDS: Final = (sa.Text, sa.String, sa.Enum)


def column_leaf(type_: GraphQLOutputType, column: Column, scope: Scope) -> str:
    """A leaf: numeric and ids as text, an enum by its GraphQL name, else as PostgreSQL's JSON has it."""
    named = get_named_type(type_)
    if isinstance(named, GraphQLEnumType):
        return _enum(named, column, scope)
    written = scope.column(column)
    if named.name == "String" and not is_list_type(get_nullable_type(type_)):
        return written if isinstance(column.type, _TEXT_KINDS) else f"{written}::text"
    return expression_leaf(type_, written)


def expression_leaf(type_: GraphQLOutputType, written: str) -> str:
    """The same for any expression."""
    if get_named_type(type_).name not in _AS_TEXT:
        return written
    return f"({written})::text[]" if is_list_type(get_nullable_type(type_)) else f"({written})::text"


def _enum(type_: GraphQLEnumType, column: Column, scope: Scope) -> str:
    written = scope.column(column)
    labels = enum_labels(column.type)
    names = {value.value: name for name, value in type_.values.items()}
    renamed = {}
    for member, label in labels.items():
        name = names.get(member.value, names.get(member))
        if name is None:
            raise PlanError(f"{column} may hold {member!r}, which the enum {type_.name} does not have")
        if name != label:
            renamed[label] = name
    if not renamed:
        return written
    cases = " ".join(f"when {literal(label)} then {literal(name)}" for label, name in renamed.items())
    return f"case {written} {cases} else {written} end"


def needed(source: Column | Callable[[Scope], str], scope: Scope) -> str:
    """The expression by which a column reaches Python: numeric as text, so that no digit is lost."""
    if not isinstance(source, sa.Column):
        return source(scope)
    written = scope.column(source)
    return f"{written}::text" if isinstance(source.type, sa.Numeric) else written


def decoder(source: Column | Callable[[Scope], str]) -> Callable[[Any], Any]:
    """From the JSON of `needed` to what the column holds in Python; an expression's value stays JSON."""
    if not isinstance(source, sa.Column):
        return lambda value: value
    members = {label: member for member, label in enum_labels(source.type).items()}
    read: Callable[[Any], Any]
    if members:
        read = members.__getitem__
    elif isinstance(source.type, sa.Uuid):
        read = UUID
    elif isinstance(source.type, sa.Numeric):
        read = Decimal
    elif isinstance(source.type, sa.DateTime):
        read = datetime.fromisoformat
    elif isinstance(source.type, sa.Date):
        read = date.fromisoformat
    else:
        return lambda value: value
    return lambda value: None if value is None else read(value)
