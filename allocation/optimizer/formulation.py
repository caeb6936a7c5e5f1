"""What a class program is made of: changes when a variable is added to the reallocation program.

Variables: x[s,c] solver money of class s on spot c; o[s] money elsewhere; y[c,k] participants in step k of a
spot's returns; w[c] money on a spot that serves nobody (never more than today); z[g] people moved to parity;
t the least share of its gap that a persistent group closes; d[s,c], e[s] released money.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from allocation.optimizer.classes import FundClass
from allocation.optimizer.layout import UNIT, Layout
from allocation.optimizer.program import Key, Program, Term

NEGLIGIBLE = 1e-9
"""Solver money, people or shares below this are none."""


@dataclass(frozen=True)
class Standing:
    """What given dollars buy: participants, and the spot's benefit (additional people), by spot index."""

    participants: tuple[float, ...]
    benefits: tuple[float, ...]
    wasted: tuple[float, ...]

    def group_benefit(self, layout: Layout, group: int) -> float:
        """Additional people of a group who reach the outcome, before the gap limits what counts."""
        return math.fsum(self.benefits[spot] for spot in layout.spots_of_group[group])


@dataclass
class Formulation:
    """A program under construction, with what its rows and columns refer to.

    `worst_off` are the indices of the groups in the worst-off stage. `locks_as_rows` writes commitments as
    rows, so that a conflict can name them. `every_spot` gives participants also to spots that no class may buy,
    so that columns may be added there. `served_limit` bounds participants where dollars are given.
    """

    layout: Layout
    classes: tuple[FundClass, ...]
    standing: Standing | None = None
    worst_off: tuple[int, ...] = ()
    locks_as_rows: bool = False
    every_spot: bool = False
    served_limit: Mapping[int, float] | None = None
    tails: dict[str, dict[Key, float]] = field(default_factory=dict)
    program: Program = field(default_factory=Program)

    def participants(self, spot: int) -> list[Term]:
        """Terms that sum to the participants of a spot."""
        columns = self.program.columns
        steps = range(len(self.layout.spots[spot].widths))
        return [(columns["y", spot, step], 1.0) for step in steps if ("y", spot, step) in columns]

    def benefit(self, spot: int, effect: float | None = None) -> list[Term]:
        """Terms that sum to the additional people who reach the outcome, by default with the mean effect."""
        place = self.layout.spots[spot]
        size = place.cell.effect if effect is None else effect
        terms = zip(self.participants(spot), place.multipliers, strict=False)
        return [(column, size * multiplier) for (column, _), multiplier in terms]

    def group_benefit(self, group: int) -> list[Term]:
        """Terms of the benefit over a group's spots."""
        return [term for spot in self.layout.spots_of_group[group] for term in self.benefit(spot)]

    def tail_terms(self, kind: str) -> dict[Key, float]:
        """Terms of the tail mean of an aim ("t" or "z"), empty where the question plans on the mean."""
        return self.tails.get(kind, {})

    def released(self, place: int) -> list[Term]:
        """Terms that sum to the released money of a class."""
        keys: list[Key] = [("d", place, spot) for spot in sorted(self.classes[place].current)]
        keys.append(("e", place))
        return [(self.program.columns[key], 1.0) for key in keys if key in self.program.columns]

    def money(self, place: int) -> list[Term]:
        """Terms that sum to the money which a class holds anywhere."""
        keys: list[Key] = [("x", place, spot) for spot in self.classes[place].spots]
        keys.append(("o", place))
        return [(self.program.columns[key], 1.0) for key in keys if key in self.program.columns]


def declare_columns(model: Formulation) -> None:
    """Declare every variable with its bounds, classes first, in sorted order."""
    for place, each in enumerate(model.classes):
        _money_columns(model, place, each)
    for place, spot in enumerate(model.layout.spots):
        if spot.buys and _is_used(model, place):
            _participant_columns(model, place)
    _people_columns(model)
    for place, each in enumerate(model.classes):
        for held in sorted(each.current):
            if each.current[held]:
                model.program.column(("d", place, held))
        if each.other:
            model.program.column(("e", place))


def _is_used(model: Formulation, spot: int) -> bool:
    if model.served_limit is not None:
        return model.served_limit.get(spot, 0.0) > 0
    return model.every_spot or any(
        ("x", place, spot) in model.program.columns for place in range(len(model.classes))
    )


def _money_columns(model: Formulation, place: int, each: FundClass) -> None:
    for spot in each.spots:
        locked, current = each.locked.get(spot, 0), each.current.get(spot, 0)
        upper = math.inf if spot in each.growable else max(current, locked) / UNIT
        lower = 0.0 if model.locks_as_rows else locked / UNIT
        model.program.column(("x", place, spot), lower, upper)
    if each.other or each.other_locked:
        lower = 0.0 if model.locks_as_rows else each.other_locked / UNIT
        model.program.column(("o", place), lower, max(each.other, each.other_locked) / UNIT)


def _participant_columns(model: Formulation, place: int) -> None:
    spot = model.layout.spots[place]
    if spot.is_harmful:
        served = None if model.served_limit is None else model.served_limit[place]
        bounds = (0.0, math.inf) if served is None else (served, served)
        model.program.column(("y", place, 0), *bounds)
        return
    left = math.inf if model.served_limit is None else model.served_limit[place]
    for step, width in enumerate(spot.widths):
        model.program.column(("y", place, step), 0.0, min(width, left))
        left -= min(width, left)
    if model.standing is not None and model.standing.wasted[place] > NEGLIGIBLE:
        model.program.column(("w", place), 0.0, model.standing.wasted[place])


def _people_columns(model: Formulation) -> None:
    harmed = [any(model.layout.spots[c].is_harmful for c in spots) for spots in model.layout.spots_of_group]
    for place, group in enumerate(model.layout.groups):
        model.program.column(("z", place), -math.inf if harmed[place] else 0.0, group.gap)
    if model.worst_off:
        lower = -math.inf if any(harmed[place] for place in model.worst_off) else 0.0
        model.program.column(("t",), lower, 1.0)
