"""The migration of the anchor's tables: it can be undone, says what the models say, and guards every row."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine

from migrations.upgrade import downgrade, upgrade
from models import Base
from models.database import Database, Logins, Scope
from models.partnerships import Partnership
from models.staffing import KeyRole, PositionCost, Provision, StaffPosition
from tests.conftest import scratch_database

TABLES = {
    "budget_line",
    "fee_agreement",
    "in_kind_match",
    "instalment",
    "investment_link",
    "match_offer",
    "match_requirement",
    "obligation",
    "position_cost",
    "renewal",
}


@pytest.fixture
def scratch(server_url: str) -> Iterator[Logins]:
    with scratch_database(server_url) as logins:
        yield logins


async def tables_of(logins: Logins) -> set[str]:
    engine = create_async_engine(logins.url)
    async with engine.connect() as connection:
        rows = await connection.execute(text("select tablename from pg_tables where schemaname = 'public'"))
        found = {row.tablename for row in rows}
    await engine.dispose()
    return found


async def test_it_can_be_undone_and_done_again(scratch: Logins) -> None:
    await upgrade(scratch, "0002")
    assert await tables_of(scratch) >= TABLES
    await downgrade(scratch, "0001")
    assert not await tables_of(scratch) & TABLES
    await upgrade(scratch, "0002")
    assert await tables_of(scratch) >= TABLES


async def test_it_makes_the_tables_that_the_models_describe(logins: Logins) -> None:
    engine = create_async_engine(logins.url)
    async with engine.connect() as connection:
        found = await connection.run_sync(_differences)
    await engine.dispose()
    assert found == []


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"include_name": lambda name, kind, _: kind != "table" or name in TABLES}
    )
    differences = compare_metadata(context, Base.metadata)
    return [each for each in differences if any(f"'{table}'" in repr(each) for table in TABLES)]


async def _cost(database: Database, partnership: Partnership, **changes: object) -> None:
    async with database.session(Scope.of(partnership.id)) as session:
        position = StaffPosition(
            partnership_id=partnership.id,
            title="Data manager",
            role=KeyRole.DATA_MANAGER,
            full_time_equivalent=Decimal(1),
            provision=Provision.PAID,
        )
        session.add(position)
        await session.flush()
        row = {"partnership_id": partnership.id, "position_id": position.id, "annual_pay": 1, **changes}
        await session.execute(insert(PositionCost).values(from_on=text("date '2026-07-01'"), **row))


async def test_a_row_is_seen_by_its_partnership_alone(
    database: Database, partnership: Partnership, other_partnership: Partnership
) -> None:
    await _cost(database, partnership)
    counts = []
    for each in (partnership, other_partnership):
        async with database.session(Scope.of(each.id)) as session:
            counts.append(len((await session.execute(select(PositionCost))).all()))
    assert counts == [1, 0]


async def test_a_row_of_another_partnership_cannot_be_written(
    database: Database, partnership: Partnership, other_partnership: Partnership
) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        await _cost(database, partnership, partnership_id=other_partnership.id)


async def test_a_negative_pay_is_refused_by_name(database: Database, partnership: Partnership) -> None:
    with pytest.raises(IntegrityError, match="ck_position_cost_annual_pay"):
        await _cost(database, partnership, annual_pay=-1)
