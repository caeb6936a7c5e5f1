"""The staff's outlook against a reference that walks every day in fractions, its laws, and cases by hand."""

import calendar
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.positions import CostStep, Funding, KeyRole, Position, StaffingError
from allocation.staffing import StaffingOutlook, outlook, paid_by_payer

PAYERS = ("foundation", "city", "bank")
JANUARY = date(2026, 1, 1)


# ------------------------------------------------------------------ the reference: every day, in fractions
def half_up(amount: Fraction) -> int:
    return int((amount + Fraction(1, 2)).__floor__())


def walk(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def month_days(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def day_cost(position: Position, day: date) -> Fraction:
    if position.provision == "VACANT":
        return Fraction(0)
    if (position.starts_on and day < position.starts_on) or (position.ends_on and day > position.ends_on):
        return Fraction(0)
    steps = [step for step in position.costs if step.from_on <= day]
    if not steps:
        return Fraction(0)
    benefits = half_up(Fraction(steps[-1].annual_pay) * Fraction(steps[-1].benefit_rate))
    return Fraction(steps[-1].annual_pay + benefits, 12 * month_days(day))


def day_paid(fundings: Sequence[Funding], day: date, *, certain: bool) -> Fraction:
    total = Fraction(0)
    for each in fundings:
        if each.certain is certain and each.starts_on <= day <= each.ends_on:
            chance = Fraction(1) if certain or each.probability is None else Fraction(each.probability)
            total += Fraction(half_up(each.monthly * chance), month_days(day))
    return total


def reference(
    positions: Sequence[Position], fundings: Sequence[Funding], start: date, count: int
) -> list[list[int]]:
    """[cost, secured, expected, surplus] of each month: a month is what its days give, a year what its months."""
    last = (date(start.year + count // 12 + 2, 1, 1)) - timedelta(days=1)
    months: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for position in positions:
        mine = [
            each for each in fundings if each.position == position.id and each.currency == position.currency
        ]
        exact: dict[tuple[int, int], list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 3)
        for day in walk(date(start.year, 1, 1), last):
            sums = exact[day.year, day.month]
            exact[day.year, day.month] = [
                sums[0] + day_cost(position, day),
                sums[1] + day_paid(mine, day, certain=True),
                sums[2] + day_paid(mine, day, certain=False),
            ]
        for (year, month), (_, paid, hoped) in exact.items():
            upto = sum((exact[year, each][0] for each in range(1, month + 1)), Fraction(0))
            before = upto - exact[year, month][0]
            cost = half_up(upto) - half_up(before)
            secured = min(cost, half_up(paid))
            figures = (cost, secured, min(cost - secured, half_up(hoped)), half_up(paid) - secured)
            months[year, month] = [a + b for a, b in zip(months[year, month], figures, strict=True)]
    keys = [divmod(start.year * 12 + start.month - 1 + n, 12) for n in range(count)]
    return [months[year, month + 1] for year, month in keys]


# ------------------------------------------------------------------ what hypothesis draws
days = st.dates(date(2023, 6, 1), date(2026, 3, 31))
chances = st.one_of(st.none(), st.decimals(0, 1, places=2))


@st.composite
def positions_drawn(draw: st.DrawFn, name: str) -> Position:
    first = draw(days)
    starts = sorted({draw(days) for _ in range(draw(st.integers(0, 3)))})
    rates = st.decimals(0, 1, places=3)
    costs = tuple(CostStep(on, draw(st.integers(0, 20_000_000)), draw(rates)) for on in starts)
    return Position(
        id=name,
        title=name,
        role=draw(st.sampled_from(list(KeyRole))).value,
        full_time_equivalent=draw(st.sampled_from([Decimal(1), Decimal("0.5")])),
        costs=costs,
        currency=draw(st.sampled_from(["USD", "USD", "EUR"])),
        provision=draw(st.sampled_from(["PAID", "PAID", "LOANED", "VACANT"])),
        starts_on=draw(st.sampled_from([None, first])),
        ends_on=draw(st.sampled_from([None, first + timedelta(days=draw(st.integers(0, 700)))])),
    )


@st.composite
def fundings_drawn(draw: st.DrawFn, name: str, positions: Sequence[Position]) -> Funding:
    first = draw(days)
    payer = draw(st.sampled_from([*PAYERS, None]))
    return Funding(
        id=name,
        position=draw(st.sampled_from(positions)).id,
        monthly=draw(st.integers(0, 1_500_000)),
        currency=draw(st.sampled_from(["USD", "USD", "EUR"])),
        starts_on=first,
        ends_on=first + timedelta(days=draw(st.integers(0, 800))),
        payer=payer,
        investment=f"award {payer}",
        certain=draw(st.booleans()),
        recurring=draw(st.booleans()),
        probability=draw(chances),
    )


@st.composite
def staffs(draw: st.DrawFn) -> tuple[list[Position], list[Funding], date]:
    positions = [draw(positions_drawn(f"p{n}")) for n in range(draw(st.integers(1, 3)))]
    fundings = [draw(fundings_drawn(f"f{n}", positions)) for n in range(draw(st.integers(0, 6)))]
    return positions, fundings, draw(days)


Staff = tuple[list[Position], list[Funding], date]


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
def position(**changes: Any) -> Position:  # Any: the dataclass checks each field
    known = {"id": "p", "title": "Director", "role": "PARTNERSHIP_DIRECTOR", "currency": "USD"}
    return Position(**{**known, "costs": (CostStep(date(2020, 1, 1), 1_200_000),), **changes})


def funding(monthly: int, ends_on: date, **changes: Any) -> Funding:  # Any: the dataclass checks each field
    known = {"id": "f", "position": "p", "currency": "USD", "payer": "foundation", "starts_on": JANUARY}
    return Funding(**{**known, "monthly": monthly, "ends_on": ends_on, **changes})


def of(
    fundings: Sequence[Funding], as_of: date = JANUARY, **changes: Any
) -> StaffingOutlook:  # Any: as above
    return outlook([position(**changes)], fundings, as_of)


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


def test_more_than_the_cost_secures_the_cost_and_is_told() -> None:
    found = of([funding(130_000, date(2026, 2, 28))])
    assert [(m.secured, m.surplus) for m in found.months[:3]] == [
        (100_000, 30_000),
        (100_000, 30_000),
        (0, 0),
    ]
    told = {each.code: each for each in found.warnings}["paid-beyond-cost"]
    assert (told.sentence, told.position, told.month) == (
        "'Director' is paid more than it costs in 2 months, first in January 2026",
        "p",
        JANUARY,
    )


def test_a_surplus_on_one_position_secures_no_other() -> None:
    two = [position(), position(id="q", title="Facilitator", role="FACILITATOR")]
    found = outlook(two, [funding(200_000, date(2026, 12, 31))], JANUARY)
    assert (found.months[0].gap, found.first_gap, found.runway_months) == (100_000, JANUARY, 0)


def test_one_award_that_pays_twice_for_the_same_days_is_told_with_its_days() -> None:
    twice = [
        funding(40_000, date(2026, 6, 30), id="a", investment="award"),
        funding(40_000, date(2026, 12, 31), id="b", investment="award", starts_on=date(2026, 6, 1)),
    ]
    told = {each.code: each for each in of(twice).warnings}["overlap"]
    assert (told.fundings, told.month) == (("a", "b"), date(2026, 6, 1))
    assert "from 2026-06-01 to 2026-06-30" in told.sentence


def test_a_position_in_another_currency_stays_out_of_the_sums_and_is_told() -> None:
    both = [position(), position(id="q", title="Data manager", role="DATA_MANAGER", currency="EUR")]
    found = outlook(both, [], JANUARY, currency="USD")
    assert found.months[0].cost == 100_000
    assert [each.position for each in found.warnings if each.code == "currency-of-position"] == ["q"]


def test_a_funding_in_another_currency_pays_nothing_and_is_told() -> None:
    found = of([funding(100_000, date(2026, 12, 31), currency="EUR")])
    assert (found.months[0].secured, found.positions[0].funded_by) == (0, ())
    assert [each.fundings for each in found.warnings if each.code == "currency-of-funding"] == [("f",)]


def test_two_currencies_and_none_named_are_refused() -> None:
    both = [position(), position(id="q", title="Other", currency="EUR")]
    with pytest.raises(StaffingError, match="the positions cost EUR, USD: name the outlook's currency"):
        outlook(both, [], JANUARY)


def test_a_funding_of_nobody_is_refused_with_its_place() -> None:
    with pytest.raises(StaffingError, match="funding 'f': there is no position 'gone'"):
        of([funding(1, date(2026, 12, 31), position="gone")])


@pytest.mark.parametrize(
    ("staff", "codes"),
    [
        ([position()], []),
        ([position(provision="VACANT")], ["director-missing"]),
        ([position(ends_on=date(2026, 1, 31))], []),
        ([position(starts_on=date(2026, 2, 1))], ["director-missing"]),
        ([position(full_time_equivalent=Decimal("0.8"))], ["director-not-full-time"]),
        ([position(), position(id="q", title="Co-director")], ["director-shared"]),
    ],
)
def test_the_director_is_one_dedicated_full_time_person(staff: list[Position], codes: list[str]) -> None:
    found = outlook(staff, [], JANUARY, currency="USD")
    assert [each.code for each in found.warnings if each.code.startswith("director")] == codes


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
