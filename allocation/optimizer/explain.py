"""What holds a plan back and what it costs: changes when the answer gives other reasons."""

import math
from collections.abc import Callable
from dataclasses import replace

from allocation.answer import Answer, Binding, BindingKind, RestrictionCost
from allocation.optimizer import words
from allocation.optimizer.build import Question
from allocation.optimizer.formulation import Formulation
from allocation.optimizer.frontier import frontier_of
from allocation.optimizer.layout import UNIT, Purse
from allocation.optimizer.lifted import lifted_restrictions
from allocation.optimizer.plans import Plan, Progress
from allocation.optimizer.rules_in_words import node_of, rule_in_words, unit_in_words, unit_of
from allocation.optimizer.sensitivity import with_stays_shares
from allocation.optimizer.whatifs import Base, Measure, RowDifference, row_differences, solved_base
from allocation.problem import Objective

FELT = 1e-6
"""Students, or share, below which a difference is none."""

_KINDS = {
    "budget": BindingKind.BUDGET,
    "minimum_spend": BindingKind.RESTRICTION,
    "capacity": BindingKind.CAPACITY,
    "reach": BindingKind.CAPACITY,
    "in_kind": BindingKind.IN_KIND,
    "floor": BindingKind.FLOOR,
    "shift_cap": BindingKind.CHANGE_CAP,
    "change_cap": BindingKind.CHANGE_CAP,
}


def explained(question: Question, plan: Plan, answer: Answer, tell: Progress) -> Answer:
    """The answer with its bindings, restriction costs, frontier, price of fairness and sureness."""
    tell(0.55, "Asking what each rule costs")
    with solved_base(question, (plan.model, plan.reached)) as base:
        costs = _restriction_costs(base, tell) if base else ()
        bindings = _row_bindings(base, tell) if base else []
        tell(0.8, "Drawing the trade-off")
        price, equity = _fairness(base, answer) if base else (None, [])
        points = frontier_of(base, question.problem.rules.frontier_points_count) if base else ()
    bindings += [_restriction_binding(each) for each in costs]
    bindings += [_evidence_binding(question, place) for place in question.without_evidence]
    bindings += equity
    moves = with_stays_shares(
        question.problem, answer.moves, _within(tell, (0.85, 1.0), "Checking how sure each move is")
    )
    return replace(
        answer,
        moves=moves,
        bindings=tuple(bindings),
        restriction_costs=costs,
        frontier=points,
        price_of_fairness=price,
        why_nothing_moved=None if answer.moves else _why_nothing_moved(question, plan),
    )


def _within(tell: Progress, span: tuple[float, float], sentence: str) -> Callable[[float], None]:
    return lambda share: tell(span[0] + (span[1] - span[0]) * share, sentence)


def _is_felt(change: Measure) -> bool:
    return max(abs(change.students), abs(change.worst_off_share), abs(change.first)) > FELT


def _row_binding(model: Formulation, found: RowDifference) -> Binding:
    key = model.program.row_keys[found.row]
    unit = unit_of(key)
    step = found.step * UNIT if unit == "money" else found.step
    kind = _KINDS.get(str(key[0])) or (BindingKind.RESTRICTION if len(key) > 2 else BindingKind.STAFFING)
    rule = rule_in_words(model, found.row)
    currency = model.layout.problem.currency
    shown = words.money(step, currency) if unit == "money" else f"{step:,.4g} {unit_in_words(model, key)}"
    is_upper = math.isfinite(model.program.row_upper[found.row])
    change = f"with {shown} {'more' if is_upper else 'less'}, {_effect(found.change)}"
    return Binding(
        kind=kind,
        node_id=node_of(model, key),
        label=rule,
        unit=unit,
        step=step,
        students=found.change.students,
        worst_off_share=found.change.worst_off_share,
        shadow_price=found.change.first / step,
        sentence=f"{rule[:1].upper()}{rule[1:]}: {change}.",
    )


def _effect(change: Measure) -> str:
    """What a difference does, in students and in the worst-off group's share."""
    parts = []
    if abs(change.students) >= 0.005 or abs(change.worst_off_share) < 0.00005:
        direction = "more" if change.students >= 0 else "fewer"
        count = f"{abs(change.students):,.2f}".rstrip("0").rstrip(".")
        noun = "student" if count == "1" else "students"
        parts.append(f"{count} {direction} {noun} would reach the outcome")
    if abs(change.worst_off_share) >= 0.00005:
        direction = "more" if change.worst_off_share > 0 else "less"
        parts.append(
            f"the group furthest behind would close {abs(change.worst_off_share) * 100:.2f} points "
            f"{direction} of its gap"
        )
    return " and ".join(parts)


def _row_bindings(base: Base, tell: Progress) -> list[Binding]:
    asking = _within(tell, (0.65, 0.8), "Asking what each rule costs")
    return [_row_binding(base.model, each) for each in row_differences(base, asking) if _is_felt(each.change)]


def _restriction_costs(base: Base, tell: Progress) -> tuple[RestrictionCost, ...]:
    """What each restricted funder's dollars could do beyond their restrictions, the dearest first."""
    found: list[RestrictionCost] = []
    asking = _within(tell, (0.55, 0.65), "Asking what each restriction costs")
    for each in lifted_restrictions(base, asking):
        if _is_felt(each.change):
            students, share = each.change.students, each.change.worst_off_share
            sentence = f"If {each.funder_id} lifted its restrictions, {_effect(each.change)}."
            found.append(RestrictionCost(each.funder_id, students, share, sentence))
    return tuple(sorted(found, key=lambda each: (-each.students, -each.worst_off_share, each.funder_id)))


def _restriction_binding(cost: RestrictionCost) -> Binding:
    return Binding(
        kind=BindingKind.RESTRICTION,
        node_id=cost.funder_id,
        label=f"restrictions of {cost.funder_id}",
        unit="",
        step=None,
        students=cost.students,
        worst_off_share=cost.worst_off_share,
        shadow_price=None,
        sentence=cost.sentence,
    )


def _evidence_binding(question: Question, place: int) -> Binding:
    group = question.layout.groups[place]
    name = group.label or group.id
    sentence = f"No eligible practice with evidence serves {name}: its gap of {group.gap:,.0f} stays open."
    return Binding(BindingKind.EVIDENCE, group.id, name, "", None, 0.0, 0.0, None, sentence)


def _fairness(base: Base, answer: Answer) -> tuple[float | None, list[Binding]]:
    """The share of the most students that the plan forgoes, and a binding where it is felt."""
    question, most = base.question, base.most[0] if base.most else 0.0
    if most <= 0 or answer.after is None or not question.worst_off:
        return None, []
    lost = most - answer.after.students
    aims = dict.fromkeys((Objective.WORST_OFF_FIRST, Objective.GAP_CLOSING), True)
    if lost < 0.005 or question.problem.rules.objective not in aims:
        return max(0.0, lost) / most, []
    sentence = (
        f"Putting those furthest behind first costs {words.students(lost)} "
        f"of the {most:,.1f} that could be reached at most."
    )
    first = Binding(BindingKind.EQUITY, "", "equity first", "", None, lost, 0.0, None, sentence)
    return lost / most, [first]


def _why_nothing_moved(question: Question, plan: Plan) -> str:
    """The first reason that applies, from the plainest to the last."""
    layout, rules = question.layout, question.problem.rules
    purses = layout.purses
    if not any(purse.fund.budget_amount for purse in purses):
        return "There are no dollars in the question."
    if not any(spot.grows for spot in layout.spots):
        return "No practice in the question has a cost, a place and the evidence that the rules ask for."
    if not any(purse.growable for purse in purses):
        return "No fund's restriction allows a practice that may receive dollars."
    free = [purse for purse in purses if purse.growable and _free_amount(purse)]
    if not free:
        return "All dollars that could go elsewhere are committed or protected."
    idle = any(purse.fund.budget_amount > purse.held for purse in free)
    if not idle and 0 in (rules.maximum_shift_share, rules.maximum_total_shift_share):
        return "The largest shift is 0, so no dollar may leave its line."
    if plan.reached.values.get("students") is not None and _program_moves(plan):
        least = words.money(rules.smallest_move_amount, question.problem.currency)
        return f"Every move that would help is smaller than {least}, or the rules allow too few moves."
    return "Today's dollars already do the most that the rules allow; the bindings say what holds them."


def _free_amount(purse: Purse) -> int:
    locked = sum(purse.locked.values()) + purse.other_locked
    return max(0, purse.fund.budget_amount - locked)


def _program_moves(plan: Plan) -> bool:
    """Whether the program, which knows no smallest move, would move a dollar."""
    released = plan.reached.values.get("released", 0.0)
    money = sum(
        float(plan.reached.columns[column]) * UNIT
        for key, column in plan.model.program.columns.items()
        if key[0] in ("x", "o")
    )
    today = sum(sum(each.current.values()) + each.other for each in plan.model.classes)
    return released * UNIT >= 1 or money >= today + 1
