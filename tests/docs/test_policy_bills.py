"""The policy team's questions about bills in docs/questions, asked of Riverbend.

Every expected figure is reckoned here from api/demo/riverbend/measures.csv with dates and text, by no code of ours.
"""

import csv
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.demo.riverbend import FOLDER, SLUG
from api.exchange.imports import Order, import_file
from api.exchange.recipe_files import load_recipe
from api.graphql.door.operations import Call
from api.graphql.door.requests import Request
from api.graphql.schema import build_for_operator
from models.database import Database, Scope
from models.outcomes import Outcome
from models.partnerships import Partnership

QUESTIONS = Path(__file__).resolve().parents[2] / "docs" / "questions"
OVER = {"Adopted", "In force", "Withdrawn by sponsor"}  # nothing more is to come
Row = dict[str, str]
Answer = dict[str, Any]  # a GraphQL object
AskPolicy = Callable[..., Awaitable[Answer]]


@pytest.fixture
def ask_policy(riverbend: Database) -> AskPolicy:
    """ask_policy(name, **variables) -> the partnership of the answer, as the operator reads it."""

    async def asked(name: str, **variables: object) -> Answer:
        query = (QUESTIONS / f"policy-{name}.graphql").read_text("utf-8")
        request = Request(query, variables={"slug": SLUG, **variables})
        answer = json.loads((await build_for_operator(riverbend).run(request, Call())).body())
        assert "errors" not in answer, answer
        found: Answer = answer["data"]["partnership"]
        return found

    return asked


@cache
def table(name: str) -> tuple[Row, ...]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines, strict=True))


def rows() -> tuple[Row, ...]:
    return table("measures")


def names(plan: Row, measure: Row) -> bool:
    """Whether the plan's file names the measure, by its number or with its body before that."""
    number = measure["Number"]
    return bool({number, f"{measure['Body']}:{number}"} & set(plan["measures"].split(";")))


def today() -> date:
    return datetime.now(UTC).date()


def row_of(body: str, number: str) -> Row:
    return next(row for row in rows() if (row["Body"], row["Number"]) == (body, number))


def lies_still(row: Row) -> bool:
    last = date.fromisoformat(row["Last action on"])
    return row["Status"] not in OVER and today() - last > timedelta(45)


async def outcome_id(database: Database, name: str) -> str:
    async with database.session(Scope()) as session:
        found = (await session.execute(select(Partnership.id).where(Partnership.slug == SLUG))).scalar_one()
    async with database.session(Scope.of(found)) as session:
        outcome = (await session.execute(select(Outcome.id).where(Outcome.name == name))).scalar_one()
    return f"Outcome:{found}:{outcome}"


@pytest.mark.parametrize(
    ("body", "number", "status", "same_as", "earlier"),
    [
        ("State of Westmark", "SB 118", "IN_COMMITTEE", ["HB 204-2026-27"], ["SB 96-2024-25"]),
        (
            "State of Westmark",
            "HB 204",
            "PASSED_ONE_CHAMBER",
            ["SB 118-2026-27"],
            [],
        ),  # named by its twin alone
        ("State of Westmark", "HB 77", "IN_COMMITTEE", [], ["HB 51-2022-23", "HB 63-2024-25"]),
        ("State of Westmark", "HB 512", "PASSED", [], []),
        ("Riverbend School District", "Policy 6142.2", "IN_EFFECT", [], []),
        ("City of Riverbend", "Ordinance 41", "ON_FLOOR", [], ["Ordinance 17-2025"]),
        ("City of Hope Ferry", "Ordinance 41", "INTRODUCED", [], []),
    ],
)
async def test_one_bill_answers_with_all_that_is_published(
    ask_policy: AskPolicy, body: str, number: str, status: str, same_as: list[str], earlier: list[str]
) -> None:
    found = await ask_policy("bill", jurisdiction=body, identifier=number)
    (bill,) = found["policyMeasures"]["nodes"]
    row = row_of(body, number)
    assert bill["title"] == row["Title"]
    assert (bill["status"], bill["statusAsPublished"]) == (status, row["Status"])
    assert bill["sponsors"] == [each for each in row["Sponsors"].split(";") if each]
    assert [each["name"] for each in bill["committees"]] == [
        each for each in row["Committees"].split(";") if each
    ]
    assert (bill["lastAction"], bill["lastActionOn"]) == (row["Last action"], row["Last action on"])
    assert bill["stale"] is lies_still(row)
    assert (bill["sameAs"], bill["refiledFrom"]) == (same_as, earlier)
    assert (bill["missingSince"], bill["changes"]) == (None, [])
    aimed = [plan for plan in table("policy-plans") if names(plan, row)]
    assert [each["title"] for each in bill["plans"]] == [plan["title"] for plan in aimed]
    assert (number == "HB 512" or body == "City of Hope Ferry") == (aimed == [])
    for each, plan in zip(bill["plans"], aimed, strict=True):
        assert each["stance"] == plan["stance"]
        assert {each["name"] for each in each["outcomes"]} == set(plan["outcomes"].split(";"))
        assert len(each["indicators"]) == len(plan["indicators"].split(";"))
        assert len(each["populations"]) == len(plan["populations"].split(";"))
        stands = [each_ for each_ in table("policy-positions") if each_["plan"] == plan["title"]]
        assert sorted(each_["position"] for each_ in each["positions"]) == sorted(
            each_["position"] for each_ in stands
        )


async def test_a_bill_past_the_days_for_a_signature_is_told(ask_policy: AskPolicy) -> None:
    # delivered on Friday 30 October 2026; ten days without the two Sundays end on Wednesday 11 November
    found = await ask_policy("bill", jurisdiction="State of Westmark", identifier="HB 512")
    assert found["policyMeasures"]["nodes"][0]["pocketApproval"] is (today() > date(2026, 11, 11))


async def test_the_standing_counts_twins_once(ask_policy: AskPolicy) -> None:
    found = await ask_policy("bills-standing")
    summary = found["policyMeasureSummary"]
    assert (summary["count"], summary["distinctCount"]) == (len(rows()), len(rows()) - 1)
    assert (summary["twinPairs"], summary["twinsOutside"], summary["missing"]) == (1, 0, 0)
    assert summary["stale"] == sum(lies_still(row) for row in rows())
    assert {each["statusAsPublished"]: each["count"] for each in summary["statuses"]} == {
        status: sum(row["Status"] == status for row in rows()) for status in {row["Status"] for row in rows()}
    }
    assert (found["measureStaleDays"], found["pocketApprovalDays"]) == (45, 10)
    assert found["policyMeasureChanges"]["nodes"] == []


@pytest.mark.parametrize(
    ("outcome", "first"),
    [
        # the words of the outcome and its indicator stand in these titles and digests
        ("Kindergarten readiness", {"Full-day kindergarten readiness programs for English learners"}),
        ("Early grade reading", {"Repeal of the third-grade reading screening"}),
        ("Middle grade math", {"State aid for high-dosage tutoring"}),
        ("Postsecondary enrollment", {"Filing for financial aid before graduation"}),
        ("Employment", {"Wage floor in registered youth apprenticeships"}),
    ],
)
async def test_an_outcome_finds_the_bills_that_speak_of_it(
    ask_policy: AskPolicy, riverbend: Database, outcome: str, first: set[str]
) -> None:
    found = await ask_policy("bills-for-outcome", outcome=await outcome_id(riverbend, outcome))
    matches = found["searchPolicyMeasures"]
    ranks = [float(each["rank"]) for each in matches]
    assert ranks == sorted(ranks, reverse=True)
    assert matches[0]["measure"]["title"] in first
    assert "Street trees in the harbor district" not in {each["measure"]["title"] for each in matches}


async def test_plans_are_told_of_their_bills_that_changed_and_of_no_others(
    database: Database, partnership: Partnership, tmp_path: Path
) -> None:
    """Riverbend's bills and plans in a partnership of its own, whose list of bills then comes a second time."""
    recipe, bills, plans = load_recipe(FOLDER / "measures.toml"), tmp_path / "a.csv", tmp_path / "plans.csv"
    with plans.open("w", encoding="utf-8", newline="") as lines:
        kept = csv.DictWriter(lines, ("title", "level", "stance", "measures"), extrasaction="ignore")
        kept.writeheader()
        kept.writerows(table("policy-plans"))
    written = (FOLDER / "measures.csv").read_text("utf-8")
    bills.write_text(written, encoding="utf-8")
    await import_file(database, Order(partnership.id, bills, "measures", recipe))
    assert (await import_file(database, Order(partnership.id, plans, "policy-plans"))).created == 6
    before = datetime.now(UTC)
    written = written.replace("HB 77,Filing for", "HB 77,Early filing for")
    written = written.replace("Plants street trees,First reading", "Plants street trees,Second reading")
    bills.write_text(written, encoding="utf-8")
    report = await import_file(database, Order(partnership.id, bills, "measures", recipe))
    assert (report.updated, report.unchanged) == (2, len(rows()) - 2)
    told = [example.value for each in report if each.code == "plan-told" for example in each.examples]
    assert told == ["FAFSA filing as a step to the diploma: HB 77 (title)"]
    query = (QUESTIONS / "policy-followed.graphql").read_text("utf-8")
    request = Request(query, variables={"slug": partnership.slug, "since": before.isoformat()})
    answer = json.loads((await build_for_operator(database).run(request, Call())).body())
    found = answer["data"]["partnership"]
    (plan,) = found["policyPlans"]["nodes"]
    assert plan["title"] == "FAFSA filing as a step to the diploma"
    (change,) = plan["measureChanges"]["nodes"]
    assert change["measure"] == {"jurisdiction": "State of Westmark", "identifier": "HB 77"}
    assert (change["aspect"], change["before"]) == ("TITLE", "Filing for financial aid before graduation")
    aimed = [row for row in rows() if any(names(plan, row) for plan in table("policy-plans"))]
    alone = {(row["Body"], row["Number"]) for row in rows() if row not in aimed}
    assert {(each["jurisdiction"], each["identifier"]) for each in found["policyMeasures"]["nodes"]} == alone
    assert len(alone) == 3
