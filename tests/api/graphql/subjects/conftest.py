"""A small partnership in a database, and who asks about it."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from api.access import COMMUNITY, Caller
from api.graphql.common.context import Context
from api.graphql.door.operations import Call, Operations
from api.graphql.door.requests import Request
from api.graphql.schema import schema
from models.database import Database
from models.partnerships import Partnership
from models.people import Role

from .small import Small, load_small

Answered = dict[str, Any]  # a GraphQL response: data and errors
Ask = Callable[..., Awaitable[Answered]]


class Counting(Context):
    """Keeps every statement that was sent for an answer."""

    statements: list[str]

    async def fetch(self, sql: str, args: Sequence[object]) -> bytes | None:
        self.statements.append(sql)
        return await super().fetch(sql, args)


@pytest.fixture
async def small(database: Database, partnership: Partnership) -> Small:
    """Public."""
    return await load_small(database, partnership)


@pytest.fixture
async def private(database: Database, other_partnership: Partnership) -> Small:
    """The same, not public."""
    return await load_small(database, other_partnership, is_public=False)


@pytest.fixture
def statements() -> list[str]:
    """The statements of the seam, in order."""
    return []


@pytest.fixture
def ask(database: Database, statements: list[str]) -> Ask:
    """ask(query, caller=COMMUNITY, **variables) -> the response."""

    async def asked(query: str, caller: Caller = COMMUNITY, **variables: object) -> Answered:
        import json

        @asynccontextmanager
        async def contexts(_: Call) -> AsyncGenerator[Context]:
            context = Counting(database, caller)
            context.statements = statements
            async with context:
                yield context

        answer = await Operations(schema(), contexts).run(Request(query, variables=variables), Call())
        found: Answered = json.loads(answer.body())
        return found

    return asked


def member(small: Small, role: Role = Role.ADMIN, organization: str | None = None) -> Caller:
    """Somebody with a role in the small partnership."""
    return Caller(
        name=f"the {role.value.lower()}",
        actor=f"token:{role.value.lower()}",
        roles={small.partnership.id: role},
        organizations={small.partnership.id: small.id(organization)} if organization else {},
    )
