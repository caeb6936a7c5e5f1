"""A plan as moves between lines, each with its gain: changes when a move is paired or credited differently.

Within a fund what leaves lines (and idle money) is paired with what cells receive: equal amounts first, then
the largest with the largest. A spot's change in students is credited to the dollars that came or left, so
that the gains of all moves sum to after minus before.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from allocation.answer import Move, PlanLine
from allocation.optimizer import words
from allocation.optimizer.build import Question
from allocation.optimizer.cents import OTHER, Amounts, amounts_today
from allocation.optimizer.impact import Counted, spent_by_spot
from allocation.problem import Fund, Line


@dataclass(frozen=True)
class Rate:
    """Students a minor unit on a spot, with half-widths."""

    students: float = 0.0
    below: float = 0.0
    above: float = 0.0


@dataclass(frozen=True)
class _End:
    """One end of a move: a line (None: idle, or yet to open) and a spot (OTHER: none)."""

    line_id: str | None
    spot: int


def plan_lines(question: Question, after: Amounts) -> tuple[PlanLine, ...]:
    """Every line of every fund with its amounts, then the cells where a fund opens a line."""
    found: list[PlanLine] = []
    for place, purse in enumerate(question.layout.purses):
        cuts, rises = _changes(question, place, after)
        losses = {end.line_id: amount for end, amount in cuts.items()}
        gains = {end.line_id: amount for end, amount in rises.items()}
        for line in sorted(purse.fund.lines, key=lambda each: each.id):
            if not line.idle:
                kept = line.amount - losses.get(line.id, 0) + gains.get(line.id, 0)
                found.append(PlanLine(purse.fund.id, line.id, line.cell_id, line.amount, kept))
        for end, amount in sorted(rises.items(), key=lambda item: item[0].spot):
            if end.line_id is None:
                cell = question.layout.spots[end.spot].cell.id
                found.append(PlanLine(purse.fund.id, None, cell, 0, amount))
    return tuple(found)


def moves_of(question: Question, after: Amounts) -> tuple[Move, ...]:
    """The moves of a plan, without gains, by fund."""
    found: list[Move] = []
    for place in range(len(question.layout.purses)):
        cuts, rises = _changes(question, place, after)
        found += _paired(question, place, dict(cuts), dict(rises))
    return tuple(found)


def with_gains(
    question: Question, moves: tuple[Move, ...], counts: tuple[Counted, Counted], after: Amounts
) -> tuple[Move, ...]:
    """The moves with their gains; `counts` are those before and after."""
    rates = _rates(question, counts, after)
    found = [_credited(question, move, rates) for move in moves]
    whole = math.fsum(counts[1].students) - math.fsum(counts[0].students)
    rest = whole - math.fsum(move.gain for move in found)
    dollars = sum(move.amount for move in found)
    shifted = [_shifted(move, rest * move.amount / dollars) for move in found] if dollars else found
    return tuple(replace(move, sentence=words.move(question, move)) for move in shifted)


def _changes(question: Question, place: int, after: Amounts) -> tuple[dict[_End, int], dict[_End, int]]:
    """What leaves each line (and idle money), and what each cell (or idle money) receives, of a fund."""
    purse = question.layout.purses[place]
    today = dict(purse.current) | ({OTHER: purse.other} if purse.other else {})
    planned = after.by_purse.get(place, {})
    if planned == today:
        return {}, {}
    cuts: dict[_End, int] = {}
    rises: dict[_End, int] = {}
    for spot in sorted({*today, *planned}):
        change = planned.get(spot, 0) - today.get(spot, 0)
        if change < 0:
            cuts |= {
                _End(line, spot): cut for line, cut in _line_cuts(question, place, spot, -change).items()
            }
        elif change > 0:
            rises[_End(_first_line(question, purse.fund, spot), spot)] = change
    balance = sum(rises.values()) - sum(cuts.values())
    if balance > 0:
        cuts[_End(None, OTHER)] = balance
    elif balance < 0:
        rises[_End(None, OTHER)] = -balance
    return cuts, rises


def lines_on(question: Question, fund: Fund, spot: int) -> list[Line]:
    """A fund's lines on a spot (OTHER: those that serve no participants), by id."""
    found = []
    for line in sorted(fund.lines, key=lambda each: each.id):
        place = None if line.cell_id is None else question.layout.index[line.cell_id]
        serves = place is not None and question.layout.spots[place].buys
        if not line.idle and (place == spot if serves else spot == OTHER):
            found.append(line)
    return found


def _line_cuts(question: Question, place: int, spot: int, cut: int) -> dict[str, int]:
    fund = question.layout.purses[place].fund
    free = {
        line.id: max(0, line.amount - question.layout.locked(fund, line))
        for line in lines_on(question, fund, spot)
    }
    found: dict[str, int] = {}
    for line in sorted(free, key=lambda line: (-free[line], line)):
        taken = min(cut, free[line])
        if taken:
            found[line] = taken
        cut -= taken
    return found


def _first_line(question: Question, fund: Fund, spot: int) -> str | None:
    lines = lines_on(question, fund, spot)
    return lines[0].id if lines else None


def _paired(question: Question, place: int, cuts: dict[_End, int], rises: dict[_End, int]) -> list[Move]:
    pairs: list[tuple[_End, _End, int]] = []
    for source in _largest_first(cuts):
        for target in _largest_first(rises):
            if rises[target] and rises[target] == cuts[source]:
                pairs.append((source, target, cuts[source]))
                cuts[source] = rises[target] = 0
    while any(cuts.values()) and any(rises.values()):
        source, target = _largest_first(cuts)[0], _largest_first(rises)[0]
        amount = min(cuts[source], rises[target])
        pairs.append((source, target, amount))
        cuts[source] -= amount
        rises[target] -= amount
    fund = question.layout.purses[place].fund
    return [_move(question, fund, pair) for pair in pairs]


def _largest_first(ends: Mapping[_End, int]) -> list[_End]:
    return sorted(ends, key=lambda end: (-ends[end], end.spot, end.line_id or ""))


def _move(question: Question, fund: Fund, pair: tuple[_End, _End, int]) -> Move:
    source, target, amount = pair
    return Move(
        fund_id=fund.id,
        investment_id=fund.investment_id,
        funder_id=fund.funder_id,
        from_line_id=source.line_id,
        from_cell_id=_cell_id(question, source),
        to_line_id=target.line_id,
        to_cell_id=_cell_id(question, target),
        amount=amount,
        gain=0.0,
        gain_low=0.0,
        gain_high=0.0,
        sentence="",
    )


def _cell_id(question: Question, end: _End) -> str | None:
    return None if end.spot == OTHER else question.layout.spots[end.spot].cell.id


def _rates(question: Question, counts: tuple[Counted, Counted], after: Amounts) -> dict[str, Rate]:
    before_money, after_money = spent_by_spot(amounts_today(question.layout)), spent_by_spot(after)
    found: dict[str, Rate] = {}
    for place, spot in enumerate(question.layout.spots):
        dollars = after_money.get(place, 0) - before_money.get(place, 0)
        if dollars:
            before, now = counts
            found[spot.cell.id] = Rate(
                students=(now.students[place] - before.students[place]) / dollars,
                below=(now.below[place] - before.below[place]) / dollars,
                above=(now.above[place] - before.above[place]) / dollars,
            )
    return found


def _credited(question: Question, move: Move, rates: Mapping[str, Rate]) -> Move:
    source, target = rates.get(move.from_cell_id or "", Rate()), rates.get(move.to_cell_id or "", Rate())
    gain = move.amount * (target.students - source.students)
    if _practice(question, move.from_cell_id) == _practice(question, move.to_cell_id):
        below, above = abs(target.below - source.below), abs(target.above - source.above)
    else:
        below, above = math.hypot(target.below, source.above), math.hypot(target.above, source.below)
    return replace(move, gain=gain, gain_low=gain - move.amount * below, gain_high=gain + move.amount * above)


def _practice(question: Question, cell_id: str | None) -> str | None:
    return None if cell_id is None else question.layout.spots[question.layout.index[cell_id]].practice.id


def _shifted(move: Move, by: float) -> Move:
    return replace(move, gain=move.gain + by, gain_low=move.gain_low + by, gain_high=move.gain_high + by)
