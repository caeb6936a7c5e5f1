"""Calendar arithmetic: months by number, terms, and parts that add up."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from allocation.months import (
    Term,
    days_in,
    days_of,
    first_day,
    last_day,
    number_of,
    part_months,
    rounded,
    shared_out,
    whole_months,
)

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@st.composite
def terms(draw: st.DrawFn) -> Term:
    first = draw(DAYS)
    return Term(first, first + timedelta(days=draw(st.integers(0, 1500))))


def test_february_of_a_leap_year_has_a_day_more() -> None:
    """The Gregorian rule: 2024 and 2000 are leap years, 2026 and 2100 are none."""
    assert [days_in(number_of(date(year, 2, 1))) for year in (2024, 2026, 2000, 2100)] == [29, 28, 29, 28]


@given(DAYS)
def test_a_day_lies_between_the_ends_of_its_month(day: date) -> None:
    month = number_of(day)
    assert first_day(month) <= day <= last_day(month)
    assert last_day(month) + timedelta(days=1) == first_day(month + 1)


@given(terms())
def test_whole_and_part_months_hold_the_days_of_the_term(term: Term) -> None:
    """The count of days by subtraction of dates is the independent figure."""
    whole = sum(days_in(month) for month in whole_months(term))
    parts = dict(part_months(term))
    assert whole + sum(parts.values()) == (term.last - term.first).days + 1
    assert all(0 < days < days_in(month) for month, days in parts.items())


@given(terms(), DAYS)
def test_the_days_of_a_term_in_a_month_are_those_that_a_walk_meets(term: Term, day: date) -> None:
    month = number_of(day)
    walk = (first_day(month) + timedelta(days=n) for n in range(days_in(month)))
    assert days_of(term, month) == sum(term.first <= each <= term.last for each in walk)


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), max_size=8))
def test_what_is_shared_out_adds_up_and_lies_within_a_unit_of_its_exact_share(
    whole: int, weights: list[int]
) -> None:
    parts = shared_out(whole, weights)
    total = sum(weights)
    assert sum(parts) == (whole if total else 0)
    assert all(
        abs(part * total - whole * weight) <= total for part, weight in zip(parts, weights, strict=True)
    )


@given(st.integers(0, 10**9), st.lists(st.integers(1, 9), min_size=1, max_size=8))
def test_the_shares_of_a_months_pieces_add_to_the_month(monthly: int, pieces: list[int]) -> None:
    """A month cut anywhere, by days: the pieces' amounts are the month's."""
    assert sum(shared_out(monthly, pieces)) == monthly


def test_halves_are_rounded_up() -> None:
    assert [rounded(1, 2), rounded(3, 2), rounded(1, 3), rounded(2, 3)] == [1, 2, 0, 1]
