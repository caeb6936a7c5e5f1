"""Pays for lobbying out of an investment: from one line, into an account kept for lobbying, if the database lets it."""

from collections.abc import Sequence
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
    open_accounts,
    post,
)
from models.ledger import Account, AccountKind, TransactionKind
from models.resources import Investment, ResourceUse

__all__ = ["LobbyingPayment", "pay_for_lobbying"]

# Dollars of a practice or a position are for that; of the others, those that are meant for this come first.
USES = (
    ResourceUse.ADVOCACY,
    ResourceUse.UNASSIGNED,
    ResourceUse.OPERATIONS,
    ResourceUse.COLLABORATIVE_ACTION,
)


@dataclass(frozen=True)
class LobbyingPayment:
    """Dollars (minor units) spent on lobbying; `key` is the ledger's idempotency key, `note` what they were for."""

    investment: Investment
    amount: int
    occurred_on: date
    key: str
    note: str


async def pay_for_lobbying(session: AsyncSession, actor: str, payment: LobbyingPayment) -> UUID:
    """The transfer that was posted. Errors: LedgerError, RESTRICTED where the dollars may not pay for lobbying."""
    award, amount = payment.investment, payment.amount
    await _refuse_forbidden(session, payment)
    line = await _line(session, award, amount)
    if line is None:
        sentence = "no line of it that is not for a practice or a position holds so many free dollars"
        raise LedgerError(LedgerRefusal.INSUFFICIENT_FUNDS, sentence)
    free = AccountKey(award.id, AccountKind.AVAILABLE, award.currency, line)
    spent = AccountKey(award.id, AccountKind.SPENT, award.currency, line, is_lobbying=True)
    ids = await open_accounts(session, award.partnership_id, [free, spent])
    posting = Posting(
        kind=TransactionKind.EXPENDITURE,
        debit=ids[free],
        credit=ids[spent],
        unit=award.currency,
        amount=amount,
        effective_on=payment.occurred_on,
        note=payment.note,
    )
    await post(session, actor, payment.key, [posting])
    return posting.id


async def _refuse_forbidden(session: AsyncSession, payment: LobbyingPayment) -> None:
    """Asks the database's own rule first, so that forbidden dollars are told before missing ones."""
    award = payment.investment
    asked = func.ledger.lobbying_bound(award.partnership_id, award.id, payment.occurred_on).table_valued(
        "bound", "reason"
    )
    allowed = (await session.execute(select(asked.c.bound, asked.c.reason))).one()
    if allowed.bound < payment.amount:
        sentence = f"lobbying may not be paid out of this investment: {allowed.reason}"
        raise LedgerError(LedgerRefusal.RESTRICTED, sentence)


async def _line(session: AsyncSession, award: Investment, amount: int) -> Line | None:
    """The line to take the dollars from: by its use, then the one that holds most."""
    a = Account
    found = await session.execute(
        select(a).where(
            a.partnership_id == award.partnership_id,
            a.investment_id == award.id,
            a.kind == AccountKind.AVAILABLE,
            a.unit == award.currency,
            a.practice_id.is_(None),
            a.position_id.is_(None),
            a.use.in_(USES),
            a.credits_posted - a.debits_posted - a.debits_pending >= amount,
        )
    )
    return next((_line_of(each) for each in _ordered(found.scalars().all())), None)


def _ordered(accounts: Sequence[Account]) -> Sequence[Account]:
    def rank(account: Account) -> tuple[int, int, str]:
        use = account.use or ResourceUse.UNASSIGNED
        return USES.index(use), account.debits_posted - account.credits_posted, str(account.id)

    return sorted(accounts, key=rank)


def _line_of(account: Account) -> Line:
    return Line(
        use=account.use or ResourceUse.UNASSIGNED,
        outcome_id=account.outcome_id,
        population_id=account.population_id,
        area_id=account.area_id,
        fiscal_year=account.fiscal_year,
    )
