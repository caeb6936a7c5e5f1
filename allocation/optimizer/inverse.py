"""The least new money that reaches a target: changes when the question is asked backwards in another way."""

import math
from dataclasses import replace

import numpy as np

from allocation.optimizer import solver as door
from allocation.optimizer.build import formulate, question_of
from allocation.optimizer.layout import UNIT
from allocation.optimizer.solver import Status
from allocation.problem import Problem, new_money

_FUND = "least-new-money"


def least_money(
    problem: Problem, *, worst_off_share: float | None = None, students: float | None = None
) -> int | None:
    """Least unrestricted new money, in minor units, that brings the target within the rules; None if none.

    `worst_off_share` is the share of its gap that each persistently behind, reachable group must close;
    `students` the unweighted students over all groups.
    """
    fund = new_money(0, problem.cells, fund_id=_FUND)
    question = question_of(replace(problem, funds=(*problem.funds, fund)))
    model = formulate(question)
    program = model.program
    place = next(s for s, each in enumerate(model.classes) if each.funder_id == _FUND)
    added = program.column(("new_money",))
    program.add_terms(program.rows["budget", place], [(added, -1.0)])
    if students is not None:
        terms = [(program.columns["z", g], 1.0) for g in range(len(model.layout.groups))]
        program.row(("target_students",), terms, lower=students)
    if worst_off_share is not None and model.worst_off:
        program.lower[program.columns["t",]] = worst_off_share
    costs = np.zeros(len(program.column_keys))
    costs[added] = 1.0
    with door.highs() as solver:
        door.load(solver, program, costs)
        found = door.run(solver, program)
    return math.ceil(found.value * UNIT - 1e-3) if found.status is Status.OPTIMAL else None
