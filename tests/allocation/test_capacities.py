"""Places and units in kind that dollars outside the cells take; counted by hand at 1,000 dollars a place."""

from datetime import date
from decimal import Decimal

import pytest

from allocation.question import Ask
from allocation.results import answered
from allocation.standing import Standing, StandingSupply
from tests.allocation.standings import YEAR, award, line, practice, standing

HIDDEN = line("h", 2_000_000, practice="tutoring", population="learners")
"""20 places for English learners, of whom no rate is disclosed: the dollars stay, and so do the learners."""


def moved(whole: Standing) -> int:
    """Minor units that a plan with no smallest move puts to tutoring."""
    moves = answered(whole, Ask((YEAR,), smallest_move_amount=0)).moves
    return sum(move.amount for move in moves if move.target.practice == "tutoring")


@pytest.mark.parametrize(("capacity", "places"), [(30, 10), (20, 0), (5, 0), (25, 5)])
def test_places_of_those_whose_rate_is_not_shown_are_not_sold_twice(capacity: int, places: int) -> None:
    held = award("a", [HIDDEN, line("l", 5_000_000)])
    whole = standing(held, practices=(practice("tutoring", capacity=capacity),))
    assert moved(whole) == places * 100_000


def test_their_units_in_kind_are_not_given_twice() -> None:
    """50 hours at 2 a place are 25 places, of which 20 are taken."""
    hours = StandingSupply("VOLUNTEERS", "HOUR", Decimal(50), None, date(YEAR - 1, 7, 1), date(YEAR, 6, 30))
    needing = practice("tutoring", needs={("VOLUNTEERS", "HOUR"): Decimal(2)})
    held = award("a", [HIDDEN, line("l", 5_000_000)])
    assert moved(standing(held, practices=(needing,), supplies=(hours,))) == 500_000


def test_a_year_without_such_dollars_has_all_its_places() -> None:
    held = award("a", [line("l", 5_000_000)])
    assert moved(standing(held, practices=(practice("tutoring", capacity=30),))) == 3_000_000
