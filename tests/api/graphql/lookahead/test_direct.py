"""What the database answers alone is, byte for byte, what the executor answers; and nothing else is answered so."""

from typing import Any

import orjson
import pytest
import strawberry

from api.graphql.door.operations import Answer, Call, Operations
from api.graphql.door.requests import Request

from .test_differential import ABSENT, FUNDER, IN_HERE, INVESTMENT, QUERIES
from .world import World

PAGE = """query($n: Int = 2, $search: String, $order: InvestmentOrder, $few: Boolean = false, $id: ID!) {
  partnership(slug: "here") {
    investments(first: $n, orderBy: $order, filter: { search: $search }) {
      totalCount nodes { id title @skip(if: $few) funder { name } } pageInfo { hasNextPage endCursor } }
    practices(search: $search) { name } }
  node(id: $id) { id ... on Investment { title } ... on Funder { kind } } }"""
VALUES: list[dict[str, Any]] = [
    {"id": INVESTMENT},
    {"id": FUNDER, "n": 0},
    {"id": ABSENT, "n": 50, "search": "1"},
    {"id": "nonsense", "n": None, "order": "AMOUNT_DESC"},
    {"id": INVESTMENT, "few": True, "n": 3},
    {"id": INVESTMENT, "few": None},
    {"id": INVESTMENT, "n": 1.0, "search": "' or true --"},
    {"n": 2},
    {"id": INVESTMENT, "n": "two"},
]


async def both(operations: Operations, asked: Request) -> tuple[Answer, Answer]:
    """The answer as it is given, and as the executor alone gives it."""
    plain = Operations(operations.schema, operations.contexts)
    plain.direct = None
    return await operations.run(asked, Call(request_id="x")), await plain.run(asked, Call(request_id="x"))


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
async def test_both_ways_give_equal_bytes(query: str, operations: Operations) -> None:
    for _ in range(2):  # the second time from memory
        direct, executed = await both(operations, Request(query))
        assert direct.body() == executed.body()


async def test_both_ways_give_equal_bytes_whatever_the_variables(operations: Operations) -> None:
    for given in (*VALUES, *reversed(VALUES)):
        direct, executed = await both(operations, Request(PAGE, None, given))
        assert direct.body() == executed.body(), given


@pytest.fixture
def alone(operations: Operations, monkeypatch: pytest.MonkeyPatch) -> Operations:
    """Without an executor, only what the database answers alone is answered."""
    monkeypatch.setattr("api.graphql.door.operations.execute", None)
    return operations


async def test_pages_and_nodes_are_answered_by_the_database_alone(alone: Operations) -> None:
    answer = await alone.run(Request(PAGE, None, VALUES[0]), Call())
    assert not answer.errors
    assert orjson.loads(answer.body())["data"]["node"]["id"] == INVESTMENT


@pytest.mark.parametrize(
    "query",
    [
        IN_HERE % "practices { tier }",
        f'{{ investment(id: "{ABSENT}") {{ title }} }}',
        "{ mentions(count: 1) { why } }",
        "{ __typename }",
    ],
    ids=["computed", "a null that is forbidden", "an object of Python's", "a type's name"],
)
async def test_what_python_has_a_part_in_is_left_to_the_executor(query: str, alone: Operations) -> None:
    answer = await alone.run(Request(query), Call())
    assert answer.code == "INTERNAL"  # there is none


async def test_what_one_viewpoint_may_see_is_not_remembered_for_another(
    world_schema: strawberry.Schema, operations: Operations, world: World
) -> None:
    """The world has funders of every kind, and a caller who may not see those of the federal government."""
    query = Request(IN_HERE % "funders { kind }")
    for sees_federal in (True, False, True):
        world.sees_federal = sees_federal
        answer = orjson.loads((await operations.run(query, Call())).body())
        kinds = {each["kind"] for each in answer["data"]["partnership"]["funders"]}
        assert ("FEDERAL" in kinds) is sees_federal


async def test_a_refused_note_is_refused_from_memory_too(operations: Operations, world: World) -> None:
    query = Request(IN_HERE % "funders { name secretNote }")
    for may_read in (True, False, True):
        world.may_read_notes = may_read
        assert bool((await operations.run(query, Call())).errors) is not may_read


async def test_an_answer_is_read_anew_each_time(operations: Operations, world: World) -> None:
    query = Request(IN_HERE % "investments { totalCount }")
    for _ in range(3):
        await operations.run(query, Call())
    assert len(world.statements) == 3
    assert len(set(world.statements)) == 1


async def test_a_refused_argument_is_told_at_its_path_each_time(operations: Operations) -> None:
    query = Request(IN_HERE % 'investments(after: "nonsense") { nodes { id } }')
    for _ in range(2):
        answer = await operations.run(query, Call())
        assert [error["path"] for error in answer.errors] == [["partnership", "investments"]]
