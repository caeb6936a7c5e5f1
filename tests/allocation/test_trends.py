"""Which way a series has gone, by hand and by the published interval."""

from datetime import date
from decimal import Decimal

import pytest

from allocation.gaps import Figure, FigureStatus
from allocation.trends import OutcomeTrend, trend_of


def figure(year: int, value: int | None, people: int | None = None, version: str = "") -> Figure:
    status = FigureStatus.REPORTED if value is not None else FigureStatus.SUPPRESSED
    counted = value * people // 100 if people and value is not None else None
    shown = None if value is None else Decimal(value)
    return Figure(date(year, 6, 30), status, shown, counted, people, version)


@pytest.mark.parametrize(
    ("first", "last", "people", "higher_is_better", "expected"),
    [
        (50, 52, None, True, OutcomeTrend.IMPROVING),
        (50, 51, None, True, OutcomeTrend.MAINTAINING),
        (50, 48, None, True, OutcomeTrend.WORSENING),
        (50, 48, None, False, OutcomeTrend.IMPROVING),
        (50, 60, 20, True, OutcomeTrend.MAINTAINING),
        (50, 60, 2000, True, OutcomeTrend.IMPROVING),
    ],
)
def test_a_series_has_moved_by_more_than_a_point_or_than_chance(
    first: int, last: int, people: int | None, higher_is_better: bool, expected: OutcomeTrend
) -> None:
    figures = [figure(2025, last, people), figure(2020, first, people)]
    assert trend_of(figures, higher_is_better=higher_is_better) is expected


def test_withheld_figures_and_former_definitions_are_passed_over() -> None:
    figures = [figure(2020, 90, version="old"), figure(2021, 50), figure(2022, None), figure(2023, 60)]
    assert trend_of(figures, higher_is_better=True) is OutcomeTrend.IMPROVING
    assert trend_of(figures[:2], higher_is_better=True) is OutcomeTrend.NO_DATA
    assert trend_of([], higher_is_better=True) is OutcomeTrend.NO_DATA
