"""Reads the staff: positions with their costs, who pays for them, and what awards come up for renewal."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.exposure import lines_at_risk
from allocation.frames.books import read_awarded, read_yet_to_come
from allocation.frames.places import read_partnership
from allocation.frames.standing import read_standing
from allocation.ledger import any_of
from allocation.losses import FunderLoss, Loss, StaffAndLines, simulate_loss
from allocation.positions import BEGINNING, CostStep, Funding, Position
from allocation.renewals import AwardTerms, RenewalDue, renewals_due
from allocation.staffing import StaffingOutlook, outlook
from models import obligations, resources, staffing
from models.in_kind import InKindResource
from models.obligations import InvestmentLink, LinkKind

Payers = Mapping[UUID, tuple[str, Decimal | None]]
"""The organization that gives an investment, and the chance of its renewal, by investment."""


async def read_outlook(
    session: AsyncSession, partnership_id: UUID, as_of: date, *, months: int | None = None
) -> StaffingOutlook:
    """The staff's outlook in the partnership's currency."""
    partnership = await read_partnership(session, partnership_id)
    return outlook(
        await read_positions(session, partnership_id),
        await read_fundings(session, partnership_id),
        as_of,
        months=months,
        currency=partnership.currency,
    )


async def read_loss(session: AsyncSession, partnership_id: UUID, loss: Loss, as_of: date) -> FunderLoss:
    """What a loss takes. `loss.payers` are ids of organizations (see `read_organizations`)."""
    return (await read_losses(session, partnership_id, [loss], as_of))[0]


async def read_losses(
    session: AsyncSession, partnership_id: UUID, losses: Sequence[Loss], as_of: date
) -> Sequence[FunderLoss]:
    """What each of several losses takes, each alone; everything is read once."""
    standing = await read_staff_and_lines(session, partnership_id)
    before = outlook(standing.positions, standing.fundings, as_of, currency=standing.currency)
    return [simulate_loss(standing, loss, before) for loss in losses]


async def read_staff_and_lines(session: AsyncSession, partnership_id: UUID) -> StaffAndLines:
    """Everything from which losses are reckoned."""
    standing = await read_standing(session, partnership_id)
    return StaffAndLines(
        positions=await read_positions(session, partnership_id),
        fundings=await read_fundings(session, partnership_id),
        lines=lines_at_risk(standing, await read_organizations(session, partnership_id)),
        currency=standing.currency,
        fiscal_year_start_month=standing.fiscal_year_start_month,
        yet_to_come=await read_yet_to_come(session, partnership_id),
    )


async def read_organizations(session: AsyncSession, partnership_id: UUID) -> Mapping[str, str]:
    """The organization of each funder, by row id."""
    f = resources.Funder
    rows = await session.execute(select(f.id, f.organization_id).where(f.partnership_id == partnership_id))
    return {str(funder): str(organization) for funder, organization in rows}


async def read_positions(session: AsyncSession, partnership_id: UUID) -> Sequence[Position]:
    """The positions by title. Raises follow the yearly cost of the position's own row, which holds before them."""
    c, p = staffing.PositionCost, staffing.StaffPosition
    steps: dict[UUID, list[CostStep]] = defaultdict(list)
    costs = select(c.position_id, c.from_on, c.annual_pay, c.benefit_rate).where(
        c.partnership_id == partnership_id
    )
    for position_id, from_on, pay, rate in await session.execute(costs.order_by(c.from_on)):
        steps[position_id].append(CostStep(from_on, pay, rate))
    columns = (p.id, p.title, p.role, p.full_time_equivalent, p.annual_cost, p.currency, p.provision)
    query = select(*columns, p.starts_on, p.ends_on).where(p.partnership_id == partnership_id)
    rows = await session.execute(query.order_by(p.title))
    return [_position(row, steps[row.id]) for row in rows]


def _position(row: Row[*tuple[Any, ...]], raises: Sequence[CostStep]) -> Position:
    begins_with_a_raise = bool(raises) and raises[0].from_on <= BEGINNING
    first = [] if row.annual_cost is None or begins_with_a_raise else [CostStep(BEGINNING, row.annual_cost)]
    return Position(
        id=str(row.id),
        title=row.title,
        role=row.role.value,
        full_time_equivalent=row.full_time_equivalent,
        costs=(*first, *raises),
        currency=row.currency,
        provision=row.provision.value,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
    )


async def read_fundings(session: AsyncSession, partnership_id: UUID) -> Sequence[Funding]:
    """Who pays for the positions, what was taken back left out.

    The payer is the award's funder or the gift's donor, as an organization.
    An uncertain funding has the chance of its award's renewal.
    """
    s = staffing.StaffFunding
    columns = (s.id, s.position_id, s.investment_id, s.in_kind_id, s.monthly, s.currency)
    found = await session.execute(
        select(*columns, s.starts_on, s.ends_on, s.is_certain, s.is_recurring)
        .where(s.partnership_id == partnership_id, s.withdrawn_at.is_(None))
        .order_by(s.starts_on, s.id)
    )
    rows = found.all()
    payers = await _payers(session, partnership_id, [row.investment_id for row in rows if row.investment_id])
    donors = await _donors(session, partnership_id, [row.in_kind_id for row in rows if row.in_kind_id])
    return [_funding(row, payers, donors) for row in rows]


def _funding(row: Row[*tuple[Any, ...]], payers: Payers, donors: Mapping[UUID, UUID]) -> Funding:
    funder, chance = payers.get(row.investment_id, (None, None)) if row.investment_id else (None, None)
    donor = donors.get(row.in_kind_id) if row.in_kind_id else None
    return Funding(
        id=str(row.id),
        position=str(row.position_id),
        monthly=row.monthly,
        currency=row.currency,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        payer=funder or _text(donor),
        investment=_text(row.investment_id),
        in_kind=_text(row.in_kind_id),
        certain=row.is_certain,
        recurring=row.is_recurring,
        probability=None if row.is_certain else chance,
    )


async def _payers(session: AsyncSession, partnership_id: UUID, investments: Sequence[UUID]) -> Payers:
    """The funder's organization of each investment, and the chance of its renewal.

    Ids are named, not joined: the planner then needs no statistics to find them by their keys.
    """
    i, n = resources.Investment, obligations.Renewal
    organizations = await read_organizations(session, partnership_id)
    wanted = set(investments)
    rows = await session.execute(
        select(i.id, i.funder_id, i.renewal_probability).where(
            i.partnership_id == partnership_id, i.id == any_of(wanted)
        )
    )
    renewals = await session.execute(
        select(n.investment_id, n.probability).where(
            n.partnership_id == partnership_id, n.investment_id == any_of(wanted)
        )
    )
    chances = {investment: chance for investment, chance in renewals if chance is not None}
    return {
        investment: (organizations[str(funder)], chances.get(investment, chance))
        for investment, funder, chance in rows
    }


async def _donors(session: AsyncSession, partnership_id: UUID, gifts: Sequence[UUID]) -> Mapping[UUID, UUID]:
    k = InKindResource
    rows = await session.execute(
        select(k.id, k.donor_id).where(k.partnership_id == partnership_id, k.id == any_of(set(gifts)))
    )
    return {gift: donor for gift, donor in rows}  # noqa: C416 - a dict of rows does not type


async def read_renewals(
    session: AsyncSession, partnership_id: UUID, as_of: date, *, within_days: int = 180
) -> Sequence[RenewalDue]:
    """The renewals due within so many days, with what hangs on each."""
    i, n, link = resources.Investment, obligations.Renewal, InvestmentLink
    query = (
        select(i, n.due_on, n.probability, n.owner_name)
        .outerjoin(n, (n.partnership_id == i.partnership_id) & (n.investment_id == i.id))
        .where(i.partnership_id == partnership_id, i.ends_on.is_not(None) | n.due_on.is_not(None))
    )
    followed = await session.execute(
        select(link.other_id).where(link.partnership_id == partnership_id, link.kind == LinkKind.RENEWAL_OF)
    )
    renewed = set(followed.scalars())
    committed = await read_awarded(session, partnership_id)
    awards = [
        _terms(row, (due_on, probability, owner), committed.get(str(row.id), 0), row.id in renewed)
        for row, due_on, probability, owner in (await session.execute(query))
    ]
    fundings = await read_fundings(session, partnership_id)
    return renewals_due(awards, fundings, as_of, within_days=within_days)


def _terms(
    row: resources.Investment,
    renewal: tuple[date | None, Decimal | None, str | None],
    committed: int,
    is_renewed: bool,
) -> AwardTerms:
    due_on, probability, owner = renewal
    return AwardTerms(
        investment=str(row.id),
        title=row.title,
        funder=str(row.funder_id),
        currency=row.currency,
        committed=committed,
        ends_on=row.ends_on,
        renewal_due_on=due_on,
        probability=row.renewal_probability if probability is None else probability,
        owner_name=owner,
        is_renewed=is_renewed,
    )


def _text(row_id: UUID | None) -> str | None:
    return None if row_id is None else str(row_id)
