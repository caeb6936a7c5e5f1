"""Reads what a practice's page is made of, and keeps what findings say while they stay the same."""

from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, literal_column, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.evidence.finding import EvidenceError
from allocation.evidence.prices import index_for
from allocation.evidence.tiers import InterventionReport, Rationale
from allocation.frames.local_results import read_shown_periods
from allocation.frames.people import read_people
from allocation.frames.places import read_partnership
from allocation.frames.practices import read_findings, read_own_index, unit_cost
from allocation.library import Library
from allocation.practice_facts import Community, FunderDollars, Practice, PracticeEvidence
from allocation.targets import everybody, home_area, targets_of
from models import ledger, measurements, outcomes, practices, resources
from models.organizations import Organization
from models.partnerships import Area, Partnership
from models.testimony import Testimony

Stamp = tuple[int, ...]
SHELVED = 32  # partnerships; a library of 7,000 findings takes some ten megabytes
COUNTED = "(select count(*) as rows, coalesce(sum(xmin::text::bigint), 0) as writes from"
STAMP = text(
    f"select f.rows, f.writes, l.rows, l.writes, p.rows, p.writes "  # noqa: S608 - nothing of a caller's
    f"from {COUNTED} finding where partnership_id = :partnership) f, "
    f"{COUNTED} finding_population where partnership_id = :partnership) l, "
    f"{COUNTED} practice where partnership_id = :partnership) p"
)
HELD = (ledger.AccountKind.AVAILABLE, ledger.AccountKind.OBLIGATED, ledger.AccountKind.SPENT)


class FindingsShelf:
    """The libraries of the partnerships that were asked for last, each until one of its findings changes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[UUID, tuple[Stamp, Library]] = OrderedDict()

    async def of(self, session: AsyncSession, partnership_id: UUID) -> Library:
        """From the shelf where the findings are those that it was made of."""
        stamp = await _stamp(session, partnership_id)
        kept = self._kept.get(partnership_id)
        if kept is None or kept[0] != stamp:
            kept = stamp, Library(await read_findings(session, partnership_id))
            self._kept[partnership_id] = kept
        self._kept.move_to_end(partnership_id)
        while len(self._kept) > SHELVED:
            self._kept.popitem(last=False)
        return kept[1]


async def _stamp(session: AsyncSession, partnership_id: UUID) -> Stamp:
    """How many findings, links to groups and practices there are, and the sums of what wrote each.

    A sum, not the newest: a transaction that began earlier may commit later.
    """
    row = (await session.execute(STAMP, {"partnership": partnership_id})).one()
    return tuple(int(each) for each in row)


async def read_practice_evidence(
    session: AsyncSession,
    partnership_id: UUID,
    practice_id: UUID,
    *,
    library: Library,
    fiscal_year: int | None = None,
) -> PracticeEvidence:
    """All that one practice's page is made of; `library` is the partnership's.

    Raises EvidenceError where the partnership has no such practice.
    """
    p = practices.Practice
    row = (
        await session.execute(select(p).where(p.partnership_id == partnership_id, p.id == practice_id))
    ).scalar_one_or_none()
    if row is None:
        raise EvidenceError("the partnership has no such practice")
    link = practices.PracticeOutcome
    aims = await session.execute(
        select(link.outcome_id).where(link.partnership_id == partnership_id, link.practice_id == practice_id)
    )
    stated = Practice(
        id=str(row.id),
        name=row.name,
        description=row.description,
        aims=frozenset(str(each) for each in aims.scalars()),
        capacity=row.capacity,
        rationale=Rationale(has_logic_model=row.has_logic_model, is_under_study=row.is_under_study),
        cost=unit_cost(row),
    )
    partnership = await read_partnership(session, partnership_id)
    own = await read_own_index(session, partnership_id)
    known = library.of(stated.id)
    reports = (await read_reports(session, partnership_id, practice_id)).get(stated.id, ())
    local = await read_shown_periods(session, partnership_id, practice_id)
    named = {*stated.aims, *(each.outcome for each in known.findings), *(each.outcome for each in reports)}
    return PracticeEvidence(
        practice=stated,
        community=await read_community(session, partnership, named | {str(outcome) for _, outcome in local}),
        known=known,
        index=index_for(row.currency or partnership.currency, own),
        fiscal_year=fiscal_year,
        reports=reports,
        local={str(outcome): periods for (_, outcome), periods in local.items()},
        dollars=await read_dollars(session, partnership_id, practice_id),
        testimony_count=await _count_testimony(session, partnership_id, practice_id),
    )


async def _count_testimony(session: AsyncSession, partnership_id: UUID, practice_id: UUID) -> int:
    t = Testimony
    query = select(func.count()).select_from(t)
    found = await session.execute(
        query.where(t.partnership_id == partnership_id, t.practice_id == practice_id)
    )
    return int(found.scalar_one())


async def read_reports(
    session: AsyncSession, partnership_id: UUID, practice_id: UUID | None = None
) -> Mapping[str, Sequence[InterventionReport]]:
    """The rated intervention reports on our outcomes, by practice."""
    r = practices.InterventionReport
    query = select(r.practice_id, r.outcome_id, r.rating).where(
        r.partnership_id == partnership_id, r.outcome_id.is_not(None), r.rating.is_not(None)
    )
    if practice_id is not None:
        query = query.where(r.practice_id == practice_id)
    found: dict[str, list[InterventionReport]] = defaultdict(list)
    for practice, outcome, rating in await session.execute(query.order_by(r.source_identifier)):
        found[str(practice)].append(InterventionReport(outcome=str(outcome), rating=rating or ""))
    return found


async def read_rationales(session: AsyncSession, partnership_id: UUID) -> Mapping[str, Rationale]:
    """What is recorded of each practice beside findings."""
    p = practices.Practice
    rows = await session.execute(
        select(p.id, p.has_logic_model, p.is_under_study).where(p.partnership_id == partnership_id)
    )
    return {
        str(practice): Rationale(has_logic_model=model, is_under_study=study)
        for practice, model, study in rows
    }


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
    session: AsyncSession, partnership: Partnership, named: set[str] | None = None
) -> Community:
    """Whom the partnership serves, with the newest disclosed rates on the named outcomes, else on all."""
    standing = await read_people(session, partnership, await _newest_figures(session, partnership.id, named))
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
