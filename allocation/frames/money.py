"""Reads the investments: where their dollars sit by the ledger, and what their donors allow."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.standing import StandingInvestment, StandingLine, StandingRestriction
from models import ledger, resources
from models.organizations import Organization

LineKey = tuple[
    UUID | None,
    resources.ResourceUse | None,
    UUID | None,
    UUID | None,
    UUID | None,
    UUID | None,
    UUID | None,
    int | None,
]
HELD = (ledger.AccountKind.AVAILABLE, ledger.AccountKind.OBLIGATED, ledger.AccountKind.SPENT)


async def read_investments(session: AsyncSession, partnership_id: UUID) -> Sequence[StandingInvestment]:
    """The investments with dollars available, obligated or spent, their lines and restrictions."""
    i, funder = resources.Investment, resources.Funder
    lines = await _read_lines(session, partnership_id)
    restrictions = await _read_restrictions(session, partnership_id)
    rows = await session.execute(
        select(i, Organization.name)
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
            str(each.id),
            each.title,
            str(each.funder_id),
            name,
            each.currency,
            each.use.value,
            each.starts_on,
            each.ends_on,
            tuple(lines[each.id]),
            tuple(restrictions.get(each.id, ())),
        )
        for each, name in rows
        if each.id in lines
    ]


async def _read_lines(session: AsyncSession, partnership_id: UUID) -> dict[UUID, list[StandingLine]]:
    a = ledger.Account
    rows = await session.execute(
        select(a).where(
            a.partnership_id == partnership_id,
            a.kind.in_(HELD),
            a.investment_id.is_not(None),
            a.credits_posted > a.debits_posted,
        )
    )
    held: dict[LineKey, dict[str, ledger.Account]] = defaultdict(dict)
    for account in rows.scalars():
        key: LineKey = (
            account.investment_id,
            account.use,
            account.practice_id,
            account.outcome_id,
            account.population_id,
            account.area_id,
            account.position_id,
            account.fiscal_year,
        )
        held[key][account.kind.value] = account
    lines: dict[UUID, list[StandingLine]] = defaultdict(list)
    for key, accounts in held.items():
        assert key[0] is not None  # noqa: S101 - the query asked for investments' accounts
        lines[key[0]].append(_line(key, accounts))
    return lines


def _line(key: LineKey, accounts: dict[str, ledger.Account]) -> StandingLine:
    def left(kind: str) -> int:
        account = accounts.get(kind)
        return account.credits_posted - account.debits_posted - account.debits_pending if account else 0

    def named(row_id: UUID | None) -> str | None:
        return None if row_id is None else str(row_id)

    first = next(accounts[kind.value] for kind in HELD if kind.value in accounts)
    _, use, practice, outcome, population, area, position, fiscal_year = key
    return StandingLine(
        id=str(first.id),
        use=use.value if use else "UNASSIGNED",
        practice=named(practice),
        outcome=named(outcome),
        population=named(population),
        area=named(area),
        position=named(position),
        fiscal_year=fiscal_year,
        available=left("AVAILABLE"),
        obligated=left("OBLIGATED"),
        spent=left("SPENT"),
        version=first.version if "AVAILABLE" in accounts else 0,
        account=str(first.id),
    )


async def _read_restrictions(
    session: AsyncSession, partnership_id: UUID
) -> dict[UUID, list[StandingRestriction]]:
    terms: dict[UUID, list[resources.RestrictionTerm]] = defaultdict(list)
    for term in (
        await session.execute(
            select(resources.RestrictionTerm).where(
                resources.RestrictionTerm.partnership_id == partnership_id
            )
        )
    ).scalars():
        terms[term.restriction_id].append(term)
    rows = await session.execute(
        select(resources.Restriction).where(resources.Restriction.partnership_id == partnership_id)
    )
    found: dict[UUID, list[StandingRestriction]] = defaultdict(list)
    for each in rows.scalars():
        lists = {
            name: frozenset(str(value) for term in terms[each.id] if (value := getattr(term, f"{name}_id")))
            for name in ("outcome", "practice", "population", "area")
        }
        years = frozenset(term.fiscal_year for term in terms[each.id] if term.fiscal_year)
        found[each.investment_id].append(
            StandingRestriction(
                str(each.id),
                each.amount,
                lists["outcome"],
                lists["practice"],
                lists["population"],
                lists["area"],
                years,
                each.use.value if each.use else None,
                each.minimum_tier.value if each.minimum_tier else None,
                each.until,
                each.note,
            )
        )
    return found
