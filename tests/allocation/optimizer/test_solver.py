"""What HiGHS and PuLP would get wrong if they were believed."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from allocation.answer import AnswerStatus
from allocation.optimizer import export_program, solve
from allocation.optimizer import solver as door
from allocation.optimizer.build import formulate, question_of
from allocation.optimizer.front import load_through_pulp, to_pulp
from allocation.optimizer.program import Floats, Program
from allocation.optimizer.solver import Outcome, SolverError, Status
from allocation.optimizer.stages import run_stages, stages_of
from allocation.problem import Problem

ROOT = Path(__file__).resolve().parents[3]


def solved(program: Program, costs: list[float]) -> Outcome:
    """One run of the program as PuLP builds it."""
    with door.highs() as solver:
        load_through_pulp(solver, program, np.array(costs, dtype=float))
        return door.run(solver, program)


def wyndor() -> Program:
    """max 3a + 5b: a <= 4, 2b <= 12, 3a + 2b <= 18 (Hillier and Lieberman, Wyndor Glass)."""
    program = Program()
    a, b = program.column(("a",)), program.column(("b",))
    program.row(("plant", 1), [(a, 1.0)], upper=4.0)
    program.row(("plant", 2), [(b, 2.0)], upper=12.0)
    program.row(("plant", 3), [(a, 3.0), (b, 2.0)], upper=18.0)
    return program


def test_prices_have_the_sign_of_minimisation_whatever_the_front_end() -> None:
    # Hillier and Lieberman: profit 36, prices 0, 1.5 and 1; minimising the negative turns their sign.
    found = solved(wyndor(), [-3.0, -5.0])
    assert found.value == pytest.approx(-36)
    assert found.row_prices == pytest.approx([0.0, -1.5, -1.0])


def test_the_cat_food_of_the_pulp_case_study_costs_52_cents() -> None:
    # PuLP documentation, the Whiskas case: .52 a can of 60% beef and 40% gel.
    names = ["chicken", "beef", "mutton", "rice", "wheat", "gel"]
    program = Program()
    columns = [program.column((name,)) for name in names]
    contents = {
        "protein": ([0.1, 0.2, 0.15, 0.0, 0.04, 0.0], 8.0, None),
        "fat": ([0.08, 0.1, 0.11, 0.01, 0.01, 0.0], 6.0, None),
        "fibre": ([0.001, 0.005, 0.003, 0.1, 0.15, 0.0], None, 2.0),
        "salt": ([0.002, 0.005, 0.007, 0.002, 0.008, 0.0], None, 0.4),
    }
    program.row(("whole",), [(column, 1.0) for column in columns], lower=100.0, upper=100.0)
    for name, (shares, low, high) in contents.items():
        terms = list(zip(columns, shares, strict=True))
        program.row((name,), terms, lower=-np.inf if low is None else low, upper=high or np.inf)
    found = solved(program, [0.013, 0.008, 0.010, 0.002, 0.005, 0.001])
    assert found.value == pytest.approx(0.52)
    assert found.columns == pytest.approx([0, 60, 0, 0, 0, 40], abs=1e-9)


def test_an_own_check_refuses_a_point_that_breaks_a_row() -> None:
    program = wyndor()
    assert program.violation(np.array([2.0, 6.0])) == 0
    assert program.violation(np.array([4.0, 6.0])) == pytest.approx(6 / 19)


def test_a_run_that_time_ended_is_never_optimal() -> None:
    program, costs = _large()
    with door.highs(time_limit_seconds=0.0) as solver:
        load_through_pulp(solver, program, costs)
        found = door.run(solver, program)
    assert found.status in (Status.FAILED, Status.LIMITED)
    assert found.status is Status.FAILED or program.violation(found.columns) <= door.FEASIBLE


def test_an_option_that_highs_refuses_raises_instead_of_staying_silent() -> None:
    with door.highs() as solver, pytest.raises(SolverError, match="no_such_option"):
        door.set_option(solver, "no_such_option", 1)


def test_a_reused_solver_object_gives_the_same_point() -> None:
    program, costs = _large()
    points = [solved(program, list(costs)).columns for _ in range(3)]
    assert all(np.array_equal(points[0], point) for point in points[1:])


def test_standard_output_stays_free_of_the_banner() -> None:
    code = (
        "from allocation.optimizer import solve\n"
        "from allocation.problem import *\n"
        "p = Problem((Practice('p', 100),), (Group('g', 9, 5),), (Cell('c', 'p', 'g', 2026, .1),),\n"
        "            (Fund('f', 'f', 'f', 900, frozenset({'c'})),))\n"
        "print(len(solve(p).moves))\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "1\n"


def test_another_number_of_threads_in_the_process_does_not_stop_us() -> None:
    code = (
        "import highspy, numpy as np\n"
        "from allocation.optimizer import solver as door\n"
        "from allocation.optimizer.program import Program\n"
        "h = highspy.Highs(); h.setOptionValue('threads', 2); h.addVar(0, 1); h.run()\n"
        "p = Program(); x = p.column(('x',), 0.0, 4.0)\n"
        "with door.highs() as s:\n"
        "    door.load(s, p, np.array([-1.0]))\n"
        "    f = door.run(s, p)\n"
        "    assert f.status == 'OPTIMAL' and f.value == -4, f\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_pulp_and_the_direct_way_give_the_same_program(tiny: Callable[..., Problem]) -> None:
    model = formulate(question_of(tiny()))
    costs = model.program.costs({("t",): -1.0})
    with door.highs() as one, door.highs() as two:
        door.load(one, model.program, costs)
        load_through_pulp(two, model.program, costs)
        left, right = one.getLp(), two.getLp()
        assert list(left.col_cost_) == list(right.col_cost_)
        assert list(left.col_upper_) == list(right.col_upper_)
        assert list(left.row_lower_) == list(right.row_lower_)
        assert list(left.row_upper_) == list(right.row_upper_)


@pytest.mark.parametrize("seed", range(8))
def test_pulp_and_the_direct_way_reach_the_same_aims(
    random_problem: Callable[[int], Problem], seed: int
) -> None:
    model = formulate(question_of(random_problem(seed)))
    found = []
    for load in (door.load, load_through_pulp):
        with door.highs() as solver:
            load(solver, model.program, model.program.costs({}))
            found.append(run_stages(solver, model, stages_of(model)).values)
    assert found[0] == pytest.approx(found[1], abs=1e-9)


def test_names_that_differ_only_in_signs_stay_two_variables() -> None:
    # PuLP alone turns "Home-visiting" and "Home visiting" into one variable name.
    program = Program()
    program.column(("Home-visiting",))
    program.column(("Home visiting",))
    program.row(("both",), [(0, 1.0), (1, 1.0)], upper=1.0)
    assert len({variable.name for variable in to_pulp(program, np.ones(2)).variables()}) == 2


@pytest.mark.parametrize("name", ["question.lp", "question.mps"])
def test_a_question_is_exported_with_its_first_aim(
    tiny: Callable[..., Problem], tmp_path: Path, name: str
) -> None:
    export_program(tiny(), tmp_path / name)
    with door.highs() as solver:
        solver.readModel(str(tmp_path / name))
        solver.run()
        # By hand: 107 / 300 (test_run.py).
        assert solver.getObjectiveValue() == pytest.approx(-107 / 300)


def test_an_unknown_format_is_refused_by_name(tiny: Callable[..., Problem], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"question\.txt: a program is written as"):
        export_program(tiny(), tmp_path / "question.txt")


def _large() -> tuple[Program, Floats]:
    """A transport program of 30 sources and 40 sinks with random costs."""
    draw = np.random.default_rng(7)
    program = Program()
    for source in range(30):
        for sink in range(40):
            program.column(("x", source, sink))
    for source in range(30):
        program.row(("source", source), [(source * 40 + sink, 1.0) for sink in range(40)], upper=20.0)
    for sink in range(40):
        program.row(("sink", sink), [(source * 40 + sink, 1.0) for source in range(30)], lower=10.0)
    return program, draw.uniform(1, 2, 1200)


@pytest.mark.parametrize("seed", range(8))
def test_an_interior_point_leads_to_the_plan_of_the_simplex_method(
    random_problem: Callable[[int], Problem], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = random_problem(seed)
    expected = solve(problem)
    monkeypatch.setattr(door, "LARGE", 1)
    found = solve(problem)
    assert (found.status, found.plan) == (expected.status, expected.plan)
    assert [move.amount for move in found.moves] == [move.amount for move in expected.moves]


def test_what_no_interior_point_proves_the_simplex_method_decides(
    tiny: Callable[..., Problem], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commitment above its fund's budget has no plan."""
    problem = tiny()
    first, *others = problem.funds
    broken = replace(first, lines=(replace(first.lines[0], locked_amount=first.budget_amount + 1),))
    monkeypatch.setattr(door, "LARGE", 1)
    assert solve(replace(problem, funds=(broken, *others))).status is AnswerStatus.INFEASIBLE
