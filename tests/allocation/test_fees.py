"""The fiscal agent's fees: what the agreements call for against what was charged, by award and by period."""

import calendar
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.fees import Agreement, Fee, FeeReport, Moved, Movement, fee_report
from allocation.months import Term

YEAR = Term(date(2026, 7, 1), date(2027, 6, 30))
TEN = Agreement(Decimal("0.10"))


def got(amount: int, on: date, investment: str = "i", currency: str = "USD") -> Movement:
    return Movement(investment, currency, amount, on)


def of(agreements: list[Agreement], *receipts: Movement, charged: int = 0) -> Fee:
    charges = [got(charged, date(2026, 7, 31))] if charged else []
    return next(iter(fee_report(agreements, Moved(receipts, charges), YEAR).lines))


def test_a_fee_is_the_rate_on_the_day_of_each_receipt() -> None:
    """By hand: 7 % of 100.00 to the end of July and 10 % of 50.00 after is 12.00; 11.50 was charged."""
    rates = [Agreement(Decimal("0.07")), Agreement(Decimal("0.10"), starts_on=date(2026, 8, 1))]
    only = of(rates, got(10_000, date(2026, 7, 31)), got(5_000, date(2026, 8, 1)), charged=1_150)
    assert (only.received, only.due, only.charged, only.difference) == (15_000, 1_200, 1_150, -50)


def test_an_awards_own_rate_comes_before_the_anchors_while_it_lasts() -> None:
    own = Agreement(Decimal("0.03"), investment="i", ends_on=date(2026, 7, 31))
    only = of([TEN, own], got(10_000, date(2026, 7, 31)), got(10_000, date(2026, 8, 1)))
    assert only.due == 300 + 1_000


def test_an_amount_a_month_is_due_by_its_days_and_nothing_of_the_receipts() -> None:
    """By hand: 31.00 a month from 16 July: 16/31 of July is 16.00, and all of August to June are 11 months."""
    monthly = Agreement(monthly=3_100, currency="USD", investment="i", starts_on=date(2026, 7, 16))
    assert of([TEN, monthly], got(10_000, date(2026, 8, 1))).due == 1_600 + 11 * 3_100


def test_the_price_of_hosting_is_of_no_award_and_leaves_the_rate_in_force() -> None:
    hosting = Agreement(monthly=1_000, currency="USD", starts_on=date(2026, 7, 1))
    found = fee_report([TEN, hosting], Moved([got(10_000, date(2026, 8, 1))]), YEAR)
    assert [(each.investment, each.due) for each in found.lines] == [(None, 12_000), ("i", 1_000)]


def test_money_sent_back_takes_its_fee_along() -> None:
    only = of([TEN], got(10_000, date(2026, 7, 1)), got(-4_000, date(2026, 8, 1)))
    assert (only.received, only.due) == (6_000, 600)


def test_without_an_agreement_nothing_is_due_and_it_is_told() -> None:
    only = of([], got(10_000, date(2026, 7, 1)), charged=5)
    assert (only.due, only.unagreed, only.difference) == (0, 10_000, 5)


def test_a_fee_is_rounded_once_over_all_receipts() -> None:
    """By hand: three times 0.15 at 10 % is 0.045, half up 0.05 (rounded apart it would be 0.06)."""
    assert of([TEN], *(got(15, date(2026, 7, day)) for day in (1, 2, 3))).due == 5


@pytest.mark.parametrize(("months", "starts"), [(1, [7, 9]), (3, [7]), (12, [7])])
def test_a_quarter_is_one_of_the_fiscal_year(months: int, starts: list[int]) -> None:
    moved = Moved([got(10_000, date(2026, 7, 5)), got(10_000, date(2026, 9, 5))])
    found = fee_report([TEN], moved, YEAR, months=months, start_month=7)
    assert [each.starts_on.month for each in found.periods] == starts


def test_overhead_is_what_hosting_cost_in_each_month() -> None:
    moved = Moved(
        overhead=[got(700, date(2026, 7, 5)), got(500, date(2026, 7, 31)), got(9, date(2026, 9, 1))]
    )
    found = fee_report([], moved, YEAR)
    assert [(each.starts_on.month, each.hosting, each.due) for each in found.periods] == [
        (7, 1_200, 0),
        (9, 9, 0),
    ]
    assert found.lines == []


days = st.dates(date(2026, 7, 1), date(2027, 6, 30))
names = st.sampled_from(["i", "j"])


@st.composite
def agreements(draw: st.DrawFn) -> Agreement:
    start, length = draw(st.dates(date(2025, 7, 1), date(2027, 12, 31))), draw(st.integers(0, 500))
    ends_on = draw(st.sampled_from([None, start + timedelta(days=length)]))
    award = draw(st.sampled_from(["i", "j", None]))
    if draw(st.booleans()):
        rate = draw(st.decimals(0, 1, places=4))
        return Agreement(
            rate, investment=award, starts_on=draw(st.sampled_from([None, start])), ends_on=ends_on
        )
    cents = draw(st.integers(0, 10**6))
    return Agreement(monthly=cents, currency="USD", investment=award, starts_on=start, ends_on=ends_on)


movements = st.builds(Movement, names, st.just("USD"), st.integers(-(10**7), 10**7), days)


def in_force(known: list[Agreement], day: date) -> Agreement | None:
    """Of one kind, the one that began last by the day, if it still lasts."""
    begun = [each for each in known if (each.starts_on or date.min) <= day]
    latest = max(begun, key=lambda each: each.starts_on or date.min, default=None)
    return latest if latest and day <= (latest.ends_on or date.max) else None


def dues_by_the_day(known: list[Agreement], receipts: list[Movement]) -> dict[str | None, Fraction]:
    """Independent: walks every day of the year in fractions."""
    totals: dict[str | None, Fraction] = defaultdict(Fraction)
    day = date(2026, 7, 1)
    while day <= date(2027, 6, 30):
        share = Fraction(1, calendar.monthrange(day.year, day.month)[1])
        hosting = in_force([each for each in known if not each.investment and each.monthly is not None], day)
        anchors = in_force([each for each in known if not each.investment and each.fee_rate is not None], day)
        own = {
            award: in_force([each for each in known if each.investment == award], day) for award in ("i", "j")
        }
        for award, agreement in ((None, hosting), *own.items()):
            if agreement and agreement.monthly is not None:
                totals[award] += agreement.monthly * share
        for each in receipts:
            agreement = own[each.investment] or anchors
            if each.on == day and agreement and agreement.fee_rate is not None:
                totals[each.investment] += each.amount * Fraction(agreement.fee_rate)
        day += timedelta(days=1)
    return totals


def starts_differ(known: list[Agreement]) -> bool:
    """The database keeps one agreement of an award for each first day."""
    keys = [(each.investment, not each.investment and each.monthly is None, each.starts_on) for each in known]
    return len(set(keys)) == len(keys)


@given(st.lists(agreements(), max_size=5).filter(starts_differ), st.lists(movements, max_size=8))
def test_a_fee_is_what_its_days_give(known: list[Agreement], receipts: list[Movement]) -> None:
    expected = dues_by_the_day(known, receipts)
    found = {each.investment: each.due for each in fee_report(known, Moved(receipts), YEAR).lines}
    for award in {*found, *expected}:
        exact = expected.get(award, Fraction(0))
        assert found.get(award, 0) == (exact + Fraction(1, 2)).__floor__()


@given(
    st.lists(agreements(), max_size=5),
    st.lists(movements, max_size=8),
    st.lists(movements, max_size=5),
    st.sampled_from([1, 3, 12]),
)
def test_periods_add_up_to_the_awards(
    known: list[Agreement], receipts: list[Movement], charges: list[Movement], months: int
) -> None:
    found: FeeReport = fee_report(known, Moved(receipts, charges), YEAR, months=months, start_month=7)
    assert sum(each.due for each in found.periods) == sum(each.due for each in found.lines)
    assert sum(each.charged for each in found.periods) == sum(each.amount for each in charges)
