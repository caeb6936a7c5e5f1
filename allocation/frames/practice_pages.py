"""Reads what a practice's page is made of, beside what its evidence rests on."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import func, literal_column, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.evidence.finding import EvidenceError
from allocation.evidence.prices import index_for
from allocation.evidence.tiers import Rationale
from allocation.frames.evidence import Ground
from allocation.frames.figures import newest_rates
from allocation.frames.local_results import read_shown_periods
from allocation.frames.practices import unit_cost
from allocation.practice_facts import Community, FunderDollars, Practice, PracticeEvidence
from allocation.standing import Standing
from allocation.targets import everybody, home_area, targets_of
from models import ledger, measurements, outcomes, practices, resources
from models.organizations import Organization
from models.partnerships import Area
from models.testimony import Testimony

HELD = (ledger.AccountKind.AVAILABLE, ledger.AccountKind.OBLIGATED, ledger.AccountKind.SPENT)


async def read_practice_evidence(
    session: AsyncSession,
    partnership_id: UUID,
    practice_id: UUID,
    *,
    ground: Ground,
    fiscal_year: int | None = None,
) -> PracticeEvidence:
    """All that one practice's page is made of; `ground` is the partnership's.

    Raises EvidenceError where the partnership has no such practice.
    """
    row, aims, testimony_count = await _read_practice(session, partnership_id, practice_id)
    stated = Practice(
        id=str(row.id),
        name=row.name,
        description=row.description,
        aims=frozenset(str(each) for each in aims),
        capacity=row.capacity,
        rationale=Rationale(has_logic_model=row.has_logic_model, is_under_study=row.is_under_study),
        cost=unit_cost(row),
    )
    known, reports = ground.library.of(stated.id), ground.reports.get(stated.id, ())
    local = await read_shown_periods(session, partnership_id, practice_id)
    named = {*stated.aims, *(each.outcome for each in known.findings), *(each.outcome for each in reports)}
    named |= {str(outcome) for _, outcome in local}
    return PracticeEvidence(
        practice=stated,
        community=await read_community(session, partnership_id, ground.people, named),
        known=known,
        index=index_for(row.currency or ground.people.currency, ground.index),
        fiscal_year=fiscal_year,
        reports=reports,
        local={str(outcome): periods for (_, outcome), periods in local.items()},
        dollars=await read_dollars(session, partnership_id, practice_id),
        testimony_count=testimony_count,
    )


async def _read_practice(
    session: AsyncSession, partnership_id: UUID, practice_id: UUID
) -> tuple[practices.Practice, Sequence[UUID], int]:
    """The practice, the outcomes that it aims at, and how much the community says of it."""
    p, aim, t = practices.Practice, practices.PracticeOutcome, Testimony
    aims = select(func.array_agg(aim.outcome_id)).where(
        aim.partnership_id == p.partnership_id, aim.practice_id == p.id
    )
    said = select(func.count()).where(t.partnership_id == p.partnership_id, t.practice_id == p.id)
    query = select(p, aims.scalar_subquery(), said.scalar_subquery()).where(
        p.partnership_id == partnership_id, p.id == practice_id
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise EvidenceError("the partnership has no such practice")
    return row[0], row[1] or (), row[2]


async def read_dollars(
    session: AsyncSession, partnership_id: UUID, practice_id: UUID
) -> Sequence[FunderDollars]:
    """What each funder has on the practice by fiscal year: still available, signed for and spent."""
    a, i, f = ledger.Account, resources.Investment, resources.Funder
    left = func.sum(a.credits_posted - a.debits_posted - a.debits_pending)
    query = (
        select(f.id, Organization.name, a.fiscal_year, a.unit, a.kind, left)
        .join(i, (i.partnership_id == a.partnership_id) & (i.id == a.investment_id))
        .join(f, (f.partnership_id == i.partnership_id) & (f.id == i.funder_id))
        .join(
            Organization,
            (Organization.partnership_id == f.partnership_id) & (Organization.id == f.organization_id),
        )
        .where(a.partnership_id == partnership_id, a.practice_id == practice_id, a.kind.in_(HELD))
        .group_by(f.id, Organization.name, a.fiscal_year, a.unit, a.kind)
    )
    held: dict[tuple[str, str, int | None, str], dict[str, int]] = defaultdict(dict)
    for funder, name, year, unit, kind, amount in await session.execute(query):
        held[str(funder), name, year, unit][kind.value] = int(amount)
    return [
        FunderDollars(
            funder=funder,
            name=name,
            fiscal_year=year,
            currency=unit,
            available=amounts.get("AVAILABLE", 0),
            obligated=amounts.get("OBLIGATED", 0),
            spent=amounts.get("SPENT", 0),
        )
        for (funder, name, year, unit), amounts in held.items()
        if any(amounts.values())
    ]


async def read_community(
    session: AsyncSession, partnership_id: UUID, people: Standing, named: set[str] | None = None
) -> Community:
    """Whom the partnership serves, with the newest disclosed rates on the named outcomes, else on all."""
    figures = await _newest_figures(session, partnership_id, named)
    standing = replace(people, rates=newest_rates(figures))
    home = home_area(standing)
    return Community(
        populations=standing.populations,
        settings=standing.settings,
        outcomes=standing.outcomes,
        targets={(each.outcome, each.population): each for each in targets_of(standing) if each.area == home},
        everybody=everybody(standing),
    )


async def _newest_figures(
    session: AsyncSession, partnership_id: UUID, named: set[str] | None
) -> Sequence[object]:
    """The newest period's disclosed figure of each group on the named outcomes, in areas that lie in no other."""
    m, f, i = measurements.Measurement, measurements.Figure, outcomes.Indicator
    columns = (m.indicator_id, m.area_id, m.population_id, m.period_end)
    query = (
        select(*columns, f.status, f.value, f.numerator, f.denominator, f.size_low)
        .add_columns(literal_column("null").label("indicator_version"))
        .join(f, (f.partnership_id == m.partnership_id) & (f.measurement_id == m.id) & f.is_newest)
        .join(i, (i.partnership_id == m.partnership_id) & (i.id == m.indicator_id))
        .join(Area, (Area.partnership_id == m.partnership_id) & (Area.id == m.area_id))
        .where(m.partnership_id == partnership_id, Area.parent_id.is_(None))
        .ext(distinct_on(m.indicator_id, m.area_id, m.population_id))
        .order_by(m.indicator_id, m.area_id, m.population_id, m.period_end.desc())
    )
    if named is not None:
        query = query.where(i.outcome_id.in_([UUID(each) for each in named]))
    return list((await session.execute(query)).all())
