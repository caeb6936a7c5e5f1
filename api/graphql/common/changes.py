"""How every change is made: checked, written once per idempotency key, and answered with its object.

A key is kept with what was asked under it, in the same transaction as the change. The same key and body get
the same answer again; another body under it is refused. A refused change leaves nothing, its key neither, so
it may be sent again.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.ledger import LedgerError, lobbying_refusal
from api.access import Right
from api.graphql.common.context import Context
from api.graphql.common.enums import UserErrorCode
from api.graphql.common.ids import GlobalId, read_id
from models.ledger import Idempotency
from models.partnerships import Partnership

__all__ = [
    "Change",
    "Changed",
    "Fault",
    "Refused",
    "UserError",
    "changed",
    "not_found",
    "partnership_of",
    "require",
]

KEY_LENGTH = 128


@strawberry.type
class UserError:
    """Why a change was refused; `field` starts below `input`, places in lists as text."""

    field: list[str]
    code: UserErrorCode
    message: str


@dataclass(frozen=True)
class Fault:
    """One part of an input that cannot be accepted."""

    path: tuple[str, ...]
    code: UserErrorCode
    message: str


class Refused(Exception):  # noqa: N818 - a refusal is the domain's word
    """A change that is not made, with everything that is wrong with it."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = faults

    @classmethod
    def at(cls, path: str, code: UserErrorCode, message: str) -> "Refused":
        """One fault at one field."""
        return cls(Fault((path,), code, message))


@dataclass(frozen=True)
class Change:
    """A change that is asked for: the mutation's name, its input, and in which partnership."""

    name: str
    partnership_id: UUID
    key: str
    body: object

    @property
    def digest(self) -> bytes:
        """SHA-256 of the mutation and its whole input."""
        said = json.dumps([self.name, asdict(self.body)], default=str, sort_keys=True)  # type: ignore[call-overload]  # strawberry's inputs are dataclasses
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True)
class Changed:
    """What became of a change: its object, or why there is none."""

    id: GlobalId | None = None
    replayed: bool = False
    errors: list[UserError] = field(default_factory=list)

    @classmethod
    def refused(cls, faults: Iterable[Fault]) -> "Changed":
        """Nothing was changed."""
        return cls(errors=[UserError(field=list(f.path), code=f.code, message=f.message) for f in faults])


Work = Callable[[AsyncSession], Awaitable[GlobalId]]


async def changed(context: Context, change: Change, work: Work, *, of_figures: bool = False) -> Changed:
    """Makes a change in one transaction, or gives the answer that its key already has.

    `of_figures` is for those that record figures, which readers cannot: docs/disclosure.md.
    """
    opened = context.stewarding if of_figures else context.writing
    try:
        require(
            1 <= len(change.key) <= KEY_LENGTH, "idempotencyKey", f"A key has 1 to {KEY_LENGTH} characters."
        )
        async with opened(change.partnership_id) as session:
            kept = await _kept(session, context.caller.actor, change)
            if kept is not None:
                return Changed(kept, replayed=True)
            made = await work(session)
            await _keep(session, context.caller.actor, change, made)
        return Changed(made)
    except Refused as refused:
        return Changed.refused(refused.faults)
    except LedgerError as error:
        return Changed.refused([_fault(error)])
    except DBAPIError as error:
        refused_by_guard = lobbying_refusal(error)
        if refused_by_guard is None:
            raise
        return Changed.refused([_fault(refused_by_guard)])


def _fault(error: LedgerError) -> Fault:
    return Fault((), UserErrorCode(error.refusal.value), str(error))


async def _kept(session: AsyncSession, actor: str, change: Change) -> GlobalId | None:
    """The answer that this key has; waits for a change that is being made under it."""
    named = f"{change.partnership_id}/{actor}/{change.key}"
    await session.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:named, 11))"), {"named": named}
    )
    found = await session.execute(
        select(Idempotency.request_sha256, Idempotency.response).where(
            Idempotency.partnership_id == change.partnership_id,
            Idempotency.actor == actor,
            Idempotency.key == change.key,
        )
    )
    row = found.first()
    if row is None:
        return None
    answer = read_id(str(row.response.get("id", "")))
    if row.request_sha256 != change.digest or answer is None:
        message = "This key was used for another request; a new change needs a key of its own."
        raise Refused.at("idempotencyKey", UserErrorCode.DUPLICATE, message)
    return answer


async def _keep(session: AsyncSession, actor: str, change: Change, made: GlobalId) -> None:
    values: dict[str, Any] = {  # Any: a column's value
        "partnership_id": change.partnership_id,
        "actor": actor,
        "key": change.key,
        "request_sha256": change.digest,
        "response": {"id": str(made)},
    }
    await session.execute(insert(Idempotency).values(values))


async def partnership_of(context: Context, text_id: str, path: str, right: Right) -> Partnership:
    """The partnership of an input's id, if the caller may see it and has the right there. Errors: Refused."""
    found = read_id(text_id, "Partnership")

    async def read(session: AsyncSession) -> Partnership | None:
        if found is None:
            return None
        return (
            await session.execute(select(Partnership).where(Partnership.id == found.partnership_id))
        ).scalar_one_or_none()

    partnership = await context.run(read)
    if partnership is None:
        raise not_found(path)
    if context.caller.denied(right, partnership.id):
        raise Refused.at(path, UserErrorCode.FORBIDDEN, right.reason)
    return partnership


def not_found(path: str) -> Refused:
    """Unknown, malformed and foreign ids are one and the same."""
    return Refused.at(path, UserErrorCode.NOT_FOUND, "There is nothing with this id that you may see.")


def require(holds: bool, path: str, message: str) -> None:
    """Raises Refused INVALID at one field."""
    if not holds:
        raise Refused.at(path, UserErrorCode.INVALID, message)
