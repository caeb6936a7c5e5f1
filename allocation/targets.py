"""Who can gain: a population in an area with respect to one outcome, with its people and its gap.

An outcome is planned by one indicator. Totals of several dimensions ("all students" by race, by language) are
the same people, so everybody is one population here, under the total with the plainest label.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from allocation.disparities import Disparity, DisparityStatus
from allocation.standing import Standing, StandingIndicator, StandingRate

Place = tuple[str, str, str]


@dataclass(frozen=True)
class Target:
    """A group as a target.

    `rate` is a share (0..1) of `people`. `gap` counts the people short of parity with the group's reference
    where it `is_behind`, else all who lack the outcome. `is_open` says whether more dollars may be aimed at
    it: at groups that are behind, and at everybody.
    """

    outcome: str
    area: str
    population: str
    indicator: StandingIndicator
    rate: float
    people: int
    gap: float
    is_behind: bool
    is_persistent: bool
    is_everybody: bool

    @property
    def id(self) -> str:
        """Unique among the groups."""
        return group_name(self.outcome, self.area, self.population)

    @property
    def is_open(self) -> bool:
        """Whether more dollars may be aimed at it when gaps are to close."""
        return self.is_behind or self.is_everybody


def group_name(outcome: str, area: str, population: str) -> str:
    """A group's id."""
    return f"{outcome}/{area}/{population}"


def everybody(standing: Standing) -> str | None:
    """The population under which all totals are planned."""
    totals = [each for each in standing.populations.values() if each.is_total]
    return min((each.id for each in totals), key=lambda each: _plainest(standing, each), default=None)


def _plainest(standing: Standing, population: str) -> tuple[int, str, str]:
    """ "All students" before "All students (by language)"."""
    each = standing.populations[population]
    return (len(each.label), each.dimension, each.value)


def planned_population(standing: Standing, population: str | None) -> str | None:
    """The population as it is planned: no population, and every total, is everybody."""
    if population is None or standing.populations[population].is_total:
        return everybody(standing)
    return population


def home_area(standing: Standing) -> str | None:
    """The area that a line without an area serves: of those that lie in no other, the most peopled."""
    people: dict[str, int] = defaultdict(int)
    for rate in standing.rates:
        if standing.populations[rate.population].is_total:
            people[rate.area] = max(people[rate.area], rate.people or 0)
    outer = [area.id for area in standing.areas.values() if not area.within]
    return max(outer, key=lambda area: (people[area], area), default=None)


def indicators_of(standing: Standing) -> Iterable[StandingIndicator]:
    """The indicator by which each outcome is planned: a core one, then the one with most rates, then by name."""
    rates: dict[str, int] = defaultdict(int)
    for rate in standing.rates:
        rates[rate.indicator] += rate.rate is not None
    by_outcome: dict[str, list[StandingIndicator]] = defaultdict(list)
    for indicator in standing.indicators.values():
        if indicator.unit == "percent" and rates[indicator.id]:
            by_outcome[indicator.outcome].append(indicator)
    for found in by_outcome.values():
        yield min(found, key=lambda each: (not each.is_core, -rates[each.id], each.name, each.id))


def targets_of(standing: Standing) -> tuple[Target, ...]:
    """One target for each outcome, area and population with a disclosed rate and size, in the order of ids."""
    chosen = {indicator.id: indicator for indicator in indicators_of(standing)}
    judged = {(each.pair.indicator, each.pair.area, each.pair.group): each for each in standing.disparities}
    newest: dict[Place, StandingRate] = {}
    for rate in standing.rates:
        if rate.indicator not in chosen or rate.rate is None or not rate.people:
            continue
        place = (rate.indicator, rate.area, planned_population(standing, rate.population) or rate.population)
        newest[place] = max(newest.get(place, rate), rate, key=_newest_then_most)
    found = [
        _target(standing, chosen[indicator], (area, population), rate, judged)
        for (indicator, area, population), rate in newest.items()
    ]
    return tuple(sorted(found, key=lambda each: each.id))


def _newest_then_most(rate: StandingRate) -> tuple[object, ...]:
    return (rate.period_end, rate.people, rate.population)


def _target(
    standing: Standing,
    indicator: StandingIndicator,
    place: tuple[str, str],
    rate: StandingRate,
    judged: dict[Place, Disparity],
) -> Target:
    share, people = float(rate.rate or 0) / 100, rate.people or 0
    lacking = people * ((1 - share) if indicator.higher_is_better else share)
    disparity = judged.get((rate.indicator, rate.area, rate.population))
    behind = disparity.gap if disparity is not None and disparity.gap is not None else None
    is_behind = behind is not None and behind > 0
    area, population = place
    return Target(
        outcome=indicator.outcome,
        area=area,
        population=population,
        indicator=indicator,
        rate=share,
        people=people,
        gap=min(lacking, people * float(behind) / 100) if behind is not None and is_behind else lacking,
        is_behind=is_behind,
        is_persistent=disparity is not None and disparity.status is DisparityStatus.PERSISTENT,
        is_everybody=standing.populations[rate.population].is_total,
    )
