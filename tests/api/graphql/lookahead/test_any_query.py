"""Any valid query is answered by the seam as by plain resolvers; hypothesis-graphql makes them up."""

import re

import orjson
import strawberry
from graphql import build_schema, execute_sync, parse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries
from strawberry.schema.config import StrawberryConfig

from api.graphql.common.scalars import SCALARS
from api.graphql.door.limits import Limits
from api.graphql.door.operations import Call, Operations, Stage
from api.graphql.door.requests import Request

from . import plain
from .test_differential import FUNDER, INVESTMENT, PRACTICE, comparable
from .world import Event, Funder, Investment, Practice, Query

SCHEMA = strawberry.Schema(
    Query, types=[Funder, Investment, Practice, Event], config=StrawberryConfig(scalar_map=SCALARS)
)
SCALAR_VALUES = {
    "Decimal": st.decimals(0, 10**6, places=2).map(str).map(nodes.String),
    "Date": st.dates().map(str).map(nodes.String),
}
FIELDS = ["partnership", "node"]
NOT_PLAIN = re.compile(r"\b(rank|mentions)\b")
GENEROUS = Limits(aliases=10**6, depth=40, same_key=10**6, root_fields=10**6, cost=10**15)


def real(query: str) -> str:
    """The query with arguments that find something, chosen by what was made up."""
    ids, slugs, sizes = [INVESTMENT, FUNDER, PRACTICE], ["here", "there"], [0, 1, 3, 50]
    query = re.sub(r'slug: "[^"]*"', lambda found: f'slug: "{slugs[len(found[0]) % 2]}"', query)
    query = re.sub(r'\bid: ("[^"]*"|-?\d+)', lambda found: f'id: "{ids[len(found[0]) % 3]}"', query)
    query = re.sub(r"first: (-?\d+|null)", lambda found: f"first: {sizes[len(found[0]) % 4]}", query)
    return re.sub(r'after: ("[^"]*"|null)', "after: null", query)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(queries(SCHEMA.as_str(), fields=FIELDS, custom_scalars=SCALAR_VALUES, allow_x00=False, codec="ascii"))
async def test_any_query_is_answered_as_plain_resolvers_do(
    operations: Operations, world_rows: plain.Data, query: str
) -> None:
    query = real(NOT_PLAIN.sub("__typename", query)) if "mentions" not in query else "{ __typename }"
    answer = await Operations(operations.schema, operations.contexts, GENEROUS).run(Request(query), Call())
    if answer.stage is not Stage.EXECUTED:
        assert answer.code == "INVALID"
        return
    expected = execute_sync(build_schema(SCHEMA.as_str()), parse(query), plain.Query(world_rows))
    assert comparable(orjson.loads(answer.body())["data"]) == comparable(expected.data)
