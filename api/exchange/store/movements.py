"""Stores movements of money: each row is posted once, and a row that is in the ledger already changes nothing."""

from collections.abc import AsyncIterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from allocation.ledger import AccountKey, Line, Posting, line_of, open_accounts, post
from api.exchange.records_anchor import LedgerRecord
from api.exchange.report import Example, ImportReport
from api.exchange.store.money import minor, written
from api.exchange.store.names import Names, UnknownName, tell_unknown
from api.exchange.store.rows import count
from api.exchange.store.staging import Import
from models.ledger import Account, AccountKind, Phase, TransactionKind, Transfer
from models.resources import Investment, ResourceUse

RECEIPT, DISBURSEMENT = TransactionKind.RECEIPT, TransactionKind.DISBURSEMENT
EXPENDITURE, FEE, REFUND = TransactionKind.EXPENDITURE, TransactionKind.FEE, TransactionKind.REFUND
LINED = frozenset({EXPENDITURE, FEE, REFUND})  # what takes dollars from a line
KINDS = (RECEIPT, DISBURSEMENT, *sorted(LINED))
PLAIN = (AccountKind.RECEIVABLE, AccountKind.CASH, AccountKind.PAID, AccountKind.FEE)
TOO_LITTLE = {
    RECEIPT: "the funder has less to pay",
    DISBURSEMENT: "the funder has less to pay",
    EXPENDITURE: "the line holds less",
    FEE: "the line has less that nobody has signed for",
    REFUND: "the line has less that nobody has signed for, or less was received",
}


@dataclass(frozen=True)
class Place:
    """What tells one movement from another; two alike need notes that differ."""

    investment_id: UUID
    kind: TransactionKind
    line: Line | None
    occurred_on: date
    note: str


Step = tuple[AccountKey, AccountKey, int]
"""A transfer: debit, credit, amount."""


@dataclass
class Books:
    """What is known of the investments: currency and use, what is recorded, and what each account holds."""

    awards: Mapping[UUID, tuple[str, ResourceUse]]
    recorded: Mapping[Place, int]
    balances: dict[AccountKey, int]

    def steps(self, place: Place, amount: int) -> list[Step] | None:
        """The transfers of a movement, or None where there is too little to take it from.

        What is signed for is used before what is free; a fee and a refund take what is free alone.
        """

        def key(kind: AccountKind) -> AccountKey:
            unit = self.awards[place.investment_id][0]
            return AccountKey(place.investment_id, kind, unit, None if kind in PLAIN else place.line)

        free = key(AccountKind.AVAILABLE)
        if place.kind is RECEIPT:
            return self._paid(key(AccountKind.RECEIVABLE), key(AccountKind.CASH), amount)
        if place.kind is DISBURSEMENT:
            return self._paid(key(AccountKind.RECEIVABLE), key(AccountKind.PAID), amount)
        if place.kind is FEE:
            return self._taken([(free, key(AccountKind.FEE), amount)])
        if place.kind is REFUND:
            cash = key(AccountKind.CASH)
            has_come = -self.balances.get(cash, 0) >= amount
            return self._taken([(free, cash, amount)]) if has_come else None
        signed, spent = key(AccountKind.OBLIGATED), key(AccountKind.SPENT)
        first = min(amount, max(self.balances.get(signed, 0), 0))
        return self._taken([(signed, spent, first), (free, spent, amount - first)])

    def _paid(self, promised: AccountKey, into: AccountKey, amount: int) -> list[Step] | None:
        """What was promised is a debit balance, which counts below zero."""
        if self.balances.get(promised, 0) + amount > 0:
            return None
        return self._moved([(into, promised, amount)])

    def _taken(self, steps: Sequence[Step]) -> list[Step] | None:
        if any(amount > self.balances.get(origin, 0) for origin, _, amount in steps if amount):
            return None
        return self._moved([step for step in steps if step[-1]])

    def _moved(self, steps: list[Step]) -> list[Step]:
        for debit, credit, amount in steps:
            self.balances[debit] = self.balances.get(debit, 0) - amount
            self.balances[credit] = self.balances.get(credit, 0) + amount
        return steps


async def store_movements(
    session: AsyncSession, run_of: Import, records: AsyncIterable[LedgerRecord], report: ImportReport
) -> None:
    """Posts the rows that are not in the ledger yet, in one batch."""
    names = await Names.read(session, run_of.partnership_id)
    read = [record async for record in records]
    books = await _books(session, run_of.partnership_id)
    seen: set[Place] = set()
    postings: list[tuple[LedgerRecord, Place, list[Step]]] = []
    for record in read:
        try:
            place = _place(names, books, record)
        except UnknownName as error:
            tell_unknown(error, record.row, report)
            continue
        steps = _steps(books, place, record, seen, report)
        if steps:
            postings.append((record, place, steps))
    await _post(session, run_of, postings)


def _steps(
    books: Books, place: Place, record: LedgerRecord, seen: set[Place], report: ImportReport
) -> list[Step]:
    """What a row posts; nothing where it is recorded already or refused, which is told."""
    amount = minor(record.amount)
    known = books.recorded.get(place)
    where = Example(record.row, "amount", written(amount))
    if place in seen:
        report.reject(
            "repeated-movement", "another row is the same but for its amount: give them notes", where
        )
    elif known is not None and known != amount:
        sentence = (
            f"the ledger has {written(known)} for this row already, and never changes: reverse that first"
        )
        report.reject("recorded-otherwise", sentence, where)
    elif known is not None:
        count(report, "unchanged", record.row)
    else:
        steps = books.steps(place, amount)
        if steps is not None:
            seen.add(place)
            count(report, "created", record.row)
            return steps
        report.reject("insufficient-funds", TOO_LITTLE[place.kind], where)
    seen.add(place)
    return []


def _place(names: Names, books: Books, record: LedgerRecord) -> Place:
    investment = names.investments.find(record.investment)
    if investment is None:
        raise UnknownName("investment", record.investment, 0)
    kind = TransactionKind(record.kind)
    line = Line(
        use=ResourceUse(record.use) if record.use else books.awards[investment][1],
        practice_id=names.practices.find(record.practice),
        outcome_id=names.outcomes.find(record.outcome),
        population_id=names.populations.find(record.population),
        area_id=names.areas.find(record.area),
        position_id=names.positions.find(record.position),
        fiscal_year=record.fiscal_year,
    )
    note = record.note or ""
    return Place(investment, kind, line if kind in LINED else None, record.occurred_on, note)


async def _books(session: AsyncSession, partnership_id: UUID) -> Books:
    i, a = Investment, Account
    awards = await session.execute(select(i.id, i.currency, i.use).where(i.partnership_id == partnership_id))
    accounts = await session.execute(
        select(a).where(a.partnership_id == partnership_id, a.investment_id.is_not(None))
    )
    held = {
        AccountKey(each.investment_id, each.kind, each.unit, None if each.kind in PLAIN else line_of(each)): (
            each.credits_posted - each.debits_posted - each.debits_pending
        )
        for each in accounts.scalars()
        if each.investment_id is not None
    }
    return Books(
        {row.id: (row.currency, row.use) for row in awards}, await _recorded(session, partnership_id), held
    )


async def _recorded(session: AsyncSession, partnership_id: UUID) -> Mapping[Place, int]:
    """What each movement has posted, less what was reversed of it."""
    t, debit, credit, reversal = Transfer, aliased(Account), aliased(Account), aliased(Transfer)
    reversed_ = (
        select(func.coalesce(func.sum(reversal.amount), 0))
        .where(reversal.partnership_id == t.partnership_id, reversal.reverses_id == t.id)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(t, debit, credit, reversed_)
        .join(debit, and_(debit.partnership_id == t.partnership_id, debit.id == t.debit_account_id))
        .join(credit, and_(credit.partnership_id == t.partnership_id, credit.id == t.credit_account_id))
        .where(
            t.partnership_id == partnership_id,
            t.kind.in_(KINDS),
            t.investment_id.is_not(None),
            t.phase.in_((Phase.POSTED, Phase.POST)),
        )
    )
    recorded: dict[Place, int] = {}
    for transfer, origin, target, taken_back in rows:
        line = line_of(target if transfer.kind is EXPENDITURE else origin) if transfer.kind in LINED else None
        place = Place(transfer.investment_id, transfer.kind, line, transfer.effective_on, transfer.note or "")
        recorded[place] = recorded.get(place, 0) + transfer.amount - int(taken_back)
    return {place: amount for place, amount in recorded.items() if amount}


async def _post(
    session: AsyncSession,
    run_of: Import,
    found: list[tuple[LedgerRecord, Place, list[Step]]],
) -> None:
    if not found:
        return
    keys = [key for _, _, steps in found for debit, credit, _ in steps for key in (debit, credit)]
    ids = await open_accounts(session, run_of.partnership_id, keys)
    postings = [
        Posting(
            kind=place.kind,
            debit=ids[debit],
            credit=ids[credit],
            unit=debit.unit,
            amount=amount,
            effective_on=record.occurred_on,
            note=record.note,
        )
        for record, place, steps in found
        for debit, credit, amount in steps
    ]
    await post(session, run_of.actor, f"import:{run_of.id}:movements", postings)
