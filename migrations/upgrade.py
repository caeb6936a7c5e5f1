"""Brings a database up to date: roles, then migrations, one process at a time."""

from pathlib import Path
from typing import cast

from alembic import command, op
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import AdaptedConnection, Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from models.database import DatabaseError, Logins

LOCK = 7_223_411_905  # any fixed number: one upgrade at a time on a server
PATIENCE_SECONDS = 5


async def upgrade(logins: Logins, revision: str = "head") -> None:
    """Creates the roles where absent and migrates up to `revision`. Errors: DatabaseError."""
    await _migrate(logins, revision, down=False)


async def downgrade(logins: Logins, revision: str) -> None:
    """Migrates down to `revision`."""
    await _migrate(logins, revision, down=True)


async def is_current(logins: Logins) -> bool:
    """Whether the database stands at the newest migration."""
    engine = create_async_engine(logins.url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            heads = await connection.run_sync(
                lambda sync: MigrationContext.configure(sync).get_current_heads()
            )
    finally:
        await engine.dispose()
    return set(heads) == set(ScriptDirectory.from_config(configuration()).get_heads())


def configuration() -> Config:
    """Alembic's own, pointing at this folder wherever the package is installed."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("path_separator", "os")
    return config


async def _migrate(logins: Logins, revision: str, *, down: bool) -> None:
    engine = create_async_engine(logins.url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            # Whoever waits for a table makes all others wait behind him: rather give up and be asked again.
            await connection.execute(text(f"set local lock_timeout = '{PATIENCE_SECONDS}s'"))
            await connection.run_sync(_run, logins, revision, down)
    except DBAPIError as error:
        if "lock timeout" in str(error.orig):
            raise DatabaseError(
                f"{logins.database} is busy: a table was not free for {PATIENCE_SECONDS} s; "
                "nothing was changed, so try again"
            ) from error
        if "permission denied" in str(error.orig):
            raise DatabaseError(
                f"{logins.url.username} may not create roles or schemas in {logins.database}: {error.orig}"
            ) from error
        raise
    finally:
        await engine.dispose()


def _run(connection: Connection, logins: Logins, revision: str, down: bool) -> None:
    provide_roles(connection, logins)
    config = configuration()
    config.attributes["connection"] = connection
    config.attributes["logins"] = logins
    (command.downgrade if down else command.upgrade)(config, revision)


def provide_roles(connection: Connection, logins: Logins) -> None:
    """Creates the database's three roles where absent, and gives them their passwords."""
    owner, database = quoted(logins.role("owner")), quoted(logins.database)
    _provide_role(connection, logins.role("owner"), "nologin")
    for name in ("app", "steward"):
        role = logins.role(name)
        _provide_role(connection, role, f"login password '{logins.password(name)}'")
        connection.exec_driver_sql(f"grant connect, temporary on database {database} to {quoted(role)}")
        connection.exec_driver_sql(
            f"alter role {quoted(role)} in database {database} set lock_timeout = '10s'"
        )
    connection.exec_driver_sql(f"grant {owner} to current_user")
    connection.exec_driver_sql(f"grant create, connect, temporary on database {database} to {owner}")
    connection.exec_driver_sql(f"grant create, usage on schema public to {owner}")
    connection.exec_driver_sql(f"revoke all on database {database} from public")


def _provide_role(connection: Connection, role: str, options: str) -> None:
    known = connection.execute(text("select 1 from pg_roles where rolname = :role"), {"role": role}).scalar()
    verb = "alter" if known else "create"
    limits = "nosuperuser nobypassrls nocreatedb nocreaterole" if not known else ""
    connection.exec_driver_sql(f"{verb} role {quoted(role)} {limits} {options}")


def run_script(sql: str) -> None:
    """Runs several statements at once inside a migration; asyncpg prepares only one at a time."""
    connection = cast("AdaptedConnection", op.get_bind().connection.dbapi_connection)
    connection.run_async(lambda driver: driver.execute(sql))


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
