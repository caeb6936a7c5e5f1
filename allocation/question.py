"""Sets out the optimizer's question from what stands today: whose dollars, which cells, which rules.

A group is a population in an area with respect to one outcome. A line that names no population serves
everybody (the total), one that names no area serves the partnership's whole area.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from allocation.cells import Cells, Place, tier_rank
from allocation.problem import (
    Fund,
    InKindNeed,
    InKindSupply,
    Line,
    Objective,
    Practice,
    Problem,
    Rules,
    new_money,
)
from allocation.standing import (
    Standing,
    StandingInvestment,
    StandingLine,
    StandingPractice,
    StandingRestriction,
    StandingSupply,
    fiscal_year_span,
)

MOVABLE_USES = frozenset({"PRACTICE", "UNASSIGNED"})


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
        if not self.fiscal_years:
            raise QuestionError("name at least one fiscal year")
        if len(set(self.fiscal_years)) < len(self.fiscal_years):
            raise QuestionError("name each fiscal year once")
        if any(not 1990 <= year <= 2100 for year in self.fiscal_years):
            raise QuestionError("a fiscal year lies between 1990 and 2100")
        if not 0 <= self.maximum_shift_share <= 1:
            raise QuestionError("the share of a funder's dollars that may move lies between 0 and 1")
        if self.equity_weight < 0:
            raise QuestionError("the equity weight is 0 or more")
        if not 0.5 <= self.confidence < 1:
            raise QuestionError("the confidence lies between 0.5 and 1")


@dataclass(frozen=True)
class Question:
    """The problem, and what its ids mean: cells, targeted `lines`, `idle` dollars; and practices refused, with why."""

    problem: Problem
    cells: Cells
    lines: Mapping[str, StandingLine]
    idle: Mapping[str, StandingLine] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def set_out(standing: Standing, ask: Ask) -> Question:
    """The question for the optimizer. Errors: QuestionError."""
    cells = Cells.of(standing, ask.fiscal_years, ask.confidence)
    funds: list[Fund] = []
    lines: dict[str, StandingLine] = {}
    idle: dict[str, StandingLine] = {}
    other_currency = 0
    for investment in standing.investments:
        if investment.currency != standing.currency:
            other_currency += 1
            continue
        for part in parts_of(investment, standing, ask):
            funds.append(_fund(part, standing, cells, ask))
            lines.update((line.id, line) for line in part.lines)
            idle.update((line.id, line) for line in part.idle)
    if ask.new_money_amount:
        allowed = [cell for cell in cells.all if _may_receive(cells, cell.id, ask.minimum_tier)]
        funds.append(new_money(ask.new_money_amount, allowed))
    problem = Problem(
        practices=tuple(_practice(each) for each in standing.practices if each.cost),
        groups=cells.groups,
        cells=cells.all,
        funds=tuple(funds),
        rules=_rules(standing, ask),
        currency=standing.currency,
    )
    notes = (
        ()
        if not other_currency
        else (
            f"{other_currency} investments are in another currency than {standing.currency} and stay as they are.",
        )
    )
    return Question(problem, cells, lines, idle, cells.refused, notes)


@dataclass(frozen=True)
class Part:
    """The dollars of one investment that stand under the same restrictions; `idle` are on no line."""

    id: str
    investment: StandingInvestment
    restrictions: tuple[StandingRestriction, ...]
    lines: tuple[StandingLine, ...]
    idle: tuple[StandingLine, ...]
    years: tuple[int, ...]


def parts_of(investment: StandingInvestment, standing: Standing, ask: Ask) -> Iterable[Part]:
    """One part a fiscal year for targeted lines, and one for dollars of no year yet; each split by restriction.

    A restriction on only some of the award covers, of these dollars, its amount less what the award's other
    lines (of other years, other uses, or spent) already hold within it.
    """
    years = [year for year in ask.fiscal_years if _is_active(investment, year, standing)]
    movable = [line for line in investment.lines if line.use in MOVABLE_USES and not line.position]
    whole = tuple(each for each in investment.restrictions if each.amount is None)
    partial = [each for each in investment.restrictions if each.amount is not None]
    for year in sorted(set(ask.fiscal_years)):
        of_year = [line for line in movable if line.fiscal_year == year]
        if of_year:
            yield from _split(Draft(f"{investment.id}:{year}", investment, whole, (year,)), of_year, partial)
    floating = [line for line in movable if line.fiscal_year is None]
    if floating and years:
        yield from _split(Draft(f"{investment.id}:open", investment, whole, tuple(years)), floating, partial)


@dataclass(frozen=True)
class Draft:
    """A part before its lines are shared out."""

    id: str
    investment: StandingInvestment
    whole: tuple[StandingRestriction, ...]
    years: tuple[int, ...]

    def part(self, name: str, also: tuple[StandingRestriction, ...], lines: list[StandingLine]) -> Part:
        """The part with these lines."""
        idle = tuple(line for line in lines if not line.is_targeted)
        targeted = tuple(line for line in lines if line.is_targeted)
        return Part(f"{self.id}{name}", self.investment, (*self.whole, *also), targeted, idle, self.years)


def _split(draft: Draft, lines: list[StandingLine], partial: Sequence[StandingRestriction]) -> Iterable[Part]:
    left = sorted(lines, key=lambda line: line.id)
    for restriction in sorted(partial, key=lambda each: each.id):
        elsewhere = sum(
            line.available + line.obligated
            for line in draft.investment.lines
            if line not in lines and _within(line, restriction)
        )
        wanted = max(0, (restriction.amount or 0) - elsewhere)
        taken, left = _take(left, restriction, wanted)
        if taken:
            yield draft.part(f":{restriction.id}", (restriction,), taken)
    if left:
        yield draft.part("", (), left)


def _take(
    lines: list[StandingLine], restriction: StandingRestriction, wanted: int
) -> tuple[list[StandingLine], list[StandingLine]]:
    """Lines worth `wanted` for a restriction, those within it first; the last one is cut in two."""
    order = sorted(lines, key=lambda line: (not _within(line, restriction), line.is_targeted, line.id))
    taken, left = [], []
    for line in order:
        size = line.available + line.obligated
        if wanted >= size:
            taken.append(line)
            wanted -= size
        elif wanted > 0 and (_within(line, restriction) or not line.is_targeted):
            obligated = min(line.obligated, wanted)
            taken.append(_cut(line, wanted - obligated, obligated, restriction.id))
            left.append(_cut(line, line.available - (wanted - obligated), line.obligated - obligated, ""))
            wanted = 0
        else:
            left.append(line)
    return taken, left


def _cut(line: StandingLine, available: int, obligated: int, name: str) -> StandingLine:
    return replace(
        line, id=f"{line.id}:{name}" if name else line.id, available=available, obligated=obligated
    )


def _within(line: StandingLine, restriction: StandingRestriction) -> bool:
    """Whether a line lies within what a restriction allows, by what the line itself names."""
    return all(
        not allowed or value in allowed
        for allowed, value in (
            (restriction.outcomes, line.outcome),
            (restriction.practices, line.practice),
            (restriction.populations, line.population),
            (restriction.areas, line.area),
            (restriction.fiscal_years, line.fiscal_year),
        )
    ) and restriction.use in {None, line.use}


def _is_active(investment: StandingInvestment, year: int, standing: Standing) -> bool:
    first, last = fiscal_year_span(year, standing.fiscal_year_start_month)
    return (investment.starts_on is None or investment.starts_on <= last) and (
        investment.ends_on is None or investment.ends_on >= first
    )


def _fund(part: Part, standing: Standing, cells: Cells, ask: Ask) -> Fund:
    lines = [_line(line, cells) for line in part.lines]
    idle = [
        Line(
            line.id,
            line.available + line.obligated,
            None,
            line.obligated,
            idle=line.obligated == 0,
            label="not yet targeted",
        )
        for line in part.idle
    ]
    allowed = frozenset(
        cell.id
        for cell in cells.all
        if cell.fiscal_year in part.years
        and _may_receive(cells, cell.id, ask.minimum_tier)
        and all(allows(each, cells.place(cell.id), standing) for each in part.restrictions)
    )
    return Fund(
        id=part.id,
        investment_id=part.investment.id,
        funder_id=part.investment.funder,
        budget_amount=sum(line.amount for line in (*lines, *idle)),
        cell_ids=allowed,
        lines=(*lines, *idle),
        label=f"{part.investment.funder_name}, {part.investment.title}",
        restriction="; ".join(filter(None, (each.note for each in part.restrictions))),
    )


def _line(line: StandingLine, cells: Cells) -> Line:
    return Line(
        line.id,
        line.available + line.obligated,
        cells.cell_of(line),
        line.obligated,
        label=cells.label_of(line),
    )


def _may_receive(cells: Cells, cell_id: str, minimum_tier: str) -> bool:
    place = cells.place(cell_id)
    return place.effect > 0 and tier_rank(place.tier) <= tier_rank(minimum_tier)


def allows(restriction: StandingRestriction, place: Place, standing: Standing) -> bool:
    """Whether a donor's restriction lets its dollars go to a cell: lists are ANDed, their members ORed.

    A group inside an allowed one (an intersection), and an area inside an allowed one, are allowed. After
    `until` the restriction has lapsed.
    """
    first, _ = fiscal_year_span(place.fiscal_year, standing.fiscal_year_start_month)
    if restriction.until is not None and first > restriction.until:
        return True
    population, area = standing.populations[place.population], standing.areas[place.area]
    return (
        (not restriction.outcomes or place.outcome in restriction.outcomes)
        and (not restriction.practices or place.practice in restriction.practices)
        and (
            not restriction.populations or bool(restriction.populations & {population.id, *population.parts})
        )
        and (not restriction.areas or bool(restriction.areas & {area.id, *area.within}))
        and (not restriction.fiscal_years or place.fiscal_year in restriction.fiscal_years)
        and restriction.use in {None, "PRACTICE"}
        and (restriction.minimum_tier is None or tier_rank(place.tier) <= tier_rank(restriction.minimum_tier))
    )


def _practice(each: StandingPractice) -> Practice:
    return Practice(
        id=each.id,
        cost_per_participant=each.cost,
        label=each.name,
        capacity=each.capacity,
        in_kind_needs=tuple(
            InKindNeed(f"{kind}:{unit}", float(units)) for (kind, unit), units in sorted(each.needs.items())
        ),
    )


def _rules(standing: Standing, ask: Ask) -> Rules:
    return Rules(
        objective=ask.objective,
        equity_weight=ask.equity_weight,
        maximum_shift_share=ask.maximum_shift_share,
        smallest_move_amount=ask.smallest_move_amount,
        maximum_moves_count=ask.maximum_moves_count,
        protected_ids=ask.protected_ids,
        confidence=ask.confidence,
        in_kind=tuple(_supplies(standing, ask.fiscal_years)),
        frontier_points_count=ask.frontier_points_count,
    )


def _supplies(standing: Standing, years: Sequence[int]) -> Iterable[InKindSupply]:
    """What is at hand of each needed resource each fiscal year, in proportion to the days of its term."""
    needed = {need for practice in standing.practices if practice.cost for need in practice.needs}
    units: dict[tuple[str, str, int], float] = defaultdict(float)
    for supply in standing.supplies:
        for year in years:
            if (supply.kind, supply.unit) in needed:
                units[supply.kind, supply.unit, year] += _units_in(supply, year, standing)
    for kind, unit in sorted(needed):
        for year in years:
            yield InKindSupply(f"{kind}:{unit}", units[kind, unit, year], year)


def _units_in(supply: StandingSupply, year: int, standing: Standing) -> float:
    first, last = fiscal_year_span(year, standing.fiscal_year_start_month)
    starts, ends = supply.starts_on or first, supply.ends_on or last
    days = _days(max(first, starts), min(last, ends))
    return float(supply.quantity) * days / max(1, _days(starts, ends))


def _days(first: date, last: date) -> int:
    return max(0, (last - first).days + 1)
