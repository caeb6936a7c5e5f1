"""What may be shown of a local result, so that nobody reads a few children out of an effect.

An effect and a difference of two groups together give both groups' shares away; so each group is held to the
rules of a share (docs/evidence.md, "What leaves the system of local results").
"""

import math
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal

from allocation.disclosure.cells import MeasurementStatus
from allocation.disclosure.primary import LEAST_MINIMUM, Rules, share
from allocation.evidence.finding import StudyDesign
from allocation.evidence.local import Baseline, LocalPeriod, PeriodEffect, local_effect
from allocation.evidence.random_effects import Estimate
from allocation.intervals import Counts, Interval

FINE = Decimal("0.01")
COARSE = Decimal("0.05")
WORDS = {
    Baseline.EQUIVALENT: "the groups were alike beforehand",
    Baseline.NEEDS_ADJUSTMENT: "the groups differed a little beforehand, which is subtracted",
    Baseline.NOT_EQUIVALENT: "the groups differed too much beforehand",
    Baseline.NOT_STATED: "how alike the groups were beforehand is not stated",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPeriod:
    """What readers see of one period.

    `effect` and `standard_error` are in standard deviations and None where all is withheld; `difference` and
    its ends are whole percentage points, None where only the effect is shown. `people_count` is the least that
    the groups may count together. `sentence` says how the groups compare, or why nothing is shown.
    """

    period: str
    design: StudyDesign
    baseline: Baseline
    sentence: str
    effect: Decimal | None = None
    standard_error: Decimal | None = None
    people_count: int | None = None
    difference: int | None = None
    low: int | None = None
    high: int | None = None


def shown(period: LocalPeriod, minimum: int = LEAST_MINIMUM) -> ShownPeriod:
    """The period as it may be shown under the partnership's minimum group size.

    Withheld where any stated group is under the minimum, or all or none of one reached the outcome. Where each
    group's share could itself be shown, the effect is told to 0.01 with the difference; else to 0.05 alone.
    Standard errors are rounded up. Raises EvidenceError where there is nothing to compare with.
    """
    why = withheld_because(stated_groups(period), minimum)
    if why is not None:
        design = StudyDesign.PRE_POST if period.comparison is None else StudyDesign.UNKNOWN
        return ShownPeriod(
            period=period.period,
            design=design,
            baseline=Baseline.NOT_STATED,
            sentence=f"{period.period}: {why}",
        )
    (one,) = local_effect([period]).periods
    is_fine = all(may_be_told(group, minimum) for group in stated_groups(period))
    step = FINE if is_fine else COARSE
    told = ShownPeriod(
        period=one.period,
        design=one.design,
        baseline=one.baseline,
        sentence=one.sentence if is_fine else blurred(one),
        effect=stepped(one.effect.effect, step, ROUND_HALF_EVEN),
        standard_error=stepped(one.effect.standard_error, step, ROUND_CEILING),
        people_count=sum(group.trials // minimum * minimum for group in groups_after(period)),
    )
    return with_points(told, one) if is_fine else told


def with_points(told: ShownPeriod, one: PeriodEffect) -> ShownPeriod:
    """With the difference to the nearest point, its ends rounded outward."""
    return replace(
        told,
        difference=round(100 * one.difference),
        low=math.floor(100 * one.interval.low),
        high=math.ceil(100 * one.interval.high),
    )


def withheld_because(groups: list[Counts], minimum: int) -> str | None:
    """Why nothing may be shown, or None."""
    if any(group.trials < minimum for group in groups):
        return f"a group has fewer than {minimum} people, so nothing is shown of it"
    if any(group.successes in (0, group.trials) for group in groups):
        return "all or none of a group reached the outcome, so nothing is shown of it"
    return None


def may_be_told(group: Counts, minimum: int) -> bool:
    """Whether the group's share could be shown as a whole percent."""
    told = share(group.successes, group.trials, Rules(minimum, minimum))
    return told.status is MeasurementStatus.REPORTED


def is_small_change(before: LocalPeriod, after: LocalPeriod, minimum: int) -> bool:
    """Whether a correction is so small that showing it would tell of the few people whom it is about."""
    pairs = list(zip(counts_of(before), counts_of(after), strict=True))
    changes = [
        abs(getattr(new, name) - getattr(old, name))
        for old, new in pairs
        if old is not None and new is not None
        for name in ("trials", "successes")
    ]
    return any(0 < change < minimum for change in changes)


def groups_after(period: LocalPeriod) -> list[Counts]:
    return [period.participants, *([period.comparison] if period.comparison else [])]


def counts_of(period: LocalPeriod) -> tuple[Counts | None, ...]:
    return (
        period.participants,
        period.comparison,
        period.participants_before,
        period.comparison_before,
    )


def stated_groups(period: LocalPeriod) -> list[Counts]:
    return [group for group in counts_of(period) if group is not None]


def blurred(one: PeriodEffect) -> str:
    """The period's sentence without figures that only a large group may show."""
    if one.design is StudyDesign.PRE_POST:
        return one.sentence
    return f"{one.period}: {WORDS[one.baseline]}"


def stepped(value: float, step: Decimal, rounding: str) -> Decimal:
    steps = (Decimal(repr(value)) / step).quantize(Decimal(1), rounding)
    return (steps * step).quantize(FINE) + 0


def as_effect(told: ShownPeriod) -> PeriodEffect | None:
    """What the arithmetic may know of a shown period; None where it is withheld."""
    if told.effect is None or told.standard_error is None or told.people_count is None:
        return None
    points = (told.difference or 0, told.low or 0, told.high or 0)
    difference, low, high = (each / 100 for each in points)
    return PeriodEffect(
        period=told.period,
        design=told.design,
        difference=difference,
        interval=Interval(low, high),
        effect=Estimate(float(told.effect), float(told.standard_error) ** 2),
        baseline=told.baseline,
        baseline_effect=None,
        people_count=told.people_count,
        sentence=told.sentence,
    )
