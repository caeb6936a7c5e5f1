"""Which groups are behind, which have been for years, and which gaps are closing.

The status of a pair (a group and its reference in one indicator and area) is the first that holds:

UNKNOWN     the latest expected period has no gap, or too few people to judge by.
PERSISTENT  POINT: the last `periods` expected periods, or more, each have a gap (below). TESTED: it is shown
            that in `required` of the last `periods` periods the true gap exceeded the margin, by a partial
            conjunction test held to the false discovery rate over all pairs, and the group is still behind.
PROBABLE    TESTED only: `required` of the last `periods` periods each have p < `probable_level`, unadjusted;
            or the last `periods` periods each have a gap, but one was published without counts, so that it
            cannot be tested. In both the group is still behind.
CLOSED      there once were `periods` gaps in a row, and the latest is smaller than the margin.
NARROWING   there was a gap before, the group is still behind, and both the trend and the slope of the last
            `periods` judged periods are below zero (TESTED, with counts: the trend at one-sided 5%).
EMERGING    the latest period has a gap, which has not lasted long enough or is not shown to.
NONE        none of these.

A period "has a gap" where the figures differ by at least the margin (and by more than nothing) in the group's
disfavour. Withheld, missing, banded and not applicable figures, a period without any figure, too few people
and a change of version each break a run; closing, trend and test use the latest version alone.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from allocation.gaps import DisparityError, Figure, Gap, Pair, Unit, expected_periods, gap_history
from allocation.movements import NarrowingCause, has_gap
from allocation.persistence import DisparityMethod, Evidence, Observed, Rule, observe, weigh

SHOWN_PLACES = Decimal("0.0001")
SLOPE_Z = 1.6448536269514722  # one-sided 5% of a standard normal


class DisparityStatus(StrEnum):
    """In order of precedence; the module's docstring defines each."""

    UNKNOWN = "UNKNOWN"
    PERSISTENT = "PERSISTENT"
    PROBABLE = "PROBABLE"
    CLOSED = "CLOSED"
    NARROWING = "NARROWING"
    EMERGING = "EMERGING"
    NONE = "NONE"


@dataclass(frozen=True)
class Disparity:
    """One pair and what is known of it. Gap, bounds and trend are in points, or the unit of a NUMBER.

    `gap`, its bounds, `ratio` (group / reference) and `students_behind` are of the latest expected period,
    None where unknown. `first_period` and `last_period` bound the periods in which the two could be compared.
    `p_value` and `adjusted_p_value` are None where the last periods cannot be tested (always, under POINT);
    persistence is shown where the adjusted one is at most the rule's false discovery rate.
    """

    pair: Pair
    status: DisparityStatus
    gap: Decimal | None
    gap_low: Decimal | None
    gap_high: Decimal | None
    ratio: Decimal | None
    students_behind: int | None
    latest: Figure | None
    latest_reference: Figure | None
    consecutive_periods: int
    longest_run: int
    first_period: date
    last_period: date
    trend: Decimal | None
    narrowing_because: NarrowingCause | None
    is_too_small: bool
    reason: str | None
    notes: tuple[str, ...]
    p_value: float | None
    adjusted_p_value: float | None
    history: tuple[Gap, ...]


def assess_disparities(
    pairs: Sequence[Pair], rule: Rule | None = None, expected: Mapping[str, Sequence[date]] | None = None
) -> tuple[Disparity, ...]:
    """Judge every pair that could ever be compared, in the order given.

    `pairs` must be all of the partnership's, before any filter: those of them that can be tested are the
    family over which false discoveries are controlled. `expected` names the period ends of an indicator;
    without it they are those that any pair of the indicator has, with holes in a steady rhythm filled.
    Raises DisparityError for a pair given twice, two figures of one period, or a figure outside the
    expected periods.
    """
    rule = rule or Rule()
    refuse_repeats(pairs)
    calendars = calendars_of(pairs, expected or {})
    histories = ((pair, gap_history(pair, calendars[pair.indicator], rule.fewest)) for pair in pairs)
    observed = [
        observe(pair, history, rule)
        for pair, history in histories
        if any(gap.points is not None for gap in history)
    ]
    return tuple(judge(one, evidence) for one, evidence in zip(observed, weigh(observed, rule), strict=True))


def refuse_repeats(pairs: Sequence[Pair]) -> None:
    seen = set()
    for pair in pairs:
        key = (pair.indicator, pair.area, pair.dimension, pair.group, pair.reference_kind, pair.reference)
        if key in seen:
            raise DisparityError(f"{pair}: this pair is given twice")
        seen.add(key)


def calendars_of(
    pairs: Sequence[Pair], expected: Mapping[str, Sequence[date]]
) -> dict[str, tuple[date, ...]]:
    days: dict[str, set[date]] = defaultdict(set)
    for pair in pairs:
        if pair.indicator not in expected:
            for figures in (pair.figures, pair.reference_figures):
                days[pair.indicator].update(figure.period_end for figure in figures)
    named = {indicator: tuple(sorted(set(ends))) for indicator, ends in expected.items()}
    return named | {indicator: expected_periods(ends) for indicator, ends in days.items()}


def judge(one: Observed, evidence: Evidence | None) -> Disparity:
    latest, movement, bounds = one.latest, one.movement, one.bounds
    comparable = [gap.period_end for gap in one.history if gap.points is not None]
    status, cause = status_of(one, evidence), cause_of(one)
    return Disparity(
        pair=one.pair,
        status=status,
        gap=latest.points,
        gap_low=shown(bounds.low) if bounds else None,
        gap_high=shown(bounds.high) if bounds else None,
        ratio=ratio_of(latest),
        students_behind=students_behind(one.pair, latest),
        latest=latest.group,
        latest_reference=latest.reference,
        consecutive_periods=one.lengths[-1],
        longest_run=max(one.lengths),
        first_period=comparable[0],
        last_period=comparable[-1],
        trend=shown(movement.slope) if movement else None,
        narrowing_because=cause,
        is_too_small=latest.points is not None and not latest.is_judged,
        reason=latest.reason,
        notes=tuple(notes_on(one, evidence, status, cause)),
        p_value=evidence.combined if evidence else None,
        adjusted_p_value=evidence.adjusted if evidence else None,
        history=one.history,
    )


def status_of(one: Observed, evidence: Evidence | None) -> DisparityStatus:
    """The first that holds; see the module's docstring."""
    rule = one.rule
    if not one.latest.is_judged:
        return DisparityStatus.UNKNOWN
    if is_persistent(one, evidence):
        return DisparityStatus.PERSISTENT
    if evidence is not None and is_probable(one):
        return DisparityStatus.PROBABLE
    is_open = has_gap(one.latest, rule.margin)
    if one.longest_current_run >= rule.periods and not is_open:
        return DisparityStatus.CLOSED
    if one.had_gap and one.is_behind and is_shrinking(one):
        return DisparityStatus.NARROWING
    return DisparityStatus.EMERGING if is_open else DisparityStatus.NONE


def is_persistent(one: Observed, evidence: Evidence | None) -> bool:
    if evidence is None:
        return one.lengths[-1] >= one.rule.periods
    shown_to_last = evidence.adjusted is not None and evidence.adjusted <= one.rule.false_discovery_rate
    return one.is_behind and shown_to_last


def is_probable(one: Observed) -> bool:
    rule = one.rule
    each_shown = sum(p is not None and p < rule.probable_level for p in one.p_values) >= rule.required
    untestable = one.lacks_counts and one.lengths[-1] >= rule.periods
    return one.is_behind and (each_shown or untestable)


def is_shrinking(one: Observed) -> bool:
    movement = one.movement
    if movement is None or movement.slope >= 0 or movement.recent >= 0:
        return False
    if one.rule.method is DisparityMethod.POINT or movement.error is None:
        return True
    return movement.slope <= -SLOPE_Z * movement.error


def cause_of(one: Observed) -> NarrowingCause | None:
    """Whose doing the narrowing is, where there was a gap to narrow."""
    return one.movement.cause if one.movement is not None and one.had_gap else None


def ratio_of(gap: Gap) -> Decimal | None:
    """The group's rate over the reference's; none over nought."""
    own, theirs = (figure.rate if figure else None for figure in (gap.group, gap.reference))
    if gap.points is None or own is None or not theirs:
        return None
    return (own / theirs).quantize(SHOWN_PLACES, ROUND_HALF_UP)


def students_behind(pair: Pair, gap: Gap) -> int | None:
    """People to parity: the group's people x the gap shown, to the nearest person, halves up; 0 if ahead."""
    people = gap.group.denominator if gap.group else None
    if gap.points is None or people is None or pair.unit is not Unit.PERCENT:
        return None
    return int((people * max(gap.points, Decimal(0)) / 100).quantize(Decimal(1), ROUND_HALF_UP))


def shown(number: float) -> Decimal:
    return Decimal(repr(number)).quantize(SHOWN_PLACES, ROUND_HALF_UP) + 0


def notes_on(
    one: Observed, evidence: Evidence | None, status: DisparityStatus, cause: NarrowingCause | None
) -> list[str]:
    """What a reader should know beside the status, in plain words."""
    notes = []
    if one.lacks_counts:
        notes.append("published without counts, so chance cannot be ruled out: at most probable")
    elif evidence is not None and status is DisparityStatus.EMERGING:
        if one.lengths[-1] >= one.rule.periods:
            notes.append(
                f"a gap in each of the last {one.lengths[-1]} periods, but it is not shown to persist"
            )
        latest = one.p_values[-1]
        if latest is not None and latest >= one.rule.probable_level:
            notes.append("chance alone could explain the gap of the latest period")
    if max(one.lengths) >= one.rule.periods > one.longest_current_run:
        notes.append(f"a gap of {max(one.lengths)} periods lies before a change of definition or test")
    if cause in (NarrowingCause.REFERENCE_FELL, NarrowingCause.BOTH):
        notes.append("the gap narrows because the reference got worse: levelling down is not progress")
    return notes
