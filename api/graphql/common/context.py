"""The context of an operation: who asks, and the one door to the database.

Reading goes through one session at a time, opened when it is first needed and shared under a lock, because
resolvers run together and a session is for one of them; all of it sees one snapshot, so that the figures of an
answer fit each other. Writing opens a transaction of its own.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.access import Caller, Right
from api.graphql.common.bulkheads import Bulkhead
from api.graphql.common.errors import Code, Refusal
from api.graphql.door.limits import LIMITS
from api.stewardship import stewarding
from models.database import Database, Scope
from models.reading import Reading

__all__ = ["Context", "Forbidden", "Later"]

T = TypeVar("T")
EVERYBODY = "everybody who has not signed in"
Work = Callable[[AsyncSession], Awaitable[T]]

# What the caller's token opens is readable already; a public partnership's row is readable to everybody.
OPEN_PUBLIC = (
    "select set_config('app.partnerships', coalesce(string_agg(id::text, ','), ''), true) from partnership"
)


class Forbidden(Refusal):
    """A caller's role does not reach so far; the sentence says why."""

    def __init__(self, right: Right) -> None:
        super().__init__(Code.FORBIDDEN, right.reason)


class Later:
    """An argument of a statement that is reckoned before it runs, from what the database holds."""

    async def value(self, context: "Context") -> object:
        """What is bound in its place."""
        raise NotImplementedError


class Context:
    """One operation's; open it with `async with`.

    Without a bulkhead it takes any free connection. `due_at` is a moment of the event loop's clock: no statement, and
    no pause within a transaction, outlasts it.
    """

    def __init__(
        self,
        database: Database,
        caller: Caller,
        *,
        bulkhead: Bulkhead | None = None,
        due_at: float | None = None,
    ) -> None:
        self.database = database
        self.caller = caller
        self._bulkhead = bulkhead
        self._due_at = due_at
        self._places: frozenset[Hashable] = frozenset()
        self._door = asyncio.Lock()
        self._reading: Reading | None = None
        self._held: list[asyncio.Semaphore] = []
        self._held_in: frozenset[Hashable] = frozenset()
        self._known: dict[Hashable, asyncio.Task[Any]] = {}  # Any: each key's own kind of answer

    @property
    def is_signed_in(self) -> bool:
        """Whether the caller may read the schema and subscribe."""
        return self.caller.is_signed_in

    @property
    def account(self) -> str | None:
        """On whose account the operation goes; None for those who have not signed in."""
        return self.caller.actor if self.caller.is_signed_in else None

    @property
    def viewpoint(self) -> Hashable:
        """Whoever has the same may see the same: what is visible depends on the caller alone."""
        return self.caller.viewpoint

    async def fetch(self, sql: str, args: Sequence[object]) -> bytes | None:
        """The one value of a statement that the seam has written; arguments may be `Later`."""
        bound = [await arg.value(self) if isinstance(arg, Later) else arg for arg in args]

        async def fetched(reading: Reading) -> bytes | None:
            rows = await reading.driver.fetch(sql, *bound)
            return cast("bytes | None", rows[0][0] if rows else None)

        return await self._read(fetched)

    async def run(self, work: Work[T]) -> T:
        """What `work` reads. It must not call this context again."""
        return await self._read(lambda reading: work(reading.session))

    async def _read(self, work: Callable[[Reading], Awaitable[T]]) -> T:
        async with self._door:
            try:
                return await work(self._reading or await self._opened())
            except BaseException:
                # a failed transaction answers nothing more: what follows gets a fresh one
                await self._closed(is_broken=True)
                raise

    async def once(self, key: Hashable, work: Work[T]) -> T:
        """As `run`, but the same key is read once an operation."""
        task = self._known.get(key)
        if task is None:
            task = self._known[key] = asyncio.ensure_future(self.run(work))
        found: T = await asyncio.shield(task)
        return found

    @asynccontextmanager
    async def writing(self, partnership_id: UUID) -> AsyncGenerator[AsyncSession]:
        """A transaction that may change one partnership; committed at the end, rolled back on any error."""
        await self.rest()
        scope = Scope(tuple(self.caller.roles), partnership_id, self.caller.actor)
        async with (
            self._placed((partnership_id,)),
            self.database.session(scope, seconds=self._seconds()) as session,
        ):
            yield session

    @asynccontextmanager
    async def stewarding(self, partnership_id: UUID) -> AsyncGenerator[AsyncSession]:
        """As `writing`, where figures are recorded; the right to do so is checked before."""
        await self.rest()
        async with stewarding(self.database, self.caller, partnership_id) as session:
            yield session

    async def rest(self) -> None:
        """Gives the connection back and forgets what was read; what follows reads anew."""
        if self._known:
            for task in self._known.values():
                task.cancel()
            await asyncio.gather(*self._known.values(), return_exceptions=True)
            self._known.clear()
        async with self._door:
            await self._closed()

    async def __aenter__(self) -> "Context":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.rest()

    async def _opened(self) -> Reading:
        scope = Scope(tuple(self.caller.roles), None, self.caller.actor)
        if self._bulkhead is not None:
            wanted = self._lacking(sorted(self.caller.roles) or (EVERYBODY,))
            self._held = await self._bulkhead.take(wanted)
            self._held_in = frozenset(wanted)
            self._places |= self._held_in
        self._reading = await self.database.begin_reading(scope, seconds=self._seconds(), then=OPEN_PUBLIC)
        return self._reading

    @asynccontextmanager
    async def _placed(self, compartments: Sequence[Hashable]) -> AsyncGenerator[None]:
        """Places for a transaction; an operation that has one in a compartment needs no second."""
        if self._bulkhead is None:
            yield
            return
        wanted = self._lacking(compartments)
        async with self._bulkhead.place(wanted):
            self._places |= set(wanted)
            try:
                yield
            finally:
                self._places -= set(wanted)

    def _seconds(self) -> float:
        """What is left of the time for an answer; one that waits for events has it anew for each."""
        if self._due_at is None:
            return LIMITS.deadline_seconds
        return max(0.001, self._due_at - asyncio.get_running_loop().time())

    def _lacking(self, compartments: Sequence[Hashable]) -> list[Hashable]:
        return [each for each in compartments if each not in self._places]

    async def _closed(self, *, is_broken: bool = False) -> None:
        """Ends the transaction, and leaves its places to others."""
        reading, self._reading = self._reading, None
        try:
            if reading is not None:
                await self.database.end_reading(reading, is_broken=is_broken)
        finally:
            if self._bulkhead is not None and self._held:
                self._bulkhead.give_back(self._held)
                self._places -= self._held_in
                self._held, self._held_in = [], frozenset()
