"""The optimizer against a second formulation, written from the rules alone and solved by scipy.

The second formulation works fund by fund in dollars (no classes, no face fixing): each reached aim becomes a
row. It shares no code with the optimizer.
"""

import math
import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from allocation.optimizer import solve
from allocation.optimizer.build import formulate, question_of
from allocation.optimizer.conflicts import conflicts_of
from allocation.optimizer.plans import solve_once
from allocation.optimizer.rules_in_words import RULES, rule_in_words
from allocation.optimizer.solver import Status
from allocation.problem import Cell, Fund, Line, Objective, Problem

RELATIVE = 1e-6
UNIT_OF_RELEASE = 100_000  # the oracle's last aim is in thousands of dollars
Terms = dict[tuple[str, ...], float]


class Oracle:
    """Columns by name, rows as (terms, limit) of `<=`, everything dense and in dollars."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.bounds: dict[tuple[str, ...], tuple[float | None, float | None]] = {}
        self.rows: list[tuple[Terms, float]] = []
        self.practice = {each.id: each for each in problem.practices}
        self.group = {each.id: each for each in problem.groups}
        self.cells = {each.id: each for each in problem.cells}
        self._money()
        self._people()
        self._shares()

    def best(self, costs: list[Terms]) -> list[float] | None:
        """The least value of each cost in turn, None where no plan exists."""
        names = {name: place for place, name in enumerate(self.bounds)}
        rows, values = list(self.rows), []
        for cost in costs:
            matrix = np.zeros((len(rows), len(names)))
            for place, (terms, _) in enumerate(rows):
                for name, value in terms.items():
                    matrix[place, names[name]] += value
            vector = np.zeros(len(names))
            for name, value in cost.items():
                vector[names[name]] = value
            found = linprog(
                vector,
                A_ub=matrix,
                b_ub=[limit for _, limit in rows],
                bounds=list(self.bounds.values()),
                method="highs",
                options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
            )
            if not found.success or found.fun is None:
                return None
            values.append(float(found.fun))
            rows.append((cost, float(found.fun) + 1e-9))
        return values

    def aims(self) -> list[Terms]:
        """The costs of the question's aims, in order."""
        rules = self.problem.rules
        extra = rules.equity_weight if rules.objective is Objective.GAP_CLOSING else 1.0
        students: Terms = {
            ("z", group.id): -(extra if group.persistent else 1.0) * self._weight(group.weight)
            for group in self.problem.groups
        }
        worst: Terms = {("t",): -1.0}
        released: Terms = {name: 0.001 for name in self.bounds if name[0] == "d"}
        orders: dict[Objective, list[Terms]] = {
            Objective.WORST_OFF_FIRST: [worst, students],
            Objective.GAP_CLOSING: [students, worst],
            Objective.STUDENTS_REACHED: [students],
        }
        order = orders[rules.objective]
        return [*[aim for aim in order if aim is not worst or self.behind()], released]

    def _weight(self, weight: float) -> float:
        return 1.0 if self.problem.rules.objective is Objective.STUDENTS_REACHED else weight

    def behind(self) -> list[str]:
        """Persistently behind groups for which some dollar is allowed or already spent."""
        found = []
        for group in self.problem.groups:
            own = {cell.id for cell in self.problem.cells if cell.group_id == group.id}
            helped = any(
                (fund.budget_amount and own & self._allowed(fund))
                or any(line.cell_id in own for line in fund.lines)
                for fund in self.problem.funds
            )
            if group.persistent and helped:
                found.append(group.id)
        return found

    def _row(self, terms: Terms, limit: float) -> None:
        self.rows.append((terms, limit))

    def _allowed(self, fund: Fund) -> frozenset[str]:
        """The cells that a fund may buy: its years narrow them, weak evidence and harm close them."""
        most = self.problem.rules.minimum_tier_rank or math.inf
        return frozenset(
            name
            for name in fund.cell_ids
            if (fund.allowed_years is None or self.cells[name].fiscal_year in fund.allowed_years)
            and self.cells[name].effect > 0
            and self.cells[name].tier_rank <= most
        )

    def _lines(self, fund: Fund) -> dict[str, tuple[float, float]]:
        """Dollars today and committed, by cell ("" for elsewhere). Idle dollars are on no line."""
        found: dict[str, tuple[float, float]] = {}
        for line in fund.lines:
            if line.idle:
                continue
            cell = line.cell_id or ""
            names = {line.id, fund.id, fund.investment_id} | (
                {cell, self.cells[cell].practice_id} if cell else set()
            )
            keeps = bool(names & self.problem.rules.protected_ids)
            amount, locked = line.amount / 100, (line.amount if keeps else line.locked_amount) / 100
            today = found.get(cell, (0.0, 0.0))
            found[cell] = (today[0] + amount, today[1] + locked)
        return found

    def _money(self) -> None:
        for fund in self.problem.funds:
            lines, budget = self._lines(fund), fund.budget_amount / 100
            allowed = self._allowed(fund)
            for cell in sorted(allowed | set(lines)):
                today, locked = lines.get(cell, (0.0, 0.0))
                self.bounds["x", fund.id, cell] = (locked, None if cell in allowed else today)
                self.bounds["d", fund.id, cell] = (0.0, None)
                self._row({("x", fund.id, cell): -1.0, ("d", fund.id, cell): -1.0}, -today)
            held = {name: 1.0 for name in self.bounds if name[:2] == ("x", fund.id)}
            self._row(held, budget)
            self._row(dict.fromkeys(held, -1.0), -fund.minimum_spend_amount / 100)
            if fund.change_cap_share is not None:
                self._row(self._released({fund.id}), fund.change_cap_share * budget)
        rules = self.problem.rules
        for funder in {fund.funder_id for fund in self.problem.funds}:
            funds = [fund for fund in self.problem.funds if fund.funder_id == funder]
            self._cap(funds, rules.maximum_shift_share)
        self._cap(list(self.problem.funds), rules.maximum_total_shift_share)

    def _cap(self, funds: list[Fund], share: float | None) -> None:
        if share is not None:
            whole = int(share * sum(fund.budget_amount for fund in funds)) / 100
            self._row(self._released({fund.id for fund in funds}), whole)

    def _released(self, funds: set[str]) -> Terms:
        return {name: 1.0 for name in self.bounds if name[0] == "d" and name[1] in funds}

    def _people(self) -> None:
        for group in self.problem.groups:
            self.bounds["z", group.id] = (0.0, group.gap)
        self.bounds["t",] = (0.0, 1.0)
        for cell in self.problem.cells:
            self._cell(cell)
        for group in self.problem.groups:
            benefit = self._benefit(group.id)
            self._row({("z", group.id): 1.0} | {name: -value for name, value in benefit.items()}, 0.0)
            if group.id in self.behind():
                self._row({("z", group.id): -1 / group.gap, ("t",): 1.0}, 0.0)
            if group.floor_share is not None:
                today = sum(
                    self._benefit_today(cell) for cell in self.problem.cells if cell.group_id == group.id
                )
                self._row({name: -value for name, value in benefit.items()}, -group.floor_share * today)

    def _cell(self, cell: Cell) -> None:
        for step, width in enumerate(self._widths(cell)):
            self.bounds["y", cell.id, str(step)] = (0.0, width)
        cost = (self.practice[cell.practice_id].cost_per_participant or 0) / 100
        money = self._delivery(cell)
        people = {name: cost for name in self.bounds if name[:2] == ("y", cell.id)}
        wasted = max(0.0, self._today(cell) - cost * sum(self._widths(cell)))
        self._row(money | {name: -value for name, value in people.items()}, wasted)
        self._row({name: -value for name, value in money.items()} | people, 0.0)

    def _widths(self, cell: Cell) -> list[float]:
        people, practice = self.group[cell.group_id].people, self.practice[cell.practice_id]
        limits = (people, practice.capacity, cell.capacity)
        room = min(limit for limit in limits if limit is not None)
        widths: list[float] = []
        for step in practice.returns:
            widths.append(max(0.0, min(step.share * people, room - sum(widths))))
        return widths

    def _delivery(self, cell: Cell) -> Terms:
        return {
            ("x", fund.id, cell.id): 1 - fund.overhead_share
            for fund in self.problem.funds
            if ("x", fund.id, cell.id) in self.bounds
        }

    def _today(self, cell: Cell) -> float:
        return sum(
            self._lines(fund).get(cell.id, (0.0, 0.0))[0] * (1 - fund.overhead_share)
            for fund in self.problem.funds
        )

    def _benefit(self, group_id: str) -> Terms:
        return {
            ("y", cell.id, str(step)): cell.effect * returns.multiplier
            for cell in self.problem.cells
            if cell.group_id == group_id
            for step, returns in enumerate(self.practice[cell.practice_id].returns)
        }

    def _benefit_today(self, cell: Cell) -> float:
        practice = self.practice[cell.practice_id]
        left = self._today(cell) / ((practice.cost_per_participant or 1) / 100)
        benefit = 0.0
        for width, step in zip(self._widths(cell), practice.returns, strict=True):
            benefit += min(width, left) * cell.effect * step.multiplier
            left -= min(width, left)
        return benefit

    def _shares(self) -> None:
        for practice in self.problem.practices:
            for year in {cell.fiscal_year for cell in self.problem.cells}:
                own = {
                    c.id for c in self.problem.cells if (c.practice_id, c.fiscal_year) == (practice.id, year)
                }
                if practice.capacity is not None:
                    self._row({n: 1.0 for n in self.bounds if n[0] == "y" and n[1] in own}, practice.capacity)
        for supply in self.problem.rules.in_kind:
            units = {
                name: need.units
                for name in self.bounds
                if name[0] == "y"
                for need in self.practice[self.cells[name[1]].practice_id].in_kind_needs
            }
            self._row(units, supply.units)
        self._reach()

    def _reach(self) -> None:
        most = self.problem.rules.practices_per_person
        for group in self.problem.groups if most is not None else ():
            for year in {cell.fiscal_year for cell in self.problem.cells}:
                own = {c.id for c in self.problem.cells if (c.group_id, c.fiscal_year) == (group.id, year)}
                terms = {n: 1.0 for n in self.bounds if n[0] == "y" and n[1] in own}
                self._row(terms, (most or 0.0) * group.people)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_every_aim_agrees_with_a_second_formulation(
    random_problem: Callable[[int], Problem], seed: int
) -> None:
    problem = random_problem(seed)
    _, reached = solve_once(question_of(problem))
    oracle = Oracle(problem)
    expected = oracle.best(oracle.aims())
    assert reached.status is Status.OPTIMAL
    assert expected is not None
    found = [value for name, value in reached.values.items() if name != "tie"]
    if not reached.stuck:  # groups that no dollar can help leave the worst-off aim only in the optimizer
        scale = [1 + abs(value) for value in expected]
        assert np.allclose(np.divide(found, scale), np.divide(expected, scale), atol=RELATIVE)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_both_formulations_find_the_same_questions_infeasible(
    random_problem: Callable[[int], Problem], seed: int
) -> None:
    problem = _overcommitted(random_problem(seed), seed)
    _, reached = solve_once(question_of(problem))
    oracle = Oracle(problem)
    expected = oracle.best(oracle.aims())
    assert (reached.status is Status.INFEASIBLE) == (expected is None)


@pytest.mark.trial
@pytest.mark.parametrize("seed", range(20_000, 20_300))
def test_every_aim_agrees_under_every_kind_of_rule(
    random_problem: Callable[[int], Problem], seed: int
) -> None:
    problem = with_more_rules(random_problem(seed), seed)
    _, reached = solve_once(question_of(problem))
    oracle = Oracle(problem)
    expected = oracle.best(oracle.aims())
    assert (reached.status is Status.OPTIMAL) == (expected is not None)
    if expected is None or reached.stuck:
        return
    found = [value for name, value in reached.values.items() if name != "tie"]
    scale = [1 + abs(value) for value in expected]
    assert np.allclose(np.divide(found, scale), np.divide(expected, scale), atol=RELATIVE)
    answer = solve(problem)  # what is released in whole cents, over what the oracle's optimum releases
    released = sum(move.amount for move in answer.moves if move.from_line_id is not None)
    assert released == pytest.approx(expected[-1] * UNIT_OF_RELEASE, abs=100, rel=1e-5)


@pytest.mark.parametrize("seed", range(15))
def test_idle_lines_carried_years_weights_and_weak_evidence_agree(
    random_problem: Callable[[int], Problem], seed: int
) -> None:
    problem = with_more_rules(random_problem(seed), seed)
    _, reached = solve_once(question_of(problem))
    oracle = Oracle(problem)
    expected = oracle.best(oracle.aims())
    assert (reached.status is Status.OPTIMAL) == (expected is not None)
    found = [value for name, value in reached.values.items() if name != "tie"]
    if expected is not None and not reached.stuck:
        scale = [1 + abs(value) for value in expected]
        assert np.allclose(np.divide(found, scale), np.divide(expected, scale), atol=RELATIVE)


def with_more_rules(problem: Problem, seed: int) -> Problem:
    """The question with idle lines, dollars that carry over, outcomes that weigh, and weak evidence."""
    draw = random.Random(seed)
    years = sorted({cell.fiscal_year for cell in problem.cells})
    funds = []
    for fund in problem.funds:
        held = sum(line.amount for line in fund.lines)
        idle = (Line("idle", fund.budget_amount - held, idle=True),) if fund.budget_amount > held else ()
        spans = frozenset(draw.sample(years, draw.randint(1, len(years))))
        funds.append(replace(fund, lines=fund.lines + idle, allowed_years=draw.choice((None, None, spans))))
    groups = tuple(replace(each, weight=draw.choice((1.0, 1.0, 2.5, 0.5))) for each in problem.groups)
    cells = tuple(replace(each, tier_rank=draw.choice((1, 2, 4))) for each in problem.cells)
    rules = replace(
        problem.rules, minimum_tier_rank=draw.choice((None, 3)), equity_weight=draw.choice((1.0, 2.0, 5.0))
    )
    return replace(problem, funds=tuple(funds), groups=groups, cells=cells, rules=rules)


def check_conflicts(problem: Problem) -> bool:
    """Each conflict cannot be kept beside the facts, and without any one of its rules it can: by scipy."""
    question = question_of(problem)
    model = formulate(question, aggregate=False, locks_as_rows=True)
    program, matrix = model.program, model.program.matrix().tocsr()
    facts = [row for row, key in enumerate(program.row_keys) if key[0] not in RULES]
    named = {rule_in_words(model, row): row for row, key in enumerate(program.row_keys) if key[0] in RULES}

    def can_keep(rules: list[int]) -> bool:
        rows = [*facts, *rules]
        found = milp(
            np.zeros(len(program.column_keys)),
            bounds=Bounds(program.lower, program.upper),
            constraints=LinearConstraint(
                matrix[rows], np.array(program.row_lower)[rows], np.array(program.row_upper)[rows]
            ),
        )
        return bool(found.success)

    conflicts = conflicts_of(question)
    for conflict in conflicts:
        rules = [named[name] for name in conflict.rules]
        assert not can_keep(rules), conflict.sentence
        for left_out in rules:
            assert can_keep([row for row in rules if row != left_out]), conflict.sentence
    return bool(conflicts)


@pytest.mark.parametrize("seed", range(0, 12, 2))
def test_without_any_one_of_its_rules_a_conflict_is_none(
    random_problem: Callable[[int], Problem], seed: int
) -> None:
    problem = _overcommitted(random_problem(seed), seed)
    expected = Oracle(problem).best(Oracle(problem).aims())
    assert check_conflicts(problem) == (expected is None)


@pytest.mark.trial
@pytest.mark.parametrize("seed", range(20_000, 20_300, 2))
def test_without_any_one_of_its_rules_none_of_many_conflicts_is_left(
    random_problem: Callable[[int], Problem], seed: int
) -> None:
    problem = _overcommitted(random_problem(seed), seed)
    expected = Oracle(problem).best(Oracle(problem).aims())
    assert check_conflicts(problem) == (expected is None)


def _overcommitted(problem: Problem, seed: int) -> Problem:
    """Half of the questions lose a tenth of each fund's budget, which commitments may not allow."""
    if seed % 2:
        return problem
    funds = tuple(replace(fund, budget_amount=fund.budget_amount * 9 // 10) for fund in problem.funds)
    return replace(problem, funds=funds)
