"""The policy team's questions in docs/questions, asked of Riverbend.

Every expected figure is reckoned here from the demo's CSV files with Decimal and dates, by no code of ours.
"""

import csv
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from api.demo.riverbend import FOLDER, SLUG
from api.graphql.door.operations import Call
from api.graphql.door.requests import Request
from api.graphql.schema import build_for_operator
from models.database import Database

QUESTIONS = Path(__file__).resolve().parents[2] / "docs" / "questions"
TOLD_ON = date(2026, 11, 23)  # the day of the story
Row = dict[str, str]
Answer = dict[str, Any]  # a GraphQL object
Ask = Callable[..., Awaitable[Answer]]


@pytest.fixture
def run(riverbend: Database) -> Ask:
    """run(query, **variables) -> the data, as the operator reads it."""

    async def ran(query: str, **variables: object) -> Answer:
        request = Request(query, variables=variables)
        answer = json.loads((await build_for_operator(riverbend).run(request, Call())).body())
        assert "errors" not in answer, answer
        found: Answer = answer["data"]
        return found

    return ran


@pytest.fixture
def ask(run: Ask) -> Ask:
    """ask(name, **variables) -> the partnership of the answer."""

    async def asked(name: str, **variables: object) -> Answer:
        query = (QUESTIONS / f"policy-{name}.graphql").read_text("utf-8")
        found: Answer = (await run(query, slug=SLUG, **variables))["partnership"]
        return found

    return asked


@cache
def rows(name: str) -> tuple[Row, ...]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines, strict=True))


def organizations() -> dict[str, str]:
    return {row["identifier"]: row["name"] for row in rows("organizations")}


def status_of(title: str) -> str:
    """Where its last step led; a plan without a step is a draft."""
    steps = sorted((row["on"], row["to"]) for row in rows("policy-steps") if row["plan"] == title)
    return steps[-1][1] if steps else "DRAFT"


def open_milestones(title: str) -> list[Row]:
    mine = [row for row in rows("policy-milestones") if row["plan"] == title and not row["done_on"]]
    return sorted(mine, key=lambda row: row["due_on"])


def today() -> date:
    return datetime.now(UTC).date()


async def test_plans_of_a_level_with_what_comes_next(ask: Ask) -> None:
    found = (await ask("plans", levels=["STATE", "LOCAL"]))["policyPlans"]
    wanted = sorted(
        (row for row in rows("policy-plans") if row["level"] in ("STATE", "LOCAL")),
        key=lambda row: row["title"],
    )
    assert found["totalCount"] == len(wanted) == 4
    for each, row in zip(found["nodes"], wanted, strict=True):
        coming = open_milestones(row["title"])[0]
        assert (each["title"], each["level"], each["stance"]) == (row["title"], row["level"], row["stance"])
        assert (each["status"], each["jurisdiction"]) == (status_of(row["title"]), row["jurisdiction"])
        late = coming["due_on"] < today().isoformat()
        assert each["nextMilestone"] == {"title": coming["title"], "dueOn": coming["due_on"], "late": late}


async def test_the_board_counts_each_status_and_what_is_late(ask: Ask) -> None:
    board = {each["status"]: each for each in (await ask("plans"))["policyBoard"]}
    statuses = [status_of(row["title"]) for row in rows("policy-plans")]
    assert {status: each["planCount"] for status, each in board.items()} == {
        status: statuses.count(status) for status in board
    }
    late = [
        row for row in rows("policy-milestones") if not row["done_on"] and row["due_on"] < today().isoformat()
    ]
    assert sum(each["lateCount"] for each in board.values()) == len(late)
    assert board["STALLED"]["planCount"] == 1


async def test_barriers_without_a_plan_and_their_age(ask: Ask) -> None:
    planned = {row["barriers"] for row in rows("policy-plans")}
    wanted = [row for row in rows("barriers") if row["title"] not in planned]
    found = (await ask("barriers"))["barriers"]["nodes"]
    assert [each["title"] for each in found] == [row["title"] for row in wanted]
    assert len(found) == 3
    for each, row in zip(found, wanted, strict=True):
        end = date.fromisoformat(row["resolved_on"]) if row["resolved_on"] else today()
        assert each["ageDays"] == (end - date.fromisoformat(row["raised_on"])).days
        assert each["raisedByName"] == row["raised_by"]
        assert each["answer"] == (row["answer"] or None)


def ready(year: str, dimension: str, group: str) -> Decimal:
    """The share of a group in the city that was ready for kindergarten, in percent, from the counts."""
    row = next(
        row
        for row in rows("measurements-kindergarten-ready")
        if (row["School year"], row["Area"], row["Dimension"], row["Group"])
        == (year, "Riverbend", dimension, group)
    )
    return Decimal(row["Ready"]) / Decimal(row["Assessed"]) * 100


async def test_an_enacted_policy_shows_both_years_and_a_caution(ask: Ask) -> None:
    """In force from 15 August 2023: the school year 2022-23 before, 2024-25 since; 2023-24 began before it."""
    plans = (await ask("effects"))["policyPlans"]["nodes"]
    assert [(each["enactedOn"], each["effectiveOn"]) for each in plans] == [("2023-04-18", "2023-08-15")]
    effects = [each for each in plans[0]["effect"] if each["area"]["name"] == "Riverbend"]
    assert {each["population"]["label"] for each in effects} == {"English learners", "Hispanic students"}
    hispanic = next(each for each in effects if each["population"]["label"] == "Hispanic students")
    assert (hispanic["beforePeriodEnd"], hispanic["afterPeriodEnd"]) == ("2023-06-30", "2025-06-30")
    before, after = (ready(year, "race", "Hispanic or Latino") for year in ("2022-23", "2024-25"))
    # the release shows whole percents of groups of this size
    assert Decimal(hispanic["before"]) == round(before) == 38
    assert Decimal(hispanic["after"]) == round(after) == 40
    white_before, white_after = (ready(year, "race", "White") for year in ("2022-23", "2024-25"))
    change = (round(white_after) - round(after)) - (round(white_before) - round(before))
    assert Decimal(hispanic["gapChange"]) == change == 2
    assert "does not show that the policy made the difference" in hispanic["caution"]
    assert "Only one period has been measured since." in hispanic["caution"]


async def test_dollars_released_and_redirected(ask: Ask) -> None:
    found = (await ask("dollars"))["policyPlans"]["nodes"]
    told = {
        (each["title"], one["kind"], one["isPublic"], one["amount"]["amount"])
        for each in found
        for one in each["dollars"]
    }
    assert told == {
        (row["plan"], row["kind"], row["public"] == "true", row["amount"]) for row in rows("policy-dollars")
    }


async def test_rules_of_partners_that_changed(ask: Ask) -> None:
    wanted = [
        row
        for row in rows("policy-plans")
        if row["level"] == "ORGANIZATIONAL" and status_of(row["title"]) in ("WON", "IMPLEMENTED")
    ]
    found = (await ask("organizational"))["policyPlans"]["nodes"]
    assert [(each["title"], each["owner"]["name"]) for each in found] == [
        (row["title"], organizations()[row["owner"]]) for row in wanted
    ]
    assert found[0]["decidedBy"] == [{"name": "Riverbend City Schools"}]


async def test_a_brief_tells_evidence_gap_and_cost(ask: Ask, run: Ask) -> None:
    ids = """query($slug: String!) { partnership(slug: $slug) {
      practices(first: 100) { nodes { id name } } outcomes { id name } populationGroups { id value } } }"""
    known = (await run(ids, slug=SLUG))["partnership"]
    practice = next(each for each in known["practices"]["nodes"] if each["name"] == "High-dosage tutoring")
    outcome = next(each for each in known["outcomes"] if each["name"] == "Early grade reading")
    group = next(each for each in known["populationGroups"] if each["value"] == "Black or African American")
    asked = {"practice": practice["id"], "outcome": outcome["id"], "population": group["id"]}
    said = (await ask("brief", **asked))["policyBrief"]["statements"]
    studies = sorted(
        {
            row["study"]
            for row in rows("findings")
            if (row["practice"], row["outcome"]) == ("High-dosage tutoring", "Early grade reading")
        }
    )
    assert all(study in said[0]["source"] for study in studies)
    cost = next(row for row in rows("practices") if row["practice"] == "High-dosage tutoring")
    assert f"{Decimal(cost['cost_per_participant']):,.2f} USD" in said[-1]["sentence"]
    assert said[-1]["source"] == cost["source"]
    assert all("Black students are" in each["sentence"] and each["source"] for each in said[1:-1])
    assert len(said) > 2


async def test_a_brief_claims_no_evidence_that_is_of_another_outcome(ask: Ask, run: Ask) -> None:
    """Tutoring has its evidence on reading and math; no study in findings.csv saw whom it brought into work."""
    ids = """query($slug: String!) { partnership(slug: $slug) {
      practices(first: 100) { nodes { id name } } outcomes { id name } populationGroups { id value } } }"""
    known = (await run(ids, slug=SLUG))["partnership"]
    practice = next(each for each in known["practices"]["nodes"] if each["name"] == "High-dosage tutoring")
    group = next(each for each in known["populationGroups"] if each["value"] == "Black or African American")
    studied = {row["outcome"] for row in rows("findings") if row["practice"] == "High-dosage tutoring"}
    for outcome in known["outcomes"]:
        asked = {"practice": practice["id"], "outcome": outcome["id"], "population": group["id"]}
        said = (await ask("brief", **asked))["policyBrief"]["statements"][0]
        assert (outcome["name"] in studied) == ("no evidence" not in said["sentence"]), said
        assert (outcome["name"] in studied) == (said["source"] is not None)
    assert studied == {"Early grade reading", "Middle grade math"}


def acted(first: str, last: str) -> list[Row]:
    mine = [row for row in rows("policy-actions") if first <= row["occurred_on"] <= last]
    return sorted(mine, key=lambda row: row["occurred_on"])


async def test_who_spoke_when_and_whether_it_was_lobbying(ask: Ask) -> None:
    found = (await ask("actions", **{"from": "2026-07-01", "to": "2027-06-30"}))["policyActions"]
    wanted = acted("2026-07-01", "2027-06-30")
    assert found["totalCount"] == len(wanted) == 6
    for each, row in zip(found["nodes"], wanted, strict=True):
        assert (each["occurredOn"], each["kind"]) == (row["occurred_on"], row["kind"])
        assert each["organization"]["name"] == organizations()[row["organization"]]
        assert (each["classification"], each["speaker"]) == (row["classification"], row["speaker"])
        assert Decimal(each["hours"]) == Decimal(row["hours"])
        assert each["cost"] == ({"amount": row["cost"]} if row["cost"] else None)
        assert "56.4911" in each["classificationReason"]


async def test_allies_of_a_jurisdiction(ask: Ask) -> None:
    wanted = [row for row in rows("policy-positions") if row["jurisdiction"] == "City of Riverbend"]
    found = (await ask("allies", jurisdiction="City of Riverbend"))["policyPositions"]
    assert [(each["organization"]["name"], each["position"], each["speaker"]) for each in found] == [
        (organizations()[row["organization"]], row["position"], row["speaker"]) for row in wanted
    ]
    hours = [Decimal(each["monthlyHours"]) for each in found if each["monthlyHours"]]
    assert sum(hours) == sum(Decimal(row["monthly_hours"]) for row in wanted if row["monthly_hours"]) == 16


async def test_persistent_disparities_that_nothing_addresses(ask: Ask, run: Ask) -> None:
    """Of all persistent ones, those whose outcome and group no open plan serves and no practice's line is for."""
    query = """query($slug: String!) { partnership(slug: $slug) {
      disparities(filter: { statuses: [PERSISTENT] }, first: 1000) { nodes {
        indicator { name outcome { name } } area { name } population { value } } } } }"""
    every = (await run(query, slug=SLUG))["partnership"]["disparities"]["nodes"]
    served = {
        (outcome, group)
        for row in rows("policy-plans")
        if status_of(row["title"]) in ("ADOPTED", "ACTIVE", "WON", "IMPLEMENTED")
        for outcome in row["outcomes"].split(";")
        for group in row["populations"].split(";")
    }
    paid = {
        (row["outcome"], row["population"], row["area"]) for row in rows("allocations") if row["practice"]
    }
    wanted = [
        each
        for each in every
        for key in [(each["indicator"]["outcome"]["name"], each["population"]["value"])]
        if key not in served and not {(*key, ""), (*key, each["area"]["name"])} & paid
    ]
    found = (await ask("unaddressed"))["disparities"]
    assert found["totalCount"] == len(wanted) > 0


async def test_deadlines_in_the_next_sixty_days(ask: Ask) -> None:
    last = TOLD_ON + timedelta(days=60)
    found = (await ask("deadlines", **{"from": TOLD_ON.isoformat(), "to": last.isoformat()}))["milestones"]
    wanted = sorted(
        (row["due_on"], row["title"], row["plan"])
        for row in rows("policy-milestones")
        if not row["done_on"] and TOLD_ON.isoformat() <= row["due_on"] <= last.isoformat()
    )
    assert [(each["dueOn"], each["title"], each["plan"]["title"]) for each in found] == wanted
    assert len(found) == 4


async def test_the_history_of_a_plan_for_the_annual_report(ask: Ask, run: Ask) -> None:
    title = "Home language in the kindergarten entry assessment"
    query = """query($slug: String!) { partnership(slug: $slug) {
      policyPlans(filter: { search: "Home language" }) { nodes { id } } } }"""
    plan = (await run(query, slug=SLUG))["partnership"]["policyPlans"]["nodes"][0]["id"]
    history = (QUESTIONS / "policy-history.graphql").read_text("utf-8")
    node = (await run(history, plan=plan))["node"]
    steps = sorted(
        (row["on"], row["to"], row["note"]) for row in rows("policy-steps") if row["plan"] == title
    )
    assert node["title"] == title
    assert [(each["on"], each["to"], each["note"]) for each in node["history"][1:]] == steps
    assert (node["history"][0]["from"], node["history"][0]["to"]) == (None, "DRAFT")


async def test_lobbying_of_the_year_against_its_limits(ask: Ask) -> None:
    """2,400,000.00 spent on exempt purposes allow 225,000.00 and 5 percent of 900,000.00; a quarter grass-roots."""
    found = (await ask("lobbying", fiscalYear=2027))["lobbying"]
    mine = acted("2026-07-01", "2027-06-30")
    direct = sum(Decimal(row["cost"]) for row in mine if row["classification"] == "DIRECT")
    grassroots = sum(Decimal(row["cost"] or 0) for row in mine if row["classification"] == "GRASSROOTS")
    assert (direct, grassroots) == (Decimal("735.00"), Decimal("1250.00"))
    assert found["spent"] == {"amount": f"{direct + grassroots:.2f}"}
    assert found["grassrootsSpent"] == {"amount": f"{grassroots:.2f}"}
    assert found["limit"] == {"amount": "270000.00"}
    assert found["grassrootsLimit"] == {"amount": "67500.00"}
    assert found["remaining"] == {"amount": "268015.00"}
    assert found["grassrootsRemaining"] == {"amount": "66250.00"}
    assert found["exemptPurposeSpending"] == {"amount": "2400000.00"}
    assert found["warnings"] == []
