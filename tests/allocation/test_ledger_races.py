"""Many at once: no account is overdrawn, no effect doubled, nobody waits for ever."""

import asyncio
from uuid import UUID

from sqlalchemy import text

from allocation.ledger import AccountKey, LedgerError, LedgerRefusal, Line, Posted, open_accounts
from models.ledger import AccountKind
from models.partnerships import Partnership

from .ledger_desk import Desk


async def test_a_hundred_racing_transfers_never_overdraw(desk: Desk) -> None:
    await desk.fund(500)
    answers = await asyncio.gather(
        *(desk.post(f"race-{n}", desk.line(10)) for n in range(100)), return_exceptions=True
    )
    refusals = [answer.refusal for answer in answers if isinstance(answer, LedgerError)]
    assert sum(isinstance(answer, Posted) for answer in answers) == 50
    assert refusals == [LedgerRefusal.INSUFFICIENT_FUNDS] * 50
    assert await desk.free() == 0
    assert await desk.audit() == []


async def test_equal_keys_at_once_have_one_effect(desk: Desk) -> None:
    await desk.fund(500)
    line = desk.line(10)
    answers = await asyncio.gather(*(desk.post("same", line) for _ in range(30)))
    assert [answer.replayed for answer in answers].count(False) == 1
    assert len({answer.hash for answer in answers}) == 1
    assert await desk.free() == 490


async def test_different_bodies_on_one_key_at_once_leave_one(desk: Desk) -> None:
    await desk.fund(500)
    answers = await asyncio.gather(
        *(desk.post("same", desk.line(n)) for n in range(1, 21)), return_exceptions=True
    )
    posted = [answer for answer in answers if isinstance(answer, Posted)]
    refusals = {answer.refusal for answer in answers if isinstance(answer, LedgerError)}
    assert (len(posted), refusals) == (1, {LedgerRefusal.DUPLICATE})


async def test_opposite_transfers_do_not_deadlock(desk: Desk) -> None:
    await desk.fund(1_000)
    await desk.post("half", desk.line(500))
    there = [desk.post(f"there-{n}", desk.line(1)) for n in range(20)]
    back = [
        desk.post(f"back-{n}", desk.line(1, debit=desk.obligated, credit=desk.available)) for n in range(20)
    ]
    assert all(not answer.replayed for answer in await asyncio.gather(*there, *back))
    assert await desk.free() == 500
    assert await desk.audit() == []


async def test_two_openings_of_one_account_at_once_find_one_account(
    desk: Desk, partnership: Partnership
) -> None:
    async def ids() -> UUID:
        async with desk.database.session(desk.scope) as session:
            investment = (await session.execute(text("select id from investment"))).scalar_one()
            key = AccountKey(investment, AccountKind.AVAILABLE, "USD", Line(fiscal_year=2027))
            return (await open_accounts(session, partnership.id, [key]))[key]

    assert len({await each for each in [ids() for _ in range(5)]}) == 1
    assert len(set(await asyncio.gather(*(ids() for _ in range(5))))) == 1
