"""Practices and what is known of them. The one finding is a trial with g 0.30 and a standard error of 0.10."""

from statistics import NormalDist
from typing import Any

import pytest

from .conftest import Ask
from .small import Small


async def practice(ask: Ask, small: Small, fields: str, name: str = "tutoring", **asked: object) -> Any:
    declared = ", ".join(["$id: ID!", *(f"${key}: ID" + ("!" if key == "outcome" else "") for key in asked)])
    query = f"query({declared}) {{ node(id: $id) {{ ... on Practice {{ {fields} }} }} }}"
    answer = await ask(query, id=small.global_id("Practice", name), **asked)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]["node"]


async def test_a_practice_says_what_it_is_and_what_lies_on_it(ask: Ask, small: Small) -> None:
    node = await practice(
        ask,
        small,
        """name costPerParticipant { amount currency } costBasis capacity outcomes { name }
        inKindNeeds { kind quantityPerParticipant unit } dollars(fiscalYear: 2027) { amount }
        findings { totalCount nodes { study design effectSize sites settings source { identifier } } }""",
    )
    assert node == {
        "name": "Tutoring",
        "costPerParticipant": {"amount": "500.00", "currency": "USD"},
        "costBasis": "Own books, in prices of 2025",
        "capacity": 40,
        "outcomes": [{"name": "Reading"}],
        "inKindNeeds": [{"kind": "VOLUNTEERS", "quantityPerParticipant": "12", "unit": "HOUR"}],
        "dollars": [{"amount": "700.00"}],
        "findings": {
            "totalCount": 1,
            "nodes": [
                {
                    "study": "Trial 2020",
                    "design": "RCT",
                    "effectSize": "0.30",
                    "sites": 3,
                    "settings": ["URBAN"],
                    "source": {"identifier": "trial-1"},
                }
            ],
        },
    }


async def test_no_dollars_lie_in_another_year(ask: Ask, small: Small) -> None:
    assert (await practice(ask, small, "dollars(fiscalYear: 2026) { amount }"))["dollars"] == []


async def test_a_tier_tells_every_rule_met_or_not(ask: Ask, small: Small) -> None:
    """A trial without a rating meets the third tier (34 CFR 77.1, promising evidence), not the second."""
    tier = (await practice(ask, small, "tier { tier reasons { tier met rule detail } }"))["tier"]
    assert tier["tier"] == "PROMISING"
    unmet = {(reason["tier"], reason["rule"]) for reason in tier["reasons"] if not reason["met"]}
    assert ("MODERATE", "RATING") in unmet
    assert not any(tier_name == "PROMISING" for tier_name, _ in unmet)


async def test_an_effect_is_reckoned_at_the_groups_own_rate(ask: Ask, small: Small) -> None:
    """Phi(Phi^-1(p) + g) - p at p = 40 % for Black readers and 55 % for all, by the g that the API shows."""
    fields = """effect(outcome: $outcome, population: $population) {
      additionalPerHundred low high hedgesG improvementIndex findingsUsed findingsRefused { reason } basis reason }"""
    outcome = small.global_id("Outcome", "reading")
    normal = NormalDist()
    for group, rate in (("black", 0.40), ("all", 0.55)):
        population = small.global_id("PopulationGroup", group)
        effect = (await practice(ask, small, fields, outcome=outcome, population=population))["effect"]
        g = float(effect["hedgesG"])
        expected = 100 * (normal.cdf(normal.inv_cdf(rate) + g) - rate)
        assert float(effect["additionalPerHundred"]) == pytest.approx(expected, abs=0.01)
        assert float(effect["improvementIndex"]) == pytest.approx(100 * normal.cdf(g) - 50, abs=0.01)
        assert (effect["findingsUsed"], effect["findingsRefused"], effect["basis"]) == (1, [], "NATIONAL")
        assert effect["reason"] is None
        assert float(effect["low"]) < float(effect["additionalPerHundred"]) < float(effect["high"])


async def test_without_a_finding_there_is_a_reason_and_no_figure(ask: Ask, small: Small) -> None:
    fields = "effect(outcome: $outcome) { additionalPerHundred hedgesG reason findingsUsed }"
    node = await practice(ask, small, fields, name="camp", outcome=small.global_id("Outcome", "reading"))
    assert node["effect"] == {
        "additionalPerHundred": None,
        "hedgesG": None,
        "reason": "there is no finding on this outcome",
        "findingsUsed": 0,
    }


async def test_a_cost_per_outcome_is_the_cost_over_the_additional_share(ask: Ask, small: Small) -> None:
    fields = """costPerOutcome(outcome: $outcome, population: $population) { mid { amount } basis }
      effect(outcome: $outcome, population: $population) { additionalPerHundred }"""
    asked = {
        "outcome": small.global_id("Outcome", "reading"),
        "population": small.global_id("PopulationGroup", "black"),
    }
    node = await practice(ask, small, fields, **asked)
    mid = float(node["costPerOutcome"]["mid"]["amount"])
    share = float(node["effect"]["additionalPerHundred"]) / 100
    assert mid * share == pytest.approx(500, rel=0.05), "in prices of 2025 or of the index's newest year"
    assert "Own books" in node["costPerOutcome"]["basis"]


async def test_a_practice_without_a_price_has_no_cost_per_outcome(ask: Ask, small: Small) -> None:
    fields = "costPerOutcome(outcome: $outcome) { low { amount } mid { amount } high { amount } basis }"
    node = await practice(ask, small, fields, name="camp", outcome=small.global_id("Outcome", "reading"))
    assert node["costPerOutcome"] == {
        "low": None,
        "mid": None,
        "high": None,
        "basis": "no cost per participant with its price year is known",
    }


async def test_a_foreign_outcome_is_not_found(ask: Ask, small: Small, private: Small) -> None:
    query = """query($id: ID!, $outcome: ID!) { node(id: $id) { ... on Practice {
      effect(outcome: $outcome) { reason } } } }"""
    id_ = small.global_id("Practice", "tutoring")
    codes = []
    for outcome in (
        private.global_id("Outcome", "reading"),
        "nonsense",
        small.global_id("Outcome", "nobody"),
    ):
        answer = await ask(query, id=id_, outcome=outcome)
        codes.append((answer["data"]["node"], answer["errors"][0]["extensions"]["code"]))
    assert codes == [(None, "NOT_FOUND")] * 3


async def test_statements_do_not_grow_with_the_practices(
    ask: Ask, small: Small, statements: list[str]
) -> None:
    query = """query($slug: String!, $first: Int) { partnership(slug: $slug) { practices(first: $first) { nodes {
      name outcomes { name } tier { tier } dollars { amount } inKindNeeds { kind } } } } }"""
    counts = []
    for first in (1, 2):
        statements.clear()
        assert "errors" not in await ask(query, slug=small.slug, first=first)
        counts.append(len(statements))
    assert counts == [1, 1]
