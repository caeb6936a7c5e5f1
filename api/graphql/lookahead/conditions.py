"""Conditions on rows: what the filters of the API are made of."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import sqlalchemy as sa

from api.graphql.lookahead.joins import join_of
from api.graphql.lookahead.sql import Column, Scope, Sql, stored, type_name

__all__ = [
    "all_of",
    "any_of",
    "at_least",
    "at_most",
    "contains",
    "equals",
    "has",
    "is_null",
    "is_one_of",
    "key_is",
    "negated",
    "never",
]

_WILD: Final = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})


def equals(column: Column, value: object) -> Sql:
    """The column has this value; None asks for unknown ones."""
    if value is None:
        return is_null(column)
    return lambda scope: f"{scope.column(column)} = {scope.bind(stored(column, value))}"


def is_one_of(column: Column, values: Iterable[object]) -> Sql:
    """The column has one of these values; of none, no row has one."""
    wanted = [stored(column, value) for value in values]
    return lambda scope: f"{scope.column(column)} = any({scope.bind(wanted)}::{type_name(column)}[])"


def at_least(column: Column, value: object) -> Sql:
    """The column is this value or more (later)."""
    return lambda scope: f"{scope.column(column)} >= {scope.bind(stored(column, value))}"


def at_most(column: Column, value: object) -> Sql:
    """The column is this value or less (earlier)."""
    return lambda scope: f"{scope.column(column)} <= {scope.bind(stored(column, value))}"


def is_null(column: Column, yes: bool = True) -> Sql:
    """The column is unknown, or with `yes` false, is known."""
    return lambda scope: f"{scope.column(column)} is {'' if yes else 'not '}null"


def contains(columns: Sequence[Column], text: str) -> Sql:
    """One of the columns has this text in it, in any case; the text stands for itself, wildcards too."""
    pattern = f"%{text.translate(_WILD)}%"

    def written(scope: Scope) -> str:
        bound = scope.bind(pattern)
        return "(" + " or ".join(f"{scope.column(column)} ilike {bound}" for column in columns) + ")"

    return written


def has(table: sa.Table, condition: Sql | None = None, via: str | None = None) -> Sql:
    """There is a row of another table joined to this one, and it meets the condition."""

    def written(scope: Scope) -> str:
        inner = scope.reading(table)
        joined = join_of(scope.table, table, via).on(scope, inner)
        more = f" and ({condition(inner)})" if condition else ""
        return f"exists (select 1 from {inner.source} where {joined}{more})"  # noqa: S608 - names from metadata, values bound

    return written


def key_is(table: sa.Table, key: Sequence[object]) -> Sql:
    """The row with this primary key, its values in the table's order."""
    return all_of(*(equals(column, value) for column, value in zip(table.primary_key, key, strict=True)))


def all_of(*conditions: Sql | None) -> Sql:
    """Every condition holds; those that are None are left out, and of none all rows pass."""
    return _joined(conditions, " and ", "true")


def any_of(*conditions: Sql | None) -> Sql:
    """A condition holds; those that are None are left out, and of none no row passes."""
    return _joined(conditions, " or ", "false")


def negated(condition: Sql) -> Sql:
    """The condition does not hold; a row where it is unknown does not pass either."""
    return lambda scope: f"not ({condition(scope)})"


def never(_: Scope) -> str:
    """No row."""
    return "false"


def _joined(conditions: Sequence[Sql | None], word: str, of_none: str) -> Sql:
    given: list[Callable[[Scope], str]] = [condition for condition in conditions if condition is not None]
    if not given:
        return lambda _: of_none
    return lambda scope: "(" + word.join(condition(scope) for condition in given) + ")"
