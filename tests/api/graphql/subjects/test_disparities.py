"""Disparities. Expected figures are those of small.py: Black readers 40, White 60, all 55, in three years."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from models.base import new_id
from models.database import Database, Scope
from models.outcomes import Population, Reference, Target
from models.partnerships import Partnership, ReferenceKind

from .conftest import Ask
from .small import Small, insert, withheld

ONE = """population { label } reference { label } referenceKind status gap gapLow ratio studentsBehind reason
  consecutivePeriods longestRun firstPeriod lastPeriod trend narrowingBecause
  latest { value periodEnd } latestReference { value } dollars(fiscalYear: 2027) { amount currency }
  addressedBy { practices { name } }"""
QUERY = (
    """query($slug: String!, $filter: DisparityFilter, $rule: DisparityRuleInput, $first: Int, $after: String) {
  partnership(slug: $slug) { disparities(filter: $filter, rule: $rule, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } nodes { """
    + ONE
    + " } } } }"
)


async def found(ask: Ask, small: Small, **asked: object) -> dict[str, Any]:
    answer = await ask(QUERY, slug=small.slug, **asked)
    assert "errors" not in answer, answer["errors"]
    connection: dict[str, Any] = answer["data"]["partnership"]["disparities"]
    return connection


async def test_a_disparity_tells_its_gap_its_length_and_what_is_done(ask: Ask, small: Small) -> None:
    """20 points of 400 children are 80; 40/60 is 0.6667; 700.00 lie on tutoring for them."""
    (node,) = (await found(ask, small))["nodes"]
    assert node | {"gapLow": None} == {
        "population": {"label": "Black"},
        "reference": {"label": "White"},
        "referenceKind": "GROUP",
        "status": "PERSISTENT",
        "gap": "20",
        "gapLow": None,
        "ratio": "0.6667",
        "studentsBehind": 80,
        "reason": None,
        "consecutivePeriods": 3,
        "longestRun": 3,
        "firstPeriod": "2023-06-30",
        "lastPeriod": "2025-06-30",
        "trend": "0.0000",
        "narrowingBecause": None,
        "latest": {"value": "40", "periodEnd": "2025-06-30"},
        "latestReference": {"value": "60"},
        "dollars": [{"amount": "700.00", "currency": "USD"}],
        "addressedBy": {"practices": [{"name": "Tutoring"}]},
    }


async def test_a_proposed_rule_compares_with_everybody_instead(ask: Ask, small: Small) -> None:
    """55 less 40 is 15 points, of 400 children 60; White children are 5 ahead of all."""
    nodes = (await found(ask, small, rule={"referenceKind": "TOTAL"}))["nodes"]
    seen = {node["population"]["label"]: (node["gap"], node["studentsBehind"]) for node in nodes}
    assert seen == {"Black": ("15", 60), "White": ("-5", 0)}


async def test_groups_are_compared_with_what_they_should_have_reached(
    ask: Ask, small: Small, database: Database
) -> None:
    """Everybody's target is 70, and 50 is that of Black readers in the city: both are 10 behind.

    No group is named as the reference, and a target bears no measurement.
    """
    own = Target(
        partnership_id=small.partnership.id,
        id=new_id(),
        indicator_id=small.id("grade3"),
        area_id=small.id("city"),
        population_id=small.id("black"),
        value=Decimal(50),
        due_on=date(2030, 6, 30),
    )
    async with database.session(Scope.of(small.partnership.id)) as session:
        await session.execute(
            update(Target)
            .where(Target.indicator_id == small.id("grade3"))
            .values(value=70, population_id=None)
        )
        session.add(own)
    proposed = (await found(ask, small, rule={"referenceKind": "TARGET"}))["nodes"]
    async with database.session(Scope.of(small.partnership.id)) as session:
        values = {"kind": ReferenceKind.TARGET, "population_id": None}
        await session.execute(
            update(Reference).where(Reference.partnership_id == small.partnership.id).values(**values)
        )
    for nodes in (proposed, (await found(ask, small))["nodes"]):
        seen = {node["population"]["label"]: (node["referenceKind"], node["gap"]) for node in nodes}
        assert seen == {"Black": ("TARGET", "10"), "White": ("TARGET", "10")}
        assert {str((node["reference"], node["latestReference"])) for node in nodes} == {"(None, None)"}


async def test_a_wider_margin_leaves_no_gap(ask: Ask, small: Small) -> None:
    (node,) = (await found(ask, small, rule={"margin": "25", "method": "POINT"}))["nodes"]
    assert node["status"] == "NONE"


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"statuses": ["PERSISTENT"]}, 1),
        ({"statuses": ["CLOSED", "NONE"]}, 0),
        ({"statuses": []}, 0),
        ({"dimension": "race"}, 1),
        ({"dimension": "language"}, 0),
        ({"unaddressed": False}, 1),
        ({"unaddressed": True}, 0),
        ({"populations": ["nonsense"]}, 0),
    ],
)
async def test_a_filter_keeps_what_it_says(
    ask: Ask, small: Small, asked: dict[str, object], count: int
) -> None:
    assert (await found(ask, small, filter=asked))["totalCount"] == count


async def test_filters_by_ids_take_only_the_partnerships_own(ask: Ask, small: Small, private: Small) -> None:
    own = {"populations": [small.global_id("PopulationGroup", "black")]}
    foreign = {"populations": [private.global_id("PopulationGroup", "black")]}
    assert (await found(ask, small, filter=own))["totalCount"] == 1
    assert (await found(ask, small, filter=foreign))["totalCount"] == 0


@pytest.mark.parametrize(
    "rule",
    [
        {"periods": 0},
        {"periods": 1000},
        {"margin": "-1"},
        {"referenceKind": "GROUP"},
        {"referenceKind": "TOTAL", "reference": "PopulationGroup:x"},
    ],
)
async def test_a_rule_that_cannot_be_is_refused(ask: Ask, small: Small, rule: dict[str, object]) -> None:
    answer = await ask(QUERY, slug=small.slug, rule=rule)
    assert answer["errors"][0]["extensions"]["code"] in {"INVALID", "NOT_FOUND"}
    assert answer["data"] == {"partnership": None}


async def test_pages_go_on_after_a_cursor(ask: Ask, small: Small) -> None:
    rule = {"referenceKind": "TOTAL"}
    first = await found(ask, small, rule=rule, first=1)
    rest = await found(ask, small, rule=rule, first=1, after=first["pageInfo"]["endCursor"])
    labels = [page["nodes"][0]["population"]["label"] for page in (first, rest)]
    assert labels == ["Black", "White"]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


async def test_a_withheld_figure_is_null_with_its_reason_for_everybody(
    ask: Ask, small: Small, database: Database
) -> None:
    async with database.steward_session(Scope.of(small.partnership.id, "test")) as session:
        tiny = Population(
            partnership_id=small.partnership.id,
            id=small.id("tiny"),
            dimension="race",
            value="Tiny",
            label="Tiny",
        )
        await insert(session, [tiny, *withheld(small)])
    query = """query($slug: String!, $groups: [ID!]) { partnership(slug: $slug) {
      measurements(filter: {populations: $groups}) { totalCount nodes {
        value numerator denominator low high status reason suppression } } } }"""
    answer = await ask(query, slug=small.slug, groups=[small.global_id("PopulationGroup", "tiny")])
    assert answer["data"]["partnership"]["measurements"] == {
        "totalCount": 1,
        "nodes": [
            {
                "value": None,
                "numerator": None,
                "denominator": None,
                "low": None,
                "high": None,
                "status": "SUPPRESSED",
                "reason": "Fewer than 10 children.",
                "suppression": "SMALL_COUNT",
            }
        ],
    }


async def test_the_partnerships_own_rule_is_the_default(ask: Ask, small: Small, database: Database) -> None:
    async with database.session(Scope.of(small.partnership.id)) as session:
        await session.execute(
            update(Partnership).where(Partnership.id == small.partnership.id).values(disparity_margin=30)
        )
    (node,) = (await found(ask, small))["nodes"]
    assert node["status"] == "NONE"
