"""What of a gift came and was used, day by day; quantities by hand, and laws over random movements."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.quantities import (
    Day,
    GiftBook,
    MovementError,
    Quantities,
    book_of,
    quantity_of,
    sums_by_unit,
    thousandths,
    written,
)

JULY = date(2026, 7, 1)
PROMISED = book_of("HOUR", [Day(JULY, promised=10_000)])


def test_what_came_and_was_used_is_told_as_of_any_day() -> None:
    """By hand: 10 promised on 1 July, 6 came on the 5th, 2.5 were used on the 9th."""
    book = PROMISED.receive(6_000, date(2026, 7, 5)).use(2_500, date(2026, 7, 9))
    assert book.at(date(2026, 6, 30)) == Quantities("HOUR")
    assert book.at(JULY) == Quantities("HOUR", promised=10_000)
    assert book.at(date(2026, 7, 8)) == Quantities("HOUR", 4_000, 6_000)
    last = book.at(date(2026, 7, 9))
    assert last == Quantities("HOUR", 4_000, 3_500, 2_500)
    assert (last.pledged, last.received) == (10_000, 6_000)


def test_no_more_comes_than_is_promised_nor_before_it() -> None:
    with pytest.raises(MovementError, match="10 are yet to come"):
        PROMISED.receive(10_001, JULY)
    with pytest.raises(MovementError, match="promised from 2026-07-01 on") as error:
        PROMISED.receive(1, date(2026, 6, 30))
    assert error.value.field == "occurred_on"


def test_nothing_is_used_before_it_came_nor_twice() -> None:
    """By hand: of 6 that came on the 5th, 5 are used on the 20th, so on the 10th only 1 is free."""
    book = PROMISED.receive(6_000, date(2026, 7, 5)).use(5_000, date(2026, 7, 20))
    with pytest.raises(MovementError, match="0 are at hand from 2026-07-04 on"):
        book.use(1, date(2026, 7, 4))
    with pytest.raises(MovementError, match="1 are at hand from 2026-07-10 on"):
        book.use(1_001, date(2026, 7, 10))
    assert book.use(1_000, date(2026, 7, 10)).at(date(2026, 7, 31)).available == 0


def test_what_was_used_cannot_be_sent_back() -> None:
    book = PROMISED.receive(6_000, JULY).use(5_000, JULY)
    with pytest.raises(MovementError, match="1 are at hand"):
        book.send_back(1_001, JULY)
    assert book.send_back(1_000, JULY).at(JULY) == Quantities("HOUR", 5_000, 0, 5_000)


def test_nothing_comes_of_what_nobody_promised() -> None:
    with pytest.raises(MovementError, match="cannot come before"):
        GiftBook("HOUR").receive(1, JULY)


def test_units_never_add() -> None:
    """By hand: 3 + 4 hours are 7, and 5 seats stay 5."""
    found = sums_by_unit(
        [Quantities("HOUR", 3_000), Quantities("SEAT", 0, 5_000), Quantities("HOUR", 0, 0, 4_000)]
    )
    assert found == {"HOUR": Quantities("HOUR", 3_000, 0, 4_000), "SEAT": Quantities("SEAT", 0, 5_000)}


@pytest.mark.parametrize(
    ("quantity", "amount", "words"),
    [("0.25", 250, "0.25"), ("1.000", 1_000, "1"), ("2400", 2_400_000, "2400"), ("0.001", 1, "0.001")],
)
def test_a_quantity_is_kept_in_thousandths(quantity: str, amount: int, words: str) -> None:
    assert thousandths(Decimal(quantity)) == amount
    assert written(amount) == words
    assert quantity_of(amount) == Decimal(quantity)


@pytest.mark.parametrize("quantity", ["0", "-1", "0.0001", "NaN", "Infinity", "1e14"])
def test_a_quantity_that_is_none_is_refused(quantity: str) -> None:
    with pytest.raises(MovementError, match="the quantity"):
        thousandths(Decimal(quantity))


steps = st.tuples(
    st.sampled_from(["receive", "use", "send_back"]), st.integers(1, 9_000), st.integers(-3, 40)
)


@given(st.lists(steps, max_size=20), st.integers(-5, 45))
def test_nothing_is_ever_overdrawn_or_lost_whatever_is_recorded(
    asked: list[tuple[str, int, int]], later: int
) -> None:
    """On each day what is promised is yet to come, at hand or used, and none of the three is below nothing."""
    book = PROMISED
    for what, amount, days in asked:
        try:
            book = getattr(book, what)(amount, JULY + timedelta(days=days))
        except MovementError:
            continue
    found = book.at(JULY + timedelta(days=later))
    assert min(found.promised, found.available, found.used) >= 0
    assert found.pledged == (10_000 if later >= 0 else 0)
