"""The least new money for a target, against places reckoned by hand from one practice's cost and effect."""

import math

import pytest

from allocation.question import Ask, QuestionError
from allocation.results import answered
from tests.allocation.standings import YEAR, award, line, standing
from tests.allocation.test_results import effect_at

WHOLE = standing(award("a", [line("l", 1_000_000)]))


def told(**target: float) -> dict[str, object]:
    """What is kept of the least money."""
    found: dict[str, object] = answered(WHOLE, Ask((YEAR,), **target)).document["least_money"]  # type: ignore[arg-type]  # fields by name
    return found


def test_students_take_their_places_at_the_cost_of_one_less_the_dollars_at_hand() -> None:
    """5 students take 5 / effect places at 1,000 dollars each, where a place does most: 10,000 are at hand."""
    least = math.ceil(5 / max(effect_at(0.30), effect_at(0.50)) * 100_000) - 1_000_000
    found = told(target_students=5)
    assert found["amount"] == pytest.approx(least, abs=1)
    assert str(found["sentence"]).startswith("It takes at least $")
    assert "5 students reach the outcomes" in str(found["sentence"])


def test_a_share_of_the_gap_is_that_share_of_its_twenty_children() -> None:
    least = math.ceil(0.2 * 20 / effect_at(0.30) * 100_000) - 1_000_000
    assert told(target_share=0.2)["amount"] == pytest.approx(least, abs=1)


def test_what_dollars_at_hand_reach_takes_no_new_money() -> None:
    assert told(target_students=0)["amount"] == 0


def test_what_no_money_reaches_is_said() -> None:
    """There are 400 children, 200 of them short of parity at most."""
    found = told(target_students=10_000)
    assert found["amount"] is None
    assert "No amount of new money is enough" in str(found["sentence"])


def test_nothing_is_told_where_nothing_was_asked() -> None:
    assert "least_money" not in answered(WHOLE, Ask((YEAR,))).document


@pytest.mark.parametrize("target", [{"target_share": 1.1}, {"target_students": -1.0}])
def test_targets_that_make_no_sense_are_told(target: dict[str, float]) -> None:
    with pytest.raises(QuestionError, match="between 0 and"):
        Ask((YEAR,), **target)  # type: ignore[arg-type]  # fields by name
