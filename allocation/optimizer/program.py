"""A linear program as triplets with named rows and columns: changes when a solver needs another shape of it.

It always minimises. A key is (kind, index, ...): its name is made of that code, never of a user's text.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_matrix

Floats = npt.NDArray[np.float64]
Key = tuple[str | int, ...]
Term = tuple[int, float]


@dataclass
class Program:
    """Columns with bounds, rows with bounds, and the triplets (row, column, value) between them."""

    column_keys: list[Key] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    integer: list[bool] = field(default_factory=list)
    row_keys: list[Key] = field(default_factory=list)
    row_lower: list[float] = field(default_factory=list)
    row_upper: list[float] = field(default_factory=list)
    triplet_rows: list[int] = field(default_factory=list)
    triplet_columns: list[int] = field(default_factory=list)
    triplet_values: list[float] = field(default_factory=list)
    columns: dict[Key, int] = field(default_factory=dict)
    rows: dict[Key, int] = field(default_factory=dict)
    compressed: csc_matrix | None = None
    """The matrix as it was last asked for; a program with other limits alone shares it."""

    def column(self, key: Key, lower: float = 0.0, upper: float = math.inf, *, integer: bool = False) -> int:
        """Declare a column and return its index. A key names one column."""
        if key in self.columns:
            raise KeyError(f"column {key} is declared twice")
        self.compressed = None
        place = self.columns[key] = len(self.column_keys)
        self.column_keys.append(key)
        self.lower.append(lower)
        self.upper.append(upper)
        self.integer.append(integer)
        return place

    def row(
        self, key: Key, terms: Iterable[Term], *, lower: float = -math.inf, upper: float = math.inf
    ) -> int:
        """Declare lower <= sum of value * column <= upper and return the row's index."""
        if key in self.rows:
            raise KeyError(f"row {key} is declared twice")
        self.compressed = None
        place = self.rows[key] = len(self.row_keys)
        self.row_keys.append(key)
        self.row_lower.append(lower)
        self.row_upper.append(upper)
        merged: dict[int, float] = {}
        for column, value in terms:
            merged[column] = merged.get(column, 0.0) + value
        for column, value in merged.items():
            if value:
                self.triplet_rows.append(place)
                self.triplet_columns.append(column)
                self.triplet_values.append(value)
        return place

    def add_terms(self, row: int, terms: Iterable[Term]) -> None:
        """Add terms on columns that the row does not have yet."""
        self.compressed = None
        for column, value in terms:
            self.triplet_rows.append(row)
            self.triplet_columns.append(column)
            self.triplet_values.append(value)

    def copied(self) -> "Program":
        """The same program, to which columns and rows may be added apart."""
        kept = {name: value.copy() for name, value in vars(self).items() if name != "compressed"}
        return Program(**kept)

    def matrix(self) -> csc_matrix:
        """The coefficients, rows by columns, compressed by column."""
        if self.compressed is None:
            shape = (len(self.row_keys), len(self.column_keys))
            triplets = (self.triplet_values, (self.triplet_rows, self.triplet_columns))
            self.compressed = csc_matrix(triplets, shape=shape, dtype=np.float64)
            self.compressed.sort_indices()
        return self.compressed

    def costs(self, terms: Mapping[Key, float]) -> Floats:
        """A cost vector from costs by column key; columns that do not exist are passed over."""
        vector = np.zeros(len(self.column_keys))
        for key, value in terms.items():
            if key in self.columns:
                vector[self.columns[key]] += value
        return vector

    def of_kind(self, kind: str) -> list[int]:
        """Indices of the columns of a kind, in order."""
        return [place for place, key in enumerate(self.column_keys) if key[0] == kind]

    def violation(self, values: Floats) -> float:
        """Largest breach of a bound, a row or integrality, relative to 1 + the size of the limit."""
        activity = self.matrix() @ values
        worst = 0.0
        for found, low, high in (
            (values, np.array(self.lower), np.array(self.upper)),
            (activity, np.array(self.row_lower), np.array(self.row_upper)),
        ):
            if len(found):
                worst = max(worst, _breach(low - found, low), _breach(found - high, high))
        whole = values[np.array(self.integer, dtype=bool)]
        return max(worst, float(np.abs(whole - np.round(whole)).max(initial=0.0)))


def _breach(excess: Floats, limit: Floats) -> float:
    scale = 1 + np.abs(np.where(np.isfinite(limit), limit, 0.0))
    return float(np.where(np.isfinite(excess), excess / scale, 0.0).max(initial=0.0))


def name_of(key: Key) -> str:
    """The key as a name of letters, digits and underscores: ("x", 0, 12) is x_0_12."""
    return "_".join(str(part) for part in key)


def total(terms: Sequence[Term], values: Floats) -> float:
    """Value of a linear expression at a point."""
    return math.fsum(value * float(values[column]) for column, value in terms)
