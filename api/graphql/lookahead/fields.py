"""Declares a strawberry field that is answered with rows, so that a type checker is content."""

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry

from api.graphql.lookahead.rows import Row, Rows

__all__ = ["rows_field"]

Built = Rows | Row | list[Row] | None


def rows_field(build: Callable[..., Built | Awaitable[Built]], graphql_type: object) -> Any:
    """A field of `graphql_type` whose rows `build` names; on a planned type it gets only the field's arguments.

        investments: InvestmentConnection = rows_field(investments, InvestmentConnection)

    Any, because in a class body strawberry lets a field stand for its value.
    """
    return strawberry.field(resolver=build, graphql_type=graphql_type)
