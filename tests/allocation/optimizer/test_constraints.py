"""Each constraint as a committed .lp file: a changed formula shows as a changed file."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from allocation.optimizer.build import question_of
from allocation.optimizer.classes import fund_classes
from allocation.optimizer.constraints import CONSTRAINTS, Constraint
from allocation.optimizer.formulation import Formulation, declare_columns
from allocation.optimizer.front import export_lp
from allocation.problem import Line, Problem, Segment

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def every_rule(tiny: Callable[..., Problem]) -> Problem:
    """The tiny question with one of each rule."""
    problem = tiny(maximum_shift_share=0.25, maximum_total_shift_share=0.2, practices_per_person=1.0)
    first, second, third = problem.funds
    operations = Line("operations", 1_000_000, locked_amount=400_000)
    funds = (
        replace(first, overhead_share=0.1, change_cap_share=0.15),
        replace(second, minimum_spend_amount=2_500_000),
        replace(third, budget_amount=3_000_000, lines=(*third.lines, operations)),
    )
    groups = tuple(replace(group, floor_share=0.9) for group in problem.groups)
    steps = (Segment(0.05, 1.0), Segment(0.95, 0.5))
    tutoring, mentoring = problem.practices
    practices = (replace(tutoring, returns=steps, capacity=150), mentoring)
    return replace(problem, funds=funds, groups=groups, practices=practices)


@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=lambda constraint: constraint.__name__)
def test_a_constraint_is_written_as_its_file_says(
    constraint: Constraint, every_rule: Problem, tmp_path: Path
) -> None:
    question = question_of(every_rule)
    model = Formulation(
        question.layout,
        fund_classes(question.layout),
        question.today,
        question.worst_off,
        locks_as_rows=constraint.__name__ == "commitment",
    )
    declare_columns(model)
    constraint(model)
    path = tmp_path / "found.lp"
    export_lp(model.program, model.program.costs({}), path)
    assert model.program.row_keys
    assert path.read_text() == (GOLDEN / f"{constraint.__name__}.lp").read_text()


def test_every_file_belongs_to_a_constraint() -> None:
    assert {path.stem for path in GOLDEN.glob("*.lp")} == {each.__name__ for each in CONSTRAINTS}


def test_every_constraint_states_its_formula() -> None:
    assert all(any(sign in (each.__doc__ or "") for sign in ("<=", ">=", "=")) for each in CONSTRAINTS)
