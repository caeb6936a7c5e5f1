"""The optimizer's answer as one JSON document: changes when more or less is kept of an answer.

Amounts are whole minor units, people and shares decimal text without exponents, ids are texts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from allocation import answer as answers
from allocation.cells import TIERS, tier_rank
from allocation.question import CLOSED_RANK, NEW_MONEY, Question, largest_areas

Document = dict[str, Any]  # JSON of ours; docs/domain.md describes it
NINE_PLACES = Decimal("1e-9")


def document_of(question: Question, answer: answers.Answer) -> Document:
    """Everything of the answer but its moves."""
    say = cache(_Names(question).say)
    return {
        "status": answer.status.value,
        "currency": question.problem.currency,
        "stages": [{"stage": each.stage, "value": number(each.value)} for each in answer.stages],
        "before": _impact(question, answer.before, _on_evidence(question, answer, "before_amount")),
        "after": _impact(question, answer.after, _on_evidence(question, answer, "after_amount")),
        "promises": list(_promises(question, answer)),
        "idle_amount": answer.idle_amount,
        "bindings": [
            _binding(question, each, (say(each.label), say(each.sentence)))
            for each in answer.bindings
            if _is_real(question, each.kind, each.node_id)
        ],
        "conflicts": [
            {"rules": [say(rule) for rule in each.rules], "sentence": say(each.sentence)}
            for each in answer.conflicts
        ],
        "repairs": [_repair(each, say(each.rule), say(each.sentence)) for each in answer.repairs],
        "frontier": [_point(each) for each in answer.frontier],
        "refused_practices": _refused(question, answer),
        "unreachable": [_unreachable(question, each) for each in answer.unreachable],
        "restriction_costs": [
            {
                "funder": question.standing.row(each.funder_id),
                "students": number(each.students),
                "sentence": say(each.sentence),
            }
            for each in answer.restriction_costs
            if _is_real(question, answers.BindingKind.RESTRICTION, each.funder_id)
        ],
        "price_of_fairness": optional_number(answer.price_of_fairness),
        "why_nothing_moved": answer.why_nothing_moved,
        "notes": [*question.notes, *map(say, answer.notes)],
    }


class _Names:
    """Names in place of the ids that the optimizer, which knows no names of funders and funds, writes."""

    def __init__(self, question: Question) -> None:
        known: dict[str, str] = {NEW_MONEY: "new money"}
        for part in question.parts.values():
            known[part.id] = f"{part.investment.funder_name}, {part.investment.title}"
            known[part.investment.funder] = part.investment.funder_name
        self._known = dict(sorted(known.items(), key=lambda item: -len(item[0])))

    def say(self, sentence: str) -> str:
        for row_id, name in self._known.items():
            if row_id in sentence:
                sentence = sentence.replace(f"funder {row_id}", name).replace(row_id, name)
        return sentence


def _repair(each: answers.Repair, rule: str, sentence: str) -> Document:
    return {"rule": rule, "amount": number(each.amount), "unit": each.unit, "sentence": sentence}


def _point(each: answers.FrontierPoint) -> Document:
    return {
        "equity_weight": number(each.equity_weight),
        "students": number(each.students),
        "worst_off_students": number(each.worst_off_students),
        "is_knee": each.is_knee,
    }


def _refused(question: Question, answer: answers.Answer) -> list[Document]:
    reasons = {each.practice_id: each.reason for each in answer.refused} | dict(question.cells.refused)
    row = question.standing.row
    return [{"practice": row(practice), "reason": reason} for practice, reason in sorted(reasons.items())]


def _unreachable(question: Question, each: answers.UnreachableGroup) -> Document:
    target = question.cells.targets[each.group_id]
    return {
        "outcome": question.standing.row(target.outcome),
        "area": question.standing.row(target.area),
        "population": question.standing.row(target.population),
        "reason": each.reason,
    }


def _binding(question: Question, each: answers.Binding, said: tuple[str, str]) -> Document:
    """`said` are its label and sentence with names."""
    return {
        "kind": each.kind.value,
        "node": _node_text(question, each.node_id),
        "belongs_to": _belongs_to(question, each.node_id),
        "label": said[0],
        "students": number(each.students),
        "shadow_price": optional_number(each.shadow_price),
        "sentence": said[1],
    }


def _is_real(question: Question, kind: answers.BindingKind, node_id: str) -> bool:
    """Whether a funder's restrictions keep its dollars from a cell: the optimizer asks whether it may buy all.

    The smaller areas are closed to all who name none, which is nobody's restriction.
    """
    if kind is not answers.BindingKind.RESTRICTION:
        return True
    owned = {part.id for part in question.parts.values() if part.investment.funder == node_id}
    if not owned:
        return True
    areas = largest_areas(question.standing, ())
    for fund in question.problem.funds:
        if fund.id not in owned:
            continue
        years = question.parts[fund.id].years
        for cell in question.problem.cells:
            place = question.cells.places[cell.id]
            is_open = cell.tier_rank != CLOSED_RANK and place.target.area in areas
            if place.fiscal_year in years and is_open and cell.id not in fund.cell_ids:
                return True
    return False


def _node_text(question: Question, node_id: str) -> str:
    """The rule's owner by row ids: outcome/area/group, award:years, a practice or a funder; "" for all."""
    row = question.standing.row
    if node_id in question.parts:
        part = question.parts[node_id]
        return f"{row(part.investment.id)}:{'-'.join(map(str, part.years))}"
    if node_id in question.cells.targets:
        target = question.cells.targets[node_id]
        return "/".join(str(row(each)) for each in (target.outcome, target.area, target.population))
    return row(node_id) or ""


def _belongs_to(question: Question, node_id: str) -> Document | None:
    """What a rule belongs to, as a row: an investment, a practice, a population or a funder."""
    found: tuple[str, str] | None = None
    if node_id in question.parts:
        found = ("Investment", question.parts[node_id].investment.id)
    elif node_id in question.cells.targets:
        found = ("PopulationGroup", question.cells.targets[node_id].population)
    elif any(practice.id == node_id for practice in question.problem.practices):
        found = ("Practice", node_id)
    elif any(part.investment.funder == node_id for part in question.parts.values()):
        found = ("Funder", node_id)
    return {"type": found[0], "id": question.standing.row(found[1])} if found else None


def _on_evidence(question: Question, answer: answers.Answer, amount: str) -> float:
    """The share of the plan's dollars on practices with an effect and at least the tier that is asked for."""
    least = question.problem.rules.minimum_tier_rank or len(TIERS)
    places = question.cells.places
    total = proven = 0
    for line in answer.plan:
        dollars = int(getattr(line, amount))
        place = places.get(line.cell_id or "")
        total += dollars
        proven += dollars if place and place.effect > 0 and tier_rank(place.tier) <= least else 0
    return proven / total if total else 0.0


def _impact(question: Question, impact: answers.Impact | None, on_evidence: float) -> Document | None:
    if impact is None:
        return None
    by_population: dict[str, list[answers.GroupImpact]] = defaultdict(list)
    for group in impact.by_group:
        by_population[question.cells.targets[group.group_id].population].append(group)
    return {
        "amount": impact.amount,
        "students": number(impact.students),
        "low": number(impact.low),
        "high": number(impact.high),
        "share_on_evidence": number(on_evidence),
        "by_population": [
            _of_population(question, population, groups)
            for population, groups in sorted(by_population.items())
        ],
    }


def _of_population(question: Question, population: str, groups: Sequence[answers.GroupImpact]) -> Document:
    """Students add up over areas and outcomes, gaps only over areas of which none lies in another."""
    outer = list(_outer(question, groups))
    targets = [question.cells.targets[group.group_id] for group in groups]
    return {
        "population": question.standing.row(population),
        "persistent": any(target.is_persistent for target in targets),
        "behind": any(target.is_behind for target in targets),
        "amount": sum(group.amount for group in groups),
        "students": number(sum(group.students for group in groups)),
        "gap_before": number(sum(group.gap_before for group in outer)),
        "gap_after": number(sum(group.gap_after for group in outer)),
    }


def _outer(question: Question, groups: Iterable[answers.GroupImpact]) -> Iterable[answers.GroupImpact]:
    """The groups that are behind, in areas that lie in no other area of the same outcome's groups."""
    targets = {group.group_id: question.cells.targets[group.group_id] for group in groups}
    areas: Mapping[str, set[str]] = defaultdict(set)
    for target in targets.values():
        areas[target.outcome].add(target.area)
    for group in groups:
        target = targets[group.group_id]
        inside = areas[target.outcome] & set(question.cells.standing.areas[target.area].within)
        if target.is_behind and not inside:
            yield group


def _promises(question: Question, answer: answers.Answer) -> Iterable[Document]:
    """What the plan promises each group that it changes anything for, and the rate that it started from."""
    row = question.standing.row
    before = {each.group_id: each for each in (answer.before.by_group if answer.before else ())}
    for after in answer.after.by_group if answer.after else ():
        target, earlier = question.cells.targets[after.group_id], before[after.group_id]
        students = after.students - earlier.students
        if abs(students) >= float(NINE_PLACES):
            yield {
                "outcome": row(target.outcome),
                "indicator": row(target.indicator.id),
                "area": row(target.area),
                "population": row(target.population),
                "rate": number(target.rate),
                "people": target.people,
                "students": number(students),
                "low": number(after.low - earlier.low),
            }


def number(value: float) -> str:
    """A number as decimal text, to nine places, without an exponent."""
    return f"{Decimal(repr(value)).quantize(NINE_PLACES).normalize() + 0:f}"


def optional_number(value: float | None) -> str | None:
    """A number as decimal text, where there is one."""
    return None if value is None else number(value)
