"""Whether a plan in whole minor units keeps every rule: changes with the rules, never with the program.

Written from the rules and not from the program's rows, so that a fault in a row does not hide here.
"""

from collections.abc import Iterator, Mapping

from allocation.optimizer.build import Question
from allocation.optimizer.cents import OTHER, Amounts
from allocation.optimizer.classes import whole_share
from allocation.optimizer.constraints import floors, in_kind_supplies
from allocation.optimizer.layout import Purse
from allocation.optimizer.solver import SolverError
from allocation.optimizer.standing import STUDENTS_FORGIVEN, standing_of

SHARE_FORGIVEN = 1e-3
"""Of a limit in people or units, by which whole minor units may miss it."""


def breaches(question: Question, after: Amounts) -> tuple[str, ...]:
    """Each rule that the plan breaks, in words; empty where it keeps all of them."""
    found: list[str] = []
    for place, purse in enumerate(question.layout.purses):
        planned = after.by_purse.get(place, {})
        found += _fund_breaches(purse, planned)
    found += _shift_breaches(question, after)
    found += _limit_breaches(question, after)
    found += _floor_breaches(question, after)
    return tuple(found)


def released(purse: Purse, planned: Mapping[int, int]) -> int:
    """Minor units that leave the lines of a fund."""
    lost = max(0, purse.other - planned.get(OTHER, 0))
    return lost + sum(max(0, amount - planned.get(spot, 0)) for spot, amount in purse.current.items())


def _fund_breaches(purse: Purse, planned: Mapping[int, int]) -> Iterator[str]:
    fund, spent = purse.fund, sum(planned.values())
    if spent > fund.budget_amount:
        yield f"fund {fund.id} spends more than its budget"
    if spent < fund.minimum_spend_amount:
        yield f"fund {fund.id} spends less than it must"
    if fund.change_cap_share is not None:
        cap = whole_share(fund.change_cap_share, fund.budget_amount)
        if released(purse, planned) > cap:
            yield f"fund {fund.id} releases more than its change cap"
    today = dict(purse.current) | {OTHER: purse.other}
    locked = dict(purse.locked) | {OTHER: purse.other_locked}
    for spot, amount in planned.items():
        if spot not in purse.growable and amount > max(today.get(spot, 0), locked.get(spot, 0)):
            yield f"fund {fund.id} puts money where its restriction or the evidence does not allow it"
    for spot, least in locked.items():
        if planned.get(spot, 0) < least:
            yield f"fund {fund.id} moves committed money"


def _shift_breaches(question: Question, after: Amounts) -> Iterator[str]:
    rules = question.layout.rules
    moved: dict[str, int] = {}
    dollars: dict[str, int] = {}
    for place, purse in enumerate(question.layout.purses):
        planned = after.by_purse.get(place, {})
        funder = purse.fund.funder_id
        moved[funder] = moved.get(funder, 0) + released(purse, planned)
        dollars[funder] = dollars.get(funder, 0) + purse.fund.budget_amount
    share, total_share = rules.maximum_shift_share, rules.maximum_total_shift_share
    if share is not None:
        for funder, amount in moved.items():
            if amount > whole_share(share, dollars[funder]):
                yield f"funder {funder} releases more than the largest shift"
    if total_share is not None and sum(moved.values()) > whole_share(total_share, sum(dollars.values())):
        yield "more is released than the largest shift over all funders"


def _limit_breaches(question: Question, after: Amounts) -> Iterator[str]:
    """Dollars buy no more places or units in kind than there are, beside what today's dollars waste already."""
    layout, today = question.layout, question.today
    money = layout.delivered(after.on_spots())
    limits: dict[tuple[str, int], float] = {}
    bought: dict[tuple[str, int], float] = {}
    for place, spot in enumerate(layout.spots):
        if spot.cost is None or spot.is_harmful:
            continue
        served = min(money.get(place, 0.0) / spot.cost, spot.room) - today.wasted[place] / spot.cost
        year, needs = spot.cell.fiscal_year, spot.practice.in_kind_needs
        left = spot.practice.places(year)
        if left is not None:
            limits[spot.practice.id, year] = left
            bought[spot.practice.id, year] = bought.get((spot.practice.id, year), 0.0) + served
        for number, supply in enumerate(in_kind_supplies(layout)):
            units = sum(need.units for need in needs if need.resource == supply.resource)
            if supply.fiscal_year in (None, year) and units:
                key = (f"units of {supply.resource}", number)
                limits[key] = supply.units
                bought[key] = bought.get(key, 0.0) + served * units
    for key, limit in limits.items():
        if bought[key] > limit + SHARE_FORGIVEN * (1 + limit):
            yield f"{key[0]}: dollars buy more than there is"


def _floor_breaches(question: Question, after: Amounts) -> Iterator[str]:
    layout = question.layout
    money = layout.delivered(after.on_spots())
    try:
        standing = standing_of(layout, money, question.worst_off, question.today)
    except SolverError:
        yield "the plan's dollars cannot be used within the groups' floors"
        return
    for place, least in floors(layout, question.today).items():
        if standing.group_benefit(layout, place) < least - STUDENTS_FORGIVEN * (1 + abs(least)) - 1e-9:
            yield f"group {layout.groups[place].id} falls below its floor"
