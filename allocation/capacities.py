"""How many a practice can serve: its own places, the people there are, and whom dollars outside the cells serve.

A line whose group has no disclosed rate is in no cell, and its dollars stay. They serve people all the same, who take
places and units in kind from all others.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from allocation.cells import Cells
from allocation.parts import Part
from allocation.problem import Practice, Segment
from allocation.standing import StandingPractice
from allocation.supplies import Served, needs_of


@dataclass(frozen=True)
class Refined:
    """What was asked of practices by id (viable scales, steps of returns), and whom other dollars serve."""

    scales: Mapping[str, float]
    returns: Mapping[str, tuple[tuple[float, float], ...]]
    served: Served


def served_elsewhere(parts: Iterable[Part], cells: Cells) -> Served:
    """Participants by (practice, fiscal year) on lines that are in no cell."""
    costs = {
        each.id: each.cost
        for each in cells.standing.practices
        if each.cost and each.currency == cells.standing.currency
    }
    found: dict[tuple[str, int], float] = defaultdict(float)
    for part in parts:
        for line in part.lines:
            if line.practice in costs and cells.cell_of(line, part.years[0]) is None:
                amount = line.available + line.obligated
                found[line.practice, part.years[0]] += amount / costs[line.practice]
    return dict(sorted(found.items()))


def practice_of(each: StandingPractice, cells: Cells, asked: Refined) -> Practice:
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
        minimum_participants=asked.scales.get(each.id),
        returns=tuple(Segment(*step) for step in asked.returns.get(each.id, ((1.0, 1.0),))),
        taken=tuple((year, count) for (name, year), count in asked.served.items() if name == each.id),
    )
