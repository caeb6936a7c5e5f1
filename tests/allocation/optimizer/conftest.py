"""Questions that the optimizer's tests share."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

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
    Rules,
    Segment,
)

THOUSAND = 100_000
"""$1,000 in cents."""


@pytest.fixture(scope="session")
def tiny() -> Callable[..., Problem]:
    """Two groups, two practices, three funds: small enough to solve by hand (test_run.py shows the steps).

    Keyword arguments are rules; the default puts the worst off first and lets every dollar move.
    """

    def make(**rules: Any) -> Problem:  # Any: each rule has its own type
        asked = {
            "objective": Objective.WORST_OFF_FIRST,
            "maximum_shift_share": None,
            "in_kind": (InKindSupply("hours", 800, label="volunteer hours"),),
        } | rules
        practices = (
            Practice("tutor", THOUSAND, "Tutoring"),
            Practice("mentor", THOUSAND // 2, "Mentoring", in_kind_needs=(InKindNeed("hours", 10),)),
        )
        groups = tuple(
            Group(name, 1000, gap, persistent=True, floor_share=None) for name, gap in (("A", 40), ("B", 30))
        )
        cells = (
            Cell("tA", "tutor", "A", 2026, 0.20, capacity=120),
            Cell("tB", "tutor", "B", 2026, 0.15, capacity=80),
            Cell("mA", "mentor", "A", 2026, 0.08, capacity=100),
            Cell("mB", "mentor", "B", 2026, 0.08, capacity=100),
        )
        funds = (
            _fund("f1", 90, {"tA", "tB", "mA", "mB"}, "tA"),
            _fund("f2", 30, {"tB", "mB"}, "tB"),
            _fund("f3", 20, {"mA", "mB"}, "mA"),
        )
        return Problem(practices, groups, cells, funds, Rules(**asked))

    return make


def _fund(name: str, thousands: int, cells: set[str], at: str) -> Fund:
    amount = thousands * THOUSAND
    return Fund(name, f"i-{name}", f"o-{name}", amount, frozenset(cells), (Line(f"l-{name}", amount, at),))


@pytest.fixture(scope="session")
def random_problem() -> Callable[[int], Problem]:
    """A small question from a seed: every kind of rule occurs, and today's plan keeps all of them."""
    return _random_problem


def _random_problem(seed: int) -> Problem:
    draw = random.Random(seed)
    years = (2026, 2027)[: draw.randint(1, 2)]
    groups = tuple(_random_group(draw, number) for number in range(draw.randint(2, 3)))
    practices = tuple(_random_practice(draw, number) for number in range(draw.randint(2, 3)))
    cells = tuple(
        _random_cell(draw, f"{practice.id}-{group.id}-{year}", (practice.id, group.id, year))
        for practice in practices
        for group in groups
        for year in years
        if draw.random() < 0.85
    )
    funds = tuple(_random_fund(draw, number, cells) for number in range(draw.randint(2, 5)))
    rules = Rules(
        objective=draw.choice(list(Objective)),
        maximum_shift_share=draw.choice((None, 0.25, 0.5)),
        maximum_total_shift_share=draw.choice((None, 0.3)),
        protected_ids=frozenset(draw.sample([practice.id for practice in practices], draw.choice((0, 0, 1)))),
    )
    problem = Problem(practices, groups, cells, funds, rules)
    return _with_supplies(draw, problem)


def _random_group(draw: random.Random, number: int) -> Group:
    return Group(
        f"g{number}",
        people=draw.randint(40, 200),
        gap=draw.uniform(3, 25),
        persistent=draw.random() < 0.7,
        floor_share=draw.choice((None, 0.8, 1.0)),
    )


def _random_practice(draw: random.Random, number: int) -> Practice:
    steps = (Segment(1.0, 1.0),) if draw.random() < 0.5 else (Segment(0.2, 1.0), Segment(0.5, 0.6))
    needs = (InKindNeed("hours", draw.choice((2.0, 5.0))),) if draw.random() < 0.5 else ()
    return Practice(
        f"p{number}", draw.randint(200, 3000) * 100, returns=steps, in_kind_needs=needs, capacity=None
    )


def _random_cell(draw: random.Random, name: str, key: tuple[str, str, int]) -> Cell:
    effect = round(draw.uniform(0.02, 0.3), 3)
    samples = tuple(round(effect * draw.uniform(0.3, 1.7), 4) for _ in range(8))
    return Cell(name, *key, effect, effect * 0.6, effect * 1.3, samples)


def _random_fund(draw: random.Random, number: int, cells: tuple[Cell, ...]) -> Fund:
    names = sorted(cell.id for cell in cells)
    allowed = frozenset(names if draw.random() < 0.3 else draw.sample(names, (len(names) + 1) // 2))
    lines = []
    for place, name in enumerate(draw.sample(names, min(len(names), draw.randint(0, 3)))):
        amount = draw.randint(1, 40_000) * 100
        locked = draw.choice((0, 0, amount // 3, amount))
        lines.append(Line(f"l{place}", amount, name, locked))
    if draw.random() < 0.4:
        lines.append(Line("operations", draw.randint(1, 20_000) * 100))
    held = sum(line.amount for line in lines)
    budget = held + draw.choice((0, draw.randint(1, 30_000) * 100))
    return Fund(
        f"f{number}",
        f"i{number}",
        draw.choice(("north", "south")),
        budget,
        allowed,
        tuple(lines),
        minimum_spend_amount=draw.choice((0, 0, 0, held)),
        overhead_share=draw.choice((0.0, 0.0, 0.1)),
        change_cap_share=draw.choice((None, None, 0.2)),
    )


def _with_supplies(draw: random.Random, problem: Problem) -> Problem:
    """Supplies and capacities that today's plan does not exceed, so that today is always a plan."""
    cost = {practice.id: practice.cost_per_participant or 1 for practice in problem.practices}
    served: dict[str, float] = {}
    for fund in problem.funds:
        for line in fund.lines:
            cell = next((each for each in problem.cells if each.id == line.cell_id), None)
            if cell is not None:
                served[cell.practice_id] = (
                    served.get(cell.practice_id, 0.0) + line.amount / cost[cell.practice_id]
                )
    hours = sum(served.get(p.id, 0.0) * need.units for p in problem.practices for need in p.in_kind_needs)
    practices = tuple(
        replace(p, capacity=served.get(p.id, 0.0) + draw.randint(1, 60)) if draw.random() < 0.5 else p
        for p in problem.practices
    )
    supply = InKindSupply("hours", hours + draw.randint(1, 100))
    return replace(problem, practices=practices, rules=replace(problem.rules, in_kind=(supply,)))
