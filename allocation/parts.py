"""Which dollars of an award stand under the same terms: one fund of the question is one such part.

A restriction on some of an award binds that amount of it, not particular dollars. It is met first by dollars
that lie within it and cannot move, then by others within it, then by dollars on no line, and at last by
dollars outside it, which may then only stay or come within. So whatever a plan does with each part, it never
makes a donor's terms less kept than they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from allocation.reserves import staff_amount, with_reserve
from allocation.standing import (
    Standing,
    StandingInvestment,
    StandingLine,
    StandingRestriction,
    fiscal_year_span,
)

MOVABLE_USES = frozenset({"PRACTICE", "UNASSIGNED"})
Bound = tuple[StandingRestriction | None, StandingLine]


@dataclass(frozen=True)
class Part:
    """Dollars of one investment under the same restrictions, for the same fiscal years.

    `lines` are targeted, `idle` are on no line yet. A line that was cut in two bears the restriction's id
    after its own, behind a colon.
    """

    id: str
    investment: StandingInvestment
    restrictions: tuple[StandingRestriction, ...]
    lines: tuple[StandingLine, ...]
    idle: tuple[StandingLine, ...]
    years: tuple[int, ...]


def is_movable(line: StandingLine) -> bool:
    """Whether a line's dollars may be put to another use: daily management, positions and advocacy stay."""
    return line.use in MOVABLE_USES and line.position is None


def parts_of(
    investment: StandingInvestment, standing: Standing, years: Sequence[int], *, staffing_floor: bool = True
) -> tuple[Part, ...]:
    """The parts of an award that a question about `years` is about, in the order of their ids.

    With a `staffing_floor`, dollars that pay key roles stay (allocation/reserves.py).

    A targeted line of no fiscal year works in the first year asked about in which the award is active; dollars
    on no line may go to any such year.
    """
    if staffing_floor and investment.pays:
        first, _ = fiscal_year_span(min(years), standing.fiscal_year_start_month)
        lines = [line for line in investment.lines if is_movable(line)]
        reserved = with_reserve(lines, staff_amount(investment, years, first))
        others = [line for line in investment.lines if not is_movable(line)]
        investment = replace(investment, lines=(*others, *reserved))
    active = tuple(year for year in sorted(years) if is_active(investment, year, standing))
    whole = tuple(each for each in investment.restrictions if each.amount is None)
    grouped: dict[tuple[tuple[int, ...], str], list[Bound]] = {}
    for restriction, line in _shared_kept(investment, standing):
        terms = _years_of(line, years, active)
        if terms and is_movable(line) and line.available + line.obligated > 0:
            grouped.setdefault((terms, restriction.id if restriction else ""), []).append((restriction, line))
    return tuple(
        _part(investment, whole, key, bound)
        for key, bound in sorted(grouped.items(), key=lambda item: item[0])
    )


def _years_of(line: StandingLine, years: Sequence[int], active: tuple[int, ...]) -> tuple[int, ...]:
    if line.fiscal_year is not None:
        return (line.fiscal_year,) if line.fiscal_year in years else ()
    return active[:1] if line.is_targeted else active


def _part(
    investment: StandingInvestment,
    whole: tuple[StandingRestriction, ...],
    key: tuple[tuple[int, ...], str],
    bound: Sequence[Bound],
) -> Part:
    terms, restriction_id = key
    years = "-".join(str(year) for year in terms)
    own = tuple(restriction for restriction, _ in bound[:1] if restriction is not None)
    return Part(
        id=":".join(filter(None, (investment.id, years, restriction_id))),
        investment=investment,
        restrictions=(*whole, *own),
        lines=tuple(line for _, line in bound if line.is_targeted),
        idle=tuple(line for _, line in bound if not line.is_targeted),
        years=terms,
    )


def bound_lines(investment: StandingInvestment, standing: Standing) -> Iterable[Bound]:
    """Every line of an award with the partial restriction that binds it, cut where only some of it is bound.

    Restrictions with the fewest dollars within them take theirs first. What is already spent within a
    restriction keeps it as well.
    """
    partial = [each for each in investment.restrictions if each.amount is not None]
    left = sorted(investment.lines, key=lambda line: line.id)
    for restriction in sorted(
        partial, key=lambda each: (_dollars_within(investment, each, standing), each.id)
    ):
        wanted = _wanted(investment, restriction, standing)
        taken, left = _take(left, restriction, wanted, standing)
        yield from ((restriction, line) for line in taken)
    yield from ((None, line) for line in left)


def _wanted(investment: StandingInvestment, restriction: StandingRestriction, standing: Standing) -> int:
    spent = sum(line.spent for line in investment.lines if lies_within(line, restriction, standing))
    return max(0, (restriction.amount or 0) - spent)


def _shared_kept(investment: StandingInvestment, standing: Standing) -> Iterable[Bound]:
    """The bound lines; what restrictions share stays, as far as one of them would otherwise be less kept.

    Such dollars lie within one restriction and are bound by another: they are told as signed for.
    """
    bound = list(bound_lines(investment, standing))
    for restriction in [each for each in investment.restrictions if each.amount is not None]:
        wanted = _wanted(investment, restriction, standing)
        within = [lies_within(line, restriction, standing) for _, line in bound]
        missing = min(wanted, _dollars_within(investment, restriction, standing))
        missing -= sum(
            line.available + line.obligated
            for (of, line), is_in in zip(bound, within, strict=True)
            if is_in and of == restriction
        )
        for place, (of, line) in enumerate(bound):
            if of != restriction and of is not None and within[place] and missing > 0:
                kept = max(0, min(missing - line.obligated, line.available))
                missing -= line.obligated + kept
                stays = line.obligated + kept
                bound[place] = (of, replace(line, available=line.available - kept, obligated=stays))
    return bound


def _dollars_within(
    investment: StandingInvestment, restriction: StandingRestriction, standing: Standing
) -> int:
    return sum(
        line.available + line.obligated
        for line in investment.lines
        if lies_within(line, restriction, standing)
    )


def _take(
    lines: Sequence[StandingLine], restriction: StandingRestriction, wanted: int, standing: Standing
) -> tuple[list[StandingLine], list[StandingLine]]:
    """Lines worth `wanted`, and the others; the last one taken is cut in two, obligated dollars first."""
    taken: list[StandingLine] = []
    left: list[StandingLine] = []
    for line in sorted(lines, key=lambda each: (_rank(each, restriction, standing), each.id)):
        size = line.available + line.obligated
        if size <= wanted:
            taken.append(line)
            wanted -= size
        elif wanted == 0:
            left.append(line)
        else:
            obligated = min(line.obligated, wanted)
            available, wanted = wanted - obligated, 0
            name = f"{line.id}:{restriction.id}"
            taken.append(replace(line, id=name, available=available, obligated=obligated, spent=0))
            left.append(
                replace(line, available=line.available - available, obligated=line.obligated - obligated)
            )
    return taken, left


def _rank(line: StandingLine, restriction: StandingRestriction, standing: Standing) -> int:
    if lies_within(line, restriction, standing):
        return int(is_movable(line))
    return 2 if is_movable(line) and not line.is_targeted else 3 if is_movable(line) else 4


def lies_within(line: StandingLine, restriction: StandingRestriction, standing: Standing) -> bool:
    """Whether a line lies within what a restriction allows, by what the line itself names."""
    outcomes = {line.outcome} if line.outcome else _outcomes_of(line, standing)
    populations = _with(line.population, standing.populations, "parts")
    areas = _with(line.area, standing.areas, "within")
    return (
        line.use == (restriction.use or line.use)
        and (not restriction.outcomes or (bool(outcomes) and outcomes <= restriction.outcomes))
        and (not restriction.practices or line.practice in restriction.practices)
        and (not restriction.populations or bool(populations & restriction.populations))
        and (not restriction.areas or bool(areas & restriction.areas))
        and (not restriction.fiscal_years or line.fiscal_year in restriction.fiscal_years)
    )


def _outcomes_of(line: StandingLine, standing: Standing) -> frozenset[str | None]:
    return frozenset(
        outcome for each in standing.practices if each.id == line.practice for outcome in each.outcomes
    )


def _with(value: str | None, known: Mapping[str, object], larger: str) -> frozenset[str]:
    """A group with those it lies in, an area with those it lies in."""
    return frozenset() if value is None else frozenset({value, *getattr(known[value], larger)})


def is_active(investment: StandingInvestment, year: int, standing: Standing) -> bool:
    """Whether a fiscal year and the award's term have a day in common."""
    first, last = fiscal_year_span(year, standing.fiscal_year_start_month)
    return (investment.starts_on is None or investment.starts_on <= last) and (
        investment.ends_on is None or investment.ends_on >= first
    )
