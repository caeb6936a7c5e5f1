"""Reads the keys by which a standing is told: one for each row, made of its facts and not of its id."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.standing import StandingInvestment
from models.organizations import Organization, OrganizationIdentifier
from models.outcomes import Indicator, Outcome, Population
from models.partnerships import Area
from models.practices import Finding, Practice
from models.resources import Funder, Investment, Restriction
from models.staffing import StaffPosition


async def read_keys(
    session: AsyncSession, partnership_id: UUID, investments: Iterable[StandingInvestment]
) -> dict[str, str]:
    """Row id -> key, for all that a standing names. Rows whose facts are alike are numbered in their ids' order."""
    named: list[tuple[str, str]] = []
    for model, columns in (
        (Practice, (Practice.name,)),
        (Outcome, (Outcome.name,)),
        (Indicator, (Indicator.code,)),
        (Area, (Area.name,)),
        (Population, (Population.dimension, Population.value)),
        (StaffPosition, (StaffPosition.title,)),
        (Finding, (Finding.source_system, Finding.source_identifier)),
    ):
        rows = await session.execute(select(model.id, *columns).where(model.partnership_id == partnership_id))
        kind = model.__name__.lower()
        named += [(str(row[0]), "|".join((kind, *map(str, row[1:])))) for row in rows]
    named += await _funders(session, partnership_id)
    awards = await _awards(session, partnership_id)
    named += awards
    named += await _restrictions(session, partnership_id, dict(awards))
    known = dict(numbered(named))
    return known | dict(numbered(_lines(investments, known)))


def numbered(named: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """Makes the keys unique: the second of equal ones ends in #2."""
    seen: dict[str, int] = defaultdict(int)
    for row, key in sorted(named):
        seen[key] += 1
        yield row, key if seen[key] == 1 else f"{key}#{seen[key]}"


async def _funders(session: AsyncSession, partnership_id: UUID) -> list[tuple[str, str]]:
    i = OrganizationIdentifier
    rows = await session.execute(
        select(Funder.id, Organization.name, i.scheme, i.value)
        .join(
            Organization,
            (Organization.partnership_id == Funder.partnership_id)
            & (Organization.id == Funder.organization_id),
        )
        .outerjoin(
            i,
            (i.partnership_id == Funder.partnership_id)
            & (i.organization_id == Organization.id)
            & i.preferred,
        )
        .where(Funder.partnership_id == partnership_id)
    )
    return [(str(funder), f"funder|{scheme}|{value}|{name}") for funder, name, scheme, value in rows]


async def _awards(session: AsyncSession, partnership_id: UUID) -> list[tuple[str, str]]:
    i = Investment
    rows = await session.execute(
        select(
            i.id,
            i.source_system,
            i.source_publisher,
            i.source_identifier,
            i.content_sha256,
            i.occurrence,
            i.title,
        ).where(i.partnership_id == partnership_id)
    )
    return [
        (
            str(row),
            f"investment|{system}|{publisher}|{identifier}|{(content or b'').hex()}|{occurrence}|{title}",
        )
        for row, system, publisher, identifier, content, occurrence, title in rows
    ]


async def _restrictions(
    session: AsyncSession, partnership_id: UUID, awards: dict[str, str]
) -> list[tuple[str, str]]:
    r = Restriction
    rows = await session.execute(
        select(r.id, r.investment_id, r.amount, r.use, r.minimum_tier, r.until, r.note).where(
            r.partnership_id == partnership_id
        )
    )
    return [
        (str(row), "|".join(("restriction", awards[str(investment)], *map(str, facts))))
        for row, investment, *facts in rows
    ]


def _lines(investments: Iterable[StandingInvestment], known: dict[str, str]) -> Iterable[tuple[str, str]]:
    for investment in investments:
        for line in investment.lines:
            ends = (line.practice, line.outcome, line.population, line.area, line.position)
            facts = [line.use, str(line.fiscal_year), *(known.get(end or "", "") for end in ends)]
            yield line.id, "|".join(("line", known[investment.id], *facts))
