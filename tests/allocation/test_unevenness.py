"""Outliers and jumps against hand calculations."""

from decimal import Decimal

import pytest

from allocation.unevenness import is_break, outliers, trend_line


def series(*values: int | str, people: int | None = None) -> list[tuple[Decimal | None, int | None]]:
    return [(Decimal(value), people) for value in values]


def test_the_line_is_the_median_of_all_slopes() -> None:
    """1, 2, 3, 40, 5: ten slopes, of which 1 is the middle; starts 1, 1, 1, 37, 1."""
    assert trend_line([Decimal(n) for n in (1, 2, 3, 40, 5)]) == [1, 2, 3, 4, 5]
    assert trend_line([Decimal(7)]) == [7]


def test_the_published_score_finds_the_outlier_of_iglewicz_and_hoaglin() -> None:
    """Their example: two of ten measurements, above 8 where the others lie between 2.1 and 2.6."""
    values = ("2.1", "2.6", "2.4", "2.5", "2.3", "2.1", "2.3", "2.6", "8.2", "8.3")
    assert outliers(series(*values), is_share=False) == [8, 9]


def test_a_distance_that_does_not_matter_is_no_outlier() -> None:
    assert outliers(series(50, 50, 50, 50, 52), is_share=True) == []
    assert outliers(series(50, 50, 50, 50, 90), is_share=True) == [4]
    assert outliers(series(50, 50, 50, 50), is_share=True) == []


def test_a_share_of_few_people_may_be_chance() -> None:
    """75 percent of 10 has a standard error of 12.5 points with one added to each side: 25 points are two."""
    assert outliers(series(50, 50, 50, 50, 75, people=10), is_share=True) == []
    assert outliers(series(50, 50, 50, 50, 75, people=1000), is_share=True) == [4]


@pytest.mark.parametrize(
    ("step", "people", "is_jump"),
    [(9, 1000, False), (10, 1000, True), (20, 20, False), (20, None, True), (-20, 1000, True)],
)
def test_a_jump_of_a_share_is_ten_points_and_no_chance(step: int, people: int | None, is_jump: bool) -> None:
    before, after = (Decimal(50), people), (Decimal(50 + step), people)
    steps = [Decimal(1), Decimal(-1), Decimal(step)]
    assert is_break(steps, 2, before, after, is_share=True) is is_jump


def test_a_series_that_always_moves_so_far_does_not_jump() -> None:
    steps = [Decimal(10), Decimal(-11), Decimal(12)]
    assert not is_break(steps, 2, (Decimal(50), None), (Decimal(62), None), is_share=True)
    assert not is_break(steps[:2], 1, (Decimal(50), None), (Decimal(99), None), is_share=True)


def test_a_jump_of_any_other_number_is_a_quarter_of_it() -> None:
    steps = [Decimal(1), Decimal(1), Decimal(300)]
    assert is_break(steps, 2, (Decimal(1200), None), (Decimal(1500), None), is_share=False)
    assert not is_break(steps, 2, (Decimal(1201), None), (Decimal(1501), None), is_share=False)
