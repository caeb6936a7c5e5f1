"""Whole decisions: at most N moves, no move under a size, a practice at viable scale or not at all.

Changes when such a yes-or-no rule does. Each possible move of a fund is a column m (money from a line, or
from idle money, to a spot) with a yes-or-no column b. Yes-or-no columns have no prices, so a reached aim is
kept by a row. The least released dollars are sought among the moves already chosen; with all decisions fixed,
the aims run again as linear stages.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np

from allocation.answer import Move
from allocation.optimizer import solver as door
from allocation.optimizer.build import Question, formulate
from allocation.optimizer.formulation import NEGLIGIBLE, Formulation
from allocation.optimizer.layout import UNIT
from allocation.optimizer.program import Floats, Key, Program, Term
from allocation.optimizer.solver import Outcome, Status
from allocation.optimizer.stages import RELEASED, TIE, Reached, Stage, run_stages, stages_of
from allocation.problem import Line

NODES = 500
"""Branches after which the best plan found counts as LIMITED: a limit on time would make plans differ."""
FEW = 1_000
"""Up to this many yes-or-no columns the search ends within 1e-4 of the proved bound, beyond within 1e-3."""


@dataclass(frozen=True)
class Option:
    """A possible move of a fund (by purse): from a line (None: idle) to a spot (None: to idle money)."""

    purse: int
    line: Line | None
    spot: int | None


def is_asked(question: Question) -> bool:
    """Whether the question has a yes-or-no rule."""
    rules = question.problem.rules
    return rules.maximum_moves_count is not None or rules.exact or _scales(question) != []


def counts_moves(question: Question) -> bool:
    """Whether each possible move needs its own yes or no."""
    rules = question.problem.rules
    return rules.maximum_moves_count is not None or rules.smallest_move_amount > 0


def with_decisions(question: Question) -> tuple[Formulation, list[Option]]:
    """The program with its yes-or-no rules, and the possible moves."""
    model = formulate(question, aggregate=not counts_moves(question))
    options = _add_moves(question, model) if counts_moves(question) else []
    for place, year in _scales(question):
        _add_scale(model, place, year)
    return model, options


def solve(question: Question) -> tuple[Formulation, list[Option], Reached]:
    """The program with its yes-or-no rules, the possible moves, and the best point found."""
    model, options = with_decisions(question)
    stages = stages_of(model)
    searched = [stage for stage in stages if stage.name != TIE]
    with door.highs(question.problem.rules.time_limit_seconds) as solver:
        is_small = sum(model.program.integer) <= FEW
        door.set_option(solver, "mip_rel_gap", 1e-4 if is_small else 1e-3)
        door.set_option(solver, "mip_max_nodes", NODES)
        door.load(solver, model.program, searched[0].costs)
        found, is_proved = _search(solver, model, searched)
    if found.status not in (Status.OPTIMAL, Status.LIMITED):
        return model, options, Reached(found.status, found.columns)
    reached = _with_decisions_fixed(question, model, stages, found.columns)
    if reached.status is Status.OPTIMAL and not is_proved:
        reached = replace(reached, status=Status.LIMITED)
    return model, options, reached


def moved(model: Formulation, options: Sequence[Option], columns: Floats) -> list[tuple[Option, int]]:
    """The moves of a point with their minor units, rounded down so that no cap is passed."""
    found = []
    for place, option in enumerate(options):
        amount = math.floor(float(columns[model.program.columns["m", place]]) * UNIT + 1e-3)
        if amount > 0:
            found.append((option, amount))
    return found


def _add_moves(question: Question, model: Formulation) -> list[Option]:
    """m <= U b, m >= smallest b, sum b <= N; x[s,c] = X - sum out + sum in; o[s] = X - sum out."""
    options: list[Option] = []
    for place, each in enumerate(model.classes):
        options += _options(question, each.members[0])
        _balance_rows(question, model, place, options)
    rules, program = question.problem.rules, model.program
    for place, option in enumerate(options):
        m, b = program.columns["m", place], program.column(("b", place), 0.0, 1.0, integer=True)
        program.row(("move_open", place), [(m, 1.0), (b, -_most(question, option))], upper=0.0)
        if rules.smallest_move_amount:
            least = -rules.smallest_move_amount / UNIT
            program.row(("move_least", place), [(m, 1.0), (b, least)], lower=0.0)
    if rules.maximum_moves_count is not None:
        terms = [(program.columns["b", place], 1.0) for place in range(len(options))]
        program.row(("move_count",), terms, upper=float(rules.maximum_moves_count))
    return options


def _options(question: Question, purse: int) -> list[Option]:
    layout, found = question.layout, question.layout.purses[purse]
    free = [line for line in sorted(found.fund.lines, key=lambda each: each.id) if not line.idle]
    free = [line for line in free if line.amount > layout.locked(found.fund, line)]
    idle: list[Line | None] = [None] if found.fund.budget_amount > found.held else []
    targets: list[int | None] = [*sorted(found.growable), None]
    return [
        Option(purse, line, spot)
        for line in [*free, *idle]
        for spot in targets
        if not (line is None and spot is None) and (spot is None or _spot(question, line) != spot)
    ]


def _spot(question: Question, line: Line | None) -> int | None:
    """The spot on which a line serves participants."""
    if line is None or line.cell_id is None:
        return None
    spot = question.layout.index[line.cell_id]
    return spot if question.layout.spots[spot].buys else None


def _most(question: Question, option: Option) -> float:
    purse = question.layout.purses[option.purse]
    if option.line is None:
        return (purse.fund.budget_amount - purse.held) / UNIT
    return (option.line.amount - question.layout.locked(purse.fund, option.line)) / UNIT


def _balance_rows(question: Question, model: Formulation, place: int, options: Sequence[Option]) -> None:
    program, each = model.program, model.classes[place]
    own = [(number, o) for number, o in enumerate(options) if o.purse == each.members[0]]
    for number, option in own:
        program.column(("m", number), 0.0, _most(question, option))
    for line_id in sorted({o.line.id if o.line else "" for _, o in own}):
        held = [(number, o) for number, o in own if (o.line.id if o.line else "") == line_id]
        terms = [(program.columns["m", number], 1.0) for number, _ in held]
        program.row(("move_from", place, held[0][0]), terms, upper=_most(question, held[0][1]))
    money: list[tuple[Key, int | None, int]] = [
        (("x", place, spot), spot, each.current.get(spot, 0)) for spot in each.spots
    ]
    money.append((("o", place), None, each.other))
    for key, spot, today in money:
        if key in program.columns:
            terms = [(program.columns[key], 1.0)]
            for number, option in own:
                m = program.columns["m", number]
                is_source = option.line is not None and _spot(question, option.line) == spot
                terms += [(m, 1.0)] if is_source else []
                terms += [(m, -1.0)] if spot is not None and option.spot == spot else []
            program.row(("move_balance", *key), terms, lower=today / UNIT, upper=today / UNIT)


def _scales(question: Question) -> list[tuple[int, int]]:
    """Practices (by place) and fiscal years that must reach a viable scale or stay closed.

    Waived where committed dollars lie, or where the practice already runs below its scale.
    """
    layout, found = question.layout, []
    if not question.problem.rules.viable_scale:
        return []
    for place, practice in enumerate(layout.practices):
        own = [c for c, spot in enumerate(layout.spots) if spot.practice.id == practice.id and spot.grows]
        for year in sorted({layout.spots[c].cell.fiscal_year for c in own}):
            spots = [c for c in own if layout.spots[c].cell.fiscal_year == year]
            today = math.fsum(question.today.participants[c] for c in spots)
            is_committed = any(purse.locked.get(c) for purse in layout.purses for c in spots)
            least = practice.minimum_participants or 0.0
            if least and not is_committed and not NEGLIGIBLE < today < least:
                found.append((place, year))
    return found


def _add_scale(model: Formulation, place: int, year: int) -> None:
    """least * open <= sum_g sum_k y <= room * open for a practice and fiscal year."""
    layout, program = model.layout, model.program
    practice = layout.practices[place]
    spots = [
        c
        for c, spot in enumerate(layout.spots)
        if spot.practice.id == practice.id and spot.cell.fiscal_year == year and not spot.is_harmful
    ]
    terms: list[Term] = [term for spot in spots for term in model.participants(spot)]
    if terms:
        is_open = program.column(("open", place, year), 0.0, 1.0, integer=True)
        room = math.fsum(layout.spots[spot].room for spot in spots)
        least = practice.minimum_participants or 0.0
        program.row(("scale_least", place, year), [*terms, (is_open, -least)], lower=0.0)
        program.row(("scale_open", place, year), [*terms, (is_open, -room)], upper=0.0)


def _search(solver: Any, model: Formulation, stages: Sequence[Stage]) -> tuple[Outcome, bool]:
    """Each aim over yes-or-no columns; a reached aim becomes a row of the solver's copy."""
    is_proved = True
    last: Outcome | None = None
    for stage in stages:
        door.set_costs(solver, stage.costs)
        if last is not None:
            if stage.name == RELEASED:
                _keep_closed(solver, model.program, last.columns)
            solver.setSolution(_start(last))
        found = door.run(solver, model.program)
        if found.status not in (Status.OPTIMAL, Status.LIMITED):
            return last or found, False
        is_proved = is_proved and found.status is Status.OPTIMAL
        last = found
        places = np.flatnonzero(stage.costs).astype(np.int32)
        most = found.value + 1e-7 * (1 + abs(found.value))
        solver.addRow(-highspy.kHighsInf, most, len(places), places, stage.costs[places])
    if last is None:
        raise door.SolverError("a question without aims was asked")
    return last, is_proved


def _keep_closed(solver: Any, program: Program, columns: Floats) -> None:
    """Allow only decisions that are taken to be taken back."""
    whole = np.flatnonzero(np.array(program.integer, dtype=bool))
    closed = whole[np.round(columns[whole]) == 0].astype(np.int32)
    zeros = np.zeros(len(closed))
    solver.changeColsBounds(len(closed), closed, zeros, zeros)


def _start(found: Outcome) -> Any:
    solution = highspy.HighsSolution()
    solution.col_value = list(found.columns)
    return solution


def _with_decisions_fixed(
    question: Question, model: Formulation, stages: Sequence[Stage], columns: Floats
) -> Reached:
    program = model.program
    for place, is_whole in enumerate(program.integer):
        if is_whole:
            program.lower[place] = program.upper[place] = float(round(columns[place]))
    program.integer = [False] * len(program.integer)
    with door.highs(question.problem.rules.time_limit_seconds) as solver:
        door.load(solver, program, program.costs({}))
        return run_stages(solver, model, stages)


def as_move(question: Question, option: Option, amount: int) -> Move:
    """A chosen move without its gain."""
    fund = question.layout.purses[option.purse].fund
    source = _spot(question, option.line)
    target = None if option.spot is None else question.layout.spots[option.spot].cell.id
    lines = sorted(line.id for line in fund.lines if target is not None and line.cell_id == target)
    return Move(
        fund_id=fund.id,
        investment_id=fund.investment_id,
        funder_id=fund.funder_id,
        from_line_id=None if option.line is None else option.line.id,
        from_cell_id=None if source is None else question.layout.spots[source].cell.id,
        to_line_id=lines[0] if lines else None,
        to_cell_id=target,
        amount=amount,
        gain=0.0,
        gain_low=0.0,
        gain_high=0.0,
        sentence="",
    )
