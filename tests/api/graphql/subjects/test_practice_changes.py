"""Practices and findings recorded through the API: what is kept, what is refused, and why."""

from typing import Any

import pytest

from models.people import Role

from .conftest import Answered, Ask, member
from .small import Small

PRACTICE = """mutation($input: RecordPracticeInput!) { recordPractice(input: $input) {
  practice { id name description costPerParticipant { amount currency } costBasis capacity outcomes { name }
    inKindNeeds { kind quantityPerParticipant unit } tier { tier } }
  userErrors { field code message } replayed } }"""
FINDING = """mutation($input: RecordFindingInput!) { recordFinding(input: $input) {
  finding { id study design rating effectSize pValue sampleSize sites isLocal settings populations { label }
    outcome { name } source { system } sourceUrl direction grades costPerParticipant { amount currency } priceYear
    refusal }
  userErrors { field code message } replayed } }"""


def library(small: Small, **changes: object) -> dict[str, Any]:
    return {
        "partnership": f"Partnership:{small.partnership.id}",
        "idempotencyKey": "library",
        "name": "Library hours",
        "description": "Late hours with a reading tutor.",
        "outcomes": [small.global_id("Outcome", "reading")],
        "costPerParticipant": {"amount": "210.50", "currency": "USD"},
        "costBasis": "City budget",
        "priceYear": 2025,
        "capacity": 90,
        "inKindNeeds": [{"kind": "VOLUNTEERS", "quantityPerParticipant": "4", "unit": "HOUR"}],
        **changes,
    }


def trial(small: Small, **changes: object) -> dict[str, Any]:
    return {
        "practice": small.global_id("Practice", "camp"),
        "idempotencyKey": "trial",
        "study": "Ash 2024",
        "design": "RCT",
        "outcome": small.global_id("Outcome", "reading"),
        "effectSize": "0.20",
        "standardError": "0.05",
        "pValue": "0.0001",
        "sampleSize": 1600,
        "sites": 4,
        "populations": [small.global_id("PopulationGroup", "black")],
        "settings": ["URBAN"],
        "sourceUrl": "https://example.org/ash-2024",
        "direction": "FAVOURABLE",
        "grades": "K-2",
        "costPerParticipant": {"amount": "612.50", "currency": "USD"},
        "priceYear": 2019,
        **changes,
    }


async def recorded(
    ask: Ask, small: Small, query: str, given: dict[str, Any], role: Role = Role.DATA
) -> Answered:
    answer = await ask(query, member(small, role), input=given)
    assert "errors" not in answer, answer
    (found,) = answer["data"].values()
    return dict(found)


async def test_a_practice_is_recorded_with_its_price_outcomes_and_needs(ask: Ask, small: Small) -> None:
    made = await recorded(ask, small, PRACTICE, library(small))
    assert made["userErrors"] == []
    assert {key: value for key, value in made["practice"].items() if key != "id"} == {
        "name": "Library hours",
        "description": "Late hours with a reading tutor.",
        "costPerParticipant": {"amount": "210.50", "currency": "USD"},
        "costBasis": "City budget, in prices of 2025",
        "capacity": 90,
        "outcomes": [{"name": "Reading"}],
        "inKindNeeds": [{"kind": "VOLUNTEERS", "quantityPerParticipant": "4", "unit": "HOUR"}],
        "tier": {"tier": "NONE"},
    }


async def test_the_same_key_gives_the_same_practice_and_another_body_is_refused(
    ask: Ask, small: Small
) -> None:
    first = await recorded(ask, small, PRACTICE, library(small))
    again = await recorded(ask, small, PRACTICE, library(small))
    assert (again["practice"]["id"], again["replayed"]) == (first["practice"]["id"], True)
    other = await recorded(ask, small, PRACTICE, library(small, name="Other hours"))
    assert [each["code"] for each in other["userErrors"]] == ["DUPLICATE"]


async def test_a_name_that_is_taken_is_a_conflict(ask: Ask, small: Small) -> None:
    made = await recorded(ask, small, PRACTICE, library(small, name=" Tutoring "))
    assert made["practice"] is None
    assert [(each["field"], each["code"]) for each in made["userErrors"]] == [(["name"], "CONFLICT")]


async def test_everything_that_is_wrong_with_a_practice_is_told_at_once(ask: Ask, small: Small) -> None:
    need = {"kind": "TIME", "quantityPerParticipant": "0", "unit": "HOUR"}
    given = library(
        small,
        name="  ",
        outcomes=[small.global_id("Outcome", "reading"), "nonsense"],
        costPerParticipant={"amount": "0.001", "currency": "usd"},
        priceYear=1066,
        capacity=-1,
        inKindNeeds=[need, need],
    )
    made = await recorded(ask, small, PRACTICE, given)
    assert sorted((".".join(each["field"]), each["code"]) for each in made["userErrors"]) == [
        ("capacity", "INVALID"),
        ("costPerParticipant.amount", "INVALID"),
        ("costPerParticipant.currency", "INVALID"),
        ("inKindNeeds.0.quantityPerParticipant", "INVALID"),
        ("inKindNeeds.1", "INVALID"),
        ("inKindNeeds.1.quantityPerParticipant", "INVALID"),
        ("name", "INVALID"),
        ("outcomes.1", "NOT_FOUND"),
        ("priceYear", "INVALID"),
    ]


async def test_a_free_practice_and_a_year_without_a_price_are_refused(ask: Ask, small: Small) -> None:
    free = await recorded(
        ask, small, PRACTICE, library(small, costPerParticipant={"amount": "0", "currency": "USD"})
    )
    assert [each["field"] for each in free["userErrors"]] == [["costPerParticipant", "amount"]]
    given = {key: value for key, value in library(small).items() if key != "costPerParticipant"}
    priceless = await recorded(ask, small, PRACTICE, given)
    assert [each["field"] for each in priceless["userErrors"]] == [["priceYear"]]


async def test_a_recorded_trial_moves_the_effect_and_the_tier(ask: Ask, small: Small) -> None:
    made = await recorded(ask, small, FINDING, trial(small))
    assert made["userErrors"] == []
    assert {key: value for key, value in made["finding"].items() if key != "id"} == {
        "study": "Ash 2024",
        "design": "RCT",
        "rating": None,
        "effectSize": "0.20",
        "pValue": "0.0001",
        "sampleSize": 1600,
        "sites": 4,
        "isLocal": False,
        "settings": ["URBAN"],
        "populations": [{"label": "Black"}],
        "outcome": {"name": "Reading"},
        "source": {"system": "recorded"},
        "sourceUrl": "https://example.org/ash-2024",
        "direction": "FAVOURABLE",
        "grades": "K-2",
        "costPerParticipant": {"amount": "612.50", "currency": "USD"},
        "priceYear": 2019,
        "refusal": None,
    }
    query = """query($id: ID!, $outcome: ID!) { node(id: $id) { ... on Practice { tier { tier }
      effect(outcome: $outcome) { findingsUsed hedgesG findingsRefused { reason finding { study } } } } } }"""
    asked = {"id": small.global_id("Practice", "camp"), "outcome": small.global_id("Outcome", "reading")}
    node = (await ask(query, **asked))["data"]["node"]
    assert (node["tier"]["tier"], node["effect"]["findingsUsed"]) == ("PROMISING", 1)
    await recorded(ask, small, FINDING, trial(small, idempotencyKey="2", study="Oak 2025", effectSize="9.5"))
    effect = (await ask(query, **asked))["data"]["node"]["effect"]
    assert (effect["findingsUsed"], effect["hedgesG"]) == (1, node["effect"]["hedgesG"])
    (refused,) = effect["findingsRefused"]
    assert refused["finding"] == {"study": "Oak 2025"}
    assert "plausible" in refused["reason"]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"effectSize": "2.01"}, "an effect of 2.01 standard deviations is beyond the plausible 2"),
        ({"effectSize": "2"}, None),
        (
            {"effectSize": "0.20", "improvementIndex": "-8"},
            "the effect size 0.20 and the improvement index -8 point in opposite directions",
        ),
        ({"effectSize": "-0.20", "improvementIndex": "-8", "direction": "UNFAVOURABLE"}, None),
        ({"effectSize": "-0.20"}, "the effect size -0.20 is published as favourable"),
        ({"sampleSize": 0}, "its sample, or one of its groups, is stated as 0 people"),
        (
            {"isSubgroup": True},
            "it is about a subgroup of its study; only a main finding stands for the whole",
        ),
        ({"effectSize": "0"}, None),
    ],
)
async def test_a_finding_that_cannot_count_is_kept_with_its_reason(
    ask: Ask, small: Small, facts: dict[str, object], reason: str | None
) -> None:
    """The boundaries of docs/evidence.md; null and negative findings count."""
    made = await recorded(ask, small, FINDING, trial(small, **facts))
    assert made["userErrors"] == []
    assert made["finding"]["refusal"] == reason
    query = "query($id: ID!) { node(id: $id) { ... on Finding { refusal study } } }"
    node = (await ask(query, id=made["finding"]["id"]))["data"]["node"]
    assert node == {"refusal": reason, "study": "Ash 2024"}


async def test_everything_that_is_wrong_with_a_finding_is_told_at_once(
    ask: Ask, small: Small, private: Small
) -> None:
    given = trial(
        small,
        study="",
        outcome=private.global_id("Outcome", "reading"),
        pValue="1.01",
        standardError="0",
        improvementIndex="50.1",
        effectSize="2000000",
        sampleSize=-1,
        sites=-2,
        clusters=-3,
        populations=["nonsense"],
        sourceUrl="javascript:alert(1)",
        grades="x" * 201,
        costPerParticipant={"amount": "0", "currency": "USD"},
        priceYear=1066,
    )
    made = await recorded(ask, small, FINDING, given)
    assert made["finding"] is None
    assert sorted((".".join(each["field"]), each["code"]) for each in made["userErrors"]) == [
        ("clusters", "INVALID"),
        ("costPerParticipant.amount", "INVALID"),
        *((each, "INVALID") for each in ("effectSize", "grades", "improvementIndex")),
        ("outcome", "NOT_FOUND"),
        ("pValue", "INVALID"),
        ("populations.0", "NOT_FOUND"),
        ("priceYear", "INVALID"),
        *((each, "INVALID") for each in ("sampleSize", "sites", "sourceUrl", "standardError", "study")),
    ]


async def test_before_and_after_without_a_comparison_never_reaches_promising(ask: Ask, small: Small) -> None:
    """The same facts with a comparison do (34 CFR 77.1)."""
    tier = "query($id: ID!) { node(id: $id) { ... on Practice { tier { tier } } } }"
    asked = {"id": small.global_id("Practice", "camp")}
    rated = {"rating": "Meets WWC standards without reservations", "standardsVersion": "4.1"}
    await recorded(ask, small, FINDING, trial(small, design="PRE_POST", isLocal=True, **rated))
    assert (await ask(tier, **asked))["data"]["node"]["tier"]["tier"] == "NONE"
    await recorded(ask, small, FINDING, trial(small, design="QED", isLocal=True, idempotencyKey="compared"))
    assert (await ask(tier, **asked))["data"]["node"]["tier"]["tier"] == "PROMISING"


@pytest.mark.parametrize("role", list(Role))
async def test_the_anchor_and_the_data_manager_record_and_others_are_told_why(
    ask: Ask, small: Small, role: Role
) -> None:
    practice = await recorded(ask, small, PRACTICE, library(small), role)
    finding = await recorded(ask, small, FINDING, trial(small), role)
    codes = [[each["code"] for each in made["userErrors"]] for made in (practice, finding)]
    may = role in {Role.ADMIN, Role.ANCHOR, Role.DATA}
    assert codes == ([[], []] if may else [["FORBIDDEN"], ["FORBIDDEN"]])
    if not may:
        assert "nobody grades what it runs or funds" in finding["userErrors"][0]["message"]


async def test_a_stranger_s_practice_is_not_there(ask: Ask, small: Small, private: Small) -> None:
    for practice in (
        private.global_id("Practice", "camp"),
        "nonsense",
        small.global_id("Outcome", "reading"),
    ):
        made = await recorded(ask, small, FINDING, trial(small, practice=practice))
        assert [(each["field"], each["code"]) for each in made["userErrors"]] == [(["practice"], "NOT_FOUND")]
