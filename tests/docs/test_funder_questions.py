"""The funder's questions in docs/questions, asked of Riverbend.

Every expected figure is reckoned here or in tests/riverbend_files.py from the demo's CSV files, except for who is
behind, which another field of the API (`disparities`) says by another way.
"""

import csv
import json
import math
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from api.demo.riverbend import FOLDER, SLUG
from api.graphql.door.operations import Call
from api.graphql.door.requests import Request
from api.graphql.schema import build_for_operator
from api.jobs import answer_scenario
from models.database import Database
from tests.riverbend_files import Dollars, awards, label_of, lines, moved, rows, summed, tier

QUESTIONS = Path(__file__).resolve().parents[2] / "docs" / "questions"
ON = "2026-11-23"
FUNDER = "Greater River Foundation"
Answer = dict[str, Any]  # a GraphQL object
AskText = Callable[..., Awaitable[Answer]]
FILES = {
    "Kindergarten readiness": "kindergarten-ready",
    "Early grade reading": "third-grade-reading",
    "Middle grade math": "eighth-grade-math",
    "High school graduation": "four-year-graduation",
    "Postsecondary enrollment": "college-enrollment",
    "Postsecondary completion": "degree-completion",
    "Employment": "living-wage-work",
}


@pytest.fixture
def ask_text(riverbend: Database) -> AskText:
    """ask_text(query, **variables) -> the partnership of the answer, as the operator reads it."""

    async def asked(query: str, **variables: object) -> Answer:
        request = Request(query, variables={"slug": SLUG, **variables})
        answer = json.loads((await build_for_operator(riverbend).run(request, Call())).body())
        assert "errors" not in answer, answer
        found: Answer = answer["data"]["partnership"]
        return found

    return asked


@pytest.fixture
def ask_funder(ask_text: AskText) -> AskText:
    """ask_funder(name, **variables) -> the answer to a question of docs/questions."""

    async def asked(name: str, **variables: object) -> Answer:
        return await ask_text((QUESTIONS / f"funder-{name}.graphql").read_text("utf-8"), **variables)

    return asked


def told(alignment: Answer, n: int = 0) -> dict[object, Decimal]:
    """The n-th value of each row by the labels of its keys, those of nought left out."""
    found: dict[object, Decimal] = {}
    for row in alignment["rows"]:
        key = tuple(each["label"] for each in row["keys"])
        amount = row["values"][n]["value"]
        if amount is not None and Decimal(amount):
            found[key[0] if len(key) == 1 else key] = Decimal(amount)
    return found


def own(found: Answer) -> Answer:
    nodes = found["funders"]["nodes"]
    assert len(nodes) == 1
    alignment: Answer = nodes[0]["alignment"]
    return alignment


def mine(funder: str = FUNDER) -> list[Dollars]:
    return [each for each in lines() if each.row["Funder"] == funder]


def committed(each: Dollars) -> Decimal:
    return each.committed


def trend(outcome: str) -> str:
    """By everybody's first and last counts in the city: Wald's 90 % interval of a difference of two shares."""
    text = (FOLDER / f"measurements-{FILES[outcome]}.csv").read_text("utf-8")
    counts = []
    for row in csv.DictReader(text[text.index("School") :].splitlines()):
        place, group = row.get("Area") or row["District"], row.get("Group") or row["Student Group"]
        if (place, group) == ("Riverbend", "All students"):
            pair = (
                (row["Graduates"], row["Four-Year Cohort"])
                if "Graduates" in row
                else tuple(row.values())[4:6]
            )
            counts.append(tuple(map(int, pair)))
    (a, n), (b, m) = counts[0], counts[-1]
    change = b / m - a / n
    half = 1.6449 * math.sqrt(a / n * (1 - a / n) / n + b / m * (1 - b / m) / m)
    return "Maintaining" if abs(change) <= half else "Improving" if change > 0 else "Worsening"


async def test_what_share_reaches_outcomes_that_improve(ask_funder: AskText) -> None:
    found = own(await ask_funder("trends", funder=FUNDER, on=ON))
    active = [each for each in mine() if each.row["Starts"] <= ON <= each.row["Ends"]]
    expected = summed(lambda each: trend(each.outcome) if each.outcome else "Not said", committed, active)
    assert told(found) == expected
    assert {"Maintaining", "Worsening"} & set(expected)
    total = sum(expected.values())
    assert told(found, 1) == {key: round(each / total, 6) for key, each in expected.items()}


@pytest.mark.parametrize("funder", [FUNDER, "Hope Ferry Family Trust"])
async def test_which_groups_get_less_than_their_share(
    ask_funder: AskText, ask_text: AskText, funder: str
) -> None:
    found = own(await ask_funder("groups", funder=funder))
    query = """query($slug: String!) { partnership(slug: $slug) {
      disparities(first: 1000, filter: {statuses: [PERSISTENT]}) {
      nodes { indicator { name core outcome { name } } area { name } population { label } studentsBehind } } } }"""
    persistent: set[tuple[str, str, str]] = set()
    behind: dict[str, int] = defaultdict(int)
    for each in (await ask_text(query))["disparities"]["nodes"]:
        if each["indicator"]["core"]:
            key = (each["indicator"]["outcome"]["name"], each["population"]["label"])
            persistent.add((*key, each["area"]["name"]))
            if each["area"]["name"] == "Riverbend":
                behind[key[1]] += each["studentsBehind"] or 0
    aimed = [
        each
        for each in mine(funder)
        if each.population
        and (each.outcome, label_of(each.population), each.area or "Riverbend") in persistent
    ]
    dollars = summed(lambda each: label_of(each.population), committed, aimed)
    assert told(found) == dollars
    assert told(found, 2) == {key: Decimal(people) for key, people in behind.items() if people}
    shares, needs = told(found, 1), told(found, 3)
    assert needs == {key: round(Decimal(n) / sum(behind.values()), 6) for key, n in behind.items() if n}
    assert any(shares.get(key, 0) < need for key, need in needs.items())


async def test_how_much_is_on_the_first_two_tiers_and_what_keeps_the_rest_out(ask_funder: AskText) -> None:
    found = own(await ask_funder("evidence", funder=FUNDER))
    by_tier: dict[object, Decimal] = defaultdict(Decimal)
    for row in found["rows"]:
        by_tier[row["keys"][0]["label"]] += Decimal(row["values"][0]["value"])
        is_high = row["keys"][0]["code"] in ("STRONG", "MODERATE")
        assert is_high == (row["keys"][1]["code"] == "NONE")
    assert by_tier == summed(tier, committed, mine())


async def test_who_else_funds_the_same(ask_funder: AskText, ask_text: AskText) -> None:
    found = await ask_text("query($slug: String!) { partnership(slug: $slug) { outcomes { id name } } }")
    reading = next(each["id"] for each in found["outcomes"] if each["name"] == "Early grade reading")
    found = await ask_funder("cofunders", outcomes=[reading])
    aimed = [each for each in lines() if each.outcome == "Early grade reading"]
    expected = summed(
        lambda each: (
            each.outcome,
            label_of(each.population),
            each.practice or "Not said",
            each.row["Funder"],
        ),
        committed,
        aimed,
    )
    assert told(found["alignment"]) == expected
    assert len({key[3] for key in expected}) > 1  # type: ignore[index]  # the keys are tuples
    served = {label_of(each.population) for each in aimed}
    for row in found["deserts"]["rows"]:
        assert (Decimal(row["values"][0]["value"]) > 0) == (row["keys"][1]["label"] in served)


async def test_which_restricted_dollars_stay_and_why(ask_funder: AskText) -> None:
    found = (await ask_funder("locked"))["investments"]["nodes"]
    tied = {row["investment"] for row in rows("restrictions")}
    assert {each["source"]["identifier"] for each in found} == tied
    for each in found:
        held = each["movable"]
        parts = [held["movable"], *(lock["amount"] for lock in held["locked"])]
        award = awards()[each["source"]["identifier"]]
        kept = Decimal(award["Amount"]) - moved("FEE").get(award["Award"], 0)
        assert sum(Decimal(part["amount"]) for part in parts) == kept
        assert all(lock["sentence"] for lock in held["locked"])
        spent = summed(
            lambda _: "spent", lambda one: one.spent, [o for o in lines() if o.award == award["Award"]]
        )
        locked = {lock["reason"]: Decimal(lock["amount"]["amount"]) for lock in held["locked"]}
        assert locked.get("SPENT", 0) == spent.get("spent", 0)


async def test_what_moved_in_each_quarter(ask_funder: AskText) -> None:
    found = own(await ask_funder("flows", funder=FUNDER))
    expected: dict[tuple[str, str, int], Decimal] = defaultdict(Decimal)
    titles = {award: row["Title"] for award, row in awards().items() if row["Funder"] == FUNDER}

    def add(day: str, award: str, n: int, amount: str) -> None:
        quarter = f"{day[:4]}-{(int(day[5:7]) - 1) // 3 * 3 + 1:02}-01"
        expected[quarter, titles[award], n] += Decimal(amount)

    for award in titles:
        add(awards()[award]["Awarded"], award, 0, awards()[award]["Amount"])
    for row in rows("ledger"):
        if row["investment"] in titles and row["kind"] != "FEE":
            add(
                row["occurred_on"],
                row["investment"],
                {"RECEIPT": 1, "DISBURSEMENT": 2, "EXPENDITURE": 3}[row["kind"]],
                row["amount"],
            )
    seen = {
        (row["bucketStart"], row["keys"][0]["label"], n): Decimal(value["value"])
        for row in found["rows"]
        for n, value in enumerate(row["values"])
        if Decimal(value["value"])
    }
    assert seen == expected


async def test_what_fees_and_overhead_cost(ask_funder: AskText) -> None:
    """Fees are told by their giver; overhead is an award of the anchor's own."""
    found = await ask_funder("fees")
    assert Decimal(found["anchorEntity"]["feeRate"]) == Decimal("0.05")
    fees = summed(lambda each: each.row["Funder"], lambda each: each.fees)
    assert told(found["fees"]) == fees
    assert fees
    overhead = summed(lambda each: each.row["Funder"], committed, [e for e in lines() if e.use == "OVERHEAD"])
    assert told(found["overhead"]) == overhead
    assert overhead


async def test_the_cost_of_one_more_reader_is_a_range(ask_funder: AskText, ask_text: AskText) -> None:
    """The middle is the price over the additional share, within a few percent for changes of prices."""
    found = await ask_text("query($slug: String!) { partnership(slug: $slug) { outcomes { id name } } }")
    reading = next(each["id"] for each in found["outcomes"] if each["name"] == "Early grade reading")
    nodes = (await ask_funder("costs", outcome=reading))["practices"]["nodes"]
    aims = {
        row["practice"]: row
        for row in rows("practices")
        if "Early grade reading" in row["outcomes"].split(";")
    }
    assert {each["name"] for each in nodes} == set(aims)
    ranged = 0
    for each in nodes:
        cost = each["costPerOutcome"]
        more = each["effect"]["additionalPerHundred"]
        if cost["mid"] is None:
            assert cost["basis"]
            continue
        ranged += 1
        price = Decimal(aims[each["name"]]["cost_per_participant"])
        assert float(cost["mid"]["amount"]) == pytest.approx(float(price / Decimal(more) * 100), rel=0.15)
        assert Decimal(cost["low"]["amount"]) < Decimal(cost["mid"]["amount"])
        assert cost["high"] is None or Decimal(cost["high"]["amount"]) > Decimal(cost["mid"]["amount"])
    assert ranged


async def test_which_awards_lack_an_outcome_or_a_group(ask_funder: AskText) -> None:
    found = (await ask_funder("missing"))["investments"]
    levels = dict.fromkeys(awards(), 0)
    for each in lines():  # every outcome of Riverbend has an indicator
        reached = 0 if not each.outcome else 2 if not each.population else 3
        levels[each.award] = max(levels[each.award], reached)
    low = {award: level for award, level in levels.items() if level < 3}
    assert {each["source"]["identifier"]: each["alignmentLevel"] for each in found["nodes"]} == low
    assert found["totalCount"] == len(low)
    for each in found["nodes"]:
        assert ("OUTCOME" in each["missing"]) == (each["alignmentLevel"] == 0)
        assert "POPULATION" in each["missing"]


async def test_what_would_be_matched(ask_funder: AskText) -> None:
    found = await ask_funder("match")
    asked = {row["investment"]: row for row in rows("match")}
    told_match = {
        each["source"]["identifier"]: each["match"] for each in found["investments"]["nodes"] if each["match"]
    }
    assert set(told_match) == set(asked)
    for award, match in told_match.items():
        assert Decimal(match["ratio"]) == Decimal(asked[award]["ratio"])
        assert Decimal(match["required"]["amount"]) == Decimal(asked[award]["required"])
        assert Decimal(match["secured"]["amount"]) <= Decimal(match["required"]["amount"]) or match["dueOn"]
    names = {row["identifier"]: row["name"] for row in rows("organizations")}
    assert [
        (each["source"]["name"], Decimal(each["ratio"]), Decimal(each["maximum"]["amount"]), each["deadline"])
        for each in found["matchOffers"]["nodes"]
    ] == [
        (names[row["source"]], Decimal(row["ratio"]), Decimal(row["maximum"]), row["deadline"])
        for row in sorted(rows("match-offers"), key=lambda row: row["deadline"])
    ]


async def test_what_more_money_would_do_and_where(riverbend: Database, riverbend_id: UUID) -> None:
    """No more than the money is spent, and the moves' gains are what the plan adds."""
    async with riverbend.owner_connection() as connection:
        role = riverbend.logins.role("app")
        await connection.execute(text(f'grant insert on ledger.idempotency to "{role}"'))
    query = (QUESTIONS / "funder-more.graphql").read_text("utf-8")
    variables = {
        "partnership": f"Partnership:{riverbend_id}",
        "fiscalYear": 2027,
        "amount": "250000.00",
        "key": secrets.token_hex(8),
    }

    async def sent() -> Answer:
        request = Request(query, variables=variables)
        answer = json.loads((await build_for_operator(riverbend).run(request, Call())).body())
        assert "errors" not in answer, answer
        found: Answer = answer["data"]["suggestReallocation"]
        assert found["userErrors"] == []
        return found

    asked = (await sent())["reallocationScenario"]
    await answer_scenario(riverbend, riverbend_id, UUID(asked["id"].rsplit(":", 1)[-1]))
    again = await sent()
    found = again["reallocationScenario"]
    assert (again["replayed"], found["status"]) == (True, "READY")
    spent = [Decimal(move["amount"]["amount"]) for move in found["moves"] if move["from"] is None]
    assert 0 < sum(spent) <= 250_000
    assert all(move["to"]["practice"] and move["sentence"] for move in found["moves"])
    gained = Decimal(found["after"]["students"]) - Decimal(found["before"]["students"])
    assert float(sum(Decimal(move["gain"]) for move in found["moves"])) == pytest.approx(
        float(gained), abs=0.01
    )
    assert gained > 0


READ = {
    "Third graders reading at grade level": ("third-grade-reading", "Tested", "At grade level"),
    "Children ready for kindergarten": ("kindergarten-ready", "Assessed", "Ready"),
}
GROUPS = {
    "Students eligible for free or reduced-price meals": "Eligible for free or reduced-price meals",
    "Students not eligible for free or reduced-price meals": "Not eligible for free or reduced-price meals",
}


def percents(indicator: str, area: str, group: str) -> dict[str, str]:
    """By the last day of the school year: the file's share as whole percent, as it is released."""
    name, of, counted = READ[indicator]
    found = {}
    for row in rows(f"measurements-{name}"):
        if (row["Area"], row["Group"]) == (area, GROUPS.get(group, group)):
            ends = f"20{row['School year'][-2:]}-06-30"
            found[ends] = f"{100 * int(row[counted]) / int(row[of]):.0f}"
    return found


async def test_what_has_changed_since_awards_began(ask_funder: AskText) -> None:
    """The last figure before the award's first day, the newest one, and their difference, from the files."""
    found = await ask_funder("results", funder=FUNDER)
    starts = {row["Title"]: row["Starts"] for row in awards().values()}
    seen = {}
    for award in found["funders"]["nodes"][0]["investments"]["nodes"]:
        for each in award["results"]:
            assert each["caution"].startswith("What happened since the award, not what the award did")
            if each["indicator"]["name"] not in READ:
                continue
            known = percents(each["indicator"]["name"], each["area"]["name"], each["population"]["label"])
            before = max(day for day in known if day <= starts[award["title"]])
            assert each["baseline"] == {"periodEnd": before, "value": known[before]}
            assert each["latest"] == {"periodEnd": max(known), "value": known[max(known)]}
            seen[award["title"], each["indicator"]["name"]] = each["change"], each["trend"]
    assert seen["Summer reading pilot", "Third graders reading at grade level"] == ("-2", "WORSENING")
    assert seen["Ready by Five", "Children ready for kindergarten"] == (None, "NO_DATA")
