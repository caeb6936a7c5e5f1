"""Turns the optimizer's answer into what is kept of a scenario: its moves and one document."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from allocation import answer as answers
from allocation.least import least_document
from allocation.moves import MoveResult, moves_of
from allocation.optimizer import export_program, solve
from allocation.problem import inputs_hash
from allocation.question import Ask, set_out
from allocation.reports import Document, document_of
from allocation.standing import Standing


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
        document=document_of(question, answer) | least_document(question, ask),
        moves=tuple(moves_of(question, answer)),
    )


def write_program(standing: Standing, ask: Ask, path: Path) -> str:
    """Writes the question's program to a .lp or .mps file; the inputs' hash says of which inputs it is."""
    problem = set_out(standing, ask).problem
    export_program(problem, path)
    return inputs_hash(problem)


def _message(answer: answers.Answer) -> str | None:
    if answer.status is answers.AnswerStatus.INFEASIBLE:
        return " ".join(each.sentence for each in answer.conflicts) or "No plan keeps every rule."
    if answer.status is answers.AnswerStatus.FAILED:
        return " ".join(answer.notes) or "The solver found no plan that keeps every rule."
    return answer.why_nothing_moved
