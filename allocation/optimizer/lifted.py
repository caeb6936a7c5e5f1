"""What each funder's restrictions cost: changes when lifting a restriction means something else.

Lifting opens every cell of the years a fund may pay for to one funder's dollars; every other rule stays, and so
do the groups of the worst-off aim. In the program that adds columns, and today's optimum with none of them used
stays feasible: each re-solve starts from its basis (Bertsimas and Tsitsiklis 1997, Introduction to Linear
Optimization, section 5.1).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from allocation.optimizer.formulation import Formulation
from allocation.optimizer.program import Floats, Program
from allocation.optimizer.stages import Reached
from allocation.optimizer.whatifs import Base, Measure

WORTH = 1e-9
"""A new column can help an aim only where its reduced cost, in students or share per unit of money, is below -WORTH."""


@dataclass(frozen=True)
class Lifted:
    """A funder without its restrictions, and what that changes."""

    funder_id: str
    change: Measure


@dataclass(frozen=True)
class _Opened:
    """Columns that lifting a funder's restrictions adds or frees: spots by class."""

    funder_id: str
    by_class: dict[int, list[int]]


def lifted_restrictions(base: Base, tell: Callable[[float], None]) -> list[Lifted]:
    """The change for each restricted funder whose dollars could do more elsewhere.

    At most `what_ifs_count` funders are solved for: those whose restricted dollars have the highest prices
    elsewhere. A funder none of whose new columns has a price left in any aim cannot change the optimum.
    """
    asked = _worth_asking(base.model, base.reached)[: base.question.problem.rules.what_ifs_count]
    found: list[Lifted] = []
    for number, opened in enumerate(asked):
        tell(number / len(asked))
        program = _with_columns(base.model, opened)
        added = len(program.column_keys) - len(base.model.program.column_keys)
        after = base.again(program, _longer(base.basis, added))
        if after is not None:
            found.append(Lifted(opened.funder_id, after.minus(base.start)))
    return found


def _worth_asking(model: Formulation, base: Reached) -> list[_Opened]:
    """Funders with columns that an aim would pay for, by the most that their dollars could bring, highest first."""
    ranked: list[tuple[float, str, _Opened]] = []
    for opened in _restricted(model):
        worth = max(_most(model, opened, outcome.row_prices) for outcome in base.outcomes.values())
        if worth > 0:
            ranked.append((-worth, opened.funder_id, opened))
    return [opened for _, _, opened in sorted(ranked, key=lambda each: each[:2])]


def _restricted(model: Formulation) -> list[_Opened]:
    growing = [spot for spot, found in enumerate(model.layout.spots) if found.grows]
    by_funder: dict[str, dict[int, list[int]]] = {}
    for place, each in enumerate(model.classes):
        closed = [spot for spot in growing if spot not in each.growable and _is_in_years(model, place, spot)]
        if closed:
            by_funder.setdefault(each.funder_id, {})[place] = closed
    return [_Opened(funder, found) for funder, found in sorted(by_funder.items())]


def _is_in_years(model: Formulation, place: int, spot: int) -> bool:
    years = model.layout.purses[model.classes[place].members[0]].fund.allowed_years
    return years is None or model.layout.spots[spot].cell.fiscal_year in years


def _most(model: Formulation, opened: _Opened, prices: Floats) -> float:
    """The sum over classes of dollars times the best reduced cost, which bounds the first-order gain."""
    rows = model.program.rows
    by_spot = np.array(
        [prices[rows["cost", s]] if ("cost", s) in rows else 0.0 for s in range(len(model.layout.spots))]
    )
    gains: list[float] = []
    for place, spots in opened.by_class.items():
        each = model.classes[place]
        own = sum(
            float(prices[rows[key]]) for key in (("budget", place), ("minimum_spend", place)) if key in rows
        )
        worth = own + (1 - each.overhead_share) * by_spot[spots]
        for at, spot in enumerate(spots):
            if spot in each.current or spot in each.locked:
                worth[at] = math.fsum(float(prices[row]) * value for row, value in _terms(model, place, spot))
        best = float(worth.max())
        gains.append(best * each.budget if best > WORTH else 0.0)
    return math.fsum(gains)


def _terms(model: Formulation, place: int, spot: int) -> list[tuple[int, float]]:
    """The rows of a column x[s,c]: the class's money, and the spot's participants or the money it holds there."""
    rows, each = model.program.rows, model.classes[place]
    terms = [(rows["budget", place], 1.0), (rows["cost", spot], 1 - each.overhead_share)]
    own = (("minimum_spend", place), ("release", place, spot), ("commitment", place, spot))
    return terms + [(rows[key], 1.0) for key in own if key in rows]


def _with_columns(model: Formulation, opened: _Opened) -> Program:
    program = model.program.copied()
    for place, spot in [(place, spot) for place, spots in opened.by_class.items() for spot in spots]:
        if ("x", place, spot) in program.columns:  # money lies there already, and may now grow
            program.upper[program.columns["x", place, spot]] = math.inf
            continue
        column = program.column(("x", place, spot))
        for row, value in _terms(model, place, spot):
            program.add_terms(row, [(column, value)])
    return program


def _longer(basis: Any, count: int) -> Any:
    """The basis with `count` further columns at their lower bound."""
    longer = highspy.HighsBasis()
    longer.valid, longer.row_status = True, basis.row_status
    longer.col_status = [*basis.col_status, *[highspy.HighsBasisStatus.kLower] * count]
    return longer
