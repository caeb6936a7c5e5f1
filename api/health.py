"""Whether the installation can do its work: the database answers, is up to date, and has a queue."""

import asyncio

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from migrations.upgrade import configuration
from models.database import Database, DatabaseError

PATIENCE_SECONDS = 3.0


async def faults_of(database: Database) -> list[str]:
    """What keeps the installation from its work, in sentences; empty where it is ready."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), database.connection() as connection:
            at = await connection.execute(text("select version_num from alembic_version"))
            found = {row.version_num for row in at}
            await connection.execute(text("select 1 from queue.pgqueuer limit 1"))
    except (OSError, TimeoutError, DBAPIError, DatabaseError) as error:
        return [f"the database does not answer ({type(error).__name__})"]
    return [] if found == newest_revisions() else ["the database is not up to date: run `alignment migrate`"]


def newest_revisions() -> set[str]:
    """The migrations that this code was written for."""
    from alembic.script import ScriptDirectory

    return set(ScriptDirectory.from_config(configuration()).get_heads())
