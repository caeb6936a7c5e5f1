"""Prices of a year: by the shipped index, by another, and kept where an index does not reach."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from allocation.evidence.cost import PriceIndex, UnitCost
from allocation.evidence.prices import brought_to, index_for, shipped_index

TOWN = PriceIndex("Town", {2020: Decimal(50), 2022: Decimal(55), 2024: Decimal(60)})


def cost(year: int, amount: str = "1000") -> UnitCost:
    return UnitCost(Decimal(amount), "USD", year, "Budget")


@pytest.mark.parametrize(
    ("price_year", "fiscal_year", "amount", "in_year", "says"),
    [
        (2020, 2024, "1200.00", 2024, None),
        (2024, 2020, "833.33", 2020, None),
        (2022, 2022, "1000", 2022, None),
        (2020, 2023, "1100.00", 2022, "no level for 2023"),
        (2020, 2030, "1200.00", 2024, "no level for 2030"),
        (2024, 2023, "1000", 2024, "kept in 2024 prices"),
        (2021, 2024, "1000", 2021, "kept in 2021 prices: the price index Town has no level for 2021"),
        (2026, 2027, "1000", 2026, "no level for 2026"),
        (2027, 2027, "1000", 2027, None),
        (2020, 2019, "1000", 2020, "nor for a year before it"),
        (2020, None, "1200.00", 2024, None),
    ],
)
def test_a_cost_is_brought_as_far_as_the_index_reaches(
    price_year: int, fiscal_year: int | None, amount: str, in_year: int, says: str | None
) -> None:
    # By hand: levels 50, 55 and 60; 1,000 * 60 / 50 = 1,200 and 1,000 * 55 / 50 = 1,100.
    found = brought_to(cost(price_year), fiscal_year, TOWN)
    assert (found.cost.amount, found.cost.price_year) == (Decimal(amount), in_year)
    assert (found.note is None) if says is None else says in (found.note or "")


def test_the_shipped_index_gives_published_changes() -> None:
    # Bureau of Labor Statistics, annual average percent changes: 2021 4.7, 2022 8.0, 2023 4.1, 2024 2.9.
    levels = shipped_index().levels
    changes = {year: round(100 * (levels[year] / levels[year - 1] - 1), 1) for year in range(2021, 2025)}
    assert changes == {2021: Decimal("4.7"), 2022: Decimal("8.0"), 2023: Decimal("4.1"), 2024: Decimal("2.9")}
    assert sorted(levels) == list(range(2000, 2025))


def test_every_shipped_level_names_its_source() -> None:
    path = Path(__file__).resolve().parents[3] / "allocation" / "evidence" / "price_index.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        assert all("Bureau of Labor Statistics" in row["source"] for row in csv.DictReader(lines))


def test_the_shipped_index_prices_dollars_alone() -> None:
    assert index_for("USD", None).levels
    assert not index_for("EUR", None).levels
    assert index_for("EUR", TOWN) is TOWN
