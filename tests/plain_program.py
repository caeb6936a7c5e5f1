"""A second formulation of the reallocation's first aim: fund by fund in dollars, solved by scipy.

It shares no code with the optimizer and knows no classes, no stages and no cents.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

from allocation.problem import Fund, Problem

Term = tuple[int, float]


@dataclass
class Rows:
    """Columns with their bounds, and rows of `<=`."""

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)

    def column(self, high: float = np.inf) -> int:
        """A new column between 0 and `high`."""
        self.lower.append(0.0)
        self.upper.append(high)
        return len(self.lower) - 1

    def row(self, terms: list[Term], limit: float) -> None:
        """sum of terms <= limit."""
        self.entries.extend((len(self.limits), place, value) for place, value in terms)
        self.limits.append(limit)

    def least(self, costs: dict[int, float]) -> float:
        """The least value of the costs."""
        objective = np.zeros(len(self.lower))
        for place, value in costs.items():
            objective[place] = value
        rows, places, values = zip(*self.entries, strict=True)
        shape = (len(self.limits), len(self.lower))
        matrix = coo_matrix((np.array(values), (np.array(rows), np.array(places))), shape=shape)
        bounds = list(zip(self.lower, self.upper, strict=True))
        found = linprog(  # type: ignore[call-overload] # the stubs know no sparse matrix
            objective, A_ub=matrix.tocsr(), b_ub=self.limits, bounds=bounds, method="highs"
        )
        assert found.success, found.message
        return float(found.fun)


def most_weighted_students(problem: Problem) -> float:
    """max sum of weight x students, a persistently behind group's counting `equity_weight` times.

    Money on a cell serves people: what it pays for, but for what already pays today for more than there are.
    """
    rows = Rows()
    flows, today = _money(rows, problem)
    benefit, floors = _people(rows, problem, flows, today)
    goal = {}
    for group in problem.groups:
        students = rows.column(group.gap)
        gained = [(place, -effect) for place, effect in benefit[group.id]]
        rows.row([(students, 1.0), *gained], 0.0)
        rows.row(gained, -(group.floor_share or 0.0) * floors[group.id])
        goal[students] = -(problem.rules.equity_weight if group.persistent else 1.0) * group.weight
    return -rows.least(goal)


def _money(rows: Rows, problem: Problem) -> tuple[dict[str, list[Term]], dict[str, float]]:
    """What enters (+1) and leaves (-1) each cell, and what lies there today."""
    flows: dict[str, list[Term]] = defaultdict(list)
    today: dict[str, float] = defaultdict(float)
    released: dict[str, list[Term]] = defaultdict(list)
    budgets: dict[str, float] = defaultdict(float)
    for fund in problem.funds:
        rows.row(_fund(rows, fund, flows, released[fund.funder_id]), _unplaced(fund))
        budgets[fund.funder_id] += fund.budget_amount / 100
        for line in fund.lines:
            today[line.cell_id or ""] += line.amount / 100
    share = problem.rules.maximum_shift_share
    for funder, outs in released.items():
        if outs and share is not None:
            rows.row(outs, share * budgets[funder])
    return flows, today


def _fund(rows: Rows, fund: Fund, flows: dict[str, list[Term]], released: list[Term]) -> list[Term]:
    own: list[Term] = []
    for line in fund.lines:
        out = rows.column((line.amount - line.locked_amount) / 100)
        own.append((out, -1.0))
        if not line.idle:
            released.append((out, 1.0))
        if line.cell_id:
            flows[line.cell_id].append((out, -1.0))
    for cell_id in sorted(fund.cell_ids):
        put = rows.column()
        own.append((put, 1.0))
        flows[cell_id].append((put, 1.0))
    return own


def _unplaced(fund: Fund) -> float:
    return (fund.budget_amount - sum(line.amount for line in fund.lines)) / 100


def _people(
    rows: Rows, problem: Problem, flows: dict[str, list[Term]], today: dict[str, float]
) -> tuple[dict[str, list[Term]], dict[str, float]]:
    """Each group's students by column of people served, and its students under today's plan."""
    cost = {each.id: (each.cost_per_participant or 0) / 100 for each in problem.practices}
    people = {group.id: group.people for group in problem.groups}
    benefit: dict[str, list[Term]] = defaultdict(list)
    floors: dict[str, float] = defaultdict(float)
    served: dict[str, list[Term]] = defaultdict(list)
    for cell in problem.cells:
        place, price, most = rows.column(people[cell.group_id]), cost[cell.practice_id], people[cell.group_id]
        paid = [(place, price), *((flow, -sign) for flow, sign in flows[cell.id])]
        unused = max(0.0, today[cell.id] - price * most)
        rows.row(paid, today[cell.id])
        rows.row([(column, -value) for column, value in paid], unused - today[cell.id])
        benefit[cell.group_id].append((place, cell.effect))
        served[cell.practice_id].append((place, 1.0))
        floors[cell.group_id] += min(most, today[cell.id] / price) * cell.effect
    _capacity(rows, problem, served)
    return benefit, floors


def _capacity(rows: Rows, problem: Problem, served: dict[str, list[Term]]) -> None:
    """One fiscal year: each practice serves at most its capacity over all groups."""
    assert len({cell.fiscal_year for cell in problem.cells}) == 1
    for practice in problem.practices:
        if practice.capacity is not None and served[practice.id]:
            rows.row(served[practice.id], practice.capacity)
