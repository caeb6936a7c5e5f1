"""Keyset pages over any order. The expected order is Python's own, with unknown values last."""

import base64
import itertools
import json
from typing import Any
from uuid import UUID

import orjson
import pytest

from api.graphql.door.operations import Answer, Call, Operations
from api.graphql.door.requests import Request

from .plain import Data
from .tables import HERE
from .world import World

QUERY = """query($steps: [String!]!, $first: Int, $after: String) {
  ordered(steps: $steps, first: $first, after: $after) {
    nodes { id } edges { cursor } pageInfo { endCursor hasNextPage hasPreviousPage } } }"""
COLUMNS = [
    "awarded_on",
    "source_row",
    "source_system",
    "amount_minor",
    "recorded_at",
    "renewal_probability",
    "title",
]


async def ask(
    operations: Operations, steps: list[str], first: int = 1000, after: str | None = None
) -> Answer:
    return await operations.run(
        Request(QUERY, None, {"steps": steps, "first": first, "after": after}), Call()
    )


async def page(operations: Operations, steps: list[str], first: int = 1000, after: str | None = None) -> Any:
    answer = await ask(operations, steps, first, after)
    assert not answer.errors
    return orjson.loads(answer.body())["data"]["ordered"]


def expected(rows: Data, steps: list[str]) -> list[str]:
    """Sorted from the last step to the first, each sort being stable."""
    found = [row for row in rows["investment"] if row["partnership_id"] == HERE]
    found.sort(key=lambda row: row["id"], reverse=bool(steps) and steps[-1].startswith("-"))
    for step in reversed(steps):
        name = step.removeprefix("-")
        known = [row for row in found if row[name] is not None]
        unknown = [row for row in found if row[name] is None]
        is_text = known and isinstance(known[0][name], str)
        known.sort(key=lambda row: row[name].encode() if is_text else row[name], reverse=step.startswith("-"))
        found = known + unknown
    return [f"Investment:{HERE}:{row['id']}" for row in found]


@pytest.mark.parametrize("steps", [list(pair) for pair in itertools.permutations(COLUMNS, 2)][::3], ids=str)
@pytest.mark.parametrize("signs", [("", ""), ("-", ""), ("-", "-")], ids=["up", "mixed", "down"])
async def test_pages_follow_one_another_in_any_order(
    operations: Operations, world_rows: Data, steps: list[str], signs: tuple[str, str]
) -> None:
    signed = [sign + step for sign, step in zip(signs, steps, strict=True)]
    seen: list[str] = []
    after = None
    while True:
        found = await page(operations, signed, 17, after)
        assert found["pageInfo"]["hasPreviousPage"] is (after is not None)
        seen += [node["id"] for node in found["nodes"]]
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
    assert seen == expected(world_rows, signed)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("sign", ["", "-"])
async def test_every_cursor_is_followed_by_the_rest_of_the_list(
    operations: Operations, column: str, sign: str
) -> None:
    whole = await page(operations, [sign + column])
    for place in range(0, 40, 6):
        rest = await page(operations, [sign + column], 1000, whole["edges"][place]["cursor"])
        assert rest["nodes"] == whole["nodes"][place + 1 :]


async def test_a_page_neither_repeats_nor_skips_while_rows_come_and_go(
    operations: Operations, world: World
) -> None:
    first = await page(operations, ["-amount_minor"], 5)
    whole = await page(operations, ["-amount_minor"])
    last = UUID(first["nodes"][-1]["id"].split(":")[-1])
    transaction = world.connection.transaction()
    await transaction.start()
    try:
        await world.connection.execute("delete from tag; delete from investment_practice")
        await world.connection.execute(
            "delete from investment where partnership_id = $1 and id = $2", HERE, last
        )
        new = "insert into investment (partnership_id, id, title, funder_id, amount_minor, recorded_at)"
        values = "values ($1, $2, 'the largest', $3, 9999999999999, now())"
        await world.connection.execute(f"{new} {values}", HERE, UUID(int=7), UUID(int=100))
        after = await page(operations, ["-amount_minor"], 5, first["pageInfo"]["endCursor"])
    finally:
        await transaction.rollback()
    assert after["nodes"] == whole["nodes"][5:10]


def forged(cursor: str, **changes: object) -> str:
    text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    parts = json.loads(text)
    for place, value in changes.items():
        parts[int(place.removeprefix("at"))] = value
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("amount_minor", value) for value in ("1e3", "x", "9" * 30, "", "1; drop", None, 5, "１")),
        *(("awarded_on", value) for value in ("2024-02-30", "20240101", "infinity", "today", "", 5)),
        *(
            ("recorded_at", value)
            for value in ("now", "2024-01-01", "infinity", "2024-01-01 25:00:00+00", None)
        ),
        *(("renewal_probability", value) for value in ("NaN", "1e9", "Infinity", "")),
        *(("title", value) for value in (None, 5, ["x"])),
    ],
)
async def test_a_forged_place_is_invalid(operations: Operations, column: str, value: object) -> None:
    cursor = (await page(operations, [column], 1))["edges"][0]["cursor"]
    answer = await ask(operations, [column], 5, forged(cursor, at1=value))
    assert answer.code == "INVALID"


async def test_a_forged_key_is_invalid(operations: Operations) -> None:
    cursor = (await page(operations, ["title"], 1))["edges"][0]["cursor"]
    for value in ("x", "1", None, "2024-01-01"):
        assert (await ask(operations, ["title"], 5, forged(cursor, at3=value))).code == "INVALID"


async def test_a_cursor_of_another_order_is_invalid(operations: Operations) -> None:
    cursor = (await page(operations, ["title"], 1))["edges"][0]["cursor"]
    assert (await ask(operations, ["-title"], 5, cursor)).code == "INVALID"
    assert (await ask(operations, ["source_system"], 5, cursor)).code == "INVALID"
