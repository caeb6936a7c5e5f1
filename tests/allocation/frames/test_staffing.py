"""Riverbend's staff out of the database, each figure made apart from the CSV files in plain Python."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update

from allocation.frames.staffing import read_losses, read_organizations, read_outlook, read_renewals
from allocation.losses import Loss
from models.database import Database, Scope
from models.obligations import InvestmentLink, LinkKind, Renewal
from models.organizations import Organization
from models.partnerships import Partnership
from models.practices import Practice
from models.resources import Investment
from models.staffing import KeyRole, PositionCost, Provision, StaffPosition
from tests.allocation.frames.conftest import cents, rows_of

TODAY = date(2026, 11, 23)


def days(text: str) -> date:
    return date.fromisoformat(text)


def paid_in(month: date, *, certain: bool = True) -> dict[str, int]:
    """From position-funding.csv: what each position is given in a month; all terms are of whole months."""
    found: dict[str, int] = defaultdict(int)
    for row in rows_of("position-funding"):
        if days(row["starts_on"]) <= month <= days(row["ends_on"]) and (row["certain"] == "true") is certain:
            found[row["position"]] += cents(row["monthly"])
    return found


def months_from(start: date, count: int) -> list[date]:
    numbers = range(start.year * 12 + start.month - 1, start.year * 12 + start.month - 1 + count)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


async def test_every_month_is_what_the_files_say(database: Database, riverbend: UUID) -> None:
    async with database.session(Scope.of(riverbend)) as session:
        found = await read_outlook(session, riverbend, TODAY, months=48)
    costs = {row["title"]: cents(row["annual_cost"]) // 12 for row in rows_of("positions")}
    expected = []
    for month in months_from(date(2026, 11, 1), 48):
        paid, hoped = paid_in(month), paid_in(month, certain=False)
        secured = {title: min(cost, paid[title]) for title, cost in costs.items()}
        hopes = sum(min(cost - secured[title], hoped[title]) for title, cost in costs.items())
        expected.append((month, sum(costs.values()), sum(secured.values()), hopes))
    assert [(each.month, each.cost, each.secured, each.expected) for each in found.months] == expected


async def test_the_first_gap_and_the_runways_are_those_of_the_story(
    database: Database, riverbend: UUID
) -> None:
    """From position-funding.csv: the last certain month of each position that is paid in full."""
    async with database.session(Scope.of(riverbend)) as session:
        found = await read_outlook(session, riverbend, TODAY)
    costs = {row["title"]: cents(row["annual_cost"]) // 12 for row in rows_of("positions")}
    runways = {
        title: next(
            n for n, month in enumerate(months_from(date(2026, 11, 1), 99)) if paid_in(month)[title] < cost
        )
        for title, cost in costs.items()
    }
    assert {each.position.title: each.runway_months for each in found.positions} == runways
    assert (found.first_gap, found.funded_through) == (date(2028, 7, 1), date(2028, 6, 30))
    assert (found.runway_months, found.missing_roles) == (min(runways.values()), [])


async def test_the_shares_are_of_the_coming_year(database: Database, riverbend: UUID) -> None:
    """From position-funding.csv over November 2026 to October 2027, where no position is paid beyond its cost."""
    recurring = total = 0
    by_funder: dict[str, int] = defaultdict(int)
    for month in months_from(date(2026, 11, 1), 12):
        for row in rows_of("position-funding"):
            if days(row["starts_on"]) <= month <= days(row["ends_on"]) and row["certain"] == "true":
                total += cents(row["monthly"])
                recurring += cents(row["monthly"]) * (row["recurring"] == "true")
                by_funder[row["investment"].rsplit("-", 1)[0]] += cents(row["monthly"])
    async with database.session(Scope.of(riverbend)) as session:
        found = await read_outlook(session, riverbend, TODAY)
        names = await session.execute(select(Organization.id, Organization.name))
        name = {str(row.id): row.name for row in names}[found.largest_payer or ""]
    assert found.recurring_share == round(Decimal(recurring) / total, 6)
    assert (name, max(by_funder, key=lambda each: by_funder[each])) == ("Greater River Foundation", "RB-GRF")
    assert found.largest_payer_share == round(Decimal(max(by_funder.values())) / total, 6)


async def test_a_loss_takes_the_files_dollars_and_months(database: Database, riverbend: UUID) -> None:
    """From position-funding.csv: what the foundation pays from July 2027 on; without it nobody else pays more."""
    start = date(2027, 7, 1)
    lost: dict[str, int] = defaultdict(int)
    for month in months_from(start, 12):
        for row in rows_of("position-funding"):
            if row["investment"].startswith("RB-GRF") and row["certain"] == "true":
                inside = days(row["starts_on"]) <= month <= days(row["ends_on"])
                lost[row["position"]] += cents(row["monthly"]) * inside
    foundation = await _organization(database, riverbend, "Greater River Foundation")
    async with database.session(Scope.of(riverbend)) as session:
        (found,) = await read_losses(session, riverbend, [Loss({foundation}, start)], TODAY)
    assert {each.before.position.title: each.lost for each in found.positions} == {
        title: amount for title, amount in lost.items() if amount
    }
    assert (found.first_gap, found.runway_months) == (start, 8)


async def test_the_loss_of_two_takes_the_dollars_of_both(database: Database, riverbend: UUID) -> None:
    one, other = [
        await _organization(database, riverbend, name)
        for name in ("Greater River Foundation", "City of Riverbend")
    ]
    losses = [Loss({each}, date(2027, 1, 15)) for each in (one, other)]
    async with database.session(Scope.of(riverbend)) as session:
        found = await read_losses(session, riverbend, [*losses, Loss({one, other}, date(2027, 1, 15))], TODAY)
    assert found[0].dollars["USD"] > 0
    assert found[2].dollars["USD"] == found[0].dollars["USD"] + found[1].dollars["USD"]


async def test_dollars_on_practices_lose_the_students_that_they_are_known_to_help(
    database: Database, riverbend: UUID
) -> None:
    """From allocations.csv: the office's lines of fiscal year 2027 on, by practice."""
    start = date(2026, 7, 1)
    titles = {row["Award"]: row["Funder"] for row in rows_of("investments")}
    office = "Federal Learning Programs Office"
    lost: dict[str, int] = defaultdict(int)
    for row in rows_of("allocations"):
        if titles[row["investment"]] == office and row["practice"] and int(row["fiscal_year"]) >= 2027:
            lost[row["practice"]] += cents(row["amount"])
    async with database.session(Scope.of(riverbend)) as session:
        payer = await _organization(database, riverbend, office)
        (found,) = await read_losses(session, riverbend, [Loss({payer}, start)], TODAY)
        names = {str(row.id): row.name for row in await session.execute(select(Practice.id, Practice.name))}
    assert {names[each]: part.dollars for each, part in found.practices.items()} == {
        name: {"USD": amount} for name, amount in lost.items()
    }
    assert {part.from_on for part in found.practices.values()} == {start}
    assert found.students is not None
    assert found.students > 0


async def _organization(database: Database, partnership: UUID, name: str) -> str:
    async with database.session(Scope.of(partnership)) as session:
        rows = await session.execute(select(Organization.id).where(Organization.name == name))
        found = str(rows.scalar_one())
        assert found in (await read_organizations(session, partnership)).values()
    return found


async def test_a_raise_and_its_benefits_come_from_their_day(
    database: Database, partnership: Partnership
) -> None:
    """By hand: 12,000.00 a year, then 24,000.00 with a quarter of benefits from 1 March: 1,000.00 and 2,500.00."""
    row = StaffPosition(
        partnership_id=partnership.id,
        title="Data manager",
        role=KeyRole.DATA_MANAGER,
        full_time_equivalent=Decimal(1),
        provision=Provision.PAID,
        annual_cost=1_200_000,
        currency="USD",
    )
    async with database.session(Scope.of(partnership.id)) as session:
        session.add(row)
        await session.flush()
        values = {"from_on": date(2027, 3, 1), "annual_pay": 2_400_000, "benefit_rate": Decimal("0.25")}
        await session.execute(
            insert(PositionCost).values(partnership_id=partnership.id, position_id=row.id, **values)
        )
        found = await read_outlook(session, partnership.id, date(2027, 1, 1), months=4)
    assert [each.cost for each in found.months] == [100_000, 100_000, 250_000, 250_000]


async def test_an_empty_partnership_has_an_outlook(database: Database, partnership: Partnership) -> None:
    async with database.session(Scope.of(partnership.id)) as session:
        found = await read_outlook(session, partnership.id, TODAY)
    assert (found.positions, found.runway_months, len(found.missing_roles)) == ([], 0, 5)


@pytest.fixture
async def renewable(database: Database, riverbend: UUID) -> UUID:
    """The foundation's award, with a renewal recorded for the spring."""
    async with database.session(Scope.of(riverbend)) as session:
        award = (
            await session.execute(select(Investment.id).where(Investment.source_identifier == "RB-GRF-2602"))
        ).scalar_one()
        known = await session.execute(select(Renewal.id).where(Renewal.investment_id == award))
        if known.first() is None:
            values = {"due_on": date(2027, 4, 1), "probability": Decimal("0.6"), "owner_name": "Director"}
            await session.execute(
                insert(Renewal).values(partnership_id=riverbend, investment_id=award, **values)
            )
    return award


async def test_the_calendar_shows_the_amount_at_risk_and_who_hangs_on_it(
    database: Database, riverbend: UUID, renewable: UUID
) -> None:
    """From investments.csv: two fifths of the award; from position-funding.csv: the three positions it pays."""
    amount = next(cents(row["Amount"]) for row in rows_of("investments") if row["Award"] == "RB-GRF-2602")
    async with database.session(Scope.of(riverbend)) as session:
        found = await read_renewals(session, riverbend, TODAY)
    due = next(each for each in found if each.award.investment == str(renewable))
    assert (due.due_on, due.award.owner_name, due.at_risk) == (date(2027, 4, 1), "Director", amount * 2 // 5)
    assert len(due.positions) == 3


async def test_a_recorded_chance_of_renewal_weighs_what_is_expected(
    database: Database, riverbend: UUID, renewable: UUID
) -> None:
    """By hand: of the director's 9,000.00 hoped for in July 2028, six tenths, and the data manager's 5,000.00."""
    assert renewable
    async with database.session(Scope.of(riverbend)) as session:
        found = await read_outlook(session, riverbend, date(2028, 7, 1))
        await session.execute(update(Renewal).values(probability=None))
        plain = await read_outlook(session, riverbend, date(2028, 7, 1))
        await session.rollback()
    assert (found.months[0].expected, plain.months[0].expected) == (540_000 + 500_000, 1_400_000)


async def test_an_award_that_another_renews_is_off_the_calendar(
    database: Database, riverbend: UUID, renewable: UUID
) -> None:
    async with database.session(Scope.of(riverbend)) as session:
        other = (
            await session.execute(select(Investment.id).where(Investment.source_identifier == "RB-TILL-2801"))
        ).scalar_one()
        await session.execute(
            insert(InvestmentLink).values(
                partnership_id=riverbend, investment_id=other, kind=LinkKind.RENEWAL_OF, other_id=renewable
            )
        )
        found = await read_renewals(session, riverbend, TODAY)
        await session.rollback()
    assert str(renewable) not in {each.award.investment for each in found}
