"""Summary measures of inequality between the groups of one area, indicator and period.

A measure takes groups as `Subgroup` (how many people, which rate). Rates are in any unit that is not
negative; measures named "of disparity", Theil, MLD and PAF are relative, the others carry the rate's unit.
Formulas: Harper and Lynch 2005, Methods for Measuring Cancer Disparities (NCI); Schlotheuber and Hosseinpoor
2022, Int J Environ Res Public Health 19:3697; Wagstaff, Paci and van Doorslaer 1991, Soc Sci Med 33:545-557.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

PER_THOUSAND = 1000.0  # Theil and MLD are small, so they are published times 1000 (HD*Calc, WHO HEAT)


class InequalityError(ValueError):
    """Groups from which no inequality can be reckoned; the sentence names the group and why."""


@dataclass(frozen=True, slots=True)
class Subgroup:
    """`population` people with an average `rate`. Order matters only to the measures that say so."""

    population: float
    rate: float


class Benchmark(StrEnum):
    """What a mean difference is measured from."""

    MEAN = "MEAN"
    BEST = "BEST"
    REFERENCE = "REFERENCE"


@dataclass(frozen=True, slots=True)
class Slope:
    """Fitted rates at the ends of the social order: `absolute` top minus bottom, `relative` their ratio."""

    absolute: float
    relative: float


def between_group_variance(groups: Sequence[Subgroup]) -> float:
    """BGV: population-weighted squared distance from the mean, in squared units of the rate."""
    mean = mean_rate(groups)
    return math.fsum(share * (group.rate - mean) ** 2 for share, group in shares(groups))


def theil_index(groups: Sequence[Subgroup]) -> float:
    """Theil's T times 1000: sum of p_j (y_j / mean) ln(y_j / mean); a rate of 0 adds 0."""
    mean = positive_mean(groups)
    return PER_THOUSAND * math.fsum(
        share * (group.rate / mean) * math.log(group.rate / mean)
        for share, group in shares(groups)
        if group.rate
    )


def mean_log_deviation(groups: Sequence[Subgroup]) -> float:
    """MLD times 1000: sum of p_j ln(mean / y_j). A rate of 0 has no logarithm and is refused."""
    mean = positive_mean(groups)
    refuse_zero_rates(groups, "the mean log deviation")
    return PER_THOUSAND * math.fsum(share * math.log(mean / group.rate) for share, group in shares(groups))


def index_of_disparity(groups: Sequence[Subgroup], *, weighted: bool = False) -> float:
    """IDIS in percent: average distance from the population mean, over that mean (Pearcy and Keppel 2002).

    Unweighted, each group counts the same; weighted, each person does.
    """
    mean = positive_mean(groups)
    if weighted:
        return 100 * mean_difference(groups) / mean
    return 100 * math.fsum(abs(group.rate - mean) for group in groups) / len(groups) / mean


def mean_difference(
    groups: Sequence[Subgroup],
    benchmark: Benchmark = Benchmark.MEAN,
    *,
    weighted: bool = True,
    higher_is_better: bool = True,
    reference: int | None = None,
) -> float:
    """Average distance from the mean, best or named group: MDMW, MDBW, MDRW; unweighted MDMU, MDBU, MDRU.

    `reference` is the place of the named group, from 0; only Benchmark.REFERENCE takes it.
    """
    point = benchmark_rate(groups, benchmark, higher_is_better=higher_is_better, reference=reference)
    if weighted:
        return math.fsum(share * abs(group.rate - point) for share, group in shares(groups))
    return math.fsum(abs(group.rate - point) for group in groups) / len(groups)


def benchmark_rate(
    groups: Sequence[Subgroup], benchmark: Benchmark, *, higher_is_better: bool, reference: int | None
) -> float:
    check_groups(groups)
    if (reference is not None) != (benchmark is Benchmark.REFERENCE):
        raise InequalityError("a reference group is named with the benchmark REFERENCE, and only with it")
    if reference is not None:
        if not 0 <= reference < len(groups):
            raise InequalityError(
                f"reference {reference} is not one of the {len(groups)} groups (counted from 0)"
            )
        return groups[reference].rate
    if benchmark is Benchmark.MEAN:
        return mean_rate(groups)
    rates = [group.rate for group in groups]
    return max(rates) if higher_is_better else min(rates)


def population_attributable_risk(groups: Sequence[Subgroup], *, higher_is_better: bool = True) -> float:
    """PAR: what the mean would gain if every group had the best rate; positive where higher is better."""
    best = benchmark_rate(groups, Benchmark.BEST, higher_is_better=higher_is_better, reference=None)
    return best - mean_rate(groups)


def population_attributable_fraction(groups: Sequence[Subgroup], *, higher_is_better: bool = True) -> float:
    """PAF: PAR in percent of the mean."""
    return (
        100 * population_attributable_risk(groups, higher_is_better=higher_is_better) / positive_mean(groups)
    )


def absolute_concentration_index(groups: Sequence[Subgroup]) -> float:
    """ACI: sum of p_j (2 X_j - 1) y_j, groups in order from the most disadvantaged; X_j is the mid-rank."""
    return math.fsum(
        share * (2 * rank - 1) * group.rate
        for (share, group), rank in zip(shares(groups), mid_ranks(groups), strict=True)
    )


def relative_concentration_index(groups: Sequence[Subgroup]) -> float:
    """RCI: ACI over the mean."""
    return absolute_concentration_index(groups) / positive_mean(groups)


def linear_slope(groups: Sequence[Subgroup]) -> Slope:
    """SII and RII by weighted least squares on the mid-rank, for rates that are not proportions."""
    pairs, ranks = shares(groups), mid_ranks(groups)
    mean_rank = math.fsum(share * rank for (share, _), rank in zip(pairs, ranks, strict=True))
    spread = math.fsum(share * (rank - mean_rank) ** 2 for (share, _), rank in zip(pairs, ranks, strict=True))
    if spread <= 0:
        raise InequalityError("a slope needs at least two groups with people in them")
    cross = math.fsum(
        share * (rank - mean_rank) * group.rate for (share, group), rank in zip(pairs, ranks, strict=True)
    )
    bottom = mean_rate(groups) - cross / spread * mean_rank
    return slope_between(bottom, bottom + cross / spread)


def logistic_slope(groups: Sequence[Subgroup], *, healthequal_compat: bool = False) -> Slope:
    """SII and RII of percentages (0..100) by logistic regression on the mid-rank, each person counted once.

    Groups stand in order from the most disadvantaged; the people who succeeded are rounded to whole numbers.
    `healthequal_compat` repeats the R package healthequal 1.0.1, which weights counts by population again.
    """
    ranks = mid_ranks(groups)
    if any(group.rate > 100 for group in groups):
        raise InequalityError("a logistic slope takes percentages from 0 to 100")
    if sum(1 for group in groups if group.population) < 2:
        raise InequalityError("a slope needs at least two groups with people in them")
    weights = [group.population**2 if healthequal_compat else group.population for group in groups]
    proportions = [
        round(group.rate / 100 * group.population) / group.population if group.population else 0.0
        for group in groups
    ]
    intercept, slope = fit_logistic(ranks, proportions, weights)
    return slope_between(100 * logistic(intercept), 100 * logistic(intercept + slope))


def fit_logistic(
    xs: Sequence[float], proportions: Sequence[float], weights: Sequence[float]
) -> tuple[float, float]:
    """Maximum likelihood by Newton's method (Nelder and Wedderburn 1972); InequalityError if it has none."""
    intercept = slope = 0.0
    for _ in range(100):
        fitted = [logistic(intercept + slope * x) for x in xs]
        bends = [w * p * (1 - p) for w, p in zip(weights, fitted, strict=True)]
        misses = [w * (y - p) for w, y, p in zip(weights, proportions, fitted, strict=True)]
        s0, s1 = math.fsum(bends), math.fsum(b * x for b, x in zip(bends, xs, strict=True))
        s2 = math.fsum(b * x * x for b, x in zip(bends, xs, strict=True))
        g0, g1 = math.fsum(misses), math.fsum(m * x for m, x in zip(misses, xs, strict=True))
        determinant = s0 * s2 - s1 * s1
        if determinant <= 1e-12 * s0 * s0:
            break
        step0, step1 = (s2 * g0 - s1 * g1) / determinant, (s0 * g1 - s1 * g0) / determinant
        intercept, slope = intercept + step0, slope + step1
        if abs(step0) + abs(step1) < 1e-12 * (1 + abs(intercept) + abs(slope)):
            return intercept, slope
    raise InequalityError("no logistic slope fits: the groups are separated into all and none")


def gini(values: Sequence[float]) -> float:
    """Gini of single values, each counted once: sum of (2i - n - 1) x_(i), over n times the sum."""
    check_values(values)
    ordered, count = sorted(values), len(values)
    return math.fsum((2 * place - count + 1) * value for place, value in enumerate(ordered)) / (
        count * math.fsum(ordered)
    )


def equally_distributed_equivalent(groups: Sequence[Subgroup], aversion: float) -> float:
    """The rate that, had by everyone, is worth as much as these (Atkinson 1970, J Econ Theory 2:244-263).

    `aversion` 0 gives the mean; 1 the geometric mean; above, the lowest rates weigh ever more.
    """
    positive_mean(groups)
    if not (aversion >= 0 and math.isfinite(aversion)):
        raise InequalityError(f"aversion to inequality is 0 or more, not {aversion}")
    if aversion >= 1:
        refuse_zero_rates(groups, "an aversion of 1 or more")
    # Rates are divided by the largest first, so that a high aversion cannot overflow.
    top = max(group.rate for group in groups)
    if aversion == 1:
        return top * math.exp(
            math.fsum(share * math.log(group.rate / top) for share, group in shares(groups))
        )
    power = 1 - aversion
    return float(
        top * math.fsum(share * (group.rate / top) ** power for share, group in shares(groups)) ** (1 / power)
    )


def atkinson(groups: Sequence[Subgroup], aversion: float) -> float:
    """Share of the mean that could be given up if what is left were had equally."""
    return 1 - equally_distributed_equivalent(groups, aversion) / positive_mean(groups)


def slope_between(bottom: float, top: float) -> Slope:
    if bottom <= 0:
        raise InequalityError(
            "the fitted rate at the bottom is not above zero, so there is no relative index"
        )
    return Slope(top - bottom, top / bottom)


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def mid_ranks(groups: Sequence[Subgroup]) -> list[float]:
    """Where the middle person of each group stands, 0..1, groups in the order given."""
    below, ranks = 0.0, []
    for share, _ in shares(groups):
        ranks.append(below + share / 2)
        below += share
    return ranks


def shares(groups: Sequence[Subgroup]) -> list[tuple[float, Subgroup]]:
    check_groups(groups)
    total = math.fsum(group.population for group in groups)
    return [(group.population / total, group) for group in groups]


def mean_rate(groups: Sequence[Subgroup]) -> float:
    """The population-weighted mean of the rates."""
    return math.fsum(share * group.rate for share, group in shares(groups))


def positive_mean(groups: Sequence[Subgroup]) -> float:
    mean = mean_rate(groups)
    if mean <= 0:
        raise InequalityError("every rate is zero, so nothing can be reckoned relative to their mean")
    return mean


def refuse_zero_rates(groups: Sequence[Subgroup], measure: str) -> None:
    for place, group in enumerate(groups):
        if not group.rate and group.population:
            raise InequalityError(f"group {place + 1} has a rate of 0, and {measure} has no value there")


def check_groups(groups: Sequence[Subgroup]) -> None:
    """No group, a negative or infinite number, or nobody at all: InequalityError."""
    if not groups:
        raise InequalityError("there are no groups to compare")
    for place, group in enumerate(groups):
        for name, number in (("population", group.population), ("rate", group.rate)):
            if not math.isfinite(number) or number < 0:
                raise InequalityError(f"group {place + 1} has a {name} of {number}; it must be 0 or more")
    if not any(group.population for group in groups):
        raise InequalityError("there are no people in any of the groups")


def check_values(values: Sequence[float]) -> None:
    check_groups([Subgroup(1, value) for value in values])
    if not any(values):
        raise InequalityError("every value is zero, so their inequality has no meaning")
