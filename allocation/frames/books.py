"""Reads the anchor entity's books: the ledger's flows as of a day, balances, and statements of activity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from allocation.activity import Statement, statements_of_activity
from allocation.books import Award, Flow, FundBalance, Side, fund_balances
from models import ledger, resources
from models.partnerships import AnchorEntity

COUNTED = (ledger.Phase.POSTED, ledger.Phase.POST)
CURRENCY = "^[A-Z]{3}$"
Debit, Credit = aliased(ledger.Account), aliased(ledger.Account)


@dataclass(frozen=True)
class When:
    """Which transfers count: effective within the days (both included; None: open), and recorded by a moment.

    Without `recorded_by` all that is known today counts, corrections of earlier days too.
    """

    first: date | None = None
    last: date | None = None
    recorded_by: datetime | None = None


async def read_fund_balances(
    session: AsyncSession, partnership_id: UUID, as_of: date, *, recorded_by: datetime | None = None
) -> Sequence[FundBalance]:
    """The anchor entity's balances by use, restriction and currency at the end of a day."""
    flows = await read_flows(session, partnership_id, When(last=as_of, recorded_by=recorded_by))
    return fund_balances(flows, await read_anchor_awards(session, partnership_id))


async def read_statements(
    session: AsyncSession, partnership_id: UUID, period: tuple[date, date]
) -> Sequence[Statement]:
    """The anchor entity's statements of activity for a period, both days included: one a currency."""
    first, last = period
    awards = await read_anchor_awards(session, partnership_id)
    before = await read_flows(session, partnership_id, When(last=first - timedelta(days=1)))
    during = await read_flows(session, partnership_id, When(first, last))
    return statements_of_activity(before, during, awards, period)


async def read_flows(session: AsyncSession, partnership_id: UUID, when: When) -> Sequence[Flow]:
    """The sums of like transfers of money, pending ones left out; gifts in kind are no money."""
    rows = await session.execute(_flows(partnership_id, when))
    return [
        Flow(
            str(row.investment_id),
            row.unit,
            row.kind.value,
            Side(row.debit_kind.value, _value(row.debit_use), _text(row.debit_position)),
            Side(row.credit_kind.value, _value(row.credit_use), _text(row.credit_position)),
            int(row.amount),
        )
        for row in rows
    ]


def _flows(partnership_id: UUID, when: When) -> Select[*tuple[Any, ...]]:  # Any: the columns are named here
    t = ledger.Transfer
    keys = (
        t.investment_id,
        t.unit,
        t.kind,
        Debit.kind.label("debit_kind"),
        Debit.use.label("debit_use"),
        Debit.position_id.label("debit_position"),
        Credit.kind.label("credit_kind"),
        Credit.use.label("credit_use"),
        Credit.position_id.label("credit_position"),
    )
    return (
        select(*keys, func.sum(t.amount).label("amount"))
        .join(Debit, and_(Debit.partnership_id == t.partnership_id, Debit.id == t.debit_account_id))
        .join(Credit, and_(Credit.partnership_id == t.partnership_id, Credit.id == t.credit_account_id))
        .where(*counted(partnership_id, when))
        .group_by(*keys)
    )


def counted(partnership_id: UUID, when: When) -> Sequence[ColumnElement[bool]]:
    """The conditions on transfers of money that count."""
    t = ledger.Transfer
    conditions = [
        t.partnership_id == partnership_id,
        t.phase.in_(COUNTED),
        t.investment_id.is_not(None),
        t.unit.regexp_match(CURRENCY),
    ]
    if when.first is not None:
        conditions.append(t.effective_on >= when.first)
    if when.last is not None:
        conditions.append(t.effective_on <= when.last)
    if when.recorded_by is not None:
        conditions.append(t.recorded_at <= when.recorded_by)
    return conditions


async def read_anchor_awards(session: AsyncSession, partnership_id: UUID) -> Mapping[str, Award]:
    """The investments that pass through the anchor entity: as recipient, as fiscal agent, or with neither named.

    A restriction ties dollars where it names a purpose, a place, a group, a year, a tier or a day; a bare bar on
    lobbying, which the law sets for a charity's funders anyway, ties none.
    """
    i, r = resources.Investment, resources.Restriction
    anchors = select(AnchorEntity.organization_id).where(AnchorEntity.partnership_id == partnership_id)
    tied = await session.execute(
        select(
            r.investment_id,
            func.sum(r.amount),
            func.bool_or(r.amount.is_(None)),
        )
        .where(r.partnership_id == partnership_id, _is_tied())
        .group_by(r.investment_id)
    )
    restricted: dict[UUID, int | None] = {
        investment: None if is_whole else int(amount) for investment, amount, is_whole in tied
    }
    rows = await session.execute(
        select(i.id, i.funder_id, i.use).where(
            i.partnership_id == partnership_id,
            or_(
                i.recipient_id.in_(anchors),
                i.fiscal_agent_id.in_(anchors),
                and_(i.recipient_id.is_(None), i.fiscal_agent_id.is_(None)),
            ),
        )
    )
    return {
        str(investment): Award(str(investment), str(funder), use.value, restricted.get(investment, 0))
        for investment, funder, use in rows
    }


def _is_tied() -> ColumnElement[bool]:
    r, term = resources.Restriction, resources.RestrictionTerm
    has_terms = exists().where(term.partnership_id == r.partnership_id, term.restriction_id == r.id)
    return or_(r.use.is_not(None), r.minimum_tier.is_not(None), r.until.is_not(None), has_terms)


async def read_awarded(session: AsyncSession, partnership_id: UUID) -> Mapping[str, int]:
    """What each investment has been awarded, in minor units of its currency: what its funder has promised or paid."""
    a = ledger.Account
    held = (ledger.AccountKind.RECEIVABLE, ledger.AccountKind.CASH, ledger.AccountKind.PAID)
    return await _debits(session, partnership_id, a.kind.in_(held))


async def read_yet_to_come(session: AsyncSession, partnership_id: UUID) -> Mapping[str, int]:
    """What each investment's funder has promised and not paid yet, in minor units of its currency."""
    return await _debits(session, partnership_id, ledger.Account.kind == ledger.AccountKind.RECEIVABLE)


async def _debits(
    session: AsyncSession, partnership_id: UUID, condition: ColumnElement[bool]
) -> Mapping[str, int]:
    a = ledger.Account
    rows = await session.execute(
        select(a.investment_id, func.sum(a.debits_posted - a.credits_posted))
        .where(
            a.partnership_id == partnership_id,
            a.investment_id.is_not(None),
            a.unit.regexp_match(CURRENCY),
            condition,
        )
        .group_by(a.investment_id)
    )
    return {str(investment): int(amount) for investment, amount in rows}


def _value(use: resources.ResourceUse | None) -> str | None:
    return None if use is None else use.value


def _text(row_id: UUID | None) -> str | None:
    return None if row_id is None else str(row_id)
