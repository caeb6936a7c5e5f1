"""The anchor's questions in docs/questions, asked of Riverbend.

Every expected figure is reckoned here from the demo's CSV files with Decimal and dates, by no code of ours.
Riverbend's fundings begin and end with months and its costs divide by twelve, so months need no parts of cents.
"""

import asyncio
import csv
import json
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from api.demo.riverbend import FOLDER, SLUG, load_riverbend
from api.graphql.door.operations import Call
from api.graphql.door.requests import Request
from api.graphql.schema import build_for_operator
from migrations.upgrade import upgrade
from models.database import Database, Logins
from tests.conftest import scratch_database

QUESTIONS = Path(__file__).resolve().parents[2] / "docs" / "questions"
TODAY = date(2026, 11, 23)
ANCHOR = "XX-RIVERBEND-2"
Row = dict[str, str]
Answer = dict[str, Any]  # a GraphQL object
AskAnchor = Callable[..., Awaitable[Answer]]


@pytest.fixture(scope="module")
def riverbend_logins(server_url: str) -> Iterator[Logins]:
    """A database of its own, since the slug of the demo stands once in each."""
    with scratch_database(server_url) as logins:
        asyncio.run(upgrade(logins))
        yield logins


@pytest.fixture(scope="module")
async def riverbend(riverbend_logins: Logins) -> AsyncGenerator[Database]:
    """Riverbend, loaded once for this file."""
    database = Database(riverbend_logins)
    await load_riverbend(database)
    yield database
    await database.close()


@pytest.fixture
def ask_anchor(riverbend: Database) -> AskAnchor:
    """ask_anchor(name, **variables) -> the partnership of the answer, as the operator reads it."""

    async def asked(name: str, **variables: object) -> Answer:
        query = (QUESTIONS / f"anchor-{name}.graphql").read_text("utf-8")
        request = Request(query, variables={"slug": SLUG, **variables})
        answer = json.loads((await build_for_operator(riverbend).run(request, Call())).body())
        assert "errors" not in answer, answer
        found: Answer = answer["data"]["partnership"]
        return found

    return asked


@cache
def rows(name: str) -> tuple[Row, ...]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines, strict=True))


def organizations() -> dict[str, str]:
    return {row["identifier"]: row["name"] for row in rows("organizations")}


def awards() -> dict[str, Row]:
    return {row["Award"]: row for row in rows("investments")}


def month_after(month: date, count: int = 1) -> date:
    year, index = divmod(month.year * 12 + month.month - 1 + count, 12)
    return date(year, index + 1, 1)


def is_paid(row: Row, month: date) -> bool:
    return row["starts_on"] <= month.isoformat() and month.isoformat() <= row["ends_on"]


def paid(
    title: str, month: date, *, certain: bool = True, without: str = "", since: date = date.max
) -> Decimal:
    """What certain (or hoped for) payers give a position in a month; `without` a funder since a day."""
    total = Decimal(0)
    for row in rows("position-funding"):
        funder = awards()[row["investment"]]["Funder"] if row["investment"] else ""
        is_gone = funder == without and month >= since
        is_asked = row["position"] == title and (row["certain"] == "true") is certain
        if is_asked and is_paid(row, month) and not is_gone:
            total += Decimal(row["monthly"]) * (1 if certain else _chance(row["investment"]))
    return total


def _chance(award: str) -> Decimal:
    return next(Decimal(row["probability"]) for row in rows("renewals") if row["investment"] == award)


def cost(row: Row) -> Decimal:
    return Decimal(row["annual_cost"]) / 12


def first_short_month(row: Row, **loss: Any) -> date:  # Any: as `paid` takes them
    month = TODAY.replace(day=1)
    while paid(row["title"], month, **loss) >= cost(row):
        month = month_after(month)
    return month


def money(amount: Decimal) -> dict[str, str]:
    return {"amount": f"{amount:.2f}"}


async def test_months_of_funding_and_the_first_gap(ask_anchor: AskAnchor) -> None:
    found = (await ask_anchor("runway", asOf=TODAY.isoformat()))["staffing"]
    shorts = {row["title"]: first_short_month(row) for row in rows("positions")}
    assert found["firstGap"] == min(shorts.values()).isoformat() == "2028-07-01"
    assert found["missingRoles"] == []
    for each in found["positions"]:
        short = shorts[each["position"]["title"]]
        months = (short.year - TODAY.year) * 12 + short.month - TODAY.month
        assert each["runwayMonths"] == months
        assert each["fundedThrough"] == date.fromordinal(short.toordinal() - 1).isoformat()
    assert found["runwayMonths"] == min(each["runwayMonths"] for each in found["positions"]) == 20


async def test_each_month_is_told_as_the_files_have_it(ask_anchor: AskAnchor) -> None:
    found = (await ask_anchor("runway", asOf=TODAY.isoformat()))["staffing"]["months"]
    assert len(found) > 24
    for n, each in enumerate(found):
        month = month_after(TODAY.replace(day=1), n)
        secured = {row["title"]: min(paid(row["title"], month), cost(row)) for row in rows("positions")}
        hoped = [
            min(paid(row["title"], month, certain=False), cost(row) - secured[row["title"]])
            for row in rows("positions")
        ]
        total = sum((cost(row) for row in rows("positions")), Decimal(0))
        given = sum(secured.values(), Decimal(0))
        assert each == {
            "month": month.isoformat(),
            "cost": money(total),
            "secured": money(given),
            "expected": money(sum(hoped, Decimal(0))),
            "gap": money(total - given),
        }


async def test_positions_that_hang_on_one_funder(ask_anchor: AskAnchor) -> None:
    found = (await ask_anchor("single-funder", asOf=TODAY.isoformat()))["staffing"]
    everybody: dict[str, Decimal] = defaultdict(Decimal)
    for each in found["positions"]:
        title = each["position"]["title"]
        given: dict[str, Decimal] = defaultdict(Decimal)
        for n in range(12):
            month = month_after(TODAY.replace(day=1), n)
            for row in rows("position-funding"):
                if row["position"] == title and row["certain"] == "true" and is_paid(row, month):
                    funder = (
                        awards()[row["investment"]]["Funder"]
                        if row["investment"]
                        else "United Riverbend Fund"
                    )
                    given[funder] += Decimal(row["monthly"])
                    everybody[funder] += Decimal(row["monthly"])
        largest = max(given, key=lambda name: given[name])
        assert each["largestFunder"] == {"organization": {"name": largest}}
        assert Decimal(each["largestFunderShare"]) == round(given[largest] / sum(given.values()), 6)
    share = max(everybody.values()) / sum(everybody.values())
    assert Decimal(found["largestFunderShare"]) == round(share, 6)


@pytest.mark.parametrize("day", ["2024-12-31", "2026-06-30", "2026-11-23"])
async def test_the_balances_of_operations_as_of_a_day(ask_anchor: AskAnchor, day: str) -> None:
    found = (await ask_anchor("balances", asOf=day))["anchorEntity"]["balances"]
    told = {each["restricted"]: each for each in found if each["use"] == "OPERATIONS"}
    tied = {row["investment"] for row in rows("restrictions")}
    expected: dict[bool, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for award, row in awards().items():
        if row["Use"] == "OPERATIONS" and row["Recipient ID"] == ANCHOR and row["Awarded"] <= day:
            sums = expected[award in tied]
            signed = sum(
                (Decimal(line["obligated"]) for line in rows("allocations") if line["investment"] == award),
                Decimal(0),
            )
            sums["committed"] += Decimal(row["Amount"])
            sums["available"] += Decimal(row["Amount"]) - signed
            for line in rows("ledger"):
                if line["investment"] == award and line["occurred_on"] <= day:
                    kind = {"RECEIPT": "received", "EXPENDITURE": "spent"}[line["kind"]]
                    sums[kind] += Decimal(line["amount"])
    assert set(told) == set(expected)
    for is_tied, sums in expected.items():
        for name in ("committed", "received", "spent", "available"):
            assert told[is_tied][name] == money(sums[name]), (is_tied, name)


async def test_awards_that_end_soon_and_their_renewals(ask_anchor: AskAnchor) -> None:
    start, end = TODAY.isoformat(), "2027-06-30"
    found = (await ask_anchor("renewals", **{"from": start, "to": end}))["investments"]["nodes"]
    due = {row["investment"]: row for row in rows("renewals")}
    told = {each["source"]["identifier"]: each for each in found}
    assert set(told) == {
        award for award, row in awards().items() if row["Use"] == "OPERATIONS" and start <= row["Ends"] <= end
    }
    assert {"RB-CITY-2704", "RB-TILL-2702"} <= set(told)
    for award, each in told.items():
        assert each["committed"] == money(Decimal(awards()[award]["Amount"]))
        renewal = due.get(award)
        assert (each["renewal"] is None) == (renewal is None)
        if renewal:
            assert Decimal(each["renewal"]["probability"]) == Decimal(renewal["probability"])
            assert each["renewal"]["dueOn"] == renewal["due_on"]
            assert each["renewal"]["ownerName"] == renewal["owner_name"]


@pytest.mark.parametrize("year", [2026, 2027])
async def test_budget_against_actual(ask_anchor: AskAnchor, year: int) -> None:
    found = (await ask_anchor("budget", fiscalYear=year))["budget"]
    expected: dict[tuple[str, str | None], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in rows("budgets"):
        if row["fiscal_year"] == str(year):
            expected[row["use"], organizations().get(row["funder"])][0] += Decimal(row["amount"])
    for row in rows("ledger"):
        day = date.fromisoformat(row["occurred_on"])
        if row["kind"] == "EXPENDITURE" and day.year + (day.month >= 7) == year:
            award = awards()[row["investment"]]
            expected[award["Use"], award["Funder"]][1] += Decimal(row["amount"])
    told = {
        (each["use"], each["funder"]["organization"]["name"] if each["funder"] else None): [
            Decimal(each[name]["amount"]) for name in ("budget", "actual", "variance")
        ]
        for each in found
    }
    assert told == {key: [plan, used, plan - used] for key, (plan, used) in expected.items()}
    assert any(variance < 0 for _, _, variance in told.values()) is (year == 2026)


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


async def test_what_goes_when_a_funder_leaves(ask_anchor: AskAnchor, riverbend: Database) -> None:
    query = """query($slug: String!) { partnership(slug: $slug) {
      funders(first: 100) { nodes { id organization { name } } } } }"""
    request = Request(query, variables={"slug": SLUG})
    answer = json.loads((await build_for_operator(riverbend).run(request, Call())).body())
    funders = answer["data"]["partnership"]["funders"]["nodes"]
    name, leaves = "Greater River Foundation", date(2027, 7, 1)
    funder = next(each["id"] for each in funders if each["organization"]["name"] == name)
    variables = {"funder": funder, "from": leaves.isoformat(), "asOf": TODAY.isoformat()}
    found = (await ask_anchor("loss", **variables))["simulateFunderLoss"]
    paid_by = {
        row["position"]
        for row in rows("position-funding")
        if row["investment"] and awards()[row["investment"]]["Funder"] == name
    }
    assert {each["position"]["title"] for each in found["positions"]} == paid_by
    assert found["firstGap"] == leaves.isoformat()
    for each in found["positions"]:
        row = next(row for row in rows("positions") if row["title"] == each["position"]["title"])
        short = first_short_month(row, without=name, since=leaves)
        assert each["fundedThrough"] == date.fromordinal(short.toordinal() - 1).isoformat()
    assert found["dollars"][0]["currency"] == "USD"


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
