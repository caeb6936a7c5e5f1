"""Scalars. Expected values are written by hand from ISO 8601 and the contract's examples."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from api.graphql.common.scalars import (
    read_date,
    read_decimal,
    read_moment,
    written_date,
    written_decimal,
    written_moment,
)


@pytest.mark.parametrize(
    "value",
    [
        *(
            "NaN",
            "nan",
            "Infinity",
            "-Infinity",
            "inf",
            "1e3",
            "1E+1000000000",
            "1_000",
            "1,234",
            "0x1F",
            ".5",
            "5.",
        ),
        *(
            "",
            " 1",
            "1 ",
            "+1",
            "--1",
            "１２",
            "٣",
            "1\n",
            "9" * 19,
            "0." + "1" * 19,
            1.5,
            True,
            None,
            [],
            {},
        ),
    ],
)
def test_what_is_not_a_plain_decimal_is_refused(value: object) -> None:
    with pytest.raises(GraphQLError):
        read_decimal(value)


@pytest.mark.parametrize(
    ("value", "number"), [("1250000.00", "1250000.00"), ("-0.5", "-0.5"), (7, "7"), ("007", "7")]
)
def test_digits_are_kept(value: object, number: str) -> None:
    assert str(read_decimal(value)) == number


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**17), max_value=10**17, places=4))
def test_a_decimal_survives_being_written_and_read(number: Decimal) -> None:
    assert read_decimal(written_decimal(number)) == number


@pytest.mark.parametrize(
    ("number", "text"), [(Decimal("1E+3"), "1000"), (Decimal("-0.00"), "0.00"), (3, "3")]
)
def test_a_decimal_is_written_in_digits(number: object, text: str) -> None:
    assert written_decimal(number) == text


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), 1.5, "1", True, None])
def test_anything_but_a_finite_decimal_is_a_fault_of_ours(value: object) -> None:
    with pytest.raises(TypeError):
        written_decimal(value)


@pytest.mark.parametrize(
    "value",
    [
        "2025-02-29",
        "2025-13-01",
        "20250101",
        "2025-W01-1",
        "2025-1-1",
        "２０２５-01-01",
        "2025-01-01T00:00",
        20250101,
        None,
    ],
)
def test_what_is_not_a_calendar_day_is_refused(value: object) -> None:
    with pytest.raises(GraphQLError):
        read_date(value)


@given(st.dates())
def test_a_day_survives_being_written_and_read(day: date) -> None:
    assert read_date(written_date(day)) == day


def test_a_moment_is_no_day() -> None:
    with pytest.raises(TypeError):
        written_date(datetime(2025, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "value",
    [
        *(
            "2025-07-01T09:30:00",
            "2025-07-01",
            "2025-07-01 09:30:00Z",
            "2025-07-01T25:00:00Z",
            "2025-07-01T09:30:60Z",
        ),
        *("2025-07-01T09:30:00+25:00", "0001-01-01T00:00:00+14:00", "2025-07-01T09:30:00.1234567Z", 0, None),
    ],
)
def test_what_is_not_a_moment_with_an_offset_is_refused(value: object) -> None:
    with pytest.raises(GraphQLError):
        read_moment(value)


def test_a_moment_is_read_into_utc() -> None:
    assert read_moment("2025-07-01T09:30:00-04:00") == datetime(2025, 7, 1, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2025, 3, 9, 7, 5, 1, tzinfo=UTC), "2025-03-09T07:05:01+00:00"),
        (datetime(2025, 3, 9, 7, 5, 1, 250_000, UTC), "2025-03-09T07:05:01.25+00:00"),
        (datetime(2025, 3, 9, 2, 5, 1, tzinfo=timezone(timedelta(hours=-5))), "2025-03-09T07:05:01+00:00"),
    ],
)
def test_a_moment_is_written_in_utc_as_postgresql_writes_it(moment: datetime, text: str) -> None:
    assert written_moment(moment) == text


def test_a_moment_without_a_zone_is_a_fault_of_ours() -> None:
    with pytest.raises(TypeError):
        written_moment(datetime(2025, 1, 1))  # noqa: DTZ001 - that is what is refused


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_survives_being_written_and_read(moment: datetime) -> None:
    assert read_moment(written_moment(moment)) == moment
