"""The solver's plan in whole minor units, fund by fund: changes when rounding or splitting a class does.

Every fund keeps its sum exactly. Increases round down and cuts round towards today's amount, so no cap,
commitment or budget is passed; released cents without a use go back to their line.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from allocation.optimizer.classes import FundClass
from allocation.optimizer.formulation import Formulation
from allocation.optimizer.layout import UNIT, Layout
from allocation.optimizer.program import Floats

OTHER = -1
"""The place of money that lies on no spot, beside the spots' indices."""

_NEAR = 1e-3
"""Minor units by which the solver may miss a whole one."""


@dataclass(frozen=True)
class Amounts:
    """Minor units by (purse, spot), spot OTHER for money elsewhere, after the plan."""

    after: Mapping[tuple[int, int], int]

    @cached_property
    def by_purse(self) -> Mapping[int, Mapping[int, int]]:
        """Minor units by purse, then spot; a purse without money is absent."""
        found: dict[int, dict[int, int]] = {}
        for (purse, spot), amount in self.after.items():
            found.setdefault(purse, {})[spot] = amount
        return found

    def on_spots(self) -> dict[tuple[int, int], int]:
        """Minor units by (purse, spot), without money elsewhere."""
        return {key: amount for key, amount in self.after.items() if key[1] != OTHER}


def amounts_today(layout: Layout) -> Amounts:
    """Minor units as they lie today."""
    found = layout.current_amounts()
    found |= {(place, OTHER): purse.other for place, purse in enumerate(layout.purses) if purse.other}
    return Amounts(dict(sorted(found.items())))


def whole_amounts(model: Formulation, columns: Floats) -> Amounts:
    """The plan of the solver's columns, split to funds."""
    found: dict[tuple[int, int], int] = {}
    for place, each in enumerate(model.classes):
        totals = _class_totals(model, place, columns)
        found |= _split(model.layout, each, totals)
    return Amounts(dict(sorted(found.items())))


def today_of(each: FundClass) -> dict[int, int]:
    """A class's minor units by spot and OTHER today."""
    return dict(each.current) | ({OTHER: each.other} if each.other else {})


def _class_totals(model: Formulation, place: int, columns: Floats) -> dict[int, int]:
    each, today = model.classes[place], today_of(model.classes[place])
    locked = dict(each.locked) | {OTHER: each.other_locked}
    wanted = {spot: _money_column(model, place, spot, columns) for spot in (*each.spots, OTHER)}
    totals = {
        spot: _rounded(amount, today.get(spot, 0), locked.get(spot, 0)) for spot, amount in wanted.items()
    }
    _trim(totals, today, locked, each.budget)
    _restore(totals, today, each.budget)
    _top_up(totals, each)
    return totals


def _money_column(model: Formulation, place: int, spot: int, columns: Floats) -> float:
    key = ("o", place) if spot == OTHER else ("x", place, spot)
    column = model.program.columns.get(key)
    return 0.0 if column is None else float(columns[column]) * UNIT


def _rounded(amount: float, today: int, locked: int) -> int:
    if abs(amount - today) <= max(0.5, 1e-9 * today) and today >= locked:
        return today
    whole = math.floor(amount + _NEAR) if amount > today else math.ceil(amount - _NEAR)
    return max(whole, locked, 0)


def _trim(totals: dict[int, int], today: dict[int, int], locked: dict[int, int], budget: int) -> None:
    """Take what rounding put above the budget from increases first, then from what is not committed."""
    for kept in (today, locked):
        excess = sum(totals.values()) - budget
        if excess <= 0:
            return
        for spot in sorted(totals, key=lambda spot: (kept.get(spot, 0) - totals[spot], spot)):
            cut = min(excess, totals[spot] - max(kept.get(spot, 0), locked.get(spot, 0)))
            if cut > 0:
                totals[spot] -= cut
                excess -= cut


def _restore(totals: dict[int, int], today: dict[int, int], budget: int) -> None:
    """Give released cents that rounding left without a use back to the lines that lost most."""
    spare = budget - sum(totals.values()) - max(0, budget - sum(today.values()))
    if not 0 < spare <= len(totals):
        return
    for spot in sorted(totals, key=lambda spot: (totals[spot] - today.get(spot, 0), spot)):
        given = min(spare, max(0, today.get(spot, 0) - totals[spot]))
        totals[spot] += given
        spare -= given


def _top_up(totals: dict[int, int], each: FundClass) -> None:
    """Add the cents that rounding took from a minimum spend."""
    missing = min(each.minimum_spend, each.budget) - sum(totals.values())
    grown = [spot for spot in totals if spot in each.growable and totals[spot]]
    if grown and 0 < missing <= len(totals):
        totals[max(grown, key=lambda spot: (totals[spot], -spot))] += missing


def _split(layout: Layout, each: FundClass, totals: Mapping[int, int]) -> dict[tuple[int, int], int]:
    """Cuts come from the largest releasable line first; fills use released money before idle money."""
    after = {
        (member, spot): amount for member in each.members for spot, amount in _today(layout, member).items()
    }
    today = today_of(each)
    for spot in sorted(totals):
        _cut(layout, after, each, spot, today.get(spot, 0) - totals[spot])
    kept = dict.fromkeys(each.members, 0)
    for (member, _), amount in after.items():
        kept[member] += amount
    released = {member: layout.purses[member].held - kept[member] for member in each.members}
    room = {member: layout.purses[member].fund.budget_amount - kept[member] for member in each.members}
    rises = {spot: totals[spot] - today.get(spot, 0) for spot in totals}
    for limits in (released, None):
        for spot in sorted((s for s in rises if rises[s] > 0), key=lambda spot: (-rises[spot], spot)):
            rises[spot] -= _fill(after, room, limits, (spot, rises[spot]))
    return after


def _today(layout: Layout, member: int) -> dict[int, int]:
    purse = layout.purses[member]
    return dict(purse.current) | ({OTHER: purse.other} if purse.other else {})


def _cut(layout: Layout, after: dict[tuple[int, int], int], each: FundClass, spot: int, amount: int) -> None:
    free = {
        member: after[member, spot] - _locked(layout, member, spot)
        for member in each.members
        if (member, spot) in after
    }
    for member in sorted(free, key=lambda member: (-free[member], member)):
        taken = max(0, min(amount, free[member]))
        after[member, spot] -= taken
        amount -= taken


def _locked(layout: Layout, member: int, spot: int) -> int:
    purse = layout.purses[member]
    return purse.other_locked if spot == OTHER else purse.locked.get(spot, 0)


def _fill(
    after: dict[tuple[int, int], int],
    room: dict[int, int],
    limits: dict[int, int] | None,
    rise: tuple[int, int],
) -> int:
    """Raise a spot by what the members' rooms (and limits) allow, most room first; the amount placed."""
    spot, left = rise
    free = room if limits is None else {m: min(room[m], limits[m]) for m in room}
    for member in sorted(free, key=lambda member: (-free[member], member)):
        given = max(0, min(left, free[member]))
        if given:
            after[member, spot] = after.get((member, spot), 0) + given
            room[member] -= given
            if limits is not None:
                limits[member] -= given
            left -= given
    return rise[1] - left
