"""The first and last day of a published period: one rule for each way of writing it, and no guessing.

| written | covers |
|---|---|
| 2017-18 | the school year: the first day of the school year's month in 2017 to the day before it in 2018 |
| 2010-2011, years that follow each other | the same school year |
| 2005-2009, years further apart | 1 January 2005 to 31 December 2009 |
| 2018 | the calendar year; with `period_kind = "school"` the school year that ends in 2018 |
| 2018-03 | the month, unless the second part is the next year's last two digits (2009-10 is a school year) |
| 2018-03-31 | the day |
| 2017-10-01/2018-03-15 | from the one day to the other |

`period_kind = "calendar"` reads 2009-10 as October 2009 and 2010-2011 as two calendar years.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from api.exchange.errors import CellError
from api.exchange.text import Cell
from api.exchange.values import iso_day, month_end

SHAPE = re.compile(r"([0-9]{4})(?:\s*[-–/]\s*([0-9]{4}|[0-9]{2}))?", re.ASCII)
INTERVAL = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\s*/\s*([0-9]{4}-[0-9]{2}-[0-9]{2})", re.ASCII)
ACCEPTED = "a period is written like 2017-18, 2018, 2018-03, 2018-03-31 or 2017-07-01/2018-06-30"


@dataclass(frozen=True, slots=True)
class Calendar:
    """`kind` is "", "school" or "calendar"; `school_month` is the month a school year begins in."""

    kind: str = ""
    school_month: int = 7


def period(cell: Cell, rule: Calendar) -> tuple[date, date]:
    """First and last day. CellError `not-a-period` where none of the shapes fits."""
    if isinstance(cell, date):
        return cell, cell
    interval = INTERVAL.fullmatch(cell)
    if interval:
        return _ordered(_known(iso_day(interval[1])), _known(iso_day(interval[2])))
    shape = SHAPE.fullmatch(cell)
    if shape is None:
        only = _known(iso_day(cell)) if cell.count("-") == 2 else _known(None)
        return only, only
    first = int(shape[1])
    if not 1800 <= first <= 2200:
        raise CellError("not-a-period", ACCEPTED)
    return _year(first, rule) if shape[2] is None else _pair(first, shape[2], rule)


def _year(year: int, rule: Calendar) -> tuple[date, date]:
    return _school_year(year - 1, rule) if rule.kind == "school" else _years(year, year)


def _pair(first: int, second: str, rule: Calendar) -> tuple[date, date]:
    school = rule.kind != "calendar"
    if len(second) == 4:
        last = int(second)
        return _school_year(first, rule) if school and last == first + 1 else _years(first, last)
    if school and int(second) == (first + 1) % 100:
        return _school_year(first, rule)
    return _month(first, int(second))


def _school_year(first: int, rule: Calendar) -> tuple[date, date]:
    starts = date(first, rule.school_month, 1)
    return starts, date(first + 1, rule.school_month, 1) - timedelta(days=1)


def _years(first: int, last: int) -> tuple[date, date]:
    return _ordered(date(first, 1, 1), date(last, 12, 31))


def _month(year: int, month: int) -> tuple[date, date]:
    if not 1 <= month <= 12:
        raise CellError("not-a-period", ACCEPTED)
    return date(year, month, 1), month_end(year, month)


def _known(value: date | None) -> date:
    if value is None:
        raise CellError("not-a-period", ACCEPTED)
    return value


def _ordered(first: date, last: date) -> tuple[date, date]:
    if last < first:
        raise CellError("not-a-period", "a period ends on or after the day it begins")
    return first, last
