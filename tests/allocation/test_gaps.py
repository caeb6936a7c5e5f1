"""One period's gap: exact, never from a figure that is not a number, and in plain words where unknown."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.gaps import (
    DisparityError,
    Figure,
    FigureStatus,
    Gap,
    Pair,
    ReferenceKind,
    expected_periods,
    gap_history,
    rest_of_population,
)

JUNE = date(2019, 6, 30)


def figure(value: str | None = None, numerator: int | None = None, denominator: int | None = None) -> Figure:
    number = None if value is None else Decimal(value)
    return Figure(JUNE, FigureStatus.REPORTED, number, numerator, denominator)


def gap_between(group: Figure, reference: Figure, *, higher: bool = True, minimum_count: int = 0) -> Gap:
    pair = Pair(
        "rate", "Hartford", "race", "Hispanic", "White", ReferenceKind.GROUP, (group,), (reference,), higher
    )
    return gap_history(pair, [JUNE], minimum_count)[0]


def test_a_gap_is_the_exact_difference_of_the_published_decimals() -> None:
    """In binary floats 0.3 - 0.1 is not 0.2, nor is 77.3 - 67.3 exactly 10."""
    assert gap_between(figure("67.3"), figure("77.3")).points == Decimal("10.0")


def test_where_lower_is_better_the_group_with_more_is_behind() -> None:
    assert gap_between(figure("31.5"), figure("20.0"), higher=False).points == Decimal("11.5")


def test_rates_reckoned_from_counts_differ_by_exactly_what_the_counts_say() -> None:
    """1/7 and 3/70 differ by exactly a tenth, though neither ends in decimals."""
    assert gap_between(figure(None, 3, 70), figure(None, 1, 7)).points == Decimal(10)


@settings(deadline=None)
@given(trials=st.integers(1, 3000), successes=st.integers(0, 3000), tenths=st.integers(1, 900))
def test_a_gap_of_whole_tenths_between_counts_is_exact(trials: int, successes: int, tenths: int) -> None:
    """The reference has tenths/10 points more, written over 1000 times the people."""
    successes = successes % (trials + 1)
    more = 1000 * successes + tenths * trials
    if more <= 1000 * trials:
        gap = gap_between(figure(None, successes, trials), figure(None, more, 1000 * trials))
        assert gap.points == Decimal(tenths) / 10


@pytest.mark.parametrize("status", [status for status in FigureStatus if status is not FigureStatus.REPORTED])
@pytest.mark.parametrize("withheld_first", [True, False])
def test_a_figure_that_is_not_reported_makes_no_gap_even_where_numbers_hide_in_it(
    status: FigureStatus, withheld_first: bool
) -> None:
    withheld = Figure(JUNE, status, Decimal(0), 0, 20)
    pair = (withheld, figure("90")) if withheld_first else (figure("90"), withheld)
    gap = gap_between(*pair)
    assert gap.points is None
    assert not gap.is_judged
    assert ("Hispanic" if withheld_first else "White") in (gap.reason or "")


def test_the_reason_names_the_group_the_period_and_the_cause() -> None:
    gap = gap_between(Figure(JUNE, FigureStatus.SUPPRESSED), figure("90"))
    assert gap.reason == (
        "the figure of Hispanic for the period ending 2019-06-30 "
        "is withheld to protect the people in small groups"
    )


def test_figures_of_different_versions_are_not_compared() -> None:
    old = Figure(JUNE, FigureStatus.REPORTED, Decimal(60), version="old test")
    gap = gap_between(old, figure("80"))
    assert gap.points is None
    assert "not measured in the same way" in (gap.reason or "")


def test_a_gap_on_too_few_people_is_shown_but_not_judged() -> None:
    gap = gap_between(figure("50", 3, 6), figure("80", 80, 100), minimum_count=10)
    assert gap.points == Decimal(30)
    assert not gap.is_judged
    assert "6 people in Hispanic" in (gap.reason or "")


def test_a_period_without_any_figure_has_its_place_in_the_history() -> None:
    pair = Pair("rate", "A", "race", "B", "W", ReferenceKind.GROUP, (figure("50"),), (figure("80"),))
    history = gap_history(pair, [JUNE, date(2020, 6, 30)])
    assert [gap.points for gap in history] == [Decimal(30), None]
    assert history[1].reason == "there is no figure of B for the period ending 2020-06-30"


def test_two_figures_of_one_period_are_refused() -> None:
    pair = Pair("rate", "A", "race", "B", "W", ReferenceKind.GROUP, (figure("50"), figure("51")), ())
    with pytest.raises(
        DisparityError, match="rate, A, B against W: two figures for the period ending 2019-06-30"
    ):
        gap_history(pair, [JUNE])


def test_a_figure_outside_the_expected_periods_is_refused() -> None:
    pair = Pair("rate", "A", "race", "B", "W", ReferenceKind.GROUP, (figure("50"),), ())
    with pytest.raises(DisparityError, match="no figure is expected for the period ending 2019-06-30"):
        gap_history(pair, [date(2018, 6, 30)])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "neither value nor counts"),
        ({"numerator": 0, "denominator": 0}, "neither value nor counts"),
        ({"value": Decimal("NaN")}, "not a number"),
        ({"value": Decimal(50), "numerator": 6, "denominator": 5}, "6 of 5"),
        ({"value": Decimal(50), "denominator": -5}, "-5 people"),
    ],
)
def test_a_reported_figure_must_make_sense(fields: dict[str, Decimal | int], words: str) -> None:
    with pytest.raises(DisparityError, match=words):
        Figure(JUNE, FigureStatus.REPORTED, **fields)  # type: ignore[arg-type]  # each field by its own name


def test_the_rest_is_the_total_without_the_group() -> None:
    """By hand: 80 of 100 less 10 of 20 is 70 of 80, 87.5 percent."""
    rest = rest_of_population(figure("80", 80, 100), figure("50", 10, 20))
    assert (rest.numerator, rest.denominator, rest.rate) == (70, 80, Decimal("87.5"))


def test_the_rest_of_a_withheld_group_is_withheld_too() -> None:
    withheld = Figure(JUNE, FigureStatus.SUPPRESSED, None, None, 20)
    assert rest_of_population(figure("80", 80, 100), withheld).status is FigureStatus.SUPPRESSED


def test_without_counts_there_is_no_rest() -> None:
    assert rest_of_population(figure("80"), figure("50", 10, 20)).status is FigureStatus.MISSING


def test_where_the_group_is_everybody_there_is_no_rest() -> None:
    everybody = figure("80", 80, 100)
    assert rest_of_population(everybody, everybody).status is FigureStatus.NOT_APPLICABLE


def test_a_group_larger_than_its_total_is_refused() -> None:
    with pytest.raises(DisparityError, match="more people than its total"):
        rest_of_population(figure("50", 5, 10), figure("50", 10, 20))


def test_expected_periods_fill_a_year_that_nobody_published() -> None:
    known = [date(2018, 6, 30), date(2019, 6, 30), date(2022, 6, 30)]
    assert [day.year for day in expected_periods(known)] == [2018, 2019, 2020, 2021, 2022]


def test_a_rhythm_of_two_years_has_no_holes() -> None:
    known = (date(2015, 12, 31), date(2017, 12, 31), date(2019, 12, 31))
    assert expected_periods(reversed(known)) == known


def test_a_quarter_that_is_filled_ends_with_its_month() -> None:
    known = [date(2019, 3, 31), date(2019, 6, 30), date(2019, 12, 31)]
    assert expected_periods(known)[2] == date(2019, 9, 30)


def test_periods_without_a_rhythm_are_left_as_they_are() -> None:
    known = (date(2015, 1, 15), date(2015, 1, 20), date(2019, 12, 31))
    assert expected_periods(known) == known
    assert expected_periods([]) == ()
    assert expected_periods(known[:1]) == known[:1]
