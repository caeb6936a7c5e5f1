"""Calendar months as whole numbers, and amounts of money by the day: changes when a part month is reckoned anew.

A month's amount belongs to its days in equal parts: a day of a month with n days carries 1/n of it (actual days
over actual days of the month; no 30-day convention). Amounts stay exact ratios of whole numbers until they are
stated, and are then rounded half up to whole minor units, always as the difference of two rounded running totals,
so that the parts of a month add up to the month and twelve months of a yearly amount add up to the year.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Self

FIRST_YEAR, LAST_YEAR = 1900, 2200
YEAR_MONTHS = 12


@dataclass(frozen=True, order=True, slots=True)
class Term:
    """The days from `first` to `last`, both of them included."""

    first: date
    last: date

    def meets(self, other: Self) -> bool:
        """Whether the two have a day in common."""
        return self.first <= other.last and other.first <= self.last

    def within(self, other: Self) -> Self | None:
        """The days that the two have in common."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return type(self)(first, last) if first <= last else None


def number_of(day: date) -> int:
    """The month of a day as a number that grows by one a month."""
    return day.year * YEAR_MONTHS + day.month - 1


@lru_cache(maxsize=8192)
def first_day(month: int) -> date:
    """The first day of the month with this number."""
    return date(month // YEAR_MONTHS, month % YEAR_MONTHS + 1, 1)


@lru_cache(maxsize=8192)
def days_in(month: int) -> int:
    """How many days the month has."""
    return monthrange(month // YEAR_MONTHS, month % YEAR_MONTHS + 1)[1]


@lru_cache(maxsize=8192)
def last_day(month: int) -> date:
    """The last day of the month with this number."""
    return first_day(month) + timedelta(days=days_in(month) - 1)


@lru_cache(maxsize=8192)
def month_term(month: int) -> Term:
    """All days of the month."""
    return Term(first_day(month), last_day(month))


def days_of(term: Term, month: int) -> int:
    """How many days of the month lie in the term."""
    whole = month_term(month)
    if term.first <= whole.first and whole.last <= term.last:
        return days_in(month)
    shared = term.within(whole)
    return 0 if shared is None else (shared.last - shared.first).days + 1


@lru_cache(maxsize=8192)
def whole_months(term: Term) -> range:
    """The numbers of the months that lie wholly in the term; empty where none does."""
    start = number_of(term.first) + (term.first.day > 1)
    stop = number_of(term.last + timedelta(days=1))
    return range(start, max(start, stop))


@lru_cache(maxsize=8192)
def part_months(term: Term) -> Sequence[tuple[int, int]]:
    """(month, days) for each month of which the term has some days and not all: at most two."""
    whole, ends = whole_months(term), dict.fromkeys((number_of(term.first), number_of(term.last)))
    return [(month, days_of(term, month)) for month in ends if month not in whole]


def rounded(numerator: int, denominator: int) -> int:
    """The ratio as a whole number, halves up; both are whole, the denominator above zero."""
    return (2 * numerator + denominator) // (2 * denominator)


def shared_out(whole: int, weights: Iterable[int]) -> list[int]:
    """`whole` in parts by weight, each whole, that add up to it exactly; all zero where no weight is above zero.

    Each part is the difference of two rounded running totals, so it lies within one unit of its exact share.
    """
    known = list(weights)
    total = sum(known)
    if total <= 0:
        return [0] * len(known)
    parts, run, before = [], 0, 0
    for weight in known:
        run += weight
        upto = rounded(whole * run, total)
        parts.append(upto - before)
        before = upto
    return parts
