"""Outcomes, indicators, areas, groups, targets and rules as the data manager records them."""

from hashlib import sha256
from typing import Any

import pytest

from models.people import Role

from .conftest import Ask, member
from .small import Small

Answer = dict[str, Any]  # a GraphQL object
TAIL = "replayed userErrors { field code message } } }"
MUTATIONS = {
    "recordOutcome": ("RecordOutcomeInput", "outcome { name stage academic }"),
    "recordIndicator": (
        "RecordIndicatorInput",
        "indicator { id name unit higherIsBetter core outcome { name } }",
    ),
    "recordIndicatorVersion": (
        "RecordIndicatorVersionInput",
        "indicator { versions { definition validFrom validTo reason bridge } }",
    ),
    "recordArea": ("RecordAreaInput", "area { name code }"),
    "recordPopulationGroup": (
        "RecordPopulationGroupInput",
        "populationGroup { id dimension value label key rationale intersectionOf { value } }",
    ),
    "setTarget": ("SetTargetInput", "indicator { targets { value dueOn requiredPace } }"),
    "setDisparityRule": (
        "SetDisparityRuleInput",
        "partnership { disparityRule { method margin periods } }",
    ),
    "setSource": (
        "SetSourceInput",
        "partnership { sources { system freshnessDays decisionCadenceDays late } }",
    ),
    "allowQualityFinding": ("AllowQualityFindingInput", "indicator { name }"),
}
OF_INDICATOR = {"recordIndicatorVersion", "setTarget", "allowQualityFinding"}


async def made(
    ask: Ask,
    small: Small,
    name: str,
    /,
    *,
    role: Role = Role.DATA,
    **asked: Any,  # Any: the input's fields
) -> Answer:
    """The payload of a mutation; what it is of is named by itself, and so is its key."""
    kind, shown = MUTATIONS[name]
    of = (
        {"indicator": small.global_id("Indicator", "grade3")}
        if name in OF_INDICATOR
        else {"partnership": f"Partnership:{small.partnership.id}"}
    )
    query = f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ {shown} {TAIL}"
    body = {**of, "idempotencyKey": sha256(repr(sorted(asked.items())).encode()).hexdigest(), **asked}
    answer = await ask(query, member(small, role), input=body)
    assert "errors" not in answer, answer
    found: Answer = answer["data"][name]
    return found


def paths(payload: Answer) -> dict[str, str]:
    return {".".join(each["field"]): each["code"] for each in payload["userErrors"]}


async def test_an_outcome_and_its_indicator_are_recorded_once_a_name(ask: Ask, small: Small) -> None:
    first = await made(ask, small, "recordOutcome", name="Graduation", stage="HIGH_SCHOOL", academic=False)
    assert first["outcome"] == {"name": "Graduation", "stage": "HIGH_SCHOOL", "academic": False}
    again = await made(ask, small, "recordOutcome", name="Graduation", stage="HIGH_SCHOOL", academic=False)
    assert (again["outcome"], again["replayed"]) == (first["outcome"], True)
    other = await made(ask, small, "recordOutcome", name="Graduation", stage="CAREER")
    assert paths(other) == {"name": "DUPLICATE"}
    outcome = small.global_id("Outcome", "reading")
    indicator = await made(ask, small, "recordIndicator", name="Reads by 9", outcome=outcome, core=True)
    assert indicator["indicator"]["outcome"] == {"name": "Reading"}
    assert (indicator["indicator"]["unit"], indicator["indicator"]["core"]) == ("percent", True)
    same_code = await made(ask, small, "recordIndicator", name="Reads, by: 9", outcome=outcome)
    assert paths(same_code) == {"name": "DUPLICATE"}
    wrong = await made(ask, small, "recordIndicator", name=" ", outcome="Outcome:x", unit="", code="A B")
    assert paths(wrong) == {
        "outcome": "NOT_FOUND",
        "name": "INVALID",
        "unit": "INVALID",
        "code": "INVALID",
    }


@pytest.mark.parametrize(("bridge", "is_comparable"), [(None, False), ("Same cut score.", True)])
async def test_a_definition_ends_the_one_before_and_breaks_the_run_unless_bridged(
    ask: Ask, small: Small, bridge: str | None, is_comparable: bool
) -> None:
    """Black readers are 20 points behind in 2023 to 2025; a definition from July 2024 leaves one year of it."""
    found = await made(
        ask,
        small,
        "recordIndicatorVersion",
        definition="New test",
        validFrom="2024-07-01",
        reason="The state changed its test.",
        bridge=bridge,
    )
    assert [(each["validFrom"], each["validTo"]) for each in found["indicator"]["versions"]] == [
        ("2020-01-01", "2024-07-01"),
        ("2024-07-01", None),
    ]
    query = """query ($slug: String!) { partnership(slug: $slug) {
      disparities { nodes { consecutivePeriods gap } }
      measurements(filter: {to: "2024-06-30"}) { nodes { comparable } } } }"""
    seen = (await ask(query, slug=small.slug))["data"]["partnership"]
    [pair] = seen["disparities"]["nodes"]
    assert pair["consecutivePeriods"] == (3 if is_comparable else 1)
    assert {each["comparable"] for each in seen["measurements"]["nodes"]} == {is_comparable}
    twice: Answer = {"definition": "Another", "validFrom": "2024-07-01", "reason": "Once more."}
    assert paths(await made(ask, small, "recordIndicatorVersion", **twice)) == {"validFrom": "DUPLICATE"}


async def test_an_area_lies_in_another_and_has_a_name_of_its_own(ask: Ask, small: Small) -> None:
    city = small.global_id("Area", "city")
    assert (await made(ask, small, "recordArea", name="North", code="N", parent=city))["area"] == {
        "name": "North",
        "code": "N",
    }
    assert paths(await made(ask, small, "recordArea", name="North", code="N")) == {
        "name": "DUPLICATE",
        "code": "DUPLICATE",
    }
    foreign = f"Area:{small.id('nobody')}:{small.id('city')}"
    assert paths(await made(ask, small, "recordArea", name="East", parent=foreign)) == {"parent": "NOT_FOUND"}


async def test_an_intersection_is_a_cell_of_its_own_with_aliases_and_a_reason(ask: Ask, small: Small) -> None:
    poor = await made(ask, small, "recordPopulationGroup", dimension="meals", value="Eligible")
    parts = [small.global_id("PopulationGroup", "black"), poor["populationGroup"]["id"]]
    crossing: Answer = {
        "dimension": "race by meals",
        "value": "Black, eligible",
        "key": True,
        "rationale": "Our council asked for it.",
        "intersectionOf": parts,
        "aliases": ["Black FRPM"],
    }
    found = (await made(ask, small, "recordPopulationGroup", **crossing))["populationGroup"]
    assert [each["value"] for each in found["intersectionOf"]] == ["Eligible", "Black"]
    assert (found["key"], found["rationale"]) == (True, "Our council asked for it.")
    named: Answer = {"dimension": "race by meals", "value": "Black FRPM"}
    assert paths(await made(ask, small, "recordPopulationGroup", **named)) == {"value": "DUPLICATE"}


async def test_an_intersection_is_of_two_groups_of_two_dimensions(ask: Ask, small: Small) -> None:
    black, white, everybody = (small.global_id("PopulationGroup", each) for each in ("black", "white", "all"))
    for parts in ([black], [black, white], [everybody, black]):
        asked: Answer = {"dimension": "cross", "value": "X", "intersectionOf": parts}
        assert paths(await made(ask, small, "recordPopulationGroup", **asked)) == {
            "intersectionOf": "INVALID"
        }
    asked = {"dimension": "race", "value": "New", "aliases": ["Black", "New", " "]}
    assert paths(await made(ask, small, "recordPopulationGroup", **asked)) == {
        "aliases.0": "DUPLICATE",
        "aliases.1": "INVALID",
        "aliases.2": "INVALID",
    }


async def test_a_target_sent_again_for_the_same_day_has_its_new_value(ask: Ask, small: Small) -> None:
    """Black readers are at 40 in June 2025: from there to 60 by June 2028 are 6.6667 points a year."""
    black = small.global_id("PopulationGroup", "black")
    city = small.global_id("Area", "city")
    await made(ask, small, "setTarget", value="50", dueOn="2030-06-30", area=city, population=black)
    found = await made(ask, small, "setTarget", value="65", dueOn="2030-06-30", area=city, population=black)
    targets = found["indicator"]["targets"]
    assert targets == [
        {"value": "60", "dueOn": "2028-06-30", "requiredPace": "6.6667"},
        {"value": "65", "dueOn": "2030-06-30", "requiredPace": "5.0000"},
    ]
    assert paths(await made(ask, small, "setTarget", value="101", dueOn="3000-01-01", area="Area:1")) == {
        "area": "NOT_FOUND",
        "value": "INVALID",
        "dueOn": "INVALID",
    }


async def test_the_rule_and_a_dimensions_reference_are_the_partnerships_own(ask: Ask, small: Small) -> None:
    """Against everybody (55) Black readers (40) are 15 points behind, against White ones (60) 20."""
    query = """query ($slug: String!) { partnership(slug: $slug) { disparities { nodes {
      population { value } referenceKind gap } } } }"""
    before = (await ask(query, slug=small.slug))["data"]["partnership"]["disparities"]["nodes"]
    assert [(each["population"]["value"], each["gap"]) for each in before] == [("Black", "20")]
    reference = {
        "indicator": small.global_id("Indicator", "grade3"),
        "dimension": "race",
        "kind": "TOTAL",
    }
    found = await made(ask, small, "setDisparityRule", method="POINT", margin="5", references=[reference])
    rule = found["partnership"]["disparityRule"]
    assert rule == {"method": "POINT", "margin": "5", "periods": 3}
    after = (await ask(query, slug=small.slug))["data"]["partnership"]["disparities"]["nodes"]
    gaps = {each["population"]["value"]: (each["referenceKind"], each["gap"]) for each in after}
    assert gaps == {"Black": ("TOTAL", "15"), "White": ("TOTAL", "-5")}


async def test_a_rule_that_cannot_be_is_refused_at_its_place(ask: Ask, small: Small) -> None:
    indicator = small.global_id("Indicator", "grade3")
    references = [
        {"indicator": indicator, "dimension": "race", "kind": "GROUP"},
        {"indicator": indicator, "dimension": "age", "kind": "REST"},
        {
            "indicator": indicator,
            "dimension": "race",
            "kind": "REST",
            "population": small.global_id("PopulationGroup", "white"),
        },
    ]
    found = await made(ask, small, "setDisparityRule", margin="-1", periods=21, references=references)
    assert paths(found) == {
        "margin": "INVALID",
        "periods": "INVALID",
        "references.0.population": "INVALID",
        "references.1.dimension": "NOT_FOUND",
        "references.2.population": "INVALID",
    }


async def test_a_source_is_late_where_decisions_need_it_fresher(ask: Ask, small: Small) -> None:
    """The figures end on 30 June 2025, which is longer ago than a day."""
    found = await made(ask, small, "setSource", system="test", decisionCadenceDays=1)
    [source] = found["partnership"]["sources"]
    assert (source["system"], source["decisionCadenceDays"], source["late"]) == ("test", 1, True)
    found = await made(ask, small, "setSource", system="test", decisionCadenceDays=None)
    assert [each["late"] for each in found["partnership"]["sources"]] == [False]
    assert paths(await made(ask, small, "setSource", system="", decisionCadenceDays=0)) == {
        "system": "INVALID",
        "decisionCadenceDays": "INVALID",
    }


async def test_a_finding_that_is_explained_is_told_as_allowed(ask: Ask, small: Small) -> None:
    query = """query ($slug: String!) { partnership(slug: $slug) { qualityFindings(filter: {kinds: [RATE, STALE]})
      { nodes { kind allowed because message nodes { __typename } } } } }"""
    await made(ask, small, "setSource", system="test", decisionCadenceDays=1)
    caller = member(small, Role.DATA)
    public = (await ask(query, slug=small.slug))["data"]["partnership"]["qualityFindings"]["nodes"]
    assert [(each["kind"], each["allowed"]) for each in public] == [("STALE", False)]
    assert [each["__typename"] for each in public[0]["nodes"]] == ["Indicator"] + ["Measurement"] * 3
    await made(ask, small, "allowQualityFinding", kind="STALE", reason="The state is late this year.")
    public = (await ask(query, slug=small.slug))["data"]["partnership"]["qualityFindings"]["nodes"]
    assert (public[0]["allowed"], public[0]["because"]) == (True, "The state is late this year.")
    own = (await ask(query, caller, slug=small.slug))["data"]["partnership"]["qualityFindings"]["nodes"]
    assert own == []  # nothing lies behind this release: its figures were written without being recorded


@pytest.mark.parametrize("name", sorted(MUTATIONS))
async def test_nobody_else_may(ask: Ask, small: Small, name: str) -> None:
    given: dict[str, Answer] = {
        "recordOutcome": {"name": "X", "stage": "CAREER"},
        "recordIndicator": {"name": "X", "outcome": small.global_id("Outcome", "reading")},
        "recordIndicatorVersion": {"definition": "X", "validFrom": "2024-01-01", "reason": "X"},
        "recordArea": {"name": "X"},
        "recordPopulationGroup": {"dimension": "X", "value": "X"},
        "setTarget": {"value": "1", "dueOn": "2030-01-01"},
        "setDisparityRule": {"periods": 2},
        "setSource": {"system": "X"},
        "allowQualityFinding": {"kind": "STALE", "reason": "X"},
    }
    path = "indicator" if name in OF_INDICATOR else "partnership"
    for role in (Role.ANCHOR, Role.FUNDER, Role.COMMUNITY):
        assert paths(await made(ask, small, name, role=role, **given[name])) == {path: "FORBIDDEN"}
