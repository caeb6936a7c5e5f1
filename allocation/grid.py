"""The coverage matrix: indicator by group by area by period, with the reason for each hole."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from allocation.gaps import expected_periods

NEVER = "This indicator has never been recorded for this group here."
NOT_THIS_TIME = "No figure was recorded for this period, though there are others of this group."
NOBODY_THEN = "No figure of anybody was recorded for this period."
WAITING = "A figure is recorded, and waits for approval or for the next release."
NOT_TOLD = "Withheld: that a group is absent among others may tell who is not there."


@dataclass(frozen=True, slots=True)
class Told:
    """What is there for a place and period; `status` is None where it is recorded and not released yet.

    `is_own` is a figure of ours, released by us; `dimension` and `is_total` are of the group.
    """

    indicator: str
    area: str
    population: str
    period_end: date
    status: str | None
    reason: str | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A group that the matrix has a line for."""

    id: str
    dimension: str
    is_total: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of the matrix; `reason` is None only where a number stands."""

    indicator: str
    area: str
    population: str
    period_end: date
    status: str
    reason: str | None


def matrix(told: Iterable[Told], groups: Sequence[Group], *, sees_all: bool) -> Sequence[Cell]:
    """Every group in every period of an indicator and area in which the indicator is measured at all.

    The periods are the indicator's, with holes in their rhythm filled. One total stands for everybody. Without
    `sees_all` a hole among figures of ours is told as withheld: nobody and nine children look the same.
    """
    series: dict[tuple[str, str], dict[tuple[str, date], Told]] = defaultdict(dict)
    days: dict[str, set[date]] = defaultdict(set)
    for each in told:
        series[each.indicator, each.area][each.population, each.period_end] = each
        days[each.indicator].add(each.period_end)
    periods = {indicator: expected_periods(known) for indicator, known in days.items()}
    return [
        cell
        for (indicator, area), places in sorted(series.items())
        for cell in _of_area(indicator, area, periods[indicator], _Places(places, groups, sees_all))
    ]


@dataclass(frozen=True)
class _Places:
    told: Mapping[tuple[str, date], Told]
    groups: Sequence[Group]
    sees_all: bool

    def lines(self) -> Sequence[Group]:
        """The groups, with the totals that are measured, or the first one where none is."""
        measured = {population for population, _ in self.told}
        totals = [group for group in self.groups if group.is_total]
        kept = [group for group in totals if group.id in measured] or totals[:1]
        return [group for group in self.groups if not group.is_total or group in kept]

    def own_dimensions(self, day: date) -> set[str]:
        """The dimensions of which a figure of ours stands on a day."""
        by_id = {group.id: group.dimension for group in self.groups}
        return {
            by_id[population]
            for (population, end), each in self.told.items()
            if end == day and each.is_own and population in by_id
        }


def _of_area(indicator: str, area: str, periods: Sequence[date], places: _Places) -> Iterable[Cell]:
    measured = {population for population, _ in places.told}
    present = {end for _, end in places.told}
    own = {day: set() if places.sees_all else places.own_dimensions(day) for day in periods}
    for group in places.lines():
        for day in periods:
            each = places.told.get((group.id, day))
            if each is not None:
                status, reason = (each.status, each.reason) if each.status else ("MISSING", WAITING)
            elif day not in present:
                status, reason = "MISSING", NOBODY_THEN
            elif group.dimension in own[day] and not group.is_total:
                status, reason = "SUPPRESSED", NOT_TOLD
            else:
                status, reason = "MISSING", NOT_THIS_TIME if group.id in measured else NEVER
            yield Cell(indicator, area, group.id, day, status or "MISSING", reason)
