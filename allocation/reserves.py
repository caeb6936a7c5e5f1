"""Dollars of an award that pay key roles without lying on a line of theirs: moved, they would take secured months.

What an award pays for certain of its key roles, from the first year asked about to the end of each term, less what
lies on lines of positions in those years, is told as signed for: idle dollars first, then those of other lines. Part
months are rounded up, so that never a day is lost.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from allocation.months import Term, days_in, days_of, number_of
from allocation.standing import StandingInvestment, StandingLine, StandingPay


def staff_amount(investment: StandingInvestment, years: Sequence[int], first_day: date) -> int:
    """Minor units that the award still owes key roles beyond its lines for positions."""
    owed = sum(_paid_from(pay, first_day) for pay in investment.pays)
    first = min(years)
    lines = [line for line in investment.lines if line.position is not None]
    held = sum(
        line.available + line.obligated + (line.spent if line.fiscal_year else 0)
        for line in lines
        if line.fiscal_year is None or line.fiscal_year >= first
    )
    return max(0, owed - held)


def with_reserve(lines: Sequence[StandingLine], amount: int) -> list[StandingLine]:
    """The lines, of which dollars worth `amount` may not move: idle ones first, in the order of their ids."""
    kept = {line.id: line for line in lines}
    for line in sorted(lines, key=lambda each: (each.is_targeted, each.id)):
        taken = min(amount, line.available)
        kept[line.id] = replace(line, available=line.available - taken, obligated=line.obligated + taken)
        amount -= taken
    return [kept[line.id] for line in lines]


def _paid_from(pay: StandingPay, first_day: date) -> int:
    if pay.ends_on < first_day:
        return 0
    term = Term(max(pay.starts_on, first_day), pay.ends_on)
    months = range(number_of(term.first), number_of(term.last) + 1)
    return sum(-(-pay.monthly * days_of(term, month) // days_in(month)) for month in months)
