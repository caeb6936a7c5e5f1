"""What a published cell of a measure says: a figure, a band, or why there is none.

A band keeps its bounds as published: `<5` is 0 to 5, `>95` is 95 to 100, `30-34` is 30 to 34 percent; a
count below 5 is 0 to 4. A mark that nobody declared is refused, never read as zero.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal

from api.exchange.errors import CellError
from api.exchange.values import PLAIN_STYLE, NumberStyle, number

REPORTED = "REPORTED"
SUPPRESSED = "SUPPRESSED_AT_SOURCE"
BANDED = "BANDED"
NOT_APPLICABLE = "NOT_APPLICABLE"
MISSING = "MISSING"
SPREADSHEET_ERRORS = frozenset(
    {"#VALUE!", "#DIV/0!", "#REF!", "#N/A", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA"}
)
HUNDRED = Decimal(100)
FIGURE = r"([0-9][0-9.,]*|\.[0-9]+)\s*%?"
BELOW = re.compile(rf"(<|<=|≤|&lt;)\s*{FIGURE}")
ABOVE = re.compile(rf"(>|>=|≥|&gt;)\s*{FIGURE}")
BAND_SIGNS = frozenset("<>&")
BETWEEN = re.compile(rf"{FIGURE}\s*[-–—]\s*{FIGURE}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """How a file writes its measures. `scale` is percent, fraction, count or number.

    `above_one = "percent"` reads a value above 1 in a file of fractions as a percent already. `footnotes`
    are signs that may follow a figure without changing it, as in `81.6*`.
    """

    scale: str = "percent"
    above_one: str = ""
    suppressed: Collection[str] = ("*",)
    not_applicable: Collection[str] = ("N/A",)
    missing: Collection[str] = ("",)
    footnotes: Collection[str] = ()
    style: NumberStyle = field(default=PLAIN_STYLE)


@dataclass(frozen=True, slots=True)
class Figure:
    """A cell read: `mark` is what was published wherever that is more than a plain number."""

    status: str
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    mark: str | None = None


def figure(text: str, words: Vocabulary) -> Figure:
    """The measure in a cell, rates as percents. CellError for an unknown mark or a rate outside 0 to 100."""
    status = _declared(text, words)
    if status is not None:
        return Figure(status, mark=text or None)
    band = _band(text, words)
    if band is not None:
        return band
    bare = _without_footnote(text, words)
    value = _scaled(bare, words)
    _check_range(value, words)
    return Figure(REPORTED, value, mark=text if bare != text else None)


def whole(text: str, words: Vocabulary) -> Figure:
    """A count beside a measure (numerator, denominator): a whole number, a band or a declared mark."""
    as_count = Vocabulary(
        scale="count",
        suppressed=words.suppressed,
        not_applicable=words.not_applicable,
        missing=words.missing,
        footnotes=words.footnotes,
        style=words.style,
    )
    return figure(text, as_count)


def _declared(text: str, words: Vocabulary) -> str | None:
    for status, marks in (
        (SUPPRESSED, words.suppressed),
        (NOT_APPLICABLE, words.not_applicable),
        (MISSING, words.missing),
        (MISSING, SPREADSHEET_ERRORS),
    ):
        if text in marks:
            return status
    return None


def _band(text: str, words: Vocabulary) -> Figure | None:
    if text.isascii() and BAND_SIGNS.isdisjoint(text[:1]) and "-" not in text[1:]:
        return None
    below, above, between = BELOW.fullmatch(text), ABOVE.fullmatch(text), BETWEEN.fullmatch(text)
    if below:
        return _below(text, strict=below[1] in {"<", "&lt;"}, edge=_scaled(below[2], words), words=words)
    if above:
        return _above(text, strict=above[1] in {">", "&gt;"}, edge=_scaled(above[2], words), words=words)
    if between:
        low, high = _scaled(between[1], words), _scaled(between[2], words)
        if high < low:
            raise CellError("not-a-band", "a band is written from its lower to its upper bound, like 30-34")
        return _banded(text, low, high, words)
    return None


def _below(text: str, *, strict: bool, edge: Decimal, words: Vocabulary) -> Figure:
    one_less = edge - 1 if strict and words.scale == "count" else edge
    return _banded(text, None if words.scale == "number" else Decimal(0), one_less, words)


def _above(text: str, *, strict: bool, edge: Decimal, words: Vocabulary) -> Figure:
    one_more = edge + 1 if strict and words.scale == "count" else edge
    return _banded(text, one_more, HUNDRED if _is_rate(words) else None, words)


def _banded(text: str, low: Decimal | None, high: Decimal | None, words: Vocabulary) -> Figure:
    for bound in (low, high):
        if bound is not None:
            _check_range(bound, words)
    return Figure(BANDED, low=low, high=high, mark=text)


def _without_footnote(text: str, words: Vocabulary) -> str:
    for sign in words.footnotes:
        if text.endswith(sign) and len(text) > len(sign):
            return text[: -len(sign)].rstrip()
    return text


def _scaled(text: str, words: Vocabulary) -> Decimal:
    is_percent = text.endswith("%") and _is_rate(words)
    bare = text[:-1].rstrip() if is_percent else text
    try:
        value = number(bare, words.style)
    except CellError as fault:
        raise CellError("unknown-mark", f"this is neither a number nor a declared mark ({fault})") from fault
    if words.scale != "fraction" or is_percent:
        return value
    return value if words.above_one == "percent" and value > 1 else value * HUNDRED


def _is_rate(words: Vocabulary) -> bool:
    return words.scale in {"percent", "fraction"}


def _check_range(value: Decimal, words: Vocabulary) -> None:
    if _is_rate(words) and not 0 <= value <= HUNDRED:
        raise CellError("out-of-scale", f"a rate lies between 0 and 100 percent; read as {words.scale}")
    if words.scale == "count" and (value < 0 or value != value.to_integral_value()):
        raise CellError("not-a-count", "a count is a whole number, zero or more")
