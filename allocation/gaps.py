"""The gap between a group and its reference, period by period.

Figures are compared as the Decimals that were published, so that a gap of exactly the margin counts as one.
Percentages are in points (0..100). A gap is positive where the group is behind its reference, whichever
direction is better. A figure that is withheld, missing or only a range is never a number here.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import pairwise

from allocation.intervals import Counts

RATE_PLACES = Decimal("1e-10")  # two rates reckoned from counts then differ by exactly what their counts say
MONTHS = 12


class DisparityError(ValueError):
    """Figures or a rule that cannot be judged; the sentence names the indicator, area, group and period."""


class FigureStatus(StrEnum):
    """What is known of one figure; only a REPORTED one is a number."""

    REPORTED = "REPORTED"
    SUPPRESSED = "SUPPRESSED"
    SUPPRESSED_AT_SOURCE = "SUPPRESSED_AT_SOURCE"
    BANDED = "BANDED"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    MISSING = "MISSING"


class ReferenceKind(StrEnum):
    """Whom a group is compared with: a named group, all outside the group, everybody, or a fixed aim."""

    GROUP = "GROUP"
    REST = "REST"
    TOTAL = "TOTAL"
    TARGET = "TARGET"


class Unit(StrEnum):
    """PERCENT is a share of people in points, 0..100; NUMBER is anything else, and is never tested."""

    PERCENT = "PERCENT"
    NUMBER = "NUMBER"


WORDS = {
    FigureStatus.SUPPRESSED: "is withheld to protect the people in small groups",
    FigureStatus.SUPPRESSED_AT_SOURCE: "was withheld by its source",
    FigureStatus.BANDED: "was published only as a range",
    FigureStatus.NOT_APPLICABLE: "does not apply: there was nobody in the group",
    FigureStatus.MISSING: "is missing",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one group in one period.

    A reported figure bears a value, or counts from which it is reckoned (percentages only). Figures of
    different `version` (definition, test) are not compared with one another.
    """

    period_end: date
    status: FigureStatus
    value: Decimal | None = None
    numerator: int | None = None
    denominator: int | None = None
    version: str = ""

    def __post_init__(self) -> None:
        if self.value is not None and not self.value.is_finite():
            raise DisparityError(f"the figure of {self.period_end} has the value {self.value}, not a number")
        if self.denominator is not None and self.denominator < 0:
            raise DisparityError(f"the figure of {self.period_end} counts {self.denominator} people")
        known = self.numerator is not None and self.denominator is not None
        if known and not 0 <= (self.numerator or 0) <= (self.denominator or 0):
            raise DisparityError(
                f"the figure of {self.period_end} counts {self.numerator} of {self.denominator} people"
            )
        if self.status is FigureStatus.REPORTED and self.value is None and self.counts is None:
            raise DisparityError(
                f"the figure of {self.period_end} is reported, but has neither value nor counts"
            )

    @property
    def counts(self) -> Counts | None:
        """The counts of a reported figure, where both are known and somebody was counted."""
        if self.status is not FigureStatus.REPORTED or self.numerator is None or not self.denominator:
            return None
        return Counts(self.numerator, self.denominator)

    @property
    def rate(self) -> Decimal | None:
        """The number to compare, as published; from counts where only they were; None unless reported."""
        if self.status is not FigureStatus.REPORTED:
            return None
        if self.value is not None:
            return self.value
        counts = self.counts
        return None if counts is None else percent(counts)


def percent(counts: Counts) -> Decimal:
    return (Decimal(100 * counts.successes) / counts.trials).quantize(RATE_PLACES, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Pair:
    """A group of one indicator, area and dimension, its reference, and the figures of both.

    With TOTAL the reference figures include the group; with TARGET they are the aim, without counts.
    """

    indicator: str
    area: str
    dimension: str
    group: str
    reference: str
    reference_kind: ReferenceKind
    figures: Sequence[Figure]
    reference_figures: Sequence[Figure]
    higher_is_better: bool = True
    unit: Unit = Unit.PERCENT

    def __str__(self) -> str:
        return f"{self.indicator}, {self.area}, {self.group} against {self.reference}"


@dataclass(frozen=True, slots=True)
class Gap:
    """Group and reference in one expected period.

    `points` is None where the two cannot be compared. `is_judged` is false there, and also where they are
    shown but too few people were counted to judge by; `reason` then says why, in plain words.
    """

    period_end: date
    points: Decimal | None
    reason: str | None
    group: Figure | None
    reference: Figure | None

    @property
    def is_judged(self) -> bool:
        return self.points is not None and self.reason is None

    @property
    def version(self) -> str:
        return self.group.version if self.group else ""


def gap_history(pair: Pair, expected: Sequence[date], minimum_count: int = 0) -> tuple[Gap, ...]:
    """One gap for each expected period, in the order of `expected`.

    `minimum_count` is the fewest people, in the group and in its reference, on whom a gap is judged.
    Raises DisparityError where a period has two figures, or a figure belongs to no expected period.
    """
    own, theirs = by_period(pair, pair.figures), by_period(pair, pair.reference_figures)
    strays = (own.keys() | theirs.keys()).difference(expected)
    if strays:
        raise DisparityError(f"{pair}: no figure is expected for the period ending {min(strays)}")
    return tuple(compare(pair, day, (own.get(day), theirs.get(day)), minimum_count) for day in expected)


def by_period(pair: Pair, figures: Sequence[Figure]) -> Mapping[date, Figure]:
    found = {figure.period_end: figure for figure in figures}
    if len(found) < len(figures):
        days = sorted(figure.period_end for figure in figures)
        twice = next(day for day, following in pairwise(days) if day == following)
        raise DisparityError(f"{pair}: two figures for the period ending {twice}")
    return found


def compare(pair: Pair, day: date, figures: tuple[Figure | None, Figure | None], minimum_count: int) -> Gap:
    group, reference = figures
    reason = why_unknown(day, group, pair.group) or why_unknown(day, reference, pair.reference)
    if reason is None and group and reference and group.version != reference.version:
        reason = f"the two figures for the period ending {day} were not measured in the same way"
    own = group.rate if group else None
    theirs = reference.rate if reference else None
    if reason is not None or own is None or theirs is None:
        return Gap(day, None, reason, group, reference)
    points = theirs - own if pair.higher_is_better else own - theirs
    return Gap(day, points, why_too_small(pair, day, figures, minimum_count), group, reference)


def why_unknown(day: date, figure: Figure | None, name: str) -> str | None:
    if figure is None:
        return f"there is no figure of {name} for the period ending {day}"
    if figure.status is FigureStatus.REPORTED:
        return None
    return f"the figure of {name} for the period ending {day} {WORDS[figure.status]}"


def why_too_small(
    pair: Pair, day: date, figures: tuple[Figure | None, Figure | None], minimum_count: int
) -> str | None:
    for figure, name in zip(figures, (pair.group, pair.reference), strict=True):
        people = figure.denominator if figure else None
        if people is not None and people < minimum_count:
            return (
                f"too small to judge: {people} people in {name} in the period ending {day}, "
                f"and fewer than {minimum_count} are not judged"
            )
    return None


def rest_of_population(total: Figure, group: Figure) -> Figure:
    """Everybody outside the group, from the counts of both; MISSING where either lacks its counts.

    Raises DisparityError where the group is no part of the total.
    """
    if total.period_end != group.period_end:
        raise DisparityError(f"a total of {total.period_end} has no rest in a group of {group.period_end}")
    everybody, some = total.counts, group.counts
    if everybody is None or some is None or total.version != group.version:
        lacking = next((f.status for f in (group, total) if f.status is not FigureStatus.REPORTED), None)
        return Figure(total.period_end, lacking or FigureStatus.MISSING, version=total.version)
    successes, trials = everybody.successes - some.successes, everybody.trials - some.trials
    if not 0 <= successes <= trials:
        raise DisparityError(f"the group of {group.period_end} counts more people than its total")
    if trials == 0:
        return Figure(total.period_end, FigureStatus.NOT_APPLICABLE, version=total.version)
    value = percent(Counts(successes, trials))
    return Figure(total.period_end, FigureStatus.REPORTED, value, successes, trials, total.version)


def expected_periods(days: Iterable[date]) -> tuple[date, ...]:
    """The periods an indicator should have, from those that any group has; holes in the rhythm are filled.

    The rhythm is the shortest step in whole months; where a step is no multiple of it, nothing is filled.
    """
    known = sorted(set(days))
    steps = [month_of(later) - month_of(earlier) for earlier, later in pairwise(known)]
    rhythm = min(steps, default=0)
    if rhythm < 1 or any(step % rhythm for step in steps):
        return tuple(known)
    filled = known[:1]
    for step, day in zip(steps, known[1:], strict=True):
        earlier = filled[-1]
        filled += [months_after(earlier, ahead) for ahead in range(rhythm, step, rhythm)]
        filled.append(day)
    return tuple(filled)


def month_of(day: date) -> int:
    return day.year * MONTHS + day.month - 1


def months_after(day: date, count: int) -> date:
    year, month = divmod(month_of(day) + count, MONTHS)
    length = monthrange(year, month + 1)[1]
    is_last = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, length if is_last else min(day.day, length))
