"""Records figures as they are given: each that differs becomes the next version, and none is overwritten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.releases import release_figures
from allocation.submissions import HandedIn, hand_in
from models.base import new_id
from models.measurements import Measurement, MeasurementStatus, RawFigure
from models.submissions import SubmissionStep

SAID = ("status", "value", "low", "high", "numerator", "denominator", "already_public")
Key = tuple[UUID, UUID, UUID, date, date]
"""Indicator, area, population, and the first and last day of the period."""

NEWEST = """
select distinct on (measurement_id) measurement_id, version, status, value, low, high, numerator, denominator,
  already_public from raw.figure where partnership_id = :p and measurement_id = any(:ids)
order by measurement_id, version desc
"""


@dataclass(frozen=True)
class Given:
    """One figure as somebody gives it; `already_public` where a public body has released it."""

    indicator_id: UUID
    area_id: UUID
    population_id: UUID
    period_start: date
    period_end: date
    status: MeasurementStatus = MeasurementStatus.REPORTED
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    numerator: int | None = None
    denominator: int | None = None
    already_public: bool = False

    @property
    def key(self) -> Key:
        """What it is a figure of."""
        return (self.indicator_id, self.area_id, self.population_id, self.period_start, self.period_end)


@dataclass(frozen=True)
class Origin:
    """Who records, from which source, and at which step the figures arrive."""

    actor: str
    system: str
    step: SubmissionStep


@dataclass(frozen=True)
class Recorded:
    """The measurements in the order given; the submission of those that differ, None where none does."""

    measurement_ids: tuple[UUID, ...]
    submission_id: UUID | None


async def record_figures(
    session: AsyncSession, partnership_id: UUID, given: Sequence[Given], origin: Origin
) -> Recorded:
    """Records all or none, in a steward's session; releases them where they arrive approved."""
    await session.execute(  # takes turns with imports, which number versions too
        text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"import:{partnership_id}"}
    )
    ids = await _measurements(session, partnership_id, given)
    newest = await _newest(session, partnership_id, list(ids.values()))
    differing = [each for each in given if _differs(each, newest.get(ids[each.key]))]
    in_order = tuple(ids[each.key] for each in given)
    if not differing:
        return Recorded(in_order, None)
    handed_in = HandedIn(origin.actor, len(differing))
    submission_id = await hand_in(session, partnership_id, handed_in, origin.step)
    rows = [
        {
            **{name: getattr(each, name) for name in SAID},
            "partnership_id": partnership_id,
            "measurement_id": ids[each.key],
            "version": known.version + 1 if (known := newest.get(ids[each.key])) else 1,
            "recorded_by": origin.actor,
            "source_system": origin.system,
            "submission_id": submission_id,
        }
        for each in differing
    ]
    await session.execute(insert(RawFigure), rows)
    if origin.step is SubmissionStep.APPROVED:
        await release_figures(session, partnership_id, origin.actor)
    return Recorded(in_order, submission_id)


def _differs(given: Given, known: Any) -> bool:  # Any: a row of NEWEST, or None
    if known is None:
        return True
    return any(getattr(given, name) != getattr(known, name) for name in SAID)


async def _newest(session: AsyncSession, partnership_id: UUID, ids: Sequence[UUID]) -> Mapping[UUID, Any]:
    rows = await session.execute(text(NEWEST), {"p": partnership_id, "ids": list(ids)})
    return {row.measurement_id: row for row in rows}


async def _measurements(
    session: AsyncSession, partnership_id: UUID, given: Sequence[Given]
) -> Mapping[Key, UUID]:
    """The measurement of each figure, made where there is none."""
    m = Measurement
    columns = (m.indicator_id, m.area_id, m.population_id, m.period_start, m.period_end)
    keys = list(dict.fromkeys(each.key for each in given))
    known = await session.execute(
        select(*columns, m.id).where(m.partnership_id == partnership_id, tuple_(*columns).in_(keys))
    )
    ids = {(a, b, c, d, e): id_ for a, b, c, d, e, id_ in known}
    created = [key for key in keys if key not in ids]
    ids |= {key: new_id() for key in created}
    names = [column.key for column in columns]
    if created:
        rows = [
            {"partnership_id": partnership_id, "id": ids[key], **dict(zip(names, key, strict=True))}
            for key in created
        ]
        await session.execute(insert(m), rows)
    return ids
