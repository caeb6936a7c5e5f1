"""What it costs to reach one more person: a cost per participant in one year's prices, over the effect."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from allocation.evidence.finding import EvidenceError
from allocation.evidence.pooling import AdditionalShare

CENT = Decimal("0.01")
SHARE_PLACES = Decimal("1e-12")


@dataclass(frozen=True, slots=True)
class PriceIndex:
    """Yearly levels of a published price index, above 0, and its name."""

    name: str
    levels: Mapping[int, Decimal]

    def level(self, year: int) -> Decimal:
        """Raises EvidenceError where the year is not in the index: prices are never guessed."""
        level = self.levels.get(year)
        if level is None or level <= 0:
            raise EvidenceError(f"the price index {self.name} has no level for {year}; add that year")
        return level


@dataclass(frozen=True, slots=True)
class UnitCost:
    """What one participant costs, in the prices of a year, and who says so."""

    amount: Decimal
    currency: str
    price_year: int
    source: str

    def __post_init__(self) -> None:
        if not self.amount.is_finite() or self.amount < 0:
            raise EvidenceError(f"a cost per participant is 0 or more, not {self.amount} ({self.source})")


@dataclass(frozen=True, slots=True)
class CostRange:
    """Money for one additional person; `basis` says what it rests on, `reason` why an end is missing.

    `low` is at the upper end of the effect and `high` at its lower end. An end is None where the effect
    there is 0 or less: the cost has no bound.
    """

    low: Decimal | None
    mid: Decimal | None
    high: Decimal | None
    currency: str
    basis: str
    reason: str | None


def in_prices_of(cost: UnitCost, year: int, index: PriceIndex) -> UnitCost:
    """The cost in another year's prices, amount * level(year) / level(price year), to the cent.

    A cost already in that year's prices is returned as it is and asks nothing of the index.
    """
    if cost.price_year == year:
        return cost
    before, after = index.level(cost.price_year), index.level(year)
    amount = (cost.amount * after / before).quantize(CENT, ROUND_HALF_EVEN)
    words = f"{cost.source}; {cost.amount} in {cost.price_year} prices, by {index.name} {before} to {after}"
    return UnitCost(amount, cost.currency, year, words)


def cost_per_additional(cost: UnitCost, additional: AdditionalShare | None) -> CostRange:
    """Cost per participant divided by additional people per participant, at each end of the interval."""
    basis = f"{cost.amount} {cost.currency} a participant in {cost.price_year} prices ({cost.source})"
    if additional is None:
        return CostRange(None, None, None, cost.currency, basis, "no usable finding on the effect")
    low, mid, high = (divided(cost.amount, one) for one in (additional.high, additional.mean, additional.low))
    shown = (f"{100 * one:.1f}" for one in additional)
    basis += "; {} more of 100 participants (from {} to {})".format(*shown)
    return CostRange(low, mid, high, cost.currency, basis, unbounded(additional))


def divided(amount: Decimal, share: float) -> Decimal | None:
    exact = Decimal(repr(share)).quantize(SHARE_PLACES)
    return (amount / exact).quantize(CENT, ROUND_HALF_EVEN) if exact > 0 else None


def unbounded(additional: AdditionalShare) -> str | None:
    if additional.high <= 0:
        return "the whole interval of the effect is 0 or less: no amount is known to reach one more person"
    if additional.mean <= 0:
        return "the expected effect is 0 or less, so only the most favourable end has a cost"
    if additional.low <= 0:
        return "the interval of the effect includes 0, so the cost has no upper bound"
    return None
