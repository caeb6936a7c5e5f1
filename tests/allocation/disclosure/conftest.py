"""An attacker who knows every rule and has only what is published: a linear program of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pytest
from scipy.optimize import linprog

from allocation.disclosure import CellKey, MeasurementStatus, RawCell, ReleasedCell, SuppressionRule

Sums = Sequence[tuple[CellKey, Sequence[CellKey]]]
Bounds = tuple[float, float]


@dataclass(frozen=True)
class Attacker:
    """Reads released cells, and knows which cells add up to which."""

    cells: Mapping[CellKey, ReleasedCell]
    sums: Sums
    minimum: int = 10

    def size(self, key: CellKey) -> Bounds:
        return self._between({(0, key): 1.0})

    def count(self, key: CellKey) -> Bounds:
        return self._between({(1, key): 1.0})

    def remainder(self, key: CellKey) -> Bounds:
        return self._between({(0, key): 1.0, (1, key): -1.0})

    def _between(self, wanted: Mapping[tuple[int, CellKey], float]) -> Bounds:
        order = {key: place for place, key in enumerate(self.cells)}
        number = len(order)

        def row(terms: Mapping[tuple[int, CellKey], float]) -> np.ndarray:
            weights = np.zeros(2 * number)
            for (kind, key), weight in terms.items():
                weights[kind * number + order[key]] += weight
            return weights

        upper = [row(terms) for cell in self.cells.values() for terms in self._limits(cell)]
        equal = [
            row({(kind, parent): -1.0, **{(kind, part): 1.0 for part in parts}})
            for parent, parts in self.sums
            for kind in (0, 1)
        ]
        bounds = [self._sizes(cell) for cell in self.cells.values()] + [(0.0, None)] * number
        ends = []
        for sign in (1.0, -1.0):
            answer = linprog(
                sign * row(wanted), np.array(upper), np.zeros(len(upper)), np.array(equal),
                np.zeros(len(equal)), bounds, method="highs",
            )  # fmt: skip
            assert answer.status in (0, 3), answer.message
            ends.append(sign * (float(answer.fun or 0.0) if answer.status == 0 else -np.inf))
        return float(np.ceil(ends[0] - 1e-6)), float(np.floor(ends[1] + 1e-6))

    def _sizes(self, cell: ReleasedCell) -> tuple[float, float | None]:
        if cell.denominator is not None:
            return cell.denominator, cell.denominator
        if cell.is_shown and cell.size_low is not None:
            return cell.size_low, cell.size_high
        if cell.rule is SuppressionRule.SMALL_COUNT:
            return 0, self.minimum - 1
        told = cell.rule is SuppressionRule.COMPLEMENTARY and "breakdown" not in (cell.reason or "")
        return (self.minimum if told else 0), None

    def _limits(self, cell: ReleasedCell) -> list[dict[tuple[int, CellKey], float]]:
        """What is at most 0: count less its greatest share of the size, least share less the count."""
        low, high = 0.0, 1.0
        if cell.numerator is not None and cell.denominator:
            low = high = cell.numerator / cell.denominator
        elif cell.value is not None:
            half = float(Decimal(1).scaleb(int(cell.value.as_tuple().exponent))) / 2
            low, high = (float(cell.value) - half) / 100, (float(cell.value) + half) / 100
        elif cell.status is MeasurementStatus.BANDED:
            low, high = float(cell.low or 0) / 100, float(100 if cell.high is None else cell.high) / 100
        size, count = (0, cell.key), (1, cell.key)
        return [{count: 1.0, size: -high}, {count: -1.0, size: low}]


@pytest.fixture(scope="session")
def attacker() -> type[Attacker]:
    return Attacker


@pytest.fixture(scope="session")
def known_too_well() -> Callable[[Attacker, Sequence[RawCell]], list[str]]:
    """The protected numbers of these raw cells that the attacker comes too near to, by the rules as written.

    A group under the minimum: its size to fewer than 3 steps, or how many it counts, or how many not, exactly.
    A group of the minimum or more with a count, or a remainder, under it: that number to fewer than 3 steps.
    """

    def judge(attacker: Attacker, raw: Sequence[RawCell]) -> list[str]:
        found = []
        for cell in raw:
            size, count = cell.denominator or 0, cell.numerator or 0
            asked: list[tuple[str, Callable[[CellKey], Bounds], int]] = []
            if size < attacker.minimum:
                asked = [
                    ("size", attacker.size, 3),
                    ("count", attacker.count, 1),
                    ("rest", attacker.remainder, 1),
                ]
            else:
                asked += [("count", attacker.count, 3)] if count < attacker.minimum else []
                asked += [("rest", attacker.remainder, 3)] if size - count < attacker.minimum else []
            for name, ask, width in asked:
                low, high = ask(cell.key)
                if high - low < width:
                    found.append(f"{name} of {cell.key}: {low} to {high}")
        return found

    return judge
