"""Reads the fiscal agent's agreements, and what its fees and hosting moved in the ledger."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.fees import Agreement, FeeReport, Moved, Movement, fee_report
from allocation.frames.books import When, counted
from allocation.frames.places import read_partnership
from allocation.months import Term
from models import budgets, ledger
from models.ledger import AccountKind
from models.partnerships import AnchorEntity
from models.resources import ResourceUse


async def read_fee_report(
    session: AsyncSession, partnership_id: UUID, period: Term, *, months: int = 1
) -> FeeReport:
    """The fees of a period and the cost of hosting: what was spent on overhead."""
    partnership = await read_partnership(session, partnership_id)
    return fee_report(
        await read_agreements(session, partnership_id),
        await read_moved(session, partnership_id, period),
        period,
        months=months,
        start_month=partnership.fiscal_year_start_month,
    )


async def read_agreements(session: AsyncSession, partnership_id: UUID) -> Sequence[Agreement]:
    """What is agreed with the fiscal agent; the last day of an anchor entity is the one before it ends."""
    a, f = AnchorEntity, budgets.FeeAgreement
    anchors = await session.execute(
        select(a.fee_rate, a.starts_on, a.ends_on).where(
            a.partnership_id == partnership_id, a.fee_rate.is_not(None)
        )
    )
    agreed = await session.execute(select(f).where(f.partnership_id == partnership_id))
    return [
        *(
            Agreement(rate, starts_on=starts_on, ends_on=ends_on and ends_on - timedelta(days=1))
            for rate, starts_on, ends_on in anchors
        ),
        *(
            Agreement(
                row.fee_rate,
                row.monthly,
                row.currency,
                None if row.investment_id is None else str(row.investment_id),
                row.starts_on,
                row.ends_on,
            )
            for row in agreed.scalars()
        ),
    ]


async def read_moved(session: AsyncSession, partnership_id: UUID, period: Term) -> Moved:
    """Cash that came from funders or went back to them, fees that were kept, and what overhead cost."""
    t, a = ledger.Transfer, ledger.Account
    found: dict[str, list[Movement]] = {"CASH": [], "FEE": [], "SPENT": []}
    wanted = a.kind.in_((AccountKind.CASH, AccountKind.FEE)) | (
        (a.kind == AccountKind.SPENT) & (a.use == ResourceUse.OVERHEAD)
    )
    for column, sign in ((t.debit_account_id, -1), (t.credit_account_id, 1)):
        rows = await session.execute(
            select(a.kind, t.investment_id, t.unit, t.amount, t.effective_on)
            .join(a, (a.partnership_id == t.partnership_id) & (a.id == column))
            .where(*counted(partnership_id, When(period.first, period.last)), wanted)
        )
        for kind, investment, unit, amount, on in rows:
            up = -sign if kind is AccountKind.CASH else sign
            found[kind.value].append(Movement(str(investment), unit, up * int(amount), on))
    return Moved(found["CASH"], found["FEE"], found["SPENT"])
