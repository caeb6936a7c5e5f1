"""Opens the database that the settings name, ready for use: the embedded one, or another by its address."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from migrations.upgrade import is_current, upgrade
from models import embedded
from models.database import Database, DatabaseError, Logins
from models.settings import Settings

DATABASE = "alignment"


@asynccontextmanager
async def open_logins(settings: Settings) -> AsyncGenerator[Logins]:
    """The server's logins for as long as the block lasts; the embedded server runs meanwhile.

    Errors: DatabaseError, embedded.EmbeddedError.
    """
    if settings.database_url:
        yield Logins.read(settings.database_url, settings.secret)
        return
    with ExitStack() as stack:
        server = await asyncio.to_thread(stack.enter_context, embedded.lease(settings.home))
        await _ensure_database(server.url())
        try:
            yield Logins.read(server.url(DATABASE), settings.secret)
        finally:
            await asyncio.to_thread(stack.close)


@asynccontextmanager
async def open_database(settings: Settings, *, pool_size: int = 8) -> AsyncGenerator[Database]:
    """The database, up to date. The embedded one is brought up to date; another must have been migrated.

    Errors: DatabaseError, embedded.EmbeddedError.
    """
    async with open_logins(settings) as logins:
        if not settings.database_url:
            if not await is_current(logins):
                await upgrade(logins)
        elif not await _is_reachable_and_current(logins):
            raise DatabaseError(f"the database {logins.database} is not up to date: run `alignment migrate`")
        database = Database(logins, pool_size=pool_size)
        try:
            yield database
        finally:
            await database.close()


async def _is_reachable_and_current(logins: Logins) -> bool:
    try:
        return await is_current(logins)
    except OSError as error:
        raise DatabaseError(f"the database server at {logins.url.host}:{logins.url.port} does not answer") from error


async def _ensure_database(url: str) -> None:
    logins = Logins.read(url)
    engine = create_async_engine(logins.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            found = await connection.execute(text("select 1 from pg_database where datname = :name"), {"name": DATABASE})
            if found.first() is None:
                await connection.execute(text("select pg_advisory_lock(7223411906)"))
                again = await connection.execute(
                    text("select 1 from pg_database where datname = :name"), {"name": DATABASE}
                )
                if again.first() is None:
                    await connection.execute(text(f"create database {DATABASE}"))
    finally:
        await engine.dispose()
