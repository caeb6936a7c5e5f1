"""Reads what investments are for, and the disclosed figures of it before and since."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.followups import FollowUp, Served, follow_up
from allocation.frames.figures import figure_of, read_figures
from allocation.frames.places import read_areas, read_indicators, read_populations
from allocation.gaps import Figure
from allocation.standing import StandingArea, StandingIndicator, StandingPopulation

# Lines with dollars, spent ones among them.
LINES = """
select distinct investment_id, outcome_id, population_id, area_id from ledger.account
where partnership_id = :p and investment_id = any(:ids) and outcome_id is not null
  and kind in ('AVAILABLE', 'OBLIGATED', 'SPENT') and credits_posted > debits_posted
"""
MEASUREMENTS = """
select m.id, m.indicator_id, m.area_id, m.population_id, m.period_end from measurement m
where m.partnership_id = :p and exists (select from figure f where f.partnership_id = :p
  and f.measurement_id = m.id and f.is_newest)
"""


@dataclass(frozen=True)
class Award:
    """An investment and the day from which its dollars could show."""

    id: UUID
    began_on: date | None


@dataclass
class Known:
    """What the partnership's readers know."""

    areas: Mapping[str, StandingArea]
    populations: Mapping[str, StandingPopulation]
    indicators: Mapping[str, StandingIndicator]
    series: dict[tuple[str, str], dict[str, list[Figure]]] = field(default_factory=dict)
    measurements: dict[tuple[str, str, str, date], UUID] = field(default_factory=dict)

    def everybody(self, indicator: str) -> str | None:
        """The total under which the indicator is measured, the one with most figures."""
        totals = {
            group: sum(map(len, areas.values()))
            for (each, group), areas in self.series.items()
            if each == indicator and self.populations[group].is_total
        }
        return max(totals, key=lambda group: (totals[group], group), default=None)

    def home(self, indicator: str, population: str) -> str | None:
        """The area in no other that has most figures of the group."""
        areas = self.series.get((indicator, population), {})
        outer = [area for area in areas if not self.areas[area].within]
        return max(outer, key=lambda area: (len(areas[area]), area), default=None)


async def read_follow_ups(
    session: AsyncSession, partnership_id: UUID, awards: Sequence[Award]
) -> tuple[Mapping[UUID, Sequence[FollowUp]], Known]:
    """What became of each award's outcomes, groups and areas, core indicators first."""
    known = await _known(session, partnership_id)
    rows = await session.execute(text(LINES), {"p": partnership_id, "ids": [award.id for award in awards]})
    lines: dict[UUID, list[tuple[str, str | None, str | None]]] = defaultdict(list)
    for row in rows:
        population, area = (str(id_) if id_ else None for id_ in (row.population_id, row.area_id))
        lines[row.investment_id].append((str(row.outcome_id), population, area))
    return {award.id: _of_award(award, lines[award.id], known) for award in awards}, known


async def _known(session: AsyncSession, partnership_id: UUID) -> Known:
    known = Known(
        await read_areas(session, partnership_id),
        await read_populations(session, partnership_id),
        await read_indicators(session, partnership_id),
    )
    for row in await read_figures(session, partnership_id):
        areas = known.series.setdefault((str(row.indicator_id), str(row.population_id)), {})
        areas.setdefault(str(row.area_id), []).append(figure_of(row))
    for row in await session.execute(text(MEASUREMENTS), {"p": partnership_id}):
        key = (str(row.indicator_id), str(row.area_id), str(row.population_id), row.period_end)
        known.measurements[key] = row.id
    return known


def _of_award(
    award: Award, lines: Sequence[tuple[str, str | None, str | None]], known: Known
) -> Sequence[FollowUp]:
    wanted: dict[Served, set[str]] = defaultdict(set)
    indicators = sorted(known.indicators.values(), key=lambda each: (not each.is_core, each.name))
    for indicator in indicators:
        for outcome, group, place in lines:
            population = group or known.everybody(indicator.id)
            area = (place or known.home(indicator.id, population)) if population else None
            if indicator.outcome == outcome and population and area:
                served = Served(indicator.id, area, population, indicator.higher_is_better)
                wanted[served].add(area)
    reached = {(served.indicator, served.population, served.area) for served in wanted}
    return [
        follow_up(
            served,
            known.series.get((served.indicator, served.population), {}),
            award.began_on,
            _elsewhere(served, known, reached),
        )
        for served in wanted
    ]


def _elsewhere(served: Served, known: Known, reached: set[tuple[str, str, str]]) -> Sequence[str]:
    """The other areas within the same larger one; a line for the larger one reaches all of them."""
    within = known.areas[served.area].within[:1]
    if not within or (served.indicator, served.population, within[0]) in reached:
        return ()
    return [
        area.id
        for area in known.areas.values()
        if area.within[:1] == within
        and area.id != served.area
        and (served.indicator, served.population, area.id) not in reached
    ]
