"""The door to HiGHS: changes when the solver, or what it may be trusted with, does.

A result counts only if HiGHS proves it optimal (or holds a feasible point at a limit) AND our own check of
bounds, rows and integrality passes: front-ends report any point at a time limit as optimal.
"""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import highspy
import numpy as np

from allocation.optimizer.program import Floats, Program

# HiGHS keeps one scheduler in the process and answers with an error where two runs ask for different threads.
THREADS = 1
OPTIONS: dict[str, bool | int | float | str] = {
    "threads": THREADS,
    "random_seed": 0,
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
    "mip_feasibility_tolerance": 1e-9,
    "mip_rel_gap": 1e-7,
}
FEASIBLE = 1e-6
"""Largest breach, relative to 1 + the size of the limit, that our own check forgives."""

_PRIMAL_SIMPLEX = 4
_HAS_PRIMAL_POINT = 2
_IIS_FROM_LP_AND_IRREDUCIBLE = 6


class SolverError(RuntimeError):
    """HiGHS refused an option or a model: a fault of ours, not of the question."""


class Status(StrEnum):
    """What a run proved."""

    OPTIMAL = "OPTIMAL"
    LIMITED = "LIMITED"
    INFEASIBLE = "INFEASIBLE"
    UNBOUNDED = "UNBOUNDED"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Outcome:
    """A run's point and prices, for minimisation: a row's price is the cost of one more of its limit."""

    status: Status
    value: float
    columns: Floats
    row_prices: Floats
    reduced_costs: Floats
    gap: float = 0.0


_door = threading.Lock()
_resting: list[Any] = []


@contextmanager
def highs(time_limit_seconds: float | None = None) -> Iterator[Any]:
    """A cleared HiGHS object with our options, given back afterwards. (Any: highspy ships no types.)

    The time limit covers all runs until it is given back.
    """
    with _door:
        solver = _resting.pop() if _resting else _constructed()
    try:
        solver.clear()
        set_option(solver, "output_flag", False)
        for name, value in OPTIONS.items():
            set_option(solver, name, value)
        if time_limit_seconds is not None:
            # The clock of a HiGHS object runs on over clear().
            set_option(solver, "time_limit", solver.getRunTime() + time_limit_seconds)
        yield solver
    finally:
        solver.clear()
        with _door:
            _resting.append(solver)


def _constructed() -> Any:
    """A new HiGHS object: its constructor prints a banner, which must not enter somebody's JSON."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        return highspy.Highs()  # type: ignore[no-untyped-call]  # highspy types none of its own classes
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def set_option(solver: Any, name: str, value: bool | int | float | str) -> None:
    """Set an option or raise: HiGHS itself stays silent and keeps the old value."""
    if solver.setOptionValue(name, value) != highspy.HighsStatus.kOk:
        raise SolverError(f"HiGHS refuses {name} = {value}")


def load(solver: Any, program: Program, costs: Floats) -> None:
    """Hand a program over by columns, in its own order."""
    matrix, model = program.matrix(), highspy.HighsLp()
    model.num_col_, model.num_row_ = len(program.column_keys), len(program.row_keys)
    model.col_cost_ = costs
    model.col_lower_, model.col_upper_ = np.array(program.lower), np.array(program.upper)
    model.row_lower_, model.row_upper_ = np.array(program.row_lower), np.array(program.row_upper)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
    model.a_matrix_.value_ = matrix.data
    if any(program.integer):
        kinds = highspy.HighsVarType
        model.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in program.integer]
    if solver.passModel(model) == highspy.HighsStatus.kError:
        raise SolverError("HiGHS refuses the program")


def set_costs(solver: Any, costs: Floats) -> None:
    """Replace the whole cost vector."""
    solver.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)


def continue_from_basis(solver: Any) -> None:
    """Later runs start from the last basis, which stays feasible when only costs change."""
    set_option(solver, "presolve", "off")
    prefer_primal_simplex(solver)


def prefer_primal_simplex(solver: Any) -> None:
    """The simplex that goes on from a basis which only other costs have made less than optimal."""
    set_option(solver, "simplex_strategy", _PRIMAL_SIMPLEX)


def run(solver: Any, program: Program) -> Outcome:
    """Run, then believe nothing that our own check of `program` does not confirm."""
    if solver.run() == highspy.HighsStatus.kError:
        # Somebody else in this process ran HiGHS with another number of threads.
        highspy.Highs.resetGlobalScheduler(True)
        solver.run()
    return outcome(solver, program)


def outcome(solver: Any, program: Program) -> Outcome:
    """What the last run proved, with its point."""
    information, solution = solver.getInfo(), solver.getSolution()
    columns = np.array(solution.col_value, dtype=np.float64)
    status = status_of(solver)
    if status in (Status.OPTIMAL, Status.LIMITED) and program.violation(columns) > FEASIBLE:
        status = Status.FAILED
    is_integer = any(program.integer)
    return Outcome(
        status=status,
        value=float(solver.getObjectiveValue()),
        columns=columns,
        row_prices=np.array(solution.row_dual, dtype=np.float64),
        reduced_costs=np.array(solution.col_dual, dtype=np.float64),
        gap=float(information.mip_gap) if is_integer else 0.0,
    )


def status_of(solver: Any) -> Status:
    """What HiGHS says that the last run proved."""
    found, statuses = solver.getModelStatus(), highspy.HighsModelStatus
    has_point = solver.getInfo().primal_solution_status == _HAS_PRIMAL_POINT
    proved = {
        statuses.kOptimal: Status.OPTIMAL,
        statuses.kModelEmpty: Status.OPTIMAL,
        statuses.kInfeasible: Status.INFEASIBLE,
        statuses.kUnboundedOrInfeasible: Status.INFEASIBLE,
        statuses.kUnbounded: Status.UNBOUNDED,
    }
    if found in proved:
        return proved[found]
    limits = (statuses.kTimeLimit, statuses.kSolutionLimit, statuses.kIterationLimit)
    return Status.LIMITED if found in limits and has_point else Status.FAILED


def irreducible_rows(solver: Any) -> tuple[list[int], list[int]]:
    """Rows and columns of an irreducible infeasible subsystem of the loaded program.

    The default strategy returns an empty set on some programs that are infeasible only through several rows;
    6 (from the program, made irreducible) does not. Options of IIS: HiGHS documentation, guide, advanced.
    """
    set_option(solver, "iis_strategy", _IIS_FROM_LP_AND_IRREDUCIBLE)
    status, found = solver.getIis()
    if status == highspy.HighsStatus.kError:
        return [], []
    return [int(row) for row in found.row_index_], [int(column) for column in found.col_index_]
