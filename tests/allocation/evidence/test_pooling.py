"""Pooled effects: worked by hand, their laws, the clearinghouse's file, and what planning on them costs."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.evidence.finding import EvidenceError, Finding, StudyDesign
from allocation.evidence.pooling import EffectBasis, PooledEffect, at_baseline, pooled_effects
from allocation.evidence.random_effects import Prior
from allocation.evidence.screening import RefusalCode

FALLBACK = Prior(0.1, 0.3, "by hand")
PAIR = ("p1", "reading")


def finding(key: str, g: float, se: float = 0.1, **facts: object) -> Finding:
    """A finding rated without reservations, whose standard error is therefore taken as it is."""
    plain: dict[str, object] = {
        "practice": "p1",
        "study": f"s{key}",
        "outcome": "reading",
        "rating": "1",
    }
    return Finding(id=key, effect_size=g, standard_error=se, sample_size=400, **(plain | facts))  # type: ignore[arg-type]  # any fact may be tried


def pooled(*findings: Finding) -> PooledEffect:
    return pooled_effects(findings, fallback=FALLBACK)[PAIR]


def test_a_lone_finding_is_shrunk_towards_the_fallback() -> None:
    # By hand: w = 0.09 / (0.09 + 0.01) = 0.9; 0.9 * 0.3 + 0.1 * 0.1 = 0.28; sd = sqrt(0.9 * 0.01).
    effect = pooled(finding("1", 0.3))
    assert (effect.mean, effect.sd) == pytest.approx((0.28, 0.009**0.5))
    assert (effect.low, effect.high) == pytest.approx(
        (0.28 - 1.644854 * 0.0948683, 0.28 + 1.644854 * 0.0948683)
    )
    assert (effect.basis, effect.prior, effect.study_count) == (EffectBasis.NATIONAL, FALLBACK, 1)


def test_findings_of_one_study_have_one_vote() -> None:
    # By hand: two equal errors at correlation 0.8: variance 0.9 * 0.01; the mean is 0.3 as before.
    effect = pooled(finding("1", 0.2, study="s"), finding("2", 0.4, study="s"))
    weight = 0.09 / (0.09 + 0.009)
    assert effect.study_count == 1
    assert effect.observed_mean == pytest.approx(0.3)
    assert effect.mean == pytest.approx(weight * 0.3 + (1 - weight) * 0.1)


def test_studies_of_one_practice_are_pooled_with_their_heterogeneity() -> None:
    # By hand: 0 and 0.4 at variance 0.01: tau^2 = 0.07 (DerSimonian-Laird); mean 0.2, variance 0.08 / 2.
    effect = pooled(finding("1", 0.0), finding("2", 0.4))
    weight = 0.09 / (0.09 + 0.04)
    assert (effect.observed_mean, effect.mean) == pytest.approx((0.2, weight * 0.2 + (1 - weight) * 0.1))


def test_caution_for_the_design_shrinks_further() -> None:
    # By hand: unrated quasi-experiment, factor 1.5: variance 0.0225; w = 0.09 / 0.1125 = 0.8.
    effect = pooled(finding("1", 0.3, rating=None, design=StudyDesign.QED))
    assert effect.mean == pytest.approx(0.8 * 0.3 + 0.2 * 0.1)


def test_a_local_finding_stands_against_what_is_expected_anywhere() -> None:
    # By hand: prior variance 0.09, local 0.01: the same weights as for a national finding.
    effect = pooled(finding("1", 0.3, is_local=True))
    assert effect.mean == pytest.approx(0.28)
    assert effect.basis == EffectBasis.LOCAL


def test_local_and_national_findings_are_joined() -> None:
    # By hand: national posterior 0.28 with variance 0.009, local 0.1 with 0.01.
    effect = pooled(finding("1", 0.3), finding("2", 0.1, is_local=True))
    expected = (0.28 / 0.009 + 0.1 / 0.01) / (1 / 0.009 + 1 / 0.01)
    assert effect.mean == pytest.approx(expected)
    assert effect.basis == EffectBasis.BOTH
    assert effect.sd == pytest.approx((1 / (1 / 0.009 + 1 / 0.01)) ** 0.5)


def test_where_places_differ_a_local_finding_counts_for_more() -> None:
    # By hand: 0 and 0.4 nationally: tau^2 = 0.07, posterior 0.2 w + 0.1 (1 - w) with w = 0.09 / 0.13 and
    # variance 0.04 w; with 0.07 between places added it meets 0.5 at 0.01.
    effect = pooled(finding("1", 0.0), finding("2", 0.4), finding("3", 0.5, is_local=True))
    weight = 0.09 / 0.13
    general, spread_here = 0.2 * weight + 0.1 * (1 - weight), 0.04 * weight + 0.07
    expected = (general / spread_here + 0.5 / 0.01) / (1 / spread_here + 1 / 0.01)
    assert effect.mean == pytest.approx(expected)


def test_null_and_negative_findings_are_used() -> None:
    effect = pooled(finding("1", 0.3), finding("2", 0.0), finding("3", -0.2))
    assert effect.findings_used == ("1", "2", "3")


def test_refused_findings_are_listed_with_code_and_sentence() -> None:
    effect = pooled(finding("1", 0.3), finding("2", 207.74))
    assert effect.findings_used == ("1",)
    assert [(one.id, one.code) for one in effect.refused] == [("2", RefusalCode.IMPLAUSIBLE_SIZE)]
    assert effect.refused[0].sentence == "an effect of 207.74 standard deviations is beyond the plausible 2"


def test_without_a_usable_finding_there_is_a_reason_instead_of_figures() -> None:
    effect = pooled(finding("1", 0.3, is_subgroup=True), finding("2", 9.0))
    assert (effect.mean, effect.sd, effect.low, effect.high, effect.basis) == (None, None, None, None, None)
    assert effect.reason == "none of 2 findings is usable: IMPLAUSIBLE_SIZE, SUBGROUP"


def test_no_findings_give_no_effects() -> None:
    assert pooled_effects([]) == {}


def test_one_id_with_different_facts_is_refused() -> None:
    with pytest.raises(EvidenceError, match="finding 1 is given twice"):
        pooled(finding("1", 0.3), finding("1", 0.2))


def test_additional_people_are_read_off_the_curve_at_the_local_rate() -> None:
    # From a normal table: Phi(0.28) - 0.5 = 0.1103.
    additional = at_baseline(pooled(finding("1", 0.3)), 0.5)
    assert additional is not None
    assert additional.mean == pytest.approx(0.1103, abs=1e-4)
    assert additional.low < additional.mean < additional.high


def test_where_lower_is_better_the_rate_is_mirrored() -> None:
    effect = pooled(finding("1", 0.3))
    assert at_baseline(effect, 0.2, higher_is_better=False) == pytest.approx(at_baseline(effect, 0.8))


def test_an_unknown_effect_has_no_additional_people() -> None:
    assert at_baseline(pooled(finding("1", 9.0)), 0.5) is None


# --- laws

facts = st.fixed_dictionaries(
    {
        "practice": st.sampled_from([f"p{place}" for place in range(7)]),
        "study": st.sampled_from(["a", "b", "c"]),
        "outcome": st.sampled_from(["reading", "attendance"]),
        "is_local": st.booleans(),
        "is_subgroup": st.sampled_from([False, False, False, True]),
    }
)


@st.composite
def libraries(draw: st.DrawFn) -> list[Finding]:
    drawn = draw(st.lists(facts, max_size=25))
    sizes = draw(st.lists(st.floats(-1.5, 1.5), min_size=len(drawn), max_size=len(drawn)))
    errors = draw(st.lists(st.floats(0.01, 0.6), min_size=len(drawn), max_size=len(drawn)))
    return [
        finding(str(place), g, se, **one)
        for place, (g, se, one) in enumerate(zip(sizes, errors, drawn, strict=True))
    ]


@given(libraries())
def test_every_finding_is_either_used_or_refused_exactly_once(library: list[Finding]) -> None:
    effects = pooled_effects(library).values()
    told = [one for effect in effects for one in (*effect.findings_used, *(r.id for r in effect.refused))]
    assert sorted(told) == sorted(one.id for one in library)


@given(libraries())
def test_no_effect_lies_outside_its_findings_and_the_prior(library: list[Finding]) -> None:
    by_id = {one.id: one.effect_size or 0.0 for one in library}
    for effect in pooled_effects(library).values():
        if effect.mean is None or effect.prior is None:
            continue
        bounds = [*(by_id[one] for one in effect.findings_used), effect.prior.mean]
        assert min(bounds) - 1e-12 <= effect.mean <= max(bounds) + 1e-12


@given(libraries(), st.randoms())
def test_the_order_of_findings_changes_nothing(library: list[Finding], order: random.Random) -> None:
    shuffled = list(library)
    order.shuffle(shuffled)
    assert pooled_effects(shuffled) == pooled_effects(library)


@given(libraries(), st.data())
def test_a_finding_given_twice_changes_no_figure(library: list[Finding], data: st.DataObject) -> None:
    if not library:
        return
    again = data.draw(st.sampled_from(library))
    before = pooled_effects(library)
    for repeat in (again, replace(again, id=f"{again.id}x")):
        assert figures(pooled_effects([*library, repeat])) == figures(before)


def figures(effects: object) -> list[tuple[object, ...]]:
    assert isinstance(effects, dict)
    return [(one.mean, one.sd, one.low, one.high, one.findings_used) for one in effects.values()]


@given(libraries())
def test_intervals_hold_their_means_and_are_wider_at_more_confidence(library: list[Finding]) -> None:
    narrow, wide = pooled_effects(library), pooled_effects(library, confidence=0.99)
    for pair, effect in narrow.items():
        if effect.mean is None or effect.low is None or effect.high is None:
            continue
        assert effect.low <= effect.mean <= effect.high
        assert (wide[pair].low or 0.0) <= effect.low


def test_more_precise_findings_are_shrunk_less_within_an_outcome() -> None:
    library = [finding(str(place), 0.5, 0.05 * (place + 1), practice=f"p{place}") for place in range(6)]
    library += [finding(f"9{place}", 0.1 * place, 0.05, practice=f"q{place}") for place in range(3)]
    means = [pooled_effects(library)[f"p{place}", "reading"].mean or 0.0 for place in range(6)]
    assert means == sorted(means, reverse=True)
    assert means[0] > means[-1]


# --- the clearinghouse's file


def test_the_clearinghouse_s_findings_are_pooled_within_a_few_seconds(wwc_findings: list[Finding]) -> None:
    started = perf_counter()
    effects = pooled_effects(wwc_findings)
    assert perf_counter() - started < 5
    used = sum(len(one.findings_used) for one in effects.values())
    refused = sum(len(one.refused) for one in effects.values())
    assert used + refused == 6972
    assert len(effects) == len({(one.practice, one.outcome) for one in wwc_findings})


def test_no_pooled_effect_of_the_clearinghouse_is_implausible(wwc_findings: list[Finding]) -> None:
    known = [one for one in pooled_effects(wwc_findings).values() if one.mean is not None]
    assert len(known) > 700
    assert max(abs(one.mean or 0.0) for one in known) < 2
    assert min(one.sd or 0.0 for one in known) > 0
    assert any((one.mean or 0.0) < 0 for one in known)


def test_no_pooled_effect_of_the_clearinghouse_lies_outside_its_findings_and_the_prior(
    wwc_findings: list[Finding],
) -> None:
    """A mean of findings lies between them, and shrinking it towards the prior keeps it between the two."""
    stated = {one.id: one.effect_size for one in wwc_findings}
    judged = 0
    for effect in pooled_effects(wwc_findings).values():
        if effect.mean is not None and effect.prior is not None:
            bounds = [effect.prior.mean, *(stated[one] or 0.0 for one in effect.findings_used)]
            assert min(bounds) - 1e-9 <= effect.mean <= max(bounds) + 1e-9, effect.practice
            judged += 1
    assert judged > 700


def test_an_absurd_effect_moves_no_other_practice(wwc_findings: list[Finding]) -> None:
    victim = next(one for one in wwc_findings if one.is_subgroup is False and one.practice != "0")
    planted = [*wwc_findings, replace(victim, id="planted", study="planted", effect_size=12.0)]
    assert figures(pooled_effects(planted)) == figures(pooled_effects(wwc_findings))


# --- what planning on an estimate costs: the curse of Smith and Winkler 2006, Management Science 52


@dataclass(frozen=True)
class World:
    """24 practices with true effects, estimates with known errors, prices and capacities."""

    truths: list[float]
    library: list[Finding]
    costs: list[float]
    capacities: list[float]

    @property
    def budget(self) -> float:
        return 0.3 * sum(cost * most for cost, most in zip(self.costs, self.capacities, strict=True))


def world(seed: int) -> World:
    chance = random.Random(seed)
    truths = [chance.gauss(0.08, 0.04) for _ in range(24)]
    errors = [(0.01, 0.02, 0.04, 0.08)[place % 4] for place in range(24)]
    return World(
        truths,
        [
            finding(f"{place:02}", chance.gauss(truth, error), error, practice=f"{place:02}")
            for place, (truth, error) in enumerate(zip(truths, errors, strict=True))
        ],
        [chance.uniform(500, 1500) for _ in range(24)],
        [chance.uniform(50, 150) for _ in range(24)],
    )


def knapsack(planned: Sequence[float], where: World) -> list[float]:
    """Participants a practice: most effect a dollar first, which is optimal where parts can be bought."""
    left = where.budget
    bought = [0.0] * len(planned)
    for place in sorted(range(len(planned)), key=lambda one: -planned[one] / where.costs[one]):
        if planned[place] > 0:
            bought[place] = min(where.capacities[place], left / where.costs[place])
            left -= bought[place] * where.costs[place]
    return bought


def shrunk(where: World) -> list[float]:
    effects = pooled_effects(where.library)
    return [effects[f"{place:02}", "reading"].mean or 0.0 for place in range(24)]


def raw(where: World) -> list[float]:
    return [one.effect_size or 0.0 for one in where.library]


def bayes(where: World) -> list[float]:
    """What somebody would plan on who knew how true effects are distributed, N(0.08, 0.04)."""
    planned = []
    for one in where.library:
        noise = (one.standard_error or 0.0) ** 2
        planned.append(((one.effect_size or 0.0) * 0.04**2 + 0.08 * noise) / (0.04**2 + noise))
    return planned


def promised_and_regret(plan: Callable[[World], list[float]], seeds: range) -> tuple[float, float]:
    promised = realised = best = 0.0
    for where in map(world, seeds):
        planned = plan(where)
        bought, ideal = knapsack(planned, where), knapsack(where.truths, where)
        promised += sum(effect * count for effect, count in zip(planned, bought, strict=True))
        realised += sum(effect * count for effect, count in zip(where.truths, bought, strict=True))
        best += sum(effect * count for effect, count in zip(where.truths, ideal, strict=True))
    return promised / realised, 1 - realised / best


def test_plans_on_pooled_effects_keep_their_promise_and_raw_estimates_do_not() -> None:
    promise, regret = promised_and_regret(shrunk, range(60))
    raw_promise, raw_regret = promised_and_regret(raw, range(60))
    assert 0.85 < promise < 1.25
    assert regret < 0.07
    assert raw_promise > 1.2
    assert raw_regret > regret


def test_plans_on_pooled_effects_do_almost_as_well_as_knowing_the_distribution_of_effects() -> None:
    _, regret = promised_and_regret(shrunk, range(60))
    _, unavoidable = promised_and_regret(bayes, range(60))
    assert regret < unavoidable + 0.01


@pytest.mark.trial
def test_plans_on_pooled_effects_keep_their_promise_in_a_thousand_worlds() -> None:
    promise, regret = promised_and_regret(shrunk, range(1000))
    _, unavoidable = promised_and_regret(bayes, range(1000))
    assert 0.98 < promise < 1.02
    assert regret < min(0.07, unavoidable + 0.005)
