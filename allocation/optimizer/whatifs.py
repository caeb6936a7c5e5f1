"""What a changed rule would really do, by solving again: changes when the asked differences do.

Prices of a degenerate program are not unique, so none is published: every difference comes from a re-solve
that starts from the basis of the plan.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import highspy

from allocation.optimizer import solver as door
from allocation.optimizer.build import Question, formulate, question_of
from allocation.optimizer.constraints import in_kind_supplies
from allocation.optimizer.formulation import Formulation
from allocation.optimizer.layout import UNIT
from allocation.optimizer.program import Program
from allocation.optimizer.rules_in_words import RULES, unit_of
from allocation.optimizer.solver import Status
from allocation.optimizer.stages import STUDENTS, WORST_OFF, Reached, run_stages, stages_of, students_stage
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
        door.load(solver, model.program, model.program.costs({}))
        reached = run_stages(solver, model, stages)
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


@dataclass(frozen=True)
class Base:
    """The solved question to which differences are taken, on a solver that every re-solve shares.

    Commitments are rows, and spots that no class may buy have participants, so that any rule can be changed.
    `basis` is optimal for the first aim.
    """

    question: Question
    solver: Any  # highspy ships no types
    model: Formulation
    basis: Any
    reached: Reached
    start: Measure

    def again(self, program: Program, basis: Any) -> Measure | None:
        """What the best plan of a changed program reaches, solved from a basis that fits it."""
        model = replace(self.model, program=program)
        stages = stages_of(model, plan=False)
        door.load(self.solver, program, stages[0].costs)
        door.follow_limits(self.solver)
        self.solver.setBasis(basis)
        return measured(self.question, model, run_stages(self.solver, model, stages))

    @cached_property
    def most(self) -> tuple[float, Any] | None:
        """The most students that any plan within the rules reaches, each counting once, and the basis there."""
        door.load(self.solver, self.model.program, students_stage(self.model, weighted=False).costs)
        door.continue_from_basis(self.solver)
        self.solver.setBasis(self.basis)
        found = door.run(self.solver, self.model.program)
        return (-found.value, self.solver.getBasis()) if found.status is Status.OPTIMAL else None


@contextmanager
def solved_base(
    question: Question, before: tuple[Formulation, Reached] | None = None
) -> Iterator[Base | None]:
    """The base of a question, None where nobody is to be reached or no plan exists.

    `before` is the question's plain program where it was solved already: its basis is the one to start from.
    """
    model = formulate(question, locks_as_rows=True, every_spot=True)
    stages = stages_of(model, plan=False)
    with door.highs() as solver:
        if not stages:
            yield None
            return
        door.load(solver, model.program, stages[0].costs)
        if before is not None and _holds(model.program, before[0].program):
            solver.setBasis(_basis_of(model, before[0], before[1].first_basis))
            door.follow_limits(solver)
        reached = run_stages(solver, model, stages)
        start = measured(question, model, reached)
        yield None if start is None else Base(question, solver, model, reached.first_basis, reached, start)


def _holds(program: Program, plain: Program) -> bool:
    """Whether all of a program is in another: no yes-or-no rule, and nobody left the worst-off aim."""
    return plain.columns.keys() <= program.columns.keys() and plain.rows.keys() <= program.rows.keys()


def _basis_of(model: Formulation, before: Formulation, basis: Any) -> Any:
    """The plain program's basis in the base's program, whose further rows and columns are not in use.

    Money at its commitment is at a bound in the one, and at a row in the other.
    """
    statuses = highspy.HighsBasisStatus
    old, new = before.program, model.program
    columns = [statuses.kLower] * len(new.column_keys)
    rows = [statuses.kBasic] * len(new.row_keys)
    for key, status in zip(old.column_keys, basis.col_status, strict=True):
        columns[new.columns[key]] = status
    for key, status in zip(old.row_keys, basis.row_status, strict=True):
        rows[new.rows[key]] = status
    for key, row in new.rows.items():
        if key[0] == "commitment":
            held = new.columns["x" if len(key) > 2 else "o", *key[1:]]
            if columns[held] == statuses.kLower:
                columns[held], rows[row] = statuses.kBasic, statuses.kLower
    found = highspy.HighsBasis()
    found.valid, found.col_status, found.row_status = True, columns, rows
    return found


def row_differences(base: Base, tell: Callable[[float], None]) -> list[RowDifference]:
    """Relax each rule that has a price by one step, the dearest first; at most `what_ifs_count` of them."""
    rows = _priced_rows(base.model, base.reached)[: base.question.problem.rules.what_ifs_count]
    found: list[RowDifference] = []
    for number, row in enumerate(rows):
        tell(number / len(rows))
        step = _step(base.model, row)
        after = base.again(_relaxed(base.model.program, row, step), base.basis)
        if after is not None:
            found.append(RowDifference(row, step, after.minus(base.start)))
    return found


def _relaxed(program: Program, row: int, step: float) -> Program:
    lower, upper = list(program.row_lower), list(program.row_upper)
    if math.isfinite(upper[row]):
        upper[row] += step
    else:
        lower[row] -= step
    return replace(program, row_lower=lower, row_upper=upper)


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
