"""What a reader knows, as a system of linear relations over the sizes and counts of cells."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]


class ContradictionError(ValueError):
    """What is published contradicts itself: no table agrees with all of it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a reader knows of one cell: bounds of its size, and of its count as a share of its size."""

    size_low: float = 0.0
    size_high: float = np.inf
    share_low: float = 0.0
    share_high: float = 1.0


@dataclass(frozen=True, slots=True)
class Sum:
    """The parts exceed the parent by these amounts: 0 and 0 where the breakdown adds up.

    Recorded parts need not add up. The reader is taken to know by how much, which is more than any does.
    """

    parent: int
    parts: tuple[int, ...]
    size_excess: float = 0.0
    count_excess: float = 0.0


class Quantity(StrEnum):
    """What of a group is to stay unknown."""

    SIZE = "SIZE"
    COUNT = "COUNT"
    REMAINDER = "REMAINDER"
    """The members not counted: size less count."""


@dataclass(frozen=True, slots=True)
class Protection:
    """A number that a reader must not come near: the quantity summed over these cells.

    At least `width` whole numbers apart must both remain possible, and (Fischetti and Salazar's protection
    levels) one as far as `under` below and one as far as `over` above the `actual` number.
    """

    cells: tuple[int, ...]
    quantity: Quantity
    width: float
    actual: float | None = None
    under: float = 0.0
    over: float = 0.0


@dataclass(frozen=True)
class Table:
    """Cells, what is known of each, and how they add up. Variables: all sizes, then all counts."""

    known: tuple[Known, ...]
    sums: tuple[Sum, ...]
    ceiling: float
    """A size that no cell reaches, in place of no bound."""

    @property
    def cell_count(self) -> int:
        return len(self.known)

    @cached_property
    def sums_of(self) -> Mapping[int, list[int]]:
        """For each cell the places of the sums that it stands in."""
        found: dict[int, list[int]] = {cell: [] for cell in range(self.cell_count)}
        for place, each in enumerate(self.sums):
            for cell in (each.parent, *each.parts):
                found[cell].append(place)
        return found

    @cached_property
    def equalities(self) -> tuple[csr_array, Floats]:
        """Rows and right-hand sides: parts less parent is the excess, for sizes and for counts."""
        entries: list[tuple[int, int, float]] = []
        right: list[float] = []
        for offset in (0, self.cell_count):
            for each in self.sums:
                row = len(right)
                entries += [(row, offset + part, 1.0) for part in each.parts]
                entries.append((row, offset + each.parent, -1.0))
                right.append(each.count_excess if offset else each.size_excess)
        return self._sparse(entries, len(right)), np.array(right)

    @cached_property
    def inequalities(self) -> csr_array:
        """Rows that are at most 0: the count lies within its share of the size."""
        entries: list[tuple[int, int, float]] = []
        row = 0
        for cell, each in enumerate(self.known):
            entries += [(row, self.cell_count + cell, 1.0), (row, cell, -each.share_high)]
            row += 1
            if each.share_low > 0:
                entries += [(row, cell, each.share_low), (row, self.cell_count + cell, -1.0)]
                row += 1
        return self._sparse(entries, row)

    @cached_property
    def bounds(self) -> Floats:
        """Lower and upper bound of each variable."""
        sizes = [(each.size_low, min(each.size_high, self.ceiling)) for each in self.known]
        counts = [(0.0, self.ceiling)] * self.cell_count
        return np.array(sizes + counts).reshape(-1, 2)

    def terms(self, protection: Protection) -> list[tuple[int, float]]:
        """The protected number as weighted variables."""
        found: list[tuple[int, float]] = []
        for cell in protection.cells:
            if protection.quantity is not Quantity.COUNT:
                found.append((cell, 1.0))
            if protection.quantity is not Quantity.SIZE:
                found.append((self.cell_count + cell, 1.0 if protection.quantity is Quantity.COUNT else -1.0))
        return found

    def objective(self, protection: Protection) -> Floats:
        """The protected number as weights on all variables."""
        weights = np.zeros(2 * self.cell_count)
        for variable, weight in self.terms(protection):
            weights[variable] = weight
        return weights

    def telling(self, changed: Mapping[int, Known]) -> "Table":
        """The same table with other things known of some cells."""
        known = tuple(changed.get(cell, each) for cell, each in enumerate(self.known))
        return Table(known, self.sums, self.ceiling)

    def _sparse(self, entries: Sequence[tuple[int, int, float]], rows: int) -> csr_array:
        row, column, weight = zip(*entries, strict=True) if entries else ((), (), ())
        shape = (rows, 2 * self.cell_count)
        return csr_array((np.array(weight, float), (np.array(row, int), np.array(column, int))), shape=shape)


def joined(tables: Iterable[tuple[Table, Sequence[Protection]]]) -> tuple[Table, list[Protection]]:
    """Tables that share no cell as one, so that one program judges them all."""
    known: list[Known] = []
    sums: list[Sum] = []
    protections: list[Protection] = []
    ceiling = 0.0
    for table, wanted in tables:
        start = len(known)
        ceiling = max(ceiling, table.ceiling)
        known += table.known
        sums += [
            replace(each, parent=each.parent + start, parts=tuple(part + start for part in each.parts))
            for each in table.sums
        ]
        protections += [replace(each, cells=tuple(cell + start for cell in each.cells)) for each in wanted]
    return Table(tuple(known), tuple(sums), ceiling), protections
