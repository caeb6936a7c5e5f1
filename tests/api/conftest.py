"""The fictional partnership in a database of its own, for tests of commands, long work and the site."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from api.demo.riverbend import load_riverbend
from migrations.upgrade import upgrade
from models.database import Database, Logins
from tests.conftest import scratch_database


@dataclass(frozen=True)
class Demonstration:
    """Riverbend, loaded: where it is, and the settings by which a command reaches it."""

    logins: Logins
    partnership_id: UUID

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment of a command that works on this database."""
        url = self.logins.url.set(drivername="postgresql").render_as_string(hide_password=False)
        return {**os.environ, "ALIGNMENT_DATABASE_URL": url, "ALIGNMENT_SECRET": self.logins.secret}


@pytest.fixture(scope="session")
def demonstration(server_url: str) -> Iterator[Demonstration]:
    """Riverbend in a migrated database, loaded once a run."""
    with scratch_database(server_url) as logins:
        yield Demonstration(logins, asyncio.run(_loaded(logins)))


@pytest.fixture(scope="session")
async def demo_database(demonstration: Demonstration) -> AsyncGenerator[Database]:
    """Its database, opened."""
    opened = Database(demonstration.logins)
    yield opened
    await opened.close()


@pytest.fixture
def unmigrated(server_url: str) -> Iterator[Logins]:
    """A database without tables."""
    with scratch_database(server_url) as logins:
        yield logins


@pytest.fixture(scope="session")
def alignment() -> str:
    """The command as it is installed."""
    return str(Path(sys.executable).parent / "alignment")


async def _loaded(logins: Logins) -> UUID:
    await upgrade(logins)
    database = Database(logins)
    try:
        return await load_riverbend(database)
    finally:
        await database.close()
