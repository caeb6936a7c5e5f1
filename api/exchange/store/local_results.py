"""Stores local counts as the steward: a new version where they differ, then what may be shown of them."""

from collections.abc import AsyncIterable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.local_releases import release_local_results
from api.exchange.records_evidence import LocalResultRecord
from api.exchange.report import Example, ImportReport, Severity
from api.exchange.store.names import Names, UnknownName, tell_unknown
from api.exchange.store.rows import CREATED, UNCHANGED, UPDATED, count, settle
from api.exchange.store.staging import Import
from models.local_results import PAIRS, LocalResult, RawLocalCount

COUNTED = (*(name for pair in PAIRS for name in pair), "source")


async def store_local_results(
    session: AsyncSession, run_of: Import, records: AsyncIterable[LocalResultRecord], report: ImportReport
) -> None:
    """Stores the records; a period that the file names twice, or a name not known here, is rejected."""
    names = await Names.read(session, run_of.partnership_id)
    seen: set[UUID] = set()
    async for record in records:
        try:
            await _put(session, run_of, names, record, (seen, report))
        except UnknownName as error:
            tell_unknown(error, record.row, report)
    if report.created or report.updated:
        await session.flush()
        withheld = await release_local_results(session, run_of.partnership_id)
        for sentence in withheld:
            example = Example(None, None, sentence)
            message = "a local result is recorded and not shown"
            report.add(Severity.NOTICE, "local-result-withheld", message, example)


async def _put(
    session: AsyncSession,
    run_of: Import,
    names: Names,
    record: LocalResultRecord,
    told: tuple[set[UUID], ImportReport],
) -> None:
    seen, report = told
    key = {
        "practice_id": names.practices.find(record.practice),
        "outcome_id": names.outcomes.find(record.outcome),
        "period_start": record.period_start,
        "period_end": record.period_end,
    }
    result, _ = await settle(session, LocalResult, run_of.partnership_id, key=key, values={})
    if result.id in seen:
        example = Example(record.row, "period", f"{record.period_start} to {record.period_end}")
        report.reject("repeated-period", "this period of the practice and outcome stands above", example)
        return
    seen.add(result.id)
    counts: dict[str, Any] = {name: getattr(record, name) for name in COUNTED}  # Any: a column's value
    standing = await _newest(session, result)
    if standing is not None and all(getattr(standing, name) == said for name, said in counts.items()):
        count(report, UNCHANGED, record.row)
        return
    session.add(
        RawLocalCount(
            partnership_id=run_of.partnership_id,
            local_result_id=result.id,
            version=standing.version + 1 if standing else 1,
            recorded_by=run_of.actor,
            source_file=run_of.file,
            source_row=record.row,
            import_id=run_of.id,
            **counts,
        )
    )
    count(report, UPDATED if standing else CREATED, record.row)


async def _newest(session: AsyncSession, result: LocalResult) -> RawLocalCount | None:
    r = RawLocalCount
    rows = await session.execute(
        select(r)
        .where(r.partnership_id == result.partnership_id, r.local_result_id == result.id)
        .order_by(r.version.desc())
        .limit(1)
    )
    return rows.scalar_one_or_none()
