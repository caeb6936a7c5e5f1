"""Linear programs of which many optima are asked, one after the other: each run starts where the last one ended.

Only the weights change between runs, so the last basis stays feasible and the primal simplex goes on from it; a
program solved anew for each of a few hundred weights takes three to seven times as long.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import highspy
import numpy as np
from scipy.sparse import csc_array, vstack

from allocation.optimizer.program import Floats
from allocation.optimizer.solver import (
    SolverError,
    Status,
    highs,
    prefer_primal_simplex,
    set_costs,
    status_of,
)


class Rows(Protocol):
    """Variables within bounds (a row of two for each), equalities, and inequalities of at most 0."""

    @property
    def bounds(self) -> Floats: ...
    @property
    def equalities(
        self,
    ) -> tuple[Any, Floats]: ...  # Any: a sparse array of scipy, which it types by none of its own
    @property
    def inequalities(self) -> Any: ...  # as above


@dataclass(frozen=True)
class Extremes:
    """A loaded program. (Any: highspy ships no types.)"""

    _solver: Any

    def least(self, weights: Floats) -> Floats | None:
        """A point with the least weighted sum, or None where no point satisfies the rows. Errors: SolverError."""
        set_costs(self._solver, weights)
        if self._solver.run() == highspy.HighsStatus.kError:
            # Somebody else in this process ran HiGHS with another number of threads.
            highspy.Highs.resetGlobalScheduler(True)
            self._solver.run()
        found = status_of(self._solver)
        if found is Status.INFEASIBLE:
            return None
        if found is not Status.OPTIMAL:
            raise SolverError(f"HiGHS ended with {self._solver.getModelStatus()}")
        return np.array(self._solver.getSolution().col_value, dtype=np.float64)


@contextmanager
def extremes(rows: Rows) -> Iterator[Extremes]:
    """The program of these rows, until the block ends."""
    with highs() as solver:
        prefer_primal_simplex(solver)
        if solver.passModel(_model(rows)) == highspy.HighsStatus.kError:
            raise SolverError("HiGHS refuses the program")
        yield Extremes(solver)


def _model(rows: Rows) -> Any:  # as above
    (equal, right), upper, model = rows.equalities, rows.inequalities, highspy.HighsLp()
    matrix = csc_array(vstack([equal, upper]))
    model.num_row_, model.num_col_ = matrix.shape
    model.col_cost_ = np.zeros(matrix.shape[1])
    model.col_lower_, model.col_upper_ = rows.bounds[:, 0], rows.bounds[:, 1]
    model.row_lower_ = np.concatenate([right, np.full(upper.shape[0], -np.inf)])
    model.row_upper_ = np.concatenate([right, np.zeros(upper.shape[0])])
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
    model.a_matrix_.value_ = matrix.data
    return model
