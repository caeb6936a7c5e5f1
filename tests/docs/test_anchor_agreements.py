"""The anchor's questions about gifts in kind, match and what is owed, asked of Riverbend and reckoned apart."""

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from .conftest import AskAnchor
from .files import money, organizations, rows


async def test_gifts_of_time_and_skills(ask_anchor: AskAnchor) -> None:
    found = (await ask_anchor("in-kind", kinds=["TIME", "SKILLS"]))["inKindResources"]["nodes"]
    expected = {row["description"]: row for row in rows("in-kind") if row["kind"] in {"TIME", "SKILLS"}}
    assert {each["description"] for each in found} == set(expected)
    for each in found:
        row = expected[each["description"]]
        assert each["donor"]["name"] == organizations()[row["donor"]]
        value = Decimal(row["quantity"]) * Decimal(row["unit_rate"])
        assert each["valuation"]["value"] == money(value)
        assert each["valuation"]["rateSource"] == row["rate_source"]
        assert each["endsOn"] == row["ends_on"]


def quantities(description: str, pledged: str, day: str) -> dict[str, Decimal]:
    """Sums of the movements file up to a day, and what is left of the promise."""
    moved = [
        row
        for row in rows("in-kind-movements")
        if row["in_kind"] == description and row["occurred_on"] <= day
    ]
    received, used = (
        sum((Decimal(row["quantity"]) for row in moved if row["kind"] == kind), Decimal(0))
        for kind in ("RECEIPT", "EXPENDITURE")
    )
    promised = Decimal(pledged)
    return {
        "pledged": promised,
        "promised": promised - received,
        "received": received,
        "available": received - used,
        "used": used,
    }


@pytest.mark.parametrize("day", ["2026-10-15", "2026-11-23"])
async def test_what_came_and_was_used_in_each_unit_as_of_a_day(ask_anchor: AskAnchor, day: str) -> None:
    """Every gift of the file is promised by then; a gift is one of today where its first day lies ahead."""
    found = await ask_anchor("in-kind-balances", asOf=day)
    told = {each["description"]: each for each in found["inKindResources"]["nodes"]}
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows("in-kind"):
        mine = quantities(row["description"], row["quantity"], day)
        gift = told.pop(row["description"])
        assert {name: Decimal(value) for name, value in gift["balance"].items()} == mine
        assert gift["movements"]["nodes"][0]["kind"] == "PLEDGE"
        for name, value in mine.items():
            sums[row["unit"]][name] += value
    assert told == {}
    balances = {each.pop("unit"): each for each in found["anchorEntity"]["inKindBalances"]}
    assert {
        unit: {name: Decimal(value) for name, value in each.items()} for unit, each in balances.items()
    } == sums


async def test_what_is_owed_next_quarter(ask_anchor: AskAnchor) -> None:
    start, end = "2027-01-01", "2027-03-31"
    found = (await ask_anchor("obligations", **{"from": start, "to": end}))["obligations"]
    expected = sorted(
        (row["due_on"], row["title"], row["kind"], row["investment"])
        for row in rows("obligations")
        if start <= row["due_on"] <= end
    )
    told = [
        (each["dueOn"], each["title"], each["kind"], each["investment"]["source"]["identifier"])
        for each in found["nodes"]
    ]
    assert told == expected
    assert found["totalCount"] == len(expected) == 4


async def test_a_report_is_late_after_its_day(ask_anchor: AskAnchor) -> None:
    today = datetime.now(UTC).date().isoformat()
    found = (await ask_anchor("obligations", **{"from": "2026-01-01", "to": "2026-12-31"}))["obligations"]
    late = {each["title"] for each in found["nodes"] if each["late"]}
    assert late == {
        row["title"]
        for row in rows("obligations")
        if row["due_on"] < min(today, "2027-01-01") and not row["done_on"]
    }


async def test_gifts_that_are_counted_twice_secure_nothing(ask_anchor: AskAnchor) -> None:
    found = await ask_anchor("match")
    counted: dict[str, set[str]] = defaultdict(set)
    for row in rows("match"):
        for gift in row["in_kind"].split(";"):
            counted[gift].add(row["investment"])
    for each in found["inKindResources"]["nodes"]:
        mine = counted.get(each["description"], set())
        assert {award["source"]["identifier"] for award in each["countedAsMatchFor"]} == mine
        assert each["matchConflict"] is (len(mine) > 1)
    worth = {
        row["description"]: Decimal(row["quantity"]) * Decimal(row["unit_rate"] or 0)
        for row in rows("in-kind")
    }
    told = {each["source"]["identifier"]: each["match"] for each in found["investments"]["nodes"]}
    for row in rows("match"):
        gifts = [gift for gift in row["in_kind"].split(";") if len(counted[gift]) == 1]
        assert told[row["investment"]]["secured"] == money(sum((worth[gift] for gift in gifts), Decimal(0)))
        assert told[row["investment"]]["required"] == money(Decimal(row["required"]))
    assert {award for award, match in told.items() if match} == {row["investment"] for row in rows("match")}
