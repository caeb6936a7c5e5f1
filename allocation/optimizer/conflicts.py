"""Why no plan keeps every rule, and the cheapest way out: changes when conflicts are sought otherwise.

A conflict is an irreducible infeasible subsystem (Chinneck 2008) over the rules that people set; one is
found, its rules are dropped, and the search goes on until the rest can be kept. The repair gives each rule
a priced slack and spends as little as possible (elastic program, Brown and Graves 1975).
"""

import math
from dataclasses import dataclass

from allocation.answer import Conflict, Repair
from allocation.optimizer import solver as door
from allocation.optimizer import words
from allocation.optimizer.build import Question, formulate
from allocation.optimizer.constraints import in_kind_supplies
from allocation.optimizer.formulation import NEGLIGIBLE, Formulation
from allocation.optimizer.layout import UNIT
from allocation.optimizer.program import Key
from allocation.optimizer.rules_in_words import RULES, rule_in_words, unit_in_words, unit_of
from allocation.optimizer.solver import Status


@dataclass(frozen=True)
class _Slack:
    """A rule that may give way: `sign` +1 raises an upper limit, -1 lowers a lower one."""

    row: int
    column: int
    sign: int
    price: float


def conflicts_of(question: Question) -> tuple[Conflict, ...]:
    """Every conflict, each with its rules in words. Empty where the rules can all be kept."""
    model = formulate(question, aggregate=False, locks_as_rows=True)
    program, found = model.program, []
    with door.highs() as solver:
        door.load(solver, program, program.costs({}))
        for _ in range(len(program.row_keys)):
            if door.run(solver, program).status is not Status.INFEASIBLE:
                break
            rows = [row for row in door.irreducible_rows(solver)[0] if program.row_keys[row][0] in RULES]
            if not rows:
                break
            found.append(_conflict(model, rows))
            for row in rows:
                solver.changeRowBounds(row, -math.inf, math.inf)
    return tuple(found)


def repairs_of(question: Question) -> tuple[Repair, ...]:
    """The cheapest steps after which every rule can be kept."""
    model = formulate(question, aggregate=False, locks_as_rows=True)
    slacks = [_slack(model, row) for row, key in enumerate(model.program.row_keys) if key[0] in RULES]
    costs = model.program.costs({})
    for slack in slacks:
        costs[slack.column] = slack.price
    with door.highs() as solver:
        door.load(solver, model.program, costs)
        result = door.run(solver, model.program)
    if result.status is not Status.OPTIMAL:
        return ()
    steps = [(slack, float(result.columns[slack.column])) for slack in slacks]
    return tuple(_repair(model, slack, size) for slack, size in steps if size > NEGLIGIBLE * 1e3)


def _slack(model: Formulation, row: int) -> _Slack:
    program = model.program
    is_upper = math.isfinite(program.row_upper[row])
    column = program.column(("slack", row))
    program.add_terms(row, [(column, -1.0 if is_upper else 1.0)])
    return _Slack(row, column, 1 if is_upper else -1, _price(model, program.row_keys[row]))


def _price(model: Formulation, key: Key) -> float:
    """Solver money for one unit of a rule: what the unit would let dollars do instead."""
    layout = model.layout
    costs = [spot.cost for spot in layout.spots if spot.cost is not None] or [1.0]
    if key[0] == "in_kind":
        supply = in_kind_supplies(layout)[int(key[1])]
        if supply.unit_value_amount is not None:
            return supply.unit_value_amount / UNIT
        needs = [
            spot.cost / need.units
            for spot in layout.spots
            for need in spot.practice.in_kind_needs
            if spot.cost is not None and need.resource == supply.resource and need.units
        ]
        return min(needs, default=1.0)
    if key[0] in ("capacity", "reach"):
        return min(costs)
    if key[0] == "floor":
        return max(
            (spot.cost / spot.cell.effect for spot in layout.spots if spot.cost is not None and spot.grows),
            default=1.0,
        )
    return 1.0


def _conflict(model: Formulation, rows: list[int]) -> Conflict:
    names = tuple(rule_in_words(model, row) for row in sorted(rows))
    if len(names) == 1:
        return Conflict(names, f"This cannot be kept on its own: {names[0]}.")
    return Conflict(names, f"These cannot be kept together: {'; '.join(names)}.")


def _repair(model: Formulation, slack: _Slack, size: float) -> Repair:
    key = model.program.row_keys[slack.row]
    rule, unit = rule_in_words(model, slack.row), unit_of(key)
    if unit == "money":
        amount: float = math.ceil(size * UNIT - 1e-3)
        shown = words.money(amount, model.layout.problem.currency)
    else:
        amount = size
        shown = f"{size:,.4g} {unit_in_words(model, key)}"
    verb = "Add" if slack.sign > 0 else "Ask for less by"
    return Repair(rule, amount, unit, f"{verb} {shown}: {rule}.")
