"""Reads figures to be examined: as a release shows them, or as they were recorded (a steward's session alone)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.frames.places import read_areas, read_indicators, read_populations
from allocation.quality import Freshness, Noted
from models.submissions import DataSource, QualityAllowance, QualityKind

COLUMNS = """
m.id, m.indicator_id, m.area_id, m.population_id, m.period_start, m.period_end, f.status, f.value, f.numerator,
f.denominator, f.already_public, f.source_system,
(select max(v.valid_from) from indicator_version v where v.partnership_id = m.partnership_id
  and v.indicator_id = m.indicator_id and v.valid_from <= m.period_end and v.bridge is null) as version
"""
DISCLOSED = f"""
select {COLUMNS} from measurement m
join figure f on f.partnership_id = m.partnership_id and f.measurement_id = m.id and f.is_newest
where m.partnership_id = :p order by m.period_end, m.id
"""  # noqa: S608 - our own words
RECORDED = f"""
select {COLUMNS} from measurement m
join lateral (select * from raw.figure r where r.partnership_id = m.partnership_id and r.measurement_id = m.id
  order by r.version desc limit 1) f on true
where m.partnership_id = :p order by m.period_end, m.id
"""  # noqa: S608 - as above

Allowed = dict[tuple[UUID, QualityKind, str | None], str]
"""Why findings are allowed, by indicator, kind and dimension (None: all)."""


async def read_disclosed(session: AsyncSession, partnership_id: UUID) -> Sequence[Noted]:
    """What readers see; that one of our own figures is absent says nothing."""
    return await _read(session, partnership_id, DISCLOSED, is_raw=False)


async def read_recorded(session: AsyncSession, partnership_id: UUID) -> Sequence[Noted]:
    """The newest version of each figure as it was recorded, approved or not."""
    return await _read(session, partnership_id, RECORDED, is_raw=True)


async def _read(session: AsyncSession, partnership_id: UUID, query: str, *, is_raw: bool) -> Sequence[Noted]:
    populations = await read_populations(session, partnership_id)
    areas = await read_areas(session, partnership_id)
    indicators = await read_indicators(session, partnership_id)
    rows = (await session.execute(text(query), {"p": partnership_id})).all()

    def noted(row: Any) -> Noted:  # a row of COLUMNS
        group = populations[str(row.population_id)]
        is_share = indicators[str(row.indicator_id)].unit == "percent"
        return Noted(
            id=str(row.id),
            indicator=str(row.indicator_id),
            area=str(row.area_id),
            dimension=group.dimension,
            group=group.id,
            place=f"{group.label}, {areas[str(row.area_id)].name}",
            period_start=row.period_start,
            period_end=row.period_end,
            is_reported=row.status == "REPORTED",
            value=row.value,
            numerator=row.numerator,
            denominator=row.denominator,
            is_total=group.is_total,
            is_part=not group.is_total and not group.parts,
            is_share=is_share,
            version=str(row.version or ""),
            source=row.source_system,
            is_telling=is_raw or row.already_public,
        )

    return [noted(row) for row in rows]


async def read_freshness(session: AsyncSession, partnership_id: UUID) -> Freshness:
    """Today, and what is asked of each source."""
    d = DataSource
    rows = await session.execute(
        select(d.name, d.decision_cadence_days).where(
            d.partnership_id == partnership_id, d.decision_cadence_days.is_not(None)
        )
    )
    return Freshness(datetime.now(UTC).date(), {name: int(days or 0) for name, days in rows})


async def read_allowances(session: AsyncSession, partnership_id: UUID) -> Allowed:
    """What is known and explained here."""
    a = QualityAllowance
    rows = await session.execute(
        select(a.indicator_id, a.kind, a.dimension, a.reason).where(a.partnership_id == partnership_id)
    )
    return {(indicator, kind, dimension): reason for indicator, kind, dimension, reason in rows}
