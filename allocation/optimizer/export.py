"""A question's program as a file for other solvers: changes when another format is asked for."""

from pathlib import Path

from allocation.optimizer import integers
from allocation.optimizer.build import formulate, question_of
from allocation.optimizer.front import export_lp, export_mps
from allocation.optimizer.stages import stages_of
from allocation.problem import Problem


def export_program(problem: Problem, path: Path) -> None:
    """Write the class program with the first aim as its objective: LP for .lp, MPS for .mps.

    Whole decisions are in it where the question asks for any.
    """
    writers = {".lp": export_lp, ".mps": export_mps}
    if path.suffix not in writers:
        raise ValueError(f"{path.name}: a program is written as .lp or .mps")
    question = question_of(problem)
    model = integers.with_decisions(question)[0] if integers.is_asked(question) else formulate(question)
    stages = stages_of(model)
    writers[path.suffix](model.program, stages[0].costs, path)
