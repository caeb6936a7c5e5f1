"""A small schema for the front, without a database."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import pytest
import strawberry
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from strawberry.schema.config import StrawberryConfig

from api.graphql.common.connections import Connection, connection_of
from api.graphql.common.errors import Code, Refusal
from api.graphql.common.scalars import SCALARS
from api.graphql.door.endpoint import GraphQLEndpoint
from api.graphql.door.limits import Limits
from api.graphql.door.operations import Call, Operations
from api.graphql.door.sockets import GraphQLSocket


@dataclass
class Caller:
    """Signed in by the token "good"; "expired" is refused."""

    is_signed_in: bool
    account: str | None = None


@strawberry.type
class Planet:
    name: str

    @strawberry.field
    def moons(self, first: int = 50, after: str | None = None) -> Connection["Planet"]:
        found = [Planet(name=f"{self.name}-{n}") for n in range(3)]
        return connection_of(found, lambda planet: (planet.name,), first=first, after=after)

    @strawberry.field
    def neighbours(self) -> list["Planet"]:
        return [Planet(name="next")]


@strawberry.input
class FigureInput:
    limit: int = 1000


@strawberry.type
class FigureRow:
    name: str


@strawberry.type
class Figures:
    rows: list[FigureRow]


@strawberry.type
class Query:
    @strawberry.field
    def word(self) -> str:
        return "hello"

    @strawberry.field
    def planet(self, name: str = "earth") -> Planet:
        return Planet(name=name)

    @strawberry.field
    def planets(self, first: int = 50) -> Connection[Planet]:
        found = [Planet(name=name) for name in ("earth", "mars", "venus")]
        return connection_of(found, lambda planet: (planet.name,), first=first, after=None)

    @strawberry.field
    def figures(self, input: FigureInput) -> Figures:  # noqa: A002 - the contract's name
        return Figures(rows=[FigureRow(name="one")])

    @strawberry.field
    def echo(self, text: str | None = None, number: Decimal | None = None) -> str:
        return f"{text} {number}"

    @strawberry.field
    def day(self, on: date) -> date:
        return on

    @strawberry.field
    def moment(self, at: datetime) -> datetime:
        return at

    @strawberry.field
    def broken(self) -> str | None:
        raise ZeroDivisionError("the secret name of a column")

    @strawberry.field
    def forbidden(self) -> str | None:
        raise Refusal(Code.FORBIDDEN, "Only an anchor may see this.")

    @strawberry.field
    async def slow(self) -> str:
        await asyncio.Event().wait()
        return "never"

    @strawberry.field
    def failures(self) -> list[str | None]:
        return [Refusal(Code.NOT_FOUND) for _ in range(8)]  # type: ignore[misc]  # exceptions stand for values


@strawberry.type
class Mutation:
    @strawberry.mutation
    def record(self) -> bool:
        return True


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int = 3) -> AsyncGenerator[int, None]:
        for number in range(to):
            yield number

    @strawberry.subscription
    async def endless(self) -> AsyncGenerator[int, None]:
        yield 0
        await asyncio.Event().wait()

    @strawberry.subscription
    async def broken(self) -> AsyncGenerator[int, None]:
        yield 0
        raise ZeroDivisionError("the secret name of a column")


@asynccontextmanager
async def contexts(call: Call) -> AsyncIterator[Caller]:
    token = call.token
    if token is None and call.connection is not None:
        token = call.connection.headers.get("authorization", "").removeprefix("Bearer ") or None
    if token == "expired":
        raise Refusal(Code.UNAUTHENTICATED)
    yield Caller(token == "good", token)


@pytest.fixture(scope="session")
def small_schema() -> strawberry.Schema:
    return strawberry.Schema(Query, Mutation, Subscription, config=StrawberryConfig(scalar_map=SCALARS))


@pytest.fixture
def front_limits() -> Limits:
    """The limits of the front under test; a test of a time limit overrides it."""
    return Limits()


@pytest.fixture
def client(small_schema: strawberry.Schema, front_limits: Limits) -> TestClient:
    operations = Operations(small_schema, contexts, front_limits)
    socket = GraphQLSocket(operations, frozenset({"https://elsewhere.example"}))
    return TestClient(
        Starlette(routes=[Route("/graphql", GraphQLEndpoint(operations)), WebSocketRoute("/graphql", socket)])
    )
