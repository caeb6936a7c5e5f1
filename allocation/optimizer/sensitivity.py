"""How sure each move is: the share of re-solves with sampled effects in which it stays.

Changes when a move counts as staying under another condition.
"""

from collections.abc import Callable
from dataclasses import replace

from allocation.answer import Move
from allocation.optimizer.build import question_of
from allocation.optimizer.plans import find_plan
from allocation.problem import Cell, Problem

STAYS = 0.5
"""A move stays where its fund still takes, and still gives, at least this share of its amount."""


def with_stays_shares(
    problem: Problem, moves: tuple[Move, ...], tell: Callable[[float], None]
) -> tuple[Move, ...]:
    """The moves with the share of the first `sensitivity_draws_count` draws in which each stays."""
    drawn = min((len(cell.effect_samples) for cell in problem.cells), default=0)
    draws = min(problem.rules.sensitivity_draws_count, drawn)
    if not draws or not moves:
        return moves
    counts = [0] * len(moves)
    for draw in range(draws):
        tell(draw / draws)
        found = find_plan(question_of(_drawn(problem, draw)), lambda _share, _sentence: None).moves
        for place, move in enumerate(moves):
            counts[place] += _stays(move, found)
    return tuple(replace(move, stays_share=count / draws) for move, count in zip(moves, counts, strict=True))


def _drawn(problem: Problem, draw: int) -> Problem:
    """The question in which each cell has the effect of one draw."""
    cells = tuple(_with_effect(cell, cell.effect_samples[draw]) for cell in problem.cells)
    return replace(problem, cells=cells, rules=replace(problem.rules, confidence=0.5))


def _with_effect(cell: Cell, effect: float) -> Cell:
    return replace(cell, effect=effect, effect_low=None, effect_high=None)


def _stays(move: Move, found: tuple[Move, ...]) -> bool:
    own = [each for each in found if each.fund_id == move.fund_id]
    taken = sum(each.amount for each in own if each.from_line_id == move.from_line_id)
    given = sum(each.amount for each in own if each.to_cell_id == move.to_cell_id)
    return min(taken, given) >= STAYS * move.amount
