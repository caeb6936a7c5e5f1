"""Whatever a client may validly ask, the answer holds no exception of ours; hypothesis-graphql makes the queries up.

`make trial-queries` asks 2,000, the ordinary suite 200. What may be refused is a matter of limits and rights, each
with a code of its own; INTERNAL is a fault.
"""

import os
import re
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries

from api.access import COMMUNITY, Caller
from api.graphql.common.context import Context
from api.graphql.door.operations import Answer, Call, Operations
from api.graphql.door.requests import Request
from api.graphql.schema import print_schema, schema
from models.database import Database
from models.people import Role

from .conftest import member
from .small import Small

COUNT = int(os.environ.get("ALIGNMENT_MADE_UP_QUERIES", "200"))
FORESEEN = {"INVALID", "TOO_COSTLY", "NOT_FOUND", "FORBIDDEN", "UNAUTHENTICATED", "BAD_REQUEST"}
SCALARS = {
    "Decimal": st.decimals(-(10**6), 10**6, places=2).map(str).map(nodes.String),
    "Date": st.dates().map(str).map(nodes.String),
    "DateTime": st.datetimes().map(lambda moment: nodes.String(moment.isoformat() + "Z")),
}
OWN = (
    "Investment:award",
    "Practice:tutoring",
    "Indicator:grade3",
    "Funder:hill-funder",
    "PopulationGroup:black",
)
SEEN: Counter[str] = Counter()


def real(query: str, small: Small) -> str:
    """The query with ids and slugs that find something, chosen by what was made up."""
    ids = [small.global_id(*each.split(":")) for each in OWN]
    query = re.sub(r'slug: "[^"]*"', f'slug: "{small.slug}"', query)
    return re.sub(r'\bid: ("[^"]*"|-?\d+)', lambda found: f'id: "{ids[len(found[0]) % len(ids)]}"', query)


def asked_by(caller: Caller, database: Database) -> Operations:
    from collections.abc import AsyncGenerator
    from contextlib import asynccontextmanager

    @asynccontextmanager
    async def contexts(_: Call) -> AsyncGenerator[Context]:
        async with Context(database, caller) as context:
            yield context

    return Operations(schema(), contexts)


def codes(answer: Answer) -> set[str]:
    return {error["extensions"]["code"] for error in answer.errors}


# Fields without an aim of their own would be what is mostly asked, so that the partnership and the nodes come in too.
STARTS = st.sampled_from(
    (["partnership"], ["node"], ["partnership", "viewer"], ["partnerships", "organization"])
)


@settings(max_examples=COUNT, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(
    query=STARTS.flatmap(
        lambda fields: queries(
            print_schema(), fields=fields, custom_scalars=SCALARS, allow_x00=False, codec="utf-8"
        )
    ),
    role=st.sampled_from((None, Role.ADMIN, Role.FUNDER, Role.COMMUNITY)),
)
async def test_no_query_that_is_made_up_ends_in_an_exception(
    database: Database, small: Small, query: str, role: Role | None
) -> None:
    caller = COMMUNITY if role is None else member(small, role, "hill" if role is Role.FUNDER else None)
    answer = await asked_by(caller, database).run(Request(real(query, small)), Call())
    found = codes(answer)
    SEEN.update(found or {"answered"})
    assert found <= FORESEEN, (found, query)
    answer.body()


def test_some_of_them_were_answered() -> None:
    """Without this, a server that refuses everything would pass."""
    assert SEEN["answered"] >= COUNT // 20, SEEN
