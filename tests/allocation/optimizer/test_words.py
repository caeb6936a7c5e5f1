"""Sentences and the check that stands behind a plan."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from allocation.optimizer import words
from allocation.optimizer.build import question_of
from allocation.optimizer.cents import OTHER, Amounts, amounts_today
from allocation.optimizer.checks import breaches
from allocation.problem import Line, Problem

THOUSAND = 100_000
Tiny = Callable[..., Problem]


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [(4_000_000, "USD", "$40,000"), (150, "USD", "$1.50"), (0, "USD", "$0"), (100, "EUR", "EUR 1")],
)
def test_money_is_said_with_cents_only_where_there_are_any(amount: int, currency: str, said: str) -> None:
    assert words.money(amount, currency) == said


@pytest.mark.parametrize(
    ("count", "said"), [(1.0, "1 student"), (12.34, "12.3 students"), (0.0, "0 students")]
)
def test_students_are_counted_in_words(count: float, said: str) -> None:
    assert words.students(count) == said


def test_today_breaks_no_rule(random_problem: Callable[[int], Problem]) -> None:
    for seed in range(20):
        question = question_of(random_problem(seed))
        assert breaches(question, amounts_today(question.layout)) == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({(0, 2): 91 * THOUSAND}, "fund f1 spends more than its budget"),
        ({(1, 2): THOUSAND, (1, 3): 29 * THOUSAND}, "fund f2 puts money where its restriction"),
        ({(1, 3): 9 * THOUSAND}, "fund f2 moves committed money"),
        ({(0, 2): 60 * THOUSAND}, "funder o-f1 releases more than the largest shift"),
        ({(2, 0): 0}, "fund f3 spends less than it must"),
        ({(0, 2): 0}, "group A falls below its floor"),
        ({(0, 2): 70 * THOUSAND}, "fund f1 releases more than its change cap"),
        ({(0, 2): 0, (1, 3): 0}, "more is released than the largest shift over all funders"),
    ],
)
def test_a_plan_that_breaks_a_rule_is_told_which(
    tiny: Tiny, change: dict[tuple[int, int], int], said: str
) -> None:
    question = question_of(_with_every_rule(tiny))
    after = Amounts(dict(amounts_today(question.layout).after) | change)
    assert any(breach.startswith(said) for breach in breaches(question, after))


def test_money_elsewhere_counts_towards_what_a_fund_releases(tiny: Tiny) -> None:
    problem = tiny(maximum_shift_share=0.1)
    fund = replace(problem.funds[2], lines=(Line("ops", 20 * THOUSAND),))
    question = question_of(replace(problem, funds=(*problem.funds[:2], fund)))
    after = Amounts(dict(amounts_today(question.layout).after) | {(2, OTHER): 0})
    assert breaches(question, after) == ("funder o-f3 releases more than the largest shift",)


def _with_every_rule(tiny: Tiny) -> Problem:
    problem = tiny(maximum_shift_share=0.3, maximum_total_shift_share=0.5)
    first, second, third = problem.funds
    return replace(
        problem,
        groups=tuple(replace(group, floor_share=0.9) for group in problem.groups),
        funds=(
            replace(first, change_cap_share=0.2),
            replace(second, lines=(replace(second.lines[0], locked_amount=10 * THOUSAND),)),
            replace(third, minimum_spend_amount=20 * THOUSAND),
        ),
    )
