"""Intervals, tests and multiple comparisons against published tables, R and statsmodels."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import xlogy
from scipy.stats import combine_pvalues, false_discovery_control
from statsmodels.stats.proportion import proportion_confint, test_proportions_2indep

from allocation.intervals import (
    Counts,
    ProportionError,
    agresti_caffo_test,
    benjamini_hochberg,
    cochran_armitage_test,
    newcombe_interval,
    partial_conjunction,
    restricted_proportions,
    score_test,
    stouffer,
    target_test,
    wilson_interval,
)

test_proportions_2indep.__test__ = False  # a library function whose name looks like a test

# Benjamini and Hochberg 1995, JRSS B 57:289-300, section 4.1: thrombolysis, 15 hypotheses
THROMBOLYSIS = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.000,
]  # fmt: skip

counts = st.integers(1, 400).flatmap(lambda n: st.builds(Counts, st.integers(0, n), st.just(n)))
probabilities = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_intervals_are_those_of_newcombes_table(
    successes: int, trials: int, low: float, high: float
) -> None:
    """Newcombe 1998, Stat Med 17:857-872, table I, method 3."""
    interval = wilson_interval(Counts(successes, trials))
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_differences_are_those_of_newcombes_table(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe 1998, Stat Med 17:873-890, table II, method 10."""
    interval = newcombe_interval(Counts(*first), Counts(*second))
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_the_p_values_of_56_of_70_against_48_of_80_are_those_of_statsmodels() -> None:
    """statsmodels 0.15, test_proportions_2indep: score .00413, agresti-caffo .00362."""
    first, second = Counts(56, 70), Counts(48, 80)
    assert round(score_test(first, second).p_value, 5) == 0.00413
    assert round(agresti_caffo_test(first, second).p_value, 5) == 0.00362


mixed_counts = st.integers(2, 400).flatmap(lambda n: st.builds(Counts, st.integers(1, n - 1), st.just(n)))


@settings(max_examples=60, deadline=None)
@given(first=mixed_counts, second=mixed_counts, margin=st.sampled_from([0.0, 0.03, 0.1, -0.05]))
def test_the_agresti_caffo_test_agrees_with_statsmodels(first: Counts, second: Counts, margin: float) -> None:
    assert agresti_caffo_test(first, second, margin).p_value == pytest.approx(
        p_value_of_statsmodels("agresti-caffo", first, second, margin), abs=1e-9
    )


@settings(max_examples=60, deadline=None)
@given(first=mixed_counts, second=mixed_counts)
def test_the_score_test_agrees_with_statsmodels_at_a_margin_of_nought(first: Counts, second: Counts) -> None:
    """Only there: at other margins statsmodels 0.15 has a slip in a coefficient of its cubic."""
    expected = p_value_of_statsmodels("score", first, second, 0.0)
    assert score_test(first, second).p_value == pytest.approx(expected, abs=1e-9)


def p_value_of_statsmodels(method: str, first: Counts, second: Counts, margin: float) -> float:
    result = test_proportions_2indep(
        first.successes,
        first.trials,
        second.successes,
        second.trials,
        value=margin,
        method=method,
        compare="diff",
        alternative="larger",
    )
    return float(result.pvalue)


@settings(max_examples=60, deadline=None)
@given(first=counts, second=counts, margin=st.floats(-0.9, 0.9))
def test_restricted_proportions_are_where_the_likelihood_is_highest(
    first: Counts, second: Counts, margin: float
) -> None:
    """Against scipy's bounded search over every permitted pair."""

    def surprise(p: float) -> float:
        rows = ((first, p), (second, p - margin))
        return -sum(
            float(xlogy(row.successes, share) + xlogy(row.trials - row.successes, 1 - share))
            for row, share in rows
        )

    low, high = max(0.0, margin), min(1.0, 1.0 + margin)
    searched = minimize_scalar(surprise, bounds=(low, high), method="bounded", options={"xatol": 1e-10})
    found, other = restricted_proportions(first, second, margin)
    assert found - other == pytest.approx(margin, abs=1e-12)
    assert surprise(min(max(found, low + 1e-12), high - 1e-12)) <= searched.fun + 1e-6


@settings(max_examples=40, deadline=None)
@given(rows=counts, confidence=st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_wilson_agrees_with_statsmodels(rows: Counts, confidence: float) -> None:
    low, high = proportion_confint(rows.successes, rows.trials, alpha=1 - confidence, method="wilson")
    interval = wilson_interval(rows, confidence)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=1e-12)


@settings(deadline=None)
@given(first=counts, second=counts)
def test_swapping_the_samples_turns_the_interval_and_the_statistic_round(
    first: Counts, second: Counts
) -> None:
    one, other = newcombe_interval(first, second), newcombe_interval(second, first)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-12)
    assert agresti_caffo_test(first, second).z == pytest.approx(-agresti_caffo_test(second, first).z)


@settings(deadline=None)
@given(first=counts, second=counts)
def test_an_interval_holds_the_difference_itself(first: Counts, second: Counts) -> None:
    interval = newcombe_interval(first, second)
    assert interval.low <= first.proportion - second.proportion <= interval.high


def test_where_all_succeeded_on_both_sides_nothing_speaks_against_equality() -> None:
    assert score_test(Counts(5, 5), Counts(9, 9)).p_value == 0.5


def test_a_proportion_below_its_target_is_tested_by_the_score_statistic() -> None:
    """By hand: (0.8 - 0.7) / sqrt(0.8 * 0.2 / 100) = 2.5, upper tail .0062097 (normal table)."""
    result = target_test(Counts(70, 100), 0.8)
    assert result.z == pytest.approx(2.5)
    assert result.p_value == pytest.approx(0.0062097, abs=1e-7)


def test_agrestis_malformations_rise_with_alcohol() -> None:
    """Agresti, Categorical Data Analysis (2nd ed.), table 3.8: z squared 6.57, p .0104."""
    rows = [Counts(a, a + b) for a, b in ((48, 17066), (38, 14464), (5, 788), (1, 126), (1, 37))]
    result = cochran_armitage_test(rows, (0, 0.5, 1.5, 4, 7))
    assert (round(result.z**2, 4), round(result.p_value, 4)) == (6.5701, 0.0104)


def test_benjamini_and_hochbergs_example_rejects_four_and_bonferroni_three() -> None:
    adjusted = benjamini_hochberg(THROMBOLYSIS)
    assert sum(p <= 0.05 for p in adjusted) == 4
    assert sum(p <= 0.05 / 15 for p in THROMBOLYSIS) == 3


@settings(deadline=None)
@given(p_values=probabilities)
def test_adjusted_p_values_agree_with_scipy(p_values: list[float]) -> None:
    assert benjamini_hochberg(p_values) == pytest.approx(false_discovery_control(p_values, method="bh"))


@settings(deadline=None)
@given(data=st.data(), p_values=probabilities)
def test_the_order_of_the_p_values_does_not_matter(data: st.DataObject, p_values: list[float]) -> None:
    order = data.draw(st.permutations(range(len(p_values))))
    adjusted = benjamini_hochberg(p_values)
    assert benjamini_hochberg([p_values[i] for i in order]) == [adjusted[i] for i in order]


@settings(deadline=None)
@given(p_values=st.lists(st.floats(0.001, 0.999), min_size=1, max_size=8))
def test_stouffer_agrees_with_scipy(p_values: list[float]) -> None:
    assert stouffer(p_values) == pytest.approx(combine_pvalues(p_values, method="stouffer").pvalue, rel=1e-6)


def test_two_of_three_is_shown_by_the_two_largest_p_values() -> None:
    """By hand: .05 has the normal score 1.644854; over two, Stouffer's z is 2.326174, its tail .010005."""
    assert partial_conjunction([0.05, 0.0001, 0.05], 2) == pytest.approx(0.010005, abs=1e-6)


def test_dependent_tests_take_twice_the_second_smallest_p_value() -> None:
    assert partial_conjunction([0.03, 0.0001, 0.4], 2, dependent=True) == 0.06


def test_a_period_that_shows_nothing_makes_two_of_three_rest_on_the_others_only_when_dependent() -> None:
    assert partial_conjunction([0.001, 0.001, 1.0], 2) == 1.0
    assert partial_conjunction([0.001, 0.001, 1.0], 2, dependent=True) == 0.002


@settings(deadline=None)
@given(p_values=probabilities, more=st.floats(0, 1), dependent=st.booleans())
def test_weaker_evidence_never_makes_a_smaller_conjunction(
    p_values: list[float], more: float, dependent: bool
) -> None:
    required = (len(p_values) + 1) // 2
    weaker = [max(p, more) for p in p_values]
    strong = partial_conjunction(p_values, required, dependent=dependent)
    assert partial_conjunction(weaker, required, dependent=dependent) >= strong - 1e-12


def test_no_p_values_need_no_adjustment() -> None:
    assert benjamini_hochberg([]) == []


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (-1, 5), (6, 5), (1, -3)])
def test_impossible_counts_are_refused(successes: int, trials: int) -> None:
    with pytest.raises(ProportionError):
        Counts(successes, trials)


def test_impossible_probabilities_are_refused() -> None:
    with pytest.raises(ProportionError, match=r"p-value 2 is 1\.5"):
        benjamini_hochberg([0.1, 1.5])
    with pytest.raises(ProportionError, match="3 of 2"):
        partial_conjunction([0.1, 0.2], 3)
    with pytest.raises(ProportionError, match="no p-values"):
        stouffer([])
    with pytest.raises(ProportionError, match="confidence level"):
        wilson_interval(Counts(1, 2), 1.0)
    with pytest.raises(ProportionError, match="margin"):
        score_test(Counts(1, 2), Counts(1, 2), 1.0)


@pytest.mark.parametrize("rows", [[Counts(1, 2)], [Counts(0, 5), Counts(0, 5)], [Counts(5, 5), Counts(4, 4)]])
def test_a_trend_needs_rows_that_differ(rows: list[Counts]) -> None:
    with pytest.raises(ProportionError):
        cochran_armitage_test(rows, range(len(rows)))


def test_a_perfectly_flat_trend_is_exactly_zero() -> None:
    rows = [Counts(1, 4), Counts(2, 8), Counts(3, 12)]
    assert {Fraction(row.successes, row.trials) for row in rows} == {Fraction(1, 4)}
    assert cochran_armitage_test(rows, (1, 2, 3)).z == pytest.approx(0)
