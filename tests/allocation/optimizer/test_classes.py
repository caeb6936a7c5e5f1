"""Funds under the same restriction as one class, against each fund on its own."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.optimizer import solver as door
from allocation.optimizer.build import formulate, question_of
from allocation.optimizer.cents import whole_amounts
from allocation.optimizer.checks import breaches, released
from allocation.optimizer.classes import fund_classes
from allocation.optimizer.layout import Layout
from allocation.optimizer.stages import run_stages, stages_of
from allocation.problem import Problem


def copies(problem: Problem) -> Problem:
    """The question with three funds under each restriction, each with other lines."""
    funds = tuple(
        replace(
            fund,
            id=f"{fund.id}-{number}",
            minimum_spend_amount=0,
            change_cap_share=None,
            lines=fund.lines[number:] if number < 2 else (),
        )
        for fund in problem.funds
        for number in range(3)
    )
    return replace(problem, funds=funds)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_classes_reach_the_same_aims_as_single_funds_and_split_without_loss(
    random_problem: Callable[[int], Problem], seed: int
) -> None:
    question = question_of(copies(random_problem(seed)))
    found = []
    for aggregate in (True, False):
        model = formulate(question, aggregate=aggregate)
        with door.highs() as solver:
            door.load(solver, model.program, model.program.costs({}))
            reached = run_stages(solver, model, stages_of(model))
        found.append({name: value for name, value in reached.values.items() if name != "tie"})
        after = whole_amounts(model, reached.columns)
        assert breaches(question, after) == ()
        moved = 0
        for place, purse in enumerate(question.layout.purses):
            planned = {spot: amount for (p, spot), amount in after.after.items() if p == place}
            moved += released(purse, planned)
        assert moved == pytest.approx(reached.values["released"] * 100_000, abs=len(after.after) + 1)
    assert found[0] == pytest.approx(found[1], abs=1e-6)


def test_copies_share_a_class_and_a_rule_of_its_own_makes_its_own(tiny: Callable[..., Problem]) -> None:
    problem = tiny()
    twin = replace(problem.funds[0], id="twin")
    shared = fund_classes(Layout(replace(problem, funds=(*problem.funds, twin))))
    assert sorted(len(each.members) for each in shared) == [1, 1, 2]
    own = replace(twin, minimum_spend_amount=1)
    apart = fund_classes(Layout(replace(problem, funds=(*problem.funds, own))))
    assert [len(each.members) for each in apart] == [1, 1, 1, 1]


def test_a_class_is_named_by_what_its_funds_share(tiny: Callable[..., Problem]) -> None:
    problem = tiny()
    renamed = replace(problem, funds=(replace(problem.funds[0], id="zz"), *problem.funds[1:]))
    assert {each.key for each in fund_classes(Layout(problem))} == {
        each.key for each in fund_classes(Layout(renamed))
    }
