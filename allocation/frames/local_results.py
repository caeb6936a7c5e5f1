"""Reads what is shown of local results; their counts are never read here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.evidence.finding import StudyDesign
from allocation.evidence.local import Baseline
from allocation.evidence.local_disclosure import ShownPeriod
from models.local_results import LocalEffect, LocalResult

Pair = tuple[UUID, UUID]


async def read_shown_periods(
    session: AsyncSession, partnership_id: UUID, practice_id: UUID | None = None
) -> Mapping[Pair, Sequence[ShownPeriod]]:
    """The newest shown version of each period, oldest first, by practice and outcome."""
    r, e = LocalResult, LocalEffect
    query = (
        select(r, e)
        .join(e, (e.partnership_id == r.partnership_id) & (e.local_result_id == r.id))
        .where(r.partnership_id == partnership_id)
        .ext(distinct_on(r.period_start, r.id))
        .order_by(r.period_start, r.id, e.version.desc())
    )
    if practice_id is not None:
        query = query.where(r.practice_id == practice_id)
    found: dict[Pair, list[ShownPeriod]] = defaultdict(list)
    for result, effect in await session.execute(query):
        found[result.practice_id, result.outcome_id].append(_shown(result, effect))
    return found


def period_name(starts: date, ends: date) -> str:
    """2023-24 for a year that begins within a calendar year, 2023 for a calendar year, else both days."""
    if ends + timedelta(days=1) == date(starts.year + 1, starts.month, starts.day if starts.day < 29 else 28):
        return str(starts.year) if starts.month == 1 else f"{starts.year}-{(starts.year + 1) % 100:02d}"
    return f"{starts} to {ends}"


def _shown(result: LocalResult, effect: LocalEffect) -> ShownPeriod:
    return ShownPeriod(
        period=period_name(result.period_start, result.period_end),
        design=StudyDesign(effect.design.value),
        baseline=Baseline(effect.baseline.value),
        sentence=effect.sentence,
        effect=effect.effect,
        standard_error=effect.standard_error,
        people_count=effect.people_count,
        difference=effect.difference,
        low=effect.difference_low,
        high=effect.difference_high,
    )
