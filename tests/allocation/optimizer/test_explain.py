"""Bindings, restriction costs, frontier, least money and sureness, each against a second way to reckon it."""

from collections.abc import Callable
from dataclasses import astuple, replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.answer import BindingKind, FrontierPoint
from allocation.optimizer import solve
from allocation.optimizer.build import Question, question_of
from allocation.optimizer.frontier import frontier_of
from allocation.optimizer.inverse import least_money
from allocation.optimizer.plans import solve_once
from allocation.optimizer.whatifs import measure, row_differences, solved_base
from allocation.problem import InKindSupply, Objective, Problem

THOUSAND = 100_000
Tiny = Callable[..., Problem]


@pytest.mark.parametrize("objective", list(Objective))
def test_a_budget_what_if_equals_solving_the_richer_question(tiny: Tiny, objective: Objective) -> None:
    problem = tiny(objective=objective)
    base = measure(problem)
    assert base is not None
    for binding in solve(problem).bindings:
        if binding.kind is BindingKind.BUDGET:
            funds = tuple(
                replace(f, budget_amount=f.budget_amount + 1_000_000) if f.id == binding.node_id else f
                for f in problem.funds
            )
            richer = measure(replace(problem, funds=funds))
            assert richer is not None
            assert binding.students == pytest.approx(richer.students - base.students, abs=1e-9)
            assert binding.worst_off_share == pytest.approx(richer.worst_off_share - base.worst_off_share)


def test_an_in_kind_what_if_equals_solving_with_more_hours(tiny: Tiny) -> None:
    base, more = measure(tiny()), measure(tiny(in_kind=(InKindSupply("hours", 880),)))
    assert base is not None
    assert more is not None
    found = next(each for each in solve(tiny()).bindings if each.kind is BindingKind.IN_KIND)
    assert found.step == 80
    assert found.worst_off_share == pytest.approx(more.worst_off_share - base.worst_off_share, abs=1e-9)


def test_lifting_a_restriction_equals_solving_the_freed_question(tiny: Tiny) -> None:
    # By hand, students first: f1 and f2 buy 120 places of tutoring for A (24.0), f3 40 of mentoring (3.2);
    # 27.2 - 25.9 = 1.3.
    answer = solve(tiny(objective=Objective.STUDENTS_REACHED))
    found = {cost.funder_id: cost.students for cost in answer.restriction_costs}
    assert found["o-f2"] == pytest.approx(1.3, abs=1e-9)
    assert any(each.kind is BindingKind.RESTRICTION and each.node_id == "o-f2" for each in answer.bindings)


def test_every_binding_says_what_would_change(tiny: Tiny) -> None:
    for objective in Objective:
        for binding in solve(tiny(objective=objective, maximum_shift_share=0.1)).bindings:
            assert binding.sentence.endswith(".")
            assert binding.label


def test_a_shift_cap_that_holds_the_plan_back_is_a_binding(tiny: Tiny) -> None:
    answer = solve(tiny(maximum_shift_share=0.1))
    assert any(each.kind is BindingKind.CHANGE_CAP for each in answer.bindings)


def test_a_floor_that_holds_the_plan_back_is_a_binding(tiny: Tiny) -> None:
    problem = tiny(objective=Objective.WORST_OFF_FIRST)
    problem = replace(problem, groups=tuple(replace(group, floor_share=1.0) for group in problem.groups))
    floors = [each for each in solve(problem).bindings if each.kind is BindingKind.FLOOR]
    assert [each.node_id for each in floors] == ["A"]
    assert floors[0].worst_off_share > 0


def test_no_more_what_ifs_are_asked_than_the_rules_say(tiny: Tiny) -> None:
    assert len([b for b in solve(tiny(what_ifs_count=1)).bindings if b.step is not None]) <= 1


def _frontier(question: Question, points: int) -> tuple[FrontierPoint, ...]:
    with solved_base(question) as base:
        return () if base is None else frontier_of(base, points)


def test_the_frontier_runs_from_most_students_to_the_largest_promise(tiny: Tiny) -> None:
    # By hand: 25.9 students at a share of 7.9 / 30, down to 24.966667 at 107 / 300.
    points = _frontier(question_of(tiny()), 5)
    assert (points[0].students, points[0].worst_off_share) == pytest.approx((25.9, 7.9 / 30), abs=1e-6)
    assert (points[-1].students, points[-1].worst_off_share) == pytest.approx(
        (24.9666667, 107 / 300), abs=1e-6
    )
    assert all(a.students >= b.students - 1e-9 for a, b in pairwise(points))
    assert all(a.worst_off_students < b.worst_off_students for a, b in pairwise(points))
    assert all(a.equity_weight <= b.equity_weight + 1e-9 for a, b in pairwise(points))


@settings(max_examples=15, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_a_frontier_point_is_the_best_plan_under_its_weight(
    random_problem: Callable[[int], Problem], seed: int
) -> None:
    # Concavity: no point lies above the supporting line that another point's weight draws.
    problem = replace(random_problem(seed), rules=replace(random_problem(seed).rules, leximin=False))
    question = question_of(problem)
    points = _frontier(question, 6)
    gaps = sum(question.layout.groups[g].gap for g in question.worst_off)
    for one in points:
        for two in points:
            price = (one.equity_weight - 1) * gaps
            line = one.students + price * (one.worst_off_share - two.worst_off_share)
            assert two.students <= line + 1e-5 * (1 + abs(line))


def test_one_knee_is_marked_where_there_is_a_trade_off(tiny: Tiny) -> None:
    assert sum(point.is_knee for point in _frontier(question_of(tiny()), 9)) == 1


@pytest.mark.parametrize("seed", range(10))
def test_what_ifs_from_the_plan_s_own_basis_are_those_from_nothing(
    random_problem: Callable[[int], Problem], seed: int
) -> None:
    question = question_of(random_problem(seed))
    before = solve_once(question)
    told = []
    for known in (before, None):
        with solved_base(question, known) as base:
            if base is None:
                return
            changes = row_differences(base, lambda _: None)
            told.append((base.start, base.most and base.most[0], {each.row: each.change for each in changes}))
    (start, most, warm), (cold_start, cold_most, cold) = told
    assert astuple(start) == pytest.approx(astuple(cold_start), abs=1e-6)
    assert most == pytest.approx(cold_most, abs=1e-6)
    for row in warm.keys() & cold.keys():
        assert astuple(warm[row]) == pytest.approx(astuple(cold[row]), abs=1e-6)


def test_the_most_students_of_the_tiny_question(tiny: Tiny) -> None:
    # By hand: 25.9 (test_run.py).
    with solved_base(question_of(tiny())) as base:
        assert base is not None
        assert base.most is not None
        assert base.most[0] == pytest.approx(25.9)


def test_the_least_money_for_a_share_follows_from_its_price(tiny: Tiny) -> None:
    # By hand: each $1,000 lifts the share by .0025, so 107/300 + .01 needs $4,000.
    assert least_money(tiny(), worst_off_share=107 / 300 + 0.01) == pytest.approx(4 * THOUSAND, abs=2)


def test_no_money_is_needed_for_what_is_reached_already(tiny: Tiny) -> None:
    assert least_money(tiny(), worst_off_share=0.3) == 0


def test_no_sum_of_money_reaches_more_than_the_evidence_allows(tiny: Tiny) -> None:
    # By hand: 120 * .2 + 80 * .15 + 80 * .08 = 42.4 students with every place and hour taken.
    assert least_money(tiny(), students=42.5) is None
    assert least_money(tiny(), students=42.3) is not None


def test_the_least_money_reaches_the_target_when_it_is_given(tiny: Tiny) -> None:
    amount = least_money(tiny(), students=30.0)
    assert amount is not None
    problem = tiny(objective=Objective.STUDENTS_REACHED)
    first = replace(problem.funds[0], budget_amount=problem.funds[0].budget_amount + amount)
    richer = measure(replace(problem, funds=(first, *problem.funds[1:])))
    assert richer is not None
    assert richer.students == pytest.approx(30.0, abs=1e-5)


def test_a_move_is_sure_when_every_draw_makes_it(tiny: Tiny) -> None:
    problem = tiny(objective=Objective.STUDENTS_REACHED, sensitivity_draws_count=4, what_ifs_count=0)
    same = tuple(replace(cell, effect_samples=(cell.effect,) * 4) for cell in problem.cells)
    assert [move.stays_share for move in solve(replace(problem, cells=same)).moves] == [1.0]


def test_a_move_that_half_the_draws_make_is_half_sure(tiny: Tiny) -> None:
    # Mentoring is worth nothing in every second draw, so its dollars do not move there.
    problem = tiny(objective=Objective.STUDENTS_REACHED, sensitivity_draws_count=4, what_ifs_count=0)
    drawn = tuple(
        replace(c, effect_samples=(c.effect, 0.001) * 2 if c.practice_id == "mentor" else (c.effect,) * 4)
        for c in problem.cells
    )
    assert [move.stays_share for move in solve(replace(problem, cells=drawn)).moves] == [0.5]


def test_sureness_is_left_open_when_it_is_not_asked_for(tiny: Tiny) -> None:
    assert all(move.stays_share is None for move in solve(tiny()).moves)


def _freed(problem: Problem, funder_id: str) -> Problem:
    """The question with every cell open to one funder's dollars."""
    everywhere = frozenset(cell.id for cell in problem.cells)
    funds = tuple(
        replace(fund, cell_ids=everywhere) if fund.funder_id == funder_id else fund for fund in problem.funds
    )
    return replace(problem, funds=funds)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_lifting_any_funders_restriction_equals_solving_its_freed_question(
    random_problem: Callable[[int], Problem], seed: int
) -> None:
    problem = replace(random_problem(seed), rules=replace(random_problem(seed).rules, what_ifs_count=100))
    base = measure(problem)
    costs = {each.funder_id: each for each in solve(problem).restriction_costs}
    for funder in {fund.funder_id for fund in problem.funds} if base else ():
        freed = _freed(problem, funder)
        if question_of(freed).worst_off != question_of(problem).worst_off:
            continue  # the freed question aims at other groups too, and is another question
        after = measure(freed)
        assert base is not None
        assert after is not None
        found = costs.get(funder)
        expected = after.minus(base)
        assert (found.students if found else 0.0) == pytest.approx(expected.students, abs=2e-6)
        assert (found.worst_off_share if found else 0.0) == pytest.approx(expected.worst_off_share, abs=2e-6)
