"""The database: its three logins, and the one way to open a session for a caller."""

import hashlib
import hmac
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Self
from uuid import UUID

from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from models.reading import Readers, Reading

SESSION_SETTINGS = {
    "timezone": "UTC",
    "jit": "off",
    "random_page_cost": "1.1",
    # what is reckoned in Python is joined as a list that is bound, of which the planner knows so little that it would
    # sort the dollars to merge them with it
    "enable_mergejoin": "off",
    "application_name": "alignment",
}


class DatabaseError(Exception):
    """The database cannot be used; the sentence says what to do."""


@dataclass(frozen=True)
class Scope:
    """Whose rows a session may read, whose it may write, and who acts.

    `partnerships` are readable; `partnership`, which must be among them, is writable.
    """

    partnerships: tuple[UUID, ...] = ()
    partnership: UUID | None = None
    actor: str = "operator"

    @classmethod
    def of(cls, partnership: UUID, actor: str = "operator") -> Self:
        """Reads and writes one partnership."""
        return cls((partnership,), partnership, actor)


@dataclass(frozen=True)
class Logins:
    """The server's address, and the names of the roles that belong to one database.

    `owner` owns the tables and never logs in; `app` serves callers and sees no raw figure; `steward` records and
    releases figures. None is a superuser, and row-level security binds all three.
    """

    url: URL
    secret: str

    @classmethod
    def read(cls, url: str, secret: str | None = None) -> Self:
        """From a PostgreSQL URL of somebody who may create roles. Errors: DatabaseError."""
        parsed = make_url(url).set(drivername="postgresql+asyncpg")
        key = secret or (str(parsed.password) if parsed.password else None)
        if not parsed.database:
            raise DatabaseError("ALIGNMENT_DATABASE_URL names no database: end it with /NAME")
        if key is None:
            raise DatabaseError(
                "ALIGNMENT_DATABASE_URL has no password: set ALIGNMENT_SECRET to a long random text"
            )
        return cls(parsed, key)

    @property
    def database(self) -> str:
        """The database's name; it begins the names of the roles."""
        return str(self.url.database)

    def role(self, name: str) -> str:
        """The role's full name."""
        return f"{self.database}_{name}"

    def password(self, name: str) -> str:
        """HMAC-SHA256 of the role's name under the secret: nothing to store, the same in every process."""
        return hmac.new(self.secret.encode(), self.role(name).encode(), hashlib.sha256).hexdigest()

    def login(self, name: str) -> URL:
        """The URL by which `app` or `steward` logs in."""
        return self.url.set(username=self.role(name), password=self.password(name))


class Database:
    """Pools of connections, one a login, and sessions that carry a caller's scope."""

    def __init__(self, logins: Logins, *, pool_size: int = 8) -> None:
        self.logins = logins
        self.pool_size = pool_size
        self._app = _engine(logins.login("app"), pool_size)
        self._readers = Readers(self._app.execution_options(isolation_level="AUTOCOMMIT"))
        self._steward = _engine(logins.login("steward"), max(2, pool_size // 2))

    @asynccontextmanager
    async def session(self, scope: Scope, *, seconds: float | None = None) -> AsyncGenerator[AsyncSession]:
        """A transaction as the weak `app` role; committed at the end, rolled back on any error.

        `seconds` bounds each statement and each pause between two: the server ends what takes longer.
        """
        async with self._open(self._app, scope, seconds) as session:
            yield session

    async def begin_reading(self, scope: Scope, *, seconds: float, then: str) -> Reading:
        """A transaction as the weak `app` role, all of whose statements see the database as the first one does.

        It is begun, entered and widened by `then`, a statement of the caller's own, in one round trip. Whoever began
        it ends it, by `end_reading`.
        """
        return await self._readers.begin(f"{_BEGIN}; {_limiting(seconds)}; {_entering(scope)}; {then}")

    async def end_reading(self, reading: Reading, *, is_broken: bool = False) -> None:
        """Gives its connection back; after a fault in the middle of it as a broken one."""
        await self._readers.end(reading, is_broken=is_broken)

    @asynccontextmanager
    async def reading(self, scope: Scope, *, seconds: float, then: str) -> AsyncGenerator[Reading]:
        """The same from beginning to end."""
        reading = await self.begin_reading(scope, seconds=seconds, then=then)
        try:
            yield reading
        except BaseException:
            await self.end_reading(reading, is_broken=True)
            raise
        await self.end_reading(reading)

    @asynccontextmanager
    async def steward_session(self, scope: Scope) -> AsyncGenerator[AsyncSession]:
        """A transaction that may read and record raw figures: imports, releases and quality findings only."""
        async with self._open(self._steward, scope) as session:
            yield session

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[AsyncConnection]:
        """A bare connection as `app`, for what needs no tenant (liveness, the queue)."""
        async with self._readers.making_room():
            connection = await self._app.connect()
        try:
            yield connection
        finally:
            await connection.close()

    @asynccontextmanager
    async def owner_connection(self) -> AsyncGenerator[AsyncConnection]:
        """A transaction as the one who may create roles: migrations, and the operator's list of partnerships."""
        engine = create_async_engine(self.logins.url, poolclass=NullPool)
        try:
            async with engine.begin() as connection:
                yield connection
        finally:
            await engine.dispose()

    async def close(self) -> None:
        """Closes every connection."""
        await self._readers.close()
        await self._app.dispose()
        await self._steward.dispose()

    @asynccontextmanager
    async def _open(
        self,
        engine: AsyncEngine,
        scope: Scope,
        seconds: float | None = None,
    ) -> AsyncGenerator[AsyncSession]:
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            async with self._readers.making_room():
                await enter(session, scope, seconds=seconds)
            yield session


_SCOPE = (
    "select set_config('app.partnerships', :readable, true), set_config('app.partnership', :writable, true),"
    " set_config('app.actor', :actor, true)"
)
_LIMITS = (
    ", set_config('statement_timeout', :limit, true),"
    " set_config('idle_in_transaction_session_timeout', :limit, true)"
)
_ENTER = text(_SCOPE)
_ENTER_FOR = text(_SCOPE + _LIMITS)
_BEGIN = "begin isolation level repeatable read"


async def enter(
    session: AsyncSession | AsyncConnection, scope: Scope, *, seconds: float | None = None
) -> None:
    """Sets whose rows the rest of the transaction sees; row-level security reads it (migrations/tenancy.py)."""
    said = _settings(scope)
    if seconds is None:
        await session.execute(_ENTER, said)
    else:
        await session.execute(_ENTER_FOR, {**said, "limit": _limit(seconds)})


def _settings(scope: Scope) -> dict[str, str]:
    return {
        "readable": ",".join(str(each) for each in _readable(scope)),
        "writable": str(scope.partnership or ""),
        "actor": scope.actor,
    }


def _limit(seconds: float) -> str:
    return f"{max(1, int(seconds * 1000))}ms"


def _limiting(seconds: float) -> str:
    """The limits of `enter` as text; commands of their own, which are not planned."""
    names = ("statement_timeout", "idle_in_transaction_session_timeout")
    return "; ".join(f"set local {name} = '{_limit(seconds)}'" for name in names)


@lru_cache(maxsize=1_000)
def _entering(scope: Scope) -> str:
    """The scope of `enter` as text: ids, and the actor's bytes as hex digits."""
    said = _settings(scope)
    actor = f"convert_from('\\x{said['actor'].encode().hex()}'::bytea, 'UTF8')"
    written = _SCOPE
    for name, value in (
        ("readable", f"'{said['readable']}'"),
        ("writable", f"'{said['writable']}'"),
        ("actor", actor),
    ):
        written = written.replace(f":{name}", value)
    return written


def _readable(scope: Scope) -> Sequence[UUID]:
    if scope.partnership is None or scope.partnership in scope.partnerships:
        return scope.partnerships
    return (*scope.partnerships, scope.partnership)


def _engine(url: URL, pool_size: int) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        connect_args={"server_settings": SESSION_SETTINGS},
    )
