"""Stores what the community says: what may be published, and of whom said it no more than a large group."""

from collections.abc import AsyncIterable
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.records_evidence import TestimonyRecord
from api.exchange.report import Example, ImportReport, Severity
from api.exchange.store.names import Names, UnknownName, tell_unknown
from api.exchange.store.rows import CREATED, UNCHANGED, UPDATED, Values, count, settle
from api.exchange.store.staging import Import
from models.partnerships import Partnership
from models.testimony import Testimony


async def store_testimony(
    session: AsyncSession, run_of: Import, records: AsyncIterable[TestimonyRecord], report: ImportReport
) -> None:
    """Stores the records. The same words about a practice on a day are one; without agreement none are kept."""
    names = await Names.read(session, run_of.partnership_id)
    partnership = await session.get_one(Partnership, run_of.partnership_id)
    async for record in records:
        try:
            key = _key(names, record)
            if record.agreed:
                values = _values(names, record, partnership.minimum_group_size, report)
                await _put(session, run_of, (key, values), record, report)
            else:
                await _withdraw(session, run_of.partnership_id, key, record, report)
        except UnknownName as error:
            tell_unknown(error, record.row, report)


def _key(names: Names, record: TestimonyRecord) -> Values:
    practice = names.practices.find(record.practice)
    return {"practice_id": practice, "heard_on": record.heard_on, "words": record.words}


def _values(names: Names, record: TestimonyRecord, minimum: int, report: ImportReport) -> Values:
    population = names.populations.find(record.population)
    is_large = record.people is not None and record.people >= minimum
    if population is not None and not is_large:
        message = "fewer people than the minimum group size said so, or nobody knows how many; their group is not kept"
        report.add(Severity.NOTICE, "group-withheld", message, Example(record.row, "population", None))
    return {
        "outcome_id": names.outcomes.find(record.outcome),
        "population_id": population if is_large else None,
        "people_count": record.people if is_large else None,
        "view": record.view,
        "occasion": record.occasion,
    }


async def _put(
    session: AsyncSession,
    run_of: Import,
    row: tuple[Values, Values],
    record: TestimonyRecord,
    report: ImportReport,
) -> None:
    key, values = row
    kept, action = await settle(session, Testimony, run_of.partnership_id, key=key, values=values)
    if action == CREATED:
        kept.source_file, kept.source_row, kept.import_id = run_of.file, record.row, run_of.id
    count(report, action, record.row)


async def _withdraw(
    session: AsyncSession, partnership_id: UUID, key: Values, record: TestimonyRecord, report: ImportReport
) -> None:
    mine = [Testimony.partnership_id == partnership_id]
    mine += [getattr(Testimony, name) == value for name, value in key.items()]
    known = (await session.execute(select(Testimony.id).where(*mine))).first()
    await session.execute(delete(Testimony).where(*mine))
    message = "whoever said this has not agreed to have it published; nothing of it is kept"
    report.add(Severity.NOTICE, "not-agreed", message, Example(record.row, "agreed", None))
    count(report, UPDATED if known else UNCHANGED, record.row)
