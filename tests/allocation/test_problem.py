"""The optimizer's question: what it refuses, and when two questions are the same."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.problem import (
    Cell,
    Fund,
    Group,
    InKindNeed,
    InKindSupply,
    Line,
    Objective,
    Practice,
    Problem,
    ProblemError,
    Rules,
    Segment,
    inputs_hash,
    new_money,
)

PROBLEM = Problem(
    (Practice("p", 100, "Tutoring"),),
    (Group("g", 10, 5), Group("h", 10, 5)),
    (Cell("c", "p", "g", 2026, 0.1), Cell("d", "p", "h", 2026, 0.2)),
    (Fund("f", "i", "o", 1000, frozenset({"c", "d"}), (Line("l", 500, "c"), Line("m", 100))),),
)


def test_the_order_of_entries_and_labels_leave_the_hash_alone() -> None:
    turned = Problem(
        (replace(PROBLEM.practices[0], label="Another name"),),
        PROBLEM.groups[::-1],
        PROBLEM.cells[::-1],
        (replace(PROBLEM.funds[0], lines=PROBLEM.funds[0].lines[::-1]),),
    )
    assert inputs_hash(turned) == inputs_hash(PROBLEM)


def test_a_whole_number_given_as_a_float_is_the_same_input() -> None:
    same = replace(PROBLEM, groups=(Group("g", 10.0, 5.0), Group("h", 10.0, 5.0)))
    assert inputs_hash(same) == inputs_hash(PROBLEM)


@given(cents=st.integers(1, 10**12))
def test_any_other_amount_is_another_hash(cents: int) -> None:
    fund = replace(PROBLEM.funds[0], budget_amount=1000 + cents)
    assert inputs_hash(replace(PROBLEM, funds=(fund,))) != inputs_hash(PROBLEM)


EVERYTHING: tuple[tuple[str, dict[str, object]], ...] = (
    ("practices", {"cost_per_participant": 101, "capacity": 5.0, "returns": (Segment(1.0, 0.9),)}),
    ("practices", {"in_kind_needs": (InKindNeed("hours", 1.0),), "minimum_participants": 3.0}),
    ("practices", {"taken": ((2026, 1.0),)}),
    ("groups", {"people": 11.0, "gap": 6.0, "persistent": True, "weight": 2.0, "outcome_id": "o"}),
    ("groups", {"floor_share": 0.5}),
    ("cells", {"fiscal_year": 2027, "effect": 0.15, "effect_low": 0.05, "effect_high": 0.3}),
    ("cells", {"tier_rank": 2, "capacity": 4.0}),
    ("funds", {"investment_id": "j", "funder_id": "q", "budget_amount": 1001, "cell_ids": frozenset({"c"})}),
    ("funds", {"lines": (Line("l", 500, "c", 1), Line("m", 100)), "allowed_years": frozenset({2026})}),
    ("funds", {"minimum_spend_amount": 1, "overhead_share": 0.1, "change_cap_share": 0.5}),
)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [(kind, name, value) for kind, changes in EVERYTHING for name, value in changes.items()],
)
def test_any_other_input_of_the_plan_is_another_hash(kind: str, name: str, value: object) -> None:
    first, *others = getattr(PROBLEM, kind)
    more: dict[str, Any] = {kind: (replace(first, **{name: value}), *others)}  # Any: fields by name
    changed = replace(PROBLEM, **more)
    assert inputs_hash(changed) != inputs_hash(PROBLEM)


@pytest.mark.parametrize("name", [each.name for each in fields(Rules)])
def test_any_other_rule_is_another_hash(name: str) -> None:
    was = getattr(PROBLEM.rules, name)
    more: dict[type, object] = {
        bool: not was,
        frozenset: frozenset({"p"}),
        tuple: (InKindSupply("hours", 1),),
    }
    if isinstance(was, Objective):
        value: object = Objective.STUDENTS_REACHED
    elif name == "confidence":
        value = 0.9
    else:
        value = more.get(type(was), (was or 0) + 1)
    changed: dict[str, Any] = {name: value}  # Any: fields by name
    rules = replace(PROBLEM.rules, **changed)
    assert inputs_hash(replace(PROBLEM, rules=rules)) != inputs_hash(PROBLEM)


def test_the_order_of_draws_and_of_steps_matters() -> None:
    one = replace(PROBLEM, cells=tuple(replace(c, effect_samples=(0.1, 0.2)) for c in PROBLEM.cells))
    two = replace(PROBLEM, cells=tuple(replace(c, effect_samples=(0.2, 0.1)) for c in PROBLEM.cells))
    assert inputs_hash(one) != inputs_hash(two)


def test_new_money_may_go_to_every_cell() -> None:
    assert new_money(5, PROBLEM.cells).cell_ids == {"c", "d"}


def test_an_id_that_occurs_twice_is_refused_by_name() -> None:
    with pytest.raises(ProblemError, match="group g occurs twice"):
        replace(PROBLEM, groups=(*PROBLEM.groups, Group("g", 1, 1)))


def test_a_fund_that_names_an_unknown_cell_is_refused() -> None:
    with pytest.raises(ProblemError, match=r"fund f names cells that are not in the question: \['x'\]"):
        replace(PROBLEM, funds=(replace(PROBLEM.funds[0], cell_ids=frozenset({"x"})),))


def test_rising_returns_are_refused() -> None:
    with pytest.raises(ProblemError, match="must not rise"):
        Practice("p", 100, returns=(Segment(0.5, 0.5), Segment(0.5, 1.0)))


def test_an_effect_outside_its_bounds_is_refused() -> None:
    with pytest.raises(ProblemError, match="outside its own bounds"):
        Cell("c", "p", "g", 2026, 0.1, effect_low=0.2)


@pytest.mark.parametrize("amount", [-1, float("nan")])
def test_a_number_of_people_below_nothing_or_without_value_is_refused(amount: float) -> None:
    with pytest.raises(ProblemError):
        Group("g", amount, 1)


def test_money_in_parts_of_a_cent_is_refused() -> None:
    with pytest.raises(ProblemError, match="whole number of minor units"):
        Line("l", 0.5)  # type: ignore[arg-type]  # the fault under test


def test_confidence_below_the_mean_is_refused() -> None:
    with pytest.raises(ProblemError, match="confidence"):
        Rules(confidence=0.4)
