"""Text of SQL with its bound values: names come from the metadata, values are always parameters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum as PythonEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

__all__ = [
    "Binder",
    "Column",
    "Scope",
    "Sql",
    "literal",
    "object_json",
    "quoted",
    "row_json",
    "rows_json",
    "spoken",
    "stored",
    "table_name",
    "type_name",
]

Column = sa.Column[Any]
"""A column of any Python type; what it holds is told by its SQLAlchemy type."""

_DIALECT: Final = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's own constructor has no types
NAME_BYTES: Final = 63
"""PostgreSQL cuts longer names short (NAMEDATALEN - 1)."""


def quoted(name: str) -> str:
    """An identifier, quoted."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A constant of the schema as an SQL string (never a value from a caller, which is bound)."""
    return "'" + text.replace("'", "''") + "'"


def table_name(table: sa.FromClause) -> str:
    """A table with its schema, quoted."""
    named = table if isinstance(table, sa.Table) else None
    if named is None:
        raise TypeError("rows are read from a Table")
    return f"{quoted(named.schema)}.{quoted(named.name)}" if named.schema else quoted(named.name)


def type_name(column: Column) -> str:
    """The column's type as PostgreSQL writes it, for a cast."""
    return column.type.compile(dialect=_DIALECT)


def stored(column: Column, value: object) -> object:
    """What the database holds for a Python value of this column: an enum's stored label, else the value."""
    kind = column.type
    if isinstance(value, PythonEnum):
        labels = enum_labels(kind)
        return labels.get(value, value.value)
    return value


def enum_labels(kind: sa.types.TypeEngine[Any]) -> dict[PythonEnum, str]:
    """Each member of an enum column with the label that is stored for it; empty for any other type."""
    if not isinstance(kind, sa.Enum) or kind.enum_class is None:
        return {}
    members: Sequence[PythonEnum] = list(kind.enum_class.__members__.values())
    return dict(zip(members, kind.enums, strict=True))


def row_json(body: str) -> str:
    """The one row of a query as JSON, null where there is none.

    The query's columns bear the caller's aliases; the row's own name has a sign that no alias can have.
    """
    return f'(select row_to_json("#row") from ({body}) "#row")'  # noqa: S608 - made of metadata and parameters


def rows_json(body: str) -> str:
    """The rows of a query as a JSON list, in the query's order."""
    return f"""(select coalesce(json_agg("#row"), '[]') from ({body}) "#row")"""  # noqa: S608 - as above


def object_json(columns: str) -> str:
    """A select list over the row at hand as a JSON object (faster than json_build_object)."""
    return f'(select row_to_json("#row") from (select {columns}) "#row")'  # noqa: S608 - as above


def spoken(sql: str) -> str:
    """The statement that gives an expression's JSON as bytes: the driver decodes no text."""
    return f"select convert_to(({sql})::text, 'UTF8')"


@dataclass
class Binder:
    """The parameters of one statement, and the aliases already given."""

    context: object = None
    args: list[object] = field(default_factory=list)
    tables: int = 0

    def bind(self, value: object) -> str:
        """The parameter that stands for `value`."""
        self.args.append(value)
        return f"${len(self.args)}"

    def alias(self) -> str:
        """An alias that no other table of the statement has."""
        self.tables += 1
        return f"t{self.tables}"

    def scope(self, table: sa.Table) -> "Scope":
        """A new reading of a table."""
        return Scope(self, table, self.alias())


@dataclass(frozen=True)
class Scope:
    """What a piece of SQL may name: the columns of one reading of one table, and bound values."""

    binder: Binder
    table: sa.Table
    alias: str

    @property
    def context(self) -> Any:
        """The operation's context, as the application made it."""
        return self.binder.context

    def column(self, column: Column) -> str:
        """A column of this reading; raises TypeError for a column of another table."""
        if column.table is not self.table:
            raise TypeError(f"{column} is not a column of {self.table.name}")
        return f"{self.alias}.{quoted(column.name)}"

    def bind(self, value: object) -> str:
        """The parameter for `value`; cast it ($1::numeric) where its place does not say its type."""
        return self.binder.bind(value)

    def reading(self, table: sa.Table) -> "Scope":
        """Another reading, for a subquery."""
        return self.binder.scope(table)

    @property
    def source(self) -> str:
        """The FROM item of this reading."""
        return f"{table_name(self.table)} {self.alias}"


Sql = Callable[[Scope], str]
"""A condition or an expression over one row, written for the reading that it is used in."""
