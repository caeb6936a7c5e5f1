"""Before and since an award, and beside it. Every figure is chosen so that the differences are plain."""

from datetime import date
from decimal import Decimal

from allocation.followups import BROKEN, NO_BASELINE, NO_CHANGE, NO_COMPARISON, Served, follow_up
from allocation.gaps import Figure, FigureStatus
from allocation.trends import OutcomeTrend

HERE = Served("reading", "here", "black", higher_is_better=True)
BEGAN = date(2022, 7, 1)


def figure(year: int, value: int | None, version: str = "") -> Figure:
    status = FigureStatus.REPORTED if value is not None else FigureStatus.SUPPRESSED
    return Figure(date(year, 6, 30), status, None if value is None else Decimal(value), version=version)


def test_the_baseline_is_the_last_figure_before_the_award_and_the_change_is_since() -> None:
    series = {"here": [figure(2021, 30), figure(2022, 34), figure(2023, 36), figure(2024, 41)]}
    found = follow_up(HERE, series, BEGAN, [])
    assert found.baseline == figure(2022, 34)
    assert found.latest == figure(2024, 41)
    assert (found.change, found.trend) == (Decimal(7), OutcomeTrend.IMPROVING)
    assert NO_COMPARISON in found.caution


def test_the_area_whose_baseline_lies_nearest_is_compared_with() -> None:
    series = {
        "here": [figure(2022, 34), figure(2024, 41)],
        "near": [figure(2022, 36), figure(2024, 38)],
        "far": [figure(2022, 60), figure(2024, 61)],
        "no end": [figure(2022, 34)],
        "withheld": [figure(2022, 34), figure(2024, None)],
    }
    found = follow_up(HERE, series, BEGAN, ["far", "near", "no end", "withheld"])
    assert (found.comparison, found.comparison_change) == ("near", Decimal(2))
    assert NO_COMPARISON not in found.caution


def test_without_a_figure_from_before_the_first_one_stands_and_it_is_said() -> None:
    found = follow_up(HERE, {"here": [figure(2023, 30), figure(2024, 31)]}, BEGAN, [])
    assert (found.baseline, found.change) == (figure(2023, 30), Decimal(1))
    assert NO_BASELINE in found.caution


def test_one_figure_is_no_change_and_withheld_ones_are_none_at_all() -> None:
    found = follow_up(HERE, {"here": [figure(2022, 30), figure(2024, None)]}, BEGAN, [])
    assert (found.latest, found.change) == (figure(2022, 30), None)
    assert NO_CHANGE in found.caution
    nothing = follow_up(HERE, {"here": [figure(2024, None)]}, BEGAN, [])
    assert (nothing.baseline, nothing.latest, nothing.trend) == (None, None, OutcomeTrend.NO_DATA)


def test_figures_of_two_definitions_are_not_compared() -> None:
    found = follow_up(HERE, {"here": [figure(2022, 30), figure(2024, 50, "new")]}, BEGAN, [])
    assert found.change is None
    assert BROKEN in found.caution
