"""The life of a scenario: asked, read, answered, decided move by move, and applied to the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.answer import AnswerStatus
from allocation.decided import DecidedMove, LineOf
from allocation.ledger import AccountKey, Line, Posted, Posting, open_accounts, post
from allocation.moves import MoveResult
from allocation.problem import Objective
from allocation.question import Ask
from allocation.results import Result
from models.base import new_id
from models.ledger import AccountKind, TransactionKind
from models.resources import ResourceUse
from models.scenarios import Move, MoveDecision, Scenario, ScenarioStatus

DECIDED_ON = (ScenarioStatus.READY, ScenarioStatus.STALE, ScenarioStatus.APPLIED)
RUNNABLE = (ScenarioStatus.QUEUED, ScenarioStatus.RUNNING)
DECIDABLE = (ScenarioStatus.READY,)
ENDS = ("practice", "outcome", "population", "area", "position")
ENDINGS = {
    AnswerStatus.INFEASIBLE: ScenarioStatus.INFEASIBLE,
    AnswerStatus.FAILED: ScenarioStatus.FAILED,
}


class ScenarioError(ValueError):
    """The scenario is not in a state in which this can be done; the sentence says which."""


async def ask_for(
    session: AsyncSession,
    partnership_id: UUID,
    ask: Ask,
    *,
    actor: str,
    name: str | None = None,
    asked_from: UUID | None = None,
) -> Scenario:
    """A new scenario, queued. Answering it is somebody else's work (`answer_scenario`)."""
    years = ", ".join(str(year) for year in ask.fiscal_years)
    scenario = Scenario(
        partnership_id=partnership_id,
        id=new_id(),
        name=name or f"{ask.objective.value.replace('_', ' ').capitalize()}, fiscal year {years}",
        status=ScenarioStatus.QUEUED,
        question=question_document(ask),
        requested_by=actor,
        asked_from_id=asked_from,
    )
    session.add(scenario)
    await session.flush()
    return scenario


def question_document(ask: Ask) -> dict[str, Any]:  # Any: a JSON value
    """What was asked, as JSON."""
    return {
        **asdict(ask),
        "fiscal_years": list(ask.fiscal_years),
        "objective": ask.objective.value,
        "protected_ids": sorted(ask.protected_ids),
    }


async def revise(
    session: AsyncSession, scenario: Scenario, *, actor: str, name: str | None = None
) -> Scenario:
    """The same question again, queued, with what was decided kept: accepted moves stay, declined ones stay away.

    Moves that are applied are in the ledger, so of an applied scenario the declined ones alone are kept.
    Errors: ScenarioError where there is nothing to decide on.
    """
    if scenario.status not in DECIDED_ON:
        raise ScenarioError(f"the scenario is {scenario.status.value.lower()}, it has no moves to decide on")
    moves = await moves_of_scenario(session, scenario)
    is_posted = scenario.status is ScenarioStatus.APPLIED
    accepted = [] if is_posted else [each for each in moves if each.decision is MoveDecision.ACCEPTED]
    declined = [decided_move(each) for each in moves if each.decision is MoveDecision.DECLINED]
    earlier = ask_of(scenario)
    ask = replace(
        earlier,
        accepted=tuple(map(decided_move, accepted)),
        declined=tuple(dict.fromkeys((*earlier.declined, *declined))),
    )
    title = name or f"{scenario.name}, revised"
    return await ask_for(
        session, scenario.partnership_id, ask, actor=actor, name=title, asked_from=scenario.id
    )


def decided_move(move: Move) -> DecidedMove:
    """A move as a question keeps it."""
    origin = None if move.from_use is None else _line_of(move, "from")
    investment = str(move.investment_id) if move.investment_id else None
    return DecidedMove(investment, origin, _line_of(move, "to"), move.amount)


def _line_of(move: Move, name: str) -> LineOf:
    ends = {each: getattr(move, f"{name}_{each}_id") for each in ENDS}
    texts = {each: None if row is None else str(row) for each, row in ends.items()}
    use: ResourceUse = getattr(move, f"{name}_use")
    return LineOf(use.value, **texts, fiscal_year=getattr(move, f"{name}_fiscal_year"))


def ask_of(scenario: Scenario) -> Ask:
    """What was asked."""
    kept = dict(scenario.question)
    pairs = ("outcome_weights", "viable_scales", "floors")
    decisions = ("accepted", "declined")
    return Ask(
        **{
            **kept,
            "fiscal_years": tuple(kept["fiscal_years"]),
            "objective": Objective(kept["objective"]),
            "protected_ids": frozenset(kept["protected_ids"]),
            **{name: tuple((key, value) for key, value in kept.get(name, ())) for name in pairs},
            **{name: tuple(_decided(each) for each in kept.get(name, ())) for name in decisions},
            "returns": tuple((key, tuple(map(tuple, steps))) for key, steps in kept.get("returns", ())),
        }
    )


def _decided(kept: Mapping[str, Any]) -> DecidedMove:  # Any: a JSON value
    origin = None if kept["origin"] is None else LineOf(**kept["origin"])
    return DecidedMove(kept["investment"], origin, LineOf(**kept["target"]), kept["amount"])


async def find_scenario(session: AsyncSession, partnership_id: UUID, scenario_id: UUID) -> Scenario | None:
    """The scenario, if it is one of the partnership's."""
    query = select(Scenario).where(Scenario.partnership_id == partnership_id, Scenario.id == scenario_id)
    return (await session.execute(query)).scalar_one_or_none()


async def mark_running(session: AsyncSession, partnership_id: UUID, scenario_id: UUID) -> bool:
    """Takes a queued (or abandoned) scenario up; false where it was cancelled or answered meanwhile."""
    taken = await session.execute(
        update(Scenario)
        .where(
            Scenario.partnership_id == partnership_id,
            Scenario.id == scenario_id,
            Scenario.status.in_(RUNNABLE),
        )
        .values(
            status=ScenarioStatus.RUNNING, started_at=datetime.now(UTC), message="Reading what stands today"
        )
        .returning(Scenario.id)
    )
    return taken.first() is not None


async def mark_progress(
    session: AsyncSession, partnership_id: UUID, scenario_id: UUID, progress: float, message: str
) -> bool:
    """Says how far a running scenario is; false where it runs no more (it was cancelled).

    What was reached stays reached, where another worker begins again after the first one's end.
    """
    kept = await session.execute(
        update(Scenario)
        .where(
            Scenario.partnership_id == partnership_id,
            Scenario.id == scenario_id,
            Scenario.status == ScenarioStatus.RUNNING,
        )
        .values(progress=func.greatest(Scenario.progress, progress), message=message)
        .returning(Scenario.id)
    )
    return kept.first() is not None


async def mark_failed(session: AsyncSession, partnership_id: UUID, scenario_id: UUID, sentence: str) -> None:
    """Ends a running scenario without an answer."""
    await session.execute(
        update(Scenario)
        .where(
            Scenario.partnership_id == partnership_id,
            Scenario.id == scenario_id,
            Scenario.status.in_(RUNNABLE),
        )
        .values(status=ScenarioStatus.FAILED, message=sentence, finished_at=datetime.now(UTC))
    )


async def cancel_scenario(session: AsyncSession, scenario: Scenario) -> None:
    """Cancels a queued or running scenario; whoever solves it stops. Errors: ScenarioError."""
    await session.execute(
        update(Scenario)
        .where(
            Scenario.partnership_id == scenario.partnership_id,
            Scenario.id == scenario.id,
            Scenario.status.in_(RUNNABLE),
        )
        .values(status=ScenarioStatus.CANCELLED, finished_at=datetime.now(UTC), message="Cancelled")
        .execution_options(synchronize_session=False)
    )
    await session.refresh(scenario)
    if scenario.status is not ScenarioStatus.CANCELLED:
        raise ScenarioError(f"the scenario is {scenario.status.value.lower()}, there is nothing to cancel")


async def keep_result(session: AsyncSession, scenario: Scenario, result: Result) -> None:
    """Keeps the answer of a running scenario, with its moves."""
    scenario.inputs_hash = result.inputs_hash
    scenario.progress = 1.0
    scenario.finished_at = datetime.now(UTC)
    scenario.status = ENDINGS.get(result.status, ScenarioStatus.READY)
    scenario.message = result.message
    scenario.answer = {
        **result.document,
        "accounts": {move.account: move.account_version for move in result.moves if move.account is not None},
    }
    moves = [_move(scenario, place, move) for place, move in enumerate(result.moves, 1)]
    await _keep_decisions(session, scenario, moves)
    await session.flush()
    await session.run_sync(
        lambda held: held.bulk_save_objects(moves)
    )  # thousands, and none is looked at again


async def _keep_decisions(session: AsyncSession, scenario: Scenario, moves: Sequence[Move]) -> None:
    """Marks the moves that were accepted in the scenario which this one was asked from."""
    accepted: list[Move] = []
    if scenario.asked_from_id is not None:
        earlier = await find_scenario(session, scenario.partnership_id, scenario.asked_from_id)
        accepted = list(await accepted_moves(session, earlier)) if earlier else []
    wanted = list(ask_of(scenario).accepted) if accepted else []
    for move in moves:
        name = decided_move(move)
        before = next((each for each in accepted if decided_move(each) == name), None)
        if before is not None and name in wanted:
            wanted.remove(name)
            move.decision, move.decision_note = before.decision, before.decision_note
            move.decided_at, move.decided_by = before.decided_at, before.decided_by


def _move(scenario: Scenario, place: int, move: MoveResult) -> Move:
    return Move(
        partnership_id=scenario.partnership_id,
        id=new_id(),
        scenario_id=scenario.id,
        position=place,
        investment_id=_uuid(move.investment),
        **_end("from", move.origin),
        **_end("to", move.target),
        amount=move.amount,
        currency=(scenario.answer or {})["currency"],
        gain=move.gain,
        gain_low=move.gain_low,
        gain_high=move.gain_high,
        reason=move.reason,
        sentence=move.sentence,
        decision=MoveDecision.PENDING,
        stays_share=move.stays_share,
    )


def _end(name: str, line: LineOf | None) -> dict[str, Any]:  # Any: a column's value
    ends: dict[str, Any] = {
        f"{name}_{each}_id": _uuid(getattr(line, each)) if line else None for each in ENDS
    }
    ends[f"{name}_use"] = ResourceUse(line.use) if line else None
    ends[f"{name}_fiscal_year"] = line.fiscal_year if line else None
    return ends


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None


async def decide_move(
    session: AsyncSession, move: Move, decision: MoveDecision, *, actor: str, note: str | None = None
) -> None:
    """Records what was decided of a move. Errors: ScenarioError."""
    scenario = await find_scenario(session, move.partnership_id, move.scenario_id)
    if scenario is None or scenario.status not in DECIDABLE:
        state = scenario.status.value.lower() if scenario else "gone"
        raise ScenarioError(f"the scenario is {state}, its moves cannot be decided")
    move.decision = decision
    move.decision_note = note
    move.decided_at = datetime.now(UTC)
    move.decided_by = actor
    await session.flush()


async def apply_scenario(
    session: AsyncSession,
    scenario: Scenario,
    *,
    actor: str,
    key: str,
    decided_on: date,
    note: str | None = None,
) -> Posted:
    """Posts the accepted moves, all or none, as reallocations between lines of the same investments.

    Errors: ScenarioError where nothing can be applied; LedgerError STALE where an account has moved since.
    """
    if scenario.status is not ScenarioStatus.READY:
        raise ScenarioError(
            f"the scenario is {scenario.status.value.lower()}, only a ready one can be applied"
        )
    moves = await accepted_moves(session, scenario)
    if not moves:
        raise ScenarioError("no move is accepted yet")
    if any(move.investment_id is None for move in moves):
        raise ScenarioError("new money is no award yet: record its investment first, then ask again")
    ends = [(_key(move, "from"), _key(move, "to")) for move in moves]
    ids = await open_accounts(session, scenario.partnership_id, [each for pair in ends for each in pair])
    versions = (scenario.answer or {}).get("accounts", {})
    postings = [
        Posting(
            kind=TransactionKind.REALLOCATION,
            debit=ids[origin],
            credit=ids[target],
            unit=move.currency,
            amount=move.amount,
            effective_on=decided_on,
            note=note,
            expect_debit_version=versions.get(str(ids[origin])),
        )
        for move, (origin, target) in zip(moves, ends, strict=True)
    ]
    posted = await post(session, actor, key, postings)
    scenario.status = ScenarioStatus.APPLIED
    scenario.version += 1
    scenario.decided_on, scenario.decision_note, scenario.decided_by = decided_on, note, actor
    await session.flush()
    return posted


async def mark_stale(session: AsyncSession, scenario: Scenario) -> None:
    """Ends a ready scenario whose accounts have moved since; any other stays as it is."""
    if scenario.status is ScenarioStatus.READY:
        scenario.status = ScenarioStatus.STALE
        scenario.message = "an account has moved since the plan was made: ask again"
        await session.flush()


async def moves_of_scenario(session: AsyncSession, scenario: Scenario) -> Sequence[Move]:
    """All its moves, in their order."""
    query = select(Move).where(
        Move.partnership_id == scenario.partnership_id, Move.scenario_id == scenario.id
    )
    return (await session.execute(query.order_by(Move.position))).scalars().all()


async def accepted_moves(session: AsyncSession, scenario: Scenario) -> Sequence[Move]:
    """The moves that were accepted, in their order."""
    moves = await moves_of_scenario(session, scenario)
    return [move for move in moves if move.decision is MoveDecision.ACCEPTED]


def _key(move: Move, name: str) -> AccountKey:
    assert move.investment_id is not None  # noqa: S101 - new money was refused before
    line = Line(
        use=getattr(move, f"{name}_use") or ResourceUse.UNASSIGNED,
        practice_id=getattr(move, f"{name}_practice_id"),
        outcome_id=getattr(move, f"{name}_outcome_id"),
        population_id=getattr(move, f"{name}_population_id"),
        area_id=getattr(move, f"{name}_area_id"),
        position_id=getattr(move, f"{name}_position_id"),
        fiscal_year=getattr(move, f"{name}_fiscal_year"),
    )
    return AccountKey(move.investment_id, AccountKind.AVAILABLE, move.currency, line)
