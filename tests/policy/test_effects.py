"""Before and after a policy, beside each other. Expected values are reckoned by hand from the three periods."""

from datetime import date
from decimal import Decimal

from policy.effects import ALONE, Period, effect


def year(ends: int, value: str, gap: str | None, version: str = "") -> Period:
    days = date(ends - 1, 7, 1), date(ends, 6, 30)
    return Period(*days, Decimal(value), None if gap is None else Decimal(gap), version)


PAST = [year(2023, "40.0", "20.0"), year(2024, "41.0", "19.5"), year(2026, "46.0", "15.0")]


def test_the_last_period_before_stands_beside_the_latest_since() -> None:
    found = effect(PAST, date(2024, 9, 1))
    assert found.before == PAST[1]
    assert found.after == PAST[2]
    assert found.gap_change == Decimal("-4.5")
    assert found.caution == f"{ALONE} Only one period has been measured since."


def test_a_period_that_began_before_and_ended_after_is_on_neither_side() -> None:
    found = effect(PAST, date(2024, 3, 1))
    assert found.before == PAST[0]
    assert found.after == PAST[2]
    assert found.gap_change == Decimal("-5.0")


def test_nothing_since_is_said_and_not_reckoned() -> None:
    found = effect(PAST, date(2026, 10, 1))
    assert (found.before, found.after, found.gap_change) == (PAST[2], None, None)
    assert "No disclosed figure is of a period that began since" in found.caution


def test_nothing_before_is_said() -> None:
    found = effect(PAST, date(2020, 1, 1))
    assert (found.before, found.gap_change) == (None, None)
    assert "No disclosed figure is from before the policy." in found.caution


def test_gaps_of_two_definitions_are_not_compared() -> None:
    found = effect([year(2024, "41", "19.5", "old"), year(2026, "46", "15", "new")], date(2024, 9, 1))
    assert found.gap_change is None
    assert "definition changed" in found.caution


def test_an_unknown_gap_is_said() -> None:
    found = effect([year(2024, "41", None), year(2026, "46", "15")], date(2024, 9, 1))
    assert found.gap_change is None
    assert "The gap is not known for both periods." in found.caution


def test_other_plans_of_the_same_years_are_named_in_the_caution() -> None:
    assert "Other plans for the same indicator and group were in effect as well: 2." in (
        effect(PAST, date(2024, 9, 1), others=2).caution
    )
