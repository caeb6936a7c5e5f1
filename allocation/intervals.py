"""Intervals and tests for proportions, and how many tests are read together.

Counts are whole numbers, proportions and p-values are 0..1, tests are one-sided. Everything here is
plain arithmetic; docs/disparities.md lists the published values that each formula is held to.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

NORMAL = NormalDist()


class ProportionError(ValueError):
    """Counts or probabilities from which nothing can be reckoned; the sentence says which and why."""


@dataclass(frozen=True, slots=True)
class Counts:
    """So many of so many: `successes` of `trials` people.

    Raises ProportionError where there are no trials or the successes lie outside 0..trials.
    """

    successes: int
    trials: int

    def __post_init__(self) -> None:
        if self.trials <= 0:
            raise ProportionError(f"a proportion needs at least one person, not {self.trials}")
        if not 0 <= self.successes <= self.trials:
            raise ProportionError(f"{self.successes} of {self.trials} is not a proportion")

    @property
    def proportion(self) -> float:
        return self.successes / self.trials


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval; both ends in the unit of the estimate."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Test:
    """A standard normal statistic and its p-value."""

    __test__ = False  # pytest would take a class of this name for a test case
    z: float
    p_value: float


def upper_tail(z: float) -> float:
    """P(Z > z) for a standard normal Z; erfc keeps its digits far out in the tail."""
    return 0.5 * math.erfc(z / math.sqrt(2))


@lru_cache(maxsize=64)
def two_sided_quantile(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ProportionError(f"a confidence level lies between 0 and 1, not at {confidence}")
    return NORMAL.inv_cdf((1 + confidence) / 2)


def wilson_interval(counts: Counts, confidence: float = 0.95) -> Interval:
    """Score interval of one proportion (Wilson 1927, JASA 22:209-212), no continuity correction."""
    z, n, p = two_sided_quantile(confidence), counts.trials, counts.proportion
    centre = p + z * z / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = (centre - half) / scale if counts.successes else 0.0  # exactly, not by luck of rounding
    high = (centre + half) / scale if counts.successes < n else 1.0
    return Interval(low, high)


def newcombe_interval(first: Counts, second: Counts, confidence: float = 0.95) -> Interval:
    """Interval of `first` minus `second`, independent samples (Newcombe 1998, Stat Med 17, method 10)."""
    one, two = wilson_interval(first, confidence), wilson_interval(second, confidence)
    difference = first.proportion - second.proportion
    below = math.hypot(first.proportion - one.low, two.high - second.proportion)
    above = math.hypot(one.high - first.proportion, second.proportion - two.low)
    return Interval(difference - below, difference + above)


def agresti_caffo_test(first: Counts, second: Counts, margin: float = 0.0) -> Test:
    """H0: `first` minus `second` <= margin, one success and one failure added to each.

    Agresti and Caffo 2000, Am Stat 54:280-288.
    """
    n1, n2 = first.trials + 2, second.trials + 2
    p1, p2 = (first.successes + 1) / n1, (second.successes + 1) / n2
    z = (p1 - p2 - margin) / math.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    return Test(z, upper_tail(z))


def score_test(first: Counts, second: Counts, margin: float = 0.0) -> Test:
    """H0: `first` minus `second` <= margin, by the score statistic.

    Miettinen and Nurminen 1985, Stat Med 4:213-226. The variance is taken at the maximum likelihood
    under H0 and multiplied by N/(N-1). Where it is zero (all or none succeeded in both and the margin
    is zero) nothing speaks against H0: z = 0.
    """
    if not -1 < margin < 1:
        raise ProportionError(f"a margin between two proportions lies between -1 and 1, not at {margin}")
    p1, p2 = restricted_proportions(first, second, margin)
    total = first.trials + second.trials
    variance = (p1 * (1 - p1) / first.trials + p2 * (1 - p2) / second.trials) * total / (total - 1)
    distance = first.proportion - second.proportion - margin
    if variance <= 0:
        z = 0.0 if distance == 0 else math.copysign(math.inf, distance)
    else:
        z = distance / math.sqrt(variance)
    return Test(z, upper_tail(z))


def restricted_proportions(first: Counts, second: Counts, margin: float) -> tuple[float, float]:
    """Maximum likelihood of both proportions, given that they differ by exactly `margin`.

    Closed form of the cubic: Farrington and Manning 1990, Stat Med 9:1447-1454, appendix.
    """
    theta = second.trials / first.trials
    p1, p2 = first.proportion, second.proportion
    a = 1 + theta
    b = -(1 + theta + p1 + theta * p2 + margin * (theta + 2))
    c = margin * margin + margin * (2 * p1 + theta + 1) + p1 + theta * p2
    d = -p1 * margin * (1 + margin)
    v = (b / (3 * a)) ** 3 - b * c / (6 * a * a) + d / (2 * a)
    spread = max(0.0, (b / (3 * a)) ** 2 - c / (3 * a))
    u = math.copysign(math.sqrt(spread), v)
    cosine = max(-1.0, min(1.0, v / u**3)) if u else 0.0
    angle = (math.pi + math.acos(cosine)) / 3
    solved = 2 * u * math.cos(angle) - b / (3 * a)
    solved = min(1.0, 1.0 + margin, max(0.0, margin, solved))  # rounding must not leave the unit square
    return solved, solved - margin


def target_test(counts: Counts, target: float) -> Test:
    """H0: the proportion is at least `target` (a fixed number), by the one-sample score statistic."""
    distance = target - counts.proportion
    variance = target * (1 - target) / counts.trials
    if variance <= 0:
        z = 0.0 if distance == 0 else math.copysign(math.inf, distance)
    else:
        z = distance / math.sqrt(variance)
    return Test(z, upper_tail(z))


def cochran_armitage_test(rows: Sequence[Counts], scores: Sequence[float]) -> Test:
    """Linear trend in proportions over ordered rows (Cochran 1954, Armitage 1955); the p-value is two-sided.

    z squared is the chi-squared statistic on one degree of freedom; z > 0 rises with the score.
    """
    if len(rows) != len(scores) or len(rows) < 2:
        raise ProportionError(
            f"a trend needs a score for each of two or more rows: {len(rows)} and {len(scores)}"
        )
    total = sum(row.trials for row in rows)
    rate = sum(row.successes for row in rows) / total
    mean = sum(row.trials * x for row, x in zip(rows, scores, strict=True)) / total
    slope = sum(row.successes * (x - mean) for row, x in zip(rows, scores, strict=True))
    spread = sum(row.trials * (x - mean) ** 2 for row, x in zip(rows, scores, strict=True))
    variance = rate * (1 - rate) * spread
    if variance <= 0:
        raise ProportionError("a trend needs at least two different scores, and both successes and failures")
    z = slope / math.sqrt(variance)
    return Test(z, 2 * upper_tail(abs(z)))


def stouffer(p_values: Sequence[float]) -> float:
    """One p-value from independent ones: the sum of their normal scores (Stouffer et al. 1949).

    A p-value of 1 is evidence of nothing, so it makes the whole 1, whatever the others are.
    """
    check_probabilities(p_values)
    if max(p_values) >= 1:
        return 1.0
    if min(p_values) <= 0:
        return 0.0
    return upper_tail(-sum(NORMAL.inv_cdf(p) for p in p_values) / math.sqrt(len(p_values)))


def partial_conjunction(p_values: Sequence[float], required: int, *, dependent: bool = False) -> float:
    """P-value of the null that fewer than `required` of these null hypotheses are false.

    Benjamini and Heller 2008, Biometrics 64:1215-1222. Stouffer over the k - u + 1 largest p-values
    where the tests are independent; (k - u + 1) times the u-th smallest where they depend on one another
    in any way, as when the same people are tested each year.
    """
    check_probabilities(p_values)
    count = len(p_values)
    if not 1 <= required <= count:
        raise ProportionError(f"{required} of {count} tests cannot be required")
    ordered = sorted(p_values)
    if dependent:
        return min(1.0, (count - required + 1) * ordered[required - 1])
    return stouffer(ordered[required - 1 :])


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values, in the order given; those <= q are the discoveries at false discovery rate q.

    Step-up: Benjamini and Hochberg 1995, JRSS B 57:289-300. No p-values, no adjusted ones.
    """
    if not p_values:
        return []
    check_probabilities(p_values)
    count = len(p_values)
    adjusted = [1.0] * count
    least = 1.0
    by_size = sorted(range(count), key=p_values.__getitem__)
    for rank in range(count, 0, -1):
        position = by_size[rank - 1]
        least = min(least, p_values[position] * count / rank)
        adjusted[position] = least
    return adjusted


def check_probabilities(p_values: Sequence[float]) -> None:
    if not p_values:
        raise ProportionError("there are no p-values to combine")
    for position, p in enumerate(p_values):
        if not 0 <= p <= 1:
            raise ProportionError(f"p-value {position + 1} is {p}, outside 0 to 1")
