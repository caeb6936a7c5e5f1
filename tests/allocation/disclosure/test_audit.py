"""What a reader can know, against sums done by hand."""

import pytest

from allocation.disclosure.audit import breaches, exact_interval, interval_of, suspects
from allocation.disclosure.reconcile import reconciled
from allocation.disclosure.tables import ContradictionError, Known, Protection, Quantity, Sum, Table

SMALL = Known(0, 9)


def _table(*known: Known, ceiling: float = 1000.0) -> Table:
    """One total, the first, and its parts."""
    return Table(known, (Sum(0, tuple(range(1, len(known)))),), ceiling)


def test_a_total_less_the_shown_part_is_the_hidden_part() -> None:
    table = _table(Known(100, 100), Known(93, 93), SMALL)
    found = interval_of(table, Protection((2,), Quantity.SIZE, 3))
    assert (found.low, found.high) == (7, 7)
    assert [each.place for each in breaches(table, [Protection((2,), Quantity.SIZE, 3)])] == [0]


def test_two_hidden_parts_share_what_is_left() -> None:
    table = _table(Known(100, 100), Known(85, 85), SMALL, Known(10))
    found = interval_of(table, Protection((2,), Quantity.SIZE, 3))
    assert (found.low, found.high) == (0, 5)  # 15 are left and the other part has at least 10


def test_a_percent_bounds_the_count_by_its_rounding() -> None:
    table = _table(Known(200, 200), Known(200, 200, 0.795, 0.805))
    found = interval_of(table, Protection((1,), Quantity.COUNT, 3))
    assert (found.low, found.high) == (159, 161)  # 79.5 to 80.5 percent of 200


def test_the_remainder_of_a_group_that_all_count_is_known() -> None:
    # 60 of 60 and 55 of 55 leave five of five: how many are not counted is exactly none.
    table = _table(Known(60, 60, 1.0, 1.0), Known(55, 55, 1.0, 1.0), SMALL)
    found = interval_of(table, Protection((2,), Quantity.REMAINDER, 1))
    assert (found.low, found.high) == (0, 0)


def test_whole_numbers_can_be_closer_than_the_linear_bounds() -> None:
    # x = 2 y, 5 <= x <= 7.5: the linear program says 2.5 to 3.75 and only 3 is whole.
    table = Table((Known(5, 7.5, 0.5, 0.5),), (), 1000.0)
    assert exact_interval(table, Protection((0,), Quantity.SIZE, 1)).width == 0


def test_breakdowns_that_do_not_add_up_are_a_contradiction_until_reconciled() -> None:
    table = _table(Known(50, 50), Known(40, 40), Known(30, 30), Known())
    with pytest.raises(ContradictionError):
        interval_of(table, Protection((3,), Quantity.SIZE, 1))
    assert reconciled(table).sums[0].size_excess == pytest.approx(20)


def test_witnesses_clear_no_number_that_its_own_program_breaches() -> None:
    """Eighty separate totals, every fourth with a part that follows by subtraction."""
    known: list[Known] = []
    sums = []
    for place in range(80):
        start = len(known)
        open_ = Known(10) if place % 4 else Known(30, 30)
        known += [Known(100, 100), Known(65, 65), open_, SMALL]
        sums.append(Sum(start, (start + 1, start + 2, start + 3)))
    table = Table(tuple(known), tuple(sums), 1000.0)
    wanted = [Protection((4 * place + 3,), Quantity.SIZE, 3) for place in range(80)]
    assert set(suspects(table, wanted)) >= set(range(0, 80, 4))
    assert [each.place for each in breaches(table, wanted)] == list(range(0, 80, 4))
