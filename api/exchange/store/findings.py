"""Stores findings: as their source states them; what their practice and outcome mean here is looked up."""

import json
from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Self
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.records_evidence import FindingRecord
from api.exchange.report import Example, ImportReport, Severity
from api.exchange.store.money import optional_minor
from api.exchange.store.names import Names, UnknownName
from api.exchange.store.rows import CREATED, UNCHANGED, UPDATED, Values, amend, count, replace_links
from api.exchange.store.staging import Import, recount_after
from models.base import new_id
from models.practices import Finding, FindingPopulation, Practice

STATED = (
    *("study", "design", "rating", "standards_version", "effect_size", "standard_error", "p_value"),
    *("improvement_index", "is_significant", "tier_as_published", "sample_size", "treatment_size"),
    *("comparison_size", "treatment_mean", "comparison_mean", "treatment_deviation", "comparison_deviation"),
    *("cluster_count", "intraclass_correlation", "unit_of_analysis", "site_count", "is_subgroup", "is_local"),
    *("populations_as_published", "practice_as_published", "measure", "period", "direction", "grades"),
    *("currency", "price_year"),
)
BATCH = 500

_stated_of = attrgetter(*STATED)


@dataclass
class _Shelf:
    """The findings of one source as they stand here, what their words mean, and what is to be added."""

    session: AsyncSession
    run_of: Import
    report: ImportReport
    names: Names
    known: dict[str, Finding]
    groups: dict[UUID, set[UUID]]
    seen: set[str] = field(default_factory=set)
    fresh: list[Values] = field(default_factory=list)
    links: list[Values] = field(default_factory=list)

    @classmethod
    async def open(cls, session: AsyncSession, run_of: Import, report: ImportReport) -> Self:
        p = run_of.partnership_id
        known = await session.execute(
            select(Finding).where(Finding.partnership_id == p, Finding.source_system == run_of.format)
        )
        by_identifier = {finding.source_identifier: finding for finding in known.scalars()}
        links = await session.execute(
            select(FindingPopulation.finding_id, FindingPopulation.population_id).where(
                FindingPopulation.partnership_id == p
            )
        )
        groups: dict[UUID, set[UUID]] = {}
        for finding, group in links:
            groups.setdefault(finding, set()).add(group)
        return cls(session, run_of, report, await Names.read(session, p), by_identifier, groups)

    async def put(self, record: FindingRecord) -> None:
        """Amends the finding where it is known, else keeps it to be added."""
        if record.identifier in self.seen:
            message = "a finding of this identifier stands above"
            self.report.reject(
                "repeated-identifier", message, Example(record.row, "identifier", record.identifier)
            )
            return
        self.seen.add(record.identifier)
        values, groups = self._values(record), self._groups(record)
        found = self.known.get(record.identifier)
        if found is None:
            self._add(record, values, groups)
            return
        changed = amend(found, values)
        if self.groups.get(found.id, set()) != set(groups):
            owner = {"partnership_id": self.run_of.partnership_id, "finding_id": found.id}
            links: list[Values] = [{"population_id": each} for each in groups]
            changed |= await replace_links(self.session, FindingPopulation, owner, links)
        count(self.report, UPDATED if changed else UNCHANGED, record.row)

    async def close(self) -> None:
        """Writes what is to be added."""
        await self.session.flush()
        for start in range(0, len(self.fresh), BATCH):
            await self.session.execute(insert(Finding), self.fresh[start : start + BATCH])
        if self.links:
            await self.session.execute(insert(FindingPopulation), self.links)
        await recount_after(self.session, len(self.fresh), "finding", "finding_population")

    def _add(self, record: FindingRecord, values: Values, groups: list[UUID]) -> None:
        key: Values = {"partnership_id": self.run_of.partnership_id, "id": new_id()}
        source: Values = {
            "source_system": self.run_of.format,
            "source_identifier": record.identifier,
            "source_file": self.run_of.file,
            "source_row": record.row,
            "import_id": self.run_of.id,
        }
        self.fresh.append({**key, **values, **source})
        self.links += [
            {"partnership_id": key["partnership_id"], "finding_id": key["id"], "population_id": group}
            for group in groups
        ]
        count(self.report, CREATED, record.row)

    def _values(self, record: FindingRecord) -> Values:
        return {
            **dict(zip(STATED, _stated_of(record), strict=True)),
            "settings": list(record.settings),
            "cost_per_participant": optional_minor(record.cost_per_participant),
            "outcome_as_published": record.outcome_as_published or record.outcome,
            "extra": _extra(record),
            "outcome_id": self._outcome(record),
            "practice_id": self._practice(record),
        }

    def _outcome(self, record: FindingRecord) -> UUID | None:
        try:
            return self.names.outcomes.find(record.outcome)
        except UnknownName as error:
            message = "the finding's outcome is none of the partnership's; it is kept and not used"
            self.report.add(
                Severity.NOTICE, "outcome-not-ours", message, Example(record.row, "outcome", error.word)
            )
            return None

    def _practice(self, record: FindingRecord) -> UUID | None:
        if record.practice is None:
            return None
        if not self.names.practices.knows(record.practice):
            practice = Practice(partnership_id=self.run_of.partnership_id, id=new_id(), name=record.practice)
            self.session.add(practice)
            self.names.practices.add(record.practice, practice.id)
            message = "a practice was created; it receives no dollars until it has a cost"
            self.report.add(
                Severity.NOTICE, "new-practice", message, Example(record.row, "practice", record.practice)
            )
        return self.names.practices.find(record.practice)

    def _groups(self, record: FindingRecord) -> list[UUID]:
        found: dict[UUID, None] = {}
        for word in record.populations:
            try:
                group = self.names.populations.find(word)
            except UnknownName:
                message = "the study's sample names a group that is none of the partnership's"
                self.report.add(
                    Severity.NOTICE, "group-not-ours", message, Example(record.row, "populations", word)
                )
                continue
            if group:
                found[group] = None
        return list(found)


async def store_findings(
    session: AsyncSession, run_of: Import, records: AsyncIterable[FindingRecord], report: ImportReport
) -> None:
    """Stores the records. A practice that is not here yet is created without a cost; an outcome is not."""
    shelf = await _Shelf.open(session, run_of, report)
    async for record in records:
        await shelf.put(record)
    await shelf.close()


def _extra(record: FindingRecord) -> Values | None:
    """What our own columns do not hold."""
    extra = json.loads(record.extra) if record.extra else {}
    if record.source_url:
        extra["source_url"] = record.source_url
    return extra or None
