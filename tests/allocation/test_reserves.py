"""What awards still owe key roles stays where it is. Expected amounts are reckoned by hand, in minor units."""

from datetime import date

import pytest

from allocation.question import Ask
from allocation.reserves import staff_amount, with_reserve
from allocation.results import answered
from allocation.standing import StandingPay
from tests.allocation.standings import YEAR, award, line, standing

JULY = date(YEAR - 1, 7, 1)
YEAR_OF_PAY = StandingPay(JULY, date(YEAR, 6, 30), 50_000)


def test_what_is_owed_is_every_month_from_the_year_on_less_what_lies_on_the_position() -> None:
    """12 x 500 dollars are owed; 1,000 lie on the position, 200 more are signed for there: 4,800 are left."""
    held = line("p", 100_000, obligated=20_000, use="OPERATIONS", position="director")
    found = award("a", [held, line("l", 1_000_000)], pays=(YEAR_OF_PAY,))
    assert staff_amount(found, (YEAR,), JULY) == 480_000


def test_months_before_the_year_are_owed_no_more_and_part_months_are_rounded_up() -> None:
    """Of a term from 1 May to 10 July, the 10 days of July: 31 minor units x 10 / 31 are 10, of 32 they are 11."""
    for monthly, owed in ((31, 10), (32, 11)):
        pay = StandingPay(date(YEAR - 1, 5, 1), date(YEAR - 1, 7, 10), monthly)
        assert staff_amount(award("a", [], pays=(pay,)), (YEAR,), JULY) == owed
    over = StandingPay(date(YEAR - 2, 7, 1), date(YEAR - 1, 6, 30), 50_000)
    assert staff_amount(award("a", [], pays=(over,)), (YEAR,), JULY) == 0


def test_what_was_paid_in_the_year_is_owed_no_more_and_what_was_paid_before_counts_for_nothing() -> None:
    """1,500 of the 6,000 were spent on the position this year, 9,000 last year: 4,500 are owed."""
    spent = [
        line("now", 0, spent=150_000, use="OPERATIONS", position="director"),
        line("then", 0, spent=900_000, use="OPERATIONS", position="director", fiscal_year=YEAR - 1),
    ]
    assert staff_amount(award("a", spent, pays=(YEAR_OF_PAY,)), (YEAR,), JULY) == 450_000


def test_idle_dollars_are_kept_before_dollars_at_work() -> None:
    lines = [line("l1", 100, practice="tutoring"), line("l2", 60, obligated=5)]
    kept = with_reserve(lines, 80)
    assert [(each.id, each.available, each.obligated) for each in kept] == [("l1", 80, 20), ("l2", 0, 65)]


@pytest.mark.parametrize(("floor", "moved"), [(True, 400_000), (False, 1_000_000)])
def test_no_plan_takes_a_secured_month_of_a_key_role_unless_that_is_asked_for(
    floor: bool, moved: int
) -> None:
    """10,000 idle dollars, of which 6,000 pay the director: 4,000 go to tutoring; without the floor all do."""
    whole = standing(award("a", [line("l", 1_000_000)], pays=(YEAR_OF_PAY,)))
    result = answered(whole, Ask((YEAR,), smallest_move_amount=0, staffing_floor=floor))
    assert sum(move.amount for move in result.moves) == moved
    held = [each for each in result.document["bindings"] if each["kind"] == "STAFFING"]
    assert bool(held) == floor
