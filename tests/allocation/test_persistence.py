"""The tested rule: what is shown, what is probable, and what cannot be tested."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from allocation.disparities import Disparity, DisparityStatus, assess_disparities
from allocation.gaps import Figure, FigureStatus, Pair, ReferenceKind
from allocation.intervals import Counts, agresti_caffo_test, benjamini_hochberg, partial_conjunction
from allocation.persistence import DisparityMethod, Rule

TESTED = Rule()
Row = tuple[int, int] | None


def rows(counts: Iterable[Row]) -> tuple[Figure, ...]:
    """(successes, people) a year from 2017 on; None is a year that was withheld."""
    return tuple(
        Figure(date(year, 6, 30), FigureStatus.REPORTED, None, row[0], row[1])
        if row
        else Figure(date(year, 6, 30), FigureStatus.SUPPRESSED)
        for year, row in enumerate(counts, start=2017)
    )


def pair(group: Iterable[Row], reference: Iterable[Row], area: str = "Hartford") -> Pair:
    return Pair("i", area, "race", "g", "r", ReferenceKind.GROUP, rows(group), rows(reference))


def judged(one: Pair, rule: Rule = TESTED) -> Disparity:
    (disparity,) = assess_disparities([one], rule)
    return disparity


REFERENCE: tuple[Row, ...] = ((450, 500), (445, 500), (455, 500))


def test_a_large_gap_on_many_people_is_persistent() -> None:
    assert judged(pair([(140, 200)] * 3, REFERENCE)).status is DisparityStatus.PERSISTENT


def test_a_gap_on_few_people_is_not_shown() -> None:
    """Six points, on twenty people a year."""
    disparity = judged(pair([(17, 20)] * 3, [(455, 500)] * 3))
    assert disparity.status is DisparityStatus.EMERGING
    assert disparity.notes == (
        "a gap in each of the last 3 periods, but it is not shown to persist",
        "chance alone could explain the gap of the latest period",
    )


def test_the_p_value_is_the_partial_conjunction_of_the_years() -> None:
    """By the published formulas, one pair alone, so that the adjusted p-value is the same."""
    group: tuple[Row, ...] = ((33, 50), (36, 50), (40, 50))
    p_values = [
        agresti_caffo_test(Counts(*reference), Counts(*own), 0.03).p_value
        for own, reference in zip(group, REFERENCE, strict=True)
        if own and reference
    ]
    disparity = judged(pair(group, REFERENCE))
    assert disparity.p_value == pytest.approx(partial_conjunction(p_values, 2))
    assert disparity.adjusted_p_value == disparity.p_value
    dependent = judged(pair(group, REFERENCE), replace(TESTED, same_people=True))
    assert dependent.p_value == pytest.approx(2 * sorted(p_values)[1])


def test_one_year_of_shock_is_not_persistent() -> None:
    disparity = judged(pair([(180, 200), (181, 200), (100, 200)], REFERENCE))
    assert disparity.status is DisparityStatus.EMERGING


def test_two_of_three_years_shown_are_enough() -> None:
    disparity = judged(pair([(140, 200), (170, 200), (140, 200)], REFERENCE))
    assert disparity.status is DisparityStatus.PERSISTENT


def test_a_group_that_has_caught_up_is_not_persistent_for_its_past() -> None:
    disparity = judged(pair([(100, 200), (100, 200), (183, 200)], REFERENCE))
    assert disparity.gap is not None
    assert disparity.gap < 0
    assert disparity.status is DisparityStatus.NONE


def test_with_a_withheld_year_two_years_shown_are_probable_only() -> None:
    disparity = judged(pair([(140, 200), None, (140, 200)], REFERENCE))
    assert disparity.p_value is None
    assert disparity.status is DisparityStatus.PROBABLE


def test_where_the_same_people_are_counted_two_years_shown_of_two_tested_are_enough() -> None:
    same = replace(TESTED, same_people=True)
    assert judged(pair([(140, 200), None, (140, 200)], REFERENCE), same).status is DisparityStatus.PERSISTENT
    assert judged(pair([None, None, (140, 200)], REFERENCE), same).p_value is None


def test_pairs_that_cannot_be_tested_do_not_change_the_others() -> None:
    one = pair([(31, 40), (31, 40), (31, 40)], [(456, 500)] * 3)
    withheld = [pair([(31, 40), (31, 40), None], REFERENCE, area=f"area {number}") for number in range(60)]
    assert assess_disparities([one, *withheld], TESTED)[0] == judged(one)


def test_among_many_level_pairs_a_borderline_one_is_probable_only() -> None:
    """Alone it is persistent at q = .10; among 60 it is not, and its years are each below .05."""
    borderline = pair([(31, 40), (31, 40), (31, 40)], [(456, 500)] * 3)
    level = [pair([(180, 200)] * 3, REFERENCE, area=f"area {number}") for number in range(60)]
    assert judged(borderline).status is DisparityStatus.PERSISTENT
    crowd = assess_disparities([borderline, *level], TESTED)
    assert crowd[0].status is DisparityStatus.PROBABLE
    raw = [disparity.p_value for disparity in crowd if disparity.p_value is not None]
    assert len(raw) == 61
    assert [disparity.adjusted_p_value for disparity in crowd] == benjamini_hochberg(raw)


def test_figures_without_counts_are_probable_at_most_and_say_why() -> None:
    bare = [Figure(date(year, 6, 30), FigureStatus.REPORTED, Decimal(60)) for year in range(2017, 2020)]
    disparity = judged(replace(pair([], REFERENCE), figures=tuple(bare)))
    assert disparity.status is DisparityStatus.PROBABLE
    assert disparity.notes == ("published without counts, so chance cannot be ruled out: at most probable",)
    assert judged(replace(pair([], REFERENCE), figures=tuple(bare[1:]))).status is DisparityStatus.EMERGING


def test_a_group_below_the_floor_is_too_small_to_judge() -> None:
    disparity = judged(pair([(2, 9)] * 3, REFERENCE))
    assert disparity.status is DisparityStatus.UNKNOWN
    assert disparity.is_too_small
    assert disparity.gap == Decimal(91) - Decimal("22.2222222222")
    assert disparity.reason is not None
    assert "too small to judge: 9 people in g" in disparity.reason
    point = Rule(method=DisparityMethod.POINT)
    assert judged(pair([(2, 9)] * 3, REFERENCE), point).status is DisparityStatus.PERSISTENT


def test_a_series_shorter_than_the_rule_shows_nothing_lasting() -> None:
    disparity = judged(pair([(100, 200)] * 2, REFERENCE[:2]))
    assert disparity.p_value is None
    assert disparity.status is DisparityStatus.PROBABLE


def test_years_before_a_change_of_version_are_no_evidence() -> None:
    one = pair([(140, 200)] * 3, REFERENCE)
    changed = replace(
        one,
        figures=tuple(replace(f, version="old" if f.period_end.year < 2018 else "new") for f in one.figures),
        reference_figures=tuple(
            replace(f, version="old" if f.period_end.year < 2018 else "new") for f in one.reference_figures
        ),
    )
    assert judged(one).status is DisparityStatus.PERSISTENT
    assert judged(changed).p_value is None
    assert judged(changed, replace(TESTED, across_versions=True)).status is DisparityStatus.PERSISTENT


def test_a_shrinking_gap_is_narrowing_only_beyond_chance() -> None:
    """Both gaps fall by two points a year; on 2,000 people that is shown, on 100 it is not."""
    many = pair([(1860, 2000), (1900, 2000), (1938, 2000)], [(1960, 2000)] * 3)
    few = pair([(93, 100), (95, 100), (97, 100)], [(98, 100)] * 3)
    wide = replace(TESTED, margin=Decimal(4))
    assert judged(many, wide).status is DisparityStatus.NARROWING
    assert judged(few, wide).status is DisparityStatus.NONE


@pytest.mark.parametrize(("periods", "required"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4)])
def test_two_thirds_of_the_periods_are_required(periods: int, required: int) -> None:
    assert replace(TESTED, periods=periods).required == required
