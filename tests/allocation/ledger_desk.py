"""A desk over one investment's accounts, for tests of the ledger."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.ledger import (
    AccountKey,
    LedgerError,
    LedgerRefusal,
    Posted,
    Posting,
    audit,
    open_accounts,
    post,
)
from models.base import new_id
from models.database import Database, Scope
from models.ledger import AccountKind, TransactionKind
from models.organizations import Organization
from models.partnerships import Partnership
from models.resources import Funder, Investment, ResourceUse

DAY = date(2026, 7, 1)
KINDS = (AccountKind.RECEIVABLE, AccountKind.AVAILABLE, AccountKind.OBLIGATED, AccountKind.SPENT)


@dataclass(frozen=True)
class Desk:
    """One investment's accounts in a partnership, and a short way to post between them."""

    database: Database
    partnership_id: UUID
    promised: UUID
    available: UUID
    obligated: UUID
    spent: UUID

    @property
    def scope(self) -> Scope:
        return Scope.of(self.partnership_id)

    def line(
        self, amount: int, *, debit: UUID | None = None, credit: UUID | None = None, **more: Any
    ) -> Posting:
        """A posting from what is available to what is obligated, unless said otherwise."""
        return Posting(
            **{
                "kind": TransactionKind.COMMITMENT,
                "debit": debit or self.available,
                "credit": credit or self.obligated,
                "unit": "USD",
                "amount": amount,
                "effective_on": DAY,
                **more,
            }
        )

    async def post(self, key: str, *lines: Posting, actor: str = "somebody") -> Posted:
        """Posts the lines in a transaction of its own."""
        async with self.database.session(self.scope) as session:
            return await post(session, actor, key, lines)

    async def fund(self, amount: int) -> Posted:
        """Promises dollars, which become available."""
        promise = self.line(amount, debit=self.promised, credit=self.available)
        return await self.post(f"fund-{new_id()}", promise)

    async def balances(self) -> dict[UUID, int]:
        """The posted balance of each account, credits less debits."""
        async with self.database.session(self.scope) as session:
            rows = await session.execute(
                text("select id, credits_posted - debits_posted as held from ledger.account")
            )
            return {row.id: row.held for row in rows}

    async def free(self) -> int:
        """What is available."""
        return (await self.balances())[self.available]

    async def audit(self) -> list[str]:
        """The rules that do not hold."""
        async with self.database.session(self.scope) as session:
            return [rule for _, rule, _ in await audit(session)]


async def opened(database: Database, partnership: Partnership) -> Desk:
    """A desk over a new investment."""
    async with database.session(Scope.of(partnership.id)) as session:
        investment_id = await _investment(session, partnership.id)
        keys = [AccountKey(investment_id, kind, "USD") for kind in KINDS]
        ids = await open_accounts(session, partnership.id, keys)
    return Desk(database, partnership.id, *(ids[key] for key in keys))


async def _investment(session: AsyncSession, partnership_id: UUID) -> UUID:
    organization = Organization(partnership_id=partnership_id, id=new_id(), name="Fund")
    session.add(organization)
    await session.flush()
    funder = Funder(partnership_id=partnership_id, id=new_id(), organization_id=organization.id)
    session.add(funder)
    await session.flush()
    investment = Investment(
        partnership_id=partnership_id,
        id=new_id(),
        funder_id=funder.id,
        title="Award",
        use=ResourceUse.UNASSIGNED,
        currency="USD",
        source_system="test",
    )
    session.add(investment)
    await session.flush()
    return investment.id


async def refused(posting: Awaitable[Posted]) -> LedgerRefusal:
    """Why the ledger refuses."""
    with pytest.raises(LedgerError) as error:
        await posting
    return error.value.refusal
