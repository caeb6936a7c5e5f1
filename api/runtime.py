"""Opens the database that the settings name, ready for use: the embedded one, or another by its address."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager

from sqlalchemy import text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from migrations.upgrade import is_current, upgrade
from models import embedded
from models.database import Database, DatabaseError, Logins
from models.settings import Settings, SettingsError

DATABASE = "alignment"
LOCK = 7_223_411_906  # any fixed number: one process at a time makes the database
KNOWN = text("select 1 from pg_database where datname = :name")


@asynccontextmanager
async def open_logins(settings: Settings) -> AsyncGenerator[Logins]:
    """The server's logins for as long as the block lasts; the embedded server runs meanwhile.

    Errors: SettingsError, DatabaseError, embedded.EmbeddedError.
    """
    if settings.database_url:
        yield _named(settings.database_url, settings.secret)
        return
    with ExitStack() as stack:
        server = await asyncio.to_thread(stack.enter_context, embedded.lease(settings.home))
        try:
            await _ensure_database(server.url())
            yield Logins.read(server.url(DATABASE), settings.secret)
        finally:
            await asyncio.to_thread(stack.close)


@asynccontextmanager
async def open_database(settings: Settings, *, pool_size: int = 8) -> AsyncGenerator[Database]:
    """The database, up to date. The embedded one is brought up to date; another must have been migrated.

    Errors: SettingsError, DatabaseError, embedded.EmbeddedError.
    """
    async with open_logins(settings) as logins:
        if not await _is_current(logins):
            if settings.database_url:
                raise DatabaseError(
                    f"the database {logins.database} is not up to date: run `alignment migrate`"
                )
            await upgrade(logins)
        database = Database(logins, pool_size=pool_size)
        try:
            yield database
        finally:
            await database.close()


def _named(url: str, secret: str | None) -> Logins:
    try:
        return Logins.read(url, secret)
    except (ArgumentError, ValueError) as error:  # its own text would repeat the password
        raise SettingsError("ALIGNMENT_DATABASE_URL: this is no URL; see docs/operating.md") from error


async def _is_current(logins: Logins) -> bool:
    try:
        return await is_current(logins)
    except (OSError, DBAPIError) as error:
        place = f"{logins.url.host}:{logins.url.port or 5432}"
        if isinstance(error, OSError):
            raise DatabaseError(f"the database server at {place} does not answer: {error}") from error
        raise


async def _ensure_database(url: str) -> None:
    engine = create_async_engine(Logins.read(url).url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            if (await connection.execute(KNOWN, {"name": DATABASE})).first() is not None:
                return
            await connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": LOCK})
            if (await connection.execute(KNOWN, {"name": DATABASE})).first() is None:
                await connection.execute(text(f"create database {DATABASE}"))
    finally:
        await engine.dispose()
