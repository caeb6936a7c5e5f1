"""Stores measures: what is as it was stays untouched, and what changed is told, aspect by aspect."""

import hashlib
import json
from collections.abc import AsyncIterable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.records_measures import MeasureRecord
from api.exchange.report import Example, ImportReport, Severity
from api.exchange.store.measure_followers import tell_followers
from api.exchange.store.measure_parts import PARTS, Kept, Part
from api.exchange.store.rows import CREATED, UNCHANGED, UPDATED, Values, count
from api.exchange.store.staging import MANY, Import, fetch
from models.base import new_id
from models.measures import MeasureAspect, MeasureChange, MeasureWord, PolicyMeasure

BATCH = 500
LONGEST_TOLD = 500
ASPECTS: Mapping[str, MeasureAspect] = {
    "title": MeasureAspect.TITLE,
    "summary": MeasureAspect.SUMMARY,
    "status": MeasureAspect.STATUS,
    "status_as_published": MeasureAspect.STATUS,
    "introduced_on": MeasureAspect.DATES,
    "delivered_on": MeasureAspect.DATES,
    "last_action": MeasureAspect.ACTION,
    "last_action_on": MeasureAspect.ACTION,
    "source_url": MeasureAspect.OTHER,
    "extra": MeasureAspect.OTHER,
}
# What tells an aspect in words: of several columns that changed, the one that a person reads.
READ_FIRST = ("status_as_published", "last_action", "last_action_on")
VANISHED = """
update policy_measure m set missing_since = current_date, version = version + 1
where m.partnership_id is not distinct from :partnership and m.source_system = :system
  and m.import_id is distinct from :import and m.missing_since is null
  and exists (select from policy_measure s where s.partnership_id = m.partnership_id and s.import_id = :import
    and s.jurisdiction = m.jurisdiction and s.session is not distinct from m.session)
returning m.id, m.identifier
"""
COUNTED = "select refresh_statistics(:many, variadic cast(cast(:tables as text[]) as regclass[]))"
Key = tuple[str, str | None, str]
Told = dict[MeasureAspect, tuple[str | None, str | None]]


async def store_measures(
    session: AsyncSession, run_of: Import, records: AsyncIterable[MeasureRecord], report: ImportReport
) -> None:
    """Stores the records in batches, so that memory stays flat; then flags what the file no longer holds."""
    shelf = _Shelf(session, run_of, report)
    batch: list[MeasureRecord] = []
    async for record in records:
        batch.append(record)
        if len(batch) == BATCH:
            await shelf.put(batch)
            batch = []
    await shelf.put(batch)
    await shelf.flag_vanished()
    if report.created + report.updated:
        tables = ["policy_measure", MeasureWord.__tablename__, *(each.model.__tablename__ for each in PARTS)]
        await fetch(session, COUNTED, many=report.created + report.updated >= MANY, tables=tables)


@dataclass
class _Shelf:
    """The measures of a partnership, one batch of a file at a time."""

    session: AsyncSession
    run_of: Import
    report: ImportReport

    async def put(self, batch: Sequence[MeasureRecord]) -> None:
        """Adds what is new, amends what differs, and marks all as seen by this import."""
        known = await self._known(batch)
        fresh: dict[Key, MeasureRecord] = {}
        changed: dict[Key, MeasureRecord] = {}
        seen: set[Key] = set()
        for record in batch:
            key, found = _key(record), known.get(_key(record))
            if key in seen or (found is not None and found.import_id == self.run_of.id):
                self._refuse_second(record)
                continue
            seen.add(key)
            if found is None:
                fresh[key] = record
            elif found.fingerprint_sha256 == _fingerprint(record) and found.missing_since is None:
                count(self.report, UNCHANGED, record.row)
            else:
                changed[key] = record
        await self._add(fresh.values())
        await self._amend([(known[key], record) for key, record in changed.items()])
        await self._mark([known[key].id for key in seen if key in known])

    async def flag_vanished(self) -> None:
        """Flags those of the same source, jurisdiction and session that the file does not hold.

        A file with rejected rows may hold them in these, so nothing is told by it.
        """
        if self.report.rejected:
            return
        names: Values = {"partnership": self.run_of.partnership_id, "system": self.run_of.format}
        await self.session.flush()
        gone = await fetch(self.session, VANISHED, **names, **{"import": self.run_of.id})
        sentence = "a measure of an earlier file is not in this one; it is kept and flagged"
        for each in gone:
            self.report.add(Severity.WARNING, "vanished", sentence, Example(None, None, each.identifier))
        await self._tell([(each.id, {MeasureAspect.FEED: ("present", "missing")}) for each in gone])

    async def _known(self, batch: Sequence[MeasureRecord]) -> dict[Key, PolicyMeasure]:
        m = PolicyMeasure
        rows = await self.session.execute(
            select(m).where(
                m.partnership_id == self.run_of.partnership_id,
                m.jurisdiction.in_({each.jurisdiction for each in batch}),
                m.identifier.in_({each.identifier for each in batch}),
            )
        )
        return {(each.jurisdiction, each.session, each.identifier): each for each in rows.scalars()}

    def _refuse_second(self, record: MeasureRecord) -> None:
        sentence = "a measure of this jurisdiction, session and identifier stands above"
        self.report.reject(
            "repeated-identifier", sentence, Example(record.row, "identifier", record.identifier)
        )

    async def _add(self, records: Iterable[MeasureRecord]) -> None:
        rows: list[Values] = []
        parts: dict[Part, list[Values]] = {part: [] for part in PARTS}
        for record in records:
            key: Values = {"partnership_id": self.run_of.partnership_id, "id": new_id()}
            rows.append({**key, **_name(record), **_stated(record), **self._source(record)})
            for part in PARTS:
                parts[part] += part.rows(key["partnership_id"], key["id"], part.said(record) or ())
            count(self.report, CREATED, record.row)
        if rows:
            await self.session.execute(insert(PolicyMeasure), rows)
        for part, held in parts.items():
            if held:
                await self.session.execute(insert(part.model), held)

    async def _amend(self, pairs: Sequence[tuple[PolicyMeasure, MeasureRecord]]) -> None:
        ids = [row.id for row, _ in pairs]
        kept = {part: await part.kept(self.session, self.run_of.partnership_id, ids) for part in PARTS}
        told = [(row.id, await self._differences(row, record, kept)) for row, record in pairs]
        for (row, record), (_, aspects) in zip(pairs, told, strict=True):
            for name, value in {**_stated(record), **self._source(record)}.items():
                setattr(row, name, value)
            row.missing_since = None
            row.version += bool(aspects)
            self._count(record, aspects)
        await self.session.flush()
        await self._tell(told)

    async def _differences(
        self, row: PolicyMeasure, record: MeasureRecord, kept: Mapping[Part, Kept]
    ) -> Told:
        """What differs, by aspect, and in words; the rows of the lists that differ are written anew."""
        told: Told = {}
        if row.missing_since is not None:
            told[MeasureAspect.FEED] = ("missing", "present")
        stated = _stated(record)
        for name in sorted(ASPECTS, key=lambda name: name not in READ_FIRST):
            before, after = getattr(row, name), stated[name]
            if before != after:
                told.setdefault(ASPECTS[name], (_words(before), _words(after)))
        for part in PARTS:
            said, held = part.said(record), kept[part].get(row.id, ())
            if said is not None and tuple(said) != held:
                told.setdefault(part.aspect, (part.words(held), part.words(said)))
                await part.replace(self.session, self.run_of.partnership_id, row.id, said)
        return told

    def _count(self, record: MeasureRecord, aspects: Told) -> None:
        if not aspects:
            count(self.report, UNCHANGED, record.row)
            return
        count(self.report, UPDATED, record.row)
        for aspect, (before, after) in aspects.items():
            words = aspect.value.lower()
            code = f"changed-{words.replace('_', '-')}"
            sentence = f"the {_aspect(aspect)} changed since the last import"
            told = f"{record.identifier}: {before or '(none)'} -> {after or '(none)'}"
            self.report.add(Severity.NOTICE, code, sentence, Example(record.row, words, told))

    async def _tell(self, told: Sequence[tuple[UUID, Told]]) -> None:
        rows: list[Values] = [
            {
                "partnership_id": self.run_of.partnership_id,
                "id": new_id(),
                "measure_id": measure,
                "import_id": self.run_of.id,
                "noticed_by": self.run_of.actor,
                "aspect": aspect,
                "before": before,
                "after": after,
            }
            for measure, aspects in told
            for aspect, (before, after) in aspects.items()
        ]
        if rows:
            await self.session.execute(insert(MeasureChange), rows)
            changed = {id_: ", ".join(map(_aspect, aspects)) for id_, aspects in told if aspects}
            await tell_followers(self.session, self.run_of.partnership_id, changed, self.report)

    async def _mark(self, ids: Sequence[UUID]) -> None:
        if ids:
            m = PolicyMeasure
            mine = (m.partnership_id == self.run_of.partnership_id, m.id.in_(ids))
            await self.session.execute(update(m).where(*mine).values(import_id=self.run_of.id))

    def _source(self, record: MeasureRecord) -> Values:
        return {
            "source_system": self.run_of.format,
            "source_file": self.run_of.file,
            "source_row": record.row,
            "fingerprint_sha256": _fingerprint(record),
            "import_id": self.run_of.id,
        }


def _key(record: MeasureRecord) -> Key:
    return record.jurisdiction, record.session, record.identifier


def _name(record: MeasureRecord) -> Values:
    return {name: getattr(record, name) for name in ("jurisdiction", "session", "identifier")}


def _stated(record: MeasureRecord) -> Values:
    extra = {"extra": json.loads(record.extra) if record.extra else None}
    return {name: getattr(record, name) for name in ASPECTS} | extra


def _fingerprint(record: MeasureRecord) -> bytes:
    said = {name: value for name, value in asdict(record).items() if name != "row"}
    return hashlib.sha256(
        json.dumps(said, default=str, sort_keys=True).encode("utf-8", "surrogatepass")
    ).digest()


def _aspect(aspect: MeasureAspect) -> str:
    return aspect.value.lower().replace("_", " ")


def _words(value: Any) -> str | None:  # Any: a column's value
    if value is None:
        return None
    written = json.dumps(value, sort_keys=True) if isinstance(value, dict) else str(value)
    return written if len(written) <= LONGEST_TOLD else written[:LONGEST_TOLD] + "…"
