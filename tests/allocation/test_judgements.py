"""Promises against later figures, by hand: 100 Black students of whom 30 read when the plan was made."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from allocation.ask import Ask
from allocation.judgements import Judged, Known, Verdict, judge
from allocation.results import answered
from allocation.standing import StandingRate
from tests.allocation.standings import INDICATOR, POPULATIONS, YEAR, award, line, rate, standing

SINCE, LATER = date(2026, 9, 1), date(2027, 6, 30)
PROMISE = {
    "outcome": "reading",
    "indicator": "reads",
    "area": "city",
    "population": "black",
    "rate": "0.3",
    "people": 100,
    "students": "6",
    "low": "2.5",
}


def judged(*rates: StandingRate, higher_is_better: bool = True, **more: object) -> Judged:
    """The promise above (with other fields), judged by these figures."""
    indicators = {"reads": replace(INDICATOR, higher_is_better=higher_is_better)}
    (found,) = judge([PROMISE | more], Known(rates, indicators, POPULATIONS), SINCE)
    return found


@pytest.mark.parametrize(
    ("percent", "shown", "verdict"),
    [
        ("36", Decimal(6), Verdict.MET),
        ("35.9", Decimal("5.9"), Verdict.WITHIN_RANGE),
        ("32.5", Decimal("2.5"), Verdict.WITHIN_RANGE),
        ("32.4", Decimal("2.4"), Verdict.BELOW_RANGE),
        ("28", Decimal(-2), Verdict.BELOW_RANGE),
    ],
)
def test_a_rise_of_points_is_students_of_those_counted_at_the_plan(
    percent: str, shown: Decimal, verdict: Verdict
) -> None:
    found = judged(rate("black", percent, 120, period_end=LATER))
    assert (found.shown, found.verdict, found.rate_before) == (shown, verdict, Decimal(30))


def test_a_falling_rate_is_the_gain_where_lower_is_better() -> None:
    found = judged(rate("black", "24", 100, period_end=LATER), higher_is_better=False)
    assert (found.shown, found.verdict) == (Decimal(6), Verdict.MET)


def test_a_figure_of_a_period_that_ended_before_the_decision_says_nothing() -> None:
    found = judged(rate("black", "90", 100, period_end=SINCE))
    assert (found.shown, found.verdict, found.period_end) == (None, Verdict.NOT_YET, None)
    assert found.sentence.endswith("no figure of a later period is known yet.")


def test_a_figure_that_is_not_disclosed_stays_unsaid() -> None:
    hidden = replace(rate("black", "90", 100, period_end=LATER), rate=None, people=None)
    found = judged(hidden)
    assert (found.shown, found.rate_after, found.verdict) == (None, None, Verdict.NOT_DISCLOSED)
    assert "90" not in found.sentence


def test_everybody_is_found_under_any_total_and_a_group_under_its_own_name_only() -> None:
    found = judged(rate("all", "40", 400, period_end=LATER))
    assert found.verdict is Verdict.NOT_YET
    whole = judged(rate("all", "52", 400, period_end=LATER), population="all", rate="0.5", people=400)
    assert whole.shown == 8


def test_a_judgement_is_said_in_words() -> None:
    found = judged(rate("black", "33", 100, period_end=LATER))
    assert found.sentence == (
        "6.0 more students were promised, at least 2.5; the figures show 3.0 in the period to 2027-06-30."
    )


def test_a_plan_s_document_keeps_what_it_promises_and_from_where() -> None:
    """All 10,000 dollars go to Black students: the promise is the whole gain, from a rate of 0.3 of 100."""
    result = answered(standing(award("a", [line("l", 1_000_000)])), Ask((YEAR,), smallest_move_amount=0))
    (promise,) = result.document["promises"]
    assert {name: promise[name] for name in ("population", "rate", "people", "indicator")} == {
        "population": "black",
        "rate": "0.3",
        "people": 100,
        "indicator": "reads",
    }
    (move,) = result.moves
    assert float(promise["students"]) == pytest.approx(float(move.gain), abs=1e-4)
    assert float(promise["low"]) == pytest.approx(float(move.gain_low), abs=1e-4)
