"""Combining estimates of one quantity, and shrinking an estimate towards what is known of its kind.

Effects and standard deviations are in one unit; variances in its square. DerSimonian and Laird is
Controlled Clinical Trials 7 (1986), 177-188; Borenstein et al. is Introduction to Meta-Analysis (2009).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from allocation.evidence.finding import EvidenceError

WITHIN_STUDY_CORRELATION = 0.8


@dataclass(frozen=True, slots=True)
class Estimate:
    """An effect and its sampling variance, above 0."""

    effect: float
    variance: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.effect) and self.variance > 0 and math.isfinite(self.variance)):
            raise EvidenceError(f"{self.effect} with variance {self.variance} is not an estimate")

    @property
    def standard_error(self) -> float:
        return math.sqrt(self.variance)


@dataclass(frozen=True, slots=True)
class Spread:
    """What a group of estimates says of their heterogeneity: Cochran's Q, its degrees of freedom, and C."""

    q: float
    degrees: int
    scale: float

    @property
    def noise(self) -> float:
        """Standard error of tau^2 = (Q - df) / C where there is no heterogeneity: Var(Q) = 2 df."""
        return math.sqrt(2 * self.degrees) / self.scale if self.scale > 0 else 0.0


def weighted_mean(estimates: Sequence[Estimate], tau_squared: float = 0.0) -> Estimate:
    """Mean with weights 1 / (v + tau^2), and its variance, the inverse of their sum.

    Borenstein et al., chapter 12.
    """
    if not estimates:
        raise EvidenceError("there are no estimates to combine")
    weights = [1 / (estimate.variance + tau_squared) for estimate in estimates]
    total = math.fsum(weights)
    mean = math.fsum(w * e.effect for w, e in zip(weights, estimates, strict=True)) / total
    effects = [estimate.effect for estimate in estimates]
    return Estimate(min(max(mean, min(effects)), max(effects)), 1 / total)


def spread(estimates: Sequence[Estimate]) -> Spread:
    """Q = sum w (y - ybar)^2, k - 1, and C = sum w - sum w^2 / sum w (DerSimonian and Laird 1986)."""
    if len(estimates) < 2:
        return Spread(0.0, 0, 0.0)
    weights = [1 / estimate.variance for estimate in estimates]
    mean = weighted_mean(estimates).effect
    q = math.fsum(w * (e.effect - mean) ** 2 for w, e in zip(weights, estimates, strict=True))
    total = math.fsum(weights)
    scale = total - math.fsum(w * w for w in weights) / total
    return Spread(q, len(estimates) - 1, scale)


def pooled_tau_squared(spreads: Iterable[Spread]) -> float:
    """One heterogeneity for several groups: (sum Q - sum df) / sum C, at least 0.

    Borenstein et al., chapter 19. With a single group this is DerSimonian and Laird's estimator.
    """
    known = list(spreads)
    scale = math.fsum(one.scale for one in known)
    if scale <= 0:
        return 0.0
    excess = math.fsum(one.q for one in known) - sum(one.degrees for one in known)
    return max(0.0, excess / scale)


def dersimonian_laird(estimates: Sequence[Estimate]) -> float:
    """Between-estimate variance tau^2 = (Q - df) / C, at least 0; 0 for a single estimate."""
    return pooled_tau_squared([spread(estimates)])


def composite(estimates: Sequence[Estimate], correlation: float = WITHIN_STUDY_CORRELATION) -> Estimate:
    """One estimate from several on the same people: their mean, with their covariance counted.

    V = (1/m^2) (sum V_i + sum_{i != j} r sqrt(V_i V_j)) (Borenstein et al., chapter 24). The results of
    a study are taken to correlate at 0.8 (Tanner-Smith and Tipton 2014), so that ten measures of the
    same children are little more than one.
    """
    count = len(estimates)
    mean = math.fsum(estimate.effect for estimate in estimates) / count
    variances = math.fsum(estimate.variance for estimate in estimates)
    errors = math.fsum(estimate.standard_error for estimate in estimates)
    variance = ((1 - correlation) * variances + correlation * errors**2) / count**2
    effects = [estimate.effect for estimate in estimates]
    return Estimate(min(max(mean, min(effects)), max(effects)), variance)


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known of effects of a kind before looking at one: their mean, spread (sd) and its source.

    `mean_variance` is how uncertain the mean itself is.
    """

    mean: float
    sd: float
    source: str
    mean_variance: float = 0.0


def shrink(estimate: Estimate, prior: Prior) -> Estimate:
    """Posterior mean and variance of one effect (empirical Bayes; Morris 1983, JASA 78, 47-55).

    With w = tau^2 / (tau^2 + v): mean w y + (1 - w) mu; variance w v + (1 - w)^2 var(mu). Where tau is 0
    the data say that all effects of the kind are one, and it is the prior's mean.
    """
    tau_squared = prior.sd**2
    weight = tau_squared / (tau_squared + estimate.variance)
    mean = weight * estimate.effect + (1 - weight) * prior.mean
    variance = weight * estimate.variance + (1 - weight) ** 2 * prior.mean_variance
    low, high = sorted((estimate.effect, prior.mean))
    return Estimate(min(max(mean, low), high), variance if variance > 0 else estimate.variance)


def blend(general: Estimate, local: Estimate, place_variance: float = 0.0) -> Estimate:
    """What holds here, from what holds in general and what was measured here, by inverse variance.

    `place_variance` is how much the effect differs from place to place; it widens only the general
    estimate, so the more places differ, the more the local result counts (Borenstein et al., chapter 17).
    """
    return weighted_mean([Estimate(general.effect, general.variance + place_variance), local])
