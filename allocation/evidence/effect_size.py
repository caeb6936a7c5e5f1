"""The formulas of standardised effects: size, standard error, and what they mean for people.

Effects are in standard deviations, positive where favourable; rates and shares are 0..1.
Borenstein et al. is Introduction to Meta-Analysis (2009); WWC is the What Works Clearinghouse Procedures
Handbook, version 4.1, chapter VI and appendix E; Hedges is J Educ Behav Stat 32 (2007), 341-370.
"""

import math
from dataclasses import dataclass

from scipy.special import stdtrit

from allocation.evidence.finding import EvidenceError
from allocation.intervals import NORMAL, Counts

COX_DIVISOR = 1.65
CONTINUITY = 0.5
LEAST_SAMPLE = 4


@dataclass(frozen=True, slots=True)
class Sample:
    """A group's mean and standard deviation of one measure, and its people."""

    mean: float
    sd: float
    count: float


@dataclass(frozen=True, slots=True)
class Clusters:
    """How many clusters both groups hold together, and their intraclass correlation (0..1)."""

    count: int
    icc: float


def small_sample_correction(sample_size: float) -> float:
    """omega = 1 - 3/(4N - 9) (WWC, appendix E; Hedges 1981). Raises EvidenceError under four people."""
    if sample_size < LEAST_SAMPLE:
        raise EvidenceError(f"an effect size needs at least {LEAST_SAMPLE} people, not {sample_size:g}")
    return 1 - 3 / (4 * sample_size - 9)


def pooled_sd(treatment: Sample, comparison: Sample) -> float:
    """Root of both variances, weighted by degrees of freedom (Borenstein et al., chapter 4)."""
    squares = (treatment.count - 1) * treatment.sd**2 + (comparison.count - 1) * comparison.sd**2
    return math.sqrt(squares / (treatment.count + comparison.count - 2))


def hedges_g(treatment: Sample, comparison: Sample) -> float:
    """Difference of means in pooled standard deviations, corrected for small samples (WWC, appendix E)."""
    spread = pooled_sd(treatment, comparison)
    if spread <= 0:
        raise EvidenceError("an effect size needs a standard deviation above 0")
    omega = small_sample_correction(treatment.count + comparison.count)
    return omega * (treatment.mean - comparison.mean) / spread


def hedges_standard_error(g: float, treatment_count: float, comparison_count: float) -> float:
    """Standard error of g for independent people (Borenstein et al., chapter 4).

    V = omega^2 ((n1 + n2) / (n1 n2) + d^2 / (2 (n1 + n2))), with d = g / omega.
    """
    total = treatment_count + comparison_count
    omega = small_sample_correction(total)
    sampling = omega**2 * total / (treatment_count * comparison_count)
    return math.sqrt(sampling + g**2 / (2 * total))


def design_effect(clusters: Clusters, sample_size: float) -> float:
    """1 + (n - 1) rho, where n is the people in a cluster (Hedges; Cochrane Handbook 23.1.4)."""
    return 1 + (max(1.0, sample_size / clusters.count) - 1) * clusters.icc


def clustered_standard_error(
    g: float, treatment_count: float, comparison_count: float, clusters: Clusters
) -> float:
    """Standard error of g where whole clusters took part (Hedges, equation 16, equal cluster sizes).

    Fewer than two clusters cannot be split between two groups, and are taken as two.
    """
    total = treatment_count + comparison_count
    size = max(1.0, total / max(2, clusters.count))
    rho, pairs = clusters.icc, total - 2
    sampling = total / (treatment_count * comparison_count) * (1 + (size - 1) * rho)
    spread = pairs * (1 - rho) ** 2 + size * (total - 2 * size) * rho**2
    spread += 2 * (total - 2 * size) * rho * (1 - rho)
    scale = 2 * pairs * (pairs - 2 * (size - 1) * rho)
    estimation = g**2 * spread / scale if scale > 0 else 0.0
    return small_sample_correction(total) * math.sqrt(sampling + estimation)


def standard_error_from_p(g: float, p_value: float, sample_size: float) -> float:
    """|g| / t, with t the two-sided quantile on N - 2 degrees of freedom (Cochrane Handbook 6.5.2.3).

    Raises EvidenceError for p outside 0 < p < 1: a printed 0 or 1 has lost its digits.
    """
    if not 0 < p_value < 1:
        raise EvidenceError(f"no standard error follows from a p-value of {p_value}")
    return abs(g) / -float(stdtrit(sample_size - 2, p_value / 2))


def log_odds_ratio(treatment: Counts, comparison: Counts) -> tuple[float, float]:
    """ln(OR) and its variance from counts (Borenstein et al., chapter 5).

    Where any cell is empty, half a person is added to each (Haldane 1956), as the ratio has no logarithm.
    """
    cells = [
        treatment.successes,
        treatment.trials - treatment.successes,
        comparison.successes,
        comparison.trials - comparison.successes,
    ]
    added = CONTINUITY if min(cells) == 0 else 0.0
    a, b, c, d = (cell + added for cell in cells)
    return math.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d


def cox_index(treatment_rate: float, comparison_rate: float, sample_size: float | None = None) -> float:
    """ln(odds ratio) / 1.65 of two rates, times omega if the sample is known (WWC, appendix E)."""
    for rate in (treatment_rate, comparison_rate):
        if not 0 < rate < 1:
            raise EvidenceError(f"odds need a rate strictly between 0 and 1, not {rate}")
    odds = treatment_rate / (1 - treatment_rate) / (comparison_rate / (1 - comparison_rate))
    omega = 1.0 if sample_size is None else small_sample_correction(sample_size)
    return omega * math.log(odds) / COX_DIVISOR


def cox_effect(treatment: Counts, comparison: Counts) -> tuple[float, float]:
    """The Cox index of two counts and its standard error, omega sqrt(V) / 1.65 (WWC, appendix E)."""
    log_odds, variance = log_odds_ratio(treatment, comparison)
    omega = small_sample_correction(treatment.trials + comparison.trials)
    return omega * log_odds / COX_DIVISOR, omega * math.sqrt(variance) / COX_DIVISOR


def improvement_index(g: float) -> float:
    """Percentile points an average person would rise: 100 Phi(g) - 50, from -50 to 50 (WWC, chapter VI)."""
    return 100 * NORMAL.cdf(g) - 50


def additional_share(g: float, baseline_share: float, *, higher_is_better: bool = True) -> float:
    """Additional people better off per participant where `baseline_share` is the local rate (0..1).

    Phi(Phi^-1(p) + g) - p, with p the share already well off: the rate itself, or its complement where
    lower is better. At a rate of exactly 0 or 1 the normal model moves nobody. Raises EvidenceError
    outside 0..1.
    """
    if not 0 <= baseline_share <= 1:
        raise EvidenceError(f"a baseline rate lies between 0 and 1, not at {baseline_share}")
    well_off = baseline_share if higher_is_better else 1 - baseline_share
    if well_off in (0, 1):
        return 0.0
    return NORMAL.cdf(NORMAL.inv_cdf(well_off) + g) - well_off
