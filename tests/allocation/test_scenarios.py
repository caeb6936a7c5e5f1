"""The life of a scenario in a database, from asking to the ledger; its answer is made by hand, so no solver runs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.answer import AnswerStatus
from allocation.decided import LineOf
from allocation.ledger import (
    AccountKey,
    LedgerError,
    LedgerRefusal,
    Line,
    Posting,
    audit,
    open_accounts,
    post,
)
from allocation.moves import MoveResult
from allocation.problem import Objective
from allocation.question import Ask
from allocation.results import Result
from allocation.scenarios import (
    ScenarioError,
    apply_scenario,
    ask_for,
    ask_of,
    cancel_scenario,
    decide_move,
    find_scenario,
    keep_result,
    mark_failed,
    mark_progress,
    mark_running,
    mark_stale,
    revise,
)
from models.base import new_id
from models.database import Database, Scope
from models.ledger import AccountKind, TransactionKind
from models.organizations import Organization
from models.partnerships import Partnership
from models.practices import Practice
from models.resources import Funder, Investment, ResourceUse
from models.scenarios import Move, MoveDecision, Scenario, ScenarioStatus

TODAY = date(2026, 9, 1)
ASK = Ask((2027,), objective=Objective.WORST_OFF_FIRST, protected_ids=frozenset({"x", "y"}), confidence=0.9)


@dataclass
class Books:
    """A partnership with one award of 1,000 dollars, on no line yet, and a practice."""

    database: Database
    partnership: Partnership
    investment: UUID
    practice: UUID
    idle: UUID

    @property
    def scope(self) -> Scope:
        return Scope.of(self.partnership.id)

    async def asked(self) -> UUID:
        """A queued scenario."""
        async with self.database.session(self.scope) as session:
            return (await ask_for(session, self.partnership.id, ASK, actor="tester")).id

    async def answered(self, *moves: MoveResult) -> UUID:
        """A ready scenario with these moves."""
        scenario_id = await self.asked()
        async with self.database.session(self.scope) as session:
            assert await mark_running(session, self.partnership.id, scenario_id)
            scenario = await self.find(session, scenario_id)
            await keep_result(session, scenario, result(*moves))
        return scenario_id

    async def find(self, session: AsyncSession, scenario_id: UUID) -> Scenario:
        found = await find_scenario(session, self.partnership.id, scenario_id)
        assert found is not None
        return found

    async def decide(self, scenario_id: UUID, *decisions: MoveDecision) -> None:
        """Decides the scenario's moves in their order."""
        async with self.database.session(self.scope) as session:
            for move, decision in zip(await self.moves(session, scenario_id), decisions, strict=True):
                await decide_move(session, move, decision, actor="tester", note="as the board said")

    async def moves(self, session: AsyncSession, scenario_id: UUID) -> Sequence[Move]:
        query = select(Move).where(
            Move.partnership_id == self.partnership.id, Move.scenario_id == scenario_id
        )
        return (await session.execute(query.order_by(Move.position))).scalars().all()

    async def apply(self, scenario_id: UUID, key: str = "a key") -> None:
        async with self.database.session(self.scope) as session:
            scenario = await self.find(session, scenario_id)
            await apply_scenario(session, scenario, actor="tester", key=key, decided_on=TODAY)

    async def balances(self) -> dict[str, int]:
        """Available minor units by practice ("" for none)."""
        query = text(
            "select coalesce(practice_id::text, '') as practice, sum(credits_posted - debits_posted) as held "
            "from ledger.account where partnership_id = :p and kind = 'AVAILABLE' group by 1"
        )
        async with self.database.session(self.scope) as session:
            rows = await session.execute(query, {"p": self.partnership.id})
            return {row.practice: int(row.held) for row in rows}

    def move(self, amount: int, **more: object) -> MoveResult:
        """Idle dollars of the award to the practice; `more` changes fields."""
        made = MoveResult(
            investment=str(self.investment),
            origin=LineOf("UNASSIGNED"),
            target=LineOf("PRACTICE", practice=str(self.practice), fiscal_year=2027),
            amount=amount,
            gain=Decimal("1.5"),
            gain_low=Decimal("0.5"),
            gain_high=Decimal("2.5"),
            sentence="Put dollars to work.",
            reason=None,
            account=str(self.idle),
            account_version=1,
        )
        return replace(made, **more)  # type: ignore[arg-type]  # fields by name


def result(*moves: MoveResult, status: AnswerStatus = AnswerStatus.OPTIMAL) -> Result:
    """A result as the solving process would send it."""
    return Result("hash", status, None, {"currency": "USD", "status": status.value}, moves)


@pytest.fixture
async def books(database: Database, partnership: Partnership) -> Books:
    """The award is posted from what its funder owes to its idle line, so its version is 1."""
    p = partnership.id
    giver = Organization(partnership_id=p, id=new_id(), name="Giver")
    funder = Funder(partnership_id=p, id=new_id(), organization_id=giver.id)
    practice = Practice(partnership_id=p, id=new_id(), name="Tutoring")
    award = Investment(
        partnership_id=p,
        id=new_id(),
        funder_id=funder.id,
        title="Award",
        use=ResourceUse.UNASSIGNED,
        currency="USD",
        source_system="test",
    )
    async with database.session(Scope.of(p)) as session:
        session.add_all([giver, practice])
        await session.flush()
        session.add(funder)
        await session.flush()
        session.add(award)
        await session.flush()
        owed = AccountKey(award.id, AccountKind.RECEIVABLE, "USD")
        idle = AccountKey(award.id, AccountKind.AVAILABLE, "USD", Line())
        ids = await open_accounts(session, p, [owed, idle])
        posting = Posting(TransactionKind.COMMITMENT, ids[owed], ids[idle], "USD", 100_000, TODAY)
        await post(session, "tester", "the award", [posting])
    return Books(database, partnership, award.id, practice.id, ids[idle])


async def status_of(books: Books, scenario_id: UUID) -> ScenarioStatus:
    async with books.database.session(books.scope) as session:
        return (await books.find(session, scenario_id)).status


async def test_what_was_asked_is_kept_whole(books: Books) -> None:
    scenario_id = await books.asked()
    async with books.database.session(books.scope) as session:
        scenario = await books.find(session, scenario_id)
    assert ask_of(scenario) == ASK
    assert (scenario.status, scenario.progress, scenario.requested_by) == (ScenarioStatus.QUEUED, 0, "tester")
    assert scenario.name == "Worst off first, fiscal year 2027"


async def test_another_partnership_s_scenario_is_not_there(
    books: Books, other_partnership: Partnership
) -> None:
    scenario_id = await books.asked()
    async with books.database.session(Scope.of(other_partnership.id)) as session:
        assert await find_scenario(session, books.partnership.id, scenario_id) is None


async def test_progress_never_goes_back(books: Books) -> None:
    """Another worker begins again at 0.1 after the first one's end at 0.6."""
    scenario_id, p = await books.asked(), books.partnership.id
    async with books.database.session(books.scope) as session:
        assert await mark_running(session, p, scenario_id)
        assert await mark_progress(session, p, scenario_id, 0.6, "far")
        assert await mark_running(session, p, scenario_id)
        assert await mark_progress(session, p, scenario_id, 0.1, "again")
    async with books.database.session(books.scope) as session:
        scenario = await books.find(session, scenario_id)
    assert (scenario.progress, scenario.message) == (0.6, "again")


async def test_a_cancelled_scenario_is_neither_taken_up_nor_told_of_progress(books: Books) -> None:
    scenario_id, p = await books.asked(), books.partnership.id
    async with books.database.session(books.scope) as session:
        await cancel_scenario(session, await books.find(session, scenario_id))
        assert not await mark_running(session, p, scenario_id)
        assert not await mark_progress(session, p, scenario_id, 0.5, "on")
        await mark_failed(session, p, scenario_id, "no")
    assert await status_of(books, scenario_id) is ScenarioStatus.CANCELLED


async def test_cancelling_twice_is_no_fault_but_an_answered_scenario_stays(books: Books) -> None:
    queued, ready = await books.asked(), await books.answered(books.move(1))
    async with books.database.session(books.scope) as session:
        for _ in range(2):
            await cancel_scenario(session, await books.find(session, queued))
        with pytest.raises(ScenarioError, match="is ready, there is nothing to cancel"):
            await cancel_scenario(session, await books.find(session, ready))


async def test_cancelling_does_not_undo_an_answer_that_came_meanwhile(books: Books) -> None:
    """The canceller still sees it running; the worker has kept the answer since."""
    scenario_id, p = await books.asked(), books.partnership.id
    async with books.database.session(books.scope) as session:
        await mark_running(session, p, scenario_id)
    async with books.database.session(books.scope) as canceller:
        seen = await books.find(canceller, scenario_id)
        async with books.database.session(books.scope) as worker:
            await keep_result(worker, await books.find(worker, scenario_id), result())
        with pytest.raises(ScenarioError, match="is ready"):
            await cancel_scenario(canceller, seen)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (AnswerStatus.OPTIMAL, ScenarioStatus.READY),
        (AnswerStatus.LIMITED, ScenarioStatus.READY),
        (AnswerStatus.INFEASIBLE, ScenarioStatus.INFEASIBLE),
        (AnswerStatus.FAILED, ScenarioStatus.FAILED),
    ],
)
async def test_an_answer_ends_a_scenario(books: Books, answer: AnswerStatus, status: ScenarioStatus) -> None:
    scenario_id = await books.asked()
    async with books.database.session(books.scope) as session:
        await mark_running(session, books.partnership.id, scenario_id)
        await keep_result(session, await books.find(session, scenario_id), result(status=answer))
    assert await status_of(books, scenario_id) is status


async def test_accepted_moves_are_posted_and_others_are_not(books: Books) -> None:
    """Of 1,000 dollars 300 go to the practice, the declined 200 stay."""
    scenario_id = await books.answered(books.move(30_000), books.move(20_000))
    await books.decide(scenario_id, MoveDecision.ACCEPTED, MoveDecision.DECLINED)
    await books.apply(scenario_id)
    assert await books.balances() == {"": 70_000, str(books.practice): 30_000}
    assert await status_of(books, scenario_id) is ScenarioStatus.APPLIED
    async with books.database.session(books.scope) as session:
        assert await audit(session) == []


async def test_two_moves_out_of_one_account_are_one_batch(books: Books) -> None:
    scenario_id = await books.answered(books.move(30_000), books.move(70_000))
    await books.decide(scenario_id, MoveDecision.ACCEPTED, MoveDecision.ACCEPTED)
    await books.apply(scenario_id)
    assert await books.balances() == {"": 0, str(books.practice): 100_000}


async def test_a_scenario_whose_account_has_moved_since_is_stale_and_posts_nothing(books: Books) -> None:
    first, second = await books.answered(books.move(30_000)), await books.answered(books.move(40_000))
    for scenario_id in (first, second):
        await books.decide(scenario_id, MoveDecision.ACCEPTED)
    await books.apply(first, "first")
    with pytest.raises(LedgerError) as refused:
        await books.apply(second, "second")
    assert refused.value.refusal is LedgerRefusal.STALE
    assert await books.balances() == {"": 70_000, str(books.practice): 30_000}
    assert await status_of(books, second) is ScenarioStatus.READY


async def test_all_accepted_moves_are_posted_or_none(books: Books) -> None:
    """The second move asks for more than is left."""
    scenario_id = await books.answered(books.move(30_000), books.move(80_000))
    await books.decide(scenario_id, MoveDecision.ACCEPTED, MoveDecision.ACCEPTED)
    with pytest.raises(LedgerError):
        await books.apply(scenario_id)
    assert await books.balances() == {"": 100_000}


async def test_nothing_is_applied_before_a_move_is_accepted_or_twice(books: Books) -> None:
    scenario_id = await books.answered(books.move(30_000))
    with pytest.raises(ScenarioError, match="no move is accepted yet"):
        await books.apply(scenario_id)
    await books.decide(scenario_id, MoveDecision.ACCEPTED)
    await books.apply(scenario_id)
    with pytest.raises(ScenarioError, match="is applied, only a ready one"):
        await books.apply(scenario_id, "again")
    with pytest.raises(ScenarioError, match="is applied, its moves cannot be decided"):
        await books.decide(scenario_id, MoveDecision.DECLINED)


async def test_new_money_is_applied_only_once_it_is_an_award(books: Books) -> None:
    fresh = books.move(30_000, investment=None, origin=None, account=None, account_version=None)
    scenario_id = await books.answered(fresh)
    await books.decide(scenario_id, MoveDecision.ACCEPTED)
    with pytest.raises(ScenarioError, match="record its investment first"):
        await books.apply(scenario_id)


async def revised(books: Books, scenario_id: UUID) -> UUID:
    """The scenario that is asked from another."""
    async with books.database.session(books.scope) as session:
        return (await revise(session, await books.find(session, scenario_id), actor="tester")).id


async def test_a_revised_question_keeps_what_was_decided_and_all_its_terms(books: Books) -> None:
    first = await books.answered(books.move(30_000), books.move(20_000), books.move(10_000))
    await books.decide(first, MoveDecision.ACCEPTED, MoveDecision.DECLINED, MoveDecision.PENDING)
    second = await revised(books, first)
    async with books.database.session(books.scope) as session:
        scenario = await books.find(session, second)
    ask = ask_of(scenario)
    assert replace(ask, accepted=(), declined=()) == ASK
    assert [move.amount for move in ask.accepted] == [30_000]
    assert [move.amount for move in ask.declined] == [20_000]
    assert ask.accepted[0].target == books.move(1).target
    assert scenario.asked_from_id == first


async def test_an_accepted_move_comes_back_as_accepted_once(books: Books) -> None:
    """The revised plan holds it twice, of which one is further dollars on which nobody has decided."""
    first = await books.answered(books.move(30_000))
    await books.decide(first, MoveDecision.ACCEPTED)
    second = await revised(books, first)
    async with books.database.session(books.scope) as session:
        await mark_running(session, books.partnership.id, second)
        scenario = await books.find(session, second)
        await keep_result(session, scenario, result(books.move(30_000), books.move(30_000)))
        moves = await books.moves(session, second)
    assert [move.decision for move in moves] == [MoveDecision.ACCEPTED, MoveDecision.PENDING]
    assert (moves[0].decision_note, moves[0].decided_by) == ("as the board said", "tester")


async def test_what_was_declined_before_stays_declined_in_a_third_question(books: Books) -> None:
    first = await books.answered(books.move(20_000))
    await books.decide(first, MoveDecision.DECLINED)
    third = await revised(books, await _answered_again(books, await revised(books, first)))
    async with books.database.session(books.scope) as session:
        assert [move.amount for move in ask_of(await books.find(session, third)).declined] == [20_000]


async def _answered_again(books: Books, scenario_id: UUID) -> UUID:
    async with books.database.session(books.scope) as session:
        await mark_running(session, books.partnership.id, scenario_id)
        await keep_result(session, await books.find(session, scenario_id), result())
    return scenario_id


async def test_moves_that_are_applied_are_not_asked_for_again(books: Books) -> None:
    first = await books.answered(books.move(30_000), books.move(20_000))
    await books.decide(first, MoveDecision.ACCEPTED, MoveDecision.DECLINED)
    await books.apply(first)
    async with books.database.session(books.scope) as session:
        ask = ask_of(await books.find(session, await revised(books, first)))
    assert (len(ask.accepted), len(ask.declined)) == (0, 1)


async def test_a_scenario_without_an_answer_cannot_be_revised(books: Books) -> None:
    with pytest.raises(ScenarioError, match="is queued, it has no moves to decide on"):
        await revised(books, await books.asked())


async def test_the_board_s_decision_is_kept_with_the_scenario(books: Books) -> None:
    scenario_id = await books.answered(books.move(30_000))
    await books.decide(scenario_id, MoveDecision.ACCEPTED)
    await books.apply(scenario_id)
    async with books.database.session(books.scope) as session:
        found = await books.find(session, scenario_id)
        assert (found.decided_on, found.decision_note, found.decided_by) == (TODAY, None, "tester")
        await mark_stale(session, found)
        assert found.status is ScenarioStatus.APPLIED
