"""The staff's outlook against a reference that walks every day in fractions, its laws, and cases by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.positions import CostStep, KeyRole, StaffingError
from allocation.staffing import outlook, paid_by_payer

from .staffs import JANUARY, PAYERS, Staff, funding, of, position, reference, staffs


@settings(max_examples=150, deadline=None)
@given(staffs())
def test_every_month_is_what_its_days_give(staff: Staff) -> None:
    """Independent: the reference above walks the days of all years in exact fractions.

    A position that ended before the first month is no longer there, nor what somebody still gives for it.
    """
    positions, fundings, as_of = staff
    found = outlook(positions, fundings, as_of, months=18, currency="USD")
    present = [each for each in positions if (each.ends_on or date.max) >= as_of.replace(day=1)]
    counted = [each for each in present if each.currency == "USD"]
    expected = reference(counted, fundings, as_of, 18)
    assert [[m.cost, m.secured, m.expected, m.surplus] for m in found.months] == expected


@given(staffs())
def test_secured_and_gap_are_the_cost_and_never_negative(staff: Staff) -> None:
    for month in outlook(*staff, currency="USD").months:
        assert month.secured + month.gap == month.cost
        assert min(month.secured, month.gap, month.expected, month.gap - month.expected, month.surplus) >= 0


@given(staffs(), st.sampled_from(PAYERS))
def test_losing_a_payer_never_lengthens_a_runway(staff: Staff, lost: str) -> None:
    positions, fundings, as_of = staff
    before = outlook(positions, fundings, as_of, months=36, currency="USD")
    kept = [each for each in fundings if each.payer != lost]
    after = outlook(positions, kept, as_of, months=36, currency="USD")
    assert after.runway_months <= before.runway_months
    assert (after.first_gap or date.max) <= (before.first_gap or date.max)
    pairs = zip(before.positions, after.positions, strict=True)
    assert all(b.runway_months >= a.runway_months for b, a in pairs)


@given(staffs())
def test_what_the_payers_give_adds_up_to_what_is_secured(staff: Staff) -> None:
    found = outlook(*staff, currency="USD")
    coverages = [each.coverage for each in found.positions if each.position.currency == "USD"]
    assert sum(paid_by_payer(coverages).values()) == sum(month.secured for month in found.months)


@given(staffs())
def test_the_staff_is_the_sum_of_its_positions(staff: Staff) -> None:
    found = outlook(*staff, currency="USD")
    mine = [each.months for each in found.positions if each.position.currency == "USD"]
    sums = [[sum(m.cost for m in row), sum(m.secured for m in row)] for row in zip(*mine, strict=True)]
    assert [[m.cost, m.secured] for m in found.months] == (sums or [[0, 0] for _ in found.months])


@given(staffs(), st.randoms())
def test_the_order_of_the_rows_means_nothing(
    staff: Staff, random: Any
) -> None:  # Any: hypothesis's own Random
    positions, fundings, as_of = staff
    shuffled = random.sample(fundings, len(fundings))
    one, other = (outlook(positions, each, as_of, currency="USD") for each in (fundings, shuffled))
    assert (one.months, one.first_gap, one.runway_months, one.largest_payer) == (
        other.months,
        other.first_gap,
        other.runway_months,
        other.largest_payer,
    )


# ------------------------------------------------------------------ by hand
def test_money_that_ends_in_mid_month_reaches_to_that_day() -> None:
    """By hand: 1,000.00 a month to 15 April: half of April's 30 days, 500.00, is missing."""
    found = of([funding(100_000, date(2026, 4, 15))])
    april = found.months[3]
    assert (april.cost, april.secured, april.gap) == (100_000, 50_000, 50_000)
    assert (found.first_gap, found.funded_through, found.runway_months) == (
        date(2026, 4, 16),
        date(2026, 4, 15),
        3,
    )


def test_a_leap_day_is_one_of_29() -> None:
    """By hand: one day of February 2028 is 1/29 of 1,000.00, 34.48."""
    found = of([funding(100_000, date(2028, 2, 1), starts_on=date(2028, 2, 1))], date(2028, 2, 1))
    assert found.months[0].secured == 3_448


def test_a_year_of_months_is_the_years_cost() -> None:
    """By hand: 100,000.00 is 8,333.33 in eight months and 8,333.34 in four."""
    found = of([], costs=(CostStep(date(2020, 1, 1), 10_000_000),))
    year = sorted(month.cost for month in found.months[:12])
    assert year == [833_333] * 8 + [833_334] * 4
    assert sum(year) == 10_000_000


def test_a_monthly_amount_that_was_rounded_down_leaves_no_gap() -> None:
    found = of([funding(833_333, date(2026, 12, 31))], costs=(CostStep(date(2020, 1, 1), 10_000_000),))
    assert (found.first_gap, found.runway_months) == (date(2027, 1, 1), 12)


def test_a_raise_opens_a_gap_on_the_day_it_begins() -> None:
    steps = (CostStep(date(2020, 1, 1), 1_200_000), CostStep(date(2026, 5, 11), 2_400_000))
    found = of([funding(100_000, date(2027, 12, 31))], costs=steps)
    assert found.first_gap == date(2026, 5, 11)


def test_an_uncertain_funding_is_expected_by_its_probability_and_secures_nothing() -> None:
    hoped = funding(100_000, date(2027, 12, 31), certain=False, probability=Decimal("0.25"))
    month = of([hoped]).months[0]
    assert (month.secured, month.expected, month.gap) == (0, 25_000, 100_000)


def test_a_loan_secures_a_position_and_is_told_apart_from_cash() -> None:
    loan = funding(60_000, date(2026, 12, 31), id="loan", in_kind="loan of a person", payer="district")
    found = of([loan, funding(40_000, date(2026, 12, 31))], provision="LOANED")
    assert (found.months[0].secured, found.months[0].in_kind) == (100_000, 60_000)
    assert (found.largest_payer, found.largest_payer_share) == ("district", Decimal("0.6"))


def test_the_recurring_share_is_of_the_coming_years_secured_dollars() -> None:
    """By hand: 25 of 100 recur for twelve months; what recurs later does not count."""
    fundings = [
        funding(25_000, date(2026, 12, 31), id="a", recurring=True),
        funding(75_000, date(2026, 12, 31), id="b", payer="city"),
        funding(100_000, date(2029, 12, 31), id="c", starts_on=date(2027, 1, 1), recurring=True),
    ]
    found = of(fundings)
    assert found.recurring_share == Decimal("0.25")
    assert (found.largest_payer, found.largest_payer_share) == ("city", Decimal("0.75"))


def test_a_surplus_on_one_position_secures_no_other() -> None:
    two = [position(), position(id="q", title="Facilitator", role="FACILITATOR")]
    found = outlook(two, [funding(200_000, date(2026, 12, 31))], JANUARY)
    assert (found.months[0].gap, found.first_gap, found.runway_months) == (100_000, JANUARY, 0)


def test_two_currencies_and_none_named_are_refused() -> None:
    both = [position(), position(id="q", title="Other", currency="EUR")]
    with pytest.raises(StaffingError, match="the positions cost EUR, USD: name the outlook's currency"):
        outlook(both, [], JANUARY)


def test_a_funding_of_nobody_is_refused_with_its_place() -> None:
    with pytest.raises(StaffingError, match="funding 'f': there is no position 'gone'"):
        of([funding(1, date(2026, 12, 31), position="gone")])


def test_a_role_is_missing_where_nobody_fills_it_on_the_day() -> None:
    staff = [
        position(),
        position(id="a", title="A", role="FACILITATOR", provision="VACANT"),
        position(id="b", title="B", role="DATA_MANAGER", starts_on=date(2026, 1, 2)),
        position(id="c", title="C", role="COMMUNICATION_MANAGER", ends_on=JANUARY),
    ]
    assert outlook(staff, [], JANUARY).missing_roles == [
        KeyRole.FACILITATOR,
        KeyRole.DATA_MANAGER,
        KeyRole.COMMUNITY_ENGAGEMENT_MANAGER,
    ]


def test_a_position_without_a_known_cost_is_judged_by_the_terms_of_who_provides_it() -> None:
    loan = [
        funding(0, date(2026, 3, 31), id="a", in_kind="loan"),
        funding(0, date(2026, 8, 15), id="b", in_kind="loan", starts_on=date(2026, 4, 1)),
    ]
    found = outlook([position(costs=(), provision="LOANED")], loan, JANUARY, currency="USD")
    (only,) = found.positions
    assert (only.funded_through, only.first_gap, only.runway_months) == (
        date(2026, 8, 15),
        date(2026, 8, 16),
        7,
    )
    assert (found.first_gap, [each.code for each in found.warnings]) == (None, ["cost-unknown"])


def test_a_position_that_ends_while_it_is_paid_has_no_gap() -> None:
    found = of([funding(100_000, date(2027, 12, 31))], ends_on=date(2026, 6, 15))
    (only,) = found.positions
    assert (only.funded_through, only.first_gap, only.runway_months) == (date(2026, 6, 15), None, 6)


def test_a_position_that_has_ended_is_left_out() -> None:
    assert outlook([position(ends_on=date(2025, 12, 31))], [], JANUARY).positions == []


def test_nobody_at_all_has_no_runway_and_misses_every_role() -> None:
    found = outlook([], [], JANUARY, currency="USD")
    assert (found.runway_months, found.first_gap, len(found.missing_roles)) == (0, None, 5)
    assert (found.recurring_share, found.largest_payer_share) == (None, None)


def test_a_vacant_position_has_neither_cost_nor_runway() -> None:
    found = of([funding(100_000, date(2026, 12, 31))], provision="VACANT")
    assert (found.months[0].cost, found.months[0].surplus, found.positions[0].runway_months) == (
        0,
        100_000,
        0,
    )


def test_fewer_than_no_months_are_refused() -> None:
    with pytest.raises(StaffingError, match="an outlook of -1 months"):
        outlook([], [], JANUARY, months=-1, currency="USD")


def test_a_position_keeps_its_figures_when_another_is_added() -> None:
    other = replace(position(), id="q", title="Other")
    alone = of([funding(100_000, date(2026, 4, 15))])
    both = outlook([position(), other], [funding(100_000, date(2026, 4, 15))], JANUARY)
    assert alone.positions[0].months == both.positions[0].months
