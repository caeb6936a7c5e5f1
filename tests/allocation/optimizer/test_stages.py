"""One aim after another, against published payoff tables and bounds."""

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from allocation.optimizer import solve
from allocation.optimizer import solver as door
from allocation.optimizer.build import question_of
from allocation.optimizer.formulation import Formulation
from allocation.optimizer.layout import Layout
from allocation.optimizer.plans import solve_once
from allocation.optimizer.program import Program
from allocation.optimizer.stages import Stage, run_stages, tie_weight
from allocation.problem import Cell, Fund, Group, Line, Objective, Practice, Problem, Rules

# Mavrotas 2009 (Applied Mathematics and Computation 213), the power generation example of AUGMECON.
PAYOFF = {
    "cost": (3_075_000, 62_460, 33_000),
    "emissions": (3_855_000, 45_180, 37_000),
    "fuel": (3_225_000, 55_260, 23_000),
}


def power() -> tuple[Program, dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]]:
    """Four fuels for base, intermediate and peak load, with three costs to minimise."""
    program = Program()
    uses = {"lignite": (1, 2), "oil": (2, 3), "gas": (1, 2, 3), "renewable": (1, 3)}
    limits = {"lignite": 31_000, "oil": 15_000, "gas": 22_000, "renewable": 10_000}
    place = {(fuel, load): program.column((fuel, load)) for fuel, loads in uses.items() for load in loads}
    for fuel, loads in uses.items():
        program.row((fuel,), [(place[fuel, load], 1.0) for load in loads], upper=float(limits[fuel]))
    for load, demand in ((1, 38_400), (2, 19_200), (3, 6_400)):
        terms = [(column, 1.0) for (_, at), column in place.items() if at == load]
        program.row(("load", load), terms, lower=float(demand))
    rates: dict[str, dict[str, float]] = {
        "cost": {"lignite": 30, "oil": 75, "gas": 60, "renewable": 90},
        "emissions": {"lignite": 1.44, "oil": 0.72, "gas": 0.45, "renewable": 0},
        "fuel": {"lignite": 0, "oil": 1, "gas": 1, "renewable": 0},
    }
    aims = {name: np.array([float(rate[fuel]) for fuel, _ in place]) for name, rate in rates.items()}
    return program, aims


@pytest.mark.parametrize("first", list(PAYOFF))
def test_the_payoff_table_of_the_power_example_comes_out_exactly(first: str) -> None:
    program, aims = power()
    model = Formulation(Layout(Problem()), (), program=program)
    order = [first, *(name for name in aims if name != first)]
    with door.highs() as solver:
        door.load(solver, program, aims[first])
        reached = run_stages(solver, model, [Stage(name, aims[name]) for name in order])
    assert [reached.values[name] for name in PAYOFF] == pytest.approx(PAYOFF[first], rel=1e-9)


@pytest.mark.parametrize("order", list(permutations(PAYOFF)))
def test_a_later_aim_never_costs_an_earlier_one(order: tuple[str, ...]) -> None:
    program, aims = power()
    model = Formulation(Layout(Problem()), (), program=program)
    with door.highs() as solver:
        door.load(solver, program, aims[order[0]])
        reached = run_stages(solver, model, [Stage(name, aims[name]) for name in order])
    assert reached.values[order[0]] == pytest.approx(PAYOFF[order[0]][list(PAYOFF).index(order[0])])


@pytest.mark.parametrize(("groups", "bound"), [(3, 0.25), (5, 0.4444), (7, 0.5625)])
def test_the_price_of_fairness_attains_its_published_bound(groups: int, bound: float) -> None:
    # Bertsimas, Farias and Trichakis 2011: at most 1 - 4n / (n + 1)^2 for n parties with equal best results.
    # (n + 1) / 2 groups cost $1,000 a student, the rest as much as all the money there is.
    cheap = (groups + 1) // 2
    costs = [100_000] * cheap + [100_000 * cheap] * (groups - cheap)
    problem = Problem(
        practices=tuple(Practice(f"p{n}", cost) for n, cost in enumerate(costs)),
        groups=tuple(Group(f"g{n}", 10, 1, persistent=True) for n in range(groups)),
        cells=tuple(Cell(f"c{n}", f"p{n}", f"g{n}", 2026, 1.0) for n in range(groups)),
        funds=(Fund("f", "f", "f", 100_000 * cheap, frozenset(f"c{n}" for n in range(groups))),),
        rules=Rules(objective=Objective.WORST_OFF_FIRST),
    )
    assert solve(problem).price_of_fairness == pytest.approx(bound, abs=5e-5)


def test_leximin_raises_the_next_worst_off_once_the_worst_off_can_rise_no_further() -> None:
    # By hand: $6,000; the first group can use $1,000 (one place) and then stands at 10%; the second and third
    # share the rest. Second: cheap for students, so the plain aim gives it all and leaves the third at 10%.
    plain, climbed = (_shares(leximin) for leximin in (False, True))
    assert min(plain) == pytest.approx(0.1, abs=1e-6)
    assert sorted(plain)[1] == pytest.approx(0.1, abs=1e-6)
    assert sorted(climbed) == pytest.approx([0.1, 5 / 30, 5 / 30], abs=1e-6)


def _shares(leximin: bool) -> list[float]:
    practices = (Practice("p1", 100_000, capacity=1), Practice("p2", 100_000), Practice("p3", 200_000))
    problem = Problem(
        practices=practices,
        groups=tuple(Group(f"g{n}", 100, 10, persistent=True) for n in (1, 2, 3)),
        cells=tuple(Cell(f"c{n}", f"p{n}", f"g{n}", 2026, 1.0) for n in (1, 2, 3)),
        funds=(Fund("f", "f", "f", 600_000, frozenset({"c1", "c2", "c3"})),),
        rules=Rules(objective=Objective.WORST_OFF_FIRST, leximin=leximin, what_ifs_count=0),
    )
    after = solve(problem).after
    assert after is not None
    return [group.students / 10 for group in after.by_group]


def test_the_weight_of_the_tie_break_depends_on_ids_alone() -> None:
    # First 6 bytes of BLAKE2b-48 of the joined ids, computed with Python's hashlib once more.
    import hashlib

    digest = hashlib.blake2b(b"fund\x1fcell", digest_size=6).digest()
    assert tie_weight("fund", "cell") == 0.5 + int.from_bytes(digest, "big") / 2**48


def test_equal_plans_are_told_apart_the_same_way_every_time() -> None:
    # Two practices with the same cost and effect: any split is best, one plan comes out.
    cells = tuple(Cell(name, name, "g", 2026, 0.1) for name in ("a", "b"))
    fund = Fund("f", "f", "f", 500_000, frozenset({"a", "b"}), (Line("ops", 500_000),))
    problem = Problem(
        (Practice("a", 100_000), Practice("b", 100_000)),
        (Group("g", 100, 50),),
        cells,
        (fund,),
        Rules(maximum_shift_share=None),
    )
    turned = replace(problem, cells=cells[::-1], practices=problem.practices[::-1])
    assert [move.to_cell_id for move in solve(problem).moves] == [
        move.to_cell_id for move in solve(turned).moves
    ]
    assert len(solve(problem).moves) == 1


def test_aims_stay_reached_over_random_questions(random_problem: Callable[[int], Problem]) -> None:
    for seed in range(20):
        model, reached = solve_once(question_of(random_problem(seed)))
        released = sum(reached.columns[place] for kind in "de" for place in model.program.of_kind(kind))
        assert released == pytest.approx(reached.values["released"], abs=1e-6)
