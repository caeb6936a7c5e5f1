"""Opens the context of an operation: whose token or session it came with, and what that makes the caller."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from allocation.admissions import Person, admitted
from api.access import COMMUNITY, Caller
from api.graphql.common.bulkheads import Bulkhead
from api.graphql.common.context import Context
from api.graphql.common.errors import Code, Refusal
from api.graphql.door.limits import LIMITS
from api.graphql.door.operations import Call, ContextFactory
from models.database import Database, Scope
from models.people import Role

__all__ = ["Session", "callers", "operator", "token_in"]

TokenOf = Callable[[Call], str | None]
"""Where a call carries its token; raises Refusal UNAUTHENTICATED for a form that is none."""


@dataclass(frozen=True)
class Session:
    """A person who has signed in, and when."""

    person: Person
    since: datetime


SessionOf = Callable[[Call], Session | None]
"""The person whose browser makes a call; raises Refusal UNAUTHENTICATED where the session is over."""


def no_session(_: Call) -> Session | None:
    """Where people do not sign in, only tokens count."""
    return None


def token_in(call: Call) -> str | None:
    """The bearer token of a socket's connection_init or of the Authorization header (RFC 6750, 2.1)."""
    if call.token is not None or call.connection is None:
        return call.token
    header = call.connection.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refusal(Code.UNAUTHENTICATED)
    return token.strip()


def callers(
    database: Database, token_of: TokenOf = token_in, session_of: SessionOf = no_session
) -> ContextFactory:
    """Contexts for those who come by a token or a person's session, or with neither."""
    bulkhead = Bulkhead(max(1, int(database.pool_size * LIMITS.partnership_share)))

    @asynccontextmanager
    async def opened(call: Call) -> AsyncGenerator[Context]:
        caller = await _caller(database, token_of(call), call, session_of)
        async with Context(database, caller, bulkhead=bulkhead, due_at=call.due_at) as context:
            yield context

    return opened


def operator(database: Database) -> ContextFactory:
    """Contexts for the operator on this machine, who may do all."""

    @asynccontextmanager
    async def opened(_: Call) -> AsyncGenerator[Context]:
        async with database.owner_connection() as connection:
            rows = await connection.execute(text("select id from partnership"))
            roles = {row.id: Role.ADMIN for row in rows}
        caller = Caller("operator", "operator", roles, is_operator=True)
        async with Context(database, caller) as context:
            yield context

    return opened


async def _caller(database: Database, token: str | None, call: Call, session_of: SessionOf) -> Caller:
    if token is not None:
        return await _bearer(database, token)
    session = session_of(call)
    return COMMUNITY if session is None else await _person(database, session)


async def _person(database: Database, signed_in: Session) -> Caller:
    async with database.session(Scope()) as session:
        found = await admitted(session, signed_in.person, signed_in.since)
    if found is None:
        raise Refusal(Code.UNAUTHENTICATED)
    return Caller(found.name, signed_in.person.actor, found.roles, found.organizations)


async def _bearer(database: Database, token: str) -> Caller:
    from allocation.tokens import bearer

    async with database.session(Scope()) as session:
        found = await bearer(session, token)
    if found is None:
        raise Refusal(Code.UNAUTHENTICATED)
    return Caller(
        name=found.name,
        actor=found.actor,
        roles={found.partnership_id: found.role},
        organizations={found.partnership_id: found.organization_id} if found.organization_id else {},
    )
