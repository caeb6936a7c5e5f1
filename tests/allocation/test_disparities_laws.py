"""Laws that hold for any series of figures, whatever the rule."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.disparities import Disparity, assess_disparities
from allocation.gaps import Figure, FigureStatus, Pair, ReferenceKind, Unit
from allocation.persistence import DisparityMethod, Rule

YEARS = range(2011, 2020)


@st.composite
def cells(draw: st.DrawFn, year: int) -> Figure | None:
    kind = draw(st.sampled_from(["counted", "counted", "bare", "withheld", "absent"]))
    day = date(year, 6, 30)
    if kind == "absent":
        return None
    if kind == "withheld":
        return Figure(day, draw(st.sampled_from([s for s in FigureStatus if s is not FigureStatus.REPORTED])))
    value = draw(st.decimals(0, 100, places=1))
    if kind == "bare":
        return Figure(day, FigureStatus.REPORTED, value)
    people = draw(st.integers(5, 300))
    return Figure(day, FigureStatus.REPORTED, None, round(people * value / 100), people)


@st.composite
def pair_lists(draw: st.DrawFn) -> list[Pair]:
    count = draw(st.integers(1, 4))
    return [
        Pair(
            "i",
            f"area {number}",
            "race",
            "g",
            "r",
            ReferenceKind.GROUP,
            tuple(f for year in YEARS if (f := draw(cells(year)))),
            tuple(f for year in YEARS if (f := draw(cells(year)))),
            draw(st.booleans()),
        )
        for number in range(count)
    ]


rules = st.builds(
    Rule,
    method=st.sampled_from(DisparityMethod),
    margin=st.integers(0, 30).map(Decimal),
    periods=st.integers(1, 4),
    same_people=st.booleans(),
)
CALENDAR = {"i": [date(year, 6, 30) for year in YEARS]}


def assess(pairs: list[Pair], rule: Rule) -> dict[str, Disparity]:
    return {found.pair.area: found for found in assess_disparities(pairs, rule, CALENDAR)}


def moved(figures: tuple[Figure, ...], years: int) -> tuple[Figure, ...]:
    return tuple(replace(f, period_end=f.period_end.replace(year=f.period_end.year + years)) for f in figures)


def essence(disparity: Disparity) -> tuple[object, ...]:
    """All but the dates and what holds them."""
    return (
        disparity.status,
        disparity.gap,
        disparity.gap_low,
        disparity.gap_high,
        disparity.students_behind,
        disparity.consecutive_periods,
        disparity.longest_run,
        disparity.trend,
        disparity.narrowing_because,
        disparity.is_too_small,
        disparity.notes,
        disparity.p_value,
        disparity.adjusted_p_value,
    )


@settings(max_examples=60, deadline=None)
@given(pairs=pair_lists(), rule=rules, years=st.integers(-40, 40))
def test_moving_all_years_changes_nothing_but_dates(pairs: list[Pair], rule: Rule, years: int) -> None:
    later = [
        replace(
            pair, figures=moved(pair.figures, years), reference_figures=moved(pair.reference_figures, years)
        )
        for pair in pairs
        if isinstance(pair.figures, tuple) and isinstance(pair.reference_figures, tuple)
    ]
    calendar = {"i": [date(year + years, 6, 30) for year in YEARS]}
    before = assess_disparities(pairs, rule, CALENDAR)
    after = assess_disparities(later, rule, calendar)
    assert [essence(one) for one in after] == [essence(one) for one in before]


@settings(max_examples=60, deadline=None)
@given(data=st.data(), pairs=pair_lists(), rule=rules)
def test_the_order_of_pairs_changes_nothing(data: st.DataObject, pairs: list[Pair], rule: Rule) -> None:
    assert assess(data.draw(st.permutations(pairs)), rule) == assess(pairs, rule)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), pairs=pair_lists(), rule=rules)
def test_withholding_a_year_never_lengthens_a_run(data: st.DataObject, pairs: list[Pair], rule: Rule) -> None:
    before = assess(pairs, rule)
    day = date(data.draw(st.sampled_from(YEARS)), 6, 30)
    withheld = [
        replace(
            pair,
            figures=tuple(
                Figure(day, FigureStatus.SUPPRESSED) if f.period_end == day else f for f in pair.figures
            ),
        )
        for pair in pairs
    ]
    for area, disparity in assess(withheld, rule).items():
        assert disparity.longest_run <= before[area].longest_run
        assert disparity.consecutive_periods <= before[area].consecutive_periods


@settings(max_examples=60, deadline=None)
@given(pairs=pair_lists(), rule=rules)
def test_bare_numbers_of_the_other_sign_in_the_other_direction_are_judged_alike(
    pairs: list[Pair], rule: Rule
) -> None:
    def bare(figure: Figure, sign: int) -> Figure:
        if figure.rate is None:
            return figure
        return Figure(figure.period_end, figure.status, sign * figure.rate)

    def turned(pair: Pair, sign: int) -> Pair:
        return replace(
            pair,
            figures=tuple(bare(f, sign) for f in pair.figures),
            reference_figures=tuple(bare(f, sign) for f in pair.reference_figures),
            higher_is_better=pair.higher_is_better == (sign == 1),
            unit=Unit.NUMBER,
        )

    straight, mirrored = ([turned(pair, sign) for pair in pairs] for sign in (1, -1))
    before, after = assess(straight, rule), assess(mirrored, rule)
    assert {area: essence(one) for area, one in after.items()} == {
        area: essence(one) for area, one in before.items()
    }


@settings(max_examples=60, deadline=None)
@given(pairs=pair_lists(), rule=rules)
def test_counting_failures_in_the_other_direction_is_judged_alike(pairs: list[Pair], rule: Rule) -> None:
    def failed(figure: Figure) -> Figure:
        value = None if figure.value is None else 100 - figure.value
        if figure.numerator is None or figure.denominator is None:
            return replace(figure, value=value)
        return replace(figure, value=value, numerator=figure.denominator - figure.numerator)

    turned = [
        replace(
            pair,
            figures=tuple(failed(f) for f in pair.figures),
            reference_figures=tuple(failed(f) for f in pair.reference_figures),
            higher_is_better=not pair.higher_is_better,
        )
        for pair in pairs
    ]
    before, after = assess(pairs, rule), assess(turned, rule)
    for area, disparity in before.items():
        assert after[area].status is disparity.status
        assert after[area].longest_run == disparity.longest_run
        assert after[area].narrowing_because is disparity.narrowing_because


@settings(max_examples=60, deadline=None)
@given(pairs=pair_lists(), rule=rules, more=st.integers(1, 30))
def test_a_larger_margin_never_lengthens_a_run(pairs: list[Pair], rule: Rule, more: int) -> None:
    before = assess(pairs, rule)
    stricter = assess(pairs, replace(rule, margin=rule.margin + more))
    for area, disparity in stricter.items():
        assert disparity.longest_run <= before[area].longest_run


@settings(max_examples=60, deadline=None)
@given(pairs=pair_lists(), rule=rules)
def test_a_gap_is_given_or_a_reason_why_not(pairs: list[Pair], rule: Rule) -> None:
    for disparity in assess(pairs, rule).values():
        assert (disparity.gap is None) <= (disparity.reason is not None)
        assert disparity.first_period <= disparity.last_period
        assert disparity.consecutive_periods <= disparity.longest_run <= len(YEARS)
