"""Reads figures as they were recorded, every version of them: for the data steward's sessions alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

RECORDED = """
select m.id as measurement_id, m.indicator_id, m.area_id, m.population_id, m.period_start, m.period_end,
  r.version, r.recorded_at, r.recorded_by, r.status, r.value, r.low, r.high, r.mark, r.numerator, r.denominator,
  r.already_public, r.source_system, coalesce(s.step, 'APPROVED') as step, r.submission_id
from raw.figure r
join measurement m on m.partnership_id = r.partnership_id and m.id = r.measurement_id
left join submission s on s.partnership_id = r.partnership_id and s.id = r.submission_id
where r.partnership_id = :p and {condition}
order by m.period_end, m.id, r.version desc limit :most
"""


@dataclass(frozen=True)
class RecordedVersion:
    """One version of a figure as it was recorded, and where it stands on its way to readers."""

    measurement_id: UUID
    indicator_id: UUID
    area_id: UUID
    population_id: UUID
    period_start: date
    period_end: date
    version: int
    recorded_at: datetime
    recorded_by: str
    status: str
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    mark: str | None
    numerator: int | None
    denominator: int | None
    already_public: bool
    source_system: str
    step: str
    submission_id: UUID | None


async def read_versions(
    session: AsyncSession, partnership_id: UUID, measurement_ids: Sequence[UUID]
) -> Sequence[RecordedVersion]:
    """Every version of these measurements, the newest first within each."""
    return await _read(session, "r.measurement_id = any(:ids)", p=partnership_id, ids=list(measurement_ids))


async def read_submitted(
    session: AsyncSession, partnership_id: UUID, submission_id: UUID, most: int
) -> Sequence[RecordedVersion]:
    """What was handed in together, by period; at most `most`."""
    return await _read(session, "r.submission_id = :id", p=partnership_id, id=submission_id, most=most)


async def read_newest(session: AsyncSession, partnership_id: UUID) -> Sequence[RecordedVersion]:
    """The newest version of every measurement, approved or not."""
    newest = (
        "r.version = (select max(o.version) from raw.figure o"
        " where o.partnership_id = r.partnership_id and o.measurement_id = r.measurement_id)"
    )
    return await _read(session, newest, p=partnership_id)


async def _read(session: AsyncSession, condition: str, **values: object) -> Sequence[RecordedVersion]:
    written = text(RECORDED.format(condition=condition))  # conditions are ours, values are bound
    rows = await session.execute(written, {"most": None, **values})
    return [RecordedVersion(**row) for row in rows.mappings()]
