"""What is told of figures that look wrong. Every expected number is counted by hand in the test itself."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from allocation.quality import Finding, Freshness, Importance, Kind, Noted, examine

TODAY = date(2026, 11, 23)
FRESH = Freshness(TODAY, {})


def noted(group: str, year: int, numerator: int, denominator: int, **more: object) -> Noted:
    """A share of a group in a school year, with the percentage that its counts make."""
    made = Noted(
        id=f"{group}-{year}",
        indicator="reading",
        area="city",
        dimension="race",
        group=group,
        place=f"{group}, city",
        period_start=date(year - 1, 7, 1),
        period_end=date(year, 6, 30),
        is_reported=True,
        value=(Decimal(100 * numerator) / denominator).quantize(Decimal("0.1")) if denominator else None,
        numerator=numerator,
        denominator=denominator,
        is_total=group == "all",
        is_part=group != "all",
        source="schools",
    )
    return replace(made, **more)  # type: ignore[arg-type]  # names of its fields


def found(*figures: Noted, kind: Kind, freshness: Freshness = FRESH) -> list[Finding]:
    return [each for each in examine(figures, freshness) if each.kind is kind]


def test_groups_that_count_more_than_everybody_are_a_warning_and_fewer_a_notice() -> None:
    figures = [noted("all", 2025, 50, 100), noted("a", 2025, 30, 60), noted("b", 2025, 20, 50)]
    figures += [noted("all", 2026, 50, 100), noted("a", 2026, 30, 60), noted("b", 2026, 20, 30)]
    more, fewer = found(*figures, kind=Kind.DISAGGREGATION_SUM)
    assert (more.importance, more.count, more.checked) == (Importance.WARNING, 1, 4)
    assert more.examples[0].sentence == "all, city, 2025-06-30: people 110 in the groups, 100 in all"
    assert (fewer.importance, fewer.count, fewer.share) == (Importance.NOTICE, 1, Decimal("0.2500"))
    assert fewer.examples[0].figures == ("all-2026", "a-2026", "b-2026")


def test_a_sum_is_not_checked_where_a_group_is_unknown() -> None:
    figures = [noted("all", 2025, 50, 100), noted("a", 2025, 30, 60), noted("b", 2025, 20, 40)]
    figures += [noted("all", 2026, 50, 100), noted("a", 2026, 30, 60)]
    hidden = replace(
        noted("b", 2025, 20, 40), is_reported=False, value=None, numerator=None, denominator=None
    )
    assert found(*figures, kind=Kind.DISAGGREGATION_SUM) == []
    assert found(*figures[:2], hidden, kind=Kind.DISAGGREGATION_SUM) == []


def test_an_intersection_is_no_part_of_the_whole() -> None:
    figures = [noted("all", 2026, 50, 100), noted("a", 2026, 30, 60), noted("b", 2026, 20, 40)]
    crossing = noted("a and poor", 2026, 5, 10, is_part=False)
    assert found(*figures, crossing, kind=Kind.DISAGGREGATION_SUM) == []


def test_a_rate_that_its_counts_contradict_is_told_and_rounding_is_not() -> None:
    """31 of 44 is 70.4545..., so 70.5 and 70 are rounded and 75.0 is not."""
    right = noted("a", 2024, 31, 44, value=Decimal("70.5")), noted("a", 2025, 31, 44, value=Decimal(70))
    wrong = noted("a", 2026, 31, 44, value=Decimal("75.0"))
    [only] = found(*right, wrong, kind=Kind.RATE)
    assert (only.count, only.checked, only.share) == (1, 3, Decimal("0.3333"))
    assert only.examples[0].sentence == "a, city, 2026-06-30: 75.0, but 31 of 44 is 70.5"


def test_periods_that_overlap_are_told_once_a_pair() -> None:
    calendar = noted("a", 2025, 5, 10, period_start=date(2025, 1, 1), period_end=date(2025, 12, 31), id="x")
    [only] = found(noted("a", 2025, 5, 10), calendar, noted("a", 2027, 5, 10), kind=Kind.DUPLICATE)
    assert (only.count, only.checked) == (1, 2)
    assert only.examples[0].figures == ("a-2025", "x")


def test_a_figure_far_off_its_trend_is_an_outlier() -> None:
    """A rise of one point a year, and one year twenty points below it, among a thousand people."""
    values = [500, 510, 520, 330, 540, 550, 560]
    figures = [noted("a", 2019 + n, value, 1000) for n, value in enumerate(values)]
    [only] = found(*figures, kind=Kind.OUTLIER)
    assert [each.figures for each in only.examples] == [("a-2022",)]
    assert "33.0, where about 53.0 is usual" in only.examples[0].sentence


def test_a_jump_is_told_and_not_across_a_change_of_definition() -> None:
    values = [500, 505, 500, 505, 300, 305, 300]
    figures = [noted("a", 2019 + n, value, 1000) for n, value in enumerate(values)]
    [only] = found(*figures, kind=Kind.BREAK)
    assert only.count == 1
    assert only.examples[0].sentence == "a, city, 2023-06-30: from 50.5 to 30.0"
    apart = [replace(each, version="new" if each.period_end.year >= 2023 else "") for each in figures]
    assert found(*apart, kind=Kind.BREAK) == []


def test_the_same_jump_in_several_groups_is_told_as_one_period() -> None:
    values = [500, 505, 500, 505, 300, 305, 300]
    figures = [noted(g, 2019 + n, value, 1000) for g in "ab" for n, value in enumerate(values)]
    [only] = found(*figures, kind=Kind.BREAK)
    assert "2 of them in the period ending 2023-06-30" in only.sentence


def test_a_group_that_is_no_longer_told_has_vanished() -> None:
    figures = [noted("a", 2025, 5, 10), noted("b", 2025, 5, 10), noted("b", 2026, 5, 10)]
    [only] = found(*figures, kind=Kind.VANISHED_GROUP)
    assert (only.count, only.checked) == (1, 2)
    assert only.examples[0].sentence == "a, city: last told for 2025-06-30, others for 2026-06-30"


def test_what_only_a_release_hides_does_not_tell_who_has_vanished() -> None:
    figures = [noted("a", 2025, 5, 10, is_telling=False), noted("b", 2026, 5, 10, is_telling=False)]
    assert found(*figures, kind=Kind.VANISHED_GROUP) == []


def test_a_source_is_stale_by_what_decisions_ask_of_it() -> None:
    """30 June to 23 November 2026 are 146 days."""
    figure = noted("a", 2026, 5, 10)
    assert found(figure, kind=Kind.STALE, freshness=Freshness(TODAY, {"schools": 146})) == []
    [only] = found(figure, kind=Kind.STALE, freshness=Freshness(TODAY, {"schools": 145}))
    assert only.examples[0].sentence == "a, city, 2026-06-30: 146 days old, and decisions need 145"


def test_without_a_cadence_a_yearly_series_is_stale_after_two_more_years() -> None:
    """June 2024 is 29 months before November 2026, June 2025 17: more and fewer than twice twelve."""
    assert found(noted("a", 2024, 5, 10), noted("a", 2025, 5, 10), kind=Kind.STALE) == []
    [only] = found(noted("a", 2023, 5, 10), noted("a", 2024, 5, 10), kind=Kind.STALE)
    assert "29 months old, and there was one every 12" in only.examples[0].sentence


def test_the_gravest_findings_come_first() -> None:
    figures = [noted("all", 2023, 50, 100), noted("a", 2023, 30, 80), noted("b", 2023, 20, 50)]
    kinds = [each.importance for each in examine([*figures, noted("all", 2024, 1, 2)], FRESH)]
    assert kinds == sorted(kinds, key=list(Importance).index)
    assert len(kinds) >= 2


def test_no_figures_make_no_findings() -> None:
    assert examine([], FRESH) == ()


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(2000, 2026), st.integers(0, 50), st.integers(0, 50)),
        max_size=30,
        unique_by=lambda each: each[:2],
    )
)
def test_whatever_is_recorded_a_finding_counts_no_more_than_was_checked(
    rows: list[tuple[str, int, int, int]],
) -> None:
    figures = [noted(group, year, part, part + rest) for group, year, part, rest in rows]
    for each in examine(figures, Freshness(TODAY + timedelta(days=1), {"schools": 100})):
        assert 1 <= each.count <= each.checked
        assert len(each.examples) <= min(each.count, 5)
        assert 0 < each.share <= 1
