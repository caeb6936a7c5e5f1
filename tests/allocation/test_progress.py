"""Slopes and paces against hand calculations and numpy."""

import math
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.progress import required_pace, weighted_trend, year_of


def test_a_straight_line_has_its_own_slope() -> None:
    trend = weighted_trend([2015, 2016, 2018], [20.0, 18.0, 14.0])
    assert trend is not None
    assert trend.slope == pytest.approx(-2)
    assert trend.error is None


def test_a_point_with_a_small_variance_weighs_more() -> None:
    """By hand: weights 1, 1, 1/4 at years 0, 1, 2; values 0, 0, 9: mean year 2/3, spread 1, cross 3."""
    trend = weighted_trend([0, 1, 2], [0, 0, 9], [1, 1, 4])
    assert trend is not None
    assert trend.slope == pytest.approx(3)
    assert trend.error == pytest.approx(1)


@settings(deadline=None)
@given(
    points=st.lists(
        st.tuples(st.integers(2000, 2020), st.floats(-90, 90), st.floats(0.1, 50)),
        min_size=2,
        max_size=9,
        unique_by=lambda point: point[0],
    )
)
def test_slopes_agree_with_numpy(points: list[tuple[int, float, float]]) -> None:
    years, values, variances = zip(*points, strict=True)
    expected = np.polyfit(np.array(years) - 2010.0, values, 1, w=[1 / math.sqrt(v) for v in variances])[0]
    trend = weighted_trend(years, values, variances)
    assert trend is not None
    assert trend.slope == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_one_point_has_no_slope() -> None:
    assert weighted_trend([2015], [3.0]) is None
    assert weighted_trend([], []) is None


@settings(deadline=None)
@given(day=st.dates(date(1990, 1, 1), date(2060, 12, 31)))
def test_the_same_day_a_year_later_is_exactly_one_year_further(day: date) -> None:
    if (day.month, day.day) != (2, 29):
        assert year_of(day.replace(year=day.year + 1)) - year_of(day) == pytest.approx(1, abs=1e-12)


@settings(deadline=None)
@given(days=st.lists(st.dates(date(1990, 1, 1), date(2060, 12, 31)), min_size=2, max_size=2, unique=True))
def test_later_days_are_further_on(days: list[date]) -> None:
    earlier, later = sorted(days)
    assert year_of(earlier) < year_of(later)


def test_the_pace_is_the_way_that_is_left_over_the_years_that_are_left() -> None:
    """By hand: from 70 to 85 in five years is 3 points a year."""
    pace = required_pace((date(2020, 6, 30), Decimal(70)), (date(2025, 6, 30), Decimal(85)))
    assert pace == Decimal(3)


def test_a_target_that_is_due_asks_for_no_pace() -> None:
    assert required_pace((date(2025, 6, 30), Decimal(70)), (date(2025, 6, 30), Decimal(85))) is None
