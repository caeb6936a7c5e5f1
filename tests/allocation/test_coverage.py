"""Whose money secures a month: each payer's part against a walk of the days, and parts that add up to the whole."""

import calendar
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from allocation.coverage import cover
from allocation.months import number_of
from allocation.positions import CostStep, Funding, Position

DIRECTOR = Position("p", "Director", "OTHER", costs=(CostStep(date(2020, 1, 1), 1_200_000),), currency="USD")
START = date(2027, 11, 1)  # the span holds a leap day
SPAN = range(number_of(START), number_of(START) + 8)
days = st.dates(date(2027, 10, 1), date(2028, 8, 31))


@st.composite
def fundings(draw: st.DrawFn) -> list[Funding]:
    found = []
    for n in range(draw(st.integers(0, 6))):
        first = draw(days)
        found.append(
            Funding(
                f"f{n}",
                "p",
                draw(st.integers(0, 250_000)),
                "USD",
                first,
                first + timedelta(days=draw(st.integers(0, 200))),
                payer=f"payer {n}",
                certain=draw(st.booleans()),
            )
        )
    return found


def by_the_day(funding: Funding, month: date) -> Fraction:
    """Independent: what certain money a funding gives on the days of a month, each 1/n of the month's amount."""
    count = calendar.monthrange(month.year, month.month)[1]
    paid = sum(funding.starts_on <= month + timedelta(days=n) <= funding.ends_on for n in range(count))
    return Fraction(funding.monthly * paid, count) if funding.certain else Fraction(0)


@given(fundings())
def test_the_shares_of_a_month_add_to_one(drawn: list[Funding]) -> None:
    found = cover(DIRECTOR, drawn, SPAN)
    for index in range(len(SPAN)):
        secured = found.secured[index]
        parts = found.paid_by(index)
        assert sum(parts) == secured
        if secured:
            assert sum(Fraction(part, secured) for part in parts) == 1


@given(fundings())
def test_each_payer_secures_its_part_of_what_all_give(drawn: list[Funding]) -> None:
    """To the cent: the month's secured amount in proportion to what each gives on its days, by exact fractions."""
    found = cover(DIRECTOR, drawn, SPAN)
    for index, month in enumerate(SPAN):
        first = date(month // 12, month % 12 + 1, 1)
        exact = {each.id: by_the_day(each, first) for each in drawn}
        whole = sum(exact.values())
        assert found.secured[index] == min(100_000, int(whole + Fraction(1, 2)))
        for funding, part in zip(found.fundings, found.paid_by(index), strict=True):
            fair = found.secured[index] * exact[funding.id] / whole if whole else Fraction(0)
            assert abs(part - fair) <= 1
