"""One partnership cannot take every connection: the bulkhead alone, then over a real pool with a stuck partnership."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import COMMUNITY, Caller
from api.graphql.common.bulkheads import Bulkhead
from api.graphql.common.context import Context
from api.graphql.common.errors import Code, code_of
from models.database import Database, Logins, Scope
from models.partnerships import Partnership
from models.people import Role

POOL = 4


async def test_a_compartment_holds_so_many_and_lets_the_next_in_when_one_leaves() -> None:
    bulkhead, inside, most = Bulkhead(2), 0, 0

    async def work() -> None:
        nonlocal inside, most
        async with bulkhead.place(["a"]):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(work() for _ in range(20)))
    assert most == 2


async def test_an_empty_compartment_is_forgotten() -> None:
    bulkhead = Bulkhead(2)
    for number in range(100):
        async with bulkhead.place([number]):
            assert len(bulkhead) == 1
    assert len(bulkhead) == 0


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sets(st.integers(0, 4), min_size=1), max_size=30))
def test_whoever_asks_for_several_in_one_order_never_waits_in_a_ring(wanted: list[set[int]]) -> None:
    async def run() -> None:
        bulkhead = Bulkhead(1)

        async def work(places: set[int]) -> None:
            async with bulkhead.place(sorted(places)):
                await asyncio.sleep(0)

        async with asyncio.timeout(10):
            await asyncio.gather(*(work(each) for each in wanted))

    asyncio.run(run())


async def _one(session: AsyncSession) -> int:
    return int((await session.execute(text("select 1"))).scalar_one())


def _caller(partnership: Partnership) -> Caller:
    return Caller("x", "token:x", {partnership.id: Role.ANCHOR})


@pytest.mark.parametrize("has_bulkhead", [True, False])
async def test_a_stuck_partnership_does_not_hold_up_another(
    logins: Logins,
    database: Database,
    partnership: Partnership,
    other_partnership: Partnership,
    has_bulkhead: bool,
) -> None:
    """30 writers wait for one locked row with four connections; without the bulkhead, nobody else gets through."""
    pool = Database(logins, pool_size=POOL)
    bulkhead = Bulkhead(POOL // 2) if has_bulkhead else None
    lock = text("select id from partnership where id = :id for update")

    async def write() -> None:
        async with (
            Context(pool, _caller(partnership), bulkhead=bulkhead) as context,
            context.writing(partnership.id) as session,
        ):
            await session.execute(lock, {"id": partnership.id})

    async with database.session(Scope.of(partnership.id)) as holder:
        await holder.execute(lock, {"id": partnership.id})
        writers = [asyncio.create_task(write()) for _ in range(30)]
        await _waiting(database, POOL // 2 if has_bulkhead else POOL)
        try:
            async with asyncio.timeout(2):
                async with Context(pool, _caller(other_partnership), bulkhead=bulkhead) as context:
                    got_through = await context.run(_one) == 1
                async with Context(pool, COMMUNITY, bulkhead=bulkhead) as context:
                    got_through = got_through and await context.run(_one) == 1
        except TimeoutError:
            got_through = False
        for writer in writers:
            writer.cancel()
        await asyncio.gather(*writers, return_exceptions=True)
    await pool.close()
    assert got_through is has_bulkhead


async def _waiting(database: Database, count: int) -> None:
    """Returns when so many sessions wait for a lock."""
    query = text(
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    )
    async with asyncio.timeout(20), database.connection() as connection:
        while (await connection.execute(query)).scalar_one() < count:
            await connection.rollback()
            await asyncio.sleep(0.01)


async def test_an_operation_that_writes_and_reads_meanwhile_takes_one_place(
    database: Database, partnership: Partnership
) -> None:
    """With a single place it would otherwise wait for itself."""
    async with (
        asyncio.timeout(10),
        Context(database, _caller(partnership), bulkhead=Bulkhead(1)) as context,
        context.writing(partnership.id) as session,
    ):
        assert await _one(session) == 1
        assert await context.run(_one) == 1


@pytest.mark.parametrize("is_writing", [True, False])
async def test_the_server_ends_a_statement_that_outlasts_its_request(
    database: Database, partnership: Partnership, is_writing: bool
) -> None:
    """Without the event loop's own deadline: it is PostgreSQL that ends it (57014), and the code is DEADLINE."""
    due_at = asyncio.get_running_loop().time() + 0.3

    async def asked() -> None:
        async with Context(database, _caller(partnership), due_at=due_at) as context:
            if not is_writing:
                await context.run(_sleep)
                return
            async with context.writing(partnership.id) as session:
                await _sleep(session)

    with pytest.raises(DBAPIError) as error:
        await asked()
    assert getattr(error.value.orig, "sqlstate", "") == "57014"
    assert code_of(error.value) is Code.DEADLINE
    assert asyncio.get_running_loop().time() < due_at + 5


async def _sleep(session: AsyncSession) -> None:
    await session.execute(text("select pg_sleep(20)"))


async def test_a_transaction_that_is_left_standing_gives_its_locks_back(
    database: Database, partnership: Partnership
) -> None:
    lock = text("select id from partnership where id = :id for update")
    due_at = asyncio.get_running_loop().time() + 1.5  # the first statement must be through by then

    async def left_standing() -> None:
        async with (
            Context(database, _caller(partnership), due_at=due_at) as context,
            context.writing(partnership.id) as session,
        ):
            await session.execute(lock, {"id": partnership.id})
            async with asyncio.timeout(10), database.session(Scope.of(partnership.id)) as other:
                await other.execute(lock, {"id": partnership.id})
            await _one(session)

    with pytest.raises(DBAPIError) as error:
        await left_standing()
    assert code_of(error.value) is Code.UNAVAILABLE


async def test_the_limit_of_one_request_is_not_the_next_one_s(database: Database) -> None:
    async with database.session(Scope(), seconds=0.5) as session:
        assert (await session.execute(text("show statement_timeout"))).scalar_one() == "500ms"
    for _ in range(10):
        async with database.session(Scope()) as session:
            assert (await session.execute(text("show statement_timeout"))).scalar_one() == "0"
