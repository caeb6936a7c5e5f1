"""What every subject builds on: nodes, money, sources, and how fields that come from rows are declared."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
import strawberry

from api.graphql.lookahead import Row, Rows

F = TypeVar("F", bound=Callable[..., object])

__all__ = ["Money", "Node", "SourceReference", "listed", "money_of", "row", "table_of", "typed"]


@strawberry.interface
class Node:
    """Anything that has an id of its own."""

    id: strawberry.ID


@strawberry.type
class Money:
    """An amount in a currency (ISO 4217); amounts of two currencies are never added."""

    amount: Decimal
    currency: str


@strawberry.type
class SourceReference:
    """Where a fact comes from: the system, and within it the identifier, file and row."""

    system: str
    identifier: str | None
    file: str | None
    row: int | None


def table_of(model: type[Any]) -> sa.Table:  # Any: a row class
    """The table behind a row class."""
    found: sa.Table = model.__table__
    return found


def listed(build: Callable[..., Rows | None]) -> Any:  # stands where the rows will be
    """A field whose rows depend on its arguments: `build` says which."""
    return strawberry.field(resolver=build)


def typed(graphql_type: object) -> Callable[[F], F]:
    """Declares a resolver whose GraphQL type is not what it returns, since rows stand for values."""
    declared: Callable[[F], F] = strawberry.field(graphql_type=graphql_type)
    return declared


def row(of: str, *key: UUID) -> Any:  # stands where the row will be
    """The row of a type below an object that Python has made."""
    return Row(of, key)


def money_of(amount: int, currency: str) -> Money:
    """Money from minor units (hundredths)."""
    return Money(amount=Decimal(amount).scaleb(-2), currency=currency)
