"""Long work: put on the queue inside the caller's transaction, taken off it by any worker.

A scenario's job says only which scenario; how far it is, and its answer, are in the scenario's own row. A worker
that dies leaves its job claimed; without heartbeats another worker takes it after `HEARTBEAT`.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.settings import DBSettings
from pgqueuer.errors import RetryRequested
from pgqueuer.models import Job
from pgqueuer.types import Channel
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.frames.standing import read_standing
from allocation.results import Result
from allocation.scenarios import (
    ask_of,
    find_scenario,
    keep_result,
    mark_failed,
    mark_progress,
    mark_running,
)
from api.exchange.report import ImportReport, Severity
from api.exporting import fail_export, make_export
from api.solving import SolvingError, solve_apart
from models.database import Database, Scope

ANSWER_SCENARIO = "answer_scenario"
MAKE_EXPORT = "make_export"
ATTEMPTS = 3
HEARTBEAT = timedelta(seconds=10)  # a job whose worker has been silent for so long is taken by another
SOLVES_AT_ONCE = 2  # of one worker: each holds a question in memory and a core
PAUSE = timedelta(seconds=2)  # between two tries, of a job or of the connection
PRESENCE = 7_223_411_907  # any fixed number: a worker holds this lock, shared, for as long as it is connected

_log = logging.getLogger("alignment.jobs")


async def enqueue_scenario(session: AsyncSession, partnership_id: UUID, scenario_id: UUID) -> None:
    """Puts a scenario on the queue; it is there exactly if the session's transaction commits."""
    connection = await session.connection()
    driver = (await connection.get_raw_connection()).driver_connection
    payload = json.dumps({"partnership": str(partnership_id), "scenario": str(scenario_id)}).encode()
    await queue_of(driver).enqueue(ANSWER_SCENARIO, payload)


async def enqueue_export(session: AsyncSession, partnership_id: UUID, export_id: UUID) -> None:
    """Puts an export on the queue; it is there exactly if the session's transaction commits."""
    connection = await session.connection()
    driver = (await connection.get_raw_connection()).driver_connection
    payload = json.dumps({"partnership": str(partnership_id), "export": str(export_id)}).encode()
    await queue_of(driver).enqueue(MAKE_EXPORT, payload)


async def has_worker(database: Database) -> bool:
    """Whether a worker is connected; wrongly true for a moment where two ask at once."""
    async with database.connection() as connection:
        query = text("select pg_try_advisory_xact_lock(:lock)")
        is_nobody_there = (await connection.execute(query, {"lock": PRESENCE})).scalar_one()
        await connection.rollback()
    return not is_nobody_there


async def work(
    database: Database, stop: asyncio.Event, *, heartbeat: timedelta = HEARTBEAT, pause: timedelta = PAUSE
) -> None:
    """Takes jobs off the queue until `stop` is set; connects again where the server was away.

    A job under way when `stop` is set goes back on the queue.
    """
    while not stop.is_set():
        try:
            await _work(database, stop, heartbeat)
        except (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError) as error:
            _log.warning("the queue is away, trying again: %s", error)
            await _stopped_within(stop, pause)


async def _work(database: Database, stop: asyncio.Event, heartbeat: timedelta) -> None:
    address = database.logins.login("app").set(drivername="postgresql")
    connection = await asyncpg.connect(address.render_as_string(hide_password=False))
    try:
        await connection.execute("select pg_advisory_lock_shared($1)", PRESENCE)
        manager = QueueManager(queue_of(connection), Channel(settings().channel))

        @manager.entrypoint(ANSWER_SCENARIO)
        async def answer(job: Job) -> None:
            await _answer(database, job, stop)

        @manager.entrypoint(MAKE_EXPORT)
        async def export(job: Job) -> None:
            await _export(database, job)

        running = asyncio.ensure_future(
            manager.run(
                dequeue_timeout=heartbeat,
                batch_size=1,
                max_concurrent_tasks=SOLVES_AT_ONCE,
                heartbeat_timeout=heartbeat,
                shutdown_on_listener_failure=True,
            )
        )
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        manager.shutdown.set()
        await running
    finally:
        await connection.close()


async def _answer(database: Database, job: Job, stop: asyncio.Event) -> None:
    named: dict[str, Any] = json.loads(job.payload or b"{}")  # Any: our own JSON, written in enqueue_scenario
    partnership_id, scenario_id = UUID(named["partnership"]), UUID(named["scenario"])
    try:
        is_done = await answer_scenario(database, partnership_id, scenario_id, stop=stop)
    except (OSError, DBAPIError) as error:
        if job.attempts < ATTEMPTS:
            raise RetryRequested(PAUSE, str(error)) from error
        async with database.session(Scope.of(partnership_id, "worker")) as session:
            sentence = "The database was away while the scenario was answered; ask again."
            await mark_failed(session, partnership_id, scenario_id, sentence)
        return
    if not is_done:
        raise RetryRequested(timedelta(0), "the worker stops")


async def _export(database: Database, job: Job) -> None:
    named: dict[str, Any] = json.loads(job.payload or b"{}")  # Any: our own JSON, written in enqueue_export
    partnership_id, export_id = UUID(named["partnership"]), UUID(named["export"])
    try:
        await make_export(database, partnership_id, export_id)
    except (OSError, DBAPIError) as error:
        if job.attempts < ATTEMPTS:
            raise RetryRequested(PAUSE, str(error)) from error
        report = ImportReport("", "")
        sentence = "The database was away while the file was made; ask again."
        report.add(Severity.ERROR, "database-away", sentence)
        await fail_export(database, partnership_id, export_id, report)


async def answer_scenario(
    database: Database, partnership_id: UUID, scenario_id: UUID, *, stop: asyncio.Event | None = None
) -> bool:
    """Answers one scenario and keeps the result; false where `stop` was set before there was one.

    Does nothing where it was answered or cancelled meanwhile. Errors: OSError, DBAPIError.
    """
    scope = Scope.of(partnership_id, "worker")
    async with database.session(scope) as session:
        if not await mark_running(session, partnership_id, scenario_id):
            return True

    async def still_wanted(progress: float, message: str) -> bool:
        if stop is not None and stop.is_set():
            return False
        async with database.session(scope) as session:
            return await mark_progress(session, partnership_id, scenario_id, progress, message)

    try:
        result = await _solved(database, partnership_id, scenario_id, still_wanted)
    except (SolvingError, ValueError) as error:
        async with database.session(scope) as session:
            await mark_failed(session, partnership_id, scenario_id, str(error))
        return True
    if result is None:
        return stop is None or not stop.is_set()
    async with database.session(scope) as session:
        if await mark_progress(session, partnership_id, scenario_id, 1.0, "Keeping the answer"):
            scenario = await find_scenario(session, partnership_id, scenario_id)
            assert scenario is not None  # noqa: S101 - it was just marked
            await keep_result(session, scenario, result)
    return True


async def _solved(
    database: Database,
    partnership_id: UUID,
    scenario_id: UUID,
    still_wanted: Callable[[float, str], Awaitable[bool]],
) -> Result | None:
    async with database.session(Scope.of(partnership_id, "worker")) as session:
        scenario = await find_scenario(session, partnership_id, scenario_id)
        assert scenario is not None  # noqa: S101 - it was just marked
        ask = ask_of(scenario)
        standing = await read_standing(session, partnership_id, min(ask_of(scenario).fiscal_years))
    return await solve_apart(standing, ask, still_wanted)


async def _stopped_within(stop: asyncio.Event, pause: timedelta) -> None:
    try:
        await asyncio.wait_for(stop.wait(), pause.total_seconds())
    except TimeoutError:
        return


def settings() -> DBSettings:
    """Where the queue's tables are; migrations/versions/0001_foundation.py makes them."""
    return DBSettings(db_schema="queue")


def queue_of(connection: Any) -> Queries:  # Any: an asyncpg connection, pooled or not
    """The queue as a connection reaches it."""
    place = settings()
    return Queries(
        AsyncpgDriver(connection),
        qbe=QueryBuilderEnvironment(place),
        qbq=QueryQueueBuilder(place),
        qbs=QuerySchedulerBuilder(place),
    )
