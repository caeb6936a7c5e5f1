"""Shows what may be shown of local results: the one gate between their counts and everything that readers see.

The effects of a practice's shown periods together are kept as one finding, so that they are screened, pooled and
tiered like any other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.evidence.local import LocalPeriod, as_finding, joined
from allocation.evidence.local_disclosure import FINE, ShownPeriod, as_effect, is_small_change, shown
from allocation.frames.local_results import period_name, read_shown_periods
from allocation.frames.places import read_names, read_partnership
from allocation.intervals import Counts
from models.base import new_id
from models.local_results import PAIRS, LocalBaseline, LocalEffect, LocalResult, RawLocalCount
from models.outcomes import Outcome
from models.practices import Finding, Practice, StudyDesign

SOURCE = "local-results"
Pair = tuple[UUID, UUID]


async def release_local_results(session: AsyncSession, partnership_id: UUID) -> Sequence[str]:
    """Shows each newest version not shown yet, in a steward's session; returns why any is withheld.

    A correction by fewer people than the minimum is recorded and leaves what is shown as it stands.
    """
    lock = text("select pg_advisory_xact_lock(hashtextextended(:p, 8))")
    await session.execute(lock, {"p": str(partnership_id)})
    minimum = (await read_partnership(session, partnership_id)).minimum_group_size
    results = await _results(session, partnership_id)
    counts = await _counts(session, partnership_id)
    newest_shown = await _newest_shown(session, partnership_id)
    told: list[str] = []
    for result in results:
        versions = counts[result.id]
        standing = versions.get(newest_shown.get(result.id, 0))
        newest = versions[max(versions)]
        if standing is newest:
            continue
        period = _period(result, newest)
        if standing is not None and is_small_change(_period(result, standing), period, minimum):
            told.append(f"{period.period}: corrected by fewer than {minimum} people, so what is shown stands")
            continue
        seen = shown(period, minimum)
        session.add(_effect(result, newest.version, minimum, seen))
        if seen.effect is None:
            told.append(seen.sentence)
    await session.flush()
    await _keep_findings(session, partnership_id)
    return told


async def _results(session: AsyncSession, partnership_id: UUID) -> Sequence[LocalResult]:
    rows = await session.execute(
        select(LocalResult).where(LocalResult.partnership_id == partnership_id).order_by(LocalResult.id)
    )
    return rows.scalars().all()


async def _counts(session: AsyncSession, partnership_id: UUID) -> dict[UUID, dict[int, RawLocalCount]]:
    rows = await session.execute(select(RawLocalCount).where(RawLocalCount.partnership_id == partnership_id))
    found: dict[UUID, dict[int, RawLocalCount]] = defaultdict(dict)
    for row in rows.scalars():
        found[row.local_result_id][row.version] = row
    return found


async def _newest_shown(session: AsyncSession, partnership_id: UUID) -> dict[UUID, int]:
    e = LocalEffect
    rows = await session.execute(
        select(e.local_result_id, e.version).where(e.partnership_id == partnership_id).order_by(e.version)
    )
    return {row.local_result_id: row.version for row in rows}


def _period(result: LocalResult, row: RawLocalCount) -> LocalPeriod:
    pairs = [(getattr(row, people), getattr(row, reached)) for people, reached in PAIRS]
    first, *others = (None if people is None else Counts(reached, people) for people, reached in pairs)
    assert first is not None  # noqa: S101 - participants are never null
    return LocalPeriod(
        period=period_name(result.period_start, result.period_end),
        participants=first,
        comparison=others[0],
        participants_before=others[1],
        comparison_before=others[2],
    )


def _effect(result: LocalResult, version: int, minimum: int, seen: ShownPeriod) -> LocalEffect:
    return LocalEffect(
        partnership_id=result.partnership_id,
        local_result_id=result.id,
        version=version,
        minimum_group_size=minimum,
        design=StudyDesign(seen.design.value),
        baseline=LocalBaseline(seen.baseline.value),
        effect=seen.effect,
        standard_error=seen.standard_error,
        people_count=seen.people_count,
        difference=seen.difference,
        difference_low=seen.low,
        difference_high=seen.high,
        sentence=seen.sentence,
    )


async def _keep_findings(session: AsyncSession, partnership_id: UUID) -> None:
    """One finding for each practice and outcome that has local results, from the shown periods alone."""
    periods = await read_shown_periods(session, partnership_id)
    names = await read_names(session, Practice, partnership_id) | await read_names(
        session, Outcome, partnership_id
    )
    rows = await session.execute(
        select(Finding).where(Finding.partnership_id == partnership_id, Finding.source_system == SOURCE)
    )
    known = {(each.practice_id, each.outcome_id): each for each in rows.scalars()}
    for pair, seen in periods.items():
        values = _finding_values(pair, seen)
        found = known.get(pair)
        if found is None:
            found = _new_finding(partnership_id, pair, names)
            session.add(found)
        for name, value in values.items():
            setattr(found, name, value)
    await session.flush()


def _new_finding(partnership_id: UUID, pair: Pair, names: Mapping[str, str]) -> Finding:
    practice, outcome = (names[str(each)] for each in pair)
    return Finding(
        partnership_id=partnership_id,
        id=new_id(),
        practice_id=pair[0],
        outcome_id=pair[1],
        study=f"Local results of {practice}",
        is_local=True,
        source_system=SOURCE,
        source_identifier=f"{practice} / {outcome}",
    )


def _finding_values(pair: Pair, periods: Iterable[ShownPeriod]) -> dict[str, Any]:  # Any: a column's value
    seen = list(periods)
    effects = [effect for one in seen if (effect := as_effect(one)) is not None]
    names = ", ".join(one.period for one in seen if one.effect is not None) or None
    if not effects:
        blank = ("effect_size", "standard_error", "sample_size", "rating")
        return {"design": StudyDesign.UNKNOWN, "period": None, **dict.fromkeys(blank)}
    found = as_finding(joined(effects), id="", practice=str(pair[0]), outcome=str(pair[1]), study="")
    return {
        "design": StudyDesign(found.design.value),
        "rating": found.rating,
        "effect_size": _stated(found.effect_size),
        "standard_error": _stated(found.standard_error),
        "sample_size": found.sample_size,
        "period": names,
    }


def _stated(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(value)).quantize(FINE / 100)
