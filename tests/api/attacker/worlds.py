"""Two worlds that differ only in what lies behind the releases: an answer that differs between them is a leak.

What an attacker reads in one world he reads in the other, so nothing that he can reckon from it, by whatever means,
tells him which of the two he lives in.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg

from api.access import Caller
from api.exchange.exports.making import KINDS, make_file
from api.graphql.common.context import Context
from api.graphql.door.limits import LIMITS
from api.graphql.door.operations import Call, Operations
from api.graphql.door.requests import Request
from api.graphql.schema import schema
from models.database import Database, Logins, Scope

PATIENT = replace(
    LIMITS,
    deadline_seconds=300.0,
    cost=10**9,
    visits=10**6,
    aliases=500,
    same_key=500,
    tokens=50_000,
    depth=40,
    rows=10**6,
)
"""More than anybody may ask at once: a real attacker asks more often."""
KEPT = ("raw.figure", "raw.basis", "raw.local_count")
OTHER = (
    """update raw.figure set numerator = denominator - numerator + 3, denominator = denominator + 11,
      value = case when value is null then null
        else round(100.0 * (denominator - numerator + 3) / (denominator + 11), 1) end
      where partnership_id = $1 and not already_public and numerator is not null and denominator is not null""",
    "update raw.basis set size = size + 11, count = count + 3 where partnership_id = $1",
    """update raw.local_count set participants = participants + 11, comparison = comparison + 13,
      participants_reached = participants - participants_reached + 3,
      comparison_reached = comparison - comparison_reached + 2 where partnership_id = $1""",
)
"""Every count of our own becomes another one."""


@asynccontextmanager
async def other_counts(
    logins: Logins, partnership_id: UUID, changes: Sequence[tuple[str, UUID]] | None = None
) -> AsyncGenerator[None]:
    """Inside, all counts behind what was released are others, or these are; what was released stands as it is."""
    async with owning(logins) as owner:
        for table in KEPT:
            await owner.execute(f"create temporary table {_copy(table)} as select * from {table}")  # noqa: S608 - our own names
        try:
            for statement, id_ in changes or [(each, partnership_id) for each in OTHER]:
                await owner.execute(statement, id_)
            yield
        finally:
            async with owner.transaction():
                for table in KEPT:
                    await owner.execute(f"delete from {table}")  # noqa: S608 - as above
                    await owner.execute(f"insert into {table} select * from {_copy(table)}")  # noqa: S608 - as above


@asynccontextmanager
async def owning(logins: Logins) -> AsyncGenerator[asyncpg.Connection]:
    """A connection of one who may do all, and in whose way no trigger stands."""
    owner = await asyncpg.connect(
        logins.url.set(drivername="postgresql").render_as_string(hide_password=False)
    )
    try:
        await owner.execute("set session_replication_role = replica")
        yield owner
    finally:
        await owner.close()


def _copy(table: str) -> str:
    return f"kept_{table.replace('.', '_')}"


@dataclass
class Asker:
    """Asks the queries as one caller, and keeps the bytes of each answer."""

    database: Database
    caller: Caller
    partnership_id: UUID
    variables: Mapping[str, object]

    def operations(self) -> Operations:
        """Of a context of its own."""

        @asynccontextmanager
        async def contexts(_: Call) -> AsyncGenerator[Context]:
            async with Context(self.database, self.caller) as context:
                yield context

        return Operations(schema(), contexts, PATIENT)

    async def answers(self, queries: Mapping[str, str], **variables: object) -> dict[str, bytes]:
        """By the queries' names; a subscription's answers one after the other."""
        operations, found = self.operations(), {}
        for name, query in queries.items():
            request = Request(query, variables={**self.variables, **variables})
            found[name] = b"\n".join(
                [answer.body() async for answer in operations.stream(request, Call(request_id="the same"))]
            )
        return found

    async def files(self) -> dict[str, bytes]:
        """Every export, with all payments."""
        found = {}
        for form in KINDS:
            async with self.database.session(Scope.of(self.partnership_id)) as session:
                content, _ = await make_file(
                    session, self.partnership_id, form, None, sees_payments=lambda _: True
                )
            found[f"export {form.value}"] = content
        return found


def differing(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> set[str]:
    """What is answered otherwise."""
    return {name for name in one if one[name] != other[name]}
