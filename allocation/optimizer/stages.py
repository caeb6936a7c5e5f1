"""One aim after another: changes when the order of the aims, or the way a reached aim is kept, does.

A reached aim is kept by fixing its optimal face: complementary slackness says that in every optimum a column
with a reduced cost stays at its bound and a row with a price stays active, for any optimal prices (Dantzig
1963; so degeneracy is harmless). An added objective row with a tolerance would leak released dollars.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import highspy
import numpy as np

from allocation.optimizer import solver as door
from allocation.optimizer.formulation import Formulation
from allocation.optimizer.program import Floats, Key, Program
from allocation.optimizer.solver import Outcome, Status
from allocation.problem import Objective

WORST_OFF, STUDENTS, RELEASED, TIE = "worst_off", "students", "released", "tie"

PRICE = 1e-9
"""A reduced cost or price counts where it exceeds this times the largest cost."""
DRIFT = 1e-6
"""Largest relative change of a reached aim in a later stage that our check forgives."""


@dataclass(frozen=True)
class Stage:
    """An aim as costs to minimise."""

    name: str
    costs: Floats


@dataclass(frozen=True)
class Reached:
    """The last point, each aim's value (minimised), and the first run's outcome with its prices.

    `stuck` are groups that no plan within the rules can help: they leave the worst-off aim.
    """

    status: Status
    columns: Floats
    values: dict[str, float] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    stuck: tuple[int, ...] = ()
    first_basis: Any = field(default=None, compare=False)
    """Where the first aim was first reached (highspy ships no types)."""


def stages_of(model: Formulation, *, plan: bool = True) -> list[Stage]:
    """The aims of the question's objective in order; `plan=False` leaves out least released and tie-break."""
    objective = model.layout.rules.objective
    worst_off, students = worst_off_stage(model), students_stage(model)
    order = {
        Objective.WORST_OFF_FIRST: [worst_off, students],
        Objective.GAP_CLOSING: [students, worst_off],
        Objective.STUDENTS_REACHED: [students],
    }[objective]
    stages = [stage for stage in order if stage.costs.any()]
    if plan:
        stages += [released_stage(model), tie_stage(model)]
    return stages


def worst_off_stage(model: Formulation) -> Stage:
    """S1: max t, or the tail mean of t where the question plans on the tail."""
    tail: dict[Key, float] = model.tail_terms("t")
    return Stage(WORST_OFF, -model.program.costs(tail or {("t",): 1.0}))


def students_stage(model: Formulation, *, weighted: bool = True) -> Stage:
    """S2: max sum_g omega[g] z[g], or its tail mean."""
    tail: dict[Key, float] = model.tail_terms("z")
    groups = enumerate(model.layout.groups)
    plain: dict[Key, float] = {
        ("z", place): model.layout.weight(group) if weighted else 1.0 for place, group in groups
    }
    return Stage(STUDENTS, -model.program.costs(tail or plain))


def released_stage(model: Formulation) -> Stage:
    """S3: min sum of released money."""
    kinds = {place: 1.0 for kind in ("d", "e") for place in model.program.of_kind(kind)}
    costs = np.zeros(len(model.program.column_keys))
    costs[list(kinds)] = 1.0
    return Stage(RELEASED, costs)


def tie_stage(model: Formulation) -> Stage:
    """S4: min sum w(id) x with w from a hash of stable ids: one plan among equals, whatever the order."""
    costs = np.zeros(len(model.program.column_keys))
    for place, key in enumerate(model.program.column_keys):
        if key[0] in ("x", "o"):
            spot = model.layout.spots[int(key[2])].cell.id if key[0] == "x" else ""
            costs[place] = tie_weight(model.classes[int(key[1])].key, spot)
    return Stage(TIE, costs)


def tie_weight(*ids: str) -> float:
    """A number in [0.5, 1.5) that depends on the ids alone."""
    digest = hashlib.blake2b("\x1f".join(ids).encode(), digest_size=6).digest()
    return 0.5 + int.from_bytes(digest, "big") / 2**48


def run_stages(solver: Any, model: Formulation, stages: Sequence[Stage]) -> Reached:
    """Run the aims in order on a solver that holds the model's program (with any costs)."""
    values: dict[str, float] = {}
    outcomes: dict[str, Outcome] = {}
    climb = _Climb(model.program)
    columns: Floats = np.zeros(len(model.program.column_keys))
    first_basis: Any = None
    for place, stage in enumerate(stages):
        door.set_costs(solver, stage.costs)
        if place:
            door.continue_from_basis(solver)
        priced = result = (door.run if place else door.run_first)(solver, climb.program)
        if not place:
            first_basis = solver.getBasis()
        if stage.name == WORST_OFF and result.status is Status.OPTIMAL:
            priced, result, climb = _worst_off_rounds(solver, model, (result, place == 0))
        outcomes[stage.name], columns = priced, result.columns
        if result.status is not Status.OPTIMAL:
            return Reached(result.status, columns, values, outcomes, climb.stuck)
        values[stage.name] = priced.value
        if place + 1 < len(stages):
            fix_face(solver, model.program, stage.costs, result)
    kept = all(_is_kept(stage, columns, values[stage.name]) for stage in stages)
    status = Status.OPTIMAL if kept else Status.FAILED
    return Reached(status, columns, values, outcomes, climb.stuck, first_basis)


def fix_face(solver: Any, program: Program, costs: Floats, result: Outcome) -> None:
    """Fix what every optimum shares: columns with a reduced cost, and rows with a price."""
    least = PRICE * float(np.abs(costs).max(initial=0.0))
    places = np.flatnonzero(np.abs(result.reduced_costs) > least).astype(np.int32)
    at = _nearest(result.columns[places], np.array(program.lower)[places], np.array(program.upper)[places])
    solver.changeColsBounds(len(places), places, at, at)
    rows = np.flatnonzero(np.abs(result.row_prices) > least).astype(np.int32)
    model = solver.getLp()
    low, high = np.array(model.row_lower_)[rows], np.array(model.row_upper_)[rows]
    sides = np.where(result.row_prices[rows] > 0, low, high)
    sides = np.where(np.isfinite(sides), sides, np.where(np.isfinite(low), low, high))
    for row, side in zip(rows, sides, strict=True):
        solver.changeRowBounds(int(row), float(side), float(side))


def _nearest(values: Floats, lower: Floats, upper: Floats) -> Floats:
    to_lower = np.abs(values - lower) <= np.abs(values - upper)
    bound: Floats = np.where(to_lower, lower, upper)
    # A column fixed in an earlier stage sits inside its first bounds: keep it where it is.
    kept: Floats = np.where(np.abs(bound - values) <= door.FEASIBLE * (1 + np.abs(values)), bound, values)
    return kept


def _is_kept(stage: Stage, columns: Floats, value: float) -> bool:
    return float(stage.costs @ columns) - value <= DRIFT * (1 + abs(value))


@dataclass(frozen=True)
class _Climb:
    """The program that later points must satisfy, and the groups that left the worst-off aim at 0."""

    program: Program
    stuck: tuple[int, ...] = ()


def _worst_off_rounds(
    solver: Any, model: Formulation, start: tuple[Outcome, bool]
) -> tuple[Outcome, Outcome, _Climb]:
    """Raise the share of those who can still rise: the outcome with the share and prices, and the last one.

    `start` is the first round's outcome and whether this aim is the first of all. If it is and the share is
    0, the groups that hold it there are stuck: they leave, and the rest go on. With `leximin`, each round's
    blocked groups keep their share and the others rise further (Ogryczak 1997). A worst_off row with a price
    is tight in every optimum, so its group is blocked for good.
    """
    result, is_first = start
    climb, leximin = _Climb(model.program), model.layout.rules.leximin
    priced: Outcome | None = None
    left = [place for place in model.worst_off if ("worst_off", place) in model.program.rows]
    while result.status is Status.OPTIMAL:
        is_zero = is_first and priced is None and abs(result.value) < PRICE
        priced = priced if is_zero else priced or result
        blocked = [g for g in left if abs(result.row_prices[model.program.rows["worst_off", g]]) > PRICE]
        climb = replace(climb, stuck=(*climb.stuck, *(blocked if is_zero else [])))
        if not blocked or len(blocked) == len(left) or not (is_zero or leximin):
            break
        climb = replace(climb, program=_without_worst_off(climb.program, blocked))
        for group in blocked:
            _release_from_t(solver, model.program, group, -result.value)
        left = [group for group in left if group not in blocked]
        door.continue_from_basis(solver)
        result = door.run(solver, climb.program)
    return priced or result, result, climb


def _release_from_t(solver: Any, program: Program, group: int, share: float) -> None:
    row = program.rows["worst_off", group]
    solver.changeCoeff(row, program.columns["t",], 0.0)
    solver.changeRowBounds(row, share - PRICE, highspy.kHighsInf)


def _without_worst_off(program: Program, groups: Sequence[int]) -> Program:
    """The program for our own check, in which the groups no longer limit t."""
    lower = list(program.row_lower)
    for group in groups:
        lower[program.rows["worst_off", group]] = -math.inf
    return replace(program, row_lower=lower)
