"""Yes-or-no rules: the number of moves, their least size, and practices at viable scale."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from allocation.answer import Answer, AnswerStatus
from allocation.optimizer import solve
from allocation.problem import Cell, Fund, Group, Line, Objective, Practice, Problem, Rules

THOUSAND = 100_000


def test_at_most_n_moves_are_made(tiny: Callable[..., Problem]) -> None:
    for most in range(4):
        assert len(solve(tiny(maximum_moves_count=most, what_ifs_count=0)).moves) <= most


def test_two_moves_reach_what_all_pairs_of_moves_reach_at_most(tiny: Callable[..., Problem]) -> None:
    # Independently: the best over every choice of two closed doors (one of the three funds stays as it is).
    best = max(_best_without(tiny, kept) for kept in ("f1", "f2", "f3"))
    answer = solve(tiny(maximum_moves_count=2, what_ifs_count=0))
    assert answer.after is not None
    assert answer.after.worst_off_share == pytest.approx(best, abs=1e-6)


def _best_without(tiny: Callable[..., Problem], kept: str) -> float:
    after = solve(tiny(protected_ids=frozenset({kept}), what_ifs_count=0)).after
    assert after is not None
    assert after.worst_off_share is not None
    return after.worst_off_share


def test_no_moves_allowed_leaves_every_line_and_says_why(tiny: Callable[..., Problem]) -> None:
    answer = solve(tiny(maximum_moves_count=0))
    assert answer.status is AnswerStatus.OPTIMAL
    assert all(line.before_amount == line.after_amount for line in answer.plan)
    assert answer.why_nothing_moved is not None


@pytest.mark.parametrize("seed", range(12))
def test_the_exact_smallest_move_is_never_worse_than_the_quick_one(
    random_problem: Callable[[int], Problem], seed: int
) -> None:
    problem = random_problem(seed)
    rules = replace(problem.rules, smallest_move_amount=300_000, what_ifs_count=0)
    rules = replace(rules, objective=Objective.STUDENTS_REACHED)
    quick = solve(replace(problem, rules=rules))
    exact = solve(replace(problem, rules=replace(rules, exact=True)))
    assert all(move.amount >= 300_000 for move in exact.moves)
    assert _students(exact) >= _students(quick) * (1 - 2e-4) - 1e-4 or any(m.is_forced for m in quick.moves)


def _students(answer: Answer) -> float:
    assert answer.status is AnswerStatus.OPTIMAL
    assert answer.after is not None
    return answer.after.students


def test_a_practice_below_its_viable_scale_stays_closed() -> None:
    # By hand: $10,000 buy 10 places of the better practice, which needs 15: the other one gets the money.
    assert _places(least=15) == {"weak": 10 * THOUSAND}
    assert _places(least=10) == {"strong": 10 * THOUSAND}


def test_viable_scale_is_waived_where_dollars_are_committed() -> None:
    line = Line("line", THOUSAND, "strong", locked_amount=THOUSAND)
    assert _places(least=15, line=line)["strong"] == 10 * THOUSAND


def test_viable_scale_agrees_with_a_second_formulation() -> None:
    # Independently, by scipy: y <= room * open, y >= 8 * open, sum y <= 17 (9 of a and 8 of c: 4.86).
    effects, rooms = np.array([0.30, 0.25, 0.27]), np.array([10.0, 12.0, 14.0])
    none = np.zeros((3, 3))
    rows = [
        LinearConstraint(np.hstack([np.eye(3), -np.diag(rooms)]), ub=0),
        LinearConstraint(np.hstack([-np.eye(3), 8 * np.eye(3)]), ub=0),
        LinearConstraint(np.hstack([np.ones((1, 3)), none[:1]]), ub=17),
    ]
    best = milp(
        np.hstack([-effects, none[0]]),
        constraints=rows,
        integrality=np.array([0, 0, 0, 1, 1, 1]),
        bounds=Bounds(0, np.array([20.0, 20.0, 20.0, 1.0, 1.0, 1.0])),
    )
    assert best.x is not None
    problem = _three_practices()
    scaled = replace(problem, rules=replace(problem.rules, viable_scale=True))
    assert _students(solve(scaled)) == pytest.approx(float(effects @ best.x[:3]), abs=1e-6)


def _spent(answer: Answer) -> dict[str, int]:
    return {line.cell_id or "": line.after_amount for line in answer.plan if line.after_amount}


def _places(least: float, line: Line | None = None) -> dict[str, int]:
    cells = (Cell("strong", "strong", "g", 2026, 0.3), Cell("weak", "weak", "g", 2026, 0.1))
    fund = Fund("f", "f", "f", 10 * THOUSAND, frozenset({"strong", "weak"}), (line,) if line else ())
    problem = Problem(
        (Practice("strong", THOUSAND, minimum_participants=least), Practice("weak", THOUSAND)),
        (Group("g", 100, 50),),
        cells,
        (fund,),
        Rules(viable_scale=True, maximum_shift_share=None),
    )
    return _spent(solve(problem))


def _three_practices() -> Problem:
    """Three practices of $1,000 with 10, 12 and 14 places that need 8 each; $17,000 to spend."""
    effects = {"a": (0.30, 10), "b": (0.25, 12), "c": (0.27, 14)}
    return Problem(
        tuple(
            Practice(n, THOUSAND, capacity=room, minimum_participants=8) for n, (_, room) in effects.items()
        ),
        (Group("g", 100, 50),),
        tuple(Cell(n, n, "g", 2026, effect) for n, (effect, _) in effects.items()),
        (Fund("f", "f", "f", 17 * THOUSAND, frozenset(effects)),),
        Rules(what_ifs_count=0),
    )
