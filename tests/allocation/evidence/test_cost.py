"""Costs worked by hand; price levels are the annual averages of the consumer price index CPI-U."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.evidence.cost import PriceIndex, UnitCost, cost_per_additional, in_prices_of
from allocation.evidence.finding import EvidenceError
from allocation.evidence.pooling import AdditionalShare

# U.S. Bureau of Labor Statistics, CUUR0000SA0, annual averages.
CPI = PriceIndex("CPI-U", {2019: Decimal("255.657"), 2023: Decimal("304.702")})
COST = UnitCost(Decimal(400), "USD", 2019, "district budget")


def test_a_cost_is_brought_to_another_year_by_the_index() -> None:
    # By hand: 400 * 304.702 / 255.657 = 476.7356.
    later = in_prices_of(COST, 2023, CPI)
    assert (later.amount, later.price_year) == (Decimal("476.74"), 2023)
    assert later.source == "district budget; 400 in 2019 prices, by CPI-U 255.657 to 304.702"


def test_a_cost_of_the_same_year_asks_nothing_of_the_index() -> None:
    assert in_prices_of(COST, 2019, PriceIndex("empty", {})) is COST


@pytest.mark.parametrize("year", [2018, 2024])
def test_a_year_outside_the_index_is_refused_by_name(year: int) -> None:
    with pytest.raises(EvidenceError, match=f"CPI-U has no level for {year}"):
        in_prices_of(COST, year, CPI)


@pytest.mark.parametrize("amount", ["-1", "NaN", "Infinity"])
def test_a_cost_that_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(EvidenceError, match="0 or more"):
        UnitCost(Decimal(amount), "USD", 2019, "nobody")


def test_the_range_of_cost_mirrors_the_range_of_effect() -> None:
    # By hand: 400 / 0.16, 400 / 0.08, 400 / 0.05.
    found = cost_per_additional(COST, AdditionalShare(mean=0.08, low=0.05, high=0.16))
    assert (found.low, found.mid, found.high) == (Decimal("2500.00"), Decimal("5000.00"), Decimal("8000.00"))
    assert found.reason is None
    assert found.basis == (
        "400 USD a participant in 2019 prices (district budget); "
        "8.0 more of 100 participants (from 5.0 to 16.0)"
    )


@pytest.mark.parametrize("low", [0.0, -0.02])
def test_an_interval_that_includes_0_has_no_upper_bound_and_says_so(low: float) -> None:
    found = cost_per_additional(COST, AdditionalShare(mean=0.08, low=low, high=0.16))
    assert (found.mid, found.high) == (Decimal("5000.00"), None)
    assert found.reason == "the interval of the effect includes 0, so the cost has no upper bound"


def test_an_expected_loss_has_a_cost_only_at_its_best() -> None:
    found = cost_per_additional(COST, AdditionalShare(mean=-0.01, low=-0.05, high=0.04))
    assert (found.low, found.mid, found.high) == (Decimal("10000.00"), None, None)
    assert found.reason is not None


def test_a_certain_loss_has_no_cost_per_additional_person() -> None:
    found = cost_per_additional(COST, AdditionalShare(mean=-0.03, low=-0.05, high=0.0))
    assert (found.low, found.mid, found.high) == (None, None, None)
    assert found.reason is not None
    assert "0 or less" in found.reason


def test_an_unknown_effect_has_no_cost_and_says_so() -> None:
    found = cost_per_additional(COST, None)
    assert (found.low, found.mid, found.high, found.reason) == (
        None,
        None,
        None,
        "no usable finding on the effect",
    )


@given(ends=st.lists(st.floats(-0.5, 0.9), min_size=3, max_size=3).map(sorted))
def test_the_ends_of_a_cost_are_in_order(ends: list[float]) -> None:
    found = cost_per_additional(COST, AdditionalShare(mean=ends[1], low=ends[0], high=ends[2]))
    known = [one for one in (found.low, found.mid, found.high) if one is not None]
    assert known == sorted(known)
