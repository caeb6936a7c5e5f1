"""Budget against actual, and the fiscal agent's fees against what was agreed: changes when either is told apart."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal


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


@dataclass(frozen=True)
class Agreement:
    """A fee rate (0 to 1) in force from a day to another, both included; open where None."""

    fee_rate: Decimal
    starts_on: date | None = None
    ends_on: date | None = None

    def is_in_force(self, day: date) -> bool:
        """Whether it covers the day."""
        return (self.starts_on or date.min) <= day <= (self.ends_on or date.max)


@dataclass(frozen=True)
class Receipt:
    """Minor units of an investment that the anchor received on a day; below zero for money sent back."""

    investment: str
    amount: int
    on: date


@dataclass(frozen=True)
class Fee:
    """The fee of one investment: what its receipts call for by the rates in force, and what was charged."""

    investment: str
    received: int
    due: int
    charged: int
    unagreed: int

    @property
    def difference(self) -> int:
        """Charged less due; above zero where more was kept than agreed."""
        return self.charged - self.due


def fees(
    receipts: Iterable[Receipt],
    charged: Mapping[str, int],
    rates: Sequence[Agreement],
    own_rates: Mapping[str, Decimal],
) -> Sequence[Fee]:
    """The fees by investment: its own agreed rate, else the anchor entity's rate on the day of the receipt.

    The fee of an investment is the exact sum over its receipts, half up once. `unagreed` are receipts on days
    for which no rate is known; nothing is due of them.
    """
    received: dict[str, int] = defaultdict(int)
    unagreed: dict[str, int] = defaultdict(int)
    due: dict[str, Decimal] = defaultdict(Decimal)
    for receipt in receipts:
        rate = own_rates.get(receipt.investment, _rate_on(rates, receipt.on))
        received[receipt.investment] += receipt.amount
        if rate is None:
            unagreed[receipt.investment] += receipt.amount
        else:
            due[receipt.investment] += receipt.amount * rate
    return [
        Fee(
            investment,
            received[investment],
            int(due[investment].to_integral_value(ROUND_HALF_UP)),
            charged.get(investment, 0),
            unagreed[investment],
        )
        for investment in sorted({*received, *charged})
    ]


def _rate_on(rates: Iterable[Agreement], day: date) -> Decimal | None:
    """The rate of the agreement in force that began last."""
    known = [each for each in rates if each.is_in_force(day)]
    latest = max(known, key=lambda each: each.starts_on or date.min, default=None)
    return None if latest is None else latest.fee_rate
