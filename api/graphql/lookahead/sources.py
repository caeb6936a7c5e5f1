"""The ways in which a field of a row is read."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from api.graphql.lookahead.rows import By, Rows
from api.graphql.lookahead.sql import Column, Scope, Sql, literal

if TYPE_CHECKING:
    from api.graphql.lookahead.compiler import Compiler, Piece
    from api.graphql.lookahead.places import PlaceField

__all__ = [
    "Choice",
    "Computed",
    "GlobalIdOf",
    "Guarded",
    "Items",
    "Listed",
    "Load",
    "Many",
    "On",
    "One",
    "Part",
    "Source",
    "Spelled",
    "Value",
    "money",
]

On = Callable[[Scope, Scope], str]
"""A condition that joins a parent's reading to a child's."""

Arguments = Mapping[str, Any]  # the field's arguments as strawberry gives them to a resolver
Load = Callable[[Any, Sequence[Mapping[str, Any]], Arguments], Awaitable[Sequence[Any]]]
"""load(context, rows, arguments): a value for each row, in the same order; an exception stands for one."""


@dataclass(frozen=True)
class Value:
    """A leaf from an expression; Decimal and ID become text by themselves."""

    sql: Sql
    nullable: bool = True


@dataclass(frozen=True)
class GlobalIdOf:
    """The global id of the row, from its type's name and primary key; as api.graphql.common.ids writes it."""

    type_name: str

    def __call__(self, scope: Scope) -> str:
        """The expression."""
        parts = " || ':' || ".join(scope.column(column) for column in scope.table.primary_key)
        return f"{literal(self.type_name + ':')} || {parts}"


@dataclass(frozen=True)
class Part:
    """An object made of columns of the row that it is part of; null where `present` does not hold."""

    fields: Mapping[str, "Source"]
    present: Sql | None = None


def money(amount: Column | Sql, currency: Column | Sql, *, nullable: bool | None = None) -> Part:
    """Money from minor units (hundredths, whole) and a currency code; null where the amount is.

    `nullable` says whether it may be, for an expression; a column knows. numeric keeps the amount exact:
    125000000 * 0.01 is 1250000.00.
    """

    def written(scope: Scope) -> str:
        return f"({_expression(amount, scope)} * 0.01)"

    def is_known(scope: Scope) -> str:
        return f"{_expression(amount, scope)} is not null"

    if nullable is None:
        nullable = amount.nullable if isinstance(amount, sa.Column) else True
    code = currency if isinstance(currency, sa.Column) else Value(currency, nullable=False)
    fields = {"amount": Value(written, nullable=False), "currency": code}
    return Part(fields, is_known if nullable else None)


def _expression(source: Column | Sql, scope: Scope) -> str:
    return scope.column(source) if isinstance(source, sa.Column) else source(scope)


@dataclass(frozen=True)
class One:
    """A row of another type by the foreign key between the tables (the one that holds the column `via`)."""

    via: str | None = None
    on: On | None = None
    where: Sql | None = None


@dataclass(frozen=True)
class Many:
    """The rows of another type that belong to this one, as a list.

    `through` is a table between the two; its column `via` then leads to this row, and `to` to the other.
    """

    via: str | None = None
    through: sa.Table | None = None
    to: str | None = None
    on: On | None = None
    where: Sql | None = None
    order: Sequence[By] = ()


@dataclass(frozen=True)
class Listed:
    """Rows that depend on the field's arguments: `build(**arguments)` says which, or None for none at all."""

    build: Callable[..., Rows | None]
    via: str | None = None
    through: sa.Table | None = None
    to: str | None = None
    on: On | None = None


@dataclass(frozen=True)
class Items:
    """A list of leaves or of parts, one a row of `table`."""

    table: sa.Table
    element: "Column | Value | Part"
    via: str | None = None
    on: On | None = None
    where: Sql | None = None
    order: Sequence[By] = ()


@dataclass(frozen=True)
class Choice:
    """A row of one of several types: its GraphQL type's name and its primary key, from this row."""

    type_: Column | Sql
    key: Sequence[Column]


@dataclass(frozen=True)
class Computed:
    """A value reckoned in Python, for all rows of a place at once, from columns of theirs."""

    load: Load
    needs: Mapping[str, Column | Sql] = field(default_factory=dict)


@dataclass(frozen=True)
class Guarded:
    """A source that a caller may be refused: what `check(context)` returns stands at its path."""

    source: "Source"
    check: Callable[[Any], Exception | None]  # the context is the application's


@dataclass(frozen=True)
class Spelled:
    """A value that is never null and whose JSON a subject spells itself, with the compiler's help for what is below."""

    spell: "Callable[[Compiler, PlaceField, Scope], Piece]"


Source = (
    Column | Value | GlobalIdOf | Part | One | Many | Listed | Items | Choice | Computed | Guarded | Spelled
)
