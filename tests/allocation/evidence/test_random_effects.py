"""Random effects and shrinkage against published examples, an independent package, and their laws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.meta_analysis import combine_effects

from allocation.evidence.finding import EvidenceError
from allocation.evidence.random_effects import (
    Estimate,
    Prior,
    blend,
    composite,
    dersimonian_laird,
    pooled_tau_squared,
    shrink,
    spread,
    weighted_mean,
)

# Colditz et al. 1994, JAMA 271, 698-702: tuberculosis among the vaccinated and the others, 13 trials.
BCG = [
    (4, 119, 11, 128),
    (6, 300, 29, 274),
    (3, 228, 11, 209),
    (62, 13536, 248, 12619),
    (33, 5036, 47, 5761),
    (180, 1361, 372, 1079),
    (8, 2537, 10, 619),
    (505, 87886, 499, 87892),
    (29, 7470, 45, 7232),
    (17, 1699, 65, 1600),
    (186, 50448, 141, 27197),
    (5, 2493, 3, 2338),
    (27, 16886, 29, 17825),
]
# Rubin 1981, J Educ Stat 6, 377-401: coaching in eight schools.
EIGHT_SCHOOLS = [(28, 15), (8, 10), (-3, 16), (7, 11), (-1, 9), (1, 11), (18, 10), (12, 18)]

estimates = st.builds(Estimate, st.floats(-3, 3), st.floats(1e-4, 4))
several = st.lists(estimates, min_size=1, max_size=12)


def bcg_log_risk_ratios() -> list[Estimate]:
    return [
        Estimate(math.log((a / (a + b)) / (c / (c + d))), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
        for a, b, c, d in BCG
    ]


def test_tau_squared_of_the_bcg_trials_is_that_of_the_metafor_documentation() -> None:
    # Viechtbauer 2010, J Stat Softw 36(3), rma(method="DL"): tau^2 = 0.3088.
    assert dersimonian_laird(bcg_log_risk_ratios()) == pytest.approx(0.3088, abs=5e-5)


def test_pooled_log_risk_ratio_of_the_bcg_trials_is_that_of_the_metafor_documentation() -> None:
    # Viechtbauer 2010: estimate -0.7141, standard error 0.1787; Q = 152.2330 on 12 degrees of freedom.
    trials = bcg_log_risk_ratios()
    pooled = weighted_mean(trials, dersimonian_laird(trials))
    assert (pooled.effect, pooled.standard_error) == pytest.approx((-0.7141, 0.1787), abs=5e-5)
    assert spread(trials).q == pytest.approx(152.2330, abs=5e-5)
    assert spread(trials).degrees == 12


def test_eight_schools_show_no_heterogeneity_and_a_mean_of_7_7() -> None:
    # Gelman et al., Bayesian Data Analysis, 5.5: pooled estimate 7.7, standard error 4.1; tau^2 is cut at 0.
    schools = [Estimate(effect, error**2) for effect, error in EIGHT_SCHOOLS]
    pooled = weighted_mean(schools)
    assert dersimonian_laird(schools) == 0
    assert (pooled.effect, pooled.standard_error) == pytest.approx((7.7, 4.1), abs=0.05)


@pytest.mark.parametrize("seed", range(20))
def test_pooling_agrees_with_statsmodels(seed: int) -> None:
    random = np.random.default_rng(seed)
    variances = random.uniform(0.01, 0.2, 3 + seed)
    effects = random.normal(0.2, np.sqrt(variances + 0.3))
    theirs = combine_effects(effects, variances, method_re="dl", use_t=False)
    ours = [Estimate(effect, variance) for effect, variance in zip(effects, variances, strict=True)]
    pooled = weighted_mean(ours, dersimonian_laird(ours))
    assert dersimonian_laird(ours) == pytest.approx(theirs.tau2, rel=1e-9)
    assert (pooled.effect, pooled.standard_error) == pytest.approx(
        (theirs.mean_effect_re, theirs.sd_eff_w_re)
    )


def test_a_single_estimate_has_no_heterogeneity() -> None:
    assert dersimonian_laird([Estimate(0.3, 0.01)]) == 0


def test_groups_share_one_heterogeneity() -> None:
    # By hand: pairs (0, 2) and (1, 1), all variances 1: Q = 2 and 0, df 1 and 1, C = 1 and 1.
    groups = [[Estimate(0, 1), Estimate(2, 1)], [Estimate(1, 1), Estimate(1, 1)]]
    assert pooled_tau_squared(spread(group) for group in groups) == 0
    groups[0][1] = Estimate(4, 1)
    # Q = 8 and 0: (8 - 2) / 2 = 3.
    assert pooled_tau_squared(spread(group) for group in groups) == pytest.approx(3)


def test_composite_of_two_measures_is_that_of_borenstein_2009_chapter_24() -> None:
    # Reading 0.30 and mathematics 0.10, variances 0.05, correlation 0.50: 0.20 with variance 0.0375.
    both = composite([Estimate(0.30, 0.05), Estimate(0.10, 0.05)], correlation=0.5)
    assert (both.effect, both.variance) == pytest.approx((0.20, 0.0375))


@given(one=estimates, copies=st.integers(1, 8))
def test_measuring_the_same_thing_again_adds_nothing_at_full_correlation(one: Estimate, copies: int) -> None:
    together = composite([one] * copies, correlation=1.0)
    assert (together.effect, together.variance) == pytest.approx((one.effect, one.variance))


@given(several)
def test_a_study_of_many_measures_is_never_less_certain_than_its_least_certain_one(
    group: list[Estimate],
) -> None:
    assert composite(group).variance <= max(one.variance for one in group) * (1 + 1e-9)


@given(several, st.floats(0, 2))
def test_a_mean_lies_within_the_range_of_its_estimates(group: list[Estimate], tau_squared: float) -> None:
    mean = weighted_mean(group, tau_squared).effect
    assert min(one.effect for one in group) <= mean <= max(one.effect for one in group)


def test_nothing_cannot_be_averaged() -> None:
    with pytest.raises(EvidenceError, match="no estimates"):
        weighted_mean([])


@pytest.mark.parametrize("variance", [0.0, -1.0, math.nan, math.inf])
def test_an_estimate_needs_a_variance_above_0(variance: float) -> None:
    with pytest.raises(EvidenceError, match="is not an estimate"):
        Estimate(0.1, variance)


def test_shrinkage_weighs_by_spread_and_precision() -> None:
    # Gelman et al., 5.17, by hand: w = 100 / (100 + 225); 8 + w (28 - 8) = 14.1538; variance 225 w = 69.23.
    shrunk = shrink(Estimate(28, 225), Prior(8, 10, "eight schools"))
    assert (shrunk.effect, shrunk.variance) == pytest.approx((14.1538, 69.2308), abs=1e-4)


def test_an_uncertain_prior_mean_widens_what_is_shrunk_to_it() -> None:
    # By hand: w = 1/2; 1/2 * 4 + 1/4 * 8 = 4.
    shrunk = shrink(Estimate(1, 4), Prior(0, 2, "by hand", mean_variance=8))
    assert (shrunk.effect, shrunk.variance) == pytest.approx((0.5, 4))


def test_without_spread_every_effect_is_the_prior_s_mean() -> None:
    shrunk = shrink(Estimate(1, 4), Prior(0.2, 0, "by hand", mean_variance=0.01))
    assert (shrunk.effect, shrunk.variance) == pytest.approx((0.2, 0.01))


@given(
    effect=st.floats(-2, 2),
    variances=st.tuples(st.floats(1e-4, 2), st.floats(1e-4, 2)),
    mean=st.floats(-1, 1),
    sd=st.floats(0, 1),
)
def test_more_precise_data_are_shrunk_less(
    effect: float, variances: tuple[float, float], mean: float, sd: float
) -> None:
    prior = Prior(mean, sd, "any")
    precise, vague = (shrink(Estimate(effect, one), prior) for one in sorted(variances))
    assert abs(precise.effect - effect) <= abs(vague.effect - effect) + 1e-12


@given(one=estimates, mean=st.floats(-1, 1), sd=st.floats(0, 1))
def test_what_is_shrunk_lies_between_the_estimate_and_the_prior(
    one: Estimate, mean: float, sd: float
) -> None:
    shrunk = shrink(one, Prior(mean, sd, "any")).effect
    assert min(one.effect, mean) <= shrunk <= max(one.effect, mean)


def test_a_local_result_is_joined_by_inverse_variance() -> None:
    # By hand: (0.1 / 0.01 + 0.3 / 0.03) / (1/0.01 + 1/0.03) = 20 / 133.33 = 0.15; variance 0.0075.
    here = blend(Estimate(0.1, 0.01), Estimate(0.3, 0.03))
    assert (here.effect, here.variance) == pytest.approx((0.15, 0.0075))


def test_the_more_places_differ_the_more_the_local_result_counts() -> None:
    # By hand: with 0.02 between places both have variance 0.03.
    assert blend(Estimate(0.1, 0.01), Estimate(0.3, 0.03), 0.02).effect == pytest.approx(0.2)
