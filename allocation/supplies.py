"""What is given in kind, as units at hand each fiscal year, and what a participant of a practice needs of it.

Units given to one practice alone are a resource of its own: that practice draws on them and on nothing else,
and nobody else draws on them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from allocation.problem import InKindNeed, InKindSupply
from allocation.standing import Standing, StandingPractice, StandingSupply, fiscal_year_span

Need = tuple[str, str]
Served = Mapping[tuple[str, int], float]
"""Participants by practice and fiscal year."""


def needs_of(practice: StandingPractice, standing: Standing) -> tuple[InKindNeed, ...]:
    """What one participant needs, in the resources of `supplies_of`."""
    own = _given_to(practice.id, standing)
    return tuple(
        InKindNeed(resource_name(need, practice.id if need in own else None), float(units))
        for need, units in sorted(practice.needs.items())
    )


def supplies_of(
    standing: Standing, years: Sequence[int], served: Served | None = None
) -> Iterable[InKindSupply]:
    """What is at hand of each needed resource in each fiscal year; nothing given is a supply of 0 units.

    Participants in `served` have theirs already.
    """
    units: dict[tuple[Need, str | None, int], float] = defaultdict(float)
    for practice in standing.practices:
        own = _given_to(practice.id, standing)
        for need in practice.needs if practice.cost else ():
            for year in years:
                units[need, practice.id if need in own else None, year] += 0.0
    for supply in standing.supplies:
        for year in years:
            key = ((supply.kind, supply.unit), supply.practice, year)
            if key in units:
                units[key] += units_in(supply, year, standing.fiscal_year_start_month)
    for key, taken in _taken(standing, served or {}):
        if key in units:
            units[key] = max(0.0, units[key] - taken)
    for (need, owner, year), count in sorted(units.items(), key=lambda item: str(item[0])):
        yield InKindSupply(resource_name(need, owner), count, year, label=_label(need, owner, standing))


def _taken(standing: Standing, served: Served) -> Iterable[tuple[tuple[Need, str | None, int], float]]:
    """Units by resource and fiscal year that participants have already."""
    practices = {practice.id: practice for practice in standing.practices}
    for (name, year), count in served.items():
        own = _given_to(name, standing)
        for need, each in practices[name].needs.items():
            yield (need, name if need in own else None, year), float(each) * count


def resource_name(need: Need, practice: str | None) -> str:
    """A resource's id; that of one practice's own units bears the practice's."""
    return ":".join(filter(None, (*need, practice)))


def units_in(supply: StandingSupply, year: int, start_month: int) -> float:
    """The units of a supply that fall to a fiscal year, in proportion to the days of its term.

    A term with one end only is taken as a year from or to that day; without any, the units come every year.
    """
    if supply.starts_on is None and supply.ends_on is None:
        return float(supply.quantity)
    starts = supply.starts_on or _shifted(supply.ends_on, -1)
    ends = supply.ends_on or _shifted(supply.starts_on, 1)
    first, last = fiscal_year_span(year, start_month)
    return float(supply.quantity) * _days(max(first, starts), min(last, ends)) / _days(starts, ends)


def _given_to(practice: str, standing: Standing) -> set[Need]:
    return {(each.kind, each.unit) for each in standing.supplies if each.practice == practice}


def _label(need: Need, owner: str | None, standing: Standing) -> str:
    kind, unit = (part.lower().replace("_", " ") for part in need)
    names = [each.name for each in standing.practices if each.id == owner]
    return f"{kind} ({unit}s)" + (f" for {names[0]}" if names else "")


def _shifted(day: date | None, years: int) -> date:
    """The last day of the year that begins on a day, or the first of the year that ends on it."""
    assert day is not None  # noqa: S101 - one end of the term is known
    try:
        moved = day.replace(year=day.year + years)
    except ValueError:  # 29 February
        moved = day.replace(year=day.year + years, month=3, day=1)
    return moved - timedelta(days=1) if years > 0 else moved + timedelta(days=1)


def _days(first: date, last: date) -> int:
    return max(0, (last - first).days + 1)
