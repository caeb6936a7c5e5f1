"""Reads who and where: the partnership, its areas, groups, outcomes and indicators."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.persistence import DisparityMethod, Rule
from allocation.standing import StandingArea, StandingIndicator, StandingPopulation
from models import outcomes, partnerships


async def read_partnership(session: AsyncSession, partnership_id: UUID) -> partnerships.Partnership:
    """The partnership's own row."""
    return (
        await session.execute(
            select(partnerships.Partnership).where(partnerships.Partnership.id == partnership_id)
        )
    ).scalar_one()


def rule_of(partnership: partnerships.Partnership) -> Rule:
    """The partnership's own rule of persistence."""
    return Rule(
        method=DisparityMethod(partnership.disparity_method.value),
        margin=partnership.disparity_margin,
        periods=partnership.disparity_periods,
    )


async def read_populations(session: AsyncSession, partnership_id: UUID) -> dict[str, StandingPopulation]:
    """The population groups by id."""
    links = await session.execute(
        select(outcomes.PopulationPart).where(outcomes.PopulationPart.partnership_id == partnership_id)
    )
    parts: dict[UUID, set[str]] = defaultdict(set)
    for link in links.scalars():
        parts[link.population_id].add(str(link.part_id))
    rows = await session.execute(
        select(outcomes.Population).where(outcomes.Population.partnership_id == partnership_id)
    )
    return {
        str(p.id): StandingPopulation(
            str(p.id), p.dimension, p.value, p.label, p.is_total, frozenset(parts[p.id])
        )
        for p in rows.scalars()
    }


async def read_areas(session: AsyncSession, partnership_id: UUID) -> dict[str, StandingArea]:
    """The areas by id, each with those it lies in."""
    rows = (
        (
            await session.execute(
                select(partnerships.Area).where(partnerships.Area.partnership_id == partnership_id)
            )
        )
        .scalars()
        .all()
    )
    parents = {area.id: area.parent_id for area in rows}
    return {str(area.id): StandingArea(str(area.id), area.name, _within(area.id, parents)) for area in rows}


def _within(area: UUID, parents: dict[UUID, UUID | None]) -> tuple[str, ...]:
    chain: list[str] = []
    above = parents.get(area)
    while above is not None and str(above) not in chain:
        chain.append(str(above))
        above = parents.get(above)
    return tuple(chain)


async def read_indicators(session: AsyncSession, partnership_id: UUID) -> dict[str, StandingIndicator]:
    """The indicators by id."""
    rows = await session.execute(
        select(outcomes.Indicator).where(outcomes.Indicator.partnership_id == partnership_id)
    )
    return {
        str(i.id): StandingIndicator(
            str(i.id), i.name, str(i.outcome_id), i.unit, i.higher_is_better, i.is_core
        )
        for i in rows.scalars()
    }


async def read_names(
    session: AsyncSession, model: Any, partnership_id: UUID
) -> dict[str, str]:  # Any: a row class
    """The rows' names by id."""
    rows = await session.execute(select(model.id, model.name).where(model.partnership_id == partnership_id))
    return {str(row.id): row.name for row in rows}
