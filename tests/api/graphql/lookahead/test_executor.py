"""Rows in the place of objects: how many statements they take, and what happens when something fails."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
import pytest

from api.graphql.door.operations import Answer, Call, Operations
from api.graphql.door.requests import Request

from .tables import HERE
from .world import World

FUNDER = f"Funder:{HERE}:{UUID(int=100)}"


async def ask(operations: Operations, query: str, **variables: Any) -> Answer:
    return await operations.run(Request(query, None, variables), Call())


def data(answer: Answer) -> Any:
    assert not answer.errors
    return orjson.loads(answer.body())["data"]


async def test_a_root_field_is_one_statement_however_much_is_below(
    operations: Operations, world: World
) -> None:
    below = "nodes { funder { name investments(first: 2) { nodes { practices { name } tags } } } recipient { name } }"
    data(await ask(operations, f'{{ partnership(slug: "here") {{ investments {{ {below} totalCount }} }} }}'))
    assert len(world.statements) == 1


async def test_each_root_field_is_one_statement(operations: Operations, world: World) -> None:
    data(
        await ask(operations, '{ a: partnership(slug: "here") { id } b: partnership(slug: "there") { id } }')
    )
    assert len(world.statements) == 2


async def test_a_statement_differs_only_by_its_parameters(operations: Operations, world: World) -> None:
    query = (
        "query($s: String!, $n: Int!) { partnership(slug: $s) { investments(first: $n) { nodes { id } } } }"
    )
    await ask(operations, query, s="riverbend", n=1)
    await ask(operations, query, s='it\'s "there"', n=7)
    first, second = world.statements
    assert first == second
    assert "riverbend" not in first


@pytest.mark.parametrize(
    "text", ["'); drop table tag; --", "%", "\\", "$1", "{0}", "\N{FULLWIDTH APOSTROPHE}"]
)
async def test_a_value_is_never_text_of_the_statement(
    operations: Operations, world: World, text: str
) -> None:
    query = (
        "query($s: String!) { partnership(slug: $s) { investments(filter: {search: $s}) { totalCount } } }"
    )
    assert data(await ask(operations, query, s=text)) == {"partnership": None}
    inside = query.replace("slug: $s", 'slug: "here"')
    titles = await world.connection.fetch("select title from investment where partnership_id = $1", HERE)
    found = sum(text.lower() in row["title"].lower() for row in titles)
    assert data(await ask(operations, inside, s=text))["partnership"]["investments"]["totalCount"] == found


async def test_a_computed_field_is_loaded_once_for_all_rows(operations: Operations, world: World) -> None:
    query = '{ partnership(slug: "here") { investments(first: 9) { nodes { rank } edges { node { r: rank } } } } }'
    found = data(await ask(operations, query))["partnership"]["investments"]
    assert world.batches == [9, 9]
    amounts = await world.connection.fetch(
        "select amount_minor from investment where partnership_id = $1 order by id limit 9", HERE
    )
    order = sorted({row[0] for row in amounts}, reverse=True)
    assert [node["rank"] for node in found["nodes"]] == [order.index(row[0]) + 1 for row in amounts]


async def test_what_a_computed_field_needed_is_not_in_the_answer(operations: Operations) -> None:
    query = '{ partnership(slug: "here") { investments(first: 2) { nodes { rank title } } } }'
    nodes = data(await ask(operations, query))["partnership"]["investments"]["nodes"]
    assert [list(node) for node in nodes] == [["rank", "title"]] * 2


async def test_rows_named_by_objects_of_python_are_fetched_together(
    operations: Operations, world: World
) -> None:
    query = "{ mentions(count: 12) { why funder { name } subject { id ... on Investment { title } } } }"
    found = data(await ask(operations, query))["mentions"]
    assert len(world.statements) == 2
    assert [mention["funder"]["name"] for mention in found] == [f"Funder {n % 4}" for n in range(12)]
    assert found[11]["subject"]["id"] == f"Investment:{HERE}:{UUID(int=1011)}"


async def test_a_row_that_is_not_there_is_null(operations: Operations) -> None:
    found = data(await ask(operations, "{ mentions(count: 42) { subject { id } } }"))["mentions"]
    assert [mention["subject"] is None for mention in found] == [False] * 40 + [True] * 2


async def test_computed_fields_below_rows_named_by_python_keep_their_paths(operations: Operations) -> None:
    answer = await ask(operations, "{ mentions(count: 2) { subject { ... on Investment { score } } } }")
    assert [error["path"] for error in answer.errors] == [["mentions", 1, "subject", "score"]]


async def test_objects_computed_below_rows_may_name_rows(operations: Operations, world: World) -> None:
    below = "funder { name } mentions { why funder { name } subject { ... on Investment { rank } } }"
    query = f'{{ partnership(slug: "here") {{ investments(first: 6) {{ nodes {{ id {below} }} }} }} }}'
    nodes = data(await ask(operations, query))["partnership"]["investments"]["nodes"]
    assert all(node["mentions"][0]["funder"]["name"] == node["funder"]["name"] for node in nodes)
    assert len(world.statements) == 3  # the rows, then the funders and the subjects of all six


async def test_what_a_role_may_not_see_is_null_with_an_error_and_the_rest_stands(
    operations: Operations, world: World
) -> None:
    world.may_read_notes = False
    answer = await ask(operations, '{ partnership(slug: "here") { slug funders { name secretNote } } }')
    found = orjson.loads(answer.body())["data"]["partnership"]
    assert found["slug"] == "here"
    assert [funder["secretNote"] for funder in found["funders"]] == [None] * 4
    assert [funder["name"] for funder in found["funders"]] == [f"Funder {n}" for n in range(4)]
    assert [error["path"] for error in answer.errors] == [
        ["partnership", "funders", n, "secretNote"] for n in range(4)
    ]
    assert {error["extensions"]["code"] for error in answer.errors} == {"FORBIDDEN"}


async def test_what_is_not_asked_for_is_not_refused(operations: Operations, world: World) -> None:
    world.may_read_notes = False
    data(await ask(operations, '{ partnership(slug: "here") { funders { name } } }'))


async def test_rows_that_the_caller_may_not_see_are_in_no_list_and_no_node(
    operations: Operations, world: World
) -> None:
    world.sees_federal = False
    query = f'{{ partnership(slug: "here") {{ funders {{ name }} }} node(id: "{FUNDER}") {{ id }} }}'
    found = data(await ask(operations, query))
    assert [funder["name"] for funder in found["partnership"]["funders"]] == ["Funder 1", "Funder 3"]
    assert found["node"] is None


async def test_a_hidden_row_where_there_must_be_one_makes_its_parent_null(
    operations: Operations, world: World
) -> None:
    world.sees_federal = False
    row = await world.connection.fetchval(
        "select id from investment where partnership_id = $1 and funder_id = $2", HERE, UUID(int=100)
    )
    answer = await ask(
        operations,
        f'{{ node(id: "Investment:{HERE}:{row}") {{ id ... on Investment {{ funder {{ id }} }} }} }}',
    )
    assert orjson.loads(answer.body())["data"] == {"node": None}
    assert [error["path"] for error in answer.errors] == [["node", "funder"]]


async def test_a_hidden_row_in_a_page_makes_null_all_that_may_not_be(
    operations: Operations, world: World
) -> None:
    query = (
        '{ partnership(slug: "here") { investments(first: 40) { nodes { funder { name } } } } a: __typename }'
    )
    assert data(await ask(operations, query))["partnership"] is not None
    world.sees_federal = False
    answer = await ask(operations, query)
    assert orjson.loads(answer.body())["data"] == {"partnership": None, "a": "Query"}
    (error,) = answer.errors
    assert error["path"][:3] + error["path"][4:] == ["partnership", "investments", "nodes", "funder"]


async def test_a_hidden_row_that_may_be_absent_is_null_alone(operations: Operations, world: World) -> None:
    query = '{ partnership(slug: "here") { investments(first: 40) { nodes { recipient { name } } } } }'
    world.sees_federal = False
    nodes = data(await ask(operations, query))["partnership"]["investments"]["nodes"]
    assert {node["recipient"]["name"] for node in nodes if node["recipient"]} == {"Funder 1", "Funder 3"}


@pytest.mark.parametrize("cursor", ["x", "", "WyJ4Il0", "8J+YgA"])
async def test_a_refusal_below_stands_at_its_path(operations: Operations, cursor: str) -> None:
    query = (
        'query($c: String) { partnership(slug: "here") { investments(after: $c) { totalCount } } '
        'other: partnership(slug: "there") { slug } }'
    )
    answer = await ask(operations, query, c=cursor)
    assert orjson.loads(answer.body())["data"] == {"partnership": None, "other": {"slug": "there"}}
    (error,) = answer.errors
    assert (error["path"], error["extensions"]["code"]) == (["partnership", "investments"], "INVALID")


async def test_an_alias_that_postgresql_would_cut_short_is_refused(operations: Operations) -> None:
    fits, long = "a" * 63, "b" * 64
    assert data(await ask(operations, f'{{ partnership(slug: "here") {{ {fits}: slug }} }}'))[
        "partnership"
    ] == {fits: "here"}
    answer = await ask(operations, f'{{ partnership(slug: "here") {{ {long}: slug }} }}')
    assert answer.code == "INVALID"
    assert orjson.loads(answer.body())["data"] == {"partnership": None}


async def test_a_statement_that_fails_is_an_error_at_its_root_field(
    operations: Operations, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = world.fetch

    async def failing(sql: str, args: Sequence[object]) -> bytes | None:
        return await whole("select 1/0" if "there" in args else sql, [] if "there" in args else args)

    monkeypatch.setattr(world, "fetch", failing)
    answer = await ask(
        operations, '{ a: partnership(slug: "here") { slug } b: partnership(slug: "there") { slug } }'
    )
    assert orjson.loads(answer.body())["data"] == {"a": {"slug": "here"}, "b": None}
    assert [(error["path"], error["extensions"]["code"]) for error in answer.errors] == [(["b"], "INTERNAL")]
    assert "division" not in str(answer.errors)


async def test_a_batch_that_fails_is_an_error_at_each_of_its_paths(
    operations: Operations, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(_: str, __: Sequence[object]) -> bytes | None:
        raise ConnectionResetError

    monkeypatch.setattr(world, "fetch", failing)
    answer = await ask(operations, "{ mentions(count: 2) { subject { id } } }")
    assert [error["path"] for error in answer.errors] == [["mentions", n, "subject"] for n in range(2)]
    assert answer.code == "UNAVAILABLE"


async def test_a_batch_ends_with_its_operation(
    operations: Operations, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = asyncio.Event()

    async def waiting(_: str, __: Sequence[object]) -> bytes | None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return None

    monkeypatch.setattr(world, "fetch", waiting)
    due_at = asyncio.get_running_loop().time() + 0.05
    answer = await operations.run(Request("{ mentions(count: 2) { subject { id } } }"), Call(due_at=due_at))
    assert answer.code == "DEADLINE"
    await asyncio.wait_for(ended.wait(), 1)
