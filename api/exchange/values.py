"""Amounts, numbers, dates and closed words out of a cell's text: exact, or refused with what is accepted.

Only ASCII digits count. Thousands separators, currency signs, parenthesised negatives, other date orders
and other units are taken only where a recipe declares them, since each can be read in two ways.
"""

import calendar
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from api.exchange.errors import CellError
from api.exchange.text import Cell, cell_text

MOST_WHOLE_DIGITS = 15
MOST_EXPONENT = 300
CENT = Decimal("0.01")
NEVER = date.min
EARLIEST, LATEST = date(1800, 1, 1), date(2200, 12, 31)
PLAIN = re.compile(r"[+-]?(?:[0-9]+(\.[0-9]+)?|\.[0-9]+)", re.ASCII)
SCIENTIFIC = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?", re.ASCII)
ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
ISO_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.ASCII,
)
YES = frozenset({"true", "yes", "y", "1"})
NO = frozenset({"false", "no", "n", "0"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberStyle:
    """How a file writes its numbers; the default is digits, a point and a leading minus."""

    decimal: str = "."
    thousands: str = ""
    currency_sign: str = ""
    parentheses_negative: bool = False
    amount_unit: Decimal = Decimal(1)
    round_amounts: bool = False


PLAIN_STYLE = NumberStyle()


def number(text: str, style: NumberStyle = PLAIN_STYLE) -> Decimal:
    """A finite number as written, without exponent. CellError `not-a-number` or `too-large`."""
    plain = _plain(text, style)
    if PLAIN.fullmatch(plain) is None:
        raise CellError("not-a-number", f"a number is written like {_sample(style)}")
    if len(plain.lstrip("+-").split(".")[0].lstrip("0")) > MOST_WHOLE_DIGITS:
        raise CellError("too-large", f"a number has at most {MOST_WHOLE_DIGITS} digits before the point")
    return Decimal(plain)


def amount(text: str, style: NumberStyle = PLAIN_STYLE) -> Decimal:
    """Money in the currency's unit, exact to the cent, after `amount_unit`.

    More than two decimals are refused (`too-precise`) unless the recipe says `round_amounts`, which rounds
    half to even.
    """
    scaled = number(text, style) * style.amount_unit
    if abs(scaled) >= Decimal(10) ** MOST_WHOLE_DIGITS:
        raise CellError("too-large", f"an amount has at most {MOST_WHOLE_DIGITS} digits before the point")
    cents = scaled.quantize(CENT)
    if cents != scaled and not style.round_amounts:
        raise CellError("too-precise", "an amount has at most two decimals; `round_amounts = true` rounds")
    return cents


def statistic(text: str, style: NumberStyle = PLAIN_STYLE, *, percent: Decimal | None = None) -> Decimal:
    """A statistic, which may be written with an exponent up to 300 either way.

    `percent` is what one percent is worth where a percent sign may follow; without it the sign is refused.
    """
    digits = text if percent is None else text.removesuffix("%").rstrip()
    plain = digits if style.decimal == "." else digits.replace(".", "?").replace(style.decimal, ".")
    if SCIENTIFIC.fullmatch(plain) is None or len(plain) > 60:
        raise CellError("not-a-number", "a number is written like 0.25 or 8.9E-06")
    _, _, exponent = plain.lower().partition("e")
    if exponent and abs(int(exponent)) > MOST_EXPONENT:
        raise CellError("too-large", f"an exponent lies between -{MOST_EXPONENT} and {MOST_EXPONENT}")
    return Decimal(plain) if percent is None or digits == text else Decimal(plain) * percent


def count(text: str, style: NumberStyle = PLAIN_STYLE) -> int:
    """A whole number, zero or more; `12.0`, as a spreadsheet writes it, is 12."""
    value = number(text, style)
    if value != value.to_integral_value() or value < 0:
        raise CellError("not-a-count", "a count is a whole number, zero or more")
    return int(value)


def day(cell: Cell, formats: Collection[str] = ()) -> date | None:
    """A day; None for 0001-01-01, which stands for never. Without formats only ISO 8601 is read.

    A spreadsheet's own date cell is taken as it is. CellError `not-a-date` names what is accepted.
    """
    if isinstance(cell, date):
        return _within(cell)
    text = cell_text(cell)
    for written in formats:
        parsed = _parsed(text, written)
        if parsed is not None:
            return _within(parsed)
    if formats:
        raise CellError("not-a-date", f"a date is written like {' or '.join(formats)}")
    return iso_day(text)


def iso_day(text: str) -> date | None:
    """A day of ISO 8601, or the day of a moment; None for 0001-01-01."""
    if ISO_DAY.fullmatch(text) is None and ISO_MOMENT.fullmatch(text) is None:
        raise CellError(
            "not-a-date", "a date is written like 2018-03-31; another order is declared with `date_format`"
        )
    try:
        return _within(date.fromisoformat(text[:10]))
    except ValueError as error:
        raise CellError("not-a-date", f"there is no such day ({error})") from error


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def truth(text: str) -> bool:
    """true, yes, y, 1 or false, no, n, 0."""
    word = text.lower()
    if word in YES:
        return True
    if word in NO:
        return False
    raise CellError("not-yes-or-no", "write true or false")


def one_of(text: str, words: Collection[str]) -> str:
    """A word of a closed list, in its own writing; capitals do not matter, `-` and a space stand for `_`."""
    word = text.upper().replace(" ", "_").replace("-", "_")
    if word in words:
        return word
    raise CellError("not-in-list", f"write one of {', '.join(sorted(words))}")


def _plain(text: str, style: NumberStyle) -> str:
    plain, negative = text.strip(), False
    if style.parentheses_negative and plain.startswith("(") and plain.endswith(")"):
        plain, negative = plain[1:-1].strip(), True
    if style.currency_sign:
        plain = _without_sign(plain, style.currency_sign)
    if style.parentheses_negative and not negative and plain.startswith("(") and plain.endswith(")"):
        plain, negative = plain[1:-1].strip(), True
    if style.thousands:
        plain = _ungrouped(plain, style)
    if style.decimal != ".":
        plain = plain.replace(".", "?").replace(style.decimal, ".")
    return f"-{plain}" if negative else plain


def _without_sign(text: str, sign: str) -> str:
    minus = "-" if text.startswith("-") else ""
    rest = text[len(minus) :].strip()
    if rest.startswith(sign):
        rest = rest[len(sign) :].strip()
    elif rest.endswith(sign):
        rest = rest[: -len(sign)].strip()
    return minus + rest


def _ungrouped(text: str, style: NumberStyle) -> str:
    mark, point = re.escape(style.thousands), re.escape(style.decimal)
    grouped = re.fullmatch(rf"[+-]?[0-9]{{1,3}}({mark}[0-9]{{3}})+({point}[0-9]+)?", text, re.ASCII)
    return text.replace(style.thousands, "") if grouped else text


def _sample(style: NumberStyle) -> str:
    return f"{style.currency_sign}1{style.thousands}234{style.decimal}50"


def _parsed(text: str, written: str) -> date | None:
    if not text.isascii():
        return None
    try:
        return datetime.strptime(text, written).date()  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        return None


def _within(value: date) -> date | None:
    only_day = value.date() if isinstance(value, datetime) else value
    if only_day == NEVER:
        return None
    if not EARLIEST <= only_day <= LATEST:
        raise CellError("date-out-of-range", f"a date lies between {EARLIEST} and {LATEST}")
    return only_day
