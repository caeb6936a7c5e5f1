"""The data manager's questions in docs/questions, asked of Riverbend.

Every expected figure is reckoned here from the demo's CSV files with integers, Decimal and dates, by no code
of ours.
"""

import csv
import json
import tomllib
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from api.demo.riverbend import FOLDER, SLUG
from api.demo.riverbend_terms import OVERLAP
from api.graphql.door.operations import Call
from api.graphql.door.requests import Request
from api.graphql.schema import build, build_for_operator
from models.database import Database

QUESTIONS = Path(__file__).resolve().parents[2] / "docs" / "questions"
YEARS = [date(year, 6, 30) for year in range(2018, 2026)]
SURVEY = "Four-year-olds in preschool"
Row = dict[str, str]
Answer = dict[str, Any]  # a GraphQL object
Ask = Callable[..., Awaitable[Answer]]


@pytest.fixture
def ask(riverbend: Database) -> Ask:
    """ask(name, **variables) -> the data of the answer, as the operator reads it, or `public` as anybody."""

    async def asked(name: str, *, public: bool = False, **variables: object) -> Answer:
        query = (QUESTIONS / f"data-{name}.graphql").read_text("utf-8")
        request = Request(query, variables={"slug": SLUG, **variables} if "$slug" in query else variables)
        operations = build(riverbend) if public else build_for_operator(riverbend)
        answer = json.loads((await operations.run(request, Call())).body())
        assert public or "errors" not in answer, answer
        found: Answer = answer["data"]
        return found

    return asked


@cache
def rows(name: str) -> tuple[Row, ...]:
    skipped = 2 if name == "measurements-four-year-graduation" else 0  # two lines stand above its header
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        for _ in range(skipped):
            next(lines)
        return tuple(csv.DictReader(lines, strict=True))


@cache
def recipes() -> dict[str, dict[str, Any]]:
    """Each measured file's recipe, by the file's name."""
    paths = [*FOLDER.glob("measurements-*.toml"), *FOLDER.glob("survey-*.toml")]
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in paths}


def ages() -> dict[str, int]:
    """The days since the newest period of each source: the end of the school year 2024-25."""
    today = datetime.now(UTC).date()
    return {each["source"]["name"]: (today - YEARS[-1]).days for each in recipes().values()}


async def indicator_id(database: Database, code: str) -> str:
    async with database.owner_connection() as connection:
        found = await connection.execute(
            text("select partnership_id, id from indicator where code = :code"), {"code": code}
        )
        row = found.one()
    return f"Indicator:{row.partnership_id}:{row.id}"


async def test_the_coverage_of_core_indicators_tells_every_hole_with_its_reason(ask: Ask) -> None:
    """Five core indicators are told for four areas and two for the city: of everybody and four key groups."""
    cells = (await ask("coverage"))["partnership"]["coverage"]
    core = [name for name, recipe in recipes().items() if recipe["indicator"]["core"]]
    areas = {name: {row.get("Area", row.get("District")) for row in rows(name)} for name in core}
    places = sum(len(found) for found in areas.values())
    labels = {row["label"] for row in rows("populations") if row["key"] == "true"}
    assert len(core) == 7
    keyed = [cell for cell in cells if cell["population"]["label"] in labels]
    assert len(keyed) == places * len(labels) * len(YEARS)
    assert all((cell["reason"] is None) == (cell["status"] == "REPORTED") for cell in cells)
    reasons = {cell["reason"] for cell in cells if cell["status"] == "MISSING"}
    assert reasons <= {"This indicator has never been recorded for this group here."}


async def test_coverage_between_two_days_is_that_part_of_the_matrix(ask: Ask) -> None:
    cells = (await ask("coverage", **{"from": "2024-01-01", "to": "2024-12-31"}))["partnership"]["coverage"]
    assert {cell["periodEnd"] for cell in cells} == {"2024-06-30"}


async def test_degrees_by_language_are_a_hole_that_is_explained(riverbend: Database) -> None:
    query = """query ($slug: String!, $of: [ID!]) { partnership(slug: $slug) { coverage(indicators: $of) {
      population { label } status reason } } }"""
    of = [await indicator_id(riverbend, "degree-completion")]
    request = Request(query, variables={"slug": SLUG, "of": of})
    answer = json.loads((await build_for_operator(riverbend).run(request, Call())).body())
    holes = [
        each
        for each in answer["data"]["partnership"]["coverage"]
        if each["population"]["label"] == "English learners"
    ]
    assert len(holes) == len(YEARS)
    assert {(each["status"], each["reason"]) for each in holes} == {
        ("MISSING", "This indicator has never been recorded for this group here.")
    }


async def test_what_is_withheld_bears_its_rule_and_a_reason(ask: Ask) -> None:
    """Every `*` of the state's report is withheld at its source, every group of fewer than ten by us."""
    found = (await ask("suppressed"))["partnership"]["measurements"]
    nodes = found["nodes"]
    stars = [row for row in rows("measurements-four-year-graduation") if row["Graduation Rate"] == "*"]
    at_source = [each for each in nodes if each["suppression"] == "AT_SOURCE"]
    assert len(at_source) == len(stars) > 0
    assert {each["indicator"]["name"] for each in at_source} == {"Four-year high school graduation"}
    small = {
        (recipe["indicator"]["name"], row["Area"], row["Group"], row["School year"])
        for name, recipe in recipes().items()
        if not recipe["disclosure"]["already_public"]
        for row in rows(name)
        if 0 < int(row[recipe["columns"]["denominator"]]) < 10
    }
    labels = {row["label"]: row["value"] for row in rows("populations")}
    withheld = {
        (
            each["indicator"]["name"],
            each["area"]["name"],
            labels[each["population"]["label"]],
            f"{int(each['periodEnd'][:4]) - 1}-{each['periodEnd'][2:4]}",
        )
        for each in nodes
        if each["suppression"] == "SMALL_COUNT"
    }
    assert small <= withheld
    assert all(each["suppression"] and each["reason"] for each in nodes)
    assert {each["suppression"] for each in nodes} >= {
        "SMALL_COUNT",
        "COMPLEMENTARY",
        "END_CODED",
        "AT_SOURCE",
    }


async def test_each_source_is_late_by_its_own_cadence(ask: Ask) -> None:
    found = {each["system"]: each for each in (await ask("freshness"))["partnership"]["sources"]}
    cadences = {
        each["source"]["name"]: each["source"]["decision_cadence_days"] for each in recipes().values()
    }
    assert {name: each["freshnessDays"] for name, each in found.items()} == ages()
    assert {name: each["decisionCadenceDays"] for name, each in found.items()} == cadences
    assert {name for name, each in found.items() if each["late"]} == {
        name for name, days in ages().items() if days > cadences[name]
    }
    assert all(each["lastImportedAt"] for each in found.values())


async def test_parts_that_do_not_sum_are_told_with_their_excuse(ask: Ask) -> None:
    """In the survey of 2023-24 the five races make more than everybody; no other file's groups do."""
    first = [row for row in rows("survey-preschool-revised") if row["Period"] == "2023-24"]
    asked = sum(int(row["Asked"]) for row in first[1:])
    enrolled = sum(int(row["Enrolled"]) for row in first[1:])
    [found] = (await ask("sums"))["partnership"]["qualityFindings"]["nodes"]
    assert (found["indicator"]["name"], found["dimension"], found["severity"]) == (SURVEY, "race", "WARNING")
    assert (found["allowed"], found["because"]) == (True, OVERLAP)
    assert (found["count"], Decimal(found["share"])) == (2, Decimal(1))
    place = "All students, Riverbend, 2024-06-30"
    assert [each["sentence"] for each in found["examples"]] == [
        f"{place}: people {asked} in the groups, {first[0]['Asked']} in all",
        f"{place}: counted {enrolled} in the groups, {first[0]['Enrolled']} in all",
    ]


async def test_jumps_are_those_of_the_pandemic_year(ask: Ask) -> None:
    """Chronic absence of everybody rose from 2019-20 to 2020-21 by far more than in any other year."""
    nodes = (await ask("outliers"))["partnership"]["qualityFindings"]["nodes"]
    totals = [
        Decimal(row["Percent"])
        for row in rows("measurements-chronic-absence")
        if row["Group"] == "All students" and row["Dimension"] == "race"
    ]
    steps = [later - earlier for earlier, later in pairwise(totals)]
    assert max(steps) == totals[3] - totals[2] > 10
    jump = next(each for each in nodes if each["kind"] == "BREAK" and "absence" in each["indicator"]["name"])
    assert "in the period ending 2021-06-30" in jump["message"]
    assert any(
        f"All students, Riverbend, 2021-06-30: from {totals[2]} to {totals[3]}" == each["sentence"]
        for each in jump["examples"]
    ) or jump["count"] > len(jump["examples"])
    assert {each["kind"] for each in nodes} == {"BREAK", "OUTLIER"}


async def test_what_anybody_reads_of_quality_names_no_figure_that_is_withheld(
    ask: Ask, riverbend: Database
) -> None:
    """The public's findings are made from the release: none speaks of a figure that the release withholds."""
    nodes = (await ask("outliers", public=True))["partnership"]["qualityFindings"]["nodes"]
    shown = [node for each in nodes for example in each["examples"] for node in example["nodes"]]
    assert shown
    assert all(node["value"] is not None for node in shown)


async def test_the_definitions_are_told_with_their_bridge(ask: Ask) -> None:
    nodes = (await ask("versions"))["partnership"]["indicators"]["nodes"]
    told = {each["name"]: each["versions"] for each in nodes if each["versions"]}
    assert set(told) == {SURVEY, "Third graders reading at grade level"}
    assert [each["bridge"] for each in told[SURVEY]] == [None, None]
    first, second = told["Third graders reading at grade level"]
    assert (first["validTo"], second["validFrom"], second["validTo"]) == ("2021-07-01", "2021-07-01", None)
    assert "1,200 pupils" in second["bridge"]


async def test_a_number_is_traced_to_its_counts_and_its_source(ask: Ask, riverbend: Database) -> None:
    of = [await indicator_id(riverbend, "preschool-enrollment")]
    nodes = (await ask("provenance", indicators=of))["partnership"]["measurements"]["nodes"]
    told = {(each["population"]["label"], each["periodEnd"]): each for each in nodes}
    row = next(
        row for row in rows("survey-preschool") if row["Group"] == "White" and row["Period"] == "2023-24"
    )
    white = told["White students", "2024-06-30"]
    assert (white["numerator"], white["denominator"]) == (int(row["Enrolled"]), int(row["Asked"]))
    assert white["source"]["system"] == "Household survey"
    line = rows("survey-preschool").index(row) + 2
    assert (white["source"]["file"], white["source"]["row"]) == ("survey-preschool.csv", line)
    assert [each["version"] for each in white["recordings"]] == [1]


async def test_the_look_behind_the_release_is_the_data_managers_alone(ask: Ask, riverbend: Database) -> None:
    of = [await indicator_id(riverbend, "preschool-enrollment")]
    nodes = (await ask("provenance", public=True, indicators=of))["partnership"]["measurements"]["nodes"]
    assert nodes
    assert {each["recordings"] for each in nodes} == {None}
    count = text("select count(*) from look")
    async with riverbend.owner_connection() as connection:
        before = (await connection.execute(count)).scalar_one()
    await ask("provenance", indicators=of)
    async with riverbend.owner_connection() as connection:
        assert (await connection.execute(count)).scalar_one() == before + len(nodes)


async def test_a_gap_is_reckoned_anew_against_everybody(ask: Ask, riverbend: Database) -> None:
    """Graduation of Black students against all: the state's two published percentages of 2024-25."""
    of = [await indicator_id(riverbend, "four-year-graduation")]
    found = (await ask("reference", indicators=of))["partnership"]
    assert found["disparityRule"] == {"method": "TESTED", "margin": "3", "periods": 3}
    published = {
        (row["District"], row["Student Group"]): row["Graduation Rate"]
        for row in rows("measurements-four-year-graduation")
        if row["School Year"] == "2024-25" and row["Group Type"] == "Race/Ethnicity"
    }
    gap = Decimal(published["Riverbend", "All students"]) - Decimal(published["Riverbend", "Black"])
    told = next(
        each
        for each in found["disparities"]["nodes"]
        if (each["area"]["name"], each["population"]["label"]) == ("Riverbend", "Black students")
    )
    assert told["referenceKind"] == "TOTAL"
    assert Decimal(told["gap"]) == gap > 0


async def test_a_misprint_is_told_as_published_and_as_corrected(ask: Ask, riverbend: Database) -> None:
    of = [await indicator_id(riverbend, "preschool-enrollment")]
    nodes = (await ask("provenance", indicators=of))["partnership"]["measurements"]["nodes"]
    wrong, right = (
        next(
            row["Percent"]
            for row in rows(name)
            if row["Group"].startswith("Hispanic") and row["Period"] == "2024-25"
        )
        for name in ("survey-preschool", "survey-preschool-revised")
    )
    figure = next(each for each in nodes if len(each["recordings"]) == 2)
    between = figure["recordings"][0]["recordedAt"]
    node = (await ask("corrected", id=figure["id"], on=between))["node"]
    assert (node["value"], node["publishedAs"]["value"]) == (right, wrong) == ("58.1", "85.1")
    assert [each["value"] for each in node["recordings"]] == [right, wrong]


async def test_the_baseline_is_the_first_year_and_stays(ask: Ask, riverbend: Database) -> None:
    of = [await indicator_id(riverbend, "four-year-graduation")]
    nodes = (await ask("provenance", indicators=of, first=1))["partnership"]["measurements"]["nodes"]
    node = (await ask("corrected", id=nodes[0]["id"], on=datetime.now(UTC).isoformat()))["node"]
    baselines = {
        (each["area"]["name"], each["population"]["label"]): each for each in node["indicator"]["baselines"]
    }
    row = next(
        row
        for row in rows("measurements-four-year-graduation")
        if (row["School Year"], row["District"], row["Student Group"]) == ("2017-18", "Riverbend", "Black")
    )
    black = baselines["Riverbend", "Black students"]
    assert black["figure"]["value"] == row["Graduation Rate"]
    assert black["measurement"]["periodEnd"] == "2018-06-30"
