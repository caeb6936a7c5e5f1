"""A partnership to move dollars in, and the anchor's token for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allocation.ledger import AccountKey, Posting, open_accounts, post
from allocation.partnerships import Terms, create_partnership
from allocation.tokens import create_token
from models.base import new_id
from models.database import Database, Scope
from models.ledger import AccountKind, TransactionKind
from models.organizations import Organization
from models.people import Role
from models.resources import Funder, Investment, ResourceUse

FUNDED = 10**12  # minor units of each investment: more than any trial spends
DAY = date(2026, 7, 1)


@dataclass(frozen=True)
class Ground:
    """A partnership, its investments, and a token of its anchor."""

    partnership_id: UUID
    investments: Sequence[UUID]
    token: str

    def investment(self, number: int) -> str:
        """The id of an investment as the API writes it."""
        return f"Investment:{self.partnership_id}:{self.investments[number % len(self.investments)]}"


async def found(database: Database, slug: str, count: int = 8, funded: int = FUNDED) -> Ground:
    """A new partnership whose investments are all funded."""
    async with database.session(Scope()) as session:
        p = (await create_partnership(session, Terms(slug, f"Trial {slug}"))).id
        investments = await _investments(session, p, count)
        keys = [AccountKey(each, kind, "USD") for each in investments for kind in (_FROM, _TO)]
        ids = await open_accounts(session, p, keys)
        lines = [
            Posting(
                kind=TransactionKind.COMMITMENT,
                debit=ids[AccountKey(each, _FROM, "USD")],
                credit=ids[AccountKey(each, _TO, "USD")],
                unit="USD",
                amount=funded,
                effective_on=DAY,
                note="the award",
            )
            for each in investments
        ]
        await post(session, "trial", "awards", lines)
        until = datetime.now(UTC) + timedelta(days=2)
        token = await create_token(session, p, Role.ANCHOR, until)
    return Ground(p, investments, token)


_FROM, _TO = AccountKind.RECEIVABLE, AccountKind.AVAILABLE


async def _investments(session: AsyncSession, p: UUID, count: int) -> list[UUID]:
    organization = Organization(partnership_id=p, id=new_id(), name="Fund")
    session.add(organization)
    await session.flush()
    funder = Funder(partnership_id=p, id=new_id(), organization_id=organization.id)
    session.add(funder)
    await session.flush()
    rows = [
        Investment(
            partnership_id=p,
            id=new_id(),
            funder_id=funder.id,
            title=f"Award {n}",
            use=ResourceUse.UNASSIGNED,
            currency="USD",
            source_system="trial",
        )
        for n in range(count)
    ]
    session.add_all(rows)
    await session.flush()
    return [each.id for each in rows]
