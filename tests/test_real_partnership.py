"""A partnership of real files gets a suggestion that keeps every rule, is the best there is, and comes again.

The rules are checked from the test's own words (tests/real_partnership.py) and plain SQL, apart from the
optimizer's reading of them; the optimum by a formulation of our own in scipy, fund by fund.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from allocation.disparities import DisparityStatus
from allocation.frames.figures import read_disparities
from allocation.frames.places import read_areas, read_populations
from allocation.frames.standing import read_standing
from allocation.optimizer import solve
from allocation.persistence import DisparityMethod, Rule
from allocation.question import Ask, set_out
from migrations.upgrade import upgrade
from models.database import Database, Logins, Scope
from tests.conftest import scratch_database
from tests.plain_program import most_weighted_students
from tests.real_partnership import (
    FISCAL_YEAR,
    LINES,
    PRACTICES,
    RESTRICTED,
    SLUG,
    build,
    grants_chosen,
)

SHIFT_SHARE = Decimal("0.25")
MOVES = """
select m.amount, i.source_identifier as grant_id, m.from_practice_id, fp.name as from_practice, tp.name as practice,
  g.value as population, a.name as area, m.to_use, m.to_fiscal_year
from move m join investment i on i.partnership_id = m.partnership_id and i.id = m.investment_id
left join practice fp on fp.partnership_id = m.partnership_id and fp.id = m.from_practice_id
left join practice tp on tp.partnership_id = m.partnership_id and tp.id = m.to_practice_id
left join population g on g.partnership_id = m.partnership_id and g.id = m.to_population_id
left join area a on a.partnership_id = m.partnership_id and a.id = m.to_area_id
where m.partnership_id = :p order by m.position
"""
AWARDS = """
select i.source_identifier as grant_id, sum(a.credits_posted - a.debits_posted) as held
from investment i join ledger.account a on a.partnership_id = i.partnership_id and a.investment_id = i.id
where i.partnership_id = :p and a.kind in ('AVAILABLE', 'OBLIGATED') group by 1
"""


@contextmanager
def a_database(server_url: str) -> Iterator[Logins]:
    """A migrated database of this module's own."""
    with scratch_database(server_url) as logins:
        asyncio.run(upgrade(logins))
        yield logins


@asynccontextmanager
async def opened(logins: Logins) -> AsyncGenerator[Database]:
    """The database, closed again however the block ends."""
    database = Database(logins)
    try:
        yield database
    finally:
        await database.close()


class Built:
    """One built partnership: where it is, and what `alignment suggest --json` said of it."""

    def __init__(self, logins: Logins, partnership_id: UUID, document: dict[str, Any]) -> None:
        self.logins = logins
        self.partnership_id = partnership_id
        self.document = document


def built(server_url: str, real_data: Path, folder: Path) -> Iterator[Built]:
    """Builds the partnership in a fresh database and asks for a suggestion on the command line."""

    async def import_all(logins: Logins) -> UUID:
        async with opened(logins) as database:
            partnership_id, reports = await build(database, real_data, folder)
        assert [report.file for report in reports if report.rejected] == []
        return partnership_id

    with a_database(server_url) as logins:
        partnership_id = asyncio.run(import_all(logins))
        yield Built(logins, partnership_id, suggested(logins))


def suggested(logins: Logins) -> dict[str, Any]:
    """What `alignment suggest --json` prints: JSON and nothing else on stdout."""
    command = [str(Path(sys.executable).parent / "alignment"), "suggest", "--partnership", SLUG, "--json"]
    environment = {
        **os.environ,
        "ALIGNMENT_DATABASE_URL": logins.url.set(drivername="postgresql").render_as_string(
            hide_password=False
        ),
        "ALIGNMENT_SECRET": logins.secret,
    }
    done = subprocess.run(
        [*command, "--fiscal-year", str(FISCAL_YEAR), "--smallest-move", "0"],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.fixture(scope="module")
def first(server_url: str, real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    yield from built(server_url, real_data, tmp_path_factory.mktemp("first"))


@pytest.fixture(scope="module")
def second(server_url: str, real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    yield from built(server_url, real_data, tmp_path_factory.mktemp("second"))


async def rows_of(place: Built, sql: str) -> list[Any]:
    """Rows read as the weak role."""
    async with opened(place.logins) as database, database.session(Scope.of(place.partnership_id)) as session:
        return list((await session.execute(text(sql), {"p": place.partnership_id})).all())


def test_the_suggestion_is_ready_and_moves_dollars(first: Built) -> None:
    assert first.document["status"] == "READY"
    assert len(first.document["moves"]) >= 1
    assert Decimal(first.document["after"]["students"]) > Decimal(first.document["before"]["students"])


async def test_no_move_takes_more_from_a_line_than_is_free_there(first: Built, real_data: Path) -> None:
    grants = grants_chosen(real_data)
    free = {(grants[place], practice): Decimal(0) for place, practice, *_ in LINES}
    for place, practice, _, _, amount, obligated in LINES:
        free[grants[place], practice] += (amount - obligated) * 100
    taken: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for move in await rows_of(first, MOVES):
        if move.from_practice:
            taken[move.grant_id, move.from_practice] += move.amount
    assert taken
    assert all(amount <= free[line] for line, amount in taken.items())


async def test_dollars_are_neither_made_nor_lost_within_a_grant(first: Built) -> None:
    """Each grant's idle dollars are its award less the lines of this test: moves of them never exceed that."""
    held = {row.grant_id: row.held for row in await rows_of(first, AWARDS)}
    fresh: dict[str, int] = defaultdict(int)
    for move in await rows_of(first, MOVES):
        if not move.from_practice:
            fresh[move.grant_id] += move.amount
    lines: dict[str, int] = defaultdict(int)
    for row in await rows_of(
        first,
        "select i.source_identifier as grant_id, sum(a.credits_posted - a.debits_posted) as held from investment i "
        "join ledger.account a on a.partnership_id = i.partnership_id and a.investment_id = i.id "
        "where i.partnership_id = :p and a.practice_id is not null group by 1",
    ):
        lines[row.grant_id] = row.held
    assert all(amount <= held[grant] - lines[grant] for grant, amount in fresh.items())


async def test_every_restriction_holds_by_our_own_reading(first: Built, real_data: Path) -> None:
    grants = grants_chosen(real_data)
    moves = await rows_of(first, MOVES)
    for place, amount, practices, populations, areas, _ in RESTRICTED:
        own = [move for move in moves if move.grant_id == grants[place] and move.practice]
        if amount:  # only part of the award is restricted: the rest may go anywhere
            continue
        for move in own:
            assert not practices or move.practice in practices.split(";")
            assert not populations or move.population in populations.split(";")
            assert not areas or move.area in areas.split(";")


async def test_the_restricted_part_of_a_grant_stays_within_its_practices(
    first: Built, real_data: Path
) -> None:
    """Grant 1: 300,000 dollars are for two practices; what goes elsewhere fits into the rest of the award."""
    grant = grants_chosen(real_data)[1]
    held = {row.grant_id: int(row.held) for row in await rows_of(first, AWARDS)}[grant]
    elsewhere = sum(
        move.amount
        for move in await rows_of(first, MOVES)
        if move.grant_id == grant and move.practice not in {"Check & Connect", "JOBSTART", None}
    )
    assert elsewhere <= held - 300_000_00


async def test_capacity_and_the_share_that_may_move_hold(first: Built, real_data: Path) -> None:
    facts = {line.split(",")[0]: line.split(",") for line in PRACTICES.splitlines()[1:]}
    dollars: dict[str, Decimal] = defaultdict(Decimal)
    for _, practice, _, _, amount, _ in LINES:
        dollars[practice] += amount
    released = Decimal(0)
    for move in await rows_of(first, MOVES):
        if move.practice:
            dollars[move.practice] += Decimal(move.amount) / 100
        if move.from_practice:
            dollars[move.from_practice] -= Decimal(move.amount) / 100
            released += Decimal(move.amount) / 100
    for practice, spent in dollars.items():  # costs are in the prices of the fiscal year, so as given
        assert spent / Decimal(facts[practice][2]) <= Decimal(facts[practice][6]) + Decimal("0.0001")
    everything = sum(row.held for row in await rows_of(first, AWARDS)) / Decimal(100)
    assert released <= SHIFT_SHARE * everything


async def test_no_practice_is_chosen_on_a_finding_that_is_refused(first: Built) -> None:
    """Job Corps has no cost and the clearinghouse's absurd effects belong to none of the practices chosen."""
    chosen = {move.practice for move in await rows_of(first, MOVES) if move.practice}
    refused = {each["practice"]["name"] for each in first.document["refusedPractices"]}
    assert chosen
    assert not chosen & refused
    assert "Job Corps" in refused


async def test_the_optimum_is_that_of_a_second_formulation(first: Built) -> None:
    async with opened(first.logins) as database, database.session(Scope.of(first.partnership_id)) as session:
        standing = await read_standing(session, first.partnership_id, FISCAL_YEAR)
    problem = set_out(standing, Ask((FISCAL_YEAR,), smallest_move_amount=0)).problem
    answer = solve(problem)
    assert answer.after is not None
    assert answer.inputs_hash == first.document["inputsHash"]
    reached = {stage.stage: stage.value for stage in answer.stages}["students"]
    assert reached == pytest.approx(most_weighted_students(problem), rel=1e-6)


async def test_persistent_gaps_are_those_of_the_published_oracle(first: Built) -> None:
    """ORACLES.md: 30 district-groups were 10 points or more behind White students 3 years or more in a row."""
    rule = Rule(method=DisparityMethod.POINT, margin=Decimal(10), periods=3)
    async with opened(first.logins) as database, database.session(Scope.of(first.partnership_id)) as session:
        judged = await read_disparities(session, first.partnership_id, rule)
        areas = await read_areas(session, first.partnership_id)
        groups = await read_populations(session, first.partnership_id)
    found = {(areas[each.pair.area].name, groups[each.pair.group].value): each for each in judged}
    long = [each for each in judged if each.longest_run >= 3]
    assert len(long) == 30
    assert found["Hartford School District", "Hispanic"].longest_run == 9
    assert found["Norwich Free Academy District", "Black or African American"].longest_run == 3
    assert found["Windham School District", "Hispanic"].status is not DisparityStatus.PERSISTENT


async def test_no_suppressed_figure_is_a_number_or_nought(first: Built) -> None:
    rows = await rows_of(
        first,
        "select count(value) as shown, count(*) as hidden "
        "from figure where partnership_id = :p and is_newest and status = 'SUPPRESSED_AT_SOURCE'",
    )
    assert rows[0].hidden > 100
    assert rows[0].shown == 0


def test_a_fresh_database_gives_the_identical_plan(first: Built, second: Built) -> None:
    def plan(place: Built) -> list[tuple[str, str, str]]:
        return [(m["sentence"], m["amount"]["amount"], str(m["gain"])) for m in place.document["moves"]]

    assert first.partnership_id != second.partnership_id
    assert first.document["inputsHash"] == second.document["inputsHash"]
    assert plan(first) == plan(second)
