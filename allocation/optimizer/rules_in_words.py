"""A row of the program as the rule that somebody set: changes when a rule is worded differently."""

import math

from allocation.optimizer import words
from allocation.optimizer.constraints import funders, in_kind_supplies
from allocation.optimizer.formulation import Formulation
from allocation.optimizer.layout import UNIT
from allocation.optimizer.program import Key

FUND_RULES = frozenset({"budget", "minimum_spend", "commitment", "change_cap"})
RULES = FUND_RULES | {"capacity", "in_kind", "reach", "floor", "shift_cap"}
"""Kinds of rows that people set and can relax; the others define what a dollar does."""


def unit_of(key: Key) -> str:
    """The unit of a rule: money (minor units), participants, units (in kind) or students."""
    kinds = {"capacity": "participants", "reach": "participants", "in_kind": "units", "floor": "students"}
    return kinds.get(str(key[0]), "money")


def unit_in_words(model: Formulation, key: Key) -> str:
    """The unit as people say it."""
    if key[0] != "in_kind":
        return unit_of(key)
    supply = in_kind_supplies(model.layout)[int(key[1])]
    return f"units of {supply.label or supply.resource}"


def rule_in_words(model: Formulation, row: int) -> str:
    """A rule with its limit, for a model in which each fund is a class of its own or shares one."""
    program, layout = model.program, model.layout
    key = program.row_keys[row]
    high, low = program.row_upper[row], program.row_lower[row]
    limit = high if math.isfinite(high) else low
    amount = words.money(limit * UNIT, layout.problem.currency)
    place = int(key[1]) if len(key) > 1 else -1
    owner = _funds_of(model, place) if key[0] in FUND_RULES else ""
    sentences = {
        "budget": f"the budget of {owner} is {amount}",
        "minimum_spend": f"{owner} must spend at least {amount}",
        "commitment": f"{amount} of {owner} is committed{_where(model, key)}",
        "change_cap": f"at most {amount} of {owner} may move",
        "capacity": f"{_practice(model, place)} has {limit:,.6g} places{_year(key)}",
        "in_kind": f"{limit:,.6g} {unit_in_words(model, key) if key[0] == 'in_kind' else ''} are at hand",
        "reach": f"{_group(model, place)} can take part {limit:,.6g} times{_year(key)}",
        "floor": f"{_group(model, place)} must keep {words.students(limit)}",
        "shift_cap": f"at most {amount} of {_funder(model, place)} may move",
    }
    return sentences[str(key[0])]


def _funds_of(model: Formulation, place: int) -> str:
    members = [model.layout.purses[member].fund for member in model.classes[place].members]
    names = sorted({words.fund(fund) for fund in members})
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more like it"


def _where(model: Formulation, key: Key) -> str:
    if key[0] != "commitment" or len(key) < 3:
        return ""
    spot = model.layout.spots[int(key[2])]
    return f" to {spot.practice.label or spot.practice.id} for {spot.group.label or spot.group.id}"


def _practice(model: Formulation, place: int) -> str:
    practices = model.layout.practices
    return practices[place].label or practices[place].id if place < len(practices) else ""


def _group(model: Formulation, place: int) -> str:
    groups = model.layout.groups
    return groups[place].label or groups[place].id if place < len(groups) else ""


def _funder(model: Formulation, place: int) -> str:
    names = funders(model.layout)
    return "all funders together" if place < 0 else f"funder {names[place]}" if place < len(names) else ""


def _year(key: Key) -> str:
    return f" in {key[2]}" if len(key) > 2 else ""


def node_of(model: Formulation, key: Key) -> str:
    """Id of what a rule belongs to: a fund, a practice, a group, a funder or a resource; "" for all."""
    place = int(key[1]) if len(key) > 1 else -1
    layout = model.layout
    if key[0] in FUND_RULES:
        return layout.purses[model.classes[place].members[0]].fund.id
    if key[0] == "capacity":
        return layout.practices[place].id
    if key[0] == "in_kind":
        return in_kind_supplies(layout)[place].resource
    if key[0] in ("reach", "floor"):
        return layout.groups[place].id
    return funders(layout)[place] if place >= 0 else ""
