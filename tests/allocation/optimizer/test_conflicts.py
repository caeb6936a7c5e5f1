"""Questions without a plan: which rules conflict, and what the cheapest way out is."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from allocation.answer import AnswerStatus
from allocation.optimizer import solve
from allocation.optimizer.build import question_of
from allocation.optimizer.conflicts import conflicts_of, repairs_of
from allocation.problem import Cell, Fund, Group, InKindSupply, Line, Practice, Problem, Rules

THOUSAND = 100_000
Tiny = Callable[..., Problem]


@pytest.fixture(scope="module")
def planted(tiny: Tiny) -> Callable[[int], Problem]:
    """Two conflicts: $35,000 committed of a $30,000 budget; $18,000 of mentoring with 300 hours (needs 360).

    The argument is what an hour is worth, in cents.
    """

    def make(hour_amount: int) -> Problem:
        problem = tiny(in_kind=(InKindSupply("hours", 300, unit_value_amount=hour_amount),))
        first, second, third = problem.funds
        line = Line("l-f2", 35 * THOUSAND, "tB", locked_amount=35 * THOUSAND)
        return replace(
            problem,
            funds=(
                first,
                replace(second, lines=(line,)),
                replace(third, lines=(), minimum_spend_amount=18 * THOUSAND),
            ),
        )

    return make


def test_both_planted_conflicts_are_named(planted: Callable[[int], Problem]) -> None:
    rules = {conflict.rules for conflict in conflicts_of(question_of(planted(2_000)))}
    assert rules == {
        ("the budget of f2 is $30,000", "$35,000 of f2 is committed to Tutoring for B"),
        ("f3 must spend at least $18,000", "300 units of hours are at hand"),
    }


def test_the_cheapest_repair_adds_hours_where_hours_are_cheap(planted: Callable[[int], Problem]) -> None:
    # By hand: 360 hours are needed; 60 at $20 cost $1,200, less than $3,000 of spending given up.
    found = {repair.rule: repair for repair in repairs_of(question_of(planted(2_000)))}
    hours = found["300 units of hours are at hand"]
    assert hours.amount == pytest.approx(60)
    assert hours.unit == "units"
    assert "f3 must spend at least $18,000" not in found
    assert len(found) == 2


def test_the_cheapest_repair_asks_for_less_spending_where_hours_are_dear(
    planted: Callable[[int], Problem],
) -> None:
    # By hand: 60 hours at $100 would cost $6,000; $3,000 of spending given up is cheaper.
    found = {repair.rule: repair for repair in repairs_of(question_of(planted(10_000)))}
    repair = found["f3 must spend at least $18,000"]
    assert (repair.amount, repair.unit) == (3 * THOUSAND, "money")
    assert repair.sentence == "Ask for less by $3,000: f3 must spend at least $18,000."


def test_the_commitment_conflict_is_repaired_by_what_is_missing(planted: Callable[[int], Problem]) -> None:
    # By hand: $35,000 committed less a budget of $30,000.
    amounts = [r.amount for r in repairs_of(question_of(planted(2_000))) if r.unit == "money"]
    assert amounts == [5 * THOUSAND]


def test_an_infeasible_answer_has_conflicts_repairs_and_today_but_no_plan(
    planted: Callable[[int], Problem],
) -> None:
    answer = solve(planted(2_000))
    assert answer.status is AnswerStatus.INFEASIBLE
    assert len(answer.conflicts) == 2
    assert len(answer.repairs) == 2
    assert answer.before is not None
    assert answer.plan == ()
    assert answer.moves == ()


def test_a_rule_that_cannot_be_kept_on_its_own_is_named_alone() -> None:
    # A minimum spend without a single allowed cell.
    fund = Fund("fund", "i", "o", THOUSAND, frozenset(), minimum_spend_amount=THOUSAND)
    answer = solve(_one_cell(fund))
    assert [conflict.rules for conflict in answer.conflicts] == [("fund must spend at least $1,000",)]
    assert answer.conflicts[0].sentence.startswith("This cannot be kept on its own")


def test_a_line_above_the_budget_conflicts_with_a_shift_that_may_not_release_it() -> None:
    # $2,000 lie on a line, the budget is $1,000, and only a quarter of it may move.
    fund = Fund("fund", "i", "o", THOUSAND, frozenset({"c"}), (Line("line", 2 * THOUSAND, "c"),))
    problem = _one_cell(fund, Rules(maximum_shift_share=0.25))
    answer = solve(replace(problem, groups=(replace(problem.groups[0], floor_share=None),)))
    assert answer.status is AnswerStatus.INFEASIBLE
    assert set(answer.conflicts[0].rules) == {
        "the budget of fund is $1,000",
        "at most $250 of funder o may move",
    }


def test_a_feasible_question_has_neither_conflict_nor_repair(tiny: Tiny) -> None:
    question = question_of(tiny())
    assert conflicts_of(question) == ()
    assert repairs_of(question) == ()


def _one_cell(fund: Fund, rules: Rules | None = None) -> Problem:
    return Problem(
        (Practice("p", THOUSAND),),
        (Group("g", 100, 50),),
        (Cell("c", "p", "g", 2026, 0.1),),
        (fund,),
        rules or Rules(),
    )
