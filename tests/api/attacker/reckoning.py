"""What follows from all that was collected: the least and greatest that each number can be, by linear programs.

The attacker is given more than the API tells: the step of ten that the size of every group that is shown lies in,
and which groups and areas add up to which.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from .ground import CITY, PARTS, TOTAL, Counts, Place

MINIMUM = 10
SLACK = 1e-6


@dataclass(frozen=True)
class Told:
    """Bounds of a group's size, of the share counted, and of the count."""

    size: tuple[float, float] = (0.0, np.inf)
    share: tuple[float, float] = (0.0, 1.0)
    count: tuple[float, float] = (0.0, np.inf)

    def within(self, other: "Told") -> "Told":
        """Both hold."""
        return Told(
            _both(self.size, other.size), _both(self.share, other.share), _both(self.count, other.count)
        )

    def is_wider_than(self, other: "Told") -> bool:
        """Whether the other tells anything that this does not."""
        both = self.within(other)
        return any(
            got[0] > had[0] + 1e-3 or got[1] < had[1] - 1e-3
            for got, had in ((both.size, self.size), (both.share, self.share), (both.count, self.count))
        )


def _both(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    return max(a[0], b[0]), min(a[1], b[1])


def rounded(shown: Decimal) -> tuple[float, float]:
    """The shares that are printed as this percent."""
    half = Decimal(1).scaleb(int(shown.as_tuple().exponent)) / 2
    return float(shown - half) / 100, float(shown + half) / 100


def whole(told: Told) -> Told:
    """Percent x n: the whole counts of whole sizes that print so, where the sizes are few enough to try."""
    low, high = told.size
    if high == np.inf or high - low > 200:
        return told
    pairs = [
        (size, count)
        for size in range(int(low), int(high) + 1)
        for count in range(
            int(np.ceil(told.share[0] * size - SLACK)), int(np.floor(told.share[1] * size + SLACK)) + 1
        )
        if told.count[0] <= count <= told.count[1]
    ]
    if not pairs:
        return told
    sizes, counts = zip(*pairs, strict=True)
    return replace(told, size=(min(sizes), max(sizes)), count=(min(counts), max(counts)))


class Recovered(NamedTuple):
    """A protected number that the attacker knows too closely."""

    place: Place
    quantity: str
    low: float
    high: float


def protected(place: Place, counts: Counts) -> Iterator[tuple[str, int]]:
    """What the rules hide of a group, and over how many steps it must stay open (docs/disclosure.md)."""
    if counts.size < MINIMUM:
        yield from (("size", 3), ("count", 1), ("remainder", 1))
        return
    if counts.counted < MINIMUM:
        yield "count", 3
    if counts.size - counts.counted < MINIMUM:
        yield "remainder", 3


def recovered(
    told: Mapping[Place, Told], truth: Mapping[Place, Counts], *, is_one_enough: bool = False
) -> list[Recovered]:
    """Every protected number that is known too closely, or those of the first group of which one is."""
    grouped: dict[tuple[str, str], dict[Place, Told]] = defaultdict(dict)
    for place, each in told.items():
        grouped[place.table][place] = whole(each)
    found = []
    for table in grouped.values():
        program = _Program(table)
        for place in table:
            for quantity, width in protected(place, truth[place]):
                low, high = program.ends(place, quantity)
                if high - low < width:
                    found.append(Recovered(place, quantity, low, high))
            if found and is_one_enough:
                return found
    return found


class _Program:
    """One indicator and period: sizes, then counts, of all its groups and areas."""

    def __init__(self, told: Mapping[Place, Told]) -> None:
        self.column = {place: number for number, place in enumerate(told)}
        self.width = 2 * len(told)
        self.bounds = [each.size for each in told.values()] + [each.count for each in told.values()]
        sums = [self._row(parent, parts, kind) for parent, parts in _sums(set(told)) for kind in (0, 1)]
        self.equal = self._matrix(sums)
        shares = [row for place, each in told.items() for row in self._shares(place, each)]
        self.upper = self._matrix(shares)

    def ends(self, place: Place, quantity: str) -> tuple[float, float]:
        """The least and greatest whole number that the quantity can be."""
        weights = np.zeros(self.width)
        size, count = self.column[place], len(self.column) + self.column[place]
        if quantity != "count":
            weights[size] = 1.0
        if quantity != "size":
            weights[count] = 1.0 if quantity == "count" else -1.0
        low, high = self._least(weights), -self._least(-weights)
        return float(np.ceil(low - SLACK)), float(np.floor(high + SLACK))

    def _least(self, weights: np.ndarray) -> float:
        answer = linprog(  # type: ignore[call-overload]  # the stubs know no sparse rows
            weights,
            self.upper,
            np.full(self.upper.shape[0], SLACK),
            self.equal if self.equal.shape[0] else None,
            np.zeros(self.equal.shape[0]) if self.equal.shape[0] else None,
            self.bounds,
            method="highs",
        )
        assert answer.status in (0, 3), answer.message
        return float(answer.fun) if answer.status == 0 else -np.inf

    def _row(self, parent: Place, parts: list[Place], kind: int) -> dict[int, float]:
        start = kind * len(self.column)
        return {start + self.column[parent]: -1.0} | {start + self.column[part]: 1.0 for part in parts}

    def _shares(self, place: Place, told: Told) -> Iterator[dict[int, float]]:
        size, count = self.column[place], len(self.column) + self.column[place]
        yield {count: 1.0, size: -told.share[1]}
        yield {count: -1.0, size: told.share[0]}

    def _matrix(self, rows: list[dict[int, float]]) -> csr_array:
        entries = [
            (number, column, weight) for number, row in enumerate(rows) for column, weight in row.items()
        ]
        row, column, weight = zip(*entries, strict=True) if entries else ((), (), ())
        return csr_array((weight, (row, column)), shape=(len(rows), self.width))


def _sums(places: set[Place]) -> Iterator[tuple[Place, list[Place]]]:
    """Parents and their parts: the groups of each dimension, and the parts of the city."""
    dimensions: dict[tuple[Place, str], list[Place]] = defaultdict(list)
    for place in places:
        if place.dimension != TOTAL:
            dimensions[place._replace(dimension=TOTAL, group=TOTAL), place.dimension].append(place)
    yield from ((total, parts) for (total, _), parts in dimensions.items() if total in places)
    for place in places:
        parts = [place._replace(area=name) for name in PARTS]
        if place.area == CITY and places.issuperset(parts):
            yield place, parts
