"""Laws that hold for every question."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.answer import Answer, AnswerStatus
from allocation.optimizer import solve
from allocation.optimizer.build import question_of
from allocation.optimizer.plans import solve_once
from allocation.optimizer.solver import Status
from allocation.problem import Fund, InKindNeed, InKindSupply, Problem, inputs_hash

T = TypeVar("T")
Make = Callable[[int], Problem]
seeds = given(seed=st.integers(0, 10_000))
few = settings(max_examples=25, deadline=None, derandomize=True)


def quiet(problem: Problem, **rules: object) -> Problem:
    """The question without what-ifs, which no law here needs."""
    return replace(problem, rules=replace(problem.rules, what_ifs_count=0, **rules))  # type: ignore[arg-type]  # rules of many types


def first_aim(problem: Problem) -> float:
    """The value of the first aim (minimised), or raise."""
    _, reached = solve_once(question_of(problem))
    assert reached.status is Status.OPTIMAL
    return next(iter(reached.values.values()))


def is_not_worse(value: float, than: float) -> bool:
    """Whether a minimised value is at most another, up to rounding."""
    return value <= than + 1e-7 * (1 + abs(than))


@few
@seeds
def test_more_money_never_lowers_the_optimum(random_problem: Make, seed: int) -> None:
    problem = random_problem(seed)
    richer = replace(problem.funds[0], budget_amount=problem.funds[0].budget_amount + 1_000_000)
    more = replace(problem, funds=(richer, *problem.funds[1:]))
    assert is_not_worse(first_aim(more), first_aim(problem))


@few
@seeds
def test_forbidding_a_move_never_raises_the_optimum(random_problem: Make, seed: int) -> None:
    problem = random_problem(seed)
    fund = max(problem.funds, key=lambda each: len(each.cell_ids))
    narrower = replace(fund, cell_ids=frozenset(sorted(fund.cell_ids)[1:]))
    less = replace(problem, funds=tuple(narrower if each is fund else each for each in problem.funds))
    assert is_not_worse(first_aim(problem), first_aim(less))


@few
@seeds
def test_the_order_of_the_inputs_never_changes_the_plan(random_problem: Make, seed: int) -> None:
    problem = quiet(random_problem(seed), smallest_move_amount=50_000)
    assert inputs_hash(_shuffled(problem, seed)) == inputs_hash(problem)
    assert solve(_shuffled(problem, seed)) == solve(problem)


@few
@seeds
def test_the_gains_of_the_moves_sum_to_after_minus_before(random_problem: Make, seed: int) -> None:
    answer = solve(quiet(random_problem(seed)))
    assert answer.before is not None
    assert answer.after is not None
    change = answer.after.students - answer.before.students
    assert abs(sum(move.gain for move in answer.moves) - change) <= 1e-9 * (1 + abs(change))


@few
@seeds
def test_every_cent_of_every_fund_is_accounted_for(random_problem: Make, seed: int) -> None:
    problem = quiet(random_problem(seed), smallest_move_amount=30_000)
    answer = solve(problem)
    assert answer.status is AnswerStatus.OPTIMAL
    for fund in problem.funds:
        own = [move for move in answer.moves if move.fund_id == fund.id]
        lines = [line for line in answer.plan if line.fund_id == fund.id]
        assert sum(line.before_amount for line in lines) == sum(line.amount for line in fund.lines)
        from_idle = sum(move.amount for move in own if move.from_line_id is None)
        to_idle = sum(move.amount for move in own if move.to_cell_id is None)
        grown = sum(line.after_amount - line.before_amount for line in lines)
        assert grown == from_idle - to_idle
        assert sum(line.after_amount for line in lines) <= fund.budget_amount


@few
@seeds
def test_no_move_is_smaller_than_the_smallest_move_where_today_keeps_the_rules(
    random_problem: Make, seed: int
) -> None:
    answer = solve(quiet(random_problem(seed), smallest_move_amount=200_000))
    assert all(move.amount >= 200_000 and not move.is_forced for move in answer.moves)


@few
@seeds
def test_splitting_an_investment_in_two_changes_nothing(random_problem: Make, seed: int) -> None:
    problem = quiet(random_problem(seed))
    whole = replace(problem.funds[0], minimum_spend_amount=0, change_cap_share=None)
    problem = replace(problem, funds=(whole, *problem.funds[1:]))
    split = replace(problem, funds=(*_halves(whole), *problem.funds[1:]))
    one, two = solve(problem), solve(split)
    assert _values(one) == _values(two)
    assert _by_cell(one) == _by_cell(two)


@few
@seeds
def test_scaling_all_money_scales_the_moves_and_leaves_the_students(random_problem: Make, seed: int) -> None:
    problem = quiet(random_problem(seed), smallest_move_amount=40_000)
    one, three = solve(problem), solve(_scaled(problem, 3))
    assert one.after is not None
    assert three.after is not None
    assert abs(one.after.students - three.after.students) <= 1e-4 * (1 + one.after.students)
    first, third = _by_cell(one), _by_cell(three)
    assert {cell for cell, amount in first.items() if amount} == {c for c, amount in third.items() if amount}
    assert all(abs(third[cell] - 3 * first[cell]) <= 40 for cell in first)


@few
@seeds
def test_scaling_the_units_of_an_in_kind_resource_changes_nothing(random_problem: Make, seed: int) -> None:
    problem = random_problem(seed)
    minutes = replace(
        problem,
        practices=tuple(
            replace(p, in_kind_needs=tuple(InKindNeed(n.resource, n.units * 60) for n in p.in_kind_needs))
            for p in problem.practices
        ),
        rules=replace(
            problem.rules,
            in_kind=tuple(InKindSupply(s.resource, s.units * 60) for s in problem.rules.in_kind),
        ),
    )
    assert abs(first_aim(problem) - first_aim(minutes)) <= 1e-7 * (1 + abs(first_aim(problem)))


def _shuffled(problem: Problem, seed: int) -> Problem:
    draw = random.Random(seed + 1)

    def mixed(entries: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(draw.sample(entries, len(entries)))

    funds = tuple(replace(fund, lines=mixed(fund.lines)) for fund in problem.funds)
    return replace(
        problem,
        practices=mixed(problem.practices),
        groups=mixed(problem.groups),
        cells=mixed(problem.cells),
        funds=mixed(funds),
    )


def _halves(fund: Fund) -> tuple[Fund, Fund]:
    """Two funds under the same restriction with half of each line."""
    lines = tuple(
        replace(each, amount=each.amount // 2, locked_amount=each.locked_amount // 2) for each in fund.lines
    )
    rest = tuple(
        replace(
            each,
            amount=each.amount - half.amount,
            locked_amount=each.locked_amount - half.locked_amount,
        )
        for each, half in zip(fund.lines, lines, strict=True)
    )
    half = sum(line.amount for line in lines)
    return (
        replace(fund, lines=lines, budget_amount=half),
        replace(fund, id=fund.id + "-b", lines=rest, budget_amount=fund.budget_amount - half),
    )


def _scaled(problem: Problem, factor: int) -> Problem:
    funds = tuple(
        replace(
            fund,
            budget_amount=fund.budget_amount * factor,
            minimum_spend_amount=fund.minimum_spend_amount * factor,
            lines=tuple(
                replace(line, amount=line.amount * factor, locked_amount=line.locked_amount * factor)
                for line in fund.lines
            ),
        )
        for fund in problem.funds
    )
    practices = tuple(
        replace(each, cost_per_participant=(each.cost_per_participant or 0) * factor)
        for each in problem.practices
    )
    least = problem.rules.smallest_move_amount * factor
    return replace(
        problem, funds=funds, practices=practices, rules=replace(problem.rules, smallest_move_amount=least)
    )


def _values(answer: Answer) -> list[float]:
    return [round(stage.value, 5) for stage in answer.stages]


def _by_cell(answer: Answer) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in answer.plan:
        found[line.cell_id or ""] = found.get(line.cell_id or "", 0) + line.after_amount
    return found
