"""Leaves: what the database writes as JSON is what Python reads back."""

from typing import Any

import asyncpg
import orjson
import pytest
import sqlalchemy as sa

from api.graphql.lookahead.leaves import decoder, needed
from api.graphql.lookahead.sql import Binder

from .tables import FUNDER, INVESTMENT, PARTNERSHIP, PRACTICE

COLUMNS = [*INVESTMENT.columns, *FUNDER.columns, *PRACTICE.columns, *PARTNERSHIP.columns]


@pytest.mark.parametrize("column", COLUMNS, ids=str)
async def test_a_column_reaches_python_as_it_went_in(
    column: sa.Column[Any],
    world_connection: "asyncpg.Connection[asyncpg.Record]",
    world_rows: dict[str, list[dict[str, Any]]],
) -> None:
    table = column.table
    assert isinstance(table, sa.Table)
    scope = Binder().scope(table)
    rows_in_order = f"(select * from {table.name} order by 1, 2) {scope.alias}"  # noqa: S608 - a test's own
    sql = f"select json_agg({needed(column, scope)}) from {rows_in_order}"  # noqa: S608 - a test's own
    text = await world_connection.fetchval(sql)
    read = decoder(column)
    rows = sorted(world_rows[table.name], key=lambda row: [str(row[c.name]) for c in table.primary_key])
    assert [read(value) for value in orjson.loads(text)] == [row[column.name] for row in rows]
