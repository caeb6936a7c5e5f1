"""Summary measures of inequality against the test suites and documents of published packages."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.inequality import (
    Benchmark,
    InequalityError,
    Subgroup,
    absolute_concentration_index,
    atkinson,
    between_group_variance,
    equally_distributed_equivalent,
    gini,
    index_of_disparity,
    linear_slope,
    logistic_slope,
    mean_difference,
    mean_log_deviation,
    population_attributable_fraction,
    population_attributable_risk,
    relative_concentration_index,
    theil_index,
)

# R package healthequal 1.0.1, tests/testthat: five ordered groups
ORDERED = [
    Subgroup(population, rate)
    for population, rate in zip((78, 91, 162, 103, 105), (20, 30, 40, 50, 60), strict=True)
]
# R package healthequal 1.0.1, tests/testthat: 25 unordered groups, set.seed(123); the reference is the 14th
POPULATIONS = (
    832, 931, 1468, 1021, 1039, 1515, 1138, 620, 794, 866, 1367, 1108, 1120,
    1033, 833, 1536, 1149, 410, 1210, 858, 680, 935, 692, 781, 812,
)  # fmt: skip
RATES = (
    61, 74, 58, 59, 72, 75, 74, 68, 75, 67, 73, 63, 66, 62, 60, 66, 71, 73, 71, 61, 74, 84, 55, 69, 60,
)  # fmt: skip
UNORDERED = [Subgroup(population, rate) for population, rate in zip(POPULATIONS, RATES, strict=True)]
# R package ineq, example(ineq): a vector of ten incomes
INCOMES = (541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261)

groups = st.lists(st.builds(Subgroup, st.integers(1, 5000), st.integers(1, 100)), min_size=2, max_size=12)
MEASURES: list[Callable[[list[Subgroup]], float]] = [
    between_group_variance,
    theil_index,
    mean_log_deviation,
    index_of_disparity,
    lambda some: index_of_disparity(some, weighted=True),
    mean_difference,
    lambda some: mean_difference(some, Benchmark.BEST),
    lambda some: atkinson(some, 0.5),
    lambda some: atkinson(some, 1),
    lambda some: atkinson(some, 4),
]


def test_concentration_indices_are_those_of_healthequal() -> None:
    assert absolute_concentration_index(ORDERED) == pytest.approx(7.3284202, rel=1e-6)
    assert relative_concentration_index(ORDERED) == pytest.approx(0.17776859, rel=1e-6)


def test_attributable_risk_and_fraction_are_those_of_healthequal() -> None:
    assert population_attributable_risk(ORDERED) == pytest.approx(18.775509, rel=1e-6)
    assert population_attributable_fraction(ORDERED) == pytest.approx(45.544548, rel=1e-6)


def test_weighted_twice_the_slopes_are_those_of_healthequal() -> None:
    slope = logistic_slope(ORDERED, healthequal_compat=True)
    assert round(slope.absolute, 5) == 44.44502
    assert round(slope.relative, 6) == 3.159506


def test_weighted_once_the_slopes_are_those_of_one_binomial_regression() -> None:
    """statsmodels 0.15: GLM, Binomial, of the counts on the mid-rank, no further weights."""
    slope = logistic_slope(ORDERED)
    assert round(slope.absolute, 5) == 44.90526
    assert round(slope.relative, 6) == 3.223923


def test_a_linear_slope_returns_the_line_it_was_given() -> None:
    """By hand: three equal groups have mid-ranks 1/6, 1/2, 5/6; on 10 + 30 x they have 15, 25, 35."""
    slope = linear_slope([Subgroup(7, 15), Subgroup(7, 25), Subgroup(7, 35)])
    assert slope.absolute == pytest.approx(30)
    assert slope.relative == pytest.approx(4)


def test_unordered_measures_are_those_of_healthequal() -> None:
    assert between_group_variance(UNORDERED) == pytest.approx(46.198326, abs=5e-7)
    assert index_of_disparity(UNORDERED) == pytest.approx(8.7018175, abs=5e-7)
    assert index_of_disparity(UNORDERED, weighted=True) == pytest.approx(8.6178417, abs=5e-7)
    assert mean_difference(UNORDERED) == pytest.approx(5.8348689, abs=5e-7)
    assert mean_difference(UNORDERED, Benchmark.BEST) == pytest.approx(16.293156, abs=2e-6)
    named = mean_difference(UNORDERED, Benchmark.REFERENCE, reference=13)
    assert named == pytest.approx(7.2228465, abs=5e-7)


def test_theil_and_mean_log_deviation_are_those_of_healthequal_within_its_tolerance() -> None:
    """Its tests allow 1e-4 and 1e-3; the exact values are 5.0359803 and 5.0523552 (numpy, long doubles)."""
    assert theil_index(UNORDERED) == pytest.approx(5.0359201, abs=1e-4)
    assert mean_log_deviation(UNORDERED) == pytest.approx(5.0524006, abs=1e-3)
    assert round(theil_index(UNORDERED), 7) == 5.0359803
    assert round(mean_log_deviation(UNORDERED), 7) == 5.0523552


def test_the_mean_log_deviation_of_five_incomes_is_reats() -> None:
    """R package REAT, documentation of theil(): theil(c(10, 10, 10, 20, 50)) is 0.2326302."""
    five = [Subgroup(1, income) for income in (10, 10, 10, 20, 50)]
    assert round(mean_log_deviation(five) / 1000, 7) == 0.2326302


def test_gini_and_atkinson_are_those_of_ineq() -> None:
    assert round(gini(INCOMES), 7) == 0.4620911
    assert round(atkinson([Subgroup(1, income) for income in INCOMES], 0.5), 7) == 0.1796591


def test_the_equally_distributed_equivalent_is_that_of_the_york_calculator() -> None:
    """Quality-adjusted life expectancy by fifth of deprivation in England (York DCEA tutorial): 68.386."""
    fifths = [Subgroup(1, years) for years in (63.199, 67.676, 69.990, 73.184, 75.070)]
    assert round(equally_distributed_equivalent(fifths, 10.95), 3) == 68.386


def test_an_aversion_of_one_gives_the_geometric_mean() -> None:
    """By hand: the geometric mean of 4 and 9 is 6."""
    assert equally_distributed_equivalent([Subgroup(3, 4), Subgroup(3, 9)], 1) == pytest.approx(6)


def test_unweighted_mean_differences_count_each_group_once() -> None:
    """By hand: the mean is (30 + 80) / 4 = 27.5; |30 - 27.5| and |26.667 - 27.5| average to 1.667."""
    two = [Subgroup(1, 30), Subgroup(3, 80 / 3)]
    assert mean_difference(two, weighted=False) == pytest.approx(5 / 3)


def test_where_lower_is_better_the_best_is_the_lowest() -> None:
    """By hand: 10 and 20 in equal numbers: the mean lies 5 above the best."""
    two = [Subgroup(4, 10), Subgroup(4, 20)]
    assert population_attributable_risk(two, higher_is_better=False) == -5
    assert mean_difference(two, Benchmark.BEST, higher_is_better=False) == 5


@settings(deadline=None)
@given(some=groups, scale=st.integers(2, 50))
def test_more_people_in_every_group_change_nothing(some: list[Subgroup], scale: int) -> None:
    larger = [replace(group, population=group.population * scale) for group in some]
    for measure in MEASURES:
        assert measure(larger) == pytest.approx(measure(some), rel=1e-9, abs=1e-9)


@settings(deadline=None)
@given(data=st.data(), some=groups)
def test_the_order_of_groups_does_not_matter_to_unordered_measures(
    data: st.DataObject, some: list[Subgroup]
) -> None:
    shuffled = data.draw(st.permutations(some))
    for measure in MEASURES:
        assert measure(shuffled) == pytest.approx(measure(some), rel=1e-9, abs=1e-9)


@settings(deadline=None)
@given(population=st.integers(1, 1000), rate=st.integers(1, 100), count=st.integers(2, 8))
def test_where_all_are_equal_every_measure_is_zero(population: int, rate: int, count: int) -> None:
    alike = [Subgroup(population, rate)] * count
    for measure in (*MEASURES, absolute_concentration_index):
        assert measure(alike) == pytest.approx(0, abs=1e-9)
    assert linear_slope(alike).absolute == pytest.approx(0, abs=1e-9)
    assert gini([rate] * count) == pytest.approx(0)


@settings(deadline=None)
@given(some=groups)
def test_inequality_is_never_negative(some: list[Subgroup]) -> None:
    assert all(measure(some) >= -1e-9 for measure in MEASURES)


@settings(deadline=None)
@given(some=groups)
def test_reversing_the_social_order_reverses_the_concentration(some: list[Subgroup]) -> None:
    assert absolute_concentration_index(some[::-1]) == pytest.approx(
        -absolute_concentration_index(some), abs=1e-9
    )


@settings(deadline=None)
@given(some=groups, mild=st.floats(0, 5), more=st.floats(0.1, 5))
def test_more_aversion_never_raises_the_equivalent(some: list[Subgroup], mild: float, more: float) -> None:
    mild_value = equally_distributed_equivalent(some, mild)
    assert equally_distributed_equivalent(some, mild + more) <= mild_value * (1 + 1e-6)


def test_an_extreme_aversion_does_not_overflow() -> None:
    value = equally_distributed_equivalent([Subgroup(1, 90.0), Subgroup(1, 95.0)], 100)
    assert 90 < value < 91


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ([], "no groups"),
        ([Subgroup(10, 5), Subgroup(-1, 5)], "group 2 has a population of -1"),
        ([Subgroup(10, -5)], "group 1 has a rate of -5"),
        ([Subgroup(10, math.nan)], "group 1 has a rate of nan"),
        ([Subgroup(0, 5), Subgroup(0, 6)], "no people"),
        ([Subgroup(5, 0), Subgroup(5, 0)], "every rate is zero"),
    ],
)
def test_groups_from_which_nothing_can_be_reckoned_are_refused(bad: list[Subgroup], words: str) -> None:
    with pytest.raises(InequalityError, match=words):
        theil_index(bad)


def test_a_rate_of_zero_has_no_logarithm_but_a_theil_index() -> None:
    """By hand: 0 and 2 in equal numbers: T = 1/2 * 2 * ln 2."""
    two = [Subgroup(1, 0), Subgroup(1, 2)]
    assert theil_index(two) == pytest.approx(1000 * math.log(2))
    for refused in (mean_log_deviation, lambda some: atkinson(some, 1)):
        with pytest.raises(InequalityError, match="group 1 has a rate of 0"):
            refused(two)


def test_a_group_without_people_changes_nothing_that_is_weighted() -> None:
    with_empty = [*ORDERED[:2], Subgroup(0, 99), *ORDERED[2:]]
    assert logistic_slope(with_empty) == logistic_slope(ORDERED)
    assert theil_index(with_empty) == pytest.approx(theil_index(ORDERED))


def test_slopes_that_cannot_be_fitted_are_refused() -> None:
    with pytest.raises(InequalityError, match="separated"):
        logistic_slope([Subgroup(10, 0), Subgroup(10, 100)])
    with pytest.raises(InequalityError, match="0 to 100"):
        logistic_slope([Subgroup(10, 50), Subgroup(10, 101)])
    for slope in (logistic_slope, linear_slope):
        with pytest.raises(InequalityError, match="two groups"):
            slope([Subgroup(10, 50), Subgroup(0, 60)])
    with pytest.raises(InequalityError, match="bottom"):
        linear_slope([Subgroup(10, 0), Subgroup(10, 90)])


@pytest.mark.parametrize("reference", [None, 25, -1])
def test_a_reference_must_be_one_of_the_groups(reference: int | None) -> None:
    with pytest.raises(InequalityError, match="reference"):
        mean_difference(UNORDERED, Benchmark.REFERENCE, reference=reference)


def test_incomes_and_aversion_are_checked() -> None:
    with pytest.raises(InequalityError, match="every value is zero"):
        gini([0, 0])
    with pytest.raises(InequalityError, match="no groups"):
        gini([])
    with pytest.raises(InequalityError, match="aversion"):
        atkinson(ORDERED, -1)
