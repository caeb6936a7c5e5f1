"""Stores movements of money: each row is posted once, and a row that is in the ledger already changes nothing."""

from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import and_, select
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

RECEIPT, EXPENDITURE = TransactionKind.RECEIPT, TransactionKind.EXPENDITURE
PLAIN = (AccountKind.RECEIVABLE, AccountKind.CASH)


@dataclass(frozen=True)
class Place:
    """What tells one movement from another; two alike need notes that differ."""

    investment_id: UUID
    kind: TransactionKind
    line: Line | None
    occurred_on: date
    note: str


@dataclass
class Books:
    """What is known of the investments: currency and use, what is recorded, and what each account holds."""

    awards: Mapping[UUID, tuple[str, ResourceUse]]
    recorded: Mapping[Place, int]
    balances: dict[AccountKey, int]

    def steps(self, place: Place, amount: int) -> list[tuple[AccountKey, AccountKey, int]] | None:
        """The transfers (debit, credit, amount) of a movement, or None where there is too little to take it from.

        What is signed for is used before what is free.
        """
        unit = self.awards[place.investment_id][0]
        held = self.balances

        def key(kind: AccountKind) -> AccountKey:
            return AccountKey(place.investment_id, kind, unit, None if kind in PLAIN else place.line)

        if place.kind is RECEIPT:
            origin = key(AccountKind.RECEIVABLE)
            if held.get(origin, 0) + amount > 0:  # a debit balance: what is promised counts below zero
                return None
            held[origin] = held.get(origin, 0) + amount
            return [(key(AccountKind.CASH), origin, amount)]
        signed, free = key(AccountKind.OBLIGATED), key(AccountKind.AVAILABLE)
        first = min(amount, max(held.get(signed, 0), 0))
        if amount - first > held.get(free, 0):
            return None
        held[signed] = held.get(signed, 0) - first
        held[free] = held.get(free, 0) - (amount - first)
        spent = key(AccountKind.SPENT)
        return [step for step in ((signed, spent, first), (free, spent, amount - first)) if step[-1]]


async def store_movements(
    session: AsyncSession, run_of: Import, records: AsyncIterable[LedgerRecord], report: ImportReport
) -> None:
    """Posts the rows that are not in the ledger yet, in one batch."""
    names = await Names.read(session, run_of.partnership_id)
    read = [record async for record in records]
    books = await _books(session, run_of.partnership_id)
    seen: set[Place] = set()
    postings: list[tuple[LedgerRecord, Place, list[tuple[AccountKey, AccountKey, int]]]] = []
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
) -> list[tuple[AccountKey, AccountKey, int]]:
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
        count(report, "unchanged")
    else:
        steps = books.steps(place, amount)
        if steps is not None:
            seen.add(place)
            count(report, "created")
            return steps
        missing = "the funder has less to pay" if place.kind is RECEIPT else "the line holds less"
        report.reject("insufficient-funds", missing, where)
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
        fiscal_year=record.fiscal_year,
    )
    note = record.note or ""
    return Place(investment, kind, line if kind is EXPENDITURE else None, record.occurred_on, note)


async def _books(session: AsyncSession, partnership_id: UUID) -> Books:
    i, a, t = Investment, Account, Transfer
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
    credit = aliased(a)
    rows = await session.execute(
        select(t, credit)
        .join(credit, and_(credit.partnership_id == t.partnership_id, credit.id == t.credit_account_id))
        .where(
            t.partnership_id == partnership_id,
            t.kind.in_((RECEIPT, EXPENDITURE)),
            t.phase.in_((Phase.POSTED, Phase.POST)),
        )
    )
    recorded: dict[Place, int] = {}
    for transfer, account in rows:
        if transfer.investment_id is None:
            continue
        line = line_of(account) if transfer.kind is EXPENDITURE else None
        place = Place(transfer.investment_id, transfer.kind, line, transfer.effective_on, transfer.note or "")
        recorded[place] = recorded.get(place, 0) + transfer.amount
    return Books({row.id: (row.currency, row.use) for row in awards}, recorded, held)


async def _post(
    session: AsyncSession,
    run_of: Import,
    found: list[tuple[LedgerRecord, Place, list[tuple[AccountKey, AccountKey, int]]]],
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
