"""Records what came of a gift in kind and what was used of it; what is promised the gift's own row posts.

| kind | debit | credit |
|---|---|---|
| PLEDGE, by the row | IN_KIND: all that is promised | PROMISED: yet to come |
| REFUND, by the row | PROMISED: what is no more promised | IN_KIND |
| RECEIPT | PROMISED | AT_HAND |
| EXPENDITURE | AT_HAND | USED |

The database refuses to overdraw any of the three; the book of the gift refuses what was not there on the day.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.bookkeeping import RecordingError, left_of, reverse
from allocation.frames.gifts import read_gift_books
from allocation.ledger import Posting, any_of, post
from allocation.quantities import GiftBook, MovementError
from models.in_kind import InKindResource, InKindUnit
from models.ledger import Account, AccountKind, TransactionKind, Transfer

RECEIPT, EXPENDITURE = TransactionKind.RECEIPT, TransactionKind.EXPENDITURE
SIDES = {
    RECEIPT: (AccountKind.PROMISED, AccountKind.AT_HAND),
    EXPENDITURE: (AccountKind.AT_HAND, AccountKind.USED),
}


@dataclass(frozen=True)
class GiftMovement:
    """What came (RECEIPT) or was used (EXPENDITURE) of a gift: `amount` in thousandths of its unit, above zero."""

    gift_id: UUID
    unit: InKindUnit
    kind: TransactionKind
    amount: int
    occurred_on: date
    note: str | None = None


def moved(book: GiftBook, movement: GiftMovement) -> GiftBook:
    """The gift's book after the movement. Errors: MovementError."""
    if movement.kind not in SIDES:
        sentence = "what is promised follows the gift's quantity: record RECEIPT or EXPENDITURE"
        raise MovementError("kind", sentence)
    step = book.receive if movement.kind is RECEIPT else book.use
    return step(movement.amount, movement.occurred_on)


async def record_movement(
    session: AsyncSession, partnership_id: UUID, movement: GiftMovement, *, actor: str, key: str
) -> UUID:
    """Posts the movement and gives its transfer. Errors: MovementError; LedgerError."""
    await lock_gifts(session, partnership_id, [movement.gift_id])
    books = await read_gift_books(session, partnership_id, [movement.gift_id])
    moved(books[movement.gift_id], movement)
    return (await post_movements(session, partnership_id, [movement], actor=actor, key=key))[0]


async def reverse_movement(
    session: AsyncSession,
    transfer: Transfer,
    amount: int | None,
    note: str,
    *,
    actor: str,
    key: str,
    on: date,
) -> UUID:
    """Takes a movement back, whole or in part; without an amount all that is left of it.

    Errors: MovementError where it was used since; RecordingError where nothing is left, or it is a promise;
    LedgerError where more would be taken back than there was.
    """
    gift_id = await _gift_of(session, transfer)
    if gift_id is None or transfer.kind not in (*SIDES, TransactionKind.REVERSAL):
        sentence = "What came or was used is taken back; what is promised follows the gift's quantity."
        raise RecordingError("movement", sentence)
    await lock_gifts(session, transfer.partnership_id, [gift_id])
    if transfer.kind is RECEIPT:
        books = await read_gift_books(session, transfer.partnership_id, [gift_id])
        books[gift_id].send_back(amount or await left_of(session, transfer), on)
    return await reverse(session, transfer, amount, note, actor=actor, key=key, on=on)


async def post_movements(
    session: AsyncSession, partnership_id: UUID, movements: Sequence[GiftMovement], *, actor: str, key: str
) -> Sequence[UUID]:
    """Posts movements that their books allow, all or none. Errors: LedgerError."""
    accounts = await _accounts(session, partnership_id, {each.gift_id for each in movements})
    postings = [_posting(accounts, each) for each in movements]
    await post(session, actor, key, postings)
    return [posting.id for posting in postings]


async def lock_gifts(session: AsyncSession, partnership_id: UUID, gifts: Collection[UUID]) -> None:
    """Keeps others from moving these gifts until the transaction ends."""
    k = InKindResource
    query = select(k.id).where(k.partnership_id == partnership_id, k.id == any_of(gifts)).order_by(k.id)
    await session.execute(query.with_for_update(key_share=True))


def _posting(accounts: Mapping[tuple[UUID, str, AccountKind], UUID], movement: GiftMovement) -> Posting:
    unit = unit_of(movement.unit)
    debit, credit = (accounts[movement.gift_id, unit, side] for side in SIDES[movement.kind])
    return Posting(
        kind=movement.kind,
        debit=debit,
        credit=credit,
        unit=unit,
        amount=movement.amount,
        effective_on=movement.occurred_on,
        note=movement.note,
    )


def unit_of(unit: InKindUnit) -> str:
    """The ledger's word for a unit."""
    return f"u:{unit.value.lower()}"


async def _accounts(
    session: AsyncSession, partnership_id: UUID, gifts: Collection[UUID]
) -> Mapping[tuple[UUID, str, AccountKind], UUID]:
    a = Account
    rows = await session.execute(
        select(a.in_kind_id, a.unit, a.kind, a.id).where(
            a.partnership_id == partnership_id, a.in_kind_id == any_of(gifts)
        )
    )
    return {(row.in_kind_id, row.unit, row.kind): row.id for row in rows}


async def _gift_of(session: AsyncSession, transfer: Transfer) -> UUID | None:
    account = await session.get(Account, (transfer.partnership_id, transfer.debit_account_id))
    return None if account is None else account.in_kind_id
