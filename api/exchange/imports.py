"""Imports a file: reads it, stores it, and keeps the report. All or nothing, unless the good rows are wanted."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.ledger import LOBBYING, LedgerError
from allocation.releases import release_figures
from api.exchange.errors import ReadError
from api.exchange.formats import FORMATS
from api.exchange.recipes import EMPTY, Recipe
from api.exchange.records import Record
from api.exchange.report import Example, ImportReport
from api.exchange.store.allocations import store_allocations
from api.exchange.store.facts import store_facts
from api.exchange.store.findings import store_findings
from api.exchange.store.gift_movements import store_gift_movements
from api.exchange.store.investments import store_investments
from api.exchange.store.local_results import store_local_results
from api.exchange.store.measurements import store_measurements
from api.exchange.store.measures import store_measures
from api.exchange.store.movements import store_movements
from api.exchange.store.price_levels import store_price_levels
from api.exchange.store.staging import Import
from api.exchange.store.study_reports import store_reports
from api.exchange.store.testimony import store_testimony
from models.base import new_id
from models.database import Database, Scope
from models.history import ImportRun

BATCH = 1000  # records read at a time, in a thread, so that a server goes on answering
STEWARDED = frozenset({"measurements", "local-results"})  # formats that hold what only the steward may read
PATIENCE = "10min"  # how long an import waits for another one of the same partnership

Progress = Callable[[int], None]
"""Told the number of records read so far, now and then."""

# Any: each format's reader yields the records that its store takes.
Store = Callable[[AsyncSession, Import, AsyncIterator[Any], ImportReport], Awaitable[None]]


@dataclass(frozen=True)
class Order:
    """What to import for whom. A dry run does everything and keeps nothing but the report.

    Without `release` the figures of a file of measurements wait for the next release.
    """

    partnership_id: UUID
    path: Path
    format: str
    recipe: Recipe | None = None
    actor: str = "operator"
    dry_run: bool = False
    keep_good: bool = False
    release: bool = True


class _Undo(Exception):  # noqa: N818 - it carries no fault, it ends the transaction
    """Leaves the transaction without keeping anything."""


async def import_file(database: Database, order: Order, progress: Progress | None = None) -> ImportReport:
    """Imports one file and returns its report. Errors: ReadError where the file cannot be read at all.

    With rejected rows nothing is kept, unless `keep_good`; the report is kept in any case. Imports of one
    partnership take turns.
    """
    if order.format not in FORMATS:
        raise ReadError(order.format, "", f"no such format; there are {', '.join(sorted(FORMATS))}")
    report = ImportReport(order.path.name, order.format)
    run_of = await asyncio.to_thread(_run_of, order)
    opened = database.steward_session if order.format in STEWARDED else database.session
    scope = Scope.of(order.partnership_id, order.actor)
    try:
        async with opened(scope) as session:
            await _take_turn(session, order.partnership_id)
            await _store(session, run_of, order, report, progress or (lambda _: None))
            _check_wanted(order, report)
            session.add(_kept(run_of, report))
    except _Undo:
        if not order.dry_run:
            report.created = report.updated = report.unchanged = 0
        async with opened(scope) as session:
            session.add(_kept(run_of, report, is_dry_run=order.dry_run))
    return report


async def preview_file(session: AsyncSession, order: Order) -> tuple[UUID, ImportReport]:
    """Does everything within a savepoint and takes it back: only the report is kept, with each row in it.

    The session must be the steward's for what STEWARDED lists. Errors: ReadError.
    """
    if order.format not in FORMATS:
        raise ReadError(order.format, "", f"no such format; there are {', '.join(sorted(FORMATS))}")
    report = ImportReport(order.path.name, order.format, rows=[])
    run_of = await asyncio.to_thread(_run_of, order)
    await _take_turn(session, order.partnership_id)
    tried = await session.begin_nested()
    try:
        await _store(session, run_of, order, report, lambda _: None)
    except _Undo:
        pass
    finally:
        await tried.rollback()
    kept = _kept(run_of, report, is_dry_run=True)
    kept.report = {**kept.report, "rows": sorted(report.rows or [], key=lambda told: told["row"] or 0)}
    session.add(kept)
    await session.flush()
    return run_of.id, report


def _run_of(order: Order) -> Import:
    return Import(
        new_id(),
        order.partnership_id,
        order.format,
        order.path.name,
        order.actor,
        order.recipe or EMPTY,
        order.release,
        _digest(order.path),
    )


def _digest(path: Path) -> bytes | None:
    """None where the file cannot be opened: its reader says so."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return None


def _check_wanted(order: Order, report: ImportReport) -> None:
    if order.dry_run or (report.rejected and not order.keep_good):
        raise _Undo


async def _take_turn(session: AsyncSession, partnership_id: UUID) -> None:
    """Waits for another import of the partnership: two that name the same new organization would collide."""
    waits = text("select set_config('lock_timeout', :patience, true)")
    before = (await session.execute(text("select current_setting('lock_timeout')"))).scalar_one()
    await session.execute(waits, {"patience": PATIENCE})
    lock = text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")
    await session.execute(lock, {"name": f"import:{partnership_id}"})
    await session.execute(waits, {"patience": before})


async def _store(
    session: AsyncSession, run_of: Import, order: Order, report: ImportReport, progress: Progress
) -> None:
    records = _read(FORMATS[order.format].read(order.path, order.recipe, report), progress)
    try:
        await STORES.get(order.format, store_facts)(session, run_of, records, report)
        await session.flush()
    except LedgerError as error:
        report.reject(error.refusal.value.lower().replace("_", "-"), str(error), Example(None, None, None))
        raise _Undo from error
    except DBAPIError as error:
        refused = _refused_by_check(error)
        if refused is None:
            raise
        report.reject("refused", refused, Example(None, None, None))
        raise _Undo from error


async def _read(records: Iterator[Record], progress: Progress) -> AsyncIterator[Record]:
    """The records as they are read, in batches of a thread."""
    count = 0
    while batch := await asyncio.to_thread(lambda: list(islice(records, BATCH))):
        for record in batch:
            yield record
        count += len(batch)
        progress(count)


async def _measurements(
    session: AsyncSession, run_of: Import, records: AsyncIterator[Any], report: ImportReport
) -> None:
    await store_measurements(session, run_of, records, report)
    if run_of.release and report.unchanged != report.read:
        await release_figures(session, run_of.partnership_id, run_of.actor)


STORES: Mapping[str, Store] = {
    "360giving": store_investments,
    "investments": store_investments,
    "measurements": _measurements,
    "findings": store_findings,
    "wwc-findings": store_findings,
    "wwc-reports": store_reports,
    "local-results": store_local_results,
    "price-index": store_price_levels,
    "allocations": store_allocations,
    "ledger": store_movements,
    "in-kind-movements": store_gift_movements,
    "bills-ny": store_measures,
    "measures": store_measures,
    "testimony": store_testimony,
}


def _refused_by_check(error: DBAPIError) -> str | None:
    """What a row's own check said, where it was a check that refused (SQLSTATE class 22 or 23), or the guard."""
    state = str(getattr(error.orig, "sqlstate", "") or "")
    said = str(error.orig).rsplit(">: ", maxsplit=1)[-1].splitlines()
    return said[0] if (state[:2] in {"22", "23"} or state == LOBBYING) and said else None


def _kept(run_of: Import, report: ImportReport, *, is_dry_run: bool = False) -> ImportRun:
    return ImportRun(
        partnership_id=run_of.partnership_id,
        id=run_of.id,
        file=run_of.file,
        content_sha256=run_of.content_sha256,
        format=run_of.format,
        is_dry_run=is_dry_run,
        actor=run_of.actor,
        read=report.read,
        created=report.created,
        updated=report.updated,
        unchanged=report.unchanged,
        rejected=report.rejected,
        report=dict(report.to_json()),
    )
