"""GET /scenarios/{id}/events: how far a scenario is, as server-sent events (HTML Standard, section 9.2)."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Final
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from allocation.scenarios import find_scenario
from api.access import Right
from api.graphql.common.context import Context
from api.graphql.common.errors import Code, Refusal
from api.graphql.common.ids import read_id
from api.graphql.door.operations import Call, ContextFactory
from models.database import Database, Scope
from models.scenarios import Scenario, ScenarioStatus

LOOK_SECONDS: Final = 0.5
KEEP_ALIVE_LOOKS: Final = 30  # a comment this often keeps proxies from closing a silent stream
LONGEST_LOOKS: Final = 7200
UNDER_WAY: Final = frozenset({ScenarioStatus.QUEUED, ScenarioStatus.RUNNING})


def scenario_events(database: Database, contexts: ContextFactory) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint; the id is the one that GraphQL gives."""

    async def events(request: Request) -> Response:
        try:
            found = await _readable(request, contexts)
        except Refusal as refusal:
            status = 401 if refusal.code is Code.UNAUTHENTICATED else 403
            return PlainTextResponse(str(refusal), status)
        if found is None or await _look(database, *found) is None:
            return PlainTextResponse("There is no such scenario.", 404)
        return StreamingResponse(
            _stream(database, *found),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    return events


async def _readable(request: Request, contexts: ContextFactory) -> tuple[UUID, UUID] | None:
    """Partnership and scenario, where the caller may read them; None where it is as if there were none."""
    named = read_id(request.path_params["scenario"])
    async with contexts(Call(request)) as context:
        assert isinstance(context, Context)  # noqa: S101 - the factory's own kind
        if named is None or named.type_name != "ReallocationScenario" or len(named.key) != 2:
            return None
        partnership, scenario = named.key
        denied = context.caller.denied(Right.READ_SCENARIOS, partnership)
    return None if denied else (partnership, scenario)


async def _look(database: Database, partnership: UUID, scenario: UUID) -> Scenario | None:
    async with database.session(Scope((partnership,))) as session:
        return await find_scenario(session, partnership, scenario)


async def _stream(database: Database, partnership: UUID, scenario: UUID) -> AsyncGenerator[bytes]:
    """One event for each change, until the scenario is over."""
    last = b""
    for number in range(LONGEST_LOOKS):
        found = await _look(database, partnership, scenario)
        if found is None:
            return
        told = orjson.dumps(
            {"status": found.status.value, "progress": found.progress, "message": found.message}
        )
        if told != last:
            yield b"event: progress\ndata: " + told + b"\n\n"
            last = told
        elif number % KEEP_ALIVE_LOOKS == 0:
            yield b": still here\n\n"
        if found.status not in UNDER_WAY:
            return
        await asyncio.sleep(LOOK_SECONDS)
