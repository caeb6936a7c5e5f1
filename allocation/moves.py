"""The optimizer's moves as moves between lines of investments, and the ledger accounts that they leave.

The optimizer knows one pot of idle dollars in a fund; here each move out of it names the untargeted line that
the dollars come from, so a move may become several, which share its gain by their dollars.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal

from allocation import answer as answers
from allocation.decided import LineOf
from allocation.kept import line_of
from allocation.parts import Part
from allocation.question import Question
from allocation.standing import StandingLine

PLACES = Decimal("0.0001")
FELT = 0.05
"""Students below which a move's sentence speaks of about as many."""
MAKES_ROOM = "Fewer students here make room for more elsewhere: this move belongs with others of the plan."


@dataclass(frozen=True)
class MoveResult:
    """A move as it is kept; amounts in minor units.

    `investment` and `origin` are None for new money, `account` is the ledger account that the dollars leave.
    `gain` is in students, as the optimizer promised it. `stays_share`: in what share of re-solves with sampled
    effects the move stays; None where that was not asked for.
    """

    investment: str | None
    origin: LineOf | None
    target: LineOf
    amount: int
    gain: Decimal
    gain_low: Decimal
    gain_high: Decimal
    sentence: str
    reason: str | None
    account: str | None
    account_version: int | None
    stays_share: float | None = None


def moves_of(question: Question, answer: answers.Answer) -> Iterator[MoveResult]:
    """The answer's moves, in its order."""
    idle = {part.id: _Idle(part) for part in question.parts.values()}
    for move in answer.moves:
        if move.from_line_id is not None:
            yield _result(question, move, question.lines[move.from_line_id])
        elif move.fund_id not in idle:
            yield _result(question, move, None)
        else:
            for line, amount in idle[move.fund_id].take(move.amount):
                yield _result(question, _piece(move, amount), line)


class _Idle:
    """The untargeted lines of a part, taken in order."""

    def __init__(self, part: Part) -> None:
        self._left = {line.id: line.available for line in part.idle}
        self._lines = part.idle

    def take(self, amount: int) -> Iterable[tuple[StandingLine, int]]:
        for line in self._lines:
            taken = min(amount, self._left[line.id])
            if taken:
                self._left[line.id] -= taken
                amount -= taken
                yield line, taken


def _piece(move: answers.Move, amount: int) -> answers.Move:
    if amount == move.amount:
        return move
    share = amount / move.amount
    return replace(
        move,
        amount=amount,
        gain=move.gain * share,
        gain_low=move.gain_low * share,
        gain_high=move.gain_high * share,
    )


def _result(question: Question, move: answers.Move, origin: StandingLine | None) -> MoveResult:
    part, row = question.parts.get(move.fund_id), question.standing.row
    return MoveResult(
        investment=row(part.investment.id) if part else None,
        origin=line_of(origin, row) if origin else None,
        target=_target(question, move, part),
        amount=move.amount,
        gain=shown(move.gain),
        gain_low=shown(move.gain_low),
        gain_high=shown(move.gain_high),
        sentence=move.sentence,
        reason=MAKES_ROOM if move.gain < -FELT else None,
        account=row(origin.account) if origin else None,
        account_version=origin.version if origin else None,
        stays_share=move.stays_share,
    )


def _target(question: Question, move: answers.Move, part: Part | None) -> LineOf:
    if move.to_line_id is not None and move.to_line_id in question.sent:
        return question.sent[move.to_line_id]
    if move.to_line_id is not None:
        return line_of(question.lines[move.to_line_id], question.standing.row)
    if move.to_cell_id is None:
        idle = part.idle[0] if part and part.idle else None
        return (
            line_of(idle, question.standing.row)
            if idle
            else LineOf("UNASSIGNED", fiscal_year=_only_year(part))
        )
    place, row = question.cells.places[move.to_cell_id], question.standing.row
    target = place.target
    return LineOf(
        use="PRACTICE",
        practice=row(place.practice),
        outcome=row(target.outcome),
        population=None if target.is_everybody else row(target.population),
        area=None if target.area == question.cells.home_area else row(target.area),
        fiscal_year=place.fiscal_year,
    )


def _only_year(part: Part | None) -> int | None:
    return part.years[0] if part and len(part.years) == 1 else None


def shown(value: float) -> Decimal:
    """People to four places."""
    return Decimal(repr(value)).quantize(PLACES, ROUND_HALF_EVEN) + 0
