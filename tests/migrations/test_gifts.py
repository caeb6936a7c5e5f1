"""The migration of gifts into the ledger: what was recorded before is promised, and down and up again loses nothing."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from allocation.partnerships import Terms, create_partnership
from allocation.quantities import Quantities
from migrations.upgrade import downgrade, upgrade
from models.database import Database, Logins, Scope
from tests.allocation.gift_desk import OCTOBER, GiftDesk, gift_desk
from tests.conftest import scratch_database

BEFORE = "0019"
LEDGER = "select sequence, kind, unit, amount, encode(hash, 'hex') from ledger.transfer order by sequence"


@pytest.fixture
def scratch(server_url: str) -> Iterator[Logins]:
    with scratch_database(server_url) as logins:
        yield logins


async def rows(desk: GiftDesk) -> list[tuple[object, ...]]:
    async with desk.database.session(desk.scope) as session:
        return [tuple(row) for row in await session.execute(text(LEDGER))]


async def test_gifts_from_before_are_promised_and_down_and_up_loses_nothing(scratch: Logins) -> None:
    await upgrade(scratch)
    database = Database(scratch)
    async with database.session(Scope()) as session:
        partnership = await create_partnership(session, Terms("gifts", "Gifts"))
    desk = await gift_desk(database, partnership)
    gift = await desk.give("10")
    await desk.give("3", description="More hours")
    await desk.move(gift, "RECEIPT", 4_000)
    before = await rows(desk)
    await downgrade(scratch, BEFORE)
    async with database.session(desk.scope) as session:
        later = "update in_kind_resource set quantity = 11 where id = :id"
        await session.execute(text(later), {"id": gift})
    await upgrade(scratch)
    assert (await rows(desk))[: len(before)] == before
    assert await desk.standing(gift, OCTOBER) == Quantities("HOUR", 7_000, 4_000)
    assert await desk.audit() == []
    await database.close()
