"""Planning on the worst tail of sampled effects."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from allocation.optimizer.build import question_of
from allocation.optimizer.plans import solve_once
from allocation.optimizer.tails import tail_share
from allocation.problem import Cell, Fund, Group, Objective, Practice, Problem, Rules

THOUSAND = 100_000


def risky(confidence: float) -> Problem:
    """A sure practice (.10 in each draw) and a risky one (.14 on average, .02 in the worst fifth)."""
    cells = (
        Cell("sure", "sure", "g", 2026, 0.10, effect_samples=(0.10,) * 10),
        Cell("risky", "risky", "g", 2026, 0.14, effect_samples=(0.02, 0.02, *(0.17,) * 8)),
    )
    return Problem(
        (Practice("sure", THOUSAND), Practice("risky", THOUSAND)),
        (Group("g", 100, 50),),
        cells,
        (Fund("f", "f", "f", 10 * THOUSAND, frozenset({"sure", "risky"})),),
        Rules(confidence=confidence, objective=Objective.STUDENTS_REACHED),
    )


def students(problem: Problem) -> float:
    """Value of the students' aim."""
    return -solve_once(question_of(problem))[1].values["students"]


def test_half_confidence_plans_on_the_mean_and_takes_the_risk() -> None:
    # By hand: 10 places at .14.
    assert students(risky(0.5)) == pytest.approx(1.4)


def test_high_confidence_plans_on_the_worst_fifth_and_stays_safe() -> None:
    # By hand: the worst fifth (confidence .9) of the risky practice is .02, so the sure .10 wins.
    assert students(risky(0.9)) == pytest.approx(1.0)


def test_the_tail_mean_equals_sorting_the_draws() -> None:
    # Independently: the mean of the worst half of the draws over a fine grid of splits between the two.
    problem = risky(0.75)
    sure, drawn = np.array(problem.cells[0].effect_samples), np.array(problem.cells[1].effect_samples)
    grid = [np.sort((10 - share) * sure + share * drawn)[:5].mean() for share in np.linspace(0, 10, 1001)]
    assert students(problem) == pytest.approx(max(grid), abs=1e-6)


def test_confidence_names_the_share_of_draws_that_is_planned_on() -> None:
    assert tail_share(0.5) == 1.0
    assert tail_share(0.95) == pytest.approx(0.1)


def test_more_confidence_never_promises_more(random_problem: Callable[[int], Problem]) -> None:
    for seed in range(10):
        problem = random_problem(seed)
        rules = replace(problem.rules, objective=Objective.STUDENTS_REACHED)
        values = [
            students(replace(problem, rules=replace(rules, confidence=level))) for level in (0.55, 0.75, 0.95)
        ]
        assert values == sorted(values, reverse=True)


def test_the_worst_off_share_is_planned_on_the_tail_too() -> None:
    problem = risky(0.9)
    problem = replace(
        problem,
        groups=(replace(problem.groups[0], persistent=True),),
        rules=replace(problem.rules, objective=Objective.WORST_OFF_FIRST),
    )
    # By hand: 1.0 student of a gap of 50.
    assert -solve_once(question_of(problem))[1].values["worst_off"] == pytest.approx(0.02)
