"""Complementary suppression: which further cells to withhold so that no protected number can be worked out.

Small tables are solved exactly, by the integer program of Fischetti and Salazar (2000): a cell is withheld or
not, and for every protected number two tables must agree with what is then published, one in which the number
is low and one in which it is high. Their example (after Willenborg and de Waal) is in the tests. What is
shown is here an interval (a size in steps, a share that rounds to a percent), which withholding widens.

Large tables are repaired greedily: withhold the cheapest cell that stands in a sum with the number that is
known too closely, audit again, and go on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_array, coo_array, csr_array, vstack

from allocation.disclosure.audit import Breach, breaches
from allocation.disclosure.tables import Floats, Known, Protection, Table

_EXACT_CELLS = 24
_EXACT_PROTECTIONS = 6
_EXACT_SECONDS = 5.0
_LARGE = 100
_SHORT_SUM = 16


@dataclass(frozen=True, slots=True)
class Choice:
    """A cell that may be withheld: what that costs, and what a reader then still knows of it."""

    loss: float
    withheld: Known


@dataclass(frozen=True, slots=True)
class Repair:
    """Cells to withhold, and the protected numbers that withholding all of them does not save."""

    withheld: frozenset[int]
    breaches: tuple[Breach, ...] = ()


def repair(
    table: Table,
    protections: Sequence[Protection],
    choices: Mapping[int, Choice],
    found: Sequence[Breach],
) -> Repair:
    """Withholds cells until the audit is clean, exactly where the table is small; says where it cannot.

    `found`: the breaches of the table as it stands. Withholding takes knowledge away, so no other number can
    become breached, and only these are looked at again.
    """
    withheld: frozenset[int] = frozenset()
    left = list(found)
    if table.cell_count <= _EXACT_CELLS and len(left) <= _EXACT_PROTECTIONS:
        withheld = optimal(table, [protections[each.place] for each in left], choices) or withheld
        left = still_breached(_without(table, choices, withheld), protections, left)
    while left:
        chosen = _one_each(table, [protections[each.place] for each in left], choices, withheld)
        if not chosen:
            return Repair(withheld, tuple(left))
        withheld |= chosen
        left = still_breached(_without(table, choices, withheld), protections, left)
    return Repair(withheld)


def still_breached(table: Table, protections: Sequence[Protection], found: Sequence[Breach]) -> list[Breach]:
    """Those of the breaches that remain in a table that tells less."""
    return breaches(table, protections, [each.place for each in found])


def _one_each(
    table: Table, wanted: Sequence[Protection], choices: Mapping[int, Choice], withheld: frozenset[int]
) -> frozenset[int]:
    """The cheapest cell for the first number; in a large table, also for those far from it."""
    count = 1 if table.cell_count <= _LARGE else len(wanted)
    cells = (_cheapest(table, each, choices, withheld) for each in wanted[:count])
    return frozenset(cell for cell in cells if cell is not None)


def optimal(
    table: Table, protections: Sequence[Protection], choices: Mapping[int, Choice]
) -> frozenset[int] | None:
    """The cells whose withholding loses least and protects all, or None where none was found in time."""
    cells = sorted(choices)
    witness = _witness(table, [choices[cell] for cell in cells], cells)
    copies = 2 * len(protections)
    width = 2 * table.cell_count
    rows = _Rows()
    for copy in range(copies):
        rows.add(witness, len(cells) + copy * width, len(cells) + copies * width)
    for place, each in enumerate(protections):
        _spread(rows, table.objective(each), each, (len(cells), place, copies))
    loss = np.concatenate([[choices[cell].loss for cell in cells], np.zeros(copies * width)])
    answer = milp(
        loss,
        integrality=np.repeat([1, 0], [len(cells), copies * width]),
        bounds=Bounds(0.0, np.concatenate([np.ones(len(cells)), np.full(copies * width, table.ceiling)])),
        constraints=rows.constraint(),
        options={"time_limit": _EXACT_SECONDS},
    )
    if answer.x is None:
        return None
    return frozenset(cell for cell, chosen in zip(cells, answer.x, strict=False) if chosen > 0.5)


@dataclass(frozen=True)
class _Witness:
    """Rows over (choices, one table's variables): low <= choices part + table part <= high."""

    choices: csr_array
    variables: csr_array
    low: Floats
    high: Floats


class _Rows:
    """Collects the rows of the program."""

    def __init__(self) -> None:
        self._matrices: list[csr_array] = []
        self._low: list[Floats] = []
        self._high: list[Floats] = []

    def add(self, witness: _Witness, start: int, columns: int) -> None:
        rows, width = witness.variables.shape
        chosen = witness.choices.shape[1]
        before = csr_array((rows, start - chosen))
        after = csr_array((rows, columns - start - width))
        blocks = block_array([[witness.choices, before, witness.variables, after]])
        self._matrices.append(csr_array(blocks))
        self._low.append(witness.low)
        self._high.append(witness.high)

    def add_dense(self, weights: Floats, low: float) -> None:
        self._matrices.append(csr_array(weights.reshape(1, -1)))
        self._low.append(np.array([low]))
        self._high.append(np.array([np.inf]))

    def constraint(self) -> LinearConstraint:
        return LinearConstraint(
            csr_array(vstack(self._matrices)), np.concatenate(self._low), np.concatenate(self._high)
        )


def _spread(rows: _Rows, weights: Floats, wanted: Protection, place: tuple[int, int, int]) -> None:
    """The high witness less the low one is at least the width; each reaches its protection level."""
    choices, number, copies = place
    width = len(weights)
    empty = np.zeros(choices + copies * width)
    low, high = empty.copy(), empty.copy()
    low[choices + 2 * number * width :][:width] = weights
    high[choices + (2 * number + 1) * width :][:width] = weights
    rows.add_dense(high - low, wanted.width)
    if wanted.actual is not None:
        rows.add_dense(high, wanted.actual + wanted.over)
        rows.add_dense(-low, -(wanted.actual - wanted.under))


def _witness(table: Table, choices: Sequence[Choice], cells: Sequence[int]) -> _Witness:
    """A table that agrees with what is published, each cell's interval widening with its choice."""
    count, top = table.cell_count, table.ceiling
    entries: list[tuple[int, int, float]] = []
    chosen: list[tuple[int, int, float]] = []
    high: list[float] = []
    column = {cell: place for place, cell in enumerate(cells)}

    def at_most(terms: list[tuple[int, float]], bound: float, slack: tuple[int, float]) -> None:
        entries.extend((len(high), variable, weight) for variable, weight in terms)
        if slack[0] in column and slack[1] > 0:
            chosen.append((len(high), column[slack[0]], -slack[1]))
        high.append(bound)

    for cell, told in enumerate(table.known):
        hidden = choices[column[cell]].withheld if cell in column else told
        least, most = told.size_low, min(told.size_high, top)
        at_most([(cell, 1.0)], most, (cell, min(hidden.size_high, top) - most))
        at_most([(cell, -1.0)], -least, (cell, least - hidden.size_low))
        at_most([(count + cell, 1.0), (cell, -told.share_high)], 0.0, (cell, top))
        at_most([(cell, told.share_low), (count + cell, -1.0)], 0.0, (cell, top))
        at_most([(count + cell, 1.0), (cell, -1.0)], 0.0, (-1, 0.0))
    rows, right = table.equalities
    variables = vstack([_matrix(entries, (len(high), 2 * count)), rows])
    free = _matrix(chosen, (len(high) + len(right), len(cells)))
    low = np.concatenate([np.full(len(high), -np.inf), right])
    return _Witness(free, csr_array(variables), low, np.concatenate([high, right]))


def _matrix(entries: Sequence[tuple[int, int, float]], shape: tuple[int, int]) -> csr_array:
    row, column, weight = zip(*entries, strict=True) if entries else ((), (), ())
    return csr_array(
        coo_array((np.array(weight, float), (np.array(row, int), np.array(column, int))), shape=shape)
    )


def _without(table: Table, choices: Mapping[int, Choice], withheld: frozenset[int]) -> Table:
    return table.telling({cell: choices[cell].withheld for cell in withheld})


def _cheapest(
    table: Table, wanted: Protection, choices: Mapping[int, Choice], withheld: frozenset[int]
) -> int | None:
    """The cheapest cell in a sum with the number's cells; failing that, one sum further, and so on.

    Long sums (over areas) are followed last: one area more or less in them makes little difference.
    """
    reached = set(wanted.cells)
    open_ = {cell for cell in wanted.cells if cell in choices} - withheld
    while not open_:
        grown = _grown(table, reached, _SHORT_SUM)
        if not (grown & set(choices)) - withheld and grown == reached:
            grown = _grown(table, reached, table.cell_count)
        open_ = (grown & set(choices)) - withheld
        if not open_ and grown == reached:
            return None
        reached = grown
    return min(open_, key=lambda cell: (choices[cell].loss, cell))


def _grown(table: Table, reached: set[int], longest: int) -> set[int]:
    """These cells and those that share a sum of at most `longest` parts with them."""
    grown = set(reached)
    for place in sorted({place for cell in reached for place in table.sums_of[cell]}):
        each = table.sums[place]
        if len(each.parts) <= longest:
            grown |= {each.parent, *each.parts}
    return grown
