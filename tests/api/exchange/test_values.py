"""Numbers, amounts and dates: exact, or refused with what is accepted."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.exchange.errors import CellError
from api.exchange.values import NumberStyle, amount, count, day, number, one_of, statistic, truth


@pytest.mark.parametrize(
    "text",
    [
        *("1e400", "nan", "inf", "-inf", "0x1F", "1_000", "١٢٣", "1,234", "12345678901234567890", "<10"),
        *("１２３", "$5", "(5)", "", "1.2.3", "1 000", "--5", "5-", "1.", "NaN", "Infinity", "٣.٥"),
    ],
)
def test_an_amount_that_can_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        amount(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5044", "5044.00"),
        ("8700729.2", "8700729.20"),
        ("-17.05", "-17.05"),
        ("250000.0", "250000.00"),
        ("0", "0.00"),
    ],
)
def test_plain_amounts_are_exact(text: str, expected: str) -> None:
    assert str(amount(text)) == expected


DOLLARS = NumberStyle(thousands=",", currency_sign="$", parentheses_negative=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # evidence-wsipp-excerpt prints "$13,510", "($1,700)", ($547) and $5.74.
        *(("$13,510", "13510.00"), ("($1,700)", "-1700.00"), ("($547)", "-547.00"), ("$5.74", "5.74")),
        *(
            ("1234567", "1234567.00"),
            ("-$1,234.50", "-1234.50"),
            ("$(5)", "-5.00"),
            ("1,234,567.89", "1234567.89"),
        ),
    ],
)
def test_declared_signs_and_separators_are_read(text: str, expected: str) -> None:
    assert str(amount(text, DOLLARS)) == expected


@pytest.mark.parametrize("text", ["1,23", "12,34,567", "1,2345", ",123", "((5))", "(-5)"])
def test_separators_in_the_wrong_place_are_refused(text: str) -> None:
    with pytest.raises(CellError):
        amount(text, DOLLARS)


def test_a_decimal_comma_is_read_where_declared() -> None:
    style = NumberStyle(decimal=",", thousands=".")
    assert amount("1.234.567,89", style) == Decimal("1234567.89")
    with pytest.raises(CellError):
        amount("1.5", style)


def test_an_amount_in_thousands_is_multiplied() -> None:
    assert amount("65.505", NumberStyle(amount_unit=Decimal(1000))) == Decimal("65505.00")


def test_a_third_decimal_is_refused_unless_rounding_is_declared() -> None:
    with pytest.raises(CellError, match="at most two decimals"):
        amount("0.125")
    assert amount("0.125", NumberStyle(round_amounts=True)) == Decimal("0.12")


def test_an_amount_too_large_for_the_ledger_is_refused() -> None:
    assert amount("999999999999999.99") == Decimal("999999999999999.99")
    with pytest.raises(CellError):
        amount("1000000000000", NumberStyle(amount_unit=Decimal(1000)))


@given(st.decimals(min_value=-(10**13), max_value=10**13, places=2))
def test_every_amount_in_cents_is_read_back_exactly(value: Decimal) -> None:
    assert amount(f"{value:f}") == value


@given(st.text(max_size=12))
def test_whatever_is_accepted_is_a_finite_number_in_ascii(text: str) -> None:
    try:
        value = number(text)
    except CellError:
        return
    assert value.is_finite()
    assert text.strip().isascii()


def test_a_statistic_may_have_an_exponent_within_bounds() -> None:
    assert statistic("8.97592977211481E-06") == Decimal("0.00000897592977211481")
    for text in ("1e400", "1E+1000000000", "inf", "0x1F", "1_0"):
        with pytest.raises(CellError):
            statistic(text)


def test_a_count_is_whole() -> None:
    assert count("12.0") == 12
    for text in ("12.5", "-1", "many"):
        with pytest.raises(CellError):
            count(text)


def test_only_iso_dates_are_read_without_a_declared_format() -> None:
    assert day("2018-03-31") == date(2018, 3, 31)
    assert day("2021-01-26T00:00:00+00:00") == date(2021, 1, 26)
    for text in (
        "24/07/2014",
        "07/24/2014",
        "2018",
        "2018-3-1",
        "31 March 2018",
        "2018-02-30",
        "２０１８-03-31",
    ):
        with pytest.raises(CellError, match=r"date|day"):
            day(text)


def test_a_declared_format_is_the_only_one() -> None:
    assert day("03/04/2014", ["%d/%m/%Y"]) == date(2014, 4, 3)
    assert day("2/4/2010", ["%m/%d/%Y"]) == date(2010, 2, 4)
    with pytest.raises(CellError):
        day("2014-04-03", ["%d/%m/%Y"])


def test_a_date_cell_needs_no_format() -> None:
    assert day(date(2014, 4, 3), ["%d/%m/%Y"]) == date(2014, 4, 3)


def test_the_first_day_of_all_stands_for_never() -> None:
    assert day("0001-01-01") is None
    assert day("0001-01-01T00:00:00Z") is None


def test_a_date_far_away_is_refused() -> None:
    with pytest.raises(CellError, match="between"):
        day("9999-12-31")


def test_yes_and_no_in_usual_words() -> None:
    assert [truth(word) for word in ("true", "Yes", "1", "FALSE", "no", "0")] == [True] * 3 + [False] * 3
    with pytest.raises(CellError):
        truth("maybe")


def test_a_word_of_a_closed_list_is_found_whatever_its_capitals() -> None:
    assert one_of("collaborative action", {"COLLABORATIVE_ACTION"}) == "COLLABORATIVE_ACTION"
    with pytest.raises(CellError, match="one of"):
        one_of("other", {"COLLABORATIVE_ACTION"})
