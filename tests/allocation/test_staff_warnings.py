"""What is odd about the staff is told with its place; every case by hand."""

from datetime import date
from decimal import Decimal

import pytest

from allocation.positions import Position
from allocation.staffing import outlook

from .staffs import JANUARY, funding, of, position


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
