"""Reads what is owed to funders, the sub-grants with their reports, gifts in kind and the match they count for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.books import PURPOSES, Flow, balance_of
from allocation.frames.books import When, read_awarded, read_flows
from allocation.matching import CashMatch, Gift, MatchPosition, Requirement, match_positions
from allocation.obligations import Obligation, SubGrant
from models import matches, obligations, resources
from models.in_kind import InKindResource
from models.obligations import InvestmentLink, LinkKind
from models.organizations import Organization
from models.partnerships import AnchorEntity

Links = Mapping[str, Sequence[str]]


async def read_obligations(session: AsyncSession, partnership_id: UUID) -> Sequence[Obligation]:
    """Everything owed under the investments, the earliest first."""
    o = obligations.Obligation
    rows = await session.execute(
        select(o).where(o.partnership_id == partnership_id).order_by(o.due_on, o.title, o.id)
    )
    return [
        Obligation(str(row.id), row.kind.value, row.title, row.due_on, str(row.investment_id), row.done_on)
        for row in rows.scalars()
    ]


async def read_sub_grants(session: AsyncSession, partnership_id: UUID, as_of: date) -> Sequence[SubGrant]:
    """What is paid on to others, by title, with what had left for them by a day and their reports.

    An investment is a sub-grant where another pays it, or where the anchor entity gives it to somebody else.
    """
    sources = await _links(session, partnership_id, LinkKind.FUNDED_FROM)
    reports: dict[str, list[Obligation]] = defaultdict(list)
    for each in await read_obligations(session, partnership_id):
        if each.kind == obligations.ObligationKind.REPORT.value:
            reports[each.investment].append(each)
    flows: dict[str, list[Flow]] = defaultdict(list)
    for flow in await read_flows(session, partnership_id, When(last=as_of)):
        flows[flow.investment].append(flow)
    rows = await session.execute(_sub_grants(partnership_id, [UUID(each) for each in sources]))
    return [
        SubGrant(
            investment=str(row_id),
            title=title,
            recipient=recipient,
            currency=currency,
            committed=sum(balance_of(flows[str(row_id)], account) for account in PURPOSES),
            paid=max(-balance_of(flows[str(row_id)], "PAID"), balance_of(flows[str(row_id)], "SPENT")),
            funded_from=sources.get(str(row_id), ()),
            reports=reports[str(row_id)],
        )
        for row_id, title, currency, recipient in rows
        if flows[str(row_id)]
    ]


def _sub_grants(partnership_id: UUID, linked: Sequence[UUID]) -> Select[UUID, str, str, str]:
    i, f, a = resources.Investment, resources.Funder, AnchorEntity
    anchors = select(a.organization_id).where(a.partnership_id == partnership_id)
    given_on = and_(
        f.organization_id.in_(anchors), i.recipient_id.is_not(None), i.recipient_id.not_in(anchors)
    )
    return (
        select(i.id, i.title, i.currency, Organization.name)
        .join(f, and_(f.partnership_id == i.partnership_id, f.id == i.funder_id))
        .outerjoin(
            Organization,
            and_(Organization.partnership_id == i.partnership_id, Organization.id == i.recipient_id),
        )
        .where(i.partnership_id == partnership_id, or_(i.id.in_(linked), given_on))
        .order_by(i.title, i.id)
    )


async def read_gifts(session: AsyncSession, partnership_id: UUID) -> Sequence[Gift]:
    """The gifts in kind, each with the awards that it is counted as match for."""
    k, m = InKindResource, matches.InKindMatch
    counted: dict[UUID, list[str]] = defaultdict(list)
    links = await session.execute(
        select(m.in_kind_id, m.investment_id)
        .where(m.partnership_id == partnership_id)
        .order_by(m.investment_id)
    )
    for gift, investment in links:
        counted[gift].append(str(investment))
    rows = await session.execute(
        select(k).where(k.partnership_id == partnership_id).order_by(k.description, k.id)
    )
    return [
        Gift(
            id=str(row.id),
            kind=row.kind.value,
            quantity=row.quantity,
            unit=row.unit.value,
            donor=str(row.donor_id),
            description=row.description,
            unit_rate=row.unit_rate,
            currency=row.currency,
            method=row.method,
            rate_source=row.rate_source,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            counted_for=tuple(counted[row.id]),
        )
        for row in rows.scalars()
    ]


async def read_match_positions(session: AsyncSession, partnership_id: UUID) -> Sequence[MatchPosition]:
    """What each investment's match requirement has secured, and what is counted wrongly for it."""
    r, i = matches.MatchRequirement, resources.Investment
    rows = await session.execute(
        select(r, i.currency)
        .join(i, (i.partnership_id == r.partnership_id) & (i.id == r.investment_id))
        .where(r.partnership_id == partnership_id)
        .order_by(i.title, r.id)
    )
    requirements = [
        Requirement(str(row.investment_id), row.required, currency, row.in_kind_counts, row.due_on)
        for row, currency in rows
    ]
    gifts = await read_gifts(session, partnership_id)
    return match_positions(requirements, gifts, await _cash(session, partnership_id))


async def _cash(session: AsyncSession, partnership_id: UUID) -> Sequence[CashMatch]:
    i = resources.Investment
    counted = await _links(session, partnership_id, LinkKind.MATCH_FOR)
    awarded = await read_awarded(session, partnership_id)
    rows = await session.execute(
        select(i.id, i.currency).where(
            i.partnership_id == partnership_id, i.id.in_([UUID(each) for each in counted])
        )
    )
    return [
        CashMatch(str(row_id), awarded.get(str(row_id), 0), currency, tuple(counted[str(row_id)]))
        for row_id, currency in rows
    ]


async def _links(session: AsyncSession, partnership_id: UUID, kind: LinkKind) -> Links:
    """The others that each investment is tied to in this way, by id."""
    link = InvestmentLink
    found: dict[str, list[str]] = defaultdict(list)
    rows = await session.execute(
        select(link.investment_id, link.other_id)
        .where(link.partnership_id == partnership_id, link.kind == kind)
        .order_by(link.other_id)
    )
    for investment, other in rows:
        found[str(investment)].append(str(other))
    return found
