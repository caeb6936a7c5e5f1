"""What chance could do to a gap, with each kind of reference."""

from datetime import date
from decimal import Decimal

import pytest

from allocation.gaps import Figure, FigureStatus, Pair, ReferenceKind, Unit, gap_history, rest_of_population
from allocation.intervals import Counts, agresti_caffo_test, newcombe_interval
from allocation.sampling import Sample, gap_interval, gap_p_value, gap_variance, sample_of

JUNE = date(2019, 6, 30)


def figure(numerator: int, denominator: int) -> Figure:
    return Figure(JUNE, FigureStatus.REPORTED, None, numerator, denominator)


def sample(
    kind: ReferenceKind, group: Figure, reference: Figure, *, higher: bool = True, unit: Unit = Unit.PERCENT
) -> Sample | None:
    pair = Pair("i", "a", "race", "g", "r", kind, (group,), (reference,), higher, unit)
    return sample_of(pair, gap_history(pair, [JUNE])[0])


def known(found: Sample | None) -> Sample:
    assert found is not None
    return found


def test_the_interval_of_a_gap_is_newcombes_in_points() -> None:
    """Newcombe 1998, table II: 56/70 - 48/80 is .0524 to .3339."""
    interval = gap_interval(known(sample(ReferenceKind.GROUP, figure(48, 80), figure(56, 70))), 0.95)
    assert (round(interval.low, 2), round(interval.high, 2)) == (5.24, 33.39)


def test_where_lower_is_better_the_group_comes_first() -> None:
    interval = gap_interval(
        known(sample(ReferenceKind.GROUP, figure(56, 70), figure(48, 80), higher=False)), 0.95
    )
    assert (round(interval.low, 2), round(interval.high, 2)) == (5.24, 33.39)


def test_a_total_is_tested_as_the_share_outside_the_group_times_the_rest() -> None:
    """By hand: 60 of 100 hold 10 of 25, so the rest is 50 of 75, the gap to the total 3/4 of that to it."""
    group, total = figure(10, 25), figure(60, 100)
    of_total, of_rest = (
        known(sample(ReferenceKind.TOTAL, group, total)),
        known(sample(ReferenceKind.REST, group, rest_of_population(total, group))),
    )
    expected = newcombe_interval(Counts(50, 75), Counts(10, 25))
    interval = gap_interval(of_total, 0.95)
    assert (interval.low, interval.high) == pytest.approx((75 * expected.low, 75 * expected.high))
    assert gap_p_value(of_total, Decimal(3)) == pytest.approx(gap_p_value(of_rest, Decimal(4)))
    assert gap_variance(of_total) == pytest.approx(9 / 16 * gap_variance(of_rest))


@pytest.mark.parametrize("group", [figure(60, 100), figure(61, 70), figure(1, 90)])
def test_a_total_that_is_the_group_or_disagrees_with_it_cannot_be_tested(group: Figure) -> None:
    assert sample(ReferenceKind.TOTAL, group, figure(60, 100)) is None


def test_against_a_target_only_the_group_varies() -> None:
    """By hand: 70 of 100 against 83 less a margin of 3: (0.8 - 0.7) / 0.04 = 2.5, tail .0062097."""
    target = Figure(JUNE, FigureStatus.REPORTED, Decimal(83))
    found = known(sample(ReferenceKind.TARGET, figure(70, 100), target))
    assert gap_p_value(found, Decimal(3)) == pytest.approx(0.0062097, abs=1e-7)
    interval = gap_interval(found, 0.95)
    assert interval.low < 13 < interval.high


def test_against_a_target_where_lower_is_better_the_complement_is_tested() -> None:
    """The mirror of 70 of 100 against 83."""
    target = Figure(JUNE, FigureStatus.REPORTED, Decimal(17))
    found = known(sample(ReferenceKind.TARGET, figure(30, 100), target, higher=False))
    assert gap_p_value(found, Decimal(3)) == pytest.approx(0.0062097, abs=1e-7)
    interval = gap_interval(found, 0.95)
    assert interval.low < 13 < interval.high


def test_nobody_is_shown_to_be_below_a_target_of_nought() -> None:
    target = Figure(JUNE, FigureStatus.REPORTED, Decimal(2))
    found = known(sample(ReferenceKind.TARGET, figure(0, 100), target))
    assert gap_p_value(found, Decimal(3)) == 1.0


def test_the_p_value_of_a_gap_is_agresti_and_caffos_beyond_the_margin() -> None:
    found = known(sample(ReferenceKind.GROUP, figure(48, 80), figure(56, 70)))
    assert gap_p_value(found, Decimal(3)) == agresti_caffo_test(Counts(56, 70), Counts(48, 80), 0.03).p_value


def test_a_number_that_is_no_percentage_is_never_tested() -> None:
    assert sample(ReferenceKind.GROUP, figure(48, 80), figure(56, 70), unit=Unit.NUMBER) is None


def test_a_figure_without_counts_is_never_tested() -> None:
    bare = Figure(JUNE, FigureStatus.REPORTED, Decimal(80))
    assert sample(ReferenceKind.GROUP, figure(48, 80), bare) is None
    assert sample(ReferenceKind.GROUP, bare, figure(48, 80)) is None


def test_a_group_in_which_all_succeeded_still_has_a_variance() -> None:
    assert gap_variance(known(sample(ReferenceKind.GROUP, figure(10, 10), figure(20, 20)))) > 0
