"""Stores what came and was used of gifts in kind: each row is posted once, one that is in the ledger changes nothing."""

from collections import defaultdict
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from allocation.frames.gifts import read_gift_books
from allocation.gifts import SIDES, GiftMovement, lock_gifts, moved, post_movements
from allocation.quantities import GiftBook, MovementError, thousandths, written
from api.exchange.records_staff import InKindMovementRecord
from api.exchange.report import Example, ImportReport
from api.exchange.store.names import Names, UnknownName, tell_unknown
from api.exchange.store.rows import count
from api.exchange.store.staging import Import
from models.in_kind import InKindResource, InKindUnit
from models.ledger import Account, Phase, TransactionKind, Transfer

__all__ = ["store_gift_movements"]


@dataclass(frozen=True)
class Place:
    """What tells one movement from another; two alike need notes that differ."""

    gift_id: UUID
    kind: TransactionKind
    occurred_on: date
    note: str


@dataclass
class Shelf:
    """What is known of the gifts: units, books as they stand with the rows so far, and what is recorded."""

    units: Mapping[UUID, InKindUnit]
    books: dict[UUID, GiftBook]
    recorded: Mapping[Place, int]

    def movement(self, place: Place, record: InKindMovementRecord) -> GiftMovement:
        """The row as a movement, its gift's book with it. Errors: MovementError."""
        unit, amount = self.units[place.gift_id], thousandths(record.quantity)
        found = GiftMovement(place.gift_id, unit, place.kind, amount, place.occurred_on, record.note)
        self.books[place.gift_id] = moved(self.books[place.gift_id], found)
        return found


async def store_gift_movements(
    session: AsyncSession, run_of: Import, records: AsyncIterable[InKindMovementRecord], report: ImportReport
) -> None:
    """Posts the rows that are not in the ledger yet, in one batch; what came on a day before what was used."""
    names = await Names.read(session, run_of.partnership_id)
    placed: list[tuple[Place, InKindMovementRecord]] = []
    async for record in records:
        try:
            placed.append((_place(names, record), record))
        except UnknownName as error:
            tell_unknown(error, record.row, report)
    shelf = await _shelf(session, run_of.partnership_id)
    seen: set[Place] = set()
    movements: list[GiftMovement] = []
    for place, record in sorted(placed, key=lambda each: (each[0].occurred_on, each[0].kind != "RECEIPT")):
        found = _movement(shelf, place, record, seen, report)
        seen.add(place)
        if found is not None:
            movements.append(found)
            count(report, "created", record.row)
    if movements:
        key = f"import:{run_of.id}:gifts"
        await post_movements(session, run_of.partnership_id, movements, actor=run_of.actor, key=key)


def _movement(
    shelf: Shelf, place: Place, record: InKindMovementRecord, seen: set[Place], report: ImportReport
) -> GiftMovement | None:
    """What a row posts; None where it is recorded already or refused, which is told."""
    where = Example(record.row, "quantity", f"{record.quantity:f}")
    known = shelf.recorded.get(place)
    if place in seen:
        sentence = "another row is the same but for its quantity: give them notes"
        report.reject("repeated-movement", sentence, where)
    elif known is not None and known == thousandths(record.quantity):
        count(report, "unchanged", record.row)
    elif known is not None:
        sentence = f"the ledger has {written(known)} for this row already: reverse that first"
        report.reject("recorded-otherwise", sentence, where)
    else:
        try:
            return shelf.movement(place, record)
        except MovementError as error:
            field = Example(record.row, error.field, str(getattr(record, error.field)))
            report.reject("not-at-hand", str(error), field)
    return None


def _place(names: Names, record: InKindMovementRecord) -> Place:
    gift = names.in_kind.find(record.in_kind)
    if gift is None:
        raise UnknownName("in-kind resource", record.in_kind, 0)
    return Place(gift, TransactionKind(record.kind), record.occurred_on, record.note or "")


async def _shelf(session: AsyncSession, partnership_id: UUID) -> Shelf:
    k = InKindResource
    rows = await session.execute(select(k.id, k.unit).where(k.partnership_id == partnership_id))
    units = {row.id: row.unit for row in rows}
    await lock_gifts(session, partnership_id, list(units))
    books = dict(await read_gift_books(session, partnership_id))
    return Shelf(units, books, await _recorded(session, partnership_id))


async def _recorded(session: AsyncSession, partnership_id: UUID) -> Mapping[Place, int]:
    """What each movement has posted, less what was reversed of it."""
    t, a, reversal = Transfer, Account, aliased(Transfer)
    reversed_ = (
        select(func.coalesce(func.sum(reversal.amount), 0))
        .where(reversal.partnership_id == t.partnership_id, reversal.reverses_id == t.id)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(a.in_kind_id, t.kind, t.effective_on, t.note, (t.amount - reversed_).label("left"))
        .join(a, and_(a.partnership_id == t.partnership_id, a.id == t.debit_account_id))
        .where(
            t.partnership_id == partnership_id,
            a.in_kind_id.is_not(None),
            t.kind.in_(SIDES),
            t.phase == Phase.POSTED,
        )
    )
    recorded: dict[Place, int] = defaultdict(int)
    for gift, kind, day, note, left in rows:
        if gift is not None:
            recorded[Place(gift, kind, day, note or "")] += int(left)
    return {place: amount for place, amount in recorded.items() if amount}
