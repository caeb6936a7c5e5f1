"""Drafts a migration from what the models say and the newest migration does not: `make migration NAME=...`."""

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from migrations.upgrade import configuration, upgrade
from models import embedded
from models.database import Logins


async def draft(name: str) -> None:
    """Writes versions/NNNN_name.py against a scratch database; a person then reads and completes it."""
    with tempfile.TemporaryDirectory() as folder, embedded.lease(Path(folder), durable=False) as server:
        logins = Logins.read(server.url())
        await upgrade(logins)
        engine = create_async_engine(logins.url)
        async with engine.begin() as connection:
            await connection.run_sync(_write, logins, name)
        await engine.dispose()


def _write(connection: Connection, logins: Logins, name: str) -> None:
    config = configuration()
    config.attributes.update(connection=connection, logins=logins)
    count = len(list((Path(__file__).parent / "versions").glob("[0-9]*.py")))
    command.revision(config, message=name.replace("_", " "), rev_id=f"{count + 1:04d}", autogenerate=True)


if __name__ == "__main__":
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    if not re.fullmatch(r"[a-z][a-z0-9_]{2,60}", wanted):
        sys.exit("say what changes, in small letters: make migration NAME=add_match_offers")
    asyncio.run(draft(wanted))
