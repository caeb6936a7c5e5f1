"""The program in PuLP: changes when PuLP does. Works with PuLP 3.3 and 4, and exports LP and MPS files.

PuLP turns any sign it dislikes in a name into an underscore and merges what then is equal; ours are codes
with a place in front. Version 3 sorts variables by name, hence the leading zeros.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pulp

from allocation.optimizer.program import Floats, Program, name_of

_IS_FOUR = int(pulp.__version__.split(".")[0]) >= 4
if not _IS_FOUR:
    pulp.set_v4_migration_warnings(False)


class _Loaded(pulp.HiGHS):  # type: ignore[misc]  # PuLP ships no types
    """PuLP's HiGHS on a solver object of ours, loaded but not run: the caller runs it and stays in charge."""

    def __init__(self, solver: Any) -> None:
        super().__init__(msg=False)
        self._solver = solver

    def createAndConfigureSolver(self, lp: Any) -> None:  # noqa: N802  # PuLP's hook
        lp.solverModel = self._solver


def to_pulp(program: Program, costs: Floats, name: str = "reallocation") -> Any:
    """The program as a pulp.LpProblem that minimises. Columns and rows keep their order."""
    model = pulp.LpProblem(name, pulp.LpMinimize)
    variables = _variables(model, program)
    objective = [(variables[place], float(costs[place])) for place in np.flatnonzero(costs)]
    model.setObjective(_expression(objective))
    terms: list[list[tuple[Any, float]]] = [[] for _ in program.row_keys]
    for row, column, value in zip(
        program.triplet_rows, program.triplet_columns, program.triplet_values, strict=True
    ):
        terms[row].append((variables[column], float(value)))
    for row, found in enumerate(terms):
        model.addConstraint(_bounded(_expression(found), program, row), _row_name(program, row))
    return model


def load_through_pulp(solver: Any, program: Program, costs: Floats) -> None:
    """Load a HiGHS object with the program as PuLP builds it."""
    _Loaded(solver).buildSolverModel(_with_solver(to_pulp(program, costs), solver))


def export_lp(program: Program, costs: Floats, path: Path) -> None:
    """Write the program as an LP file."""
    to_pulp(program, costs).writeLP(str(path))


def export_mps(program: Program, costs: Floats, path: Path) -> None:
    """Write the program as an MPS file."""
    to_pulp(program, costs).writeMPS(str(path))


def _with_solver(model: Any, solver: Any) -> Any:
    _Loaded(solver).createAndConfigureSolver(model)
    return model


def _variables(model: Any, program: Program) -> list[Any]:
    names = [_column_name(program, place) for place in range(len(program.column_keys))]
    rows = zip(names, program.lower, program.upper, program.integer, strict=True)
    bounds = [
        (name, _limit(low), _limit(high), pulp.LpInteger if whole else pulp.LpContinuous)
        for name, low, high, whole in rows
    ]
    if _IS_FOUR:
        return [model.add_variable(*each) for each in bounds]
    variables = [pulp.LpVariable(*each) for each in bounds]
    model.addVariables(variables)
    return variables


def _bounded(expression: Any, program: Program, row: int) -> Any:
    low, high = program.row_lower[row], program.row_upper[row]
    if low == high:
        return expression == float(low)
    if np.isfinite(high) and not np.isfinite(low):
        return expression <= float(high)
    if np.isfinite(low) and not np.isfinite(high):
        return expression >= float(low)
    raise ValueError(f"row {program.row_keys[row]} needs exactly one finite side, or two equal ones")


def _expression(terms: Sequence[tuple[Any, float]]) -> Any:
    make = pulp.LpAffineExpression.from_list if _IS_FOUR else pulp.LpAffineExpression
    return make(list(terms))


def _limit(bound: float) -> float | None:
    return float(bound) if np.isfinite(bound) else None


def _column_name(program: Program, place: int) -> str:
    width = len(str(len(program.column_keys)))
    return f"c{place:0{width}d}_{name_of(program.column_keys[place])}"


def _row_name(program: Program, place: int) -> str:
    width = len(str(len(program.row_keys)))
    return f"r{place:0{width}d}_{name_of(program.row_keys[place])}"
