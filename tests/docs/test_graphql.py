"""The queries of docs/graphql.md run as they are written, and answer what Riverbend's files say."""

import json
import re
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from api.demo.riverbend import SLUG
from api.graphql.common.errors import Code
from api.graphql.door.limits import LIMITS
from api.graphql.door.operations import Call
from api.graphql.door.requests import Request
from api.graphql.schema import build_for_operator
from models.database import Database
from tests.riverbend_files import awards, lines, rows, summed, tier

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "graphql.md").read_text("utf-8")
QUERIES = re.findall(r"```graphql\n(.*?)```", PAGE, re.DOTALL)
Ask = Callable[..., Awaitable[Any]]  # a GraphQL object


@pytest.fixture
def ask_query(riverbend: Database) -> Ask:
    """ask_query(n, **variables) -> the partnership of the n-th query's answer, counted from 1."""

    async def asked(n: int, **variables: object) -> Any:
        request = Request(QUERIES[n - 1], variables={"slug": SLUG, **variables})
        answer = json.loads((await build_for_operator(riverbend).run(request, Call())).body())
        assert "errors" not in answer, answer
        return answer["data"]["partnership"]

    return asked


def told(alignment: Any, n: int = 0) -> dict[tuple[str, ...], Decimal]:
    return {
        tuple(key["label"] for key in row["keys"]): Decimal(row["values"][n]["value"])
        for row in alignment["rows"]
        if row["values"][n]["value"] and Decimal(row["values"][n]["value"])
    }


def test_there_are_ten_queries() -> None:
    assert len(QUERIES) == 10


def test_the_limits_are_those_that_hold() -> None:
    for number in (LIMITS.body_bytes, LIMITS.tokens, LIMITS.cost, LIMITS.first, LIMITS.rows):
        assert f"{number:,}" in PAGE
    assert f"{LIMITS.deadline_seconds:.0f} seconds" in PAGE
    assert f"{LIMITS.depth}, {LIMITS.root_fields}, {LIMITS.aliases}" in PAGE


def test_every_code_of_an_error_is_told() -> None:
    assert [code.value for code in Code if code.value not in PAGE] == []


async def test_the_first_four_queries_tell_of_the_awards(ask_query: Ask) -> None:
    assert (await ask_query(1))["anchorEntity"]["organization"]["name"] == "United Riverbend Fund"
    given = summed(lambda each: each.row["Funder"], lambda each: each.committed)
    largest = sorted(given.values(), reverse=True)[:3]
    found = (await ask_query(2))["funders"]
    assert found["totalCount"] == len(given)
    assert [Decimal(each["totals"]["committed"][0]["amount"]) for each in found["nodes"]] == largest
    titles, after = [], None
    while True:
        page = (await ask_query(3, after=after))["investments"]
        titles += [each["title"] for each in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert sorted(titles) == sorted(row["Title"] for row in awards().values())
    node = (await ask_query(4))["investments"]["nodes"][0]
    kept = sum(each.left for each in lines() if each.award == "RB-GRF-2602")
    assert sum(Decimal(each["amount"]["amount"]) for each in node["allocations"]) == kept


async def test_the_queries_for_alignment_add_up_the_files(ask_query: Ask) -> None:
    def committed(each: Any) -> Decimal:
        return Decimal(each.committed)

    by_year = summed(lambda each: (each.outcome or "Not said", each.fiscal_year or "Not said"), committed)
    assert told((await ask_query(5))["alignment"]) == by_year
    ladder = (await ask_query(6))["alignment"]
    assert sum(told(ladder).values()) == sum(map(committed, lines()))
    assert ladder["rows"][0]["keys"][0] == {"code": "0", "label": "nothing named"}
    proven = summed(
        lambda each: (each.practice, tier(each)),
        committed,
        [e for e in lines() if tier(e) in ("Strong", "Moderate")],
    )
    first = sorted(proven.items(), key=lambda item: -item[1])[:5]
    assert told((await ask_query(7))["alignment"]) == dict(first)
    behind = (await ask_query(8))["alignment"]
    assert sum(told(behind, 1).values()) == pytest.approx(Decimal(1), abs=Decimal("0.001"))
    assert sum(told(behind, 3).values()) == pytest.approx(Decimal(1), abs=Decimal("0.001"))


async def test_the_last_queries_tell_of_gaps_and_practices(ask_query: Ask) -> None:
    gaps = (await ask_query(9))["disparities"]
    assert gaps["totalCount"] >= len(gaps["nodes"]) > 0
    assert all(each["consecutivePeriods"] >= 3 for each in gaps["nodes"])
    practice = (await ask_query(10))["practices"]["nodes"][0]
    row = next(row for row in rows("practices") if "tutoring" in row["practice"])
    assert practice["name"] == row["practice"]
    assert [each["name"] for each in practice["outcomes"]] == sorted(row["outcomes"].split(";"))
