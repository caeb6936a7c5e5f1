"""From a question to a plan in whole minor units: changes when small moves are kept out in another way.

The linear program knows no smallest move. A line that would lose less than the smallest move is pinned, a
cell that would receive less from a fund is closed to it, and the program is solved again; today's amounts
always satisfy a pin. Where pairing alone leaves a small move between two large changes, that move is undone
if every rule still holds, else its cell is closed to the fund. A small move that remains is marked as forced:
it occurs where today's amounts break a rule themselves.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from allocation.answer import Move
from allocation.optimizer import integers
from allocation.optimizer import solver as door
from allocation.optimizer.build import Question, formulate
from allocation.optimizer.cents import OTHER, Amounts, amounts_today, whole_amounts
from allocation.optimizer.checks import breaches
from allocation.optimizer.formulation import Formulation
from allocation.optimizer.front import load_through_pulp
from allocation.optimizer.layout import Layout
from allocation.optimizer.moves import moves_of
from allocation.optimizer.program import Floats, Program
from allocation.optimizer.solver import Status
from allocation.optimizer.stages import Reached, run_stages, stages_of
from allocation.problem import Fund, Problem

PIN_ROUNDS = 4
"""Rounds after which small moves are undone instead of pinned."""
NEGLIGIBLE_SHARE = 1e-3
"""Small moves that together are less of all that moves are undone without another program."""
LAST_ROUNDS = 6
"""Further rounds in which cells are closed to small moves that cannot be undone."""

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Plan:
    """The first round's program and aims (no smallest move), and the amounts that keep every rule."""

    model: Formulation
    reached: Reached
    after: Amounts | None
    moves: tuple[Move, ...] = ()


def find_plan(question: Question, progress: Progress) -> Plan:
    """The best plan of a question, or one without amounts whose `reached.status` says why."""
    if integers.is_asked(question):
        return _integer_plan(question, progress)
    model, reached = solve_once(question)
    if reached.status is not Status.OPTIMAL:
        return Plan(model, reached, None)
    after, moves = _without_small_moves(question, (model, reached), progress)
    return Plan(model, reached, after, moves)


def solve_once(
    question: Question, load: Callable[[Any, Program, Floats], None] = load_through_pulp
) -> tuple[Formulation, Reached]:
    """All aims in order over the class program, as PuLP builds it (or handed over by `load`, as large ones are)."""
    model = formulate(question)
    load = door.load if len(model.program.column_keys) >= door.LARGE else load
    with door.highs(question.problem.rules.time_limit_seconds) as solver:
        load(solver, model.program, model.program.costs({}))
        return model, run_stages(solver, model, stages_of(model))


def _integer_plan(question: Question, progress: Progress) -> Plan:
    progress(0.1, "Looking for the best whole moves")
    model, options, reached = integers.solve(question)
    if reached.status not in (Status.OPTIMAL, Status.LIMITED):
        return Plan(model, reached, None)
    if not options:
        after = whole_amounts(model, reached.columns)
        return Plan(model, reached, after, moves_of(question, after))
    chosen = integers.moved(model, options, reached.columns)
    moves = tuple(integers.as_move(question, option, amount) for option, amount in chosen)
    return Plan(model, reached, _after(question, moves), moves)


def _after(question: Question, moves: tuple[Move, ...]) -> Amounts:
    after = amounts_today(question.layout)
    for move in moves:
        after = _without(question, after, move, sign=-1)
    return after


def _without_small_moves(
    question: Question, first: tuple[Formulation, Reached], progress: Progress
) -> tuple[Amounts, tuple[Move, ...]]:
    after, narrowed = whole_amounts(first[0], first[1].columns), question.problem
    for round_number in range(PIN_ROUNDS + LAST_ROUNDS):
        moves = moves_of(question, after)
        seeks = round_number < PIN_ROUNDS and not _is_negligible(moves, question)
        pins = _pinned(narrowed, moves) if seeks else None
        if pins is None:
            undone, moves = _undone(question, after)
            pins = _closed(narrowed, [move for move in moves if move.is_forced])
            if pins is None:
                return undone, moves
        progress(0.3 + 0.02 * round_number, "Leaving out moves that are too small")
        narrowed = pins
        model, reached = solve_once(replace(question, problem=narrowed, layout=Layout(narrowed)), door.load)
        if reached.status is not Status.OPTIMAL:
            break
        after = whole_amounts(model, reached.columns)
    return _undone(question, after)


def _is_negligible(moves: Sequence[Move], question: Question) -> bool:
    """Whether all small moves together are too little of what moves for another program to gain from them."""
    least = question.problem.rules.smallest_move_amount
    small = sum(move.amount for move in moves if move.amount < least)
    return small <= NEGLIGIBLE_SHARE * sum(move.amount for move in moves)


def _closed(problem: Problem, moves: Sequence[Move]) -> Problem | None:
    """The problem without the cells (or, for money that becomes idle, lines) of moves that a rule needs."""
    cells: set[tuple[str, str | None]] = {
        (move.fund_id, move.to_cell_id) for move in moves if move.to_cell_id is not None
    }
    lines = {(move.fund_id, move.from_line_id) for move in moves if move.to_cell_id is None}
    return _pinned_funds(problem, lines, cells)


def _undone(question: Question, after: Amounts) -> tuple[Amounts, tuple[Move, ...]]:
    """Undo the small moves that are left, the smallest first, unless a rule needs them."""
    least = question.problem.rules.smallest_move_amount
    forced: set[tuple[str | None, ...]] = set()
    after = _all_undone(question, after)
    while True:
        moves = moves_of(question, after)
        small = [move for move in moves if move.amount < least and _name(move) not in forced]
        if not small:
            return after, tuple(replace(m, is_forced=m.amount < least) for m in moves)
        move = min(small, key=lambda each: (each.amount, *(part or "" for part in _name(each))))
        without = _without(question, after, move)
        if breaches(question, without):
            forced.add(_name(move))
        else:
            after = without


def _all_undone(question: Question, after: Amounts) -> Amounts:
    """Without any of the small moves where every rule still holds, else as it was."""
    least, without = question.problem.rules.smallest_move_amount, after
    for move in moves_of(question, after):
        if move.amount < least:
            without = _without(question, without, move)
    return without if without is after or not breaches(question, without) else after


def _name(move: Move) -> tuple[str | None, ...]:
    return (move.fund_id, move.from_line_id, move.from_cell_id, move.to_cell_id)


def _without(question: Question, after: Amounts, move: Move, sign: int = 1) -> Amounts:
    """The amounts without a move, or with it (sign -1)."""
    place = question.layout.purse_places[move.fund_id]
    found = dict(after.after)
    if move.from_line_id is not None:
        spot = _spot(question, move.from_cell_id)
        found[place, spot] = found.get((place, spot), 0) + sign * move.amount
    if move.to_cell_id is not None:
        spot = _spot(question, move.to_cell_id)
        found[place, spot] = found.get((place, spot), 0) - sign * move.amount
    return Amounts({key: amount for key, amount in sorted(found.items()) if amount})


def _spot(question: Question, cell_id: str | None) -> int:
    return OTHER if cell_id is None else question.layout.index[cell_id]


def _pinned(problem: Problem, moves: Sequence[Move]) -> Problem | None:
    """The problem with lines pinned and cells closed that change by less than the smallest move."""
    least = problem.rules.smallest_move_amount
    lost: dict[tuple[str, str | None], int] = {}
    received: dict[tuple[str, str | None], int] = {}
    for move in moves:
        source, target = (move.fund_id, move.from_line_id), (move.fund_id, move.to_cell_id)
        lost[source] = lost.get(source, 0) + move.amount
        received[target] = received.get(target, 0) + move.amount
    pinned = {key for key, amount in lost.items() if key[1] is not None and amount < least}
    closed = {key for key, amount in received.items() if key[1] is not None and amount < least}
    if not pinned and not closed:
        return None
    return _pinned_funds(problem, pinned, closed)


def _pinned_funds(
    problem: Problem, pinned: set[tuple[str, str | None]], closed: set[tuple[str, str | None]]
) -> Problem | None:
    """The problem with lines pinned and cells closed, None where that changes nothing."""
    touched = {name for name, _ in pinned | closed}
    funds = tuple(_pin(fund, pinned, closed) if fund.id in touched else fund for fund in problem.funds)
    return None if funds == problem.funds else replace(problem, funds=funds)


def _pin(fund: Fund, pinned: set[tuple[str, str | None]], closed: set[tuple[str, str | None]]) -> Fund:
    lines = tuple(
        replace(line, locked_amount=max(line.amount, line.locked_amount))
        if (fund.id, line.id) in pinned
        else line
        for line in fund.lines
    )
    return replace(
        fund, lines=lines, cell_ids=frozenset(c for c in fund.cell_ids if (fund.id, c) not in closed)
    )
