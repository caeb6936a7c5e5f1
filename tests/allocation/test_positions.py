"""What a position costs and who pays: what is refused, with its place, and the yearly cost."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from allocation.positions import CostStep, Funding, Position, StaffingError

NEW_YEAR = date(2026, 1, 1)


def position(**changes: Any) -> Position:  # Any: the dataclass checks each field
    return Position(**{"id": "p", "title": "Data manager", "role": "DATA_MANAGER", **changes})


def funding(**changes: Any) -> Funding:  # Any: the dataclass checks each field
    known = {"starts_on": NEW_YEAR, "ends_on": date(2026, 12, 31)}
    return Funding(**{"id": "f", "position": "p", "monthly": 100, "currency": "USD", **known, **changes})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"role": "CHIEF"}, "position 'Data manager': the role 'CHIEF' is none of PARTNERSHIP_DIRECTOR"),
        ({"provision": "HIRED"}, "the provision 'HIRED' is none of PAID"),
        ({"full_time_equivalent": Decimal(0)}, "the full-time equivalent 0 is not above 0"),
        ({"full_time_equivalent": Decimal("NaN")}, "the full-time equivalent NaN is not above 0"),
        (
            {"starts_on": date(2026, 7, 1), "ends_on": NEW_YEAR},
            "ends on 2026-01-01, before it starts on 2026-07",
        ),
        ({"costs": (CostStep(NEW_YEAR, 1),)}, "its cost has no currency"),
        (
            {"costs": (CostStep(NEW_YEAR, 1), CostStep(NEW_YEAR, 2)), "currency": "USD"},
            "two costs begin on the same day",
        ),
    ],
)
def test_a_position_that_contradicts_itself_is_refused_with_its_title(
    changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(StaffingError, match=sentence):
        position(**changes)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"monthly": -1}, "funding 'f' of position 'p': the monthly amount -1 is negative"),
        ({"ends_on": date(2025, 12, 31)}, "funding 'f' of position 'p': it ends on 2025-12-31, before"),
        ({"investment": "i", "in_kind": "k"}, "it names two payers"),
        ({"probability": Decimal("1.1")}, "the probability 1.1 is not within 0 and 1"),
        ({"probability": Decimal("NaN")}, "the probability NaN is not within 0 and 1"),
    ],
)
def test_a_funding_that_contradicts_itself_is_refused_with_its_place(
    changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(StaffingError, match=sentence):
        funding(**changes)


def test_a_negative_cost_is_refused_with_its_date() -> None:
    with pytest.raises(StaffingError, match="the cost from 2026-01-01: the annual pay -1 is negative"):
        CostStep(NEW_YEAR, -1)


def test_a_negative_benefit_rate_is_refused() -> None:
    with pytest.raises(StaffingError, match=r"the benefit rate -0\.1 is not 0 or above"):
        CostStep(NEW_YEAR, 1, Decimal("-0.1"))


def test_benefits_come_on_top_of_the_pay_and_are_rounded_once() -> None:
    """By hand: 80,001.50 at 27.65 % is 22,120.41475, so 22,120.41; together 102,121.91."""
    assert CostStep(NEW_YEAR, 8_000_150, Decimal("0.2765")).annual_cost == 10_212_191


def test_a_raise_ends_the_cost_before_it() -> None:
    steps = (CostStep(NEW_YEAR, 100), CostStep(date(2026, 7, 16), 200))
    known = position(costs=steps, currency="USD", starts_on=date(2026, 2, 1), ends_on=date(2026, 12, 31))
    assert [(term.first, term.last, cost) for term, cost in known.cost_terms] == [
        (date(2026, 2, 1), date(2026, 7, 15), 100),
        (date(2026, 7, 16), date(2026, 12, 31), 200),
    ]


def test_a_vacant_position_costs_nothing() -> None:
    assert position(costs=(CostStep(NEW_YEAR, 100),), currency="USD", provision="VACANT").cost_terms == []


def test_an_end_in_the_year_9999_means_no_end() -> None:
    assert position(ends_on=date(9999, 12, 31)).term == position().term


def test_an_expected_amount_is_weighed_by_its_probability_where_one_is_known() -> None:
    """By hand: 10.01 at 0.35 is 3.5035."""
    assert funding(monthly=1001, probability=Decimal("0.35")).expected_monthly == 350
    assert funding(monthly=1001).expected_monthly == 1001
