"""Reallocation: asked for, cancelled, decided move by move, applied; and followed while it is reckoned."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.types import Info

from allocation.ledger import LedgerError, LedgerRefusal
from allocation.scenarios import (
    ScenarioError,
    apply_scenario,
    ask_for,
    cancel_scenario,
    decide_move,
    mark_stale,
    revise,
)
from api.access import Right
from api.graphql.common.basics import row
from api.graphql.common.changes import (
    Change,
    Changed,
    Refused,
    UserError,
    changed,
    not_found,
    partnership_of,
    require,
)
from api.graphql.common.context import Context
from api.graphql.common.enums import UserErrorCode
from api.graphql.common.ids import GlobalId, NotFound, read_id
from api.graphql.reallocation.reallocation_inputs import (
    ApplyReallocationInput,
    CancelReallocationInput,
    DecideMoveInput,
    ReviseReallocationInput,
    SuggestReallocationInput,
    ask_of,
    check_name,
)
from api.graphql.reallocation.scenarios import OVER, ReallocationScenario
from api.jobs import enqueue_scenario
from models.resources import Funder, Investment
from models.scenarios import Move, Scenario, ScenarioStatus

__all__ = ["Mutation", "ReallocationScenarioPayload", "Subscription"]

LONGEST_NOTE: Final = 2000
LOOK_SECONDS: Final = 0.25
Asked = Info[Context, None]


@strawberry.type
class ReallocationScenarioPayload:
    """The scenario after the change; null with `userErrors` where nothing was changed."""

    reallocation_scenario: ReallocationScenario | None
    user_errors: list[UserError]
    replayed: bool


def payload(made: Changed) -> ReallocationScenarioPayload:
    """What became of a change, with the scenario as it stands now."""
    scenario: Any = row(made.id.type_name, *made.id.key) if made.id else None
    return ReallocationScenarioPayload(
        reallocation_scenario=scenario, user_errors=made.errors, replayed=made.replayed
    )


async def suggest(context: Context, asked: SuggestReallocationInput) -> Changed:
    """Asks for a scenario and puts it on the queue, in one transaction."""
    try:
        partnership = await partnership_of(context, asked.partnership, "partnership", Right.SUGGEST)
    except Refused as refused:
        return Changed.refused(refused.faults)

    async def work(session: AsyncSession) -> GlobalId:
        ask = await ask_of(session, partnership, asked)
        scenario = await ask_for(session, partnership.id, ask, actor=context.caller.actor, name=asked.name)
        await enqueue_scenario(session, partnership.id, scenario.id)
        return _id(scenario)

    change = Change("suggestReallocation", partnership.id, asked.idempotency_key, asked)
    return await changed(context, change, work)


async def ask_again(context: Context, asked: ReviseReallocationInput) -> Changed:
    """Asks a scenario's question again with its decisions kept, and puts it on the queue."""
    found = read_id(asked.scenario, "ReallocationScenario")
    if (
        found is None
        or len(found.key) != 2
        or context.caller.denied(Right.READ_SCENARIOS, found.partnership_id)
    ):
        return Changed.refused(not_found("scenario").faults)

    async def work(session: AsyncSession) -> GlobalId:
        scenario = await _scenario(session, found)
        if scenario is None:
            raise not_found("scenario")
        _allowed(context, Right.SUGGEST, scenario.partnership_id, "scenario")
        check_name(asked.name)
        try:
            again = await revise(session, scenario, actor=context.caller.actor, name=asked.name)
        except ScenarioError as error:
            raise Refused.at("scenario", UserErrorCode.CONFLICT, _sentence(error)) from error
        await enqueue_scenario(session, again.partnership_id, again.id)
        return _id(again)

    change = Change("reviseReallocation", found.partnership_id, asked.idempotency_key, asked)
    return await changed(context, change, work)


async def cancel(context: Context, asked: CancelReallocationInput) -> Changed:
    """Cancels a scenario; whoever reckons it stops."""

    async def work(session: AsyncSession, scenario: Scenario) -> None:
        denial = context.caller.denied(Right.CANCEL, scenario.partnership_id, asked_by=scenario.requested_by)
        if denial:
            raise Refused.at("scenario", UserErrorCode.FORBIDDEN, str(denial))
        await cancel_scenario(session, scenario)

    return await _on_scenario(context, "cancelReallocation", asked, work)


async def apply(context: Context, asked: ApplyReallocationInput) -> Changed:
    """Posts the accepted moves; a scenario whose accounts have moved since is marked as stale instead."""

    async def work(session: AsyncSession, scenario: Scenario) -> None:
        _allowed(context, Right.APPLY, scenario.partnership_id, "scenario")
        _check_note(asked.note)
        await apply_scenario(
            session,
            scenario,
            actor=context.caller.actor,
            key=f"apply:{scenario.id}",
            decided_on=asked.decided_on or datetime.now(UTC).date(),
            note=asked.note,
        )

    made = await _on_scenario(context, "applyReallocation", asked, work)
    if any(error.code is UserErrorCode.STALE for error in made.errors):
        await _mark_stale(context, asked.scenario)
    return made


async def _mark_stale(context: Context, scenario: str) -> None:
    found = read_id(scenario, "ReallocationScenario")
    if found is None:
        return
    async with context.writing(found.partnership_id) as session:
        kept = await _scenario(session, found)
        if kept is not None:
            await mark_stale(session, kept)


async def _on_scenario(
    context: Context,
    name: str,
    asked: CancelReallocationInput | ApplyReallocationInput,
    work: Callable[[AsyncSession, Scenario], Awaitable[None]],
) -> Changed:
    """A change of one scenario that the caller may read; its row is locked meanwhile."""
    found = read_id(asked.scenario, "ReallocationScenario")
    if (
        found is None
        or len(found.key) != 2
        or context.caller.denied(Right.READ_SCENARIOS, found.partnership_id)
    ):
        return Changed.refused(not_found("scenario").faults)

    async def done(session: AsyncSession) -> GlobalId:
        scenario = await _scenario(session, found)
        if scenario is None:
            raise not_found("scenario")
        try:
            await work(session, scenario)
        except ScenarioError as error:
            raise Refused.at("scenario", UserErrorCode.CONFLICT, _sentence(error)) from error
        except LedgerError as error:
            raise Refused.at("scenario", _code(error.refusal), _sentence(error)) from error
        return _id(scenario)

    return await changed(context, Change(name, found.partnership_id, asked.idempotency_key, asked), done)


async def decide(context: Context, asked: DecideMoveInput) -> Changed:
    """Records what was decided of a move."""
    found = read_id(asked.move, "Move")
    if (
        found is None
        or len(found.key) != 2
        or context.caller.denied(Right.READ_SCENARIOS, found.partnership_id)
    ):
        return Changed.refused(not_found("move").faults)

    async def work(session: AsyncSession) -> GlobalId:
        move = await session.get(Move, found.key)
        if move is None:
            raise not_found("move")
        _allowed(context, Right.DECIDE, move.partnership_id, "move", await _owner(session, move))
        _check_note(asked.note)
        scenario = await _scenario(
            session, GlobalId("ReallocationScenario", (move.partnership_id, move.scenario_id))
        )
        try:
            await decide_move(session, move, asked.decision, actor=context.caller.actor, note=asked.note)
        except ScenarioError as error:
            raise Refused.at("move", UserErrorCode.CONFLICT, _sentence(error)) from error
        assert scenario is not None  # noqa: S101 - a move has a scenario
        return _id(scenario)

    change = Change("decideMove", found.partnership_id, asked.idempotency_key, asked)
    return await changed(context, change, work)


async def _owner(session: AsyncSession, move: Move) -> UUID | None:
    """The organization whose investment would move; None for new money."""
    query = (
        select(Funder.organization_id)
        .join(
            Investment,
            (Investment.partnership_id == Funder.partnership_id) & (Investment.funder_id == Funder.id),
        )
        .where(Investment.partnership_id == move.partnership_id, Investment.id == move.investment_id)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def _scenario(session: AsyncSession, found: GlobalId) -> Scenario | None:
    """The scenario, locked until the transaction ends."""
    return await session.get(Scenario, found.key, with_for_update=True)


def _allowed(
    context: Context, right: Right, partnership_id: UUID, path: str, owner: UUID | None = None
) -> None:
    if context.caller.denied(right, partnership_id, [owner]):
        raise Refused.at(path, UserErrorCode.FORBIDDEN, right.reason)


def _check_note(note: str | None) -> None:
    require(note is None or len(note) <= LONGEST_NOTE, "note", f"A note has up to {LONGEST_NOTE} characters.")


def _id(scenario: Scenario) -> GlobalId:
    return GlobalId("ReallocationScenario", (scenario.partnership_id, scenario.id))


def _code(refusal: LedgerRefusal) -> UserErrorCode:
    """An idempotency key of ours is the scenario's own: met again, the scenario was applied before."""
    return UserErrorCode.CONFLICT if refusal is LedgerRefusal.DUPLICATE else UserErrorCode(refusal.value)


def _sentence(error: Exception) -> str:
    said = str(error)
    return f"{said[:1].upper()}{said[1:]}."


@strawberry.type
class Mutation:
    """Each change is made whole or not at all, and once per idempotency key."""

    @strawberry.mutation
    async def suggest_reallocation(
        self,
        info: Asked,
        input: SuggestReallocationInput,  # noqa: A002 - the contract's name
    ) -> ReallocationScenarioPayload:
        """Asks for a plan; it is answered by a worker, so its status is QUEUED at first."""
        return payload(await suggest(info.context, input))

    @strawberry.mutation
    async def revise_reallocation(
        self,
        info: Asked,
        input: ReviseReallocationInput,  # noqa: A002 - as above
    ) -> ReallocationScenarioPayload:
        """Asks again with accepted moves fixed and declined ones forbidden, as a scenario of its own."""
        return payload(await ask_again(info.context, input))

    @strawberry.mutation
    async def cancel_reallocation(
        self,
        info: Asked,
        input: CancelReallocationInput,  # noqa: A002 - as above
    ) -> ReallocationScenarioPayload:
        """Ends the waiting for a plan."""
        return payload(await cancel(info.context, input))

    @strawberry.mutation
    async def decide_move(
        self,
        info: Asked,
        input: DecideMoveInput,  # noqa: A002 - as above
    ) -> ReallocationScenarioPayload:
        """Accepts or declines one move of a plan."""
        return payload(await decide(info.context, input))

    @strawberry.mutation
    async def apply_reallocation(
        self,
        info: Asked,
        input: ApplyReallocationInput,  # noqa: A002 - as above
    ) -> ReallocationScenarioPayload:
        """Posts the accepted moves to the ledger, all or none."""
        return payload(await apply(info.context, input))


@strawberry.type
class Subscription:
    """What a signed-in caller may follow."""

    @strawberry.subscription
    async def reallocation_progress(
        self, info: Asked, scenario: strawberry.ID
    ) -> AsyncGenerator[ReallocationScenario, None]:
        """The scenario each time that it has come further; ends when it is over."""
        found = read_id(scenario, "ReallocationScenario")
        if found is None or info.context.caller.denied(Right.READ_SCENARIOS, found.partnership_id):
            raise NotFound
        async for _ in _steps(info.context, found):
            yield row(found.type_name, *found.key)


async def _steps(context: Context, found: GlobalId) -> AsyncGenerator[None, None]:
    """Each change of how far a scenario is. The connection is given back between two looks."""

    async def look(session: AsyncSession) -> tuple[ScenarioStatus, float, str | None] | None:
        query = select(Scenario.status, Scenario.progress, Scenario.message).where(
            Scenario.partnership_id == found.partnership_id, Scenario.id == found.key[-1]
        )
        seen = (await session.execute(query)).first()
        return None if seen is None else (seen.status, seen.progress, seen.message)

    last: tuple[ScenarioStatus, float, str | None] | None = None
    while True:
        step = await context.run(look)
        if step is None:
            raise NotFound
        if step != last:
            last = step
            yield
        await context.rest()
        if step[0] in OVER:
            return
        await asyncio.sleep(LOOK_SECONDS)
