"""Which dollars of an investment may still go elsewhere, and what holds the others."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import and_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.parts import MOVABLE_USES
from api.graphql.common.basics import Money, money_of
from api.graphql.common.context import Context
from api.graphql.common.enums import LockReason
from models.ledger import Account, AccountKind
from models.resources import Restriction

__all__ = ["Movability", "movabilities"]

Key = tuple[UUID, UUID]
LINES = (AccountKind.AVAILABLE, AccountKind.OBLIGATED, AccountKind.SPENT)


@strawberry.type
class LockedDollars:
    """Dollars that stay, with the reason; `until` is the day after which it no longer holds."""

    amount: Money
    reason: LockReason
    until: date | None
    sentence: str


@strawberry.type
class Movability:
    """`movable` may go anywhere; what a donor's restriction covers may move only within what it allows."""

    movable: Money
    locked: list[LockedDollars]


async def movabilities(
    context: Context, rows: Sequence[Mapping[str, Any]], _: Mapping[str, Any]
) -> list[Movability]:
    """Investment.movable, for all investments of a place."""
    keys = [(row["partnership"], row["id"]) for row in rows]

    async def read(session: AsyncSession) -> tuple[dict[Key, list[Account]], dict[Key, list[Restriction]]]:
        return await _accounts(session, keys), await _restrictions(session, keys)

    accounts, restrictions = await context.run(read)
    return [
        _movability(row, accounts.get(key, []), restrictions.get(key, []))
        for row, key in zip(rows, keys, strict=True)
    ]


async def _accounts(session: AsyncSession, keys: Sequence[Key]) -> dict[Key, list[Account]]:
    a = Account
    query = select(a).where(and_(tuple_(a.partnership_id, a.investment_id).in_(keys), a.kind.in_(LINES)))
    found: dict[Key, list[Account]] = {}
    for account in (await session.execute(query)).scalars():
        if account.investment_id is not None:
            found.setdefault((account.partnership_id, account.investment_id), []).append(account)
    return found


async def _restrictions(session: AsyncSession, keys: Sequence[Key]) -> dict[Key, list[Restriction]]:
    r = Restriction
    query = select(r).where(tuple_(r.partnership_id, r.investment_id).in_(keys)).order_by(r.id)
    found: dict[Key, list[Restriction]] = {}
    for restriction in (await session.execute(query)).scalars():
        found.setdefault((restriction.partnership_id, restriction.investment_id), []).append(restriction)
    return found


def _movability(
    investment: Mapping[str, Any], accounts: Sequence[Account], restrictions: Sequence[Restriction]
) -> Movability:
    currency, today = investment["currency"], datetime.now(UTC).date()
    by_kind = {
        kind: sum(_balance(each) for each in accounts if each.kind is kind)
        for kind in (AccountKind.SPENT, AccountKind.OBLIGATED)
    }
    free = [each for each in accounts if each.kind is AccountKind.AVAILABLE]
    available = sum(_balance(each) for each in free)
    protected = sum(_balance(each) for each in free if _is_protected(each))
    locked = [
        _locked(by_kind[AccountKind.SPENT], currency, LockReason.SPENT, "has been spent"),
        _locked(by_kind[AccountKind.OBLIGATED], currency, LockReason.OBLIGATED, "is signed for"),
    ]
    ends_on = investment["ends_on"]
    left = available
    if ends_on is not None and ends_on < today:
        locked.append(_locked(left, currency, LockReason.EXPIRED, f"lapsed with the award on {ends_on}"))
        left = 0
    else:
        words = "pays for staff, operations or advocacy, which a reallocation leaves alone"
        locked.append(_locked(protected, currency, LockReason.PROTECTED, words))
        left -= protected
        for restriction in restrictions:
            held = _held_by(restriction, left, today)
            locked.append(_restricted(held, currency, restriction))
            left -= held
    return Movability(
        movable=money_of(max(left, 0), currency), locked=[each for each in locked if each is not None]
    )


def _balance(account: Account) -> int:
    return account.credits_posted - account.debits_posted - account.debits_pending


def _is_protected(account: Account) -> bool:
    use = account.use.value if account.use else "UNASSIGNED"
    return use not in MOVABLE_USES or account.position_id is not None


def _held_by(restriction: Restriction, left: int, today: date) -> int:
    """The dollars that a restriction covers of those that are left; none once it has lapsed."""
    if restriction.until is not None and restriction.until < today:
        return 0
    return max(left, 0) if restriction.amount is None else min(restriction.amount, max(left, 0))


def _locked(amount: int, currency: str, reason: LockReason, words: str) -> LockedDollars | None:
    if amount <= 0:
        return None
    money = money_of(amount, currency)
    return LockedDollars(
        amount=money, reason=reason, until=None, sentence=f"{money.amount:,} {currency} {words}."
    )


def _restricted(amount: int, currency: str, restriction: Restriction) -> LockedDollars | None:
    words = "may move only within what the donor allows"
    if restriction.until is not None:
        words += f" until {restriction.until}"
    locked = _locked(amount, currency, LockReason.RESTRICTION, words)
    if locked is not None:
        locked.until = restriction.until
    return locked
