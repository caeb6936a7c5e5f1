"""What the ledger posts, how much and how often, and for whom."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from allocation.ledger import LedgerError, LedgerRefusal, Posting, post
from models.base import new_id
from models.database import Scope
from models.ledger import Phase, TransactionKind
from models.partnerships import Partnership

from .ledger_desk import Desk, opened, refused

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
