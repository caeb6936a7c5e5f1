"""The seam's answers are those of plain resolvers over the same rows, query by query."""

from typing import Any

import orjson
import pytest
import strawberry
from graphql import build_schema, execute_sync, parse

from api.graphql.door.operations import Call, Operations
from api.graphql.door.requests import Request

from . import plain

FUNDER = "Funder:00000000-0000-0000-0000-000000000001:00000000-0000-0000-0000-000000000064"
PRACTICE = "Practice:00000000-0000-0000-0000-000000000001:00000000-0000-0000-0000-0000000001f5"
INVESTMENT = "Investment:00000000-0000-0000-0000-000000000001:00000000-0000-0000-0000-0000000003ea"
ABSENT = "Investment:00000000-0000-0000-0000-000000000001:00000000-0000-0000-0000-000000000001"

IN_HERE = '{ partnership(slug: "here") { %s } }'
QUERIES = {
    "every leaf": IN_HERE
    % "id slug investments(first: 100) { nodes { __typename id title awardedOn renewalProbability recordedAt } }",
    "money": IN_HERE % "investments(first: 100) { nodes { amount { __typename amount currency } } }",
    "money under an alias": IN_HERE
    % "investments { nodes { big: amount { much: amount } amount { currency } } }",
    "a to-one": IN_HERE % "investments(first: 100) { nodes { funder { id name kind } } }",
    "a to-one that may be absent": IN_HERE % "investments(first: 100) { nodes { recipient { name } } }",
    "two keys to one table": IN_HERE % "investments { nodes { funder { name } recipient { name } } }",
    "a list through a table": IN_HERE
    % "investments(first: 100) { nodes { practices { name cost { amount } } } }",
    "items": IN_HERE % "investments(first: 100) { nodes { tags marks { row system } } }",
    "a part that may be absent": IN_HERE % "investments(first: 100) { nodes { source { system row } } }",
    "a list": IN_HERE % "funders { name kind secretNote given { amount currency } }",
    "a row by a condition": IN_HERE % "funders { largest { title amount { amount } } }",
    "a page below each row of a list": IN_HERE
    % "funders { investments(first: 2, orderBy: AMOUNT_DESC) { totalCount nodes { title } pageInfo { hasNextPage } } }",
    "an argument below": IN_HERE % 'practices(search: "PRACTICE 3") { name }',
    "a computed leaf": IN_HERE % "practices { name tier cost { amount } tier }",
    "a computed leaf deep below": IN_HERE % "investments { edges { node { practices { tier } } } }",
    "counts and totals": IN_HERE
    % "investments(first: 0) { totalCount total { amount } pageInfo { hasNextPage } }",
    "a count alone": IN_HERE % "investments { totalCount }",
    "only a type name": IN_HERE % 'investments(filter: {search: "x"}) { __typename }',
    "page information alone": IN_HERE % "investments(first: 3) { pageInfo { __typename hasPreviousPage } }",
    "an empty page": IN_HERE
    % 'investments(filter: {search: "nothing"}) { totalCount total { amount } nodes { id } edges { cursor } '
    "pageInfo { endCursor hasNextPage } }",
    "nodes twice under aliases": IN_HERE
    % "investments(first: 4) { a: nodes { id } b: nodes { title } nodes { awardedOn } }",
    "aliases like the names inside the statement": IN_HERE
    % "r: slug t1: id investments(first: 2) { n: totalCount c1: nodes { r: title x: amount { j: amount k: currency } "
    "t1: funder { e: name r: id } n: tags c1: practices { r: tier j: name } } x: pageInfo { r: hasNextPage } }",
    "one field twice with other arguments": IN_HERE
    % "few: investments(first: 2) { nodes { id } } more: investments(first: 3) { nodes { title } }",
    "filter by ids": IN_HERE
    % f'investments(filter: {{funders: ["{FUNDER}", "nonsense"]}}) {{ totalCount nodes {{ title }} }}',
    "filter by ids that are none": IN_HERE % 'investments(filter: {funders: ["nonsense"]}) { totalCount }',
    "filter by no ids": IN_HERE % "investments(filter: {funders: []}) { totalCount }",
    "filter through a table": IN_HERE
    % f'investments(filter: {{practices: ["{PRACTICE}"]}}) {{ nodes {{ title }} }}',
    "filter by an enum of another table": IN_HERE % "investments(filter: {kinds: [FEDERAL]}) { totalCount }",
    "filter by amount and day": IN_HERE
    % 'investments(filter: {minimumAmount: "125.50", awardedFrom: "2024-06-01"}) { nodes { title awardedOn } }',
    "filter by what is unknown": IN_HERE % "investments(filter: {awarded: false}) { nodes { title } }",
    "a search with a wildcard in it": IN_HERE % 'investments(filter: {search: "100%"}) { totalCount }',
    "a search that is only a wildcard": IN_HERE % 'investments(filter: {search: "_"}) { totalCount }',
    "a search in other letters": IN_HERE
    % 'investments(filter: {search: "FÜR"}) { totalCount nodes { title } }',
    "order by a tied amount": IN_HERE % "investments(first: 100, orderBy: AMOUNT_ASC) { nodes { id } }",
    "order downwards": IN_HERE % "investments(first: 100, orderBy: AMOUNT_DESC) { nodes { id } }",
    "order by what may be unknown": IN_HERE
    % "investments(first: 100, orderBy: AWARDED_DESC) { nodes { id awardedOn } }",
    "order by text": IN_HERE % "investments(first: 100, orderBy: TITLE_ASC) { nodes { title id } }",
    "fragments": IN_HERE
    % "investments(first: 3) { nodes { ...F ... on Investment { title } ... { awardedOn } } }"
    + " fragment F on Investment { funder { ...G } } fragment G on Funder { name }",
    "merged fields": IN_HERE
    % "investments(first: 3) { nodes { funder { name } funder { id } } nodes { funder { kind } } }",
    "directives": IN_HERE % "investments(first: 3) { nodes { id @skip(if: true) title @include(if: true) "
    "funder @skip(if: false) { name } } }",
    "an interface": IN_HERE
    % "events { happenedOn subject { __typename id ... on Investment { title practices { tier } } "
    "... on Funder { name } } }",
    "an interface with nothing of a type": IN_HERE % "events { subject { ... on Investment { title } } }",
    "a node": f'{{ node(id: "{INVESTMENT}") {{ id __typename ... on Investment {{ title tags }} }} }}',
    "a node with something to compute": f'{{ node(id: "{INVESTMENT}") {{ ... on Investment '
    "{ practices { tier } } } }",
    "nodes of several types": f'{{ a: node(id: "{INVESTMENT}") {{ id }} '
    f'b: node(id: "{FUNDER}") {{ ... on Funder {{ name }} }} }}',
    "a node that is not there": f'{{ a: node(id: "{ABSENT}") {{ id }} b: node(id: "Investment:x") {{ id }} }}',
    "nothing of this name": '{ partnership(slug: "nowhere") { id } }',
    "another partnership": '{ partnership(slug: "there") { investments { totalCount nodes { id funder { id } } } } }',
    "a null that the type forbids": f'{{ investment(id: "{ABSENT}") {{ title }} }}',
    "a field that fails for some rows": IN_HERE % "investments(first: 9) { nodes { id score } }",
    "a field that fails and must not": IN_HERE % "investments(first: 2) { totalCount nodes { id must } }",
    "a field that fails and must not, below what may be null": IN_HERE
    % "funders { name largest { title must } }",
}


def comparable(value: Any) -> Any:
    """Cursors are each side's own."""
    if isinstance(value, dict):
        return {
            k: v is not None if k in ("cursor", "startCursor", "endCursor") else comparable(v)
            for k, v in value.items()
        }
    return [comparable(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
async def test_the_seam_answers_as_plain_resolvers_do(
    query: str, operations: Operations, world_schema: strawberry.Schema, world_rows: plain.Data
) -> None:
    expected = execute_sync(build_schema(world_schema.as_str()), parse(query), plain.Query(world_rows))
    answer = orjson.loads((await operations.run(Request(query), Call())).body())
    assert comparable(answer["data"]) == comparable(expected.data)
    told = sorted(str(error["path"]) for error in answer.get("errors", []))
    assert told == sorted(str(error.path) for error in expected.errors or [])[:5]


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
async def test_keys_come_in_the_order_of_the_selection(
    query: str, operations: Operations, world_schema: strawberry.Schema, world_rows: plain.Data
) -> None:
    expected = execute_sync(build_schema(world_schema.as_str()), parse(query), plain.Query(world_rows))
    answer = orjson.loads((await operations.run(Request(query), Call())).body())
    assert orjson.dumps(comparable(answer["data"])) == orjson.dumps(comparable(expected.data))


@pytest.mark.parametrize("order", ["AMOUNT_DESC", "AMOUNT_ASC", "AWARDED_DESC", "TITLE_ASC", None])
async def test_pages_of_seven_are_the_whole_list_in_order(order: str | None, operations: Operations) -> None:
    by = f", orderBy: {order}" if order else ""
    text = "query($after: String) {" + IN_HERE.strip("{} ") % "PAGE" + "}}"
    text = text.replace(
        "PAGE",
        f"investments(first: 7, after: $after{by}) {{ nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }}",
    )
    seen: list[str] = []
    after = None
    for _ in range(6):
        answer = orjson.loads((await operations.run(Request(text, None, {"after": after}), Call())).body())
        found = answer["data"]["partnership"]["investments"]
        seen += [node["id"] for node in found["nodes"]]
        after = found["pageInfo"]["endCursor"]
    whole = IN_HERE % f"investments(first: 100{by}) {{ nodes {{ id }} }}"
    answer = orjson.loads((await operations.run(Request(whole), Call())).body())
    assert seen == [node["id"] for node in answer["data"]["partnership"]["investments"]["nodes"]]
    assert not found["pageInfo"]["hasNextPage"]
