"""Gifts in kind in the ledger: promised by their rows, moved in their own units, audited, and never dollars.

Quantities are thousandths of a unit and reckoned by hand in each test.
"""

from datetime import date

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from allocation.bookkeeping import RecordingError
from allocation.ledger import LedgerError, Posting, audit, post
from allocation.quantities import MovementError, Quantities
from models.base import new_id
from models.database import Database
from models.in_kind import InKindUnit
from models.ledger import Account, TransactionKind
from models.partnerships import Partnership

from .gift_desk import JULY, OCTOBER, GiftDesk, gift_desk


@pytest.fixture
async def desk(database: Database, partnership: Partnership) -> GiftDesk:
    return await gift_desk(database, partnership)


async def test_a_gift_is_promised_in_the_ledger_by_its_row(desk: GiftDesk) -> None:
    gift = await desk.give("12.5")
    assert await desk.standing(gift) == Quantities("HOUR", promised=12_500)
    assert await desk.value("select count(*) from ledger.transfer where unit = 'u:hour'") == 1
    assert await desk.audit() == []


async def test_what_comes_and_is_used_moves_between_the_gifts_accounts(desk: GiftDesk) -> None:
    gift, other = await desk.give(), await desk.give("3", description="More hours")
    await desk.move(gift, "RECEIPT", 6_000)
    await desk.move(gift, "EXPENDITURE", 2_500)
    assert await desk.standing(gift) == Quantities("HOUR", 4_000, 3_500, 2_500)
    assert await desk.standing(gift, date(2026, 9, 30)) == Quantities("HOUR", 10_000)
    assert await desk.standing(other) == Quantities("HOUR", 3_000)
    assert await desk.audit() == []


@pytest.mark.parametrize(
    ("kind", "amount", "on", "field"),
    [
        ("RECEIPT", 10_001, OCTOBER, "quantity"),
        ("RECEIPT", 1, date(2026, 6, 30), "occurred_on"),
        ("EXPENDITURE", 1, OCTOBER, "quantity"),
        ("PLEDGE", 1, OCTOBER, "kind"),
        ("FEE", 1, OCTOBER, "kind"),
    ],
)
async def test_a_movement_that_cannot_be_is_refused_with_its_field(
    desk: GiftDesk, kind: str, amount: int, on: date, field: str
) -> None:
    gift = await desk.give()
    with pytest.raises(MovementError) as error:
        await desk.move(gift, kind, amount, on)
    assert error.value.field == field
    assert await desk.standing(gift) == Quantities("HOUR", 10_000)


async def test_a_movement_is_taken_back_in_parts_that_never_exceed_it(desk: GiftDesk) -> None:
    gift = await desk.give()
    came = await desk.move(gift, "RECEIPT", 6_000)
    used = await desk.move(gift, "EXPENDITURE", 2_000)
    with pytest.raises(MovementError, match="4 are at hand"):
        await desk.take_back(came, 4_001)
    with pytest.raises(LedgerError, match="more than the whole"):
        await desk.take_back(used, 2_001)
    await desk.take_back(used)
    await desk.take_back(came, 1_500)
    await desk.take_back(came)
    with pytest.raises(RecordingError, match="reversed already"):
        await desk.take_back(came)
    assert await desk.standing(gift) == Quantities("HOUR", 10_000)
    assert await desk.audit() == []


async def test_a_promise_is_not_taken_back_by_itself(desk: GiftDesk) -> None:
    await desk.give()
    pledge = await desk.value("select id from ledger.transfer where kind = 'PLEDGE'")
    with pytest.raises(RecordingError, match="follows the gift's quantity"):
        await desk.take_back(pledge)


async def test_a_corrected_quantity_corrects_the_promise_from_its_first_day(desk: GiftDesk) -> None:
    gift = await desk.give("10")
    await desk.amend(gift, quantity=12)
    assert await desk.standing(gift, JULY) == Quantities("HOUR", 12_000)
    await desk.move(gift, "RECEIPT", 5_000)
    await desk.amend(gift, quantity=5)
    assert await desk.standing(gift) == Quantities("HOUR", 0, 5_000)
    with pytest.raises(DBAPIError, match="no_overdraft"):
        await desk.amend(gift, quantity=4)
    assert await desk.audit() == []


async def test_a_gift_that_turns_out_to_be_another_unit_leaves_none_of_the_first(desk: GiftDesk) -> None:
    gift = await desk.give("10")
    await desk.amend(gift, unit=InKindUnit.SEAT)
    assert await desk.standing(gift) == Quantities("SEAT", 10_000)
    held = "select sum(credits_posted) - sum(debits_posted) from ledger.account where kind = 'PROMISED' and unit = '{}'"
    assert [await desk.value(held.format(f"u:{unit}")) for unit in ("hour", "seat")] == [0, 10_000]
    await desk.move(gift, "RECEIPT", 1)
    with pytest.raises(DBAPIError, match="no_overdraft"):
        await desk.amend(gift, unit=InKindUnit.HOUR)
    assert await desk.audit() == []


async def test_a_gift_that_began_earlier_is_promised_from_then_on(desk: GiftDesk) -> None:
    gift = await desk.give("10")
    await desk.amend(gift, starts_on=date(2026, 5, 1))
    days = (date(2026, 4, 30), date(2026, 5, 1), JULY)
    assert [(await desk.standing(gift, day)).promised for day in days] == [0, 10_000, 10_000]
    await desk.move(gift, "RECEIPT", 1_000, date(2026, 5, 2))
    assert await desk.audit() == []


async def test_a_gift_is_in_no_account_of_dollars(desk: GiftDesk) -> None:
    """No account of a gift is of a kind, or in a unit, that dollars have: the database refuses any other."""
    gift = await desk.give()
    await desk.move(gift, "RECEIPT", 1_000)
    shared = (
        "select count(*) from ledger.account where unit like 'u:%'"
        " and (investment_id is not null or kind in ('AVAILABLE', 'OBLIGATED', 'SPENT', 'CASH', 'RECEIVABLE'))"
    )
    assert await desk.value(shared) == 0
    for kind, unit in (("USED", "USD"), ("SPENT", "u:hour")):
        with pytest.raises(DBAPIError, match="gift_unit"):
            await _open(desk, kind, unit)


async def _open(desk: GiftDesk, kind: str, unit: str) -> None:
    values = {"kind": kind, "unit": unit, "guard": "NONE", "id": new_id()}
    async with desk.database.session(desk.scope) as session:
        await session.execute(insert(Account).values(partnership_id=desk.partnership.id, **values))


async def test_hours_are_never_posted_to_an_account_of_seats(desk: GiftDesk) -> None:
    hours, seats = await desk.give(), await desk.give(unit="SEAT", description="Seats")
    account = "select id from ledger.account where in_kind_id = '{}' and kind = '{}'"
    debit = await desk.value(account.format(hours, "PROMISED"))
    credit = await desk.value(account.format(seats, "AT_HAND"))
    posting = Posting(TransactionKind.RECEIPT, debit, credit, "u:hour", 1, OCTOBER)
    async with desk.database.session(desk.scope) as session:
        with pytest.raises(LedgerError, match="no such account in this unit"):
            await post(session, "test", str(new_id()), [posting])
        await session.rollback()


async def test_the_audit_finds_a_gift_that_lent_to_another(desk: GiftDesk) -> None:
    """Posted past the gift's own way: what one gift is promised, another has at hand."""
    one, other = await desk.give(), await desk.give(description="Others")
    account = "select id from ledger.account where in_kind_id = '{}' and kind = '{}'"
    debit = await desk.value(account.format(one, "PROMISED"))
    credit = await desk.value(account.format(other, "AT_HAND"))
    posting = Posting(TransactionKind.RECEIPT, debit, credit, "u:hour", 1, OCTOBER)
    async with desk.database.session(desk.scope) as session:
        await post(session, "test", str(new_id()), [posting])
        found = await audit(session)
    rule = "what is promised of a gift is yet to come, at hand or used"
    assert sorted(found) == sorted((desk.partnership.id, rule, str(each)) for each in (one, other))


async def test_the_audit_finds_a_promise_that_its_row_does_not_know(desk: GiftDesk) -> None:
    gift = await desk.give()
    account = "select id from ledger.account where in_kind_id = '{}' and kind = '{}'"
    whole, due = [await desk.value(account.format(gift, kind)) for kind in ("IN_KIND", "PROMISED")]
    posting = Posting(TransactionKind.PLEDGE, whole, due, "u:hour", 1, OCTOBER)
    async with desk.database.session(desk.scope) as session:
        await post(session, "test", str(new_id()), [posting])
        assert [(rule, detail) for _, rule, detail in await audit(session)] == [
            ("a gift is promised in the ledger as in its row", str(gift))
        ]
