"""Reads the targets, as what a group may be compared with."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.gaps import Figure, FigureStatus, Pair, ReferenceKind, Unit
from allocation.standing import StandingIndicator, StandingPopulation
from models.outcomes import Target


@dataclass(frozen=True)
class Aim:
    """A value to be reached by a day; without an area everywhere, without a population by every group."""

    area: str | None
    population: str | None
    due_on: date
    value: Decimal


Aims = Mapping[str, Sequence[Aim]]
"""By indicator, in the order of the days on which they are due."""


async def read_aims(session: AsyncSession, partnership_id: UUID) -> Aims:
    """All targets of a partnership."""
    t = Target
    rows = await session.execute(
        select(t.indicator_id, t.area_id, t.population_id, t.due_on, t.value)
        .where(t.partnership_id == partnership_id)
        .order_by(t.due_on)
    )
    found: dict[str, list[Aim]] = defaultdict(list)
    for row in rows:
        area, population = (str(id_) if id_ else None for id_ in (row.area_id, row.population_id))
        found[str(row.indicator_id)].append(Aim(area, population, row.due_on, row.value))
    return found


def target_pairs(
    indicator: StandingIndicator,
    area: str,
    group: StandingPopulation,
    *,
    aims: Aims,
    figures: Sequence[Figure],
) -> list[Pair]:
    """The group with what it should have been; nothing where it has no target, and of everybody.

    `reference` is the group itself: a target is nobody's figure.
    """
    theirs = aimed_at(aims.get(indicator.id, ()), area, group.id, figures)
    if group.is_total or not theirs:
        return []
    return [
        Pair(
            indicator=indicator.id,
            area=area,
            dimension=group.dimension,
            group=group.id,
            reference=group.id,
            reference_kind=ReferenceKind.TARGET,
            figures=figures,
            reference_figures=theirs,
            higher_is_better=indicator.higher_is_better,
            unit=Unit.PERCENT if indicator.unit == "percent" else Unit.NUMBER,
        )
    ]


def aimed_at(aims: Sequence[Aim], area: str, population: str, figures: Sequence[Figure]) -> list[Figure]:
    """For each figure of a group what it should have been: the next target due then, or the last.

    A target of the group in the area comes before one of everybody there, and both before those without an area.
    Nothing where there is no target.
    """
    for where in (area, None):
        for whom in (population, None):
            mine = [each for each in aims if (each.area, each.population) == (where, whom)]
            if mine:
                return [_aim_of(mine, figure) for figure in figures]
    return []


def _aim_of(aims: Sequence[Aim], figure: Figure) -> Figure:
    aim = next((each for each in aims if each.due_on >= figure.period_end), aims[-1])
    return Figure(figure.period_end, FigureStatus.REPORTED, value=aim.value, version=figure.version)
