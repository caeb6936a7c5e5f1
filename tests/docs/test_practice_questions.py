"""The page of a practice in docs/questions, asked of Riverbend.

Every expected figure is reckoned here from the demo's CSV files with the standard library, by no code of ours;
only the pooled effect itself is taken from the answer (its own tests hold it to published examples).
"""

import csv
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from decimal import Decimal
from functools import cache
from math import log
from pathlib import Path
from statistics import NormalDist
from typing import Any

import pytest

from api.demo.riverbend import FOLDER, SLUG
from api.graphql.door.operations import Call
from api.graphql.door.requests import Request
from api.graphql.schema import build_for_operator
from models.database import Database

QUERY = Path(__file__).resolve().parents[2] / "docs" / "questions" / "practice-page.graphql"
TUTORING, READING = "High-dosage tutoring", "Early grade reading"
MEETS = "Meets WWC standards"
NORMAL = NormalDist()
Row = dict[str, str]
Page = dict[str, Any]  # a GraphQL object
AskPage = Callable[[str], Awaitable[Page]]


@pytest.fixture
def ask_page(riverbend: Database) -> AskPage:
    """ask_page(name) -> the page of the one practice of this name."""

    async def asked(name: str) -> Page:
        variables = {"slug": SLUG, "name": name, "fiscalYear": 2027}
        request = Request(QUERY.read_text("utf-8"), variables=variables)
        answer = json.loads((await build_for_operator(riverbend).run(request, Call())).body())
        assert "errors" not in answer, answer
        (page,) = answer["data"]["partnership"]["practices"]["nodes"]
        return dict(page)

    return asked


@cache
def rows(name: str) -> tuple[Row, ...]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines, strict=True))


def of_tutoring(name: str) -> list[Row]:
    return [row for row in rows(name) if row["practice"] == TUTORING]


def on_reading(page: Page) -> Page:
    found: Page = next(each for each in page["facts"]["outcomes"] if each["outcome"]["name"] == READING)
    return found


@cache
def values_by_label() -> dict[str, str]:
    return {row["label"]: row["value"] for row in rows("populations")}


def newest_rate(label: str) -> str:
    group = values_by_label()[label]
    mine = [row for row in rows("measurements-third-grade-reading") if row["Area"] == "Riverbend"]
    return max(
        (row["School year"], row["Percent"]) for row in mine if row["Group"] == group and row["Percent"]
    )[1]


async def test_the_page_says_what_the_practice_is_and_what_it_costs(ask_page: AskPage) -> None:
    (said,) = of_tutoring("practices")
    page = await ask_page(TUTORING)
    assert (page["name"], page["description"], page["capacity"]) == (TUTORING, said["description"], 520)
    assert [each["name"] for each in page["outcomes"]] == said["outcomes"].split(";")
    cost = page["facts"]["cost"]
    assert cost["recorded"] == {"amount": said["cost_per_participant"], "currency": "USD"}
    assert (cost["priceYear"], cost["source"]) == (2026, said["source"])


async def test_the_effect_on_each_group_is_at_its_own_disclosed_rate(ask_page: AskPage) -> None:
    """Phi(Phi^-1(p) + g) - p, at the newest percent of the file, disclosed whole, and the pooled g of the answer."""
    reading = on_reading(await ask_page(TUTORING))
    g = float(reading["effect"]["hedgesG"])
    assert len(reading["groups"]) == 10
    for group in reading["groups"]:
        percent = newest_rate(group["population"]["label"])
        assert float(group["rate"]) == pytest.approx(float(percent), abs=0.5), "disclosed as a whole percent"
        rate = float(group["rate"]) / 100
        share = NORMAL.cdf(NORMAL.inv_cdf(rate) + g) - rate
        assert float(group["additionalPerHundred"]) == pytest.approx(100 * share, abs=0.01)
        assert float(group["cost"]["mid"]["amount"]) == pytest.approx(1350 / share, rel=0.001)
        low, high = float(group["low"]) / 100, float(group["high"]) / 100
        assert float(group["cost"]["low"]["amount"]) == pytest.approx(1350 / high, rel=0.001)
        assert float(group["cost"]["high"]["amount"]) == pytest.approx(1350 / low, rel=0.001)


def tier_for(group: str) -> str:
    """34 CFR 77.1 by hand: Riverbend states no setting, so STRONG is out, and MODERATE hangs on the group."""
    positive = [
        row
        for row in of_tutoring("findings")
        if row["outcome"] == READING and row["rating"].startswith(MEETS) and float(row["p_value"]) < 0.05
    ]
    sound = [row for row in positive if float(row["effect_size"]) <= 2]
    near = [row for row in sound if group == "All students" or group in row["populations"].split(";")]
    is_large = sum(int(row["sample_size"]) for row in near) >= 350
    return "MODERATE" if is_large and sum(int(row["sites"]) for row in near) >= 2 else "PROMISING"


async def test_the_tier_of_each_group_tells_every_rule_and_what_would_lift_it(ask_page: AskPage) -> None:
    reading = on_reading(await ask_page(TUTORING))
    found = {group["population"]["label"]: group["tier"] for group in reading["groups"]}
    for label, tier in found.items():
        assert tier["tier"] == tier_for(values_by_label()[label]), label
        assert len(tier["reasons"]) == 8 + 7 + 3 + 4, "the rules of docs/evidence.md"
        assert set(tier["raterWords"]) == {
            row["rating"] for row in of_tutoring("findings") if row["outcome"] == READING and row["rating"]
        }
    assert found["All students"]["toNext"] == [{"detail": "STRONG not met: local settings not stated"}]
    (lacking,) = found["White students"]["toNext"][:1]
    assert lacking["detail"].startswith("MODERATE not met: no overlap of populations: studied ")


async def test_findings_are_named_and_the_implausible_one_is_kept_with_its_reason(ask_page: AskPage) -> None:
    page = await ask_page(TUTORING)
    refused = {each["study"]: each["refusal"] for each in page["findings"]["nodes"] if each["refusal"]}
    assert refused == {
        row["study"]: "an effect of 6.40 standard deviations is beyond the plausible 2"
        for row in of_tutoring("findings")
        if abs(float(row["effect_size"])) > 2
    }
    counted = [row for row in of_tutoring("findings") if row["outcome"] == READING]
    effect = on_reading(page)["effect"]
    assert effect["findingsUsed"] == len(counted) - len(refused) + 1, "one is made of the local results"
    assert effect["basis"] == "BOTH"


def cox(reached: int, of: int, other: int, out_of: int) -> float:
    """WWC Procedures Handbook 4.1, appendix E: the log odds ratio over 1.65, with the small-sample factor."""
    odds = reached / (of - reached) / (other / (out_of - other))
    return (1 - 3 / (4 * (of + out_of) - 9)) * log(odds) / 1.65


async def test_local_results_come_from_the_counts_and_say_how_alike_the_groups_were(
    ask_page: AskPage,
) -> None:
    local = on_reading(await ask_page(TUTORING))["local"]
    for row, period in zip(of_tutoring("local-results"), local, strict=True):
        after = [int(row[each]) for each in ("participants_reached", "participants", "comparison_reached")]
        counts = (*after, int(row["comparison"]))
        assert float(period["effect"]) == pytest.approx(cox(*counts), abs=0.011), "shown to 0.01"
        points = 100 * (counts[0] / counts[1] - counts[2] / counts[3])
        assert period["difference"] == pytest.approx(points, abs=1)
        assert period["low"] <= points <= period["high"]
        before = [
            int(row[f"{each}_before"])
            for each in ("participants_reached", "participants", "comparison_reached", "comparison")
        ]
        assert abs(cox(before[0], before[1], before[2], before[3])) <= 0.05
        assert (period["design"], period["baseline"]) == ("QED", "EQUIVALENT")


async def test_a_group_of_eight_is_withheld(ask_page: AskPage) -> None:
    (period,) = (await ask_page("FAFSA help"))["facts"]["outcomes"][0]["local"]
    figures = ("effect", "standardError", "peopleCount", "difference", "low", "high")
    assert [period[each] for each in figures] == [None] * 6


async def test_the_dollars_are_those_of_the_allocations_by_funder_and_year(ask_page: AskPage) -> None:
    names = {row["identifier"]: row["name"] for row in rows("organizations")}
    funders = {row["Award"]: names.get(row["Funder"], row["Funder"]) for row in rows("investments")}
    lying: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    signed: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for row in of_tutoring("allocations"):
        key = funders[row["investment"]], int(row["fiscal_year"])
        lying[key] += Decimal(row["amount"])
        signed[key] += Decimal(row["obligated"] or 0)
    found = {
        (each["funder"]["organization"]["name"], each["fiscalYear"]): each
        for each in (await ask_page(TUTORING))["facts"]["dollars"]
    }
    assert found.keys() == lying.keys()
    for key, each in found.items():
        parts = [Decimal(each[part]["amount"]) for part in ("available", "obligated", "spent")]
        assert (sum(parts), parts[1]) == (lying[key], signed[key])


@pytest.mark.parametrize("name", [TUTORING, "Mentoring drop-in", "Early warning teams", "College coaching"])
async def test_what_the_community_says_is_told_without_who_said_it(ask_page: AskPage, name: str) -> None:
    """Only what is agreed; a group only where ten or more said so."""
    told = {
        each["words"]: (each["view"], each["peopleCount"], each["population"])
        for each in (await ask_page(name))["testimony"]
    }
    expected = {}
    for row in rows("testimony"):
        if row["practice"] == name and row["agreed"] == "true":
            is_large = int(row["people"]) >= 10
            group = row["population"].partition(":")[2]
            label = next((each for each, value in values_by_label().items() if value == group), None)
            population = {"label": label} if is_large and label else None
            expected[row["words"]] = (row["view"], int(row["people"]) if is_large else None, population)
    assert told == expected


async def test_what_is_missing_is_told(ask_page: AskPage) -> None:
    """After-school enrichment has no price in the file, and nobody's words; tutoring has both."""
    bare = {each["code"] for each in (await ask_page("After-school enrichment"))["facts"]["missing"]}
    full = {each["code"] for each in (await ask_page(TUTORING))["facts"]["missing"]}
    assert {"cost", "testimony"} <= bare
    assert not {"cost", "testimony", "funder", "logic-model", "description"} & full
    coaching = {each["code"] for each in (await ask_page("College coaching"))["facts"]["missing"]}
    assert {"logic-model", "study", "testimony"} <= coaching
