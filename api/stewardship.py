"""The one way from the API to what lies behind a release: as the data steward, and every look is kept.

Nothing under api/graphql opens a steward's session itself. What is read here was asked for by somebody whose
right api.access has checked; the look is written in the same transaction as it is read, so that none is lost.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import Caller
from models.base import new_id
from models.database import Database, Scope
from models.submissions import Look

T = TypeVar("T")
Read = Callable[[AsyncSession], Awaitable[T]]


@asynccontextmanager
async def stewarding(
    database: Database, caller: Caller, partnership_id: UUID
) -> AsyncGenerator[AsyncSession]:
    """A transaction that records figures of one partnership in the caller's name."""
    scope = Scope(tuple(caller.roles), partnership_id, caller.actor)
    async with database.steward_session(scope) as session:
        yield session


@dataclass(frozen=True)
class Glance:
    """Who looks behind the release, why, and at which measurements; (None,) is at all of them."""

    caller: Caller
    partnership_id: UUID
    purpose: str
    measurements: Sequence[UUID | None] = (None,)


async def look(database: Database, glance: Glance, read: Read[T]) -> T:
    """What `read` finds behind the release, after the look has been kept."""
    async with stewarding(database, glance.caller, glance.partnership_id) as session:
        rows = [
            {
                "partnership_id": glance.partnership_id,
                "id": new_id(),
                "actor": glance.caller.actor,
                "purpose": glance.purpose,
                "measurement_id": each,
            }
            for each in glance.measurements
        ]
        if rows:
            await session.execute(insert(Look), rows)
        return await read(session)
