"""One position's months: what they cost, what is secured and expected of it, and where the money first runs out."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise
from operator import sub

from allocation.months import (
    YEAR_MONTHS,
    Term,
    days_in,
    days_of,
    first_day,
    last_day,
    part_months,
    rounded,
    shared_out,
    whole_months,
)
from allocation.positions import ONE_DAY, Funding, Position

ROUNDING = 1  # minor units: 8,333.33 a month pays a position of 100,000.00 a year; a gap is more than this
DAYS = 28 * 29 * 15 * 31  # 377,580: the least number that 28, 29, 30 and 31 divide

Amount = Callable[[Funding], int]


@dataclass(frozen=True)
class Coverage:
    """A position's figures for each month of a span, in minor units of the position's currency.

    `secured` and `expected` never exceed the cost together; `surplus` is what certain payers give beyond it;
    `in_kind` is the part of `secured` that is given in kind and no cash. A gap is cost less secured.
    """

    position: Position
    fundings: tuple[Funding, ...]
    span: range
    cost: Sequence[int]
    secured: Sequence[int]
    expected: Sequence[int]
    in_kind: Sequence[int]
    surplus: Sequence[int]

    @cached_property
    def short_month(self) -> int | None:
        """The index of the first month with a gap of more than rounding; None where there is none."""
        pairs = enumerate(zip(self.cost, self.secured, strict=True))
        return next((index for index, (cost, secured) in pairs if cost - secured > ROUNDING), None)

    def paid_by(self, index: int) -> list[int]:
        """What each funding gives of the month's secured amount; together exactly that amount.

        Where certain payers give more than the month costs, each is counted by its share of what they give.
        """
        return _paid_by(self.fundings, self.secured[index], self.span[index])

    def paid_in(self, months: int | None = None) -> list[int]:
        """What each funding gives of what is secured in the first `months`, or in all of them."""
        counted = range(len(self.span))[:months]
        parts = [self.paid_by(index) for index in counted if self.secured[index]]
        return [sum(column) for column in zip(*parts, strict=True)] or [0] * len(self.fundings)


def _paid_by(fundings: Sequence[Funding], secured: int, month: int) -> list[int]:
    return shared_out(secured, [given(each, month) if each.certain else 0 for each in fundings])


def given(funding: Funding, month: int) -> int:
    """The funding's amount in the month times the month's days: whole, and comparable within the month."""
    return funding.monthly * days_of(funding.term, month)


def cover(position: Position, fundings: Iterable[Funding], span: range) -> Coverage:
    """The position's figures over the span of months; `fundings` are its own, in its currency."""
    known = tuple(sorted(fundings, key=lambda each: (each.in_kind is None, each.starts_on, each.id)))
    certain = [each for each in known if each.certain]
    cost = costs(position, span)
    paid = payments(certain, span, lambda each: each.monthly)
    hopes = [each for each in known if not each.certain]
    hoped = payments(hopes, span, lambda each: each.expected_monthly)
    secured = _least(cost, paid)
    return Coverage(
        position=position,
        fundings=known,
        span=span,
        cost=cost,
        secured=secured,
        expected=_least(list(map(sub, cost, secured)), hoped) if hopes else hoped,
        in_kind=_in_kind(known, secured, span),
        surplus=list(map(sub, paid, secured)),
    )


def _least(one: Sequence[int], other: Sequence[int]) -> list[int]:
    pairs = zip(one, other, strict=True)
    return [a if a < b else b for a, b in pairs]  # noqa: FURB136 - min() takes three times as long here


def _in_kind(fundings: Sequence[Funding], secured: Sequence[int], span: range) -> Sequence[int]:
    gifts = sum(each.in_kind is not None for each in fundings)  # they come first
    if not gifts:
        return [0] * len(span)
    months = zip(secured, span, strict=True)
    return [sum(_paid_by(fundings, whole, month)[:gifts]) if whole else 0 for whole, month in months]


def costs(position: Position, span: range) -> list[int]:
    """The position's cost in each month of the span: calendar years in twelfths, so whole years are reckoned."""
    terms = position.cost_terms
    if not terms or not span:
        return [0] * len(span)
    years = range(span[0] // YEAR_MONTHS, span[-1] // YEAR_MONTHS + 1)
    exact = _exact(terms, range(years.start * YEAR_MONTHS, years.stop * YEAR_MONTHS))
    months = [
        cost
        for at in range(0, len(exact), YEAR_MONTHS)
        for cost in _year(tuple(exact[at : at + YEAR_MONTHS]))
    ]
    skipped = span[0] - years.start * YEAR_MONTHS
    return months[skipped : skipped + len(span)]


def _exact(terms: Sequence[tuple[Term, int]], months: range) -> list[int]:
    """What each month costs, times twelve and DAYS."""
    steps = [0] * (len(months) + 1)
    for term, annual in terms:
        _put(steps, months, whole_months(term), annual * DAYS)
        for month, days in part_months(term):
            _put(steps, months, range(month, month + 1), annual * days * (DAYS // days_in(month)))
    return list(accumulate(steps[:-1]))


def _put(steps: list[int], span: range, months: range, amount: int) -> None:
    """Adds an amount to each of some months, as the steps whose running totals the span's months are."""
    start, stop = (min(max(edge - span.start, 0), len(span)) for edge in (months.start, months.stop))
    steps[start] += amount
    steps[stop] -= amount


@lru_cache(maxsize=4096)
def _year(exact: Sequence[int]) -> Sequence[int]:
    """A calendar year's months in whole minor units that add up to the year."""
    totals = [0, *(rounded(run, YEAR_MONTHS * DAYS) for run in accumulate(exact))]
    return [upto - before for before, upto in pairwise(totals)]


def payments(fundings: Sequence[Funding], span: range, amount: Amount) -> list[int]:
    """What the fundings give together in each month of the span, part months by the day, half up."""
    if not fundings:
        return [0] * len(span)
    steps = [0] * (len(span) + 1)
    parts: dict[int, int] = defaultdict(int)
    for each in fundings:
        monthly = amount(each)
        _put(steps, span, whole_months(each.term), monthly)
        for month, days in part_months(each.term):
            if month in span:
                parts[month] += monthly * days
    totals = list(accumulate(steps[:-1]))
    for month, amount_days in parts.items():
        totals[month - span.start] += rounded(amount_days, days_in(month))
    return totals


def first_gap(coverage: Coverage) -> date | None:
    """The first day that the certain money does not reach, by the day within the first month that is short.

    Within that month money counts from the day it is given for: the first day on which the cost so far exceeds
    what was given so far by more than rounding.
    """
    index = coverage.short_month
    if index is None:
        return None
    month = coverage.span[index]
    costs_then, short = coverage.position.cost_terms, 0
    for day in _days(month):
        short += _shortage(coverage, costs_then, day)
        if short > ROUNDING * YEAR_MONTHS * days_in(month):
            return day
    return min(coverage.position.term.last, last_day(month))


def _shortage(coverage: Coverage, costs_then: Sequence[tuple[Term, int]], day: date) -> int:
    """What a day costs beyond what it is given, times twelve and the month's days."""
    cost = sum(annual for term, annual in costs_then if term.first <= day <= term.last)
    paid = sum(
        each.monthly
        for each in coverage.fundings
        if each.certain and each.term.first <= day <= each.term.last
    )
    return cost - YEAR_MONTHS * paid


def _days(month: int) -> Iterable[date]:
    start = first_day(month)
    return (start + timedelta(days=n) for n in range(days_in(month)))


def term_gap(coverage: Coverage) -> date | None:
    """The first day of the span, and of the position, on which no certain payer provides for it.

    For a position whose cost nobody has stated: who provides is known, whether it is enough is not.
    """
    if not coverage.span:
        return None
    day = max(first_day(coverage.span[0]), coverage.position.term.first)
    last = min(last_day(coverage.span[-1]), coverage.position.term.last)
    for each in sorted(coverage.fundings, key=lambda each: each.starts_on):
        if each.certain and each.term.first <= day <= each.term.last:
            day = each.term.last + ONE_DAY
    return day if day <= last else None
