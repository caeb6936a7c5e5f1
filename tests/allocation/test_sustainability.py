"""How long operations can last: shares, concentration and the reserve, by hand and by law."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.sustainability import OperationsDollars, concentration, reserve_months, years_of_operations

Dates = tuple[date | None, date | None]


def dollars(
    funder: str, amount: int, year: int = 2027, *, recurring: bool = False, term: Dates = (None, None)
) -> OperationsDollars:
    return OperationsDollars(funder, year, amount, recurring, *term)


def test_a_year_by_hand() -> None:
    """By hand: 60, 30 and 10 of 100: 0.36 + 0.09 + 0.01 = 0.46, like 2.17 equal funders."""
    long = (date(2026, 7, 1), date(2028, 6, 30))
    short = (date(2026, 7, 1), date(2027, 6, 30))
    (year,) = years_of_operations(
        [dollars("a", 60, term=long), dollars("b", 30, recurring=True, term=short), dollars("c", 10)]
    )
    assert (year.amount, year.concentration, year.effective_funders) == (
        100,
        Decimal("0.46"),
        Decimal("2.17"),
    )
    assert (year.multi_year_share, year.recurring_share) == (Decimal("0.6"), Decimal("0.3"))
    assert (year.largest_funder, year.largest_funder_share, year.funder_count) == ("a", Decimal("0.6"), 3)


def test_the_trend_is_against_the_year_before_where_that_is_known() -> None:
    found = years_of_operations([dollars("a", 100, 2025), dollars("a", 80, 2026), dollars("a", 90, 2028)])
    assert [(each.fiscal_year, each.change) for each in found] == [
        (2025, None),
        (2026, Decimal("-0.2")),
        (2028, None),
    ]


@pytest.mark.parametrize(("last", "multi_year"), [(date(2027, 6, 30), False), (date(2027, 7, 2), True)])
def test_an_award_of_one_year_is_not_multi_year(last: date, multi_year: bool) -> None:
    assert dollars("a", 1, term=(date(2026, 7, 1), last)).is_multi_year is multi_year


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 10**12), min_size=1, max_size=9))
def test_the_index_lies_between_one_over_the_funders_and_one(amounts: dict[str, int]) -> None:
    """Cauchy and Schwarz: the squares of n shares add to at least 1/n."""
    index = concentration(amounts)
    if index is None:
        assert sum(amounts.values()) == 0
    else:
        assert Decimal(1) / len(amounts) - Decimal("0.000001") <= index <= 1


@pytest.mark.parametrize(
    ("unrestricted", "cost", "months"),
    [(300_000, 1_200_000, "3.0"), (199_999, 1_200_000, "1.9"), (-5, 1_200_000, "0"), (5, 0, None)],
)
def test_the_reserve_counts_months_of_cost(unrestricted: int, cost: int, months: str | None) -> None:
    """By hand: 3,000.00 at 1,000.00 a month is three months; what is begun is no month."""
    assert reserve_months(unrestricted, cost) == (None if months is None else Decimal(months))
