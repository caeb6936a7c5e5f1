"""The one door to the database: shared while resolvers run together, given back whatever happens."""

import asyncio
import json

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import COMMUNITY
from api.graphql.common.context import Context
from models.database import Database, Logins, Scope
from models.partnerships import Partnership

from .conftest import Ask, member
from .small import Small

FOREIGN_ROW = (
    "insert into outcome (partnership_id, id, name, stage) values (:p, gen_random_uuid(), 'x', 'CAREER')"
)


async def number(session: AsyncSession) -> int:
    return int((await session.execute(text("select 7"))).scalar_one())


async def test_the_same_key_is_read_once_an_operation(database: Database) -> None:
    reads = []

    async def read(session: AsyncSession) -> int:
        reads.append(1)
        return await number(session)

    async with Context(database, COMMUNITY) as context:
        found = await asyncio.gather(*(context.once("key", read) for _ in range(5)))
    assert (found, reads) == ([7] * 5, [1])


async def test_a_failed_statement_leaves_the_next_one_a_fresh_transaction(database: Database) -> None:
    async def fail(session: AsyncSession) -> None:
        await session.execute(text("select 1 / 0"))

    async with Context(database, COMMUNITY) as context:
        with pytest.raises(Exception, match="division by zero"):
            await context.run(fail)
        assert await context.run(number) == 7


async def test_a_cancelled_statement_gives_its_connection_back(logins: Logins) -> None:
    """With one connection in the pool, the next operation would wait ten seconds for a lost one."""
    narrow = Database(logins, pool_size=1)

    async def wait(session: AsyncSession) -> None:
        await session.execute(text("select pg_sleep(60)"))

    try:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2), Context(narrow, COMMUNITY) as context:
                await context.run(wait)
        async with asyncio.timeout(5), Context(narrow, COMMUNITY) as context:
            assert await context.run(number) == 7
    finally:
        await narrow.close()


async def test_one_connection_is_enough_for_a_change_and_its_answer(logins: Logins, small: Small) -> None:
    narrow = Database(logins, pool_size=1)
    try:
        async with asyncio.timeout(5), Context(narrow, member(small)) as context:
            await context.run(number)
            async with context.writing(small.partnership.id) as session:
                await number(session)
            assert await context.run(number) == 7
    finally:
        await narrow.close()


async def test_all_reads_of_an_operation_see_one_snapshot(database: Database, small: Small) -> None:
    """What is committed between two reads is seen after a change or in the next operation, not between them."""

    async def outcomes(session: AsyncSession) -> int:
        return int((await session.execute(text("select count(*) from outcome"))).scalar_one())

    async with Context(database, member(small)) as context:
        first = await context.run(outcomes)
        async with database.session(Scope.of(small.partnership.id)) as session:
            await session.execute(text(FOREIGN_ROW), {"p": small.partnership.id})
        assert await context.run(outcomes) == first
        await context.rest()
        assert await context.run(outcomes) == first + 1


async def test_a_caller_reads_the_public_partnerships_and_its_own(
    database: Database, small: Small, private: Small
) -> None:
    async def slugs(session: AsyncSession) -> set[str]:
        return {row.slug for row in await session.execute(text("select slug from partnership"))}

    async def funders(session: AsyncSession) -> int:
        return int((await session.execute(text("select count(*) from funder"))).scalar_one())

    async with Context(database, COMMUNITY) as context:
        anybody, seen = await context.run(slugs), await context.run(funders)
    async with Context(database, member(private)) as context:
        its_own, more = await context.run(slugs), await context.run(funders)
    assert small.slug in anybody
    assert private.slug not in anybody
    assert its_own == anybody | {private.slug}
    assert more == seen + 2


async def test_a_change_of_a_foreign_partnership_is_stopped_by_the_database(
    database: Database, small: Small, other_partnership: Partnership
) -> None:
    """Row-level security is the last fence: a scope for one partnership writes no other."""
    async with Context(database, member(small)) as context:
        with pytest.raises(Exception, match="row-level security"):
            async with context.writing(small.partnership.id) as session:
                await session.execute(
                    text(FOREIGN_ROW),
                    {"p": other_partnership.id},
                )


async def test_answers_of_one_partnership_do_not_change_with_another(
    ask: Ask, small: Small, database: Database, other_partnership: Partnership
) -> None:
    query = """query($slug: String!) { partnership(slug: $slug) {
      investments { totalCount nodes { title alignmentLevel committed { amount } } }
      disparities { totalCount nodes { gap status } } practices { nodes { name tier { tier } } } } }"""
    before = json.dumps(await ask(query, slug=small.slug))
    async with database.steward_session(Scope.of(other_partnership.id)) as session:
        await session.execute(
            text(FOREIGN_ROW),
            {"p": other_partnership.id},
        )
    assert json.dumps(await ask(query, slug=small.slug)) == before
