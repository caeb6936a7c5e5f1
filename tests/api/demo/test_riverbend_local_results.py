"""Riverbend's local results, loaded: what readers see of them is what docs/riverbend.md tells.

Expected figures are reckoned by hand from the counts of the file, with natural logarithms and 1.65.
"""

from pathlib import Path

import pytest
from sqlalchemy import select

from allocation.frames.local_results import read_shown_periods
from allocation.frames.practices import read_findings
from api.exchange.imports import Order, import_file
from models.database import Database, Scope
from models.partnerships import Partnership
from models.practices import Practice

FOLDER = Path(__file__).resolve().parents[3] / "api" / "demo" / "riverbend"


@pytest.fixture
async def loaded(database: Database, partnership: Partnership) -> Partnership:
    for name in ("outcomes", "practices", "local-results"):
        report = await import_file(database, Order(partnership.id, FOLDER / f"{name}.csv", name))
        assert report.rejected == 0
    return partnership


async def test_the_page_s_figures_are_those_of_the_counts(database: Database, loaded: Partnership) -> None:
    async with database.session(Scope.of(loaded.id)) as session:
        rows = await session.execute(select(Practice.id, Practice.name))
        names = {row.id: row.name for row in rows}
        shown = {names[key[0]]: told for key, told in (await read_shown_periods(session, loaded.id)).items()}
    tutoring = shown["High-dosage tutoring"]
    assert [each.period for each in tutoring] == ["2023-24", "2024-25"]
    assert [each.difference for each in tutoring] == [8, 8]  # 49.5 less 41.9; 50.4 less 42.8
    assert {each.baseline.value for each in tutoring} == {"EQUIVALENT"}
    (teams,), (mentoring,), (aid,) = (
        shown[name] for name in ("Early warning teams", "Mentoring drop-in", "FAFSA help")
    )
    # (ln((262/48)/(512/128)) - ln((198/112)/(371/269))) / 1.65 = (0.3109 - 0.2482) / 1.65 = 0.038
    assert (teams.baseline.value, float(teams.effect or 0)) == ("NEEDS_ADJUSTMENT", 0.04)
    assert (mentoring.design.value, mentoring.baseline.value) == ("UNKNOWN", "NOT_STATED")
    assert aid.effect is None


async def test_four_practices_have_a_local_finding_and_one_of_them_no_effect(
    database: Database, loaded: Partnership
) -> None:
    async with database.session(Scope.of(loaded.id)) as session:
        found = await read_findings(session, loaded.id)
    assert sorted(each.practice_name or "" for each in found if each.effect_size is None) == ["FAFSA help"]
    assert len(found) == 4
    assert all(each.is_local for each in found)
