"""Reads what is there of each indicator, group, area and period, and how fresh each source is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.grid import Group, Told

TOLD = """
select m.indicator_id, m.area_id, m.population_id, m.period_end, f.status,
  coalesce(f.reason, case f.status when 'BANDED' then 'Only a range was published.'
    when 'MISSING' then 'No figure was published.' when 'NOT_APPLICABLE' then 'There was nobody in the group.'
    when 'SUPPRESSED_AT_SOURCE' then 'The body that published this figure withheld it.' end) as reason,
  coalesce(not f.already_public, false) as is_own
from measurement m
join indicator i on i.partnership_id = m.partnership_id and i.id = m.indicator_id
left join figure f on f.partnership_id = m.partnership_id and f.measurement_id = m.id and f.is_newest
where m.partnership_id = :p and (not :core or i.is_core)
"""
GROUPS = """
select id, dimension, is_total from population where partnership_id = :p and (not :key or is_key or is_total)
order by is_total desc, length(label), dimension, value
"""
# An import that changed nothing still says that its source was looked at; figures recorded by hand have no file.
SOURCES = """
select s.system, greatest(s.released_at,
    (select max(r.started_at) from import_run r
     where r.partnership_id = :p and not r.is_dry_run and r.file = any(s.files))) as imported_at,
  s.latest, d.decision_cadence_days
from (
  select f.source_system as system, max(f.released_at) as released_at, max(m.period_end) as latest,
    array_agg(distinct f.source_file) as files
  from figure f join measurement m on m.partnership_id = f.partnership_id and m.id = f.measurement_id
  where f.partnership_id = :p and f.is_newest group by 1) s
left join data_source d on d.partnership_id = :p and d.name = s.system
union all
select d.name, null, null, d.decision_cadence_days from data_source d
where d.partnership_id = :p and not exists (
  select from figure f where f.partnership_id = :p and f.is_newest and f.source_system = d.name)
order by 1
"""


@dataclass(frozen=True)
class Freshest:
    """A source: when it was last brought in, the end of its newest period, and how fresh decisions need it."""

    system: str
    imported_at: datetime | None
    latest: date | None
    cadence_days: int | None

    def age_days(self, today: date) -> int | None:
        """Days since the end of the newest period."""
        return None if self.latest is None else (today - self.latest).days

    def is_late(self, today: date) -> bool:
        """Whether decisions need something fresher, or anything at all."""
        age = self.age_days(today)
        return self.cadence_days is not None and (age is None or age > self.cadence_days)


async def read_told(session: AsyncSession, partnership_id: UUID, *, core: bool) -> Sequence[Told]:
    """Every measurement, with what the newest release shows of it; `core` keeps to core indicators."""
    rows = await session.execute(text(TOLD), {"p": partnership_id, "core": core})
    return [
        Told(
            str(row.indicator_id),
            str(row.area_id),
            str(row.population_id),
            row.period_end,
            row.status,
            row.reason,
            row.is_own,
        )
        for row in rows
    ]


async def read_groups(session: AsyncSession, partnership_id: UUID, *, key: bool) -> Sequence[Group]:
    """The groups, everybody first; `key` keeps to key groups and everybody."""
    rows = await session.execute(text(GROUPS), {"p": partnership_id, "key": key})
    return [Group(str(row.id), row.dimension, row.is_total) for row in rows]


async def read_sources(session: AsyncSession, partnership_id: UUID) -> Sequence[Freshest]:
    """The sources of what readers see, and those that something is asked of, by name."""
    rows = await session.execute(text(SOURCES), {"p": partnership_id})
    return [Freshest(*row) for row in rows]
