"""What a practice is expected to do to an outcome, from every usable finding on it.

Findings of a study -> one estimate a study -> random effects within practice and outcome -> shrunk towards
the other practices on that outcome -> joined with local results. Plans use `mean`, promises show `low`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeVar

from allocation.evidence.duplicates import check_ids, set_apart_duplicates
from allocation.evidence.effect_size import additional_share
from allocation.evidence.finding import Finding
from allocation.evidence.precision import caution_factor
from allocation.evidence.priors import PUBLISHED_PRIOR, Knowledge, learn
from allocation.evidence.random_effects import Estimate, Prior, blend, composite, shrink, weighted_mean
from allocation.evidence.screening import RefusalCode, Refused, Usable, screen
from allocation.intervals import two_sided_quantile

CONFIDENCE = 0.90

Pair = tuple[str, str]
Screened = TypeVar("Screened", Usable, Refused)


class EffectBasis(StrEnum):
    """Whether an effect rests on results from here, from elsewhere, or on both."""

    LOCAL = "LOCAL"
    NATIONAL = "NATIONAL"
    BOTH = "BOTH"


class RefusedFinding(NamedTuple):
    """The id of a finding that did not count, the rule that it broke, and why in a sentence."""

    id: str
    code: RefusalCode
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledEffect:
    """The effect of a practice on an outcome, in standard deviations (Hedges' g), favourable positive.

    `mean` and `sd` are the posterior's, `low` and `high` its 90 % interval unless another level was asked
    for. All four, and `basis` and `prior`, are None where no finding is usable; `reason` then says so.
    `observed_mean` is the random-effects mean before shrinkage.
    """

    practice: str
    outcome: str
    findings_used: tuple[str, ...]
    refused: tuple[RefusedFinding, ...]
    mean: float | None = None
    sd: float | None = None
    low: float | None = None
    high: float | None = None
    basis: EffectBasis | None = None
    prior: Prior | None = None
    observed_mean: float | None = None
    study_count: int = 0
    reason: str | None = None


class AdditionalShare(NamedTuple):
    """Additional people better off per participant, 0..1, with the ends of the effect's interval."""

    mean: float
    low: float
    high: float


def pooled_effects(
    findings: Sequence[Finding], *, fallback: Prior = PUBLISHED_PRIOR, confidence: float = CONFIDENCE
) -> Mapping[Pair, PooledEffect]:
    """The effect for each (practice, outcome) that occurs, usable or not; every finding is accounted for.

    `fallback` stands in where fewer than five practices have a usable finding. The order of the findings
    does not matter. Raises EvidenceError where two different findings bear one id.
    """
    usable, refused = sort_out(findings)
    pairs = sorted({(finding.practice, finding.outcome) for finding in findings})
    national = studies_of(one for one in usable if not one.finding.is_local)
    local = studies_of(one for one in usable if one.finding.is_local)
    known = learn(national, local, fallback)
    used, dropped = by_pair(usable), by_pair(refused)
    effects = {}
    for pair in pairs:
        seen = Evidence(pair, used.get(pair, []), dropped.get(pair, []))
        effects[pair] = effect_of(seen, national.get(pair, []), local.get(pair, []), known, confidence)
    return effects


def at_baseline(
    effect: PooledEffect, baseline_share: float, *, higher_is_better: bool = True
) -> AdditionalShare | None:
    """Additional people better off per participant at a local rate (0..1); None where the effect is unknown.

    Where lower is better (absence, dropout) it is how many fewer have the bad outcome. The ends are those
    of the interval on the same curve, so low <= mean <= high.
    """
    if effect.mean is None or effect.low is None or effect.high is None:
        return None
    mean, low, high = (
        additional_share(g, baseline_share, higher_is_better=higher_is_better)
        for g in (effect.mean, effect.low, effect.high)
    )
    return AdditionalShare(mean, low, high)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found on one practice and outcome."""

    pair: Pair
    usable: list[Usable]
    refused: list[Refused]

    def blank(self) -> PooledEffect:
        words = sorted({one.code.value for one in self.refused})
        reason = f"none of {len(self.refused)} findings is usable: {', '.join(words)}"
        return PooledEffect(
            practice=self.pair[0],
            outcome=self.pair[1],
            findings_used=(),
            refused=self.refusals(),
            reason=reason,
        )

    def refusals(self) -> tuple[RefusedFinding, ...]:
        return tuple(RefusedFinding(one.finding.id, one.code, one.sentence) for one in self.refused)


def effect_of(
    seen: Evidence, national: list[Estimate], local: list[Estimate], known: Knowledge, confidence: float
) -> PooledEffect:
    if not national and not local:
        return seen.blank()
    practice, outcome = seen.pair
    prior, place_variance = known.prior(outcome), known.place_variance(outcome)
    general = Estimate(prior.mean, prior.sd**2 + prior.mean_variance) if not national else None
    observed = weighted_mean(national or local, place_variance)
    posterior = general or shrink(observed, prior)
    if local:
        posterior = blend(posterior, weighted_mean(local), place_variance)
    half = two_sided_quantile(confidence) * posterior.standard_error
    return PooledEffect(
        practice=practice,
        outcome=outcome,
        findings_used=tuple(one.finding.id for one in seen.usable),
        refused=seen.refusals(),
        mean=posterior.effect,
        sd=posterior.standard_error,
        low=posterior.effect - half,
        high=posterior.effect + half,
        basis=basis(bool(national), bool(local)),
        prior=prior,
        observed_mean=observed.effect,
        study_count=len(national) + len(local),
    )


def basis(has_national: bool, has_local: bool) -> EffectBasis:
    if has_national and has_local:
        return EffectBasis.BOTH
    return EffectBasis.LOCAL if has_local else EffectBasis.NATIONAL


def sort_out(findings: Sequence[Finding]) -> tuple[list[Usable], list[Refused]]:
    """Screened and freed of duplicates: the usable by source and id, the refused by id."""
    check_ids(findings)
    screened = [screen(finding) for finding in findings]
    refused = [one for one in screened if isinstance(one, Refused)]
    usable = {one.finding.id: one for one in screened if isinstance(one, Usable)}
    unique, repeated = set_apart_duplicates([one.finding for one in screened if isinstance(one, Usable)])
    in_order = sorted([*refused, *repeated], key=lambda one: one.finding.id)
    return [usable[finding.id] for finding in unique], in_order


def studies_of(usable: Iterable[Usable]) -> dict[Pair, list[Estimate]]:
    """One estimate for each study of each pair: a study has one vote, however much it measured."""
    grouped: dict[tuple[Pair, str], list[Estimate]] = defaultdict(list)
    for one in usable:
        error = one.precision.standard_error * caution_factor(one.finding)
        pair = (one.finding.practice, one.finding.outcome)
        grouped[pair, one.finding.study].append(Estimate(one.effect_size, error**2))
    studies: dict[Pair, list[Estimate]] = defaultdict(list)
    for (pair, _), estimates in sorted(grouped.items(), key=lambda item: item[0]):
        studies[pair].append(composite(estimates))
    return dict(studies)


def by_pair(ones: Iterable[Screened]) -> dict[Pair, list[Screened]]:
    grouped: dict[Pair, list[Screened]] = defaultdict(list)
    for one in ones:
        grouped[one.finding.practice, one.finding.outcome].append(one)
    return grouped
