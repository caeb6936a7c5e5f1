"""Sets out the optimizer's question from what stands today: whose dollars, which cells, which rules.

A group is a population in an area with respect to one outcome. A line that names no population serves
everybody, one that names no area serves the partnership's whole area. More dollars may go

- to groups that are behind and to everybody (docs/optimizer.md); to the others only where the objective is
  to reach most students;
- to the largest areas that a donor allows, and to smaller ones where dollars already are: a child of a school
  is also one of its district, and would otherwise be served twice by one practice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from allocation.cells import TIERS, Cells, Place, tier_rank
from allocation.parts import Part, parts_of
from allocation.problem import Cell, Fund, Group, Line, Objective, Practice, Problem, Rules
from allocation.standing import (
    Standing,
    StandingLine,
    StandingPractice,
    StandingRestriction,
    fiscal_year_span,
)
from allocation.supplies import needs_of, supplies_of

NEW_MONEY = "new-money"
CLOSED_RANK = len(TIERS) + 1
MOST_FRONTIER_POINTS = 50
MOST_MINOR_UNITS = 10**17


class QuestionError(ValueError):
    """The question cannot be set out as asked; the sentence says what to change."""


@dataclass(frozen=True)
class Ask:
    """What somebody wants suggested. Amounts are minor units of the partnership's currency."""

    fiscal_years: tuple[int, ...]
    new_money_amount: int = 0
    objective: Objective = Objective.GAP_CLOSING
    equity_weight: float = 2.0
    minimum_tier: str = "PROMISING"
    maximum_shift_share: float = 0.25
    confidence: float = 0.5
    protected_ids: frozenset[str] = frozenset()
    smallest_move_amount: int = 100_000
    maximum_moves_count: int | None = None
    frontier_points_count: int = 0

    def __post_init__(self) -> None:
        years = self.fiscal_years
        amounts = (self.new_money_amount, self.smallest_move_amount)
        _require(bool(years), "name at least one fiscal year")
        _require(len(set(years)) == len(years), "name each fiscal year once")
        _require(all(1990 <= year <= 2100 for year in years), "a fiscal year lies between 1990 and 2100")
        _require(
            all(0 <= each <= MOST_MINOR_UNITS for each in amounts),
            "an amount is 0 or more, up to 10^15 dollars",
        )
        _require(
            0 <= self.maximum_shift_share <= 1,
            "the share of a funder's dollars that may move lies between 0 and 1",
        )
        _require(0 <= self.equity_weight <= 1000, "the equity weight lies between 0 and 1000")
        _require(0.5 <= self.confidence < 1, "the confidence is at least 0.5 and below 1")
        _require(self.minimum_tier in TIERS, f"the minimum tier is one of {', '.join(TIERS)}")
        _require(
            self.maximum_moves_count is None or self.maximum_moves_count >= 0,
            "the largest number of moves is 0 or more",
        )
        _require(
            0 <= self.frontier_points_count <= MOST_FRONTIER_POINTS,
            f"a frontier has up to {MOST_FRONTIER_POINTS} points",
        )


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise QuestionError(sentence)


@dataclass(frozen=True)
class Question:
    """The problem, and what its ids mean: cells, and the part of an award that each fund is."""

    problem: Problem
    cells: Cells
    parts: Mapping[str, Part]
    notes: tuple[str, ...] = ()
    lines: Mapping[str, StandingLine] = field(init=False)

    def __post_init__(self) -> None:
        lines = {line.id: line for part in self.parts.values() for line in part.lines}
        object.__setattr__(self, "lines", lines)

    @property
    def standing(self) -> Standing:
        """What the question was set out from."""
        return self.cells.standing


def set_out(standing: Standing, ask: Ask) -> Question:
    """The question for the optimizer. Errors: QuestionError, ProblemError."""
    cells = Cells.of(standing, ask.fiscal_years, ask.confidence)
    ours = [each for each in standing.investments if each.currency == standing.currency]
    parts = {part.id: part for each in ours for part in parts_of(each, standing, ask.fiscal_years)}
    frame = Frame.of(cells, parts.values(), ask.objective)
    funds = [frame.fund(part) for part in parts.values()]
    if ask.new_money_amount:
        funds.append(frame.new_money(ask.new_money_amount, ask.fiscal_years))
    kept = frame.kept_cells(funds)
    priced = {cell.practice_id for cell in cells.all}
    problem = Problem(
        practices=tuple(_practice(each, cells) for each in standing.practices if each.id in priced),
        groups=frame.kept_groups(kept),
        cells=kept,
        funds=tuple(funds),
        rules=_rules(standing, ask, _protected(parts.values(), ask, standing)),
        currency=standing.currency,
    )
    return Question(problem, cells, parts, tuple(_notes(standing, parts.values(), cells)))


@dataclass(frozen=True)
class Frame:
    """What all funds are set out from: cells that may receive more, and those in which dollars work today."""

    cells: Cells
    open_cells: Mapping[str, Place]
    used: frozenset[str]

    @classmethod
    def of(cls, cells: Cells, parts: Iterable[Part], objective: Objective) -> Self:
        """The frame of a question."""
        lines = ((line, part.years[0]) for part in parts for line in part.lines)
        used = {cell for line, year in lines if (cell := cells.cell_of(line, year)) is not None}
        is_for_all = objective is Objective.STUDENTS_REACHED
        found = {
            cell: place
            for cell, place in cells.places.items()
            if place.effect > 0 and (place.target.is_open or is_for_all)
        }
        return cls(cells, found, frozenset(used))

    @property
    def standing(self) -> Standing:
        """What stands today."""
        return self.cells.standing

    def kept_cells(self, funds: Iterable[Fund]) -> tuple[Cell, ...]:
        """The cells that somebody may buy, or where dollars are; one where they may only stay is of no tier."""
        bought = {cell for fund in funds for cell in fund.cell_ids}
        bought |= self._allowed((), sorted({place.fiscal_year for place in self.open_cells.values()}))
        return tuple(
            cell if cell.id in bought else replace(cell, tier_rank=CLOSED_RANK)
            for cell in self.cells.all
            if cell.id in bought | self.used
        )

    def kept_groups(self, cells: Iterable[Cell]) -> tuple[Group, ...]:
        """The groups that a cell serves, and those of the largest areas, so that a lack of evidence shows."""
        served = {cell.group_id for cell in cells}
        largest = largest_areas(self.standing, ())
        return tuple(
            group
            for group in self.cells.groups
            if group.id in served or self.cells.targets[group.id].area in largest
        )

    def fund(self, part: Part) -> Fund:
        """A part as the optimizer's fund."""
        lines = (*self._lines(part), *_idle_lines(part))
        return Fund(
            id=part.id,
            investment_id=part.investment.id,
            funder_id=part.investment.funder,
            budget_amount=sum(line.amount for line in lines),
            cell_ids=self._allowed(part.restrictions, part.years),
            lines=lines,
            label=f"{part.investment.funder_name}, {part.investment.title}",
            restriction="; ".join(filter(None, (each.note for each in part.restrictions))),
        )

    def new_money(self, amount: int, years: Sequence[int]) -> Fund:
        """Unrestricted dollars that are no award yet."""
        allowed = self._allowed((), years)
        return Fund(NEW_MONEY, NEW_MONEY, NEW_MONEY, amount, allowed, label="New money")

    def _lines(self, part: Part) -> Iterable[Line]:
        for line in part.lines:
            amount = line.available + line.obligated
            is_hidden = self.cells.is_hidden(line, part.years[0])
            yield Line(
                id=line.id,
                amount=amount,
                cell_id=self.cells.cell_of(line, part.years[0]),
                locked_amount=amount if is_hidden else line.obligated,
                label=self.cells.label_of(line),
            )

    def _allowed(self, restrictions: Sequence[StandingRestriction], years: Sequence[int]) -> frozenset[str]:
        found: set[str] = set()
        for year in years:
            first, _ = fiscal_year_span(year, self.standing.fiscal_year_start_month)
            terms = [each for each in restrictions if each.until is None or first <= each.until]
            areas = largest_areas(self.standing, terms)
            found |= {
                cell
                for cell, place in self.open_cells.items()
                if place.fiscal_year == year
                and (place.target.area in areas or cell in self.used)
                and all(allows(each, place, self.standing) for each in terms)
            }
        return frozenset(found)


def _idle_lines(part: Part) -> Iterable[Line]:
    for line in part.idle:
        if line.available:
            yield Line(line.id, line.available, idle=True, label="not yet targeted")
        if line.obligated:
            yield Line(f"{line.id}:obligated", line.obligated, None, line.obligated, label="signed for")


def largest_areas(standing: Standing, restrictions: Sequence[StandingRestriction]) -> frozenset[str]:
    """The areas that all restrictions allow and that lie in no other such area."""
    allowed = {
        area.id
        for area in standing.areas.values()
        if all(not each.areas or each.areas & {area.id, *area.within} for each in restrictions)
    }
    return frozenset(area for area in allowed if not allowed & set(standing.areas[area].within))


def allows(restriction: StandingRestriction, place: Place, standing: Standing) -> bool:
    """Whether a donor's restriction lets its dollars go to a cell: lists are ANDed, their members ORed.

    A group inside an allowed one (an intersection), and an area inside an allowed one, are allowed.
    """
    target = place.target
    populations = {target.population, *standing.populations[target.population].parts}
    areas = {target.area, *standing.areas[target.area].within}
    return (
        (not restriction.outcomes or target.outcome in restriction.outcomes)
        and (not restriction.practices or place.practice in restriction.practices)
        and (not restriction.populations or bool(restriction.populations & populations))
        and (not restriction.areas or bool(restriction.areas & areas))
        and (not restriction.fiscal_years or place.fiscal_year in restriction.fiscal_years)
        and restriction.use in {None, "PRACTICE"}
        and (restriction.minimum_tier is None or tier_rank(place.tier) <= tier_rank(restriction.minimum_tier))
    )


def _practice(each: StandingPractice, cells: Cells) -> Practice:
    """A practice serves nobody twice in a year: at most everybody in the largest areas, for each outcome."""
    outcomes = {place.target.outcome for place in cells.of_practice(each.id)}
    everybody: dict[tuple[str, str], float] = {}
    for target in cells.targets.values():
        if target.outcome in outcomes and not cells.standing.areas[target.area].within:
            key = (target.outcome, target.area)
            everybody[key] = max(everybody.get(key, 0.0), float(target.people))
    people = sum(everybody.values()) if everybody else None
    limits = [limit for limit in (each.capacity, people) if limit is not None]
    return Practice(
        id=each.id,
        cost_per_participant=each.cost,
        label=each.name,
        capacity=min(limits, default=None),
        in_kind_needs=needs_of(each, cells.standing),
    )


def _protected(parts: Iterable[Part], ask: Ask, standing: Standing) -> frozenset[str]:
    """What was asked to be protected, with the lines of protected practices, whose effect may be unknown."""
    asked = {key for key, row in standing.rows.items() if row in ask.protected_ids} | ask.protected_ids
    lines = {line.id for part in parts for line in part.lines if line.practice in asked}
    return frozenset(asked | lines)


def _rules(standing: Standing, ask: Ask, protected: frozenset[str]) -> Rules:
    return Rules(
        objective=ask.objective,
        equity_weight=ask.equity_weight,
        maximum_shift_share=ask.maximum_shift_share,
        smallest_move_amount=ask.smallest_move_amount,
        maximum_moves_count=ask.maximum_moves_count,
        protected_ids=protected,
        minimum_tier_rank=tier_rank(ask.minimum_tier),
        confidence=ask.confidence,
        in_kind=tuple(supplies_of(standing, ask.fiscal_years)),
        frontier_points_count=ask.frontier_points_count,
    )


def _notes(standing: Standing, parts: Iterable[Part], cells: Cells) -> Iterable[str]:
    foreign = sum(each.currency != standing.currency for each in standing.investments)
    if foreign:
        yield f"{foreign} investments are in another currency than {standing.currency} and stay as they are."
    hidden = [line.available for part in parts for line in part.lines if cells.is_hidden(line, part.years[0])]
    if any(hidden):
        yield (
            f"{len(hidden)} lines stay as they are: their practice works, but its cost, or a rate of those "
            "whom they serve, is not shown."
        )
    if cells.targets:
        yield (
            "A student may belong to several groups; each dollar counts for the group that it is for, and "
            "gains in several groups may be partly the same students."
        )
