"""Students against the worst-off group's share: changes when the trade-off is traced differently.

Each point is a best plan for a promised share t of the worst off (epsilon-constraint, Haimes 1971), solved
again from the last basis. Price of fairness: (most students - students) / most students (Bertsimas, Farias
and Trichakis 2011).
"""

import math
from dataclasses import replace

from allocation.answer import FrontierPoint
from allocation.optimizer import solver as door
from allocation.optimizer.build import Question
from allocation.optimizer.solver import Outcome, Status
from allocation.optimizer.stages import students_stage, worst_off_stage
from allocation.optimizer.whatifs import Base

EASE = 1e-9
"""Share by which the last point stays below the largest, so that it can be kept."""


def frontier_of(base: Base, points: int) -> tuple[FrontierPoint, ...]:
    """`points` best plans (2 or more) from most students to the largest promise; empty without one."""
    solver, model = base.solver, base.model
    if points < 2 or not base.question.worst_off or base.most is None:
        return ()
    door.load(solver, model.program, worst_off_stage(model).costs)
    door.continue_from_basis(solver)
    solver.setBasis(base.most[1])
    most = door.run(solver, model.program)
    if most.status is not Status.OPTIMAL:
        return ()
    low, high = _free_share(base), -most.value
    solver.setBasis(base.most[1])
    promises = [low + (high - low) * number / (points - 1) for number in range(points)]
    found = [_point(base, min(promise, high - EASE)) for promise in promises]
    return _with_knee([point for point in found if point is not None])


def worst_off_today(question: Question) -> int:
    """The persistently behind group that closes the least share of its gap today; the largest gap on ties."""
    groups = question.layout.groups
    return min(
        question.worst_off,
        key=lambda g: (
            round(question.today.group_benefit(question.layout, g) / groups[g].gap, 9),
            -groups[g].gap,
            groups[g].id,
        ),
    )


def _free_share(base: Base) -> float:
    """The largest share that costs no student at all; leaves the program with most students as its aim."""
    solver, model = base.solver, base.model
    first = base.most[0] if base.most else 0.0
    terms = students_stage(model, weighted=False).costs
    places = terms.nonzero()[0].astype("int32")
    solver.addRow(-math.inf, EASE * (1 + abs(first)) - first, len(places), places, terms[places])
    share = -door.run(solver, model.program).value
    door.load(solver, model.program, terms)
    door.follow_limits(solver)
    return share


def _point(base: Base, promise: float) -> FrontierPoint | None:
    solver, question, model = base.solver, base.question, base.model
    place = model.program.columns["t",]
    solver.changeColBounds(place, promise, 1.0)
    found: Outcome = door.run(solver, model.program)
    if found.status is not Status.OPTIMAL:
        return None
    groups = model.layout.groups
    gaps = math.fsum(groups[g].gap for g in model.worst_off)
    worst = worst_off_today(question)
    return FrontierPoint(
        equity_weight=1 + max(0.0, float(found.reduced_costs[place])) / gaps,
        students=-found.value,
        worst_off_students=promise * groups[worst].gap,
        worst_off_share=promise,
    )


def _with_knee(points: list[FrontierPoint]) -> tuple[FrontierPoint, ...]:
    """Mark the point farthest from the straight line between the ends: up to it the promise is cheap."""
    if len(points) < 3:
        return tuple(points)
    first, last = points[0], points[-1]
    width = last.worst_off_share - first.worst_off_share
    height = first.students - last.students
    if width <= EASE or height <= EASE:
        return tuple(points)
    above = [
        (point.students - last.students) / height + (point.worst_off_share - first.worst_off_share) / width
        for point in points
    ]
    knee = max(range(len(points)), key=lambda place: (above[place], place))
    return tuple(replace(point, is_knee=place == knee) for place, point in enumerate(points))
