"""The status of a pair, by hand-made series whose answer follows from the rule's words."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from allocation.disparities import Disparity, DisparityStatus, assess_disparities
from allocation.gaps import DisparityError, Figure, FigureStatus, Pair, ReferenceKind, Unit
from allocation.movements import NarrowingCause
from allocation.persistence import DisparityMethod, Rule

POINT = Rule(method=DisparityMethod.POINT, margin=Decimal(10))
FIRST_YEAR = 2011
Cell = str | FigureStatus | None


def figures(values: Sequence[Cell], version: str = "") -> tuple[Figure, ...]:
    """A figure a year from 2011 on; None leaves the year out."""
    made = []
    for year, value in enumerate(values, start=FIRST_YEAR):
        day = date(year, 6, 30)
        if isinstance(value, FigureStatus):
            made.append(Figure(day, value, version=version))
        elif value is not None:
            made.append(Figure(day, FigureStatus.REPORTED, Decimal(value), version=version))
    return tuple(made)


def counted(people: int, *successes: int) -> tuple[Figure, ...]:
    return tuple(
        Figure(date(year, 6, 30), FigureStatus.REPORTED, None, count, people)
        for year, count in enumerate(successes, start=FIRST_YEAR)
    )


def pair(group: tuple[Figure, ...], reference: tuple[Figure, ...], **fields: object) -> Pair:
    made = Pair("graduation", "Hartford", "race", "Hispanic", "White", ReferenceKind.GROUP, group, reference)
    return replace(made, **fields)  # type: ignore[arg-type]  # each field by its own name


def judged(one: Pair, rule: Rule = POINT) -> Disparity:
    years = [
        date(year, 6, 30)
        for year in range(FIRST_YEAR, max(f.period_end.year for f in one.reference_figures) + 1)
    ]
    (disparity,) = assess_disparities([one], rule, {"graduation": years})
    return disparity


def against_90(*gaps: Cell, rule: Rule = POINT) -> Disparity:
    """The reference stays at 90, and the group is so many points behind it."""
    group = [gap if gap is None or isinstance(gap, FigureStatus) else str(90 - Decimal(gap)) for gap in gaps]
    return judged(pair(figures(group), figures(["90"] * len(gaps))), rule)


def test_three_gaps_of_exactly_the_margin_are_persistent() -> None:
    disparity = against_90("10.0", "10.0", "10.0")
    assert disparity.status is DisparityStatus.PERSISTENT
    assert (disparity.consecutive_periods, disparity.longest_run) == (3, 3)


def test_a_hundredth_of_a_point_below_the_margin_breaks_a_run() -> None:
    disparity = against_90("12", "9.99", "12", "12")
    assert disparity.status is not DisparityStatus.PERSISTENT
    assert (disparity.consecutive_periods, disparity.longest_run) == (2, 2)


@pytest.mark.parametrize("status", [status for status in FigureStatus if status is not FigureStatus.REPORTED])
def test_a_year_that_is_not_a_number_breaks_a_run(status: FigureStatus) -> None:
    disparity = against_90("12", "12", status, "12")
    assert (disparity.consecutive_periods, disparity.longest_run) == (1, 2)


def test_a_year_without_any_figure_breaks_a_run() -> None:
    disparity = against_90("12", "12", None, "12")
    assert (disparity.consecutive_periods, disparity.longest_run) == (1, 2)


def test_a_withheld_reference_breaks_a_run_too() -> None:
    white = figures(["90", "90", FigureStatus.SUPPRESSED, "90"])
    assert judged(pair(figures(["70"] * 4), white)).longest_run == 2


def test_a_gap_whose_latest_year_is_withheld_is_unknown_and_says_so() -> None:
    disparity = against_90("20", "20", "20", FigureStatus.SUPPRESSED)
    assert disparity.status is DisparityStatus.UNKNOWN
    assert disparity.gap is None
    assert disparity.reason is not None
    assert "withheld" in disparity.reason
    assert (disparity.consecutive_periods, disparity.longest_run) == (0, 3)
    assert disparity.last_period == date(2013, 6, 30)


def test_a_gap_that_lasted_and_fell_below_the_margin_is_closed() -> None:
    assert against_90("15", "14", "12", "9").status is DisparityStatus.CLOSED


def test_a_gap_that_lasted_and_turned_round_is_closed() -> None:
    assert against_90("15", "14", "12", "-3").status is DisparityStatus.CLOSED


def test_a_gap_that_shrinks_before_it_lasted_is_narrowing() -> None:
    assert against_90("15", "12", "8").status is DisparityStatus.NARROWING


def test_a_shrinking_gap_that_is_still_open_is_narrowing() -> None:
    assert against_90("18", "16", FigureStatus.MISSING, "12").status is DisparityStatus.NARROWING


def test_a_gap_that_shrank_long_ago_and_grows_again_is_emerging() -> None:
    """Its whole trend falls, but that of the last three years rises."""
    disparity = against_90("30", "25", "5", "6", "7", "12")
    assert disparity.trend is not None
    assert disparity.trend < 0
    assert disparity.status is DisparityStatus.EMERGING


def test_a_gap_that_is_new_is_emerging() -> None:
    assert against_90("2", "3", "12", "13").status is DisparityStatus.EMERGING


def test_a_gap_that_was_never_as_large_as_the_margin_is_none() -> None:
    assert against_90("9.9", "9.5", "9.8").status is DisparityStatus.NONE


def test_a_gap_that_was_open_once_and_is_gone_is_none() -> None:
    assert against_90("15", "2", "-3").status is DisparityStatus.NONE


def test_a_level_gap_is_not_narrowing() -> None:
    assert against_90("12.1", "12.1").status is DisparityStatus.EMERGING


def test_to_be_level_is_no_gap_even_at_a_margin_of_nought() -> None:
    level = against_90("0", "0", "0", rule=replace(POINT, margin=Decimal(0)))
    assert level.status is DisparityStatus.NONE


def test_a_run_does_not_cross_a_change_of_version() -> None:
    group = figures(["70"] * 2, "old") + figures([None, None, "70", "70"], "new")
    white = figures(["90"] * 2, "old") + figures([None, None, "90", "90"], "new")
    disparity = judged(pair(group, white))
    assert (disparity.consecutive_periods, disparity.longest_run) == (2, 2)
    assert (
        judged(pair(group, white), replace(POINT, across_versions=True)).status is DisparityStatus.PERSISTENT
    )


def test_a_gap_does_not_close_by_a_change_of_version() -> None:
    group = figures(["70"] * 3, "old") + figures([None] * 3 + ["85"], "new")
    white = figures(["90"] * 3, "old") + figures([None] * 3 + ["90"], "new")
    disparity = judged(pair(group, white))
    assert disparity.status is DisparityStatus.NONE
    assert disparity.longest_run == 3
    assert disparity.trend is None
    assert disparity.notes == ("a gap of 3 periods lies before a change of definition or test",)


def test_a_pair_that_was_never_comparable_is_not_listed() -> None:
    hidden = pair(figures([FigureStatus.SUPPRESSED] * 3), figures(["90"] * 3))
    assert assess_disparities([hidden], POINT) == ()


def test_a_narrowing_is_the_groups_where_the_group_rose() -> None:
    disparity = judged(pair(figures(["60", "66", "72"]), figures(["90", "91", "92"])))
    assert disparity.narrowing_because is NarrowingCause.GROUP_ROSE
    assert disparity.trend == Decimal(-5)
    assert disparity.notes == ()


def test_a_narrowing_by_levelling_down_is_said_to_be_no_progress() -> None:
    disparity = judged(pair(figures(["60", "60", "59"]), figures(["90", "84", "79"])))
    assert disparity.narrowing_because is NarrowingCause.REFERENCE_FELL
    assert any("levelling down" in note for note in disparity.notes)


def test_a_narrowing_to_which_both_moved_names_both() -> None:
    disparity = judged(pair(figures(["60", "63", "66"]), figures(["90", "88", "86"])))
    assert disparity.narrowing_because is NarrowingCause.BOTH


def test_less_than_a_tenth_of_a_narrowing_is_no_cause_of_it() -> None:
    """The group gains 9.5 points a year, the reference loses 0.5: a twentieth."""
    disparity = judged(pair(figures(["50", "59.5", "69"]), figures(["90", "89.5", "89"])))
    assert disparity.narrowing_because is NarrowingCause.GROUP_ROSE


def test_a_widening_gap_has_no_cause_of_narrowing() -> None:
    assert against_90("11", "12", "13").narrowing_because is None


def test_where_the_only_gap_is_the_latest_nothing_has_narrowed() -> None:
    """By hand: the slope of 9.9, 9.9, 0, 10 is -4.8 over a spread of 5, though nothing reached 10 before."""
    disparity = against_90("9.9", "9.9", "0", "10")
    assert disparity.trend == Decimal("-0.96")
    assert disparity.narrowing_because is None
    assert disparity.status is DisparityStatus.EMERGING


def test_where_lower_is_better_levelling_down_means_that_the_reference_rose() -> None:
    absent = pair(figures(["40", "40", "40"]), figures(["15", "20", "25"]), higher_is_better=False)
    disparity = judged(absent)
    assert disparity.status is DisparityStatus.PERSISTENT
    assert disparity.gap == Decimal(15)
    assert disparity.narrowing_because is NarrowingCause.REFERENCE_FELL


def test_people_to_parity_are_the_people_times_the_gap_to_the_nearest_person() -> None:
    """By hand: 121 x 12.4 / 100 = 15.004; 50 x 9 / 100 = 4.5, and halves go up."""
    day = date(2011, 6, 30)
    white = figures(["90.0"])
    many = Figure(day, FigureStatus.REPORTED, Decimal("77.6"), None, 121)
    few = Figure(day, FigureStatus.REPORTED, Decimal("81.0"), None, 50)
    assert judged(pair((many,), white)).students_behind == 15
    assert judged(pair((few,), white)).students_behind == 5


def test_a_group_that_is_ahead_has_nobody_behind() -> None:
    ahead = Figure(date(2011, 6, 30), FigureStatus.REPORTED, Decimal(95), None, 50)
    disparity = judged(pair((ahead,), figures(["90"])))
    assert disparity.students_behind == 0
    assert disparity.gap == Decimal(-5)


def test_the_gap_of_a_number_has_no_people_behind_and_no_interval() -> None:
    wages = pair(counted(40, 30), counted(40, 36), unit=Unit.NUMBER)
    disparity = judged(wages)
    assert disparity.students_behind is None
    assert disparity.gap_low is None


def test_the_ratio_is_the_groups_rate_over_the_references() -> None:
    assert judged(pair(figures(["60"]), figures(["80"]))).ratio == Decimal("0.75")
    assert judged(pair(figures(["60"]), figures(["0"]))).ratio is None


def test_the_interval_of_the_latest_gap_is_newcombes() -> None:
    """Newcombe 1998, table II: 56/70 - 48/80 is .0524 to .3339."""
    disparity = judged(pair(counted(80, 48), counted(70, 56)))
    assert disparity.gap_low is not None
    assert disparity.gap_high is not None
    assert (round(disparity.gap_low, 2), round(disparity.gap_high, 2)) == (Decimal("5.24"), Decimal("33.39"))


def test_a_fixed_target_serves_as_a_reference() -> None:
    aims = pair(counted(200, 120, 122, 121), figures(["85"] * 3), reference_kind=ReferenceKind.TARGET)
    assert judged(aims).status is DisparityStatus.PERSISTENT
    assert judged(aims, Rule()).status is DisparityStatus.PERSISTENT


def test_a_lowered_target_is_levelling_down() -> None:
    aims = pair(figures(["60"] * 3), figures(["90", "85", "80"]), reference_kind=ReferenceKind.TARGET)
    assert judged(aims).narrowing_because is NarrowingCause.REFERENCE_FELL


def test_the_expected_years_are_those_that_any_pair_of_the_indicator_has() -> None:
    """Elsewhere a year is published that this pair lacks, so its run is broken there."""
    here = pair(figures(["70", "70", None, "70"]), figures(["90", "90", None, "90"]))
    elsewhere = replace(
        here, area="Windham", figures=figures(["70"] * 4), reference_figures=figures(["90"] * 4)
    )
    found = assess_disparities([here, elsewhere], POINT)
    assert [disparity.longest_run for disparity in found] == [2, 4]


def test_a_pair_given_twice_is_refused() -> None:
    one = pair(figures(["70"]), figures(["90"]))
    with pytest.raises(DisparityError, match="Hispanic against White: this pair is given twice"):
        assess_disparities([one, one], POINT)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"margin": Decimal(-1)}, "0 points or more"),
        ({"margin": Decimal("NaN")}, "0 points or more"),
        ({"periods": 0}, "at least 1 period"),
        ({"minimum_count": -1}, "fewest people"),
        ({"false_discovery_rate": 1.0}, "between 0 and 1"),
    ],
)
def test_a_rule_without_sense_is_refused(fields: dict[str, Decimal], words: str) -> None:
    with pytest.raises(DisparityError, match=words):
        replace(POINT, **fields)  # type: ignore[arg-type]  # each field by its own name
