"""What a changed rule would really do, by solving again: changes when the asked differences do.

Prices of a degenerate program are not unique, so none is published: every difference comes from a re-solve
that starts from the basis of the plan.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from allocation.optimizer import solver as door
from allocation.optimizer.build import Question, formulate, question_of
from allocation.optimizer.constraints import in_kind_supplies
from allocation.optimizer.formulation import Formulation
from allocation.optimizer.layout import UNIT
from allocation.optimizer.rules_in_words import RULES, unit_of
from allocation.optimizer.solver import Status
from allocation.optimizer.stages import STUDENTS, WORST_OFF, Reached, Stage, run_stages, stages_of
from allocation.problem import Objective, Problem

PRICED = 1e-7
"""A row is worth a what-if where its price, in students or share per unit, exceeds this."""
PEOPLE_STEP = 10.0
"""Participants, or units in kind, of one what-if."""


@dataclass(frozen=True)
class Measure:
    """What the best plan reaches: unweighted students, worst-off share, and the first aim's value."""

    students: float
    worst_off_share: float
    first: float

    def minus(self, other: "Measure") -> "Measure":
        """The difference of two measures."""
        return Measure(
            self.students - other.students,
            self.worst_off_share - other.worst_off_share,
            self.first - other.first,
        )


@dataclass(frozen=True)
class RowDifference:
    """A rule (row of `model`), the step by which it was relaxed in its own unit, and what that changed."""

    row: int
    step: float
    change: Measure


def measure(problem: Problem) -> Measure | None:
    """What the best plan of a question reaches, None where there is none."""
    question = question_of(problem)
    model = formulate(question)
    stages = stages_of(model, plan=False)
    with door.highs() as solver:
        reached = _fresh(solver, model, stages)
    return measured(question, model, reached)


def measured(question: Question, model: Formulation, reached: Reached) -> Measure | None:
    """What a solved program reaches."""
    if reached.status is not Status.OPTIMAL:
        return None
    columns = model.program.columns
    found = [float(reached.columns[columns["z", g]]) for g in range(len(question.layout.groups))]
    shares = [found[g] / question.layout.groups[g].gap for g in question.worst_off if g not in reached.stuck]
    first = STUDENTS if question.problem.rules.objective is not Objective.WORST_OFF_FIRST else WORST_OFF
    value = -reached.values.get(first, -math.fsum(found))
    return Measure(math.fsum(found), min(shares, default=0.0), value)


def row_differences(
    question: Question, tell: Callable[[float], None]
) -> tuple[Formulation, list[RowDifference]]:
    """Relax each rule that has a price by one step, the dearest first; at most `what_ifs_count` of them."""
    model = formulate(question, locks_as_rows=True)
    stages = stages_of(model, plan=False)
    with door.highs() as solver:
        base = _fresh(solver, model, stages)
        start = measured(question, model, base)
        rows = _priced_rows(model, base)[: question.problem.rules.what_ifs_count]
        if start is None or not rows:
            return model, []
        door.load(solver, model.program, stages[0].costs)
        door.run(solver, model.program)
        basis = solver.getBasis()
        found: list[RowDifference] = []
        for number, row in enumerate(rows):
            tell(number / len(rows))
            step = _step(model, row)
            relaxed = _relaxed(solver, model, stages, (row, step, basis))
            after = measured(question, model, relaxed)
            if after is not None:
                found.append(RowDifference(row, step, after.minus(start)))
    return model, found


def without_restriction(problem: Problem, funder_id: str) -> Problem:
    """The question with every cell open to one funder's dollars; years and all other rules stay."""
    everywhere = frozenset(cell.id for cell in problem.cells)
    funds = tuple(
        replace(fund, cell_ids=everywhere) if fund.funder_id == funder_id else fund for fund in problem.funds
    )
    return replace(problem, funds=funds)


def is_restricted(problem: Problem, funder_id: str) -> bool:
    """Whether some fund of the funder may not buy some cell."""
    everywhere = frozenset(cell.id for cell in problem.cells)
    return any(fund.funder_id == funder_id and fund.cell_ids != everywhere for fund in problem.funds)


def _fresh(solver: Any, model: Formulation, stages: Sequence[Stage]) -> Reached:
    door.load(solver, model.program, model.program.costs({}))
    return run_stages(solver, model, stages)


def _relaxed(
    solver: Any, model: Formulation, stages: Sequence[Stage], change: tuple[int, float, Any]
) -> Reached:
    row, step, basis = change
    program = model.program
    low, high = program.row_lower[row], program.row_upper[row]
    kept, is_upper = (low, high), math.isfinite(high)
    program.row_lower[row], program.row_upper[row] = (low, high + step) if is_upper else (low - step, high)
    try:
        door.load(solver, program, stages[0].costs)
        solver.setBasis(basis)
        return run_stages(solver, model, stages)
    finally:
        program.row_lower[row], program.row_upper[row] = kept


def _priced_rows(model: Formulation, base: Reached) -> list[int]:
    """Rows of rules with a price in any aim, by what one step is worth, the dearest first."""
    worth: dict[int, tuple[int, float]] = {}
    for order, outcome in enumerate(base.outcomes.values()):
        for row, key in enumerate(model.program.row_keys):
            price = abs(float(outcome.row_prices[row])) if key[0] in RULES else 0.0
            if price > PRICED and row not in worth:
                worth[row] = (order, -price * _step(model, row))
    return sorted(worth, key=lambda row: (worth[row], row))


def _step(model: Formulation, row: int) -> float:
    """One step of a rule in the program's unit: money as the question says, people and units by ten."""
    key = model.program.row_keys[row]
    if unit_of(key) == "money":
        return model.layout.rules.what_if_amount / UNIT
    if key[0] == "floor":
        return min(1.0, abs(model.program.row_lower[row]))
    if key[0] == "in_kind":
        supply = in_kind_supplies(model.layout)[int(key[1])]
        return max(PEOPLE_STEP, round(supply.units / 10))
    return PEOPLE_STEP
