"""What practices on an outcome have in common, worked by hand."""

import pytest

from allocation.evidence.priors import PUBLISHED_PRIOR, learn
from allocation.evidence.random_effects import Estimate, Prior

FALLBACK = Prior(0.1, 0.3, "by hand")


def practices(*effects: float, outcome: str = "reading") -> dict[tuple[str, str], list[Estimate]]:
    return {(f"p{place}", outcome): [Estimate(one, 0.01)] for place, one in enumerate(effects)}


def test_four_practices_fall_back_and_five_speak_for_themselves() -> None:
    assert learn(practices(0, 0.2, 0.4, 0.6), {}, FALLBACK).prior("reading") == FALLBACK
    own = learn(practices(0, 0.2, 0.4, 0.6, 0.8), {}, FALLBACK).prior("reading")
    # By hand: mean 0.4; Q = 0.4 / 0.01 = 40; C = 500 - 100 = 400; tau^2 = 36 / 400 = 0.09;
    # variance of the mean 0.1 / 5.
    assert (own.mean, own.sd, own.mean_variance) == pytest.approx((0.4, 0.3, 0.02))


def test_an_outcome_of_few_practices_takes_the_prior_of_all_outcomes() -> None:
    known = practices(0, 0.2, 0.4, 0.6, 0.8) | practices(0.4, outcome="mathematics")
    learned = learn(known, {}, FALLBACK)
    assert learned.prior("mathematics") == learned.overall
    assert learned.prior("mathematics").source == "6 effects of practices on all outcomes"


def test_an_outcome_s_own_spread_is_moderated_by_that_of_all_outcomes() -> None:
    alike = practices(0.4, 0.4, 0.4, 0.4, 0.4, outcome="mathematics")
    learned = learn(practices(0, 0.2, 0.4, 0.6, 0.8) | alike, {}, FALLBACK)
    # By hand: all ten: Q = 40, df 9, C = 1000 - 100 = 900, tau^2 = 31 / 900.
    overall = 31 / 900
    assert learned.overall.sd**2 == pytest.approx(overall)
    assert learned.prior("mathematics").sd ** 2 == pytest.approx((4 * 0 + 10 * overall) / 14)
    assert learned.prior("reading").sd ** 2 == pytest.approx((4 * 0.09 + 10 * overall) / 14)


def test_practices_that_look_alike_are_not_taken_to_be_one() -> None:
    # By hand: Q = 0, C = 400; the standard error of tau^2 without heterogeneity is sqrt(2 * 4) / 400.
    learned = learn(practices(0.4, 0.4, 0.4, 0.4, 0.4), {}, FALLBACK)
    assert learned.overall.sd**2 == pytest.approx(8**0.5 / 400)


def test_studies_of_one_practice_tell_how_much_places_differ() -> None:
    # By hand: effects 0 and 0.4, variances 0.01: Q = 8, df 1, C = 100; (8 - 1) / 100 = 0.07.
    known = {("p", "reading"): [Estimate(0.0, 0.01), Estimate(0.4, 0.01)]}
    assert learn(known, {}, FALLBACK).place_variance("reading") == pytest.approx(0.07)


def test_an_outcome_of_six_studies_tells_how_places_differ_and_of_five_does_not() -> None:
    # By hand: five and six studies of one practice, alternately 0 and 0.4, give 4 and 5 degrees of freedom.
    alternate = [Estimate(0.4 * (place % 2), 0.01) for place in range(6)]
    known = {("p", "reading"): alternate, ("q", "mathematics"): [Estimate(0.1, 0.01)] * 5}
    learned = learn(known, {}, FALLBACK)
    # Reading: Q = 24, C = 500; (24 - 5) / 500. All: Q = 24, df 9, C = 900; (24 - 9) / 900.
    assert learned.place_variance("reading") == pytest.approx(19 / 500)
    assert learned.place_variance("mathematics") == pytest.approx(15 / 900)


def test_local_results_stand_in_only_where_there_is_nothing_else() -> None:
    national = practices(0, 0.2, 0.4, 0.6)
    local = {("p0", "reading"): [Estimate(5.0, 0.01)], ("p9", "reading"): [Estimate(0.8, 0.01)]}
    assert learn(national, local, FALLBACK).prior("reading").mean == pytest.approx(0.4)


def test_the_published_prior_is_centred_on_the_median_of_747_trials() -> None:
    # Kraft 2020, Educational Researcher 49(4), 241-253: the median effect of randomised trials is 0.10.
    assert PUBLISHED_PRIOR.mean == 0.10
