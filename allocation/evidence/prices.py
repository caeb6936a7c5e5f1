"""A cost in the prices of a fiscal year, as far as a published index reaches; beyond it nothing is guessed."""

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources

from allocation.evidence.cost import PriceIndex, UnitCost, in_prices_of

SHIPPED_NAME, SHIPPED_CURRENCY = "CPI-U", "USD"


@dataclass(frozen=True, slots=True)
class Priced:
    """A cost as it is planned with, and a sentence where it is not in the prices of the year asked for."""

    cost: UnitCost
    note: str | None


@cache
def shipped_index() -> PriceIndex:
    """The Consumer Price Index for All Urban Consumers, annual averages (price_index.csv names its source)."""
    with (resources.files("allocation.evidence") / "price_index.csv").open(encoding="utf-8") as lines:
        return PriceIndex(
            SHIPPED_NAME, {int(row["year"]): Decimal(row["level"]) for row in csv.DictReader(lines)}
        )


def index_for(currency: str, own: PriceIndex | None) -> PriceIndex:
    """The partnership's own index, else the shipped one, which is of US dollars alone."""
    if own is not None:
        return own
    return shipped_index() if currency == SHIPPED_CURRENCY else PriceIndex(f"of {currency}", {})


def newest_year(index: PriceIndex, no_later_than: int | None = None) -> int | None:
    """The newest year of the index, no later than the one given."""
    years = [year for year in index.levels if no_later_than is None or year <= no_later_than]
    return max(years, default=None)


def brought_to(cost: UnitCost, fiscal_year: int | None, index: PriceIndex) -> Priced:
    """The cost in the prices of `fiscal_year`, else of the index's newest year before it (None: its newest).

    A price year that the index lacks, or one after the newest level, is kept and said: prices are neither
    guessed ahead nor brought back.
    """
    target = newest_year(index, fiscal_year)
    if cost.price_year == fiscal_year:
        return Priced(cost, None)
    kept = kept_because(cost.price_year, target, fiscal_year, index)
    if kept is not None or target is None:
        return Priced(cost, f"kept in {cost.price_year} prices: {kept}")
    brought = in_prices_of(cost, target, index)
    if fiscal_year is None or target == fiscal_year:
        return Priced(brought, None)
    return Priced(brought, f"in {target} prices: the price index {index.name} has no level for {fiscal_year}")


def kept_because(
    price_year: int, target: int | None, fiscal_year: int | None, index: PriceIndex
) -> str | None:
    """Why a cost stays in its own prices, or None."""
    if price_year not in index.levels:
        return f"the price index {index.name} has no level for {price_year}"
    if target is None:
        return f"the price index {index.name} has no level for {fiscal_year} nor for a year before it"
    if target != fiscal_year and target < price_year:
        return f"the price index {index.name} has no level for {fiscal_year}"
    return None
