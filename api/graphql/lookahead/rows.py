"""What a resolver returns instead of objects: which rows, in which order, how many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from api.graphql.lookahead.sql import Column, Sql, type_name

if TYPE_CHECKING:
    from api.graphql.lookahead.compiler import Compiler, Piece
    from api.graphql.lookahead.places import PlaceField

__all__ = ["By", "Identified", "Row", "Rows", "Writer", "Written"]


@dataclass(frozen=True)
class By:
    """One step of an order; rows where it is unknown come last in either direction.

    An expression needs a `name`, by which cursors know their order, and PostgreSQL's `type` for it.
    """

    of: Column | Sql
    descending: bool = False
    name: str = ""
    type: str = ""
    nullable: bool = True

    @property
    def step_name(self) -> str:
        """What a cursor calls this step."""
        name = self.of.name if isinstance(self.of, sa.Column) else self.name
        if not name:
            raise TypeError("an order by an expression has a name")
        return f"-{name}" if self.descending else name

    @property
    def kind(self) -> str:
        """PostgreSQL's type of the step, in lower case."""
        return (type_name(self.of) if isinstance(self.of, sa.Column) else self.type or "text").lower()

    @property
    def is_nullable(self) -> bool:
        """Whether a row may have no value here."""
        return bool(self.of.nullable) if isinstance(self.of, sa.Column) else self.nullable


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of the field's GraphQL type that meet `where`; the type says whether one, a list or a page.

    `first` is the size of a page (0 to 1,000) or the most that a list holds; `after` is a cursor.
    `of` names the GraphQL type where the field's own type is an interface or a union.
    """

    where: Sql | None = None
    order: Sequence[By] = ()
    first: int | None = None
    after: str | None = None
    of: str | None = None


@dataclass(frozen=True)
class Row:
    """One row by its primary key, in the order of the table's columns; null where there is none."""

    of: str
    key: tuple[Any, ...]  # whatever the key's columns hold: mostly UUID


@dataclass(frozen=True)
class Identified:
    """The row of a Node type by its global id; null for what is no id of ours."""

    text: str


class Writer:
    """Spells a value in SQL; the values of one place share a writer, and are asked of it in one statement."""

    def piece(self, compiler: "Compiler", field: "PlaceField", key: Sequence[str]) -> "Piece":
        """The value's JSON; `key` has SQL for each part of its key."""
        raise NotImplementedError


@dataclass(frozen=True)
class Written:
    """A value that a writer spells, by a key of ids."""

    writer: Writer
    key: tuple[Any, ...]  # UUID, as far as the database is concerned
