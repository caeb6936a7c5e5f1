"""Dates, moments and decimals as text: one strict form each, in ASCII.

Sources: ISO 8601-1:2019 (calendar date, UTC offset); RFC 3339, 5.6. What PostgreSQL writes in its JSON is
written here in the same way, so that a value looks the same whichever side built it.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

__all__ = ["SCALARS", "read_date", "read_decimal", "read_moment", "written_decimal", "written_moment"]

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_DECIMAL: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")


def read_date(value: object) -> date:
    """A calendar date from "2025-07-01"; raises GraphQLError."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass  # a day that the calendar does not have
    raise GraphQLError('A Date is a day of the calendar such as "2025-07-01".')


def read_moment(value: object) -> datetime:
    """A moment in UTC from "2025-07-01T09:30:00-04:00"; the offset is required. Raises GraphQLError."""
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            pass  # a day, hour or offset that does not exist, or before the year 1 in UTC
    raise GraphQLError('A DateTime has an offset from UTC, such as "2025-07-01T09:30:00-04:00".')


def read_decimal(value: object) -> Decimal:
    """A decimal from "1250000.00" or a whole number; raises GraphQLError.

    No exponents, no NaN or infinities, no digits outside ASCII (numeric accepts all of them), no floats,
    which have already lost what was typed.
    """
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(text, str) and _DECIMAL.fullmatch(text):
        return Decimal(text)
    raise GraphQLError('A Decimal is written in digits, as text such as "1250000.00".')


def written_date(value: object) -> str:
    """A date as ISO 8601; raises TypeError for anything else, which is a fault of ours."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a Date is made from a date, not from {type(value).__name__}")


def written_moment(value: object) -> str:
    """A moment in UTC, with as much of the second as there is: 2025-07-01T13:30:00.25+00:00."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError("a DateTime is made from a moment with a time zone")
    moment = value.astimezone(UTC)
    if not moment.microsecond:
        return moment.isoformat()
    head, fraction = moment.isoformat().removesuffix("+00:00").split(".")
    return f"{head}.{fraction.rstrip('0')}+00:00"


def written_decimal(value: object) -> str:
    """A decimal with the digits it has, never with an exponent; zero has no sign."""
    number = Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(number, Decimal) or not number.is_finite():
        raise TypeError("a Decimal is made from a finite decimal")
    return format(abs(number) if number.is_zero() else number, "f")


SCALARS: Final[dict[object, ScalarDefinition]] = {
    date: strawberry.scalar(
        name="Date", description="ISO 8601 calendar date", serialize=written_date, parse_value=read_date
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="ISO 8601 moment with offset",
        serialize=written_moment,
        parse_value=read_moment,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='Decimal string, e.g. "1250000.00"',
        serialize=written_decimal,
        parse_value=read_decimal,
    ),
}
"""For StrawberryConfig(scalar_map=...)."""
