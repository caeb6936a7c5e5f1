"""Who can gain. Expected numbers are hand calculations from the rates and counts beside them."""

from dataclasses import replace
from datetime import date

import pytest

from allocation.standing import Standing, StandingArea, StandingPopulation
from allocation.targets import Target, everybody, home_area, indicators_of, planned_population, targets_of
from tests.allocation.standings import (
    INDICATOR,
    POPULATIONS,
    disparity,
    rate,
    standing,
)


def target(of: Standing, population: str, area: str = "city") -> Target:
    """The one target of a population in an area."""
    (found,) = [each for each in targets_of(of) if (each.population, each.area) == (population, area)]
    return found


def test_a_group_that_is_behind_can_gain_until_parity() -> None:
    """100 people x 20 points = 20, not the 70 who cannot read."""
    black = target(standing(), "black")
    assert black.gap == pytest.approx(20)
    assert black.is_behind
    assert black.is_persistent
    assert black.is_open


def test_a_group_that_is_ahead_gets_no_more_when_gaps_are_to_close() -> None:
    """White students: 200 people, 40 % of whom lack the outcome."""
    white = target(standing(), "white")
    assert white.gap == pytest.approx(80)
    assert not white.is_behind
    assert not white.is_open


def test_everybody_can_gain_until_all_have_the_outcome() -> None:
    whole = target(standing(), "all")
    assert whole.gap == pytest.approx(200)
    assert whole.is_everybody
    assert whole.is_open


def test_where_lower_is_better_those_with_the_bad_outcome_are_the_gap() -> None:
    """Absence: everybody 50 %, the group 80 % of 100, so 30 points behind; the group's 80 bound it from above."""
    indicator = replace(INDICATOR, higher_is_better=False)
    absent = standing(
        indicators={"reads": indicator},
        rates=(rate("all", "50", 400), rate("black", "80", 100)),
        disparities=(disparity("black", 80, 100, higher_is_better=False),),
    )
    assert target(absent, "black").gap == pytest.approx(30)
    assert target(absent, "black").is_behind
    assert target(absent, "all").gap == pytest.approx(200)


def test_totals_of_two_dimensions_are_the_same_everybody() -> None:
    by_language = StandingPopulation(
        "all-2", "language", "Total", "All students (by language)", is_total=True
    )
    both = standing(
        populations=POPULATIONS | {"all-2": by_language},
        rates=(rate("all", "50", 400), rate("all-2", "51", 401), rate("black", "30", 100)),
    )
    assert everybody(both) == "all"
    assert [each.population for each in targets_of(both) if each.is_everybody] == ["all"]
    assert planned_population(both, "all-2") == planned_population(both, None) == "all"


def test_the_newest_figure_of_everybody_counts_then_the_one_with_most_people() -> None:
    by_language = StandingPopulation(
        "all-2", "language", "Total", "All students (by language)", is_total=True
    )
    both = standing(
        populations=POPULATIONS | {"all-2": by_language},
        rates=(rate("all-2", "51", 401), rate("all", "40", 300, period_end=date(2020, 6, 30))),
    )
    assert target(both, "all").people == 401


def test_a_group_without_a_disclosed_rate_or_size_is_no_target() -> None:
    hidden = replace(rate("black", "30", 100), rate=None)
    assert not targets_of(standing(rates=(hidden, rate("white", "60", None))))


def test_an_outcome_is_planned_by_its_core_indicator_whatever_the_number_of_rates() -> None:
    other = replace(INDICATOR, id="other", name="A", is_core=False)
    two = standing(
        indicators={"other": other, "reads": INDICATOR},
        rates=(
            rate("all", "50", 400),
            *(rate(each, "9", 50, indicator="other") for each in ("all", "black", "white")),
        ),
    )
    assert [each.id for each in indicators_of(two)] == ["reads"]


def test_an_indicator_that_is_no_percentage_plans_nothing() -> None:
    score = replace(INDICATOR, unit="score")
    assert not list(indicators_of(standing(indicators={"reads": score})))


def test_the_home_area_is_the_most_peopled_of_those_that_lie_in_no_other() -> None:
    areas = {
        "city": StandingArea("city", "City"),
        "town": StandingArea("town", "Town"),
        "school": StandingArea("school", "School", ("town",)),
    }
    rates = (
        rate("all", "50", 400),
        rate("all", "50", 700, area="town"),
        rate("all", "50", 900, area="school"),
    )
    assert home_area(standing(areas=areas, rates=rates)) == "town"


def test_the_order_of_what_is_read_changes_nothing() -> None:
    whole = standing()
    turned = replace(
        whole, rates=tuple(reversed(whole.rates)), disparities=tuple(reversed(whole.disparities))
    )
    assert targets_of(whole) == targets_of(turned)
