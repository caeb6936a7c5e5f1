"""Connections that rest between two readings, over one PostgreSQL."""

import asyncio
from collections.abc import AsyncGenerator

import asyncpg
import pytest
from sqlalchemy import text

from models.database import Database, Logins, Scope
from models.reading import Reading


@pytest.fixture
async def single(logins: Logins) -> AsyncGenerator[Database]:
    """A database with one connection, so that whoever holds it keeps everybody else out."""
    database = Database(logins, pool_size=1)
    yield database
    await database.close()


async def begun(database: Database) -> Reading:
    return await database.begin_reading(Scope(), seconds=5, then="select 1")


async def process_of(database: Database) -> int:
    """The server's process that served one reading."""
    reading = await begun(database)
    [[found]] = await reading.driver.fetch("select pg_backend_pid()")
    await database.end_reading(reading)
    return int(found)


async def test_the_next_reading_goes_on_where_the_last_one_rested(single: Database) -> None:
    assert await process_of(single) == await process_of(single)


async def test_a_reading_leaves_nothing_of_its_caller_behind(single: Database, logins: Logins) -> None:
    reading = await single.begin_reading(Scope(actor="somebody"), seconds=5, then="select 1")
    asked = "select current_setting('app.actor', true)"
    assert (await reading.driver.fetch(asked))[0][0] == "somebody"
    await single.end_reading(reading)
    assert not (await reading.driver.fetch(asked))[0][0]


async def test_a_connection_that_the_server_has_ended_is_replaced(single: Database, logins: Logins) -> None:
    ended = await process_of(single)
    owner = await asyncpg.connect(
        logins.url.set(drivername="postgresql").render_as_string(hide_password=False)
    )
    await owner.execute("select pg_terminate_backend($1, 5000)", ended)
    await owner.close()
    await asyncio.sleep(0)  # the loop reads that the server has gone
    assert await process_of(single) != ended


async def test_a_broken_reading_is_rolled_back_and_its_connection_serves_the_next(single: Database) -> None:
    reading = await begun(single)
    with pytest.raises(asyncpg.DivisionByZeroError):
        await reading.driver.fetch("select 1 / 0")
    await single.end_reading(reading, is_broken=True)
    assert await process_of(single)


async def test_who_writes_gets_a_connection_that_rests(single: Database) -> None:
    await process_of(single)
    async with asyncio.timeout(5), single.session(Scope()) as session:
        assert (await session.execute(text("select 1"))).scalar_one() == 1


async def test_a_reading_that_ends_lets_in_who_waits_to_write(single: Database) -> None:
    reading = await begun(single)

    async def written() -> int:
        async with single.session(Scope()) as session:
            return int((await session.execute(text("select 1"))).scalar_one())

    waiting = asyncio.create_task(written())
    await asyncio.sleep(0)  # it waits
    await single.end_reading(reading)
    async with asyncio.timeout(5):
        assert await waiting == 1


async def test_who_waits_to_read_is_let_in_when_another_has_read(single: Database) -> None:
    reading = await begun(single)
    waiting = asyncio.create_task(process_of(single))
    await asyncio.sleep(0)  # it waits
    await single.end_reading(reading)
    async with asyncio.timeout(5):
        assert await waiting
