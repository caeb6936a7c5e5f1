"""A list takes as many statements for many rows as for one, whatever is below it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest

from api.graphql.common.context import Context
from api.graphql.door.operations import Call, Operations
from api.graphql.door.requests import Request
from api.graphql.schema import schema
from models.database import Database, Logins

from .conftest import member
from .small import Small

BELOW = {
    "rows alone": "investments(first: $n) { nodes { id title committed { amount } } }",
    "rows below rows": "investments(first: $n) { nodes { funder { organization { name } }"
    " allocations { practice { name outcomes { name } } population { label } } } }",
    "pages below pages": "funders(first: $n) { nodes { investments(first: 20) { totalCount nodes { title"
    " allocations { outcome { name } } } } } }",
    "what Python reckons for each row": "investments(first: $n) { nodes { totals { count }"
    " movable { movable { amount } } } }",
    "tiers of practices": "practices(first: $n) { nodes { name tier { tier } } }",
}


class Logged:
    """A database of one connection that keeps every statement it is sent."""

    def __init__(self, database: Database, small: Small) -> None:
        self.database, self.small = database, small
        self.statements: list[str] = []

    async def asked(self, below: str, n: int) -> tuple[int, list[Any]]:
        """How many statements the answer took, and its rows."""
        query = f'query($n: Int!) {{ partnership(slug: "{self.small.slug}") {{ list: {below} }} }}'
        await asyncio.sleep(0)  # the driver tells of a statement when the loop turns
        self.statements.clear()
        answer = await Operations(schema(), self._contexts).run(Request(query, None, {"n": n}), Call())
        await asyncio.sleep(0)
        count = len(self.statements)
        assert not answer.errors
        return count, orjson.loads(answer.body())["data"]["partnership"]["list"]["nodes"]

    @asynccontextmanager
    async def _contexts(self, _: Call) -> AsyncGenerator[Context]:
        async with Context(self.database, member(self.small)) as context:
            yield context


@pytest.fixture
async def logged(logins: Logins, small: Small) -> AsyncGenerator[Logged]:
    database = Database(logins, pool_size=1)
    found = Logged(database, small)
    async with database.connection() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        driver.add_query_logger(lambda record: found.statements.append(record.query))
    yield found
    await database.close()


@pytest.mark.parametrize("below", BELOW.values(), ids=BELOW.keys())
async def test_statements_do_not_grow_with_rows(logged: Logged, below: str) -> None:
    await logged.asked(below, 1)  # the driver asks for what it does not know of types once
    few, one = await logged.asked(below, 1)
    many, all_ = await logged.asked(below, 50)
    assert len(one) == 1 < len(all_)
    assert few == many


async def test_a_root_field_takes_its_statement_and_a_transaction_around_it(logged: Logged) -> None:
    """By hand: one round trip that begins and enters, the statement itself, and the commit."""
    await logged.asked(BELOW["rows below rows"], 50)
    count, _ = await logged.asked(BELOW["rows below rows"], 50)
    assert count == 3
    assert logged.statements[0].startswith("begin")
    assert logged.statements[-1] == "commit"
