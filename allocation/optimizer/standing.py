"""What given dollars buy: changes when participants are served from dollars in another way.

Today and the plan are measured by this one rule, so that no plan gains from the measuring.
"""

import math
from collections.abc import Mapping

from allocation.optimizer import solver as door
from allocation.optimizer.constraints import SERVICE_CONSTRAINTS, floors
from allocation.optimizer.formulation import NEGLIGIBLE, Formulation, Standing, declare_columns
from allocation.optimizer.layout import Layout, Spot
from allocation.optimizer.program import total
from allocation.optimizer.solver import Status
from allocation.optimizer.stages import run_stages, stages_of

STUDENTS_FORGIVEN = 1e-4
"""Students, relative to 1 + the floor, by which whole minor units may miss a floor."""


def standing_of(
    layout: Layout, money: Mapping[int, float], worst_off: tuple[int, ...] = (), today: Standing | None = None
) -> Standing:
    """Participants and benefits from solver money that reaches participants, by spot.

    Each spot serves what its money buys, within its room. Where spots share a limit that this would breach
    (capacity, in-kind supply, practices a person), the question's own aims decide who is served, with the
    floors that follow from `today`.
    """
    served = {spot: _affordable(layout.spots[spot], amount) for spot, amount in money.items()}
    served = {spot: amount for spot, amount in sorted(served.items()) if amount > 0}
    model = Formulation(layout, (), worst_off=worst_off, served_limit=served)
    declare_columns(model)
    for constraint in SERVICE_CONSTRAINTS:
        constraint(model)
    if _breaks_a_shared_limit(model, served):
        for group, least in floors(layout, today).items() if today else ():
            lower = least - STUDENTS_FORGIVEN * (1 + abs(least))
            model.program.row(("floor", group), model.group_benefit(group), lower=lower)
        served = _shared_out(model, served)
    participants = tuple(served.get(spot, 0.0) for spot in range(len(layout.spots)))
    return Standing(
        participants=participants,
        benefits=tuple(
            benefit_of(spot, count, spot.cell.effect)
            for spot, count in zip(layout.spots, participants, strict=True)
        ),
        wasted=tuple(
            _wasted(spot, money.get(place, 0.0), participants[place])
            for place, spot in enumerate(layout.spots)
        ),
    )


def benefit_of(spot: Spot, participants: float, effect: float) -> float:
    """Additional people who reach the outcome: the first steps of returns are taken first."""
    if spot.is_harmful:
        return participants * effect * spot.multipliers[0]
    benefit, left = 0.0, participants
    for width, multiplier in zip(spot.widths, spot.multipliers, strict=True):
        benefit += min(width, left) * effect * multiplier
        left -= min(width, left)
    return benefit


def _affordable(spot: Spot, money: float) -> float:
    if spot.cost is None:
        return 0.0
    return money / spot.cost if spot.is_harmful else min(money / spot.cost, spot.room)


def _wasted(spot: Spot, money: float, participants: float) -> float:
    wasted = 0.0 if spot.cost is None else money - spot.cost * participants
    return wasted if wasted > NEGLIGIBLE else 0.0


def _breaks_a_shared_limit(model: Formulation, served: Mapping[int, float]) -> bool:
    program = model.program
    full = dict.fromkeys(range(len(program.column_keys)), 0.0)
    for spot in served:
        for column, _ in model.participants(spot):
            full[column] = program.upper[column]
    activity = [0.0] * len(program.row_keys)
    for row, column, value in zip(
        program.triplet_rows, program.triplet_columns, program.triplet_values, strict=True
    ):
        activity[row] += value * full[column]
    return any(
        program.row_keys[row][0] in ("capacity", "in_kind", "reach")
        and activity[row] > program.row_upper[row] + NEGLIGIBLE * (1 + abs(program.row_upper[row]))
        for row in range(len(activity))
    )


def _shared_out(model: Formulation, served: Mapping[int, float]) -> dict[int, float]:
    stages = stages_of(model, plan=False)
    with door.highs() as solver:
        door.load(solver, model.program, model.program.costs({}))
        reached = run_stages(solver, model, stages)
    if reached.status is not Status.OPTIMAL:
        raise door.SolverError(f"the plan's dollars cannot be shared out within the floors: {reached.status}")
    return {spot: max(0.0, math.fsum([total(model.participants(spot), reached.columns)])) for spot in served}
