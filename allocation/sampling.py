"""How far chance alone could move a gap: its interval, variance and test, from the counts of both sides.

A total holds the group itself, so it is split first: gap to the total = share outside the group x gap to the
rest, given the numbers of people. A target is a fixed number, so only the group varies.
"""

from dataclasses import dataclass
from decimal import Decimal

from allocation.gaps import Gap, Pair, ReferenceKind, Unit
from allocation.intervals import (
    Counts,
    Interval,
    agresti_caffo_test,
    newcombe_interval,
    target_test,
    wilson_interval,
)

POINTS = 100  # points in a proportion of 1


@dataclass(frozen=True, slots=True)
class Sample:
    """Two independent sets of people, or one and a target; `weight` turns their gap into the gap shown."""

    group: Counts
    others: Counts | None
    target: float
    weight: float
    higher_is_better: bool


def sample_of(pair: Pair, gap: Gap) -> Sample | None:
    """None where the gap is not judged, is no percentage, or lacks the counts of either side."""
    if not gap.is_judged or pair.unit is not Unit.PERCENT or gap.group is None or gap.reference is None:
        return None
    group, others, weight = gap.group.counts, gap.reference.counts, 1.0
    if group is None:
        return None
    if pair.reference_kind is ReferenceKind.TARGET:
        target = float(gap.reference.rate or 0) / POINTS
        return Sample(group, None, target, weight, pair.higher_is_better)
    if others is not None and pair.reference_kind is ReferenceKind.TOTAL:
        weight = (others.trials - group.trials) / others.trials
        others = outside(others, group)
    return None if others is None else Sample(group, others, 0.0, weight, pair.higher_is_better)


def outside(total: Counts, group: Counts) -> Counts | None:
    """The people of the total who are not in the group; None where there are none, or the two disagree."""
    successes, trials = total.successes - group.successes, total.trials - group.trials
    return Counts(successes, trials) if trials > 0 and 0 <= successes <= trials else None


def gap_p_value(sample: Sample, margin: Decimal) -> float:
    """One-sided p-value of H0: the true gap is at most `margin` points.

    Two samples by Agresti and Caffo's z, one sample and a target by the score statistic.
    """
    delta = float(margin) / POINTS / sample.weight
    if sample.others is not None:
        behind, ahead = sample.group, sample.others
        first, second = (ahead, behind) if sample.higher_is_better else (behind, ahead)
        return agresti_caffo_test(first, second, delta).p_value
    if sample.higher_is_better:
        return share_below(sample.group, sample.target - delta)
    failures = Counts(sample.group.trials - sample.group.successes, sample.group.trials)
    return share_below(failures, 1 - sample.target - delta)


def share_below(counts: Counts, aim: float) -> float:
    """P-value of H0: the proportion is at least `aim`; nothing can be below an aim of nought."""
    return target_test(counts, min(1.0, aim)).p_value if aim > 0 else 1.0


def gap_interval(sample: Sample, confidence: float) -> Interval:
    """Interval of the gap in points: Newcombe's method 10, or Wilson's against a target."""
    group, others = sample.group, sample.others
    if others is None:
        own = wilson_interval(group, confidence)
        interval = Interval(sample.target - own.high, sample.target - own.low)
        if not sample.higher_is_better:
            interval = Interval(-interval.high, -interval.low)
    elif sample.higher_is_better:
        interval = newcombe_interval(others, group, confidence)
    else:
        interval = newcombe_interval(group, others, confidence)
    scale = POINTS * sample.weight
    return Interval(interval.low * scale, interval.high * scale)


def gap_variance(sample: Sample) -> float:
    """Variance of the gap in squared points; one success and failure added to each side, so never zero."""
    proportions = [counts for counts in (sample.group, sample.others) if counts is not None]
    return (POINTS * sample.weight) ** 2 * sum(adjusted_variance(counts) for counts in proportions)


def adjusted_variance(counts: Counts) -> float:
    people = counts.trials + 2
    share = (counts.successes + 1) / people
    return share * (1 - share) / people
