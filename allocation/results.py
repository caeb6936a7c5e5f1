"""Turns the optimizer's answer into what is kept of a scenario: its moves and one document."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from allocation import answer as answers
from allocation.optimizer import solve
from allocation.question import Ask, Question, set_out
from allocation.standing import Standing, StandingLine

Document = dict[str, Any]  # JSON of ours; docs/domain.md describes it
PLACES = Decimal("0.0001")


@dataclass(frozen=True)
class LineOf:
    """One end of a move: what the dollars are for, by ids; None where nothing is said."""

    use: str
    practice: str | None = None
    outcome: str | None = None
    population: str | None = None
    area: str | None = None
    position: str | None = None
    fiscal_year: int | None = None


@dataclass(frozen=True)
class MoveResult:
    """A move as it is kept. `investment` is None for new money, `account` is the ledger account it leaves."""

    investment: str | None
    origin: LineOf | None
    target: LineOf
    amount: int
    gain: Decimal
    gain_low: Decimal
    gain_high: Decimal
    sentence: str
    account: str | None
    account_version: int | None
    is_sure: bool | None


@dataclass(frozen=True)
class Result:
    """All that is kept of an answer; plain values, so that it can come from another process."""

    inputs_hash: str
    status: answers.AnswerStatus
    message: str | None
    document: Document
    moves: tuple[MoveResult, ...]


def answered(standing: Standing, ask: Ask, progress: Callable[[float, str], None] | None = None) -> Result:
    """Sets the question out, solves it, and says what is to be kept. Errors: QuestionError, ProblemError."""
    question = set_out(standing, ask)
    answer = solve(question.problem, progress=progress)
    return Result(
        inputs_hash=answer.inputs_hash,
        status=answer.status,
        message=_message(answer),
        document=document_of(question, answer, standing),
        moves=tuple(moves_of(question, answer, standing)),
    )


def _message(answer: answers.Answer) -> str | None:
    if answer.status is answers.AnswerStatus.INFEASIBLE:
        return " ".join(each.sentence for each in answer.conflicts) or "no plan keeps every rule"
    if answer.status is answers.AnswerStatus.FAILED:
        return " ".join(answer.notes) or "the solver found no plan that keeps every rule"
    return answer.why_nothing_moved


def moves_of(question: Question, answer: answers.Answer, standing: Standing) -> Iterable[MoveResult]:
    """The answer's moves, in its order."""
    uses = {investment.id: investment.use for investment in standing.investments}
    years = {
        fund.id: min(fund.allowed_years or ()) if fund.allowed_years else None
        for fund in question.problem.funds
    }
    for move in answer.moves:
        line = _line(question, move.from_line_id)
        known = move.investment_id in uses
        yield MoveResult(
            investment=move.investment_id if known else None,
            origin=_line_of(line) if line else (_pool(uses, move.investment_id) if known else None),
            target=_target(question, move, uses, standing, years),
            amount=move.amount,
            gain=shown(move.gain),
            gain_low=shown(move.gain_low),
            gain_high=shown(move.gain_high),
            sentence=move.sentence,
            account=line.id.split(":")[0] if line else None,
            account_version=line.version if line else None,
            is_sure=None if move.stays_share is None else move.stays_share >= 0.9,
        )


def _line(question: Question, line_id: str | None) -> StandingLine | None:
    return question.lines.get(line_id or "") or question.idle.get(line_id or "")


def _line_of(line: StandingLine) -> LineOf:
    return LineOf(
        line.use, line.practice, line.outcome, line.population, line.area, line.position, line.fiscal_year
    )


def _pool(uses: dict[str, str], investment: str) -> LineOf:
    return LineOf(uses.get(investment, "UNASSIGNED"))


def _target(
    question: Question,
    move: answers.Move,
    uses: dict[str, str],
    standing: Standing,
    years: dict[str, int | None],
) -> LineOf:
    line = _line(question, move.to_line_id)
    if line is not None:
        return _line_of(line)
    if move.to_cell_id is None:
        return _pool(uses, move.investment_id)
    place = question.cells.place(move.to_cell_id)
    everybody = standing.populations[place.population].is_total
    return LineOf(
        "PRACTICE",
        place.practice,
        place.outcome,
        None if everybody else place.population,
        None if place.area == question.cells.home_area else place.area,
        None,
        place.fiscal_year,
    )


def document_of(question: Question, answer: answers.Answer, standing: Standing) -> Document:
    """Everything of the answer but its moves, as JSON: amounts in minor units, people as decimal text."""
    return {
        "status": answer.status.value,
        "currency": question.problem.currency,
        "stages": [{"stage": each.stage, "value": number(each.value)} for each in answer.stages],
        "before": _impact(question, answer.before, standing),
        "after": _impact(question, answer.after, standing),
        "idle_amount": answer.idle_amount,
        "bindings": [_binding(each) for each in answer.bindings],
        "conflicts": [{"rules": list(each.rules), "sentence": each.sentence} for each in answer.conflicts],
        "repairs": [
            {"rule": each.rule, "amount": number(each.amount), "unit": each.unit, "sentence": each.sentence}
            for each in answer.repairs
        ],
        "frontier": [
            {
                "equity_weight": number(each.equity_weight),
                "students": number(each.students),
                "worst_off_students": number(each.worst_off_students),
                "is_knee": each.is_knee,
            }
            for each in answer.frontier
        ],
        "refused_practices": _refused(question, answer),
        "unreachable": [_unreachable(question, each) for each in answer.unreachable],
        "restriction_costs": [
            {"funder": each.funder_id, "students": number(each.students), "sentence": each.sentence}
            for each in answer.restriction_costs
        ],
        "price_of_fairness": None if answer.price_of_fairness is None else number(answer.price_of_fairness),
        "why_nothing_moved": answer.why_nothing_moved,
        "notes": [*question.notes, *answer.notes],
    }


def _refused(question: Question, answer: answers.Answer) -> list[Document]:
    reasons = {each.practice_id: each.reason for each in answer.refused} | dict(question.refused)
    return [{"practice": practice, "reason": reason} for practice, reason in sorted(reasons.items())]


def _unreachable(question: Question, each: answers.UnreachableGroup) -> Document:
    target = question.cells.targets[each.group_id]
    return {
        "outcome": target.outcome,
        "area": target.area,
        "population": target.population,
        "reason": each.reason,
    }


def _binding(each: answers.Binding) -> Document:
    return {
        "kind": each.kind.value,
        "node": each.node_id,
        "label": each.label,
        "students": number(each.students),
        "shadow_price": None if each.shadow_price is None else number(each.shadow_price),
        "sentence": each.sentence,
    }


def _impact(question: Question, impact: answers.Impact | None, standing: Standing) -> Document | None:
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
        "share_on_evidence": number(impact.on_evidence_share),
        "by_population": [
            _of_population(question, population, groups, standing)
            for population, groups in sorted(by_population.items())
            if any(group.amount for group in groups) or any(group.persistent for group in groups)
        ],
    }


def _of_population(
    question: Question, population: str, groups: list[answers.GroupImpact], standing: Standing
) -> Document:
    """Students add up over areas and outcomes; gaps add up only over areas of which none lies in another."""
    areas = {question.cells.targets[group.group_id].area for group in groups}
    outer = [
        group
        for group in groups
        if not areas.intersection(standing.areas[question.cells.targets[group.group_id].area].within)
    ]
    return {
        "population": population,
        "persistent": any(group.persistent for group in groups),
        "amount": sum(group.amount for group in groups),
        "students": number(sum(group.students for group in groups)),
        "gap_before": number(sum(group.gap_before for group in outer)),
        "gap_after": number(sum(group.gap_after for group in outer)),
    }


def shown(value: float) -> Decimal:
    """People to four places."""
    return Decimal(repr(value)).quantize(PLACES)


def number(value: float) -> str:
    """A number as decimal text, to nine places, without an exponent."""
    return f"{Decimal(repr(value)).quantize(Decimal('1e-9')).normalize():f}"
