"""Riverbend in the database: all of it, once, and finished where a former loading broke off."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import text

from allocation.ledger import audit
from api.demo.riverbend import FOLDER, load_riverbend, steps
from migrations.upgrade import upgrade
from models.database import Database, Logins, Scope
from tests.conftest import scratch_database

COMPLETE = """
select (select count(*) from organization) as organizations, (select count(*) from outcome) as outcomes,
  (select count(*) from population) as groups, (select count(*) from practice) as practices,
  (select count(*) from investment) as investments, (select count(*) from restriction) as restrictions,
  (select count(*) from finding where source_system = 'findings') as findings,
  (select count(*) from staff_position) as positions,
  (select count(*) from in_kind_resource) as in_kind, (select count(*) from policy_plan) as plans,
  (select count(*) from indicator) as indicators, (select count(*) from figure where is_newest) as figures,
  (select count(*) from import_run) as imports, (select count(*) from release) as releases
"""


MEASURED = sorted(path.name for path in FOLDER.glob("measurements-*.csv"))
SURVEY = "survey-preschool.csv"  # and a second edition of it, which adds no figure and corrects one
TITLE_LINES = 2  # above the header of the state's graduation report


@pytest.fixture
def scratch(server_url: str) -> Iterator[Logins]:
    """A database of its own, since the slug of the demo stands once in each."""
    with scratch_database(server_url) as logins:
        yield logins


async def opened(scratch: Logins) -> Database:
    """The scratch database, migrated."""
    await upgrade(scratch)
    return Database(scratch)


async def counts(database: Database, partnership_id: UUID) -> dict[str, int]:
    """How much of everything there is."""
    async with database.session(Scope.of(partnership_id)) as session:
        return dict((await session.execute(text(COMPLETE))).one()._mapping)


def lines_of(*names: str) -> int:
    """How many records the files hold, by counting lines."""
    return sum(len((FOLDER / name).read_text(encoding="utf-8").splitlines()) - 1 for name in names)


async def test_the_whole_of_riverbend_comes_in_and_a_second_loading_leaves_it_alone(scratch: Logins) -> None:
    """As many rows of each kind as its files have lines of data."""
    database = await opened(scratch)
    partnership_id = await load_riverbend(database)
    first = await counts(database, partnership_id)
    assert first == {
        "organizations": lines_of("organizations.csv"),
        "outcomes": lines_of("outcomes.csv"),
        "groups": lines_of("populations.csv"),
        "practices": lines_of("practices.csv"),
        "investments": lines_of("investments.csv"),
        "restrictions": lines_of("restrictions.csv"),
        "findings": lines_of("findings.csv"),
        "positions": lines_of("positions.csv"),
        "in_kind": lines_of("in-kind.csv"),
        "plans": lines_of("policy-plans.csv"),
        "indicators": len(MEASURED) + 1,
        "figures": lines_of(*MEASURED, SURVEY) - TITLE_LINES,
        "imports": len(steps()),
        "releases": 3,
    }
    assert await load_riverbend(database) == partnership_id
    assert await counts(database, partnership_id) == first
    await _check_books(database, partnership_id)
    await _check_places(database, partnership_id)
    await database.close()


async def _check_books(database: Database, partnership_id: UUID) -> None:
    """Every dollar of the allocations lies on its line: sums of the file by csv and Decimal alone."""
    with (FOLDER / "allocations.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (FOLDER / "ledger.csv").open(encoding="utf-8", newline="") as file:
        moved = list(csv.DictReader(file))
    spent, kept = (
        sum(Decimal(row["amount"]) for row in moved if row["kind"] == kind) for kind in ("EXPENDITURE", "FEE")
    )
    held = text(
        "select sum(credits_posted - debits_posted) filter (where fiscal_year is not null) as lines, "
        "sum(credits_posted - debits_posted) filter (where kind = 'OBLIGATED') as obligated "
        "from ledger.account where kind in ('AVAILABLE', 'OBLIGATED', 'SPENT')"
    )
    async with database.session(Scope.of(partnership_id)) as session:
        found = (await session.execute(held)).one()
        assert found.lines == 100 * (sum(Decimal(row["amount"]) for row in rows) - kept)
        signed_for = sum(Decimal(row["obligated"]) for row in rows)
        assert found.obligated == 100 * (signed_for - spent)
        assert await audit(session) == []


async def _check_places(database: Database, partnership_id: UUID) -> None:
    places = text("select a.name, b.name as city from area a join area b on b.id = a.parent_id order by 1")
    references = text("select dimension, kind, count(*) from reference group by 1, 2 order by 1")
    anchor = text("select o.name from anchor_entity a join organization o on o.id = a.organization_id")
    async with database.session(Scope.of(partnership_id)) as session:
        assert [tuple(row) for row in await session.execute(places)] == [
            ("Hillside", "Riverbend"),
            ("North Bank", "Riverbend"),
            ("South Bank", "Riverbend"),
        ]
        assert [tuple(row) for row in await session.execute(references)] == [
            ("english_learner", "REST", 11),
            ("meals", "REST", 11),
            ("race", "GROUP", 10),
        ]
        assert (await session.execute(anchor)).scalar_one() == "United Riverbend Fund"


async def test_a_loading_that_broke_off_is_completed(scratch: Logins) -> None:
    database = await opened(scratch)
    seen: list[str] = []

    class Away(Exception):  # noqa: N818 - somebody pressed Ctrl-C
        """The loading is interrupted."""

    def leave(name: str) -> None:
        seen.append(name)
        if name == "investments.csv":
            raise Away

    with pytest.raises(Away):
        await load_riverbend(database, leave)
    rest: list[str] = []
    partnership_id = await load_riverbend(database, rest.append)
    assert rest[0] == "investments.csv"
    assert [*seen[:-1], *rest] == [step.path.name for step in steps()]
    assert (await counts(database, partnership_id))["investments"] == lines_of("investments.csv")
    await database.close()


def test_every_file_of_the_folder_is_a_step() -> None:
    assert {step.path for step in steps()} == set(FOLDER.glob("*.csv"))
