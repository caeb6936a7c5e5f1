"""One question, one answer: changes when a part joins or leaves the answer."""

from dataclasses import replace

from allocation.answer import Answer, AnswerStatus, Move, RefusedPractice, StageValue, UnreachableGroup
from allocation.optimizer.build import Question, question_of
from allocation.optimizer.cents import Amounts, amounts_today
from allocation.optimizer.checks import breaches
from allocation.optimizer.conflicts import conflicts_of, repairs_of
from allocation.optimizer.explain import explained
from allocation.optimizer.impact import impact_of
from allocation.optimizer.layout import UNIT
from allocation.optimizer.moves import plan_lines, with_gains
from allocation.optimizer.plans import Plan, Progress, find_plan
from allocation.optimizer.solver import Status
from allocation.optimizer.stages import RELEASED, TIE
from allocation.problem import Problem, inputs_hash


def solve(problem: Problem, *, progress: Progress | None = None) -> Answer:
    """Answer a question. The same inputs, in any order, give the same answer to the last cent.

    `progress` hears (share, sentence) between steps; an exception that it raises ends the work.
    """
    tell: Progress = progress or (lambda _share, _sentence: None)
    tell(0.0, "Reading the question")
    question = question_of(problem)
    tell(0.05, "Looking for the best plan")
    plan = find_plan(question, tell)
    answer = Answer(
        status=_STATUSES[plan.reached.status],
        inputs_hash=inputs_hash(problem),
        unreachable=_unreachable(question, plan),
        refused=_refused(question),
        notes=_notes(question),
    )
    if plan.after is None:
        tell(0.6, "Looking for the rules that conflict")
        return _without_plan(question, answer)
    question = replace(
        question, worst_off=tuple(g for g in question.worst_off if g not in plan.reached.stuck)
    )
    answer = _with_plan(question, plan, plan.after, answer)
    tell(0.5, "Explaining the plan")
    answer = explained(question, plan, answer, tell)
    tell(1.0, "Done")
    return answer


_STATUSES = {
    Status.OPTIMAL: AnswerStatus.OPTIMAL,
    Status.LIMITED: AnswerStatus.LIMITED,
    Status.INFEASIBLE: AnswerStatus.INFEASIBLE,
    Status.UNBOUNDED: AnswerStatus.FAILED,
    Status.FAILED: AnswerStatus.FAILED,
}


def _with_plan(question: Question, plan: Plan, after: Amounts, answer: Answer) -> Answer:
    broken = breaches(question, after)
    if broken:
        return replace(answer, status=AnswerStatus.FAILED, notes=(*answer.notes, *broken))
    before, counts_before = impact_of(question, amounts_today(question.layout))
    impact, counts_after = impact_of(question, after)
    moves = with_gains(question, plan.moves, (counts_before, counts_after), after)
    budgets = sum(purse.fund.budget_amount for purse in question.layout.purses)
    return replace(
        answer,
        stages=_stage_values(plan),
        plan=plan_lines(question, after),
        moves=tuple(sorted(moves, key=_largest_first)),
        before=before,
        after=impact,
        idle_amount=budgets - sum(after.after.values()),
    )


def _largest_first(move: Move) -> tuple[int, str, str, str]:
    return (-move.amount, move.fund_id, move.from_line_id or "", move.to_cell_id or "")


def _stage_values(plan: Plan) -> tuple[StageValue, ...]:
    """Aims as people read them: shares and students are maximised, released money is in minor units."""
    found = []
    for name, value in plan.reached.values.items():
        if name != TIE:
            found.append(StageValue(name, value * UNIT if name == RELEASED else -value))
    return tuple(found)


def _without_plan(question: Question, answer: Answer) -> Answer:
    before, _ = impact_of(question, amounts_today(question.layout))
    answer = replace(answer, before=before)
    if answer.status is not AnswerStatus.INFEASIBLE:
        limit = question.problem.rules.time_limit_seconds
        reason = "The solver gave no plan that passes the check."
        if limit is not None:
            reason = f"No plan was proved best within {limit:g} seconds: allow more time or ask for less."
        return replace(answer, status=AnswerStatus.FAILED, notes=(*answer.notes, reason))
    return replace(answer, conflicts=conflicts_of(question), repairs=repairs_of(question))


def _unreachable(question: Question, plan: Plan) -> tuple[UnreachableGroup, ...]:
    groups = question.layout.groups
    none = "No eligible practice with evidence can be paid for this group: an evidence gap."
    stuck = "No dollar within the rules can reach this group."
    found = [UnreachableGroup(groups[place].id, none) for place in question.without_evidence]
    found += [UnreachableGroup(groups[place].id, stuck) for place in plan.reached.stuck]
    return tuple(sorted(found, key=lambda each: each.group_id))


def _refused(question: Question) -> tuple[RefusedPractice, ...]:
    found: list[RefusedPractice] = []
    for practice in question.layout.practices:
        spots = [spot for spot in question.layout.spots if spot.practice.id == practice.id]
        name = practice.label or practice.id
        if not practice.cost_per_participant:
            found.append(RefusedPractice(practice.id, f"{name} has no cost per participant: add one."))
        elif practice.capacity == 0:
            found.append(RefusedPractice(practice.id, f"{name} has no places: its capacity is 0."))
        elif spots and not any(spot.grows for spot in spots):
            reason = f"{name} has no effect on record that the rules on evidence accept."
            found.append(RefusedPractice(practice.id, reason))
    return tuple(found)


def _notes(question: Question) -> tuple[str, ...]:
    known = {supply.resource for supply in question.problem.rules.in_kind}
    needed = {need.resource for p in question.layout.practices for need in p.in_kind_needs}
    return tuple(
        f"No supply of {resource} is on record, so it is taken as sufficient."
        for resource in sorted(needed - known)
    )
