"""The renewal calendar: what is due, what is late, and the amount at risk."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from allocation.positions import Funding
from allocation.renewals import AwardTerms, at_risk, renewals_due

TODAY = date(2026, 11, 23)


def award(name: str, **changes: Any) -> AwardTerms:  # Any: the dataclass checks each field
    known = {"investment": name, "title": name, "funder": "f", "currency": "USD", "committed": 10_000}
    return AwardTerms(**{**known, **changes})


def test_renewals_within_the_days_are_listed_the_earliest_first() -> None:
    awards = [
        award("late in range", renewal_due_on=TODAY + timedelta(days=180)),
        award("beyond", renewal_due_on=TODAY + timedelta(days=181)),
        award("today", renewal_due_on=TODAY),
        award("by its end", ends_on=TODAY + timedelta(days=30)),
        award("ended", ends_on=TODAY - timedelta(days=1)),
        award("followed", ends_on=TODAY + timedelta(days=30), is_renewed=True),
        award("no date"),
    ]
    assert [each.award.title for each in renewals_due(awards, [], TODAY)] == [
        "today",
        "by its end",
        "late in range",
    ]


def test_a_renewal_that_was_due_while_the_award_runs_on_is_late() -> None:
    known = award("a", renewal_due_on=TODAY - timedelta(days=5), ends_on=TODAY + timedelta(days=90))
    assert [each.is_late for each in renewals_due([known], [], TODAY)] == [True]


def test_the_positions_that_an_award_pays_hang_on_its_renewal() -> None:
    paid = Funding("f", "director", 1, "USD", TODAY, TODAY, investment="a")
    (due,) = renewals_due([award("a", ends_on=TODAY)], [paid], TODAY)
    assert due.positions == ["director"]


@pytest.mark.parametrize(("probability", "amount"), [(None, None), ("0.65", 3_500), ("1", 0), ("0", 10_000)])
def test_the_amount_at_risk_is_weighed_by_the_chance_of_no_renewal(
    probability: str | None, amount: int | None
) -> None:
    """By hand: 35 % of 100.00 is 35.00; without a known chance nothing is made up."""
    chance = None if probability is None else Decimal(probability)
    assert at_risk(award("a", probability=chance)) == amount
