"""Staffs for tests: a reference that walks every day in fractions, staffs that hypothesis draws, and one by hand."""

import calendar
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from allocation.positions import CostStep, Funding, KeyRole, Position
from allocation.staffing import StaffingOutlook, outlook

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
