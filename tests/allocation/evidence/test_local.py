"""Local effects from counts, worked by hand and against Newcombe's published intervals."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.evidence.finding import EvidenceError, Finding, StudyDesign
from allocation.evidence.local import Baseline, LocalPeriod, as_finding, local_effect
from allocation.evidence.rating import Standing, standing
from allocation.intervals import Counts

AFTER = {"participants": Counts(56, 70), "comparison": Counts(48, 80)}
MILLION = 1_000_000
counted = st.integers(2, 400).flatmap(lambda n: st.builds(Counts, st.integers(0, n), st.just(n)))


def period(**counts: Counts) -> LocalPeriod:
    return LocalPeriod(period="2023", **counts)


def period_in(year: str) -> LocalPeriod:
    return replace(period(**AFTER), period=year)


def head_start(effect: float) -> dict[str, Counts]:
    """A million people a group whose Cox index beforehand is `effect`, at one half in the comparison."""
    odds = math.exp(1.65 * effect)
    before = Counts(round(MILLION * odds / (1 + odds)), MILLION)
    return {"participants_before": before, "comparison_before": Counts(MILLION // 2, MILLION)}


def test_the_difference_has_newcombe_s_published_interval() -> None:
    # Newcombe 1998, Stat Med 17, method 10: 56/70 - 48/80 from 0.0524 to 0.3339 at 95 %.
    found = local_effect([period(**AFTER)], confidence=0.95).periods[0]
    assert found.difference == pytest.approx(0.2)
    assert (found.interval.low, found.interval.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_the_effect_is_the_cox_index_of_the_counts() -> None:
    # By hand: ln(56 * 32 / (14 * 48)) = 0.980829; / 1.65; omega of 150 people = 588/591.
    found = local_effect([period(**AFTER)])
    assert found.effect.effect == pytest.approx(0.980829 / 1.65 * 588 / 591, abs=1e-6)
    assert found.effect.variance == pytest.approx(
        (1 / 56 + 1 / 14 + 1 / 48 + 1 / 32) * (588 / 591 / 1.65) ** 2
    )


def test_where_lower_is_better_the_same_counts_say_the_opposite() -> None:
    higher, lower = (local_effect([period(**AFTER)], higher_is_better=one) for one in (True, False))
    assert lower.effect.effect == pytest.approx(-higher.effect.effect)
    assert lower.periods[0].difference == pytest.approx(-0.2)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (0.0499, Baseline.EQUIVALENT),
        (-0.0499, Baseline.EQUIVALENT),
        (0.0501, Baseline.NEEDS_ADJUSTMENT),
        (-0.0501, Baseline.NEEDS_ADJUSTMENT),
        (0.2499, Baseline.NEEDS_ADJUSTMENT),
        (0.2501, Baseline.NOT_EQUIVALENT),
        (-0.2501, Baseline.NOT_EQUIVALENT),
    ],
)
def test_baselines_are_judged_at_the_handbook_s_bounds(start: float, expected: Baseline) -> None:
    found = local_effect([period(**AFTER, **head_start(start))])
    assert found.baseline == expected
    assert found.periods[0].baseline_effect == pytest.approx(start, abs=1e-5)


def test_an_equivalent_start_is_not_subtracted() -> None:
    plain = local_effect([period(**AFTER)]).effect
    assert local_effect([period(**AFTER, **head_start(0.04))]).effect == plain


def test_a_head_start_that_needs_it_is_subtracted_with_its_uncertainty() -> None:
    plain = local_effect([period(**AFTER)]).effect
    adjusted = local_effect([period(**AFTER, **head_start(0.20))]).effect
    assert adjusted.effect == pytest.approx(plain.effect - 0.20, abs=1e-5)
    assert adjusted.variance > plain.variance


def test_each_judgement_of_the_baseline_is_said() -> None:
    said = [
        local_effect([period(**AFTER, **start)]).periods[0].sentence
        for start in (head_start(0.04), head_start(0.20), head_start(0.30), {})
    ]
    assert said == [
        "2023: the groups were alike beforehand (+0.04 standard deviations, within 0.05)",
        "2023: the participants' start of +0.20 standard deviations is subtracted (between 0.05 and 0.25)",
        "2023: the groups differed too much beforehand (+0.30 standard deviations, beyond 0.25)",
        "2023: how alike the two groups were beforehand is not stated",
    ]


@pytest.mark.parametrize(("start", "design"), [(0.04, "QED"), (0.20, "QED"), (0.30, "UNKNOWN")])
def test_only_a_fair_start_makes_a_quasi_experiment(start: float, design: str) -> None:
    assert local_effect([period(**AFTER, **head_start(start))]).design == design


def test_a_comparison_without_a_known_start_is_of_unknown_design() -> None:
    assert local_effect([period(**AFTER)]).design == StudyDesign.UNKNOWN


def test_before_and_after_alone_is_marked_and_said() -> None:
    found = local_effect([period(participants=Counts(56, 70), participants_before=Counts(48, 80))])
    assert found.design == StudyDesign.PRE_POST
    assert "nobody to compare them with" in found.periods[0].sentence


def test_periods_are_joined_by_inverse_variance() -> None:
    # By hand: two periods of the same counts give the same effect and half the variance.
    one = local_effect([period(**AFTER)]).effect
    two = local_effect([period_in("2022"), period_in("2023")]).effect
    assert (two.effect, two.variance) == pytest.approx((one.effect, one.variance / 2))


def test_a_period_without_a_comparison_does_not_dilute_those_with_one() -> None:
    fair = replace(period(**AFTER, **head_start(0.0)), period="2022")
    alone = period(participants=Counts(10, 70), participants_before=Counts(48, 80))
    found = local_effect([alone, fair])
    assert found.effect == local_effect([fair]).effect
    assert [one.design for one in found.periods] == ["QED", "PRE_POST"]


def test_the_worst_baseline_of_the_periods_that_count_is_told() -> None:
    alike = replace(period(**AFTER, **head_start(0.0)), period="2022")
    ahead = period(**AFTER, **head_start(0.20))
    assert local_effect([alike, ahead]).baseline == Baseline.NEEDS_ADJUSTMENT
    unlike = replace(period(**AFTER, **head_start(0.30)), period="2022")
    assert local_effect([unlike, period(**AFTER)]).baseline == Baseline.NOT_EQUIVALENT


def test_a_local_effect_becomes_a_local_finding() -> None:
    effect = local_effect([period(**AFTER, **head_start(0.0))])
    finding = as_finding(effect, id="l1", practice="tutoring", outcome="reading", study="here")
    assert finding == Finding(
        id="l1",
        practice="tutoring",
        outcome="reading",
        study="here",
        design=StudyDesign.QED,
        effect_size=effect.effect.effect,
        standard_error=effect.effect.standard_error,
        sample_size=150,
        is_local=True,
    )


def test_a_finding_from_unlike_groups_does_not_meet_the_standards() -> None:
    effect = local_effect([period(**AFTER, **head_start(0.30))])
    finding = as_finding(effect, id="l1", practice="tutoring", outcome="reading", study="here")
    assert standing(finding.rating) == Standing.DOES_NOT_MEET


@pytest.mark.parametrize(
    ("periods", "sentence"),
    [
        ([], "at least one period"),
        ([period(**AFTER), period(**AFTER)], "given twice"),
        ([period(participants=Counts(1, 5))], "neither a comparison nor a count beforehand"),
    ],
)
def test_counts_that_show_nothing_are_refused(periods: list[LocalPeriod], sentence: str) -> None:
    with pytest.raises(EvidenceError, match=sentence):
        local_effect(periods)


@given(participants=counted, comparison=counted)
def test_the_difference_lies_within_its_interval(participants: Counts, comparison: Counts) -> None:
    found = local_effect([period(participants=participants, comparison=comparison)]).periods[0]
    assert found.interval.low - 1e-12 <= found.difference <= found.interval.high + 1e-12


@given(participants=counted, comparison=counted)
def test_groups_swapped_show_the_opposite(participants: Counts, comparison: Counts) -> None:
    there = local_effect([period(participants=participants, comparison=comparison)])
    back = local_effect([period(participants=comparison, comparison=participants)])
    assert there.effect.effect == pytest.approx(-back.effect.effect)
