"""Stores where dollars sit: each record is a line's wanted amount, and the ledger posts the difference."""

from collections import defaultdict
from collections.abc import AsyncIterable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.ledger import AccountKey, Line, Posting, any_of, line_of, open_accounts, post
from api.exchange.records_money import AllocationRecord
from api.exchange.report import Example, ImportReport
from api.exchange.store.money import minor, optional_minor, written
from api.exchange.store.names import Names, UnknownName, tell_unknown
from api.exchange.store.rows import count
from api.exchange.store.staging import Import
from models.ledger import Account, AccountKind, TransactionKind
from models.resources import Investment, ResourceUse

AVAILABLE, OBLIGATED, SPENT = AccountKind.AVAILABLE, AccountKind.OBLIGATED, AccountKind.SPENT
HELD = (AVAILABLE, OBLIGATED, SPENT)
Step = tuple[TransactionKind, AccountKey, AccountKey, int]
Balances = dict[AccountKey, int]


class _Impossible(Exception):  # noqa: N818 - it describes a row
    """A line cannot be brought to what is wanted of it."""

    def __init__(self, code: str, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.field = code, field


@dataclass(frozen=True)
class Wanted:
    """What a line of an investment is to hold, and how much of it is signed for, in minor units.

    Where `obligated` is None, what is signed for stays as it is.
    """

    row: int
    investment_id: UUID
    line: Line
    amount: int
    obligated: int | None


@dataclass(frozen=True)
class Award:
    """What a line needs to know of its investment."""

    currency: str
    use: ResourceUse
    on: date

    def key(self, investment_id: UUID, kind: AccountKind, line: Line | None = None) -> AccountKey:
        """The key of an account; without a line, of the dollars that nobody has targeted yet."""
        return AccountKey(investment_id, kind, self.currency, line or Line(use=self.use))


async def store_allocations(
    session: AsyncSession, run_of: Import, records: AsyncIterable[AllocationRecord], report: ImportReport
) -> None:
    """Brings each line to its amount from (or back to) the investment's untargeted dollars."""
    names = await Names.read(session, run_of.partnership_id)
    wanted = [each async for record in records if (each := _look_up(names, record, report))]
    for row, action in await allocate(session, run_of, _once(wanted, report), report):
        count(report, action, row)


async def allocate(
    session: AsyncSession, run_of: Import, wanted: list[Wanted], report: ImportReport
) -> list[tuple[int, str]]:
    """Brings each line to what is wanted of it: row and "created", "updated" or "unchanged", where it can be.

    Lines that give dollars back come first, so that a file may move dollars from one line to another.
    """
    p = run_of.partnership_id
    awards = await _awards(session, p, {each.investment_id for each in wanted})
    balances = await _balances(session, p, set(awards))
    actions, postings = [], []
    for each in sorted(wanted, key=lambda each: _more(each, awards, balances) > 0):
        try:
            steps = _steps(each, awards[each.investment_id], balances)
        except _Impossible as fault:
            _refuse(each, fault, report)
            continue
        is_known = _held(each, awards, balances) > 0
        actions.append((each.row, "unchanged" if not steps else "updated" if is_known else "created"))
        for _, origin, target, amount in steps:
            balances[origin] = balances.get(origin, 0) - amount
            balances[target] = balances.get(target, 0) + amount
        postings += steps
    await _post(session, run_of, postings, awards)
    return actions


def _held(each: Wanted, awards: Mapping[UUID, Award], balances: Balances) -> int:
    award = awards[each.investment_id]
    return sum(balances.get(award.key(each.investment_id, kind, each.line), 0) for kind in HELD)


def _more(each: Wanted, awards: Mapping[UUID, Award], balances: Balances) -> int:
    return each.amount - _held(each, awards, balances)


def _steps(each: Wanted, award: Award, balances: Balances) -> list[Step]:
    """The transfers that bring the line to what is wanted. Errors: _Impossible."""
    pool = award.key(each.investment_id, AVAILABLE)
    line, signed, spent = (award.key(each.investment_id, kind, each.line) for kind in HELD)
    if pool == line:
        raise _Impossible("nothing-targeted", "use", "the row says nothing of what its dollars are for")
    free, used = balances.get(line, 0), balances.get(signed, 0) + balances.get(spent, 0)
    more = each.amount - free - used
    sign = 0 if each.obligated is None else each.obligated - used
    if -sign > balances.get(signed, 0):
        message = f"{written(balances.get(spent, 0))} of the line is already spent"
        raise _Impossible("obligated-below-spent", "obligated", message)
    source = balances.get(pool, 0) if more > 0 else free + max(-sign, 0)
    if abs(more) > source:
        holder = "the investment has untargeted" if more > 0 else "the line can still give back"
        message = f"the row needs {written(abs(more))} and {holder} {written(source)}"
        raise _Impossible("insufficient-funds", "amount", message)
    if sign > free + more:
        raise _Impossible("obligated-exceeds-amount", "obligated", "more is obligated than the line holds")
    return _freed_first(pool, line, signed, more, sign)


def _freed_first(pool: AccountKey, line: AccountKey, signed: AccountKey, more: int, sign: int) -> list[Step]:
    """What is no longer signed for comes free before it is given back; what is to be signed for comes first."""
    move = (TransactionKind.ALLOCATION, *((pool, line) if more > 0 else (line, pool)), abs(more))
    commit = (TransactionKind.COMMITMENT, *((line, signed) if sign > 0 else (signed, line)), abs(sign))
    return [step for step in ((move, commit) if sign > 0 else (commit, move)) if step[-1]]


def _refuse(each: Wanted, fault: _Impossible, report: ImportReport) -> None:
    amount = {"amount": each.amount, "obligated": each.obligated}.get(fault.field)
    value = None if amount is None else written(amount)
    report.reject(fault.code, str(fault), Example(each.row, fault.field, value))


async def _post(
    session: AsyncSession, run_of: Import, steps: list[Step], awards: Mapping[UUID, Award]
) -> None:
    if not steps:
        return
    keys = [key for _, origin, target, _ in steps for key in (origin, target)]
    ids = await open_accounts(session, run_of.partnership_id, keys)
    postings = [
        Posting(
            kind=kind,
            debit=ids[origin],
            credit=ids[target],
            unit=origin.unit,
            amount=amount,
            effective_on=awards[origin.investment_id].on,
        )
        for kind, origin, target, amount in steps
    ]
    await post(session, run_of.actor, f"import:{run_of.id}:lines", postings)


def _once(wanted: Iterable[Wanted], report: ImportReport) -> list[Wanted]:
    seen: dict[tuple[UUID, Line], Wanted] = {}
    for each in wanted:
        first = seen.setdefault((each.investment_id, each.line), each)
        if first is not each:
            message = f"row {first.row} is about the same line"
            report.reject("repeated-line", message, Example(each.row, "investment", None))
    return list(seen.values())


async def _awards(session: AsyncSession, partnership_id: UUID, ids: set[UUID]) -> dict[UUID, Award]:
    rows = await session.execute(
        select(
            Investment.id,
            Investment.currency,
            Investment.use,
            Investment.awarded_on,
            Investment.starts_on,
        ).where(Investment.partnership_id == partnership_id, Investment.id == any_of(ids))
    )
    today = datetime.now(UTC).date()
    return {row.id: Award(row.currency, row.use, row.awarded_on or row.starts_on or today) for row in rows}


async def _balances(session: AsyncSession, partnership_id: UUID, ids: set[UUID]) -> Balances:
    rows = await session.execute(
        select(Account).where(
            Account.partnership_id == partnership_id,
            Account.investment_id == any_of(ids),
            Account.kind.in_(HELD),
        )
    )
    held: dict[AccountKey, int] = defaultdict(int)  # what is spent on lobbying is spent of its line as well
    for a in rows.scalars():
        if a.investment_id is not None:
            key = AccountKey(a.investment_id, a.kind, a.unit, line_of(a))
            held[key] += a.credits_posted - a.debits_posted - a.debits_pending
    return dict(held)


def _look_up(names: Names, record: AllocationRecord, report: ImportReport) -> Wanted | None:
    try:
        investment_id = names.investments.find(record.investment)
        line = Line(
            use=ResourceUse(record.use),
            practice_id=names.practices.find(record.practice),
            outcome_id=names.outcomes.find(record.outcome),
            population_id=names.populations.find(record.population),
            area_id=names.areas.find(record.area),
            position_id=names.positions.find(record.position),
            fiscal_year=record.fiscal_year,
        )
    except UnknownName as error:
        tell_unknown(error, record.row, report)
        return None
    assert investment_id is not None  # noqa: S101 - the reader refuses a row that names none
    return Wanted(record.row, investment_id, line, minor(record.amount), optional_minor(record.obligated))
