"""Every rule of every tier on both sides of its bound (34 CFR 77.1), and the clearinghouse's own tiers."""

from collections import defaultdict
from dataclasses import replace
from time import perf_counter

import pytest

from allocation.evidence.finding import Direction, Finding, Setting, StudyDesign
from allocation.evidence.screening import Usable, screen
from allocation.evidence.tier_rules import EvidenceTier, TierRule
from allocation.evidence.tiers import InterventionReport, Rationale, TierAssessment, tier

STRONG = Finding(
    id="1",
    practice="tutoring",
    study="s1",
    outcome="reading",
    design=StudyDesign.RCT,
    rating="Meets WWC standards without reservations",
    standards_version="4.1",
    effect_size=0.2,
    p_value=0.01,
    sample_size=350,
    site_count=2,
    populations=frozenset({"Hispanic"}),
    settings=frozenset({Setting.URBAN}),
)
WITH = "Meets WWC standards with reservations"
LOGIC = Rationale(has_logic_model=True, is_under_study=True)


def assess(*findings: Finding, rationale: Rationale | None = None) -> TierAssessment:
    return tier(findings, {"Hispanic", "Black"}, {Setting.URBAN, Setting.TOWN}, rationale=rationale)


def changed(**facts: object) -> Finding:
    return replace(STRONG, **facts)  # type: ignore[arg-type]  # any fact may be tried


def reached(**facts: object) -> str:
    return assess(changed(**facts)).tier.value


def details(assessment: TierAssessment) -> list[str]:
    return [reason.detail for reason in assessment.to_next]


def test_a_study_that_meets_every_rule_is_strong() -> None:
    assessment = assess(STRONG)
    assert (assessment.tier, assessment.to_next) == (EvidenceTier.STRONG, ())


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"sample_size": 350}, "STRONG"),
        ({"sample_size": 349}, "PROMISING"),
        ({"sample_size": None}, "PROMISING"),
        ({"site_count": 2}, "STRONG"),
        ({"site_count": 1}, "PROMISING"),
        ({"site_count": None}, "PROMISING"),
        ({"p_value": 0.0499}, "STRONG"),
        ({"p_value": 0.05}, "NONE"),
        ({"p_value": 0.0}, "STRONG"),
        ({"is_significant": False}, "NONE"),
        ({"is_significant": True, "p_value": 0.2}, "STRONG"),
        ({"p_value": None}, "NONE"),
        ({"p_value": None, "standard_error": 0.10}, "STRONG"),
        ({"p_value": None, "standard_error": 0.11}, "NONE"),
        ({"standards_version": "2.1"}, "STRONG"),
        ({"standards_version": "2.0"}, "PROMISING"),
        ({"standards_version": None}, "PROMISING"),
        ({"rating": WITH}, "MODERATE"),
        ({"rating": "Does not meet WWC standards"}, "NONE"),
        ({"rating": None}, "PROMISING"),
        ({"rating": WITH, "design": StudyDesign.QED}, "MODERATE"),
        ({"design": StudyDesign.QED}, "MODERATE"),
        ({"rating": WITH, "sample_size": 350}, "MODERATE"),
        ({"rating": WITH, "sample_size": 349}, "PROMISING"),
        ({"rating": WITH, "site_count": 2}, "MODERATE"),
        ({"rating": WITH, "site_count": 1}, "PROMISING"),
        ({"rating": WITH, "standards_version": "2.1"}, "MODERATE"),
        ({"rating": WITH, "standards_version": "2.0"}, "PROMISING"),
        ({"rating": WITH, "p_value": 0.0499}, "MODERATE"),
        ({"rating": WITH, "p_value": 0.05}, "NONE"),
        ({"rating": WITH, "design": StudyDesign.CORRELATIONAL}, "PROMISING"),
        ({"design": StudyDesign.SINGLE_CASE}, "STRONG"),
        ({"settings": frozenset({Setting.RURAL})}, "MODERATE"),
        ({"settings": frozenset()}, "MODERATE"),
        ({"populations": frozenset({"White"})}, "MODERATE"),
        ({"populations": frozenset({"White"}), "settings": frozenset({Setting.RURAL})}, "PROMISING"),
        ({"rating": None, "design": StudyDesign.QED}, "PROMISING"),
        ({"rating": None, "design": StudyDesign.CORRELATIONAL}, "PROMISING"),
        ({"rating": None, "design": StudyDesign.UNKNOWN}, "NONE"),
        ({"rating": None, "design": StudyDesign.PRE_POST}, "NONE"),
        ({"design": StudyDesign.PRE_POST}, "NONE"),
        ({"effect_size": 0.0}, "NONE"),
        ({"effect_size": -0.2}, "NONE"),
        ({"is_subgroup": True}, "NONE"),
        ({"effect_size": 207.74}, "NONE"),
        ({"improvement_index": -8}, "NONE"),
        ({"effect_size": None, "improvement_index": 8}, "STRONG"),
        ({"effect_size": None, "improvement_index": -8}, "NONE"),
        ({"effect_size": None, "direction": Direction.FAVOURABLE}, "STRONG"),
        ({"effect_size": None, "direction": Direction.NEUTRAL}, "NONE"),
        ({"effect_size": None, "direction": Direction.UNFAVOURABLE}, "NONE"),
    ],
)
def test_each_rule_holds_on_one_side_of_its_bound_only(facts: dict[str, object], expected: str) -> None:
    assert reached(**facts) == expected


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({"rating": WITH, "site_count": 1}, "MODERATE not met: sites 1 < 2"),
        ({"rating": WITH, "sample_size": 349}, "MODERATE not met: students 349 < 350"),
        ({"rating": WITH, "site_count": None}, "MODERATE not met: sites not stated"),
        (
            {"rating": WITH, "standards_version": None},
            "MODERATE not met: version of the standards not stated",
        ),
        ({"standards_version": "2.0"}, "MODERATE not met: standards 2.0 are before 2.1"),
        (
            {"settings": frozenset({Setting.RURAL})},
            "STRONG not met: no overlap of settings: studied RURAL; here TOWN, URBAN",
        ),
        ({"populations": frozenset()}, "STRONG not met: populations of the studies not stated"),
        (
            {"p_value": 0.05},
            "RATIONALE not met: logic model not stated",
        ),
    ],
)
def test_what_is_missing_for_the_next_tier_is_said_with_its_figures(
    facts: dict[str, object], missing: str
) -> None:
    assert details(assess(changed(**facts)))[0] == missing


def test_a_bound_just_missed_is_the_only_thing_in_the_way() -> None:
    assert details(assess(changed(rating=WITH, site_count=1))) == ["MODERATE not met: sites 1 < 2"]


def test_where_the_partnership_serves_nobody_stated_overlap_is_not_met() -> None:
    assessment = tier([STRONG])
    assert assessment.tier == EvidenceTier.PROMISING
    assert details(assessment) == [
        "MODERATE not met: local populations not stated; local settings not stated"
    ]


def test_the_same_studies_make_another_tier_elsewhere() -> None:
    rural = tier([STRONG], {"Hispanic"}, {Setting.RURAL})
    assert (assess(STRONG).tier, rural.tier) == (EvidenceTier.STRONG, EvidenceTier.MODERATE)


def test_two_studies_add_up_their_students_and_sites() -> None:
    first = changed(sample_size=200, site_count=1)
    assert assess(first, replace(first, id="2", study="s2", sample_size=150)).tier == EvidenceTier.STRONG
    assert assess(first, replace(first, id="2", study="s2", sample_size=149)).tier == EvidenceTier.PROMISING


def test_two_measures_of_the_same_students_do_not_add_up() -> None:
    first = changed(sample_size=200)
    assert assess(first, replace(first, id="2", effect_size=0.21)).tier == EvidenceTier.PROMISING


def test_a_study_that_is_not_significant_lends_no_students() -> None:
    first = changed(sample_size=200)
    other = replace(first, id="2", study="s2", p_value=0.3, sample_size=5000)
    assert assess(first, other).tier == EvidenceTier.PROMISING


def test_rules_must_hold_for_the_same_study() -> None:
    positive = changed(sample_size=100)
    large = changed(id="2", study="s2", rating=WITH, populations=frozenset({"White"}))
    assert assess(positive, large).tier == EvidenceTier.MODERATE


def test_another_review_of_one_study_lends_no_students() -> None:
    first = changed(sample_size=200, site_count=2, measure="a test", effect_size=0.2137)
    again = replace(first, id="2", study="s1 reviewed again")
    assert assess(first, again).tier == EvidenceTier.PROMISING


def test_a_significant_negative_finding_on_the_outcome_overrides_all() -> None:
    against = changed(id="2", study="s2", effect_size=-0.1, sample_size=60)
    assessment = assess(STRONG, against, rationale=LOGIC)
    assert assessment.tier == EvidenceTier.NONE
    assert details(assessment) == [
        "RATIONALE not met: overridden by significant negative finding 2 (g -0.10, p 0.01): study s2"
    ]


@pytest.mark.parametrize(
    "facts",
    [
        {"p_value": 0.05},
        {"outcome": "attendance"},
        {"is_subgroup": True},
        {"rating": "Does not meet WWC standards"},
        {"design": StudyDesign.PRE_POST},
    ],
)
def test_a_negative_finding_that_is_no_sound_main_result_on_it_does_not_override(
    facts: dict[str, object],
) -> None:
    against = changed(id="2", study="s2", effect_size=-0.1)
    assert assess(STRONG, replace(against, **facts)).tier == EvidenceTier.STRONG  # type: ignore[arg-type]  # any fact may be tried


def test_only_the_outcome_asked_for_counts() -> None:
    assert tier([STRONG], {"Hispanic"}, {Setting.URBAN}, outcome="reading").tier == EvidenceTier.STRONG
    assert tier([STRONG], {"Hispanic"}, {Setting.URBAN}, outcome="attendance").tier == EvidenceTier.NONE


def test_without_an_outcome_the_best_one_is_named() -> None:
    weaker = changed(id="2", outcome="attendance", rating=WITH)
    assert (assess(weaker, STRONG).outcome, assess(weaker, STRONG).tier) == ("reading", EvidenceTier.STRONG)


@pytest.mark.parametrize("words", ["Positive Effects", "Potentially Positive Effects"])
def test_a_positive_intervention_report_is_promising(words: str) -> None:
    assessment = tier([], reports=[InterventionReport(outcome="reading", rating=words)])
    assert assessment.tier == EvidenceTier.PROMISING
    assert assessment.rater_words == (words,)


@pytest.mark.parametrize("words", ["Mixed Effects", "No Discernible Effects", "Potentially Negative Effects"])
def test_any_other_intervention_report_is_not(words: str) -> None:
    assert tier([], reports=[InterventionReport(outcome="reading", rating=words)]).tier == EvidenceTier.NONE


def test_a_negative_intervention_report_overrides_a_strong_study() -> None:
    reports = [InterventionReport(outcome="reading", rating="Negative Effects")]
    assert tier([STRONG], {"Hispanic"}, {Setting.URBAN}, reports=reports).tier == EvidenceTier.NONE


@pytest.mark.parametrize(
    ("rationale", "expected"),
    [
        (LOGIC, "RATIONALE"),
        (Rationale(has_logic_model=True), "NONE"),
        (Rationale(has_logic_model=True, is_under_study=False), "NONE"),
        (Rationale(is_under_study=True), "NONE"),
        (None, "NONE"),
    ],
)
def test_a_rationale_asks_for_a_logic_model_and_a_study(rationale: Rationale | None, expected: str) -> None:
    assert assess(changed(p_value=0.3), rationale=rationale).tier == expected


def test_a_rationale_asks_for_some_research_that_suggests_it() -> None:
    assert assess(changed(p_value=0.3, effect_size=-0.1), rationale=LOGIC).tier == EvidenceTier.NONE


def test_measuring_it_here_is_an_effort_to_study_it() -> None:
    local = changed(design=StudyDesign.PRE_POST, rating=None, is_local=True)
    assert assess(local, rationale=Rationale(has_logic_model=True)).tier == EvidenceTier.RATIONALE


def test_before_and_after_alone_is_never_promising_however_large() -> None:
    local = changed(
        design=StudyDesign.PRE_POST, is_local=True, sample_size=100_000, site_count=50, p_value=0.0
    )
    assert assess(local, rationale=LOGIC).tier == EvidenceTier.RATIONALE


def test_the_rater_s_own_word_is_kept_beside_ours() -> None:
    assessment = assess(changed(sample_size=349, rater_tier="ESSA Tier 1"))
    assert (assessment.tier, assessment.rater_words) == (EvidenceTier.PROMISING, ("ESSA Tier 1",))


def test_a_practice_without_findings_has_no_tier_and_says_what_is_missing() -> None:
    assessment = tier([])
    assert (assessment.tier, assessment.outcome) == (EvidenceTier.NONE, None)
    assert {reason.rule for reason in assessment.to_next} >= {
        TierRule.LOGIC_MODEL,
        TierRule.INFORMED_BY_RESEARCH,
    }


def test_the_order_of_findings_changes_nothing() -> None:
    group = [STRONG, changed(id="2", study="s2", rating=WITH), changed(id="3", outcome="attendance")]
    assert assess(*group) == assess(*reversed(group))


@pytest.mark.parametrize(("theirs", "ours"), [("ESSA Tier 1", "STRONG"), ("ESSA Tier 2", "MODERATE")])
def test_the_clearinghouse_s_tiers_are_ours_where_its_file_states_the_facts(
    theirs: str, ours: str, wwc_findings: list[Finding]
) -> None:
    """The file omits version, sites and people; its own tier vouches for the first two."""
    rated = [one for one in wwc_findings if one.rater_tier == theirs and (one.sample_size or 0) >= 350]
    sound = [one for one in rated if isinstance(screen(one), Usable)]
    filled = [
        replace(
            one,
            standards_version="2.1",
            site_count=2,
            populations=frozenset({"Hispanic"}),
            settings=frozenset({Setting.URBAN}),
            rating="2" if theirs == "ESSA Tier 2" else one.rating,
        )
        for one in sound
    ]
    assert len(filled) > 100
    assert {assess(one).tier.value for one in filled} == {ours}


def test_every_intervention_of_the_clearinghouse_is_tiered_within_five_seconds(
    wwc_findings: list[Finding],
) -> None:
    by_practice: dict[str, list[Finding]] = defaultdict(list)
    for finding in wwc_findings:
        by_practice[finding.practice].append(finding)
    started = perf_counter()
    tiers = {practice: assess(*findings) for practice, findings in by_practice.items()}
    assert perf_counter() - started < 5
    # The file states neither sites nor the version of the standards: nothing reaches the upper tiers.
    assert {one.tier.value for one in tiers.values()} == {"PROMISING", "NONE"}
    assert len(tiers) == 486
