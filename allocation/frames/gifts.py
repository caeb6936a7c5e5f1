"""Reads what the ledger holds of gifts in kind, day by day, each in its own unit."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.ledger import any_of
from allocation.quantities import Day, GiftBook, MovementError, Quantities, book_of, thousandths, written
from models.in_kind import InKindResource, InKindUnit
from models.ledger import Account, AccountKind, Entry, Phase, Transfer

KEPT = {
    AccountKind.PROMISED: "promised",
    AccountKind.AT_HAND: "available",
    AccountKind.USED: "used",
}


async def read_gift_books(
    session: AsyncSession, partnership_id: UUID, gifts: Collection[UUID] | None = None
) -> Mapping[UUID, GiftBook]:
    """The book of each gift in the unit that it is in today; without `gifts` of all."""
    a, e, t, k = Account, Entry, Transfer, InKindResource
    amount = case((e.side == "C", e.posted), else_=-e.posted)
    query = (
        select(k.id, k.unit, t.effective_on, a.kind, func.sum(amount).label("amount"))
        .join(a, and_(a.partnership_id == k.partnership_id, a.in_kind_id == k.id))
        .join(e, and_(e.partnership_id == a.partnership_id, e.account_id == a.id))
        .join(t, and_(t.partnership_id == e.partnership_id, t.id == e.transfer_id))
        .where(
            k.partnership_id == partnership_id,
            a.unit == "u:" + func.lower(k.unit),
            a.kind.in_(KEPT),
            t.phase.in_((Phase.POSTED, Phase.POST)),
        )
        .group_by(k.id, k.unit, t.effective_on, a.kind)
    )
    if gifts is not None:
        query = query.where(k.id == any_of(gifts))
    units: dict[UUID, str] = {}
    days: dict[UUID, list[Day]] = defaultdict(list)
    for row in await session.execute(query):
        units[row.id] = row.unit.value
        days[row.id].append(Day(row.effective_on, **{KEPT[row.kind]: int(row.amount)}))
    return {gift: book_of(units[gift], found) for gift, found in days.items()}


async def read_quantities(
    session: AsyncSession, partnership_id: UUID, as_of: date, gifts: Collection[UUID] | None = None
) -> Mapping[UUID, Quantities]:
    """The standing of each gift at the end of a day."""
    books = await read_gift_books(session, partnership_id, gifts)
    return {gift: book.at(as_of) for gift, book in books.items()}


async def promise_fault(
    session: AsyncSession, gift: InKindResource, quantity: Decimal, unit: InKindUnit
) -> MovementError | None:
    """Why a gift cannot be promised in this quantity and unit: something of it came already."""
    book = (await read_gift_books(session, gift.partnership_id, [gift.id])).get(gift.id)
    came = 0 if book is None else book.at(date.max).received
    if came and unit is not gift.unit:
        return MovementError("unit", f"{written(came)} of it came in {gift.unit.value}: reverse that first")
    if came > thousandths(quantity):
        return MovementError("quantity", f"{written(came)} of it came already")
    return None
