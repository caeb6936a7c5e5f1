"""Decided moves in the next plan: by hand, and for many partnerships against a program written here for scipy.

The program here has a column for each pair of a line and a cell (dollars that go from one to the other), so a
declined pair is a column fixed at nothing and an accepted one a column of at least its dollars. It knows no
parts that are cut in pieces, no classes and no cents.
"""

import random
from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from allocation.answer import AnswerStatus
from allocation.decided import DecidedMove, LineOf
from allocation.moves import MoveResult
from allocation.optimizer import solve
from allocation.problem import Objective, Problem
from allocation.question import Ask, Question, QuestionError, set_out
from allocation.results import Result, answered
from allocation.standing import Standing
from tests.allocation.standings import YEAR, award, line, practice, restriction, standing, trial

ROOMY = (practice("tutoring"), practice("reading-aloud", 50_000, capacity=40), practice("mentoring"))
TRIALS = (trial("tutoring"), trial("reading-aloud", 0.25))
Pair = tuple[str, str, str | None]


def asked(whole: Standing, **more: Any) -> Result:
    """The plan without a smallest move; Any: other fields of Ask."""
    return answered(whole, Ask((YEAR,), **{"smallest_move_amount": 0, **more}))


def decided(move: MoveResult, amount: int | None = None) -> DecidedMove:
    return DecidedMove(move.investment, move.origin, move.target, amount or move.amount)


def ends(move: MoveResult | DecidedMove) -> tuple[str | None, LineOf | None, LineOf]:
    return move.investment, move.origin, move.target


def two_practices(*awards: Any) -> Standing:
    """Any: awards of tests.allocation.standings."""
    return standing(*awards, practices=ROOMY, findings=TRIALS)


def test_a_declined_move_does_not_come_back_and_its_dollars_do_the_next_best() -> None:
    """All 10,000 went to one practice for Black students; declined, they go to another place, or stay."""
    whole = two_practices(award("a", [line("l", 1_000_000)]))
    first = asked(whole)
    again = asked(whole, declined=tuple(map(decided, first.moves)))
    assert again.status is AnswerStatus.OPTIMAL
    assert again.moves
    assert not {ends(move) for move in first.moves} & {ends(move) for move in again.moves}


def test_an_accepted_move_stays_to_the_cent_beside_others() -> None:
    """3,333.33 of 10,000 dollars are accepted for White students, who are ahead: no plan would choose that."""
    whole = two_practices(award("a", [line("l", 1_000_000)]))
    target = LineOf("PRACTICE", "tutoring", "reading", "white", None, None, YEAR)
    kept = DecidedMove("a", LineOf("PRACTICE", fiscal_year=YEAR), target, 333_333)
    result = asked(whole, accepted=(kept,), objective=Objective.STUDENTS_REACHED)
    assert [(m.amount, m.account) for m in result.moves if ends(m) == ends(kept)] == [
        (333_333, "account of l")
    ]
    assert sum(move.amount for move in result.moves) == 1_000_000


def test_a_move_to_idle_dollars_can_be_accepted() -> None:
    whole = standing(award("a", [line("l", 800, practice="mentoring")]))
    origin = LineOf("PRACTICE", "mentoring", fiscal_year=YEAR)
    kept = DecidedMove("a", origin, LineOf("UNASSIGNED", fiscal_year=YEAR), 200)
    result = asked(whole, accepted=(kept,))
    assert [m.amount for m in result.moves if ends(m) == ends(kept)] == [200]


def test_new_money_that_is_accepted_or_declined_is_kept_so() -> None:
    """Of 5,000 dollars 2,000 stay where they were to go; the declined practice gets none of the others."""
    first = asked(two_practices(), new_money_amount=500_000)
    (move,) = first.moves
    again = asked(
        two_practices(),
        new_money_amount=500_000,
        accepted=(decided(move, 200_000),),
        declined=(decided(move),),
    )
    assert [each.amount for each in again.moves if ends(each) == ends(move)] == [200_000]


def test_an_accepted_move_that_its_line_cannot_pay_any_more_is_refused_by_name() -> None:
    whole = two_practices(award("a", [line("l", 1_000_000)]))
    (move, *_) = asked(whole).moves
    poorer = two_practices(award("a", [line("l", move.amount - 1)]))
    with pytest.raises(QuestionError, match="of a can no longer be made"):
        asked(poorer, accepted=(decided(move),))


def test_an_accepted_move_that_breaks_the_largest_shift_is_a_conflict_in_words() -> None:
    """A quarter of 8 dollars may leave mentoring; half of them were accepted."""
    whole = standing(award("a", [line("l", 800, practice="mentoring")]))
    kept = DecidedMove(
        "a",
        LineOf("PRACTICE", "mentoring", fiscal_year=YEAR),
        LineOf("PRACTICE", "tutoring", "reading", "black", None, None, YEAR),
        400,
    )
    result = asked(whole, accepted=(kept,))
    assert result.status is AnswerStatus.INFEASIBLE
    assert "Funder of a" in (result.message or "")


@pytest.mark.parametrize("seed", range(12))
def test_decisions_hold_and_the_optimum_is_that_of_a_program_by_pairs(seed: int) -> None:
    check_decisions(seed)


@pytest.mark.trial
@pytest.mark.parametrize("seed", range(100, 400))
def test_decisions_hold_in_many_partnerships(seed: int) -> None:
    check_decisions(seed)


def check_decisions(seed: int) -> None:
    """Half of a plan's moves are declined or accepted; the next plan keeps them and is the best that does."""
    draw = random.Random(seed)
    whole, terms = drawn(draw)
    ask = Ask((YEAR,), smallest_move_amount=0, **terms)
    first = answered(whole, ask)
    accepted, declined = [], []
    for move in first.moves:
        fate = draw.choice(("accepted", "declined", "pending"))
        if fate == "accepted":
            accepted.append(decided(move, draw.choice((move.amount, 1 + move.amount // 2))))
        elif fate == "declined" and move.target.practice:
            declined.append(decided(move))
    question = set_out(whole, ask)
    next_ask = replace(ask, accepted=tuple(accepted), declined=tuple(declined))
    answer = solve(set_out(whole, next_ask).problem)
    best = by_pairs(question, accepted, declined)
    assert (answer.status is AnswerStatus.INFEASIBLE) == (best is None)
    if best is None:
        return
    found = next(stage.value for stage in answer.stages if stage.stage == "students")
    assert found == pytest.approx(best, rel=1e-6, abs=1e-6)
    moves = answered(whole, next_ask).moves
    amounts = Counter((ends(move), move.amount) for move in moves)
    assert not Counter((ends(move), move.amount) for move in accepted) - amounts
    assert not {ends(move) for move in declined} & {ends(move) for move in moves}


def drawn(draw: random.Random) -> tuple[Standing, dict[str, Any]]:
    """Up to three awards, which today fill at most 39.6 of 40 places in reading aloud; Any: fields of Ask."""
    awards = []
    for number in range(draw.randint(1, 3)):
        lines = [
            line(
                f"l{number}-{place}",
                draw.randint(1, 600_000),
                obligated=draw.choice((0, 0, draw.randint(1, 60_000))),
                practice=of,
                population=draw.choice(("black", "white", None)) if of else None,
            )
            for place, of in enumerate(
                draw.sample([None, "tutoring", "reading-aloud", "mentoring"], draw.randint(1, 4))
            )
        ]
        limits = [restriction(practices={draw.choice(("tutoring", "reading-aloud"))})]
        awards.append(award(f"a{number}", lines, *draw.choice(([], [], limits)), funder=f"f{number % 2}"))
    terms = {
        "objective": draw.choice([Objective.GAP_CLOSING, Objective.STUDENTS_REACHED]),
        "maximum_shift_share": draw.choice((0.25, 0.5, 1.0)),
    }
    return two_practices(*awards), terms


def by_pairs(question: Question, accepted: list[DecidedMove], declined: list[DecidedMove]) -> float | None:
    """The most weighted students under the decisions, None where no plan keeps them."""
    problem, pairs = question.problem, pairs_of(question.problem)
    bounds: dict[Pair, list[float]] = {pair: [0.0, np.inf] for pair in pairs}
    for moves, is_accepted in ((accepted, True), (declined, False)):
        for move in moves:
            pair = pair_of(question, move)
            bounds.setdefault(pair, [0.0, np.inf])
            if is_accepted:
                bounds[pair][0] += move.amount / 100
            else:
                bounds[pair][1] = 0.0
    for pair, (low, high) in bounds.items():
        bounds[pair][1] = max(low, high)
    return Program(problem, bounds).most()


def pairs_of(problem: Problem) -> list[Pair]:
    return [
        (fund.id, each.id, cell)
        for fund in problem.funds
        for each in fund.lines
        for cell in (*sorted(fund.cell_ids), None)
        if cell != each.cell_id and not (each.idle and cell is None)
    ]


def pair_of(question: Question, move: DecidedMove) -> Pair:
    """The line that a move leaves and its cell, from what the standing says (its ids are its rows)."""
    wanted = move.origin
    assert wanted is not None
    (part,) = [part for part in question.parts.values() if part.investment.id == move.investment]
    (origin,) = [
        each.id
        for each in (*part.lines, *part.idle)
        if (each.use, each.practice, each.outcome, each.population)
        == (wanted.use, wanted.practice, wanted.outcome, wanted.population)
    ]
    if move.target.practice is None:
        return part.id, origin, None
    who = move.target.population or "all"
    return part.id, origin, f"{move.target.practice}@reading/city/{who}@{YEAR}"


class Program:
    """Columns: dollars of each pair, people served a cell, students a group; rows of <=, in dollars."""

    def __init__(self, problem: Problem, bounds: dict[Pair, list[float]]) -> None:
        self.problem, self.pairs = problem, list(bounds)
        self.names: list[Any] = [*bounds]  # Any: a pair, ("y", cell) or ("z", group)
        self.bounds = list(bounds.values())
        self.rows: list[tuple[dict[Any, float], float]] = []
        self.people = {group.id: group.people for group in problem.groups}
        self.cost = {each.id: (each.cost_per_participant or 0) / 100 for each in problem.practices}
        self.today: dict[str, float] = defaultdict(float)
        self._money()
        self._served()
        self._students()

    def most(self) -> float | None:
        place = {name: number for number, name in enumerate(self.names)}
        matrix = np.zeros((len(self.rows), len(self.names)))
        for number, (terms, _) in enumerate(self.rows):
            for name, value in terms.items():
                matrix[number, place[name]] += value
        goal = np.zeros(len(self.names))
        rules = self.problem.rules
        weight = rules.equity_weight if rules.objective is Objective.GAP_CLOSING else 1.0
        for group in self.problem.groups:
            goal[place["z", group.id]] = -(weight if group.persistent else 1.0)
        limits = [limit for _, limit in self.rows]
        bounds = [(low, high) for low, high in self.bounds]
        found = linprog(goal, A_ub=matrix, b_ub=limits, bounds=bounds, method="highs")
        return -float(found.fun) if found.success and found.fun is not None else None

    def _column(self, name: Any, most: float) -> None:  # Any: as above
        self.names.append(name)
        self.bounds.append([0.0, most])

    def _money(self) -> None:
        released: dict[str, dict[Any, float]] = defaultdict(dict)
        dollars: dict[str, float] = defaultdict(float)
        for fund in self.problem.funds:
            dollars[fund.funder_id] += fund.budget_amount / 100
            for each in fund.lines:
                outs = {pair: 1.0 for pair in self.pairs if pair[:2] == (fund.id, each.id)}
                self.rows.append((outs, (each.amount - each.locked_amount) / 100))
                self.today[each.cell_id or ""] += each.amount / 100
                if not each.idle:
                    released[fund.funder_id] |= outs
        share = self.problem.rules.maximum_shift_share or 0.0
        for funder, outs in released.items():
            self.rows.append((outs, int(share * dollars[funder] * 100 + 1e-6) / 100))

    def _served(self) -> None:
        cell_of = {each.id: each.cell_id for fund in self.problem.funds for each in fund.lines}
        for cell in self.problem.cells:
            cost, most = self.cost[cell.practice_id], self.people[cell.group_id]
            self._column(("y", cell.id), most)
            flow = {pair: -1.0 for pair in self.pairs if pair[2] == cell.id}
            flow |= {pair: 1.0 for pair in self.pairs if cell_of[pair[1]] == cell.id}
            today = self.today[cell.id]
            wasted = max(0.0, today - cost * most)
            self.rows.append(({("y", cell.id): cost} | flow, today))
            back = {name: -value for name, value in flow.items()}
            self.rows.append(({("y", cell.id): -cost} | back, wasted - today))
        for each in self.problem.practices:
            own = {("y", cell.id): 1.0 for cell in self.problem.cells if cell.practice_id == each.id}
            if each.capacity is not None:
                self.rows.append((own, each.capacity))

    def _students(self) -> None:
        for group in self.problem.groups:
            own = [cell for cell in self.problem.cells if cell.group_id == group.id]
            self._column(("z", group.id), group.gap)
            reached = {("y", cell.id): -cell.effect for cell in own}
            self.rows.append(({("z", group.id): 1.0} | reached, 0.0))
            if group.floor_share is not None:
                before = sum(
                    cell.effect * min(group.people, self.today[cell.id] / self.cost[cell.practice_id])
                    for cell in own
                )
                self.rows.append((reached, -group.floor_share * before))
