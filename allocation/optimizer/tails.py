"""Planning on the worst tail of sampled effects: changes when the measure of risk does.

Conditional value at risk (Rockafellar and Uryasev 2000): with S draws and tail share a, the mean of the worst
a S draws is max over v of v - 1/(a S) sum_n u[n], u[n] >= v - aim[n], u >= 0. a = 2 (1 - confidence), so that
confidence 0.5 is the mean of all draws and 0.95 the mean of the worst tenth.
"""

import math

from allocation.optimizer.formulation import Formulation
from allocation.optimizer.program import Key, Term


def add_tails(model: Formulation) -> None:
    """Add columns and rows of the tail means of students ("z") and of the worst-off share ("t")."""
    draws = _draws(model)
    if model.layout.rules.confidence <= 0.5 or not draws:
        return
    for draw in range(draws):
        _people_of_draw(model, draw)
    weights = [model.layout.weight(group) for group in model.layout.groups]
    students = [
        [(model.program.columns["zn", place, draw], weight) for place, weight in enumerate(weights)]
        for draw in range(draws)
    ]
    model.tails["z"] = _tail(model, "z", students)
    if model.worst_off:
        shares = [[(model.program.columns["tn", draw], 1.0)] for draw in range(draws)]
        model.tails["t"] = _tail(model, "t", shares)


def tail_share(confidence: float) -> float:
    """Share of the draws, worst first, whose mean is planned on."""
    return 2 * (1 - confidence)


def _draws(model: Formulation) -> int:
    return max((len(spot.cell.effect_samples) for spot in model.layout.spots), default=0)


def _people_of_draw(model: Formulation, draw: int) -> None:
    """zn[g,n] <= benefit of g in draw n; zn[g,n] / G[g] >= tn[n] for the worst-off groups."""
    program = model.program
    for place, group in enumerate(model.layout.groups):
        column = program.column(("zn", place, draw), -math.inf, group.gap)
        terms: list[Term] = [(column, 1.0)]
        for spot in model.layout.spots_of_group[place]:
            effect = model.layout.spots[spot].cell.effect_samples[draw]
            terms += [(each, -value) for each, value in model.benefit(spot, effect)]
        program.row(("gap_of_draw", place, draw), terms, upper=0.0)
    if model.worst_off:
        share = program.column(("tn", draw), -math.inf, 1.0)
        for place in model.worst_off:
            size = model.layout.groups[place].gap
            terms = [(program.columns["zn", place, draw], 1 / size), (share, -1.0)]
            program.row(("worst_off_of_draw", place, draw), terms, lower=0.0)


def _tail(model: Formulation, kind: str, aims: list[list[Term]]) -> dict[Key, float]:
    """v - 1/(a S) sum u as terms by key."""
    program, size = model.program, tail_share(model.layout.rules.confidence) * len(aims)
    level = program.column(("v" + kind,), -math.inf)
    found: dict[Key, float] = {("v" + kind,): 1.0}
    for draw, aim in enumerate(aims):
        shortfall = program.column(("u" + kind, draw))
        terms = [(shortfall, 1.0), (level, -1.0), *aim]
        program.row(("shortfall_" + kind, draw), terms, lower=0.0)
        found["u" + kind, draw] = -1 / size
    return found
