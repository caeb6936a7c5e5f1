"""Each formula against the worked example of a published source, named in the test."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from allocation.evidence.effect_size import (
    Clusters,
    Sample,
    additional_share,
    clustered_standard_error,
    cox_effect,
    cox_index,
    design_effect,
    hedges_g,
    hedges_standard_error,
    improvement_index,
    log_odds_ratio,
    small_sample_correction,
    standard_error_from_p,
)
from allocation.evidence.finding import EvidenceError
from allocation.intervals import Counts

BORENSTEIN_CHAPTER_4 = Sample(103, 5.5, 50), Sample(100, 4.5, 50)
shares = st.floats(0.001, 0.999)
effects = st.floats(-2, 2)


def test_hedges_g_is_that_of_borenstein_2009_chapter_4() -> None:
    assert hedges_g(*BORENSTEIN_CHAPTER_4) == pytest.approx(0.5924, abs=5e-5)


def test_standard_error_of_g_is_that_of_borenstein_2009_chapter_4() -> None:
    assert hedges_standard_error(hedges_g(*BORENSTEIN_CHAPTER_4), 50, 50) == pytest.approx(0.2028, abs=5e-5)


def test_small_sample_correction_of_350_people_is_0_998() -> None:
    # By hand: 1 - 3 / (4 * 350 - 9) = 1 - 3 / 1391.
    assert small_sample_correction(350) == pytest.approx(1388 / 1391)


def test_small_sample_correction_refuses_three_people_and_takes_four() -> None:
    assert small_sample_correction(4) == pytest.approx(4 / 7)
    with pytest.raises(EvidenceError, match="at least 4 people, not 3"):
        small_sample_correction(3)


def test_groups_without_spread_have_no_effect_size() -> None:
    with pytest.raises(EvidenceError, match="standard deviation above 0"):
        hedges_g(Sample(1, 0, 10), Sample(0, 0, 10))


def test_cox_index_of_52_against_57_percent_is_0_122() -> None:
    # WWC Procedures Handbook 4.1, appendix E: ln(odds ratio) / 1.65.
    assert cox_index(0.57, 0.52) == pytest.approx(0.122, abs=5e-4)


def test_cox_index_of_a_known_sample_is_corrected_for_its_size() -> None:
    # By hand: ln(0.57/0.43 / (0.52/0.48)) = 0.201808; / 1.65 = 0.122308; omega of 20 people = 68/71.
    assert cox_index(0.57, 0.52, 20) == pytest.approx(0.122308 * 68 / 71, abs=1e-6)


def test_cox_index_refuses_a_rate_without_odds() -> None:
    with pytest.raises(EvidenceError, match=r"strictly between 0 and 1, not 1\.0"):
        cox_index(1.0, 0.5)


def test_log_odds_ratio_is_that_of_borenstein_2009_chapter_5() -> None:
    log_odds, variance = log_odds_ratio(Counts(5, 100), Counts(10, 100))
    assert (log_odds, variance) == pytest.approx((-0.7472, 0.3216), abs=5e-5)


def test_an_empty_cell_is_given_half_a_person_each() -> None:
    # By hand: (10.5 / 0.5) / (5.5 / 5.5) = 21.
    log_odds, variance = log_odds_ratio(Counts(10, 10), Counts(5, 10))
    assert log_odds == pytest.approx(math.log(21))
    assert variance == pytest.approx(1 / 10.5 + 1 / 0.5 + 2 / 5.5)


def test_cox_effect_and_its_error_divide_both_by_1_65() -> None:
    # Borenstein 2009, chapter 5: ln(OR) -0.7472, SE 0.5671; omega of 200 people = 788/791.
    omega = 788 / 791
    expected = (-0.7472 * omega / 1.65, 0.5671 * omega / 1.65)
    assert cox_effect(Counts(5, 100), Counts(10, 100)) == pytest.approx(expected, abs=5e-5)


def test_standard_error_from_p_is_that_of_the_cochrane_handbook() -> None:
    # Cochrane Handbook 6.5.2.3: difference 3.8, p = 0.008, 25 and 22 people, t = 2.78, SE = 1.37.
    assert standard_error_from_p(3.8, 0.008, 47) == pytest.approx(1.37, abs=5e-3)


@pytest.mark.parametrize("printed", [0.0, 1.0])
def test_a_p_value_that_lost_its_digits_gives_no_standard_error(printed: float) -> None:
    with pytest.raises(EvidenceError, match="no standard error"):
        standard_error_from_p(0.5, printed, 100)


def test_design_effect_is_that_of_the_cochrane_handbook() -> None:
    # Cochrane Handbook 23.1.4: 625 children in 21 classes, ICC 0.02: 1 + (29.8 - 1) * 0.02 = 1.576.
    assert design_effect(Clusters(21, 0.02), 625) == pytest.approx(1.576, abs=1e-3)


def test_clustered_standard_error_follows_hedges_2007_equation_16() -> None:
    # By hand, 200 people in 20 clusters of 10, ICC 0.2, g 0.3:
    # 0.02 * 2.8 = 0.056; 0.09 * (126.72 + 72 + 57.6) / (2 * 198 * 194.4) = 0.00029966; omega = 788/791.
    expected = 788 / 791 * math.sqrt(0.05629966)
    assert clustered_standard_error(0.3, 100, 100, Clusters(20, 0.2)) == pytest.approx(expected, rel=1e-6)


def test_people_all_alike_within_clusters_count_as_one_each() -> None:
    # Hedges 2007: at ICC 1 the clusters' means are all there is; variance 1/10 + 1/10.
    expected = 788 / 791 * math.sqrt(0.2)
    assert clustered_standard_error(0.0, 100, 100, Clusters(20, 1.0)) == pytest.approx(expected)


@given(icc=st.floats(0, 1), clusters=st.integers(2, 100))
def test_clustering_never_makes_a_null_result_more_certain(icc: float, clusters: int) -> None:
    clustered = clustered_standard_error(0, 150, 150, Clusters(clusters, icc))
    assert clustered >= hedges_standard_error(0, 150, 150) * (1 - 1e-12)


@pytest.mark.parametrize(
    ("g", "printed"), [(0.05, 2.0), (0.10, 4.0), (0.20, 7.9), (0.25, 9.9), (0.40, 15.5), (0.50, 19.1)]
)
def test_improvement_index_has_the_clearinghouse_s_printed_digits(g: float, printed: float) -> None:
    # 100 Phi(g) - 50 from a table of the normal distribution, one decimal.
    assert round(improvement_index(g), 1) == printed


def test_improvement_index_is_symmetrical() -> None:
    assert improvement_index(-0.25) == pytest.approx(-improvement_index(0.25))


@pytest.mark.parametrize(("rate", "expected"), [(0.5, 0.0987), (0.8, 0.0625), (0.2, 0.0771)])
def test_additional_share_follows_the_normal_curve(rate: float, expected: float) -> None:
    # From a normal table: Phi(0.25) - .5; Phi(0.8416 + 0.25) - .8; Phi(-0.8416 + 0.25) - .2.
    assert additional_share(0.25, rate) == pytest.approx(expected, abs=1e-4)


def test_where_lower_is_better_the_additional_are_those_spared() -> None:
    assert additional_share(0.25, 0.2, higher_is_better=False) == pytest.approx(0.0625, abs=1e-4)


@pytest.mark.parametrize("rate", [0.0, 1.0])
@pytest.mark.parametrize("higher_is_better", [True, False])
def test_nobody_moves_from_a_rate_of_nobody_or_everybody(rate: float, higher_is_better: bool) -> None:
    assert additional_share(0.5, rate, higher_is_better=higher_is_better) == 0


@pytest.mark.parametrize("rate", [-0.01, 1.01, 52.0])
def test_a_rate_outside_0_to_1_is_refused(rate: float) -> None:
    with pytest.raises(EvidenceError, match="between 0 and 1"):
        additional_share(0.1, rate)


@given(g=effects, rate=shares)
def test_additional_people_have_the_effect_s_sign_and_never_exceed_those_left(g: float, rate: float) -> None:
    gained = additional_share(g, rate)
    assert -rate <= gained <= 1 - rate
    assert gained * g >= -1e-15


@given(g=effects, rate=shares)
def test_a_rate_and_its_complement_tell_the_same_story(g: float, rate: float) -> None:
    mirrored = additional_share(g, 1 - rate, higher_is_better=False)
    assert mirrored == pytest.approx(additional_share(g, rate), abs=1e-9)


@given(g=effects, rate=shares)
def test_additional_share_agrees_with_scipy_s_normal_distribution(g: float, rate: float) -> None:
    assert additional_share(g, rate) == pytest.approx(norm.cdf(norm.ppf(rate) + g) - rate, abs=1e-9)
