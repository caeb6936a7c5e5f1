"""What each kind of transaction does to an investment's accounts, and the recording of one.

| kind | debit | credit |
|---|---|---|
| PLEDGE, or COMMITMENT without a line | RECEIVABLE | AVAILABLE: an unconditional promise (FASB ASC 958-605) |
| COMMITMENT with a line | AVAILABLE | OBLIGATED: the line's dollars are signed for |
| RECEIPT | CASH | RECEIVABLE: the anchor was paid |
| DISBURSEMENT | PAID | RECEIVABLE: the funder paid the recipient itself |
| ALLOCATION | AVAILABLE, untargeted | AVAILABLE of the line |
| EXPENDITURE | OBLIGATED, and what it lacks from AVAILABLE | SPENT |
| FEE | AVAILABLE | FEE: kept by the fiscal agent |
| REFUND | AVAILABLE | CASH, or PAID where the anchor never had it: back to the funder |

A REALLOCATION has two lines and a REVERSAL another transfer, so neither is recorded by one line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.ledger import (
    AccountKey,
    LedgerError,
    LedgerRefusal,
    Line,
    Posting,
    any_of,
    line_of,
    open_accounts,
    post,
)
from models.base import new_id
from models.ledger import Account, AccountKind, Phase, TransactionKind, Transfer
from models.resources import Investment

AVAILABLE, OBLIGATED, SPENT = AccountKind.AVAILABLE, AccountKind.OBLIGATED, AccountKind.SPENT
RECEIVABLE, CASH, PAID = AccountKind.RECEIVABLE, AccountKind.CASH, AccountKind.PAID
LACKING = {
    RECEIVABLE: "less than that is promised and not paid yet",
    CASH: "less than that was received",
    PAID: "less than that was paid to the recipient",
}
WITHOUT_LINE = (TransactionKind.RECEIPT, TransactionKind.DISBURSEMENT)


class RecordingError(ValueError):
    """A transaction that cannot be recorded so; `field` is what is wrong with it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Event:
    """What happened to an investment: `amount` in minor units of its currency, above zero."""

    kind: TransactionKind
    amount: int
    occurred_on: date
    line: Line | None = None
    payer_id: UUID | None = None
    payee_id: UUID | None = None
    note: str | None = None


@dataclass(frozen=True)
class Step:
    """One transfer between two accounts."""

    kind: TransactionKind
    debit: AccountKey
    credit: AccountKey
    amount: int


@dataclass(frozen=True)
class Holder:
    """An investment's accounts, with what each holds: credits less debits and reservations."""

    investment_id: UUID
    currency: str
    untargeted: Line
    held: Mapping[AccountKey, int]

    def key(self, kind: AccountKind, line: Line | None = None) -> AccountKey:
        """An account; one that has a line is that of the untargeted dollars unless another is named."""
        has_line = kind in (AVAILABLE, OBLIGATED, SPENT)
        return AccountKey(
            self.investment_id, kind, self.currency, (line or self.untargeted) if has_line else None
        )

    def free(self, key: AccountKey) -> int:
        """What may still be taken from an account."""
        return self.held.get(key, 0)


async def record(
    session: AsyncSession, investment: Investment, event: Event, *, actor: str, key: str
) -> UUID:
    """Posts the event and gives its transfer. Errors: RecordingError; LedgerError where there is too little."""
    holder = await holder_of(session, investment)
    steps = steps_of(event, holder)
    posted = await post_steps(session, investment.partnership_id, steps, event, actor=actor, key=key)
    return posted[-1]


def steps_of(event: Event, holder: Holder) -> Sequence[Step]:
    """The transfers of an event; the last one is the event itself. Errors: RecordingError."""
    kind = event.kind
    _check_line(event, holder)
    line = event.line
    if kind is TransactionKind.PLEDGE or (kind is TransactionKind.COMMITMENT and line is None):
        return [Step(kind, holder.key(RECEIVABLE), holder.key(AVAILABLE, line), event.amount)]
    if kind is TransactionKind.COMMITMENT:
        return [Step(kind, holder.key(AVAILABLE, line), holder.key(OBLIGATED, line), event.amount)]
    if kind is TransactionKind.RECEIPT:
        return [Step(kind, holder.key(CASH), holder.key(RECEIVABLE), event.amount)]
    if kind is TransactionKind.DISBURSEMENT:
        return [Step(kind, holder.key(PAID), holder.key(RECEIVABLE), event.amount)]
    if kind is TransactionKind.ALLOCATION:
        return [Step(kind, holder.key(AVAILABLE), holder.key(AVAILABLE, line), event.amount)]
    if kind is TransactionKind.FEE:
        return [Step(kind, holder.key(AVAILABLE, line), holder.key(AccountKind.FEE), event.amount)]
    if kind is TransactionKind.REFUND:
        place = CASH if -holder.free(holder.key(CASH)) >= event.amount else PAID
        return [Step(kind, holder.key(AVAILABLE, line), holder.key(place), event.amount)]
    return _spent(event, holder)


def _check_line(event: Event, holder: Holder) -> None:
    kind = event.kind
    if kind is TransactionKind.REALLOCATION:
        raise RecordingError("kind", "A reallocation has two lines: use allocate, or applyReallocation.")
    if kind is TransactionKind.REVERSAL:
        raise RecordingError("kind", "A reversal takes back another transaction: use reverseTransaction.")
    if kind in WITHOUT_LINE and event.line is not None:
        raise RecordingError("line", f"A {kind.value.lower()} is of the whole investment and has no line.")
    if kind is TransactionKind.ALLOCATION and event.line in (None, holder.untargeted):
        raise RecordingError("line", "An allocation says what its dollars are for: name a line.")


def _spent(event: Event, holder: Holder) -> Sequence[Step]:
    """What is signed for is used before what is free; an expenditure of both is signed for in full first."""
    free, signed = holder.key(AVAILABLE, event.line), holder.key(OBLIGATED, event.line)
    spent = holder.key(SPENT, event.line)
    lacking = event.amount - max(holder.free(signed), 0)
    if lacking >= event.amount:
        return [Step(event.kind, free, spent, event.amount)]
    sign = [Step(TransactionKind.COMMITMENT, free, signed, lacking)] if lacking > 0 else []
    return [*sign, Step(event.kind, signed, spent, event.amount)]


async def holder_of(session: AsyncSession, investment: Investment) -> Holder:
    """The investment's accounts in its own currency."""
    a = Account
    rows = await session.execute(
        select(a).where(
            a.partnership_id == investment.partnership_id,
            a.investment_id == investment.id,
            a.unit == investment.currency,
        )
    )
    empty = Holder(investment.id, investment.currency, Line(use=investment.use), {})
    held = {
        empty.key(each.kind, line_of(each)): each.credits_posted - each.debits_posted - each.debits_pending
        for each in rows.scalars()
    }
    return Holder(empty.investment_id, empty.currency, empty.untargeted, held)


async def post_steps(
    session: AsyncSession, partnership_id: UUID, steps: Sequence[Step], event: Event, *, actor: str, key: str
) -> Sequence[UUID]:
    """Posts the steps, all or none, and gives their transfers. Errors: LedgerError."""
    ids = await open_accounts(
        session, partnership_id, [k for step in steps for k in (step.debit, step.credit)]
    )
    postings = [
        Posting(
            kind=step.kind,
            debit=ids[step.debit],
            credit=ids[step.credit],
            unit=step.debit.unit,
            amount=step.amount,
            effective_on=event.occurred_on,
            payer_id=event.payer_id,
            payee_id=event.payee_id,
            note=event.note,
        )
        for step in steps
    ]
    await post(session, actor, key, postings)
    await _check_places(session, partnership_id, [ids[step.credit] for step in steps])
    return [posting.id for posting in postings]


async def reverse(
    session: AsyncSession,
    transfer: Transfer,
    amount: int | None,
    note: str,
    *,
    actor: str,
    key: str,
    on: date,
) -> UUID:
    """Takes a posted transfer back, whole or in part; without an amount, all that is left of it.

    Errors: RecordingError where nothing is left or it is a reversal itself; LedgerError where the dollars
    have moved on, or where more would be taken back than there was.
    """
    if transfer.kind is TransactionKind.REVERSAL or transfer.phase not in (Phase.POSTED, Phase.POST):
        raise RecordingError("transaction", "A reversal is not reversed: record the transaction again.")
    left = await left_of(session, transfer)
    if left == 0:
        raise RecordingError("transaction", "All of it is reversed already.")
    posting = Posting(
        id=new_id(),
        kind=TransactionKind.REVERSAL,
        debit=transfer.credit_account_id,
        credit=transfer.debit_account_id,
        unit=transfer.unit,
        amount=left if amount is None else amount,
        effective_on=on,
        reverses_id=transfer.id,
        payer_id=transfer.payee_id,
        payee_id=transfer.payer_id,
        note=note,
    )
    await post(session, actor, key, [posting])
    await _check_places(session, transfer.partnership_id, [posting.credit])
    return posting.id


async def left_of(session: AsyncSession, transfer: Transfer) -> int:
    """What of a transfer is not taken back yet."""
    taken = await session.execute(
        select(func.coalesce(func.sum(Transfer.amount), 0)).where(
            Transfer.partnership_id == transfer.partnership_id, Transfer.reverses_id == transfer.id
        )
    )
    return transfer.amount - int(taken.scalar_one())


async def _check_places(session: AsyncSession, partnership_id: UUID, credited: Sequence[UUID]) -> None:
    """No place that dollars left holds less than nothing; the book is locked, so what is read stays true."""
    a = Account
    rows = await session.execute(
        select(a.kind).where(
            a.partnership_id == partnership_id,
            a.id == any_of(credited),
            a.kind.in_(LACKING),
            a.credits_posted > a.debits_posted,
        )
    )
    kind = rows.scalars().first()
    if kind is not None:
        raise LedgerError(LedgerRefusal.INSUFFICIENT_FUNDS, LACKING[kind])


async def allocate(
    session: AsyncSession,
    investment: Investment,
    wanted: Mapping[Line, int],
    *,
    actor: str,
    key: str,
    on: date,
) -> bool:
    """Brings each line to its amount, from and to the untargeted dollars; false where it is so already.

    A line's amount is what lies on it: available and signed for. Lines that give dollars back come first.
    Errors: RecordingError with the place of a line among `wanted`; LedgerError where there is too little.
    """
    holder = await holder_of(session, investment)
    pool = holder.key(AVAILABLE)
    steps: list[Step] = []
    for place, (line, amount) in enumerate(wanted.items()):
        free = holder.key(AVAILABLE, line)
        if free == pool:
            raise RecordingError(str(place), "The line says nothing of what its dollars are for.")
        signed = holder.free(holder.key(OBLIGATED, line))
        more = amount - holder.free(free) - signed
        if amount < signed:
            raise RecordingError(str(place), "More than that is signed for on the line.")
        if more:
            origin, target = (pool, free) if more > 0 else (free, pool)
            steps.append(Step(TransactionKind.ALLOCATION, origin, target, abs(more)))
    if steps:
        steps.sort(key=lambda step: step.debit == pool)
        event = Event(TransactionKind.ALLOCATION, 1, on)
        await post_steps(session, investment.partnership_id, steps, event, actor=actor, key=key)
    return bool(steps)
