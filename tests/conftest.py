"""What every test may ask for: the published real files, a migrated database, and a partnership of its own."""

import asyncio
import os
import secrets
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from allocation.partnerships import Terms, create_partnership
from migrations.upgrade import upgrade
from models import embedded
from models.database import Database, Logins, Scope
from models.partnerships import Partnership


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of published real files; tests that need it are skipped where it is absent."""
    named = os.environ.get("ALIGNMENT_REAL_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    if not (folder / "ORACLES.md").exists():
        pytest.skip("the published real files are not here; name their folder in ALIGNMENT_REAL_DATA")
    return folder


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL for this run, as one who may do all: ALIGNMENT_DATABASE_URL, else an embedded server."""
    named = os.environ.get("ALIGNMENT_DATABASE_URL")
    if named:
        yield named
        return
    with embedded.lease(tmp_path_factory.mktemp("server"), durable=False) as server:
        yield server.url()


@pytest.fixture(scope="session")
def logins(server_url: str) -> Iterator[Logins]:
    """The logins of a database that is empty of tenants, migrated once a run and dropped at its end."""
    with scratch_database(server_url) as scratch:
        asyncio.run(upgrade(scratch))
        yield scratch


@pytest.fixture(scope="session")
async def database(logins: Logins) -> AsyncGenerator[Database]:
    """The migrated database. Tests share it, each in partnerships of its own."""
    opened = Database(logins)
    yield opened
    await opened.close()


@pytest.fixture
async def partnership(database: Database) -> Partnership:
    """A fresh partnership for one test, with an empty ledger: US dollars, fiscal years from July."""
    return await found_partnership(database)


@pytest.fixture
async def other_partnership(database: Database) -> Partnership:
    """A second one, whose rows the first must never see."""
    return await found_partnership(database)


async def found_partnership(database: Database) -> Partnership:
    """A partnership under a name that nobody has."""
    async with database.session(Scope()) as session:
        return await create_partnership(
            session, Terms(f"t{secrets.token_hex(8)}", "A partnership under test")
        )


@contextmanager
def scratch_database(server_url: str) -> Iterator[Logins]:
    """A new database on the server, not migrated; dropped with its roles when the block ends."""
    name = f"alignment_test_{secrets.token_hex(6)}"
    url = make_url(server_url).set(drivername="postgresql")
    at = url.render_as_string(hide_password=False)
    asyncio.run(_execute(at, f"create database {name}"))
    try:
        yield Logins.read(url.set(database=name).render_as_string(hide_password=False), secrets.token_hex())
    finally:
        roles = (f"{name}_{role}" for role in ("owner", "app", "steward"))
        drops = [f"drop role if exists {role}" for role in roles]
        asyncio.run(_execute(at, f"drop database {name} with (force)", *drops))


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
