"""Makes a reader's picture free of contradiction where recorded sums do not add up around unknown cells."""

from dataclasses import replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_array, csr_array, eye_array, hstack

from allocation.disclosure.tables import Table

_LEAST_EXCESS = 1e-6


def reconciled(table: Table) -> Table:
    """The table with the least further excess in its sums that some counts agree with.

    Known counts are consistent by construction; a group withheld before it reached us may have to be negative
    for the total to hold (a total of another day, say). Least excess by the 1-norm, one linear program.
    """
    rows, right = table.equalities
    count = len(right)
    if not count:
        return table
    slack = eye_array(count)
    inner = table.inequalities
    answer = milp(
        np.concatenate([np.zeros(rows.shape[1]), np.ones(2 * count)]),
        bounds=Bounds(
            np.concatenate([table.bounds[:, 0], np.zeros(2 * count)]),
            np.concatenate([table.bounds[:, 1], np.full(2 * count, np.inf)]),
        ),
        constraints=[
            LinearConstraint(csr_array(block_array([[rows, -slack, slack]])), right, right),
            LinearConstraint(
                csr_array(hstack([inner, csr_array((inner.shape[0], 2 * count))])), -np.inf, 0.0
            ),
        ],
    )
    if not answer.success:
        raise RuntimeError(f"The sums could not be reconciled: {answer.message}")
    over, under = answer.x[rows.shape[1] :].reshape(2, count)
    further = np.where(np.abs(over - under) > _LEAST_EXCESS, over - under, 0.0)
    half = len(table.sums)
    sums = tuple(
        replace(
            each,
            size_excess=each.size_excess + float(further[place]),
            count_excess=each.count_excess + float(further[half + place]),
        )
        for place, each in enumerate(table.sums)
    )
    return replace(table, sums=sums)
