"""A practice's page from plain values: tiers, effects at the local rate, costs, dollars and gaps."""

from dataclasses import replace
from decimal import Decimal

import pytest

from allocation.evidence.cost import PriceIndex, UnitCost, cost_per_additional
from allocation.evidence.finding import Finding, Setting, StudyDesign
from allocation.evidence.local import Baseline
from allocation.evidence.local_disclosure import ShownPeriod
from allocation.evidence.pooling import at_baseline, pooled_effects
from allocation.evidence.tier_rules import EvidenceTier
from allocation.evidence.tiers import InterventionReport, Rationale
from allocation.library import Library, effects_of, learn_from
from allocation.practice_facts import (
    Community,
    FunderDollars,
    Practice,
    PracticeEvidence,
    PracticeFacts,
    practice_facts,
    tiers_of,
)
from allocation.standing import StandingIndicator, StandingPopulation
from allocation.targets import Target

ALL = StandingPopulation("all", "race", "All", "All students", is_total=True)
BLACK = StandingPopulation("black", "race", "Black", "Black students", is_total=False)
READS = StandingIndicator("i", "Reads", "reading", "percent", higher_is_better=True, is_core=True)
FINDING = Finding(
    id="f1",
    practice="tutoring",
    study="Lee 2019",
    outcome="reading",
    design=StudyDesign.RCT,
    rating="Meets WWC standards without reservations",
    standards_version="4.1",
    effect_size=0.30,
    standard_error=0.05,
    p_value=0.0001,
    sample_size=900,
    site_count=12,
    populations=frozenset({"black"}),
    settings=frozenset({Setting.URBAN}),
)
SHOWN = ShownPeriod(
    period="2024-25",
    design=StudyDesign.QED,
    baseline=Baseline.EQUIVALENT,
    sentence="2024-25: the groups were alike beforehand",
    effect=Decimal("0.20"),
    standard_error=Decimal("0.10"),
    people_count=400,
    difference=8,
    low=1,
    high=15,
)
DOLLARS = FunderDollars(
    funder="g", name="Greater River", fiscal_year=2027, currency="USD", available=100, obligated=50, spent=0
)


def target(population: str, rate: float) -> Target:
    return Target("reading", "town", population, READS, rate, 1000, 500.0, False, False, population == "all")


def seen(**changes: object) -> PracticeEvidence:
    if "findings" in changes:
        changes["known"] = Library(changes.pop("findings")).of("tutoring")  # type: ignore[arg-type]  # as below
    whole = PracticeEvidence(
        practice=Practice(
            id="tutoring",
            name="Tutoring",
            description="Three sessions a week",
            aims=frozenset({"reading"}),
            capacity=100,
            rationale=Rationale(has_logic_model=True, is_under_study=True),
            cost=UnitCost(Decimal(1000), "USD", 2020, "Budget"),
        ),
        community=Community(
            populations={"all": ALL, "black": BLACK},
            settings=frozenset({Setting.URBAN}),
            outcomes={"reading": "Reading"},
            targets={("reading", "all"): target("all", 0.5), ("reading", "black"): target("black", 0.3)},
            everybody="all",
        ),
        known=Library((FINDING,)).of("tutoring"),
        index=PriceIndex("Town", {2020: Decimal(50), 2024: Decimal(60)}),
        fiscal_year=2024,
        local={"reading": (SHOWN,)},
        dollars=(DOLLARS,),
        testimony_count=1,
    )
    return replace(whole, **changes)  # type: ignore[arg-type]  # each test names fields of the dataclass


def codes(page: PracticeFacts) -> set[str]:
    return {each.code for each in page.missing}


def test_a_complete_page_misses_nothing() -> None:
    assert practice_facts(seen()).missing == ()


def test_the_effect_is_that_of_the_pool_at_each_group_s_own_rate() -> None:
    page = practice_facts(seen())
    pooled = pooled_effects([FINDING])["tutoring", "reading"]
    (outcome,) = page.outcomes
    assert outcome.effect == pooled
    everybody, black = outcome.groups
    assert (everybody.is_everybody, everybody.additional) == (True, at_baseline(pooled, 0.5))
    assert black.additional == at_baseline(pooled, 0.3)


def test_the_cost_of_one_more_student_is_in_the_fiscal_year_s_prices() -> None:
    # By hand: 1,000 * 60 / 50 = 1,200 in 2024 prices.
    page = practice_facts(seen())
    assert page.cost.planned is not None
    assert page.cost.planned.amount == Decimal(1200)
    (outcome,) = page.outcomes
    assert outcome.groups[0].cost == cost_per_additional(page.cost.planned, outcome.groups[0].additional)


def test_a_tier_is_of_a_group() -> None:
    other = StandingPopulation("white", "race", "White", "White students", is_total=False)
    community = replace(seen().community, populations={"all": ALL, "black": BLACK, "white": other})
    groups = practice_facts(seen(community=community)).outcomes[0].groups
    tiers = {each.population: each.tier.tier for each in groups}
    assert tiers == {
        "all": EvidenceTier.STRONG,
        "black": EvidenceTier.STRONG,
        "white": EvidenceTier.MODERATE,  # the setting overlaps, the population does not
    }
    white = next(each for each in groups if each.population == "white")
    assert "no overlap of populations" in white.tier.to_next[0].detail


def test_an_intersection_lies_in_its_parts() -> None:
    both = StandingPopulation(
        "x", "race x meals", "B", "Black students on meals", False, frozenset({"black"})
    )
    community = replace(seen().community, populations={"all": ALL, "black": BLACK, "x": both})
    found = practice_facts(seen(community=community)).outcomes[0].groups
    assert {each.tier.tier for each in found} == {EvidenceTier.STRONG}


def test_a_report_is_told_beside_our_tier() -> None:
    report = InterventionReport(outcome="reading", rating="Potentially Positive Effects")
    page = practice_facts(seen(findings=(), reports=(report,)))
    (outcome,) = page.outcomes
    assert outcome.groups[0].tier.tier is EvidenceTier.PROMISING
    assert outcome.groups[0].tier.rater_words == ("Potentially Positive Effects",)
    assert outcome.reports == (report,)


def test_a_logic_model_and_a_study_under_way_meet_the_lowest_tier() -> None:
    weak = replace(FINDING, p_value=0.2, design=StudyDesign.UNKNOWN, rating=None)
    with_both = practice_facts(seen(findings=(weak,)))
    unsaid = replace(seen().practice, rationale=Rationale())
    without = practice_facts(seen(findings=(weak,), practice=unsaid))
    assert with_both.outcomes[0].groups[0].tier.tier is EvidenceTier.RATIONALE
    assert without.outcomes[0].groups[0].tier.tier is EvidenceTier.NONE


def test_local_periods_are_joined_and_kept() -> None:
    (outcome,) = practice_facts(seen()).outcomes
    assert outcome.local == (SHOWN,)
    assert outcome.local_effect is not None
    assert outcome.local_effect.effect.effect == pytest.approx(0.20)


def test_a_withheld_period_is_told_and_does_not_count() -> None:
    hidden = replace(
        SHOWN, effect=None, standard_error=None, people_count=None, difference=None, low=None, high=None
    )
    (outcome,) = practice_facts(seen(local={"reading": (hidden,)})).outcomes
    assert (outcome.local, outcome.local_effect) == ((hidden,), None)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"dollars": ()}, "funder"),
        ({"local": {}}, "local-results"),
        ({"findings": ()}, "finding"),
        ({"findings": (replace(FINDING, effect_size=207.74),)}, "usable-finding"),
        ({"findings": (replace(FINDING, site_count=None),)}, "study-facts"),
        ({"fiscal_year": 2027}, "price"),
        ({"practice": Practice(id="tutoring", name="Tutoring")}, "cost"),
        ({"practice": Practice(id="tutoring", name="Tutoring")}, "capacity"),
        ({"practice": Practice(id="tutoring", name="Tutoring")}, "logic-model"),
        ({"practice": Practice(id="tutoring", name="Tutoring")}, "outcomes"),
        ({"community": replace(seen().community, targets={})}, "rate"),
    ],
)
def test_what_nobody_has_recorded_is_named(changes: dict[str, object], code: str) -> None:
    assert code not in codes(practice_facts(seen()))
    assert code in codes(practice_facts(seen(**changes)))


def test_dollars_are_told_newest_first() -> None:
    older = replace(DOLLARS, fiscal_year=2026, name="A")
    assert practice_facts(seen(dollars=(older, DOLLARS))).dollars == (DOLLARS, older)


def test_one_practice_alone_has_the_effect_that_it_has_among_all() -> None:
    many = [
        replace(FINDING, id=f"f{n}", practice=f"p{n}", effect_size=0.05 * n, study=f"s{n}") for n in range(8)
    ]
    together, knowledge = pooled_effects(many), learn_from(many)
    for finding in many:
        assert effects_of([finding], knowledge)["reading"] == together[finding.practice, "reading"]


def test_every_practice_with_a_finding_a_report_or_a_rationale_has_a_tier() -> None:
    found = tiers_of(
        {"a": [FINDING]},
        {"black"},
        {Setting.URBAN},
        reports={"b": [InterventionReport(outcome="reading", rating="Positive Effects")]},
        rationales={"c": Rationale(has_logic_model=True)},
    )
    assert {practice: each.tier.value for practice, each in found.items()} == {
        "a": "STRONG",
        "b": "PROMISING",
        "c": "NONE",
    }
