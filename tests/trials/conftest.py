"""What trials share: an embedded server of their own, durable, and a site on it."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from api.runtime import DATABASE, _ensure_database
from migrations.upgrade import upgrade
from models import embedded
from models.database import Database, Logins

from .ground import Ground, found
from .oracle import Court
from .site import Site

SECRET = "a trial's secret"
RATE = "999999999"  # a trial asks more than any caller may


def times(name: str, default: int) -> int:
    """How often, how many or how long: the environment may say otherwise, for a quick look."""
    return int(os.environ.get(f"TRIAL_{name}", default))


@dataclass(frozen=True)
class Place:
    """A server of a trial's own, migrated, with a partnership that has dollars."""

    server: embedded.Server
    ground: Ground

    @property
    def url(self) -> str:
        """The database as its superuser."""
        return self.server.url(DATABASE)

    @property
    def logins(self) -> Logins:
        return Logins.read(self.url, SECRET)

    @property
    def environ(self) -> Mapping[str, str]:
        """The settings of a site that works on this database."""
        return {"ALIGNMENT_DATABASE_URL": self.url, "ALIGNMENT_SECRET": SECRET, "ALIGNMENT_RATE": RATE}

    def court(self, site: Site) -> Court:
        """Where what a fault did to a site is judged."""
        return Court(self.url, self.ground.partnership_id, (site.host, site.port), self.ground.token)


@contextmanager
def place(
    folder: Path, *, durable: bool = True, options: Mapping[str, str] | None = None, investments: int = 8
) -> Iterator[Place]:
    """A fresh server for the block."""
    with embedded.lease(folder, durable=durable, options=options) as server:
        ground = asyncio.run(_prepared(server, investments))
        yield Place(server, ground)


async def _prepared(server: embedded.Server, investments: int) -> Ground:
    await _ensure_database(server.url())
    logins = Logins.read(server.url(DATABASE), SECRET)
    await upgrade(logins)
    database = Database(logins, pool_size=2)
    try:
        made = await found(database, f"trial-{uuid4().hex[:8]}", investments)
        async with database.owner_connection() as connection:
            await connection.execute(
                text("checkpoint")
            )  # what is prepared is on disk whatever a trial breaks
    finally:
        await database.close()
    return made


@pytest.fixture
def sound(tmp_path: Path) -> Iterator[Place]:
    """A durable server, as the product runs it."""
    with place(tmp_path / "server") as made:
        yield made
