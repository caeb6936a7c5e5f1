"""Reads the investments: where their dollars sit by the ledger, and what their donors allow."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.standing import StandingInvestment, StandingLine, StandingPay, StandingRestriction
from models import ledger, resources, staffing
from models.organizations import Organization

LINE = (
    "investment_id",
    "use",
    "practice_id",
    "outcome_id",
    "population_id",
    "area_id",
    "position_id",
    "fiscal_year",
)
COUNTS = ("id", "kind", "version", "credits_posted", "debits_posted", "debits_pending")
Key = tuple[object, ...]
HELD = (ledger.AccountKind.AVAILABLE, ledger.AccountKind.OBLIGATED, ledger.AccountKind.SPENT)


async def read_investments(session: AsyncSession, partnership_id: UUID) -> Sequence[StandingInvestment]:
    """The investments with dollars available, obligated or spent, their lines and restrictions."""
    i, funder = resources.Investment, resources.Funder
    lines = await _read_lines(session, partnership_id)
    restrictions = await _read_restrictions(session, partnership_id)
    pays = await _read_pays(session, partnership_id)
    rows = await session.execute(
        select(i.id, i.title, i.funder_id, Organization.name, i.currency, i.use, i.starts_on, i.ends_on)
        .join(funder, (funder.partnership_id == i.partnership_id) & (funder.id == i.funder_id))
        .join(
            Organization,
            (Organization.partnership_id == funder.partnership_id)
            & (Organization.id == funder.organization_id),
        )
        .where(i.partnership_id == partnership_id)
    )
    return [
        StandingInvestment(
            str(row_id),
            title,
            str(giver),
            name,
            currency,
            use.value,
            starts_on,
            ends_on,
            tuple(lines[row_id]),
            tuple(restrictions.get(row_id, ())),
            tuple(pays.get(row_id, ())),
        )
        for row_id, title, giver, name, currency, use, starts_on, ends_on in rows
        if row_id in lines
    ]


async def _read_pays(session: AsyncSession, partnership_id: UUID) -> dict[UUID, list[StandingPay]]:
    """What awards pay key roles for certain, in the order of the terms and amounts."""
    f, position = staffing.StaffFunding, staffing.StaffPosition
    i = resources.Investment
    rows = await session.execute(
        select(f.investment_id, f.starts_on, f.ends_on, f.monthly)
        .join(position, (position.partnership_id == f.partnership_id) & (position.id == f.position_id))
        .join(i, (i.partnership_id == f.partnership_id) & (i.id == f.investment_id))
        .where(
            f.partnership_id == partnership_id,
            f.withdrawn_at.is_(None),
            f.is_certain,
            f.currency == i.currency,
            position.role != staffing.KeyRole.OTHER,
        )
        .order_by(f.starts_on, f.ends_on, f.monthly)
    )
    found: dict[UUID, list[StandingPay]] = defaultdict(list)
    for investment_id, starts_on, ends_on, monthly in rows:
        assert investment_id is not None  # noqa: S101 - the query joined its investment
        found[investment_id].append(StandingPay(starts_on, ends_on, monthly))
    return found


async def _read_lines(session: AsyncSession, partnership_id: UUID) -> dict[UUID, list[StandingLine]]:
    a = ledger.Account
    rows = await session.execute(
        select(*(getattr(a, name) for name in (*LINE, *COUNTS))).where(
            a.partnership_id == partnership_id,
            a.kind.in_(HELD),
            a.investment_id.is_not(None),
            a.credits_posted > a.debits_posted,
        )
    )
    held: dict[Key, dict[str, RowMapping]] = defaultdict(dict)
    for account in rows.mappings():
        held[tuple(account[name] for name in LINE)][account["kind"].value] = account
    lines: dict[UUID, list[StandingLine]] = defaultdict(list)
    for accounts in held.values():
        first = next(accounts[kind.value] for kind in HELD if kind.value in accounts)
        lines[first["investment_id"]].append(_line(first, accounts))
    return lines


def _line(first: RowMapping, accounts: dict[str, RowMapping]) -> StandingLine:
    def left(kind: str) -> int:
        account = accounts.get(kind)
        if account is None:
            return 0
        return int(account["credits_posted"] - account["debits_posted"] - account["debits_pending"])

    def named(end: str) -> str | None:
        row_id = first[f"{end}_id"]
        return None if row_id is None else str(row_id)

    return StandingLine(
        id=str(first["id"]),
        use=first["use"].value if first["use"] else "UNASSIGNED",
        practice=named("practice"),
        outcome=named("outcome"),
        population=named("population"),
        area=named("area"),
        position=named("position"),
        fiscal_year=first["fiscal_year"],
        available=left("AVAILABLE"),
        obligated=left("OBLIGATED"),
        spent=left("SPENT"),
        version=first["version"] if "AVAILABLE" in accounts else 0,
        account=str(first["id"]),
    )


TERMS = """
select r.id, r.investment_id, r.amount, r.use, r.minimum_tier, r.until, r.note,
  t.outcomes, t.practices, t.populations, t.areas, t.years
from restriction r left join (
  select restriction_id,
    string_agg(outcome_id::text, ',' order by outcome_id) as outcomes,
    string_agg(practice_id::text, ',' order by practice_id) as practices,
    string_agg(population_id::text, ',' order by population_id) as populations,
    string_agg(area_id::text, ',' order by area_id) as areas,
    array_agg(fiscal_year) filter (where fiscal_year is not null) as years
  from restriction_term where partnership_id = :p group by restriction_id) t on t.restriction_id = r.id
where r.partnership_id = :p
"""


async def _read_restrictions(
    session: AsyncSession, partnership_id: UUID
) -> dict[UUID, list[StandingRestriction]]:
    """Lists that are alike are one object: thousands of awards bear the same ones."""
    found: dict[UUID, list[StandingRestriction]] = defaultdict(list)
    alike: dict[str | None, frozenset[str]] = {None: frozenset()}

    def members(listed: str | None) -> frozenset[str]:
        if listed is not None and listed not in alike:
            alike[listed] = frozenset(listed.split(","))
        return alike[listed]

    for row in await session.execute(text(TERMS), {"p": partnership_id}):
        row_id, investment_id, amount, use, minimum_tier, until, note, *lists, years = row
        outcomes, practices, populations, areas = map(members, lists)
        found[investment_id].append(
            StandingRestriction(
                str(row_id),
                amount,
                outcomes,
                practices,
                populations,
                areas,
                frozenset(years or ()),
                use,
                minimum_tier,
                until,
                note,
            )
        )
    return found
