"""A server with the small world in it, and operations that run in it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from enum import Enum
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import strawberry
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable
from strawberry.schema.config import StrawberryConfig

from api.graphql.common.scalars import SCALARS
from api.graphql.door.operations import Call, Operations
from api.graphql.lookahead import CONNECTION_SETTINGS, look_ahead
from models import embedded

from .tables import METADATA, made
from .world import PLANS, Event, Funder, Investment, Practice, Query, World

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types


@pytest.fixture(scope="session")
def world_schema() -> strawberry.Schema:
    schema = strawberry.Schema(
        Query,
        types=[Funder, Investment, Practice, Event],
        config=StrawberryConfig(scalar_map=SCALARS),
        execution_context_class=look_ahead(PLANS),
    )
    PLANS.check(schema._schema)
    return schema


@pytest.fixture(scope="session")
def world_rows() -> dict[str, list[dict[str, Any]]]:
    """The rows by the name of their table."""
    return {table.name: rows for table, rows in made().items()}


@pytest.fixture(scope="session")
def world_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Server]:
    folder: Path = tmp_path_factory.mktemp("lookahead")
    with embedded.lease(folder, durable=False) as server:
        yield server


@pytest.fixture(scope="session")
async def world_connection(
    world_server: embedded.Server,
) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(world_server.url(), server_settings=CONNECTION_SETTINGS)
    for table in METADATA.sorted_tables:
        created = CreateTable(table).compile(dialect=DIALECT)
        await connection.execute(str(created))
    for table, rows in made().items():
        names = [column.name for column in table.columns]
        records = [[_plain(row.get(name)) for name in names] for row in rows]
        await connection.copy_records_to_table(table.name, records=records, columns=names)
    yield connection
    await connection.close()


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else value


@pytest.fixture
def world(world_connection: "asyncpg.Connection[asyncpg.Record]") -> World:
    return World(world_connection)


@pytest.fixture
def operations(world_schema: strawberry.Schema, world: World) -> Operations:
    """Runs operations in `world`."""

    @asynccontextmanager
    async def contexts(_: Call) -> AsyncIterator[World]:
        yield world

    return Operations(world_schema, contexts)
