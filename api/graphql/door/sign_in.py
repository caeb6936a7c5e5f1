"""Opens the context of an operation: whose token it came with, and what that makes the caller."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from sqlalchemy import text

from api.access import COMMUNITY, Caller
from api.graphql.common.context import Context
from api.graphql.common.errors import Code, Refusal
from api.graphql.door.operations import Call, ContextFactory
from models.database import Database, Scope
from models.people import Role

__all__ = ["callers", "operator", "token_in"]

TokenOf = Callable[[Call], str | None]
"""Where a call carries its token; raises Refusal UNAUTHENTICATED for a form that is none."""


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


def callers(database: Database, token_of: TokenOf = token_in) -> ContextFactory:
    """Contexts for those who come by a token, or without one."""

    @asynccontextmanager
    async def opened(call: Call) -> AsyncGenerator[Context]:
        token = token_of(call)
        caller = COMMUNITY if token is None else await _bearer(database, token)
        async with Context(database, caller) as context:
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
        organization_id=found.organization_id,
    )
