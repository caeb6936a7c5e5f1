"""Long work: put on the queue inside the caller's transaction, taken off it by any worker."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver
from pgqueuer.domain.settings import DBSettings
from pgqueuer.models import Job
from pgqueuer.queries import Queries
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.frames.standing import read_standing
from allocation.scenarios import (
    ask_of,
    find_scenario,
    keep_result,
    mark_failed,
    mark_progress,
    mark_running,
)
from api.solving import SolvingError, solve_apart
from models.database import Database, Scope

ANSWER_SCENARIO = "answer_scenario"
HEARTBEAT = timedelta(seconds=10)  # a job whose worker has been silent for so long is taken by another


async def enqueue_scenario(session: AsyncSession, partnership_id: UUID, scenario_id: UUID) -> None:
    """Puts a scenario on the queue; it is there exactly if the session's transaction commits."""
    connection = await session.connection()
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None  # noqa: S101 - the connection is open
    payload = json.dumps({"partnership": str(partnership_id), "scenario": str(scenario_id)}).encode()
    await _queries(driver).enqueue(ANSWER_SCENARIO, payload)


async def answer_scenario(database: Database, partnership_id: UUID, scenario_id: UUID) -> None:
    """Answers one scenario and keeps the result; does nothing where it was answered or cancelled meanwhile."""
    scope = Scope.of(partnership_id, "worker")
    async with database.session(scope) as session:
        if not await mark_running(session, partnership_id, scenario_id):
            return

    async def still_wanted(progress: float, message: str) -> bool:
        async with database.session(scope) as session:
            return await mark_progress(session, partnership_id, scenario_id, progress, message)

    try:
        async with database.session(scope) as session:
            scenario = await find_scenario(session, partnership_id, scenario_id)
            assert scenario is not None  # noqa: S101 - it was just marked
            standing = await read_standing(session, partnership_id)
        result = await solve_apart(standing, ask_of(scenario), still_wanted)
    except (SolvingError, ValueError) as error:
        async with database.session(scope) as session:
            await mark_failed(session, partnership_id, scenario_id, str(error))
        return
    if result is None:
        return
    async with database.session(scope) as session:
        if await mark_progress(session, partnership_id, scenario_id, 1.0, "keeping the answer"):
            scenario = await find_scenario(session, partnership_id, scenario_id)
            assert scenario is not None  # noqa: S101 - it was just marked
            await keep_result(session, scenario, result)


async def work(database: Database, stop: asyncio.Event) -> None:
    """Takes jobs off the queue, one at a time, until `stop` is set."""
    connection = await asyncpg.connect(
        database.logins.login("app").set(drivername="postgresql").render_as_string(hide_password=False)
    )
    try:
        queue = PgQueuer(AsyncpgDriver(connection), queries=_queries(connection))

        @queue.entrypoint(ANSWER_SCENARIO)
        async def answer(job: Job) -> None:
            named: dict[str, Any] = json.loads(job.payload or b"{}")
            await answer_scenario(database, UUID(named["partnership"]), UUID(named["scenario"]))

        running = asyncio.create_task(queue.run(batch_size=1, heartbeat_timeout=HEARTBEAT))
        await asyncio.wait({running, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
        queue.shutdown.set()
        await running
    finally:
        await connection.close()


def _queries(connection: Any) -> Queries:  # Any: an asyncpg connection, pooled or not
    from pgqueuer.adapters.persistence.qb import (
        QueryBuilderEnvironment,
        QueryQueueBuilder,
        QuerySchedulerBuilder,
    )

    settings = DBSettings(db_schema="queue")
    return Queries(
        AsyncpgDriver(connection),
        qbe=QueryBuilderEnvironment(settings),
        qbq=QueryQueueBuilder(settings),
        qbs=QuerySchedulerBuilder(settings),
    )
