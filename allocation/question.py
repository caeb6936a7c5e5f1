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
from functools import cached_property
from typing import Self

from allocation.ask import MOST_FRONTIER_POINTS, Ask, QuestionError
from allocation.capacities import Refined, practice_of, served_elsewhere
from allocation.cells import TIERS, Cells, Place, tier_rank
from allocation.decided import DecidedMove, LineOf
from allocation.kept import KeptParts, Reading, Terms, keep
from allocation.parts import Part, parts_of
from allocation.problem import Cell, Fund, Group, Line, Objective, Problem, Rules
from allocation.standing import (
    Standing,
    StandingLine,
    StandingRestriction,
    fiscal_year_span,
)
from allocation.supplies import Served, supplies_of

__all__ = [
    "CLOSED_RANK",
    "MOST_FRONTIER_POINTS",
    "NEW_MONEY",
    "Ask",
    "Frame",
    "Question",
    "QuestionError",
    "allows",
    "largest_areas",
    "set_out",
]

NEW_MONEY = "new-money"
CLOSED_RANK = len(TIERS) + 1


@dataclass(frozen=True)
class Question:
    """The problem, and what its ids mean: cells, and the part of an award that each fund is.

    `sent` are the targets of accepted moves, by the line that bears their dollars.
    """

    problem: Problem
    cells: Cells
    parts: Mapping[str, Part]
    notes: tuple[str, ...] = ()
    sent: Mapping[str, LineOf] = field(default_factory=dict)
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
    drawn_for = 1.0 if ask.sensitivity_draws_count else ask.confidence  # above 0.5, effects are drawn
    cells = Cells.of(standing, ask.fiscal_years, drawn_for)
    ours = [each for each in standing.investments if each.currency == standing.currency]
    whole = [
        part
        for each in ours
        for part in parts_of(each, standing, ask.fiscal_years, staffing_floor=ask.staffing_floor)
    ]
    frame = Frame.of(cells, whole, ask.objective)
    kept = _kept(frame, whole, ask)
    parts = {part.id: part for part in kept.parts}
    funds = [fund for part in parts.values() for fund in frame.funds(part, kept.terms.get(part.id, Terms()))]
    fresh, arrived = _new_money(frame, ask)
    kept_cells = frame.kept_cells([*funds, *fresh])
    priced = {cell.practice_id for cell in cells.all}
    scales = {frame.key(row): least for row, least in ask.viable_scales}
    returns = {frame.key(row): steps for row, steps in ask.returns}
    served = served_elsewhere(parts.values(), cells)
    problem = Problem(
        practices=tuple(
            practice_of(each, cells, Refined(scales, returns, served))
            for each in standing.practices
            if each.id in priced
        ),
        groups=frame.kept_groups(kept_cells, ask),
        cells=kept_cells,
        funds=(*funds, *fresh),
        rules=_rules(cells, ask, _protected(parts.values(), ask, standing), served),
        currency=standing.currency,
    )
    sent = {kept_line(name): each.sent_to for name, each in kept.terms.items() if each.sent_to is not None}
    return Question(problem, cells, parts, tuple(_notes(standing, parts.values(), cells)), sent | arrived)


def kept_line(fund_id: str) -> str:
    """The line that bears the dollars of an accepted move."""
    return f"{fund_id}:accepted"


def _kept(frame: "Frame", parts: Sequence[Part], ask: Ask) -> KeptParts:
    if not ask.accepted and not ask.declined:
        return KeptParts(tuple(parts))
    found = keep(parts, (ask.accepted, ask.declined), Reading(frame.cells, frame.allowed))
    _require_kept(found.lost, frame)
    return found


def _require_kept(lost: Sequence[DecidedMove], frame: "Frame") -> None:
    if lost:
        awards = {frame.standing.row(each.id): each.title for each in frame.standing.investments}
        title = awards.get(lost[0].investment, "new money") if lost[0].investment else "new money"
        amount = f"{lost[0].amount / 100:,.2f} {frame.standing.currency}"
        raise QuestionError(
            f"an accepted move of {amount} of {title} can no longer be made: the line that it leaves holds too "
            "little, or a restriction forbids it; take the acceptance back and ask again"
        )


def _new_money(frame: "Frame", ask: Ask) -> tuple[list[Fund], dict[str, LineOf]]:
    """Unrestricted dollars as a fund, with one more for each accepted move of them."""
    if not ask.new_money_amount:
        _require_kept([move for move in ask.accepted if move.investment is None], frame)
        return [], {}
    reading = Reading(frame.cells, frame.allowed)
    whole = frame.new_money(ask.new_money_amount, ask.fiscal_years)
    left, funds, sent = ask.new_money_amount, [], {}
    for number, move in enumerate([each for each in ask.accepted if each.investment is None], 1):
        cell, name = reading.cell(move.target, ask.fiscal_years), f"{NEW_MONEY}:{number}"
        _require_kept([move] if cell is None or move.amount > left else [], frame)
        line = Line(kept_line(name), 0, cell, locked_amount=move.amount)
        only = frozenset({cell} if cell else ())
        funds.append(replace(whole, id=name, budget_amount=move.amount, cell_ids=only, lines=(line,)))
        sent[line.id], left = move.target, left - move.amount
    declined = [reading.cell(each.target, ask.fiscal_years) for each in ask.declined if not each.investment]
    rest = replace(whole, budget_amount=left, cell_ids=whole.cell_ids - set(declined))
    return [rest, *funds], sent


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

    def key(self, row: str) -> str:
        """The question's own id of a row."""
        return self._keys.get(row, row)

    @cached_property
    def _keys(self) -> Mapping[str, str]:
        return {row: key for key, row in self.standing.rows.items()}

    def kept_groups(self, cells: Iterable[Cell], ask: Ask) -> tuple[Group, ...]:
        """The groups that a cell serves, and those of the largest areas, so that a lack of evidence shows."""
        counts = {self.key(row): weight for row, weight in ask.outcome_weights}
        floors = {self.key(row): share for row, share in ask.floors}
        targets = self.cells.targets
        served = {cell.group_id for cell in cells}
        largest = largest_areas(self.standing, ())
        return tuple(
            replace(
                group,
                weight=counts.get(group.outcome_id, group.weight),
                floor_share=floors.get(targets[group.id].population, group.floor_share),
            )
            for group in self.cells.groups
            if group.id in served or targets[group.id].area in largest
        )

    def funds(self, part: Part, terms: Terms) -> Iterable[Fund]:
        """A part as the optimizer's fund; where its dollars were accepted to become idle, with a second one."""
        lines = (*self._lines(part), *_idle_lines(part))
        amount = sum(line.amount for line in lines)
        fund = Fund(
            id=part.id,
            investment_id=part.investment.id,
            funder_id=part.investment.funder,
            budget_amount=amount,
            cell_ids=self.allowed(part) - terms.closed,
            lines=lines,
            minimum_spend_amount=amount if terms.stays_targeted else 0,
            label=f"{part.investment.funder_name}, {part.investment.title}",
            restriction="; ".join(filter(None, (each.note for each in part.restrictions))),
        )
        if terms.sent_to is None:
            yield fund
        elif terms.cell is not None:  # committed where they go, above what lies there
            sent = Line(kept_line(part.id), 0, terms.cell, locked_amount=amount)
            yield replace(fund, cell_ids=frozenset({terms.cell}), lines=(*lines, sent))
        else:  # nothing may stay on the line; the dollars are idle ones of the same funder
            nothing: frozenset[str] = frozenset()
            yield replace(fund, cell_ids=nothing, budget_amount=0)
            yield replace(fund, id=kept_line(part.id), cell_ids=nothing, lines=())

    def new_money(self, amount: int, years: Sequence[int]) -> Fund:
        """Unrestricted dollars that are no award yet."""
        allowed = self._allowed((), years)
        return Fund(NEW_MONEY, NEW_MONEY, NEW_MONEY, amount, allowed, label="New money")

    def allowed(self, part: Part) -> frozenset[str]:
        """The cells that a part's restrictions and years allow."""
        return self._allowed(part.restrictions, part.years)

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
        """Worked out once for all dollars under restrictions that say the same."""
        asked = (tuple(_said(each) for each in restrictions), tuple(years))
        if asked not in self._known:
            self._known[asked] = self._allowed_anew(restrictions, years)
        return self._known[asked]

    @cached_property
    def _known(self) -> dict[object, frozenset[str]]:
        return {}

    def _allowed_anew(
        self, restrictions: Sequence[StandingRestriction], years: Sequence[int]
    ) -> frozenset[str]:
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


def _said(restriction: StandingRestriction) -> object:
    """What a restriction says, without its id, amount and note."""
    return (
        *(restriction.outcomes, restriction.practices, restriction.populations, restriction.areas),
        *(restriction.fiscal_years, restriction.use, restriction.minimum_tier, restriction.until),
    )


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


def _protected(parts: Iterable[Part], ask: Ask, standing: Standing) -> frozenset[str]:
    """What was asked to be protected, with the lines of protected practices, whose effect may be unknown."""
    asked = {key for key, row in standing.rows.items() if row in ask.protected_ids} | ask.protected_ids
    lines = {line.id for part in parts for line in part.lines if line.practice in asked}
    return frozenset(asked | lines)


def _rules(cells: Cells, ask: Ask, protected: frozenset[str], served: Served) -> Rules:
    return Rules(
        objective=ask.objective,
        equity_weight=ask.equity_weight,
        maximum_shift_share=ask.maximum_shift_share,
        smallest_move_amount=ask.smallest_move_amount,
        maximum_moves_count=ask.maximum_moves_count,
        protected_ids=protected,
        minimum_tier_rank=tier_rank(ask.minimum_tier),
        confidence=ask.confidence,
        in_kind=tuple(supplies_of(cells.standing, ask.fiscal_years, served)),
        frontier_points_count=ask.frontier_points_count,
        maximum_total_shift_share=ask.maximum_total_shift_share,
        practices_per_person=ask.practices_per_person,
        leximin=ask.leximin,
        viable_scale=bool(ask.viable_scales),
        sensitivity_draws_count=ask.sensitivity_draws_count,
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
