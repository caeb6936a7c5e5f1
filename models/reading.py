"""Transactions that read: on connections that stay open between them, entered in one round trip by the driver itself.

SQLAlchemy's way to a connection and back costs as much as a small answer, so a connection that has read rests beside
its pool; it goes back as soon as anybody waits for one there.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol, cast

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

__all__ = ["Driver", "Readers", "Reading"]


class Driver(Protocol):
    """The part of an asyncpg connection that is used here."""

    async def execute(self, query: str) -> str:
        """Statements without parameters, several in one round trip."""
        ...

    async def fetch(self, query: str, *args: object) -> Sequence[Sequence[Any]]:  # whatever is selected
        """All rows: a statement of which only one row is asked for is never run in parallel."""
        ...

    def is_closed(self) -> bool:
        """Whether the server has gone, or ended this connection."""
        ...


class Reading:
    """A transaction that reads, by the driver itself or by a session that is made when asked for."""

    def __init__(self, connection: AsyncConnection, driver: Driver) -> None:
        self.driver = driver
        self.connection = connection
        self._session: AsyncSession | None = None

    @property
    def session(self) -> AsyncSession:
        """A session in the same transaction, which it neither begins nor ends."""
        if self._session is None:
            self._session = AsyncSession(self.connection, expire_on_commit=False)
        return self._session

    async def forget(self) -> None:
        """Forgets what the session has read."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()


class Readers:
    """The connections of an engine in AUTOCOMMIT that rest between two readings."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._resting: list[Reading] = []
        self._waiting = 0

    async def begin(self, entering: str) -> Reading:
        """A reading in which the statements `entering`, which begin its transaction, have been run."""
        reading = await self._taken()
        try:
            await reading.driver.execute(entering)
        except BaseException:
            await asyncio.shield(self._rolled_back(reading))
            raise
        return reading

    async def end(self, reading: Reading, *, is_broken: bool = False) -> None:
        """Ends its transaction; a broken one by rolling back, since the connection may be in the middle."""
        if is_broken:
            await asyncio.shield(self._rolled_back(reading))
            return
        try:
            await reading.forget()
            await reading.driver.execute("commit")
        except BaseException:
            await asyncio.shield(self._rolled_back(reading))
            raise
        await self._given_back(reading)

    @asynccontextmanager
    async def making_room(self) -> AsyncGenerator[None]:
        """While it lasts, somebody wants a connection of the same pool, so none goes to rest."""
        self._waiting += 1
        try:
            if self._resting:
                await self._resting.pop().connection.close()
            yield
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        """Gives all of them back."""
        while self._resting:
            await self._resting.pop().connection.close()

    async def _taken(self) -> Reading:
        while self._resting:
            reading = self._resting.pop()
            if not reading.driver.is_closed():
                return reading
            await self._thrown_away(reading)
        async with self.making_room():
            connection = await self._engine.connect()
        raw = await connection.get_raw_connection()
        return Reading(connection, cast("Driver", raw.driver_connection))

    async def _given_back(self, reading: Reading) -> None:
        if self._waiting:
            await reading.connection.close()
        else:
            self._resting.append(reading)

    async def _rolled_back(self, reading: Reading) -> None:
        try:
            await reading.forget()
            await reading.driver.execute("rollback")
        except Exception:  # whatever it is, nobody else may come to use this connection
            await self._thrown_away(reading)
        else:
            await self._given_back(reading)

    async def _thrown_away(self, reading: Reading) -> None:
        await reading.connection.invalidate()
        await reading.connection.close()
