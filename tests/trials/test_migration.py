"""The newest migration down and up again while others write: nothing is lost, and nobody waits for long.

The control is a change that keeps a table of the ledger locked; the trial must see how long others wait.
"""

import asyncio
import itertools
import time
from pathlib import Path

import asyncpg
import pytest
from alembic.script import ScriptDirectory

from migrations.upgrade import configuration, downgrade, upgrade
from tests.migrations.test_schema import CATALOG

from .conftest import Place, times
from .site import running
from .writers import Journal, writing

WRITERS, TURNS = times("WRITERS", 8), times("TURNS", 3)
STALL_SECONDS = 5.0
LOCKED_SECONDS = 6.0


@pytest.mark.trial
def test_writers_hardly_notice_a_migration_down_and_up(sound: Place, tmp_path: Path) -> None:
    scripts = ScriptDirectory.from_config(configuration())
    head = scripts.get_revision("head")
    assert head is not None
    before = asyncio.run(_catalog(sound.url))
    with running(sound.environ, tmp_path / "site.log") as site:
        journal = Journal()
        with writing((site.host, site.port), sound.ground, journal, WRITERS):
            journal.wait_after(time.monotonic())
            for _ in range(TURNS):
                asyncio.run(downgrade(sound.logins, str(head.down_revision)))
                assert asyncio.run(_catalog(sound.url)) != before, "the migration changes nothing"
                asyncio.run(upgrade(sound.logins))
            journal.wait_after(time.monotonic())
        verdict = asyncio.run(sound.court(site).judge(journal))
    print(f"\nmigration: {TURNS} times down and up, {verdict}; longest stall {stall(journal):.2f} s")
    assert asyncio.run(_catalog(sound.url)) == before
    assert verdict.faults == {}
    assert journal.not_retryable == []
    assert stall(journal) <= STALL_SECONDS


@pytest.mark.trial
def test_the_trial_sees_a_change_that_locks_others_out(sound: Place, tmp_path: Path) -> None:
    with running(sound.environ, tmp_path / "site.log") as site:
        journal = Journal()
        with writing((site.host, site.port), sound.ground, journal, WRITERS):
            journal.wait_after(time.monotonic())
            asyncio.run(_locked(sound.url))
            journal.wait_after(time.monotonic())
    print(f"\nmigration, control: longest stall {stall(journal):.2f} s")
    assert stall(journal) > STALL_SECONDS


def stall(journal: Journal) -> float:
    """The longest time without an acknowledgement."""
    ends = sorted(told.ended_at for told in journal.acknowledged.values())
    return max(later - earlier for earlier, later in itertools.pairwise(ends))


async def _catalog(url: str) -> set[tuple[object, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return {tuple(row) for row in await connection.fetch(CATALOG)}
    finally:
        await connection.close()


async def _locked(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("lock table ledger.transfer in access exclusive mode")
            await asyncio.sleep(LOCKED_SECONDS)
    finally:
        await connection.close()
