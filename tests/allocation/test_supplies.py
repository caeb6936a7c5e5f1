"""In-kind units at hand. Expected numbers are counted in days by hand."""

from datetime import date
from decimal import Decimal

import pytest

from allocation.problem import InKindNeed
from allocation.standing import StandingSupply
from allocation.supplies import needs_of, supplies_of, units_in
from tests.allocation.standings import YEAR, practice, standing

HOURS = ("VOLUNTEERS", "HOUR")


def supply(quantity: int, starts: date | None, ends: date | None, of: str | None = None) -> StandingSupply:
    """Volunteers' hours over a term."""
    return StandingSupply("VOLUNTEERS", "HOUR", Decimal(quantity), of, starts, ends)


def test_units_fall_to_fiscal_years_by_days() -> None:
    """The calendar year 2026 has 365 days: 181 of them to June in fiscal 2026, 184 in fiscal 2027, none later."""
    hours = supply(365, date(2026, 1, 1), date(2026, 12, 31))
    assert [units_in(hours, year, 7) for year in (2026, 2027, 2028)] == pytest.approx([181, 184, 0])


def test_a_term_with_one_end_is_a_year() -> None:
    """From 1 January 2026 without an end: 181 of 365 days lie in fiscal 2026; likewise up to 31 December 2026."""
    assert units_in(supply(365, date(2026, 1, 1), None), 2026, 7) == pytest.approx(181)
    assert units_in(supply(365, None, date(2026, 12, 31)), 2027, 7) == pytest.approx(184)


def test_a_term_that_begins_on_a_leap_day_ends_a_year_later() -> None:
    """29 February 2028 to 28 February 2029 has 366 days, 123 of them up to 30 June 2028."""
    assert units_in(supply(366, date(2028, 2, 29), None), 2028, 7) == pytest.approx(123)


def test_units_without_a_term_come_every_year() -> None:
    assert [units_in(supply(10, None, None), year, 1) for year in (2026, 2027)] == [10, 10]


def test_a_fiscal_year_may_be_the_calendar_year() -> None:
    assert units_in(supply(10, date(2026, 1, 1), date(2026, 12, 31)), 2026, 1) == pytest.approx(10)


def test_units_given_to_one_practice_are_its_own() -> None:
    """Tutoring has 5 hours of its own; mentoring draws on the 7 that are for anybody."""
    whole = standing(
        practices=(
            practice("tutoring", needs={HOURS: Decimal(2)}),
            practice("mentoring", needs={HOURS: Decimal("1.5")}),
        ),
        supplies=(supply(5, None, None, "tutoring"), supply(7, None, None)),
    )
    assert {each.resource: each.units for each in supplies_of(whole, [YEAR])} == {
        "VOLUNTEERS:HOUR": 7.0,
        "VOLUNTEERS:HOUR:tutoring": 5.0,
    }
    assert needs_of(whole.practices[0], whole) == (InKindNeed("VOLUNTEERS:HOUR:tutoring", 2.0),)
    assert needs_of(whole.practices[1], whole) == (InKindNeed("VOLUNTEERS:HOUR", 1.5),)


def test_what_is_needed_and_not_given_is_a_supply_of_nothing() -> None:
    whole = standing(practices=(practice("tutoring", needs={HOURS: Decimal(2)}),))
    assert [(each.resource, each.units, each.fiscal_year) for each in supplies_of(whole, [YEAR])] == [
        ("VOLUNTEERS:HOUR", 0.0, YEAR)
    ]


def test_what_nobody_needs_is_left_out() -> None:
    assert not list(supplies_of(standing(supplies=(supply(7, None, None),)), [YEAR]))
