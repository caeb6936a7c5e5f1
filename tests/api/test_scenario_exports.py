"""A scenario of the demonstration as files; programs are read back by HiGHS itself."""

import csv
import io
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import highspy
import pytest

from allocation.ask import Ask
from allocation.frames.standing import read_standing
from allocation.results import answered
from allocation.scenarios import ScenarioError, ask_for, find_scenario, keep_result, mark_running
from api.demo.riverbend import FISCAL_YEAR
from api.scenario_exports import ExportFormat, exported
from models.database import Database, Scope

from .conftest import Demonstration


@pytest.fixture(scope="module")
async def answered_scenario(demo_database: Database, demonstration: Demonstration) -> UUID:
    """A scenario of the demonstration, answered in this process."""
    partnership, ask = demonstration.partnership_id, Ask((FISCAL_YEAR,), smallest_move_amount=2_500_000)
    async with demo_database.session(Scope.of(partnership)) as session:
        scenario = await ask_for(session, partnership, ask, actor="tester", name="=Exported")
        await mark_running(session, partnership, scenario.id)
        await session.refresh(scenario)
        standing = await read_standing(session, partnership, FISCAL_YEAR)
        await keep_result(session, scenario, answered(standing, ask))
        return scenario.id


async def written(database: Database, place: tuple[UUID, UUID], form: ExportFormat) -> str:
    async with database.session(Scope.of(place[0])) as session:
        return await exported(session, *place, form)


async def test_the_moves_are_a_table_whose_dollars_are_those_of_the_document(
    demo_database: Database, demonstration: Demonstration, answered_scenario: UUID
) -> None:
    """25 moves of 1,084,955.56 dollars, as README says of the demonstration."""
    place = (demonstration.partnership_id, answered_scenario)
    rows = list(csv.DictReader(io.StringIO(await written(demo_database, place, ExportFormat.CSV))))
    document = json.loads(await written(demo_database, place, ExportFormat.JSON))
    assert len(rows) == 25
    assert sum(Decimal(row["amount"]) for row in rows) == Decimal("1084955.56")
    for row, move in zip(rows, document["moves"], strict=True):
        assert (row["amount"], row["sentence"]) == (move["amount"]["amount"], move["sentence"])
        assert row["to_practice"] == move["to"]["practice"]["name"]


@pytest.mark.parametrize("form", [ExportFormat.LP, ExportFormat.MPS])
async def test_a_program_that_is_read_back_has_the_same_optimum(
    demo_database: Database,
    demonstration: Demonstration,
    answered_scenario: UUID,
    tmp_path: Path,
    form: ExportFormat,
) -> None:
    """The first aim is to reach weighted students, as a cost to minimise."""
    partnership = demonstration.partnership_id
    path = tmp_path / f"program.{form.value}"
    path.write_text(await written(demo_database, (partnership, answered_scenario), form))
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call] # Any: it ships no types
    solver.setOptionValue("output_flag", False)
    assert solver.readModel(str(path)) == highspy.HighsStatus.kOk
    solver.run()
    async with demo_database.session(Scope.of(partnership)) as session:
        scenario = await find_scenario(session, partnership, answered_scenario)
    assert scenario is not None
    answer: Mapping[str, Any] = scenario.answer or {}  # Any: JSON
    first = answer["stages"][0]
    assert first["stage"] == "students"
    assert -solver.getInfo().objective_function_value == pytest.approx(float(first["value"]), rel=1e-6)


async def test_what_is_not_answered_has_neither_moves_nor_a_program(
    demo_database: Database, demonstration: Demonstration
) -> None:
    partnership = demonstration.partnership_id
    async with demo_database.session(Scope.of(partnership)) as session:
        waiting = (await ask_for(session, partnership, Ask((FISCAL_YEAR,)), actor="tester")).id
    for form, saying in ((ExportFormat.CSV, "no moves to write"), (ExportFormat.LP, "no program was solved")):
        with pytest.raises(ScenarioError, match=saying):
            await written(demo_database, (partnership, waiting), form)


async def test_a_program_of_other_inputs_is_not_passed_off_as_this_scenario_s(
    demo_database: Database, demonstration: Demonstration, answered_scenario: UUID
) -> None:
    partnership = demonstration.partnership_id
    async with demo_database.session(Scope.of(partnership)) as session:
        scenario = await find_scenario(session, partnership, answered_scenario)
        assert scenario is not None
        scenario.inputs_hash = "0" * 64
        with pytest.raises(ScenarioError, match="have changed since this scenario was solved"):
            await exported(session, partnership, answered_scenario, ExportFormat.MPS)
        await session.rollback()
