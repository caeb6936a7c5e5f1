"""The ledger's promises, kept by the database itself: who may post, how much, how often, and that nothing is lost."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.ledger import (
    AccountKey,
    LedgerError,
    LedgerRefusal,
    Line,
    Posted,
    Posting,
    audit,
    open_accounts,
    post,
)
from models.base import new_id
from models.database import Database, Logins, Scope
from models.ledger import AccountKind, Phase, TransactionKind
from models.organizations import Organization
from models.partnerships import Partnership
from models.resources import Funder, Investment, ResourceUse

DAY = date(2026, 7, 1)
KINDS = (AccountKind.RECEIVABLE, AccountKind.AVAILABLE, AccountKind.OBLIGATED, AccountKind.SPENT)


@dataclass(frozen=True)
class Desk:
    """One investment's accounts in a partnership, and a short way to post between them."""

    database: Database
    partnership_id: UUID
    promised: UUID
    available: UUID
    obligated: UUID
    spent: UUID

    @property
    def scope(self) -> Scope:
        return Scope.of(self.partnership_id)

    def line(
        self, amount: int, *, debit: UUID | None = None, credit: UUID | None = None, **more: Any
    ) -> Posting:
        """A posting from what is available to what is obligated, unless said otherwise."""
        return Posting(
            **{
                "kind": TransactionKind.COMMITMENT,
                "debit": debit or self.available,
                "credit": credit or self.obligated,
                "unit": "USD",
                "amount": amount,
                "effective_on": DAY,
                **more,
            }
        )

    async def post(self, key: str, *lines: Posting, actor: str = "somebody") -> Posted:
        """Posts the lines in a transaction of its own."""
        async with self.database.session(self.scope) as session:
            return await post(session, actor, key, lines)

    async def fund(self, amount: int) -> Posted:
        """Promises dollars, which become available."""
        promise = self.line(amount, debit=self.promised, credit=self.available)
        return await self.post(f"fund-{new_id()}", promise)

    async def balances(self) -> dict[UUID, int]:
        """The posted balance of each account, credits less debits."""
        async with self.database.session(self.scope) as session:
            rows = await session.execute(
                text("select id, credits_posted - debits_posted as held from ledger.account")
            )
            return {row.id: row.held for row in rows}

    async def free(self) -> int:
        """What is available."""
        return (await self.balances())[self.available]

    async def audit(self) -> list[str]:
        """The rules that do not hold."""
        async with self.database.session(self.scope) as session:
            return [rule for _, rule, _ in await audit(session)]


async def opened(database: Database, partnership: Partnership) -> Desk:
    """A desk over a new investment."""
    async with database.session(Scope.of(partnership.id)) as session:
        investment_id = await _investment(session, partnership.id)
        keys = [AccountKey(investment_id, kind, "USD") for kind in KINDS]
        ids = await open_accounts(session, partnership.id, keys)
    return Desk(database, partnership.id, *(ids[key] for key in keys))


async def _investment(session: AsyncSession, partnership_id: UUID) -> UUID:
    organization = Organization(partnership_id=partnership_id, id=new_id(), name="Fund")
    session.add(organization)
    await session.flush()
    funder = Funder(partnership_id=partnership_id, id=new_id(), organization_id=organization.id)
    session.add(funder)
    await session.flush()
    investment = Investment(
        partnership_id=partnership_id,
        id=new_id(),
        funder_id=funder.id,
        title="Award",
        use=ResourceUse.UNASSIGNED,
        currency="USD",
        source_system="test",
    )
    session.add(investment)
    await session.flush()
    return investment.id


@pytest.fixture
async def desk(database: Database, partnership: Partnership) -> Desk:
    """A desk in the partnership of this test."""
    return await opened(database, partnership)


async def refused(posting: Awaitable[Posted]) -> LedgerRefusal:
    """Why the ledger refuses."""
    with pytest.raises(LedgerError) as error:
        await posting
    return error.value.refusal


# What is posted


async def test_a_transfer_moves_its_amount_and_no_more(desk: Desk) -> None:
    await desk.fund(10_000)
    await desk.post("k", desk.line(2_500))
    held = await desk.balances()
    assert held == {desk.promised: -10_000, desk.available: 7_500, desk.obligated: 2_500, desk.spent: 0}
    assert await desk.audit() == []


async def test_debits_equal_credits_over_a_chain_of_batches(desk: Desk) -> None:
    await desk.fund(10_000)
    await desk.post(
        "a", desk.line(400), desk.line(300), desk.line(300, debit=desk.obligated, credit=desk.spent)
    )
    assert sum((await desk.balances()).values()) == 0
    assert await desk.audit() == []


async def test_the_sequence_counts_every_transfer_without_a_gap(desk: Desk) -> None:
    await desk.fund(10_000)
    await refused(desk.post("over", desk.line(20_000)))
    answer = await desk.post("two", desk.line(1), desk.line(2))
    async with desk.database.session(desk.scope) as session:
        rows = await session.execute(text("select sequence from ledger.transfer order by 1"))
        assert [row.sequence for row in rows] == [1, 2, 3]
    assert answer.sequence == 3


async def test_entries_of_an_account_are_numbered_and_carry_its_balance(desk: Desk) -> None:
    await desk.fund(10_000)
    await desk.post("two", desk.line(1_000), desk.line(500))
    async with desk.database.session(desk.scope) as session:
        rows = await session.execute(
            text("select version, balance_after from ledger.entry where account_id = :id order by 1"),
            {"id": desk.available},
        )
        assert [tuple(row) for row in rows] == [(1, 10_000), (2, 9_000), (3, 8_500)]


# Once and only once


async def test_the_same_key_and_body_is_answered_again_and_posted_once(desk: Desk) -> None:
    await desk.fund(10_000)
    line = desk.line(2_500)
    first, second = await desk.post("k", line), await desk.post("k", line)
    assert (first.replayed, second.replayed, first.hash) == (False, True, second.hash)
    assert await desk.free() == 7_500


async def test_the_same_key_with_another_body_is_refused(desk: Desk) -> None:
    await desk.fund(10_000)
    line = desk.line(2_500)
    await desk.post("k", line)
    assert await refused(desk.post("k", replace(line, amount=2_501))) is LedgerRefusal.DUPLICATE
    assert await desk.free() == 7_500


async def test_another_actor_may_use_the_same_key(desk: Desk) -> None:
    await desk.fund(10_000)
    await desk.post("k", desk.line(2_500))
    assert (await desk.post("k", desk.line(2_500), actor="another")).replayed is False


async def test_a_transfer_id_is_taken_once(desk: Desk) -> None:
    await desk.fund(10_000)
    line = desk.line(100)
    await desk.post("a", line)
    assert await refused(desk.post("b", line)) is LedgerRefusal.CONFLICT


async def test_a_refused_batch_may_be_sent_again_under_its_key(desk: Desk) -> None:
    line = desk.line(2_500)
    assert await refused(desk.post("k", line)) is LedgerRefusal.INSUFFICIENT_FUNDS
    await desk.fund(10_000)
    assert (await desk.post("k", line)).replayed is False


# How much


async def test_more_than_there_is_is_refused_and_nothing_of_the_batch_is_posted(desk: Desk) -> None:
    await desk.fund(10_000)
    batch = desk.post("k", desk.line(6_000), desk.line(4_001))
    assert await refused(batch) is LedgerRefusal.INSUFFICIENT_FUNDS
    assert await desk.free() == 10_000


async def test_all_that_there_is_may_be_taken(desk: Desk) -> None:
    await desk.fund(10_000)
    await desk.post("k", desk.line(10_000))
    assert await desk.free() == 0


@pytest.mark.parametrize("amount", [0, -1, 10**17 + 1, 2**63 - 1, -(2**63)])
async def test_an_amount_outside_1_to_10_to_the_17_is_refused(desk: Desk, amount: int) -> None:
    await desk.fund(10_000)
    line = desk.line(amount, debit=desk.promised, credit=desk.available)
    assert await refused(desk.post("k", line)) is LedgerRefusal.INVALID


@pytest.mark.parametrize(
    "written",
    ['"NaN"', '"Infinity"', "1.5", "1e400", "true", "null", '""', '"1_000"', '"25"', '"0x10"', str(2**63)],
)
async def test_an_amount_that_is_no_whole_number_is_refused_by_the_door_itself(
    desk: Desk, written: str
) -> None:
    line = {
        "kind": "COMMITMENT",
        "debit": str(desk.promised),
        "credit": str(desk.available),
        "unit": "USD",
        "amount": "HERE",
        "effective_on": "2026-07-01",
    }
    lines = json.dumps([line]).replace('"HERE"', written)
    with pytest.raises(DBAPIError) as error:
        async with desk.database.session(desk.scope) as session:
            await session.execute(
                text("select ledger.post('somebody', 'k', cast(:lines as jsonb))"), {"lines": lines}
            )
    assert getattr(error.value.orig, "sqlstate", "")[:2] in {"22", "23"}
    assert await desk.free() == 0


async def test_an_account_cannot_be_paid_from_itself(desk: Desk) -> None:
    await desk.fund(10_000)
    line = desk.line(1, credit=desk.available)
    assert await refused(desk.post("k", line)) is LedgerRefusal.INVALID


async def test_an_empty_batch_is_refused(desk: Desk) -> None:
    assert await refused(desk.post("k")) is LedgerRefusal.INVALID


# Whose


async def test_another_unit_an_unknown_account_and_anothers_account_look_the_same(
    desk: Desk, other_partnership: Partnership
) -> None:
    await desk.fund(10_000)
    other = await opened(desk.database, other_partnership)
    said = []
    for line in (
        desk.line(1, unit="EUR"),
        desk.line(1, credit=new_id()),
        desk.line(1, credit=other.obligated),
    ):
        with pytest.raises(LedgerError) as error:
            await desk.post("k", line)
        said.append((error.value.refusal, str(error.value)))
    assert said == [(LedgerRefusal.NOT_FOUND, "line 1: no such account in this unit")] * 3


async def test_without_a_partnership_nothing_can_be_posted(desk: Desk) -> None:
    with pytest.raises(DBAPIError, match="no partnership is open for writing"):
        async with desk.database.session(Scope((desk.partnership_id,))) as session:
            await post(session, "somebody", "k", [desk.line(1)])


async def test_a_reader_of_two_partnerships_posts_only_to_the_one_that_is_open(
    desk: Desk, other_partnership: Partnership
) -> None:
    other = await opened(desk.database, other_partnership)
    await other.fund(500)
    scope = Scope((desk.partnership_id, other.partnership_id), desk.partnership_id)
    with pytest.raises(LedgerError, match="no such account"):
        async with desk.database.session(scope) as session:
            await post(session, "somebody", "k", [other.line(1)])
    assert await other.free() == 500


# Stale plans, pending transfers, reversals


async def test_a_plan_on_an_account_that_has_moved_is_stale(desk: Desk) -> None:
    await desk.fund(10_000)
    await desk.post("k", desk.line(1, expect_debit_version=1))
    stale = desk.post("l", desk.line(1, expect_debit_version=1))
    assert await refused(stale) is LedgerRefusal.STALE


@pytest.mark.parametrize(("end", "free", "obligated"), [(Phase.POST, 7_000, 3_000), (Phase.VOID, 10_000, 0)])
async def test_a_pending_transfer_reserves_until_it_is_ended_once(
    desk: Desk, end: Phase, free: int, obligated: int
) -> None:
    await desk.fund(10_000)
    pending = desk.line(3_000, phase=Phase.PENDING)
    await desk.post("p", pending)
    assert await refused(desk.post("over", desk.line(7_001))) is LedgerRefusal.INSUFFICIENT_FUNDS
    ending = desk.line(3_000, phase=end, pending_id=pending.id)
    await desk.post("e", ending)
    held = await desk.balances()
    assert (held[desk.available], held[desk.obligated]) == (free, obligated)
    again = desk.post("again", replace(ending, id=new_id()))
    assert await refused(again) is LedgerRefusal.CONFLICT
    assert await desk.audit() == []


async def test_part_of_a_pending_transfer_may_be_posted_and_the_rest_comes_free(desk: Desk) -> None:
    await desk.fund(10_000)
    pending = desk.line(3_000, phase=Phase.PENDING)
    await desk.post("p", pending)
    await desk.post("e", desk.line(1_000, phase=Phase.POST, pending_id=pending.id))
    await desk.post("rest", desk.line(9_000))
    assert await desk.free() == 0
    assert await desk.audit() == []


@pytest.mark.parametrize("change", [{"amount": 3_001}, {"unit": "EUR"}, {"pending_id": UUID(int=7)}])
async def test_an_end_that_does_not_fit_its_pending_transfer_is_refused(
    desk: Desk, change: dict[str, Any]
) -> None:
    await desk.fund(10_000)
    pending = desk.line(3_000, phase=Phase.PENDING)
    await desk.post("p", pending)
    ending = replace(desk.line(3_000, phase=Phase.POST, pending_id=pending.id), **change)
    assert await refused(desk.post("e", ending)) is LedgerRefusal.CONFLICT


async def test_a_transfer_is_reversed_in_parts_and_never_beyond_the_whole(desk: Desk) -> None:
    await desk.fund(10_000)
    done = desk.line(3_000)
    await desk.post("k", done)

    def back(amount: int) -> Posting:
        return desk.line(
            amount,
            debit=desk.obligated,
            credit=desk.available,
            kind=TransactionKind.REVERSAL,
            reverses_id=done.id,
        )

    await desk.post("half", back(1_500))
    assert await refused(desk.post("too much", back(1_501))) is LedgerRefusal.INVALID
    assert await refused(desk.post("two halves", back(1_000), back(501))) is LedgerRefusal.INVALID
    await desk.post("rest", back(1_500))
    assert await desk.free() == 10_000
    assert await refused(desk.post("more", back(1))) is LedgerRefusal.INVALID
    assert await desk.audit() == []


async def test_a_reversal_mirrors_the_transfer_that_it_takes_back(desk: Desk) -> None:
    await desk.fund(10_000)
    done = desk.line(3_000)
    await desk.post("k", done)
    same_way = desk.line(100, kind=TransactionKind.REVERSAL, reverses_id=done.id)
    assert await refused(desk.post("r", same_way)) is LedgerRefusal.INVALID


# The fence


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger.transfer set amount = 1",
        "delete from ledger.transfer",
        "truncate ledger.transfer cascade",
        "update ledger.entry set posted = 0",
        "delete from ledger.entry",
        "update ledger.account set credits_posted = 5",
        "delete from ledger.account",
        "update ledger.book set sequence = 0",
        "update ledger.idempotency set response = '{}'",
        "insert into ledger.entry select * from ledger.entry",
        "insert into ledger.transfer select * from ledger.transfer",
        "insert into ledger.account select * from ledger.account",
        "alter table ledger.transfer disable trigger all",
        "alter table ledger.account disable row level security",
    ],
)
@pytest.mark.parametrize("login", ["session", "steward_session"])
async def test_no_login_changes_the_books_but_through_the_door(
    desk: Desk, login: str, statement: str
) -> None:
    await desk.fund(10_000)
    with pytest.raises(DBAPIError) as error:
        async with getattr(desk.database, login)(desk.scope) as session:
            await session.execute(text(statement))
    assert getattr(error.value.orig, "sqlstate", "") == "42501"
    assert await desk.audit() == []


@pytest.mark.parametrize("role", ["owner", "steward"])
async def test_the_app_login_cannot_become_another_role(desk: Desk, logins: Logins, role: str) -> None:
    with pytest.raises(DBAPIError) as error:
        async with desk.database.session(desk.scope) as session:
            await session.execute(text(f"set role {logins.role(role)}"))
    assert getattr(error.value.orig, "sqlstate", "") == "42501"


Tampering = Callable[[Desk], str]

TAMPERINGS: dict[str, tuple[str, str]] = {
    "an amount": (
        "update ledger.transfer set amount = amount + 1 where partnership_id = :p and sequence = 1",
        "each transfer continues the hash chain",
    ),
    "a note": (
        "update ledger.transfer set note = 'another' where partnership_id = :p and sequence = 2",
        "each transfer continues the hash chain",
    ),
    "a date": (
        "update ledger.transfer set effective_on = '2020-01-01' where partnership_id = :p and sequence = 2",
        "each transfer continues the hash chain",
    ),
    "an entry's amount": (
        "update ledger.entry set posted = posted + 1 where partnership_id = :p and version = 1 and side = 'D'",
        "an account is the sum of its entries",
    ),
    "an account's balance": (
        "update ledger.account set credits_posted = credits_posted + 1 where partnership_id = :p and version > 0",
        "an account is the sum of its entries",
    ),
    "a lost entry": (
        "delete from ledger.entry where partnership_id = :p and version = 1 and side = 'C'",
        "a transfer has one debit and one credit entry of its amount",
    ),
    "a lost transfer": (
        "delete from ledger.transfer where partnership_id = :p and sequence = 2",
        "the sequence has no gap",
    ),
    "a head turned back": (
        "update ledger.book set head = '\\x00' where partnership_id = :p",
        "the book ends where the chain ends",
    ),
    "a sequence turned back": (
        "update ledger.book set sequence = 1 where partnership_id = :p",
        "the sequence has no gap",
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
async def test_tampering_by_a_superuser_is_seen_by_the_audit(desk: Desk, name: str) -> None:
    statement, rule = TAMPERINGS[name]
    await desk.fund(10_000)
    await desk.post("k", desk.line(2_500))
    assert await desk.audit() == []
    async with desk.database.owner_connection() as connection:
        await connection.execute(text("set local session_replication_role = replica"))
        changed = await connection.execute(text(statement), {"p": desk.partnership_id})
        assert changed.rowcount > 0
    assert rule in await desk.audit()


# Races


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
