"""Budget against actual, by use, funder and position."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Place:
    """What budgeted or spent dollars are for: a use, perhaps of one funder, perhaps for one position."""

    fiscal_year: int
    use: str
    funder: str = ""
    position: str = ""

    def holds(self, other: "Place") -> bool:
        """Whether the other lies within this place: a line that names no funder takes dollars of any."""
        return (
            (self.fiscal_year, self.use) == (other.fiscal_year, other.use)
            and self.funder in {"", other.funder}
            and self.position in {"", other.position}
        )


@dataclass(frozen=True)
class BudgetLine:
    """Budget and actual of a place in minor units; the variance is what is left, below zero where overspent."""

    place: Place
    budget: int
    actual: int

    @property
    def variance(self) -> int:
        """Budget less actual."""
        return self.budget - self.actual


def budget_against_actual(budgets: Mapping[Place, int], spent: Mapping[Place, int]) -> Sequence[BudgetLine]:
    """Each budget line with what was spent of it, and a line without budget for spending that nobody planned.

    Each dollar spent counts in one line: in the closest that holds it, a position before a funder before a use.
    So the actuals add up to all that was spent.
    """
    actual: dict[Place, int] = dict.fromkeys(budgets, 0)
    for place, amount in spent.items():
        homes = [line for line in budgets if line.holds(place)]
        home = max(homes, key=lambda line: (line.position != "", line.funder != ""), default=place)
        actual[home] = actual.get(home, 0) + amount
    return [BudgetLine(place, budgets.get(place, 0), actual[place]) for place in sorted(actual)]


def summed_by(lines: Iterable[BudgetLine], key: Callable[[Place], str]) -> Mapping[str, BudgetLine]:
    """Budget and actual by a person's own grouping, such as funder or role; the place is that of no line."""
    sums: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for line in lines:
        budget, actual = sums[key(line.place)]
        sums[key(line.place)] = (budget + line.budget, actual + line.actual)
    return {name: BudgetLine(Place(0, name), *pair) for name, pair in sums.items()}
