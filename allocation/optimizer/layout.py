"""The question in solver's order: changes when what a fund may buy, or a cell may hold, is read differently.

Everything is sorted by id, so that the order of the question's entries never reaches the solver. Money turns
from minor units into thousands of 100 (`UNIT`), people stay people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from allocation.problem import Cell, Fund, Group, Line, Objective, Practice, Problem, Rules

UNIT = 100_000
"""Minor units in the solver's unit of money: 1,000.00 of a currency with two decimals."""


@dataclass(frozen=True)
class Spot:
    """A cell as the solver sees it. `cost`: solver money a participant; None where the practice has none."""

    cell: Cell
    practice: Practice
    group: Group
    cost: float | None
    widths: tuple[float, ...]
    multipliers: tuple[float, ...]
    grows: bool

    @property
    def is_harmful(self) -> bool:
        """Served as far as its money goes, and never given more."""
        return self.cell.effect < 0

    @property
    def buys(self) -> bool:
        """Whether dollars here serve participants at all."""
        return self.cost is not None

    @property
    def room(self) -> float:
        """Participants who can be served."""
        return sum(self.widths)


@dataclass(frozen=True)
class Purse:
    """A fund as the solver sees it: amounts by cell index in minor units, the rest in one `other` pot."""

    fund: Fund
    growable: frozenset[int]
    current: Mapping[int, int]
    locked: Mapping[int, int]
    other: int
    other_locked: int

    @property
    def held(self) -> int:
        """Minor units that lie on lines which are not idle."""
        return sum(self.current.values()) + self.other

    @property
    def is_overdrawn(self) -> bool:
        """Whether its lines hold more than its budget."""
        return self.held > self.fund.budget_amount


class Layout:
    """The sorted question: spots (cells), groups and purses (funds), each found by its index."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.rules: Rules = problem.rules
        self.groups = tuple(sorted(problem.groups, key=lambda each: each.id))
        self.practices = tuple(sorted(problem.practices, key=lambda each: each.id))
        self._practice = {practice.id: practice for practice in self.practices}
        self._group = {group.id: group for group in self.groups}
        self.spots = tuple(self._spot(cell) for cell in sorted(problem.cells, key=lambda each: each.id))
        self.index = {spot.cell.id: place for place, spot in enumerate(self.spots)}
        self._growable: dict[tuple[frozenset[str], frozenset[int] | None], frozenset[int]] = {}
        self.purses = tuple(self._purse(fund) for fund in sorted(problem.funds, key=lambda each: each.id))

    @cached_property
    def spots_of_group(self) -> tuple[tuple[int, ...], ...]:
        """Indices of each group's spots that serve anybody."""
        places = {group.id: place for place, group in enumerate(self.groups)}
        found: list[list[int]] = [[] for _ in self.groups]
        for place, spot in enumerate(self.spots):
            if spot.buys:
                found[places[spot.group.id]].append(place)
        return tuple(tuple(each) for each in found)

    @cached_property
    def years(self) -> frozenset[int]:
        """The fiscal years of the question's cells."""
        return frozenset(spot.cell.fiscal_year for spot in self.spots)

    @cached_property
    def purse_places(self) -> Mapping[str, int]:
        """The index of each fund's purse."""
        return {purse.fund.id: place for place, purse in enumerate(self.purses)}

    def weight(self, group: Group) -> float:
        """How much a student of the group counts: omega in the formulas."""
        if self.rules.objective is Objective.STUDENTS_REACHED:
            return 1.0
        extra = self.rules.equity_weight if self.rules.objective is Objective.GAP_CLOSING else 1.0
        return group.weight * (extra if group.persistent else 1.0)

    def current_money(self) -> dict[int, float]:
        """Solver money that reaches participants of each spot today."""
        return self.delivered(self.current_amounts())

    def current_amounts(self) -> dict[tuple[int, int], int]:
        """Minor units by (purse, spot) today."""
        return {(p, c): a for p, purse in enumerate(self.purses) for c, a in purse.current.items()}

    def delivered(self, amounts: Mapping[tuple[int, int], int]) -> dict[int, float]:
        """Solver money that reaches participants of each spot, from minor units by (purse, spot)."""
        found: dict[int, float] = {}
        for (purse, spot), amount in sorted(amounts.items()):
            share = 1 - self.purses[purse].fund.overhead_share
            found[spot] = found.get(spot, 0.0) + amount / UNIT * share
        return found

    def _spot(self, cell: Cell) -> Spot:
        practice, group = self._practice[cell.practice_id], self._group[cell.group_id]
        cost = practice.cost_per_participant
        limits = (group.people, cell.capacity, practice.places(cell.fiscal_year))
        room = min(limit for limit in limits if limit is not None)
        grows = bool(cost) and cell.effect > 0 and room > 0 and _is_strong_enough(cell, self.rules)
        widths = _widths(practice, group.people, room)
        multipliers = tuple(step.multiplier for step in practice.returns)[: len(widths)]
        return Spot(cell, practice, group, cost / UNIT if cost else None, widths, multipliers, grows)

    def _purse(self, fund: Fund) -> Purse:
        current: dict[int, int] = {}
        locked: dict[int, int] = {}
        other = other_locked = 0
        for line in sorted(fund.lines, key=lambda each: each.id):
            kept = self.locked(fund, line)
            place = None if line.cell_id is None else self.index[line.cell_id]
            if line.idle:
                continue
            if place is None or not self.spots[place].buys:
                other, other_locked = other + line.amount, other_locked + kept
            elif line.amount or kept:
                current[place] = current.get(place, 0) + line.amount
                locked[place] = locked.get(place, 0) + kept
        return Purse(fund, self._spots_to_grow(fund), current, locked, other, other_locked)

    def _spots_to_grow(self, fund: Fund) -> frozenset[int]:
        """Where a fund's dollars may go; worked out once for all funds under one restriction."""
        restriction, years = (fund.cell_ids, fund.allowed_years), fund.allowed_years
        if restriction not in self._growable:
            places = sorted(self.index[cell_id] for cell_id in fund.cell_ids)
            self._growable[restriction] = frozenset(
                place
                for place in places
                if self.spots[place].grows and (years is None or self.spots[place].cell.fiscal_year in years)
            )
        return self._growable[restriction]

    def locked(self, fund: Fund, line: Line) -> int:
        """Minor units of a line that must stay: what is committed, or all of it where it is protected."""
        names = {line.id, fund.id, fund.investment_id}
        if line.cell_id is not None:
            names |= {line.cell_id, self.spots[self.index[line.cell_id]].practice.id}
        is_protected = bool(names & self.rules.protected_ids)
        return max(line.amount, line.locked_amount) if is_protected else line.locked_amount


def _is_strong_enough(cell: Cell, rules: Rules) -> bool:
    return rules.minimum_tier_rank is None or cell.tier_rank <= rules.minimum_tier_rank


def _widths(practice: Practice, people: float, room: float) -> tuple[float, ...]:
    """Participants of each step of returns, cut where the spot's room ends."""
    widths: list[float] = []
    for step in practice.returns:
        widths.append(min(step.share * people, max(0.0, room - sum(widths))))
    return tuple(widths)
