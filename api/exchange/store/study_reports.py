"""Stores intervention reports: as their rater states them; what their practice and outcome mean is looked up."""

import json
from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.records_evidence import ReportRecord
from api.exchange.report import Example, ImportReport, Severity
from api.exchange.store.names import Names, UnknownName, tell_unknown
from api.exchange.store.rows import CREATED, UNCHANGED, UPDATED, Values, amend, count
from api.exchange.store.staging import Import, recount_after
from models.base import new_id
from models.practices import InterventionReport, Practice

STATED = (
    *("rating", "protocol", "protocol_version", "study_count", "eligible_study_count", "sample_size"),
    "source_url",
)
BATCH = 500


@dataclass
class _Shelf:
    """The reports of one source as they stand here, and what their words mean."""

    session: AsyncSession
    run_of: Import
    report: ImportReport
    names: Names
    known: dict[str, InterventionReport]
    seen: set[str] = field(default_factory=set)
    fresh: list[Values] = field(default_factory=list)

    @classmethod
    async def open(cls, session: AsyncSession, run_of: Import, report: ImportReport) -> Self:
        p, r = run_of.partnership_id, InterventionReport
        rows = await session.execute(select(r).where(r.partnership_id == p, r.source_system == run_of.format))
        known = {each.source_identifier: each for each in rows.scalars()}
        return cls(session, run_of, report, await Names.read(session, p), known)

    def put(self, record: ReportRecord) -> None:
        """Amends the report where it is known, else adds it."""
        if record.identifier in self.seen:
            example = Example(record.row, "identifier", record.identifier)
            self.report.reject("repeated-identifier", "a report of this identifier stands above", example)
            return
        self.seen.add(record.identifier)
        values = self._values(record)
        found = self.known.get(record.identifier)
        if found is not None:
            count(self.report, UPDATED if amend(found, values) else UNCHANGED, record.row)
            return
        source: Values = {
            "source_system": self.run_of.format,
            "source_identifier": record.identifier,
            "source_file": self.run_of.file,
            "source_row": record.row,
            "import_id": self.run_of.id,
        }
        self.fresh.append({"partnership_id": self.run_of.partnership_id, "id": new_id(), **values, **source})
        count(self.report, CREATED, record.row)

    async def close(self) -> None:
        """Writes what is to be added, after the practices that it names."""
        await self.session.flush()
        for start in range(0, len(self.fresh), BATCH):
            await self.session.execute(insert(InterventionReport), self.fresh[start : start + BATCH])
        await recount_after(self.session, len(self.fresh), "intervention_report")

    def _values(self, record: ReportRecord) -> Values:
        return {
            **{name: getattr(record, name) for name in STATED},
            "practice_id": self._practice(record),
            "outcome_id": self._outcome(record),
            "outcome_as_published": record.outcome_as_published or record.outcome,
            "extra": json.loads(record.extra) if record.extra else None,
        }

    def _outcome(self, record: ReportRecord) -> UUID | None:
        if record.outcome is None:
            return None
        try:
            return self.names.outcomes.find(record.outcome)
        except UnknownName as error:
            message = "the report's outcome is none of the partnership's; it is kept and not used"
            example = Example(record.row, "outcome", error.word)
            self.report.add(Severity.NOTICE, "outcome-not-ours", message, example)
            return None

    def _practice(self, record: ReportRecord) -> UUID:
        practices = self.names.practices
        if not practices.knows(record.practice):
            practice = Practice(partnership_id=self.run_of.partnership_id, id=new_id(), name=record.practice)
            self.session.add(practice)
            practices.add(record.practice, practice.id)
            message = "a practice was created; it receives no dollars until it has a cost"
            example = Example(record.row, "practice", record.practice)
            self.report.add(Severity.NOTICE, "new-practice", message, example)
        found = practices.find(record.practice)
        if found is None:
            raise UnknownName("practice", record.practice, 0)
        return found


async def store_reports(
    session: AsyncSession, run_of: Import, records: AsyncIterable[ReportRecord], report: ImportReport
) -> None:
    """Stores the records. A practice that is not here yet is created without a cost; an outcome is not."""
    shelf = await _Shelf.open(session, run_of, report)
    async for record in records:
        try:
            shelf.put(record)
        except UnknownName as error:
            tell_unknown(error, record.row, report)
    await shelf.close()
