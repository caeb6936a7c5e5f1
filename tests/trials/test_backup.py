"""A backup that is taken while others write holds every write acknowledged before it began, roles and rules included.

The controls: a backup from before those writes must be seen to lack them, and a restored table whose row-level
security is no longer forced must be seen.
"""

import asyncio
import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from models.database import Logins

from .conftest import SECRET, Place, times
from .oracle import AUDIT, EFFECTS
from .site import SERVE, running
from .writers import Journal, writing

WRITERS, SECONDS = times("WRITERS", 8), times("BACKUP_SECONDS", 10)
UNGUARDED = """
select c.oid::regclass::text from pg_class c
where c.relkind in ('r', 'p') and c.relnamespace::regnamespace::text in ('public', 'ledger', 'raw')
  and c.relname <> 'alembic_version' and not (c.relrowsecurity and c.relforcerowsecurity)
"""
RULES = """
select p.polrelid::regclass::text, p.polname, p.polcmd, pg_get_expr(p.polqual, p.polrelid) as reads,
  pg_get_expr(p.polwithcheck, p.polrelid) as writes
from pg_policy p order by 1, 2
"""
GRANTS = """
select c.oid::regclass::text as at, regexp_replace(a.grantee::regrole::text, '.*_', '') as part, a.privilege_type
from pg_class c cross join aclexplode(c.relacl) a
where c.relnamespace::regnamespace::text in ('public', 'ledger', 'raw', 'queue') order by 1, 2, 3
"""


@pytest.mark.trial
def test_a_backup_under_load_is_whole_and_guarded(sound: Place, tmp_path: Path) -> None:
    early, late = tmp_path / "early.dump", tmp_path / "late.dump"
    journal = Journal()
    _command(sound.environ, "database", "backup", str(early))
    with (
        running(sound.environ, tmp_path / "site.log") as site,
        writing((site.host, site.port), sound.ground, journal, WRITERS),
    ):
        journal.wait_after(time.monotonic())
        time.sleep(SECONDS)
        before = set(journal.acknowledged)
        _command(sound.environ, "database", "backup", str(late))
        after = len(journal.acknowledged)
    asyncio.run(_judged(sound, before, late, early))
    print(
        f"\nbackup: {len(before)} acknowledged before it began, {after - len(before)} while it ran, none missing"
    )


async def _judged(made: Place, before: set[str], late: Path, early: Path) -> None:
    live = await asyncpg.connect(made.url)
    copy = await _restored(made, "restored_late", late)
    stale = await _restored(made, "restored_early", early)
    try:
        assert before
        assert await _missing(copy, made, before) == set()
        assert await _missing(stale, made, before) == before, "the control: an older backup lacks them"
        assert [row[0] for row in await copy.fetch(AUDIT)] == []
        for query in (RULES, GRANTS):
            assert [tuple(row) for row in await copy.fetch(query)] == [
                tuple(row) for row in await live.fetch(query)
            ]
        assert [row[0] for row in await copy.fetch(UNGUARDED)] == []
        await _app_sees_its_own_rows_only(made, "restored_late")
        await copy.execute("alter table ledger.transfer no force row level security")
        assert [row[0] for row in await copy.fetch(UNGUARDED)] == ["ledger.transfer"], "the control"
    finally:
        for each in (live, copy, stale):
            await each.close()


async def _restored(made: Place, name: str, file: Path) -> asyncpg.Connection:
    """The backup in a database of its own on the same server, restored as a person would."""
    owner = await asyncpg.connect(made.server.url())
    await owner.execute(f"create database {name}")
    await owner.close()
    url = made.server.url(name)
    environ = {**made.environ, "ALIGNMENT_DATABASE_URL": url}
    await asyncio.to_thread(_command, environ, "database", "restore", str(file))
    return await asyncpg.connect(url)


async def _missing(connection: asyncpg.Connection, made: Place, keys: set[str]) -> set[str]:
    rows = await connection.fetch(EFFECTS, made.ground.partnership_id, list(keys))
    return keys - {row["key"] for row in rows if row["times"] == 1 and row["entries"] == 2}


async def _app_sees_its_own_rows_only(made: Place, name: str) -> None:
    """The weak role logs in to the copy; without a partnership it sees nothing, and with one, that one."""
    login = Logins.read(made.server.url(name), SECRET).login("app")
    app = await asyncpg.connect(make_url(login).set(drivername="postgresql").render_as_string(False))
    try:
        assert await app.fetchval("select count(*) from ledger.transfer") == 0
        async with app.transaction():
            p = str(made.ground.partnership_id)
            await app.execute("select set_config('app.partnerships', $1, true)", p)
            assert await app.fetchval("select count(*) from ledger.transfer") > 0
    finally:
        await app.close()


def _command(environ: Mapping[str, str], *words: str) -> None:
    done = subprocess.run((SERVE[0], *words), env={**os.environ, **environ}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
