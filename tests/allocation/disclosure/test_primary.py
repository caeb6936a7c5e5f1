"""The rules that one figure must pass by itself."""

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.disclosure import DisclosureError, MeasurementStatus, SuppressionRule, primary

REPORTED, BANDED, SUPPRESSED = (
    MeasurementStatus.REPORTED,
    MeasurementStatus.BANDED,
    MeasurementStatus.SUPPRESSED,
)


def test_a_share_with_large_counts_is_a_whole_percent_without_counts() -> None:
    shown = primary(70, 105)  # 66.67 percent by hand
    assert (shown.status, shown.value, shown.rule) == (REPORTED, Decimal(67), None)
    assert (shown.size_low, shown.size_high) == (100, 109)


def test_a_half_percent_rounds_up() -> None:
    assert primary(125, 200).value == Decimal(63)  # 62.5 percent


@pytest.mark.parametrize("size", range(10))
def test_a_group_under_the_minimum_is_withheld_and_none_is_told_from_nine(size: int) -> None:
    assert primary(0, size) == primary(0, 0)
    assert primary(0, size).status is SUPPRESSED
    assert primary(0, size).rule is SuppressionRule.SMALL_COUNT
    assert primary(0, size).size_low is None


@pytest.mark.parametrize(
    ("numerator", "denominator", "low", "high"),
    [
        (9, 100, 0, 9),  # 9 of the fewest in the step, 100, is 9 percent
        (100, 100, 91, 100),
        (0, 250, 0, 4),  # 9 of 250 is 3.6
        (2995, 3000, 99, 100),  # above 300 the table of ends says 1
        (30, 35, 70, 100),  # 9 of 30 is 30
        (6, 14, 0, 50),
        (7, 14, 50, 100),
    ],
)
def test_an_end_is_coded_by_the_size_of_the_group(
    numerator: int, denominator: int, low: int, high: int
) -> None:
    shown = primary(numerator, denominator)
    assert (shown.status, shown.value, shown.rule) == (BANDED, None, SuppressionRule.END_CODED)
    assert (shown.low, shown.high) == (Decimal(low), Decimal(high))


def test_a_raised_minimum_hides_more() -> None:
    assert primary(12, 19).status is BANDED
    assert primary(12, 19, minimum=20).status is SUPPRESSED


def test_a_minimum_under_ten_is_refused() -> None:
    with pytest.raises(DisclosureError, match="raised, not lowered: 9"):
        primary(30, 60, minimum=9)


@pytest.mark.parametrize(("numerator", "denominator"), [(-1, 20), (21, 20), (0, -1)])
def test_counts_that_are_no_share_are_refused(numerator: int, denominator: int) -> None:
    with pytest.raises(DisclosureError, match="is not a share"):
        primary(numerator, denominator)


@given(st.integers(0, 4000), st.data())
def test_what_is_shown_is_true(size: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, size))
    shown = primary(count, size)
    if shown.status is SUPPRESSED:
        assert size < 10
        return
    assert shown.size_low is not None
    assert shown.size_high is not None
    assert shown.size_low <= size <= shown.size_high
    share = Decimal(100 * count) / size
    if shown.value is not None:
        assert abs(share - shown.value) <= Decimal("0.5")
        assert min(count, size - count) >= 10
    else:
        assert shown.low is not None
        assert shown.high is not None
        assert shown.low <= share <= shown.high


@pytest.mark.parametrize("minimum", [10, 15])
def test_no_shown_share_tells_a_small_count_even_by_trying_all_fractions(minimum: int) -> None:
    """Independent of any program: all (count, size) that are shown alike, listed."""
    alike: dict[object, list[tuple[int, int]]] = defaultdict(list)
    for size in range(141):
        for count in range(size + 1):
            alike[primary(count, size, minimum)].append((count, size))
    for shown, pairs in alike.items():
        for count, size in pairs:
            for told, numbers in (
                (count, {count for count, _ in pairs}),
                (size - count, {size - count for count, size in pairs}),
                (size, {size for _, size in pairs}),
            ):
                assert told >= minimum or max(numbers) - min(numbers) >= 3, shown
