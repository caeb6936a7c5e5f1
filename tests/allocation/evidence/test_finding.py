"""What a finding's facts may be."""

import math

import pytest

from allocation.evidence.finding import Direction, EvidenceError, Finding


def finding(**facts: object) -> Finding:
    return Finding(id="7", practice="tutoring", study="s", outcome="reading", **facts)  # type: ignore[arg-type]  # any fact may be tried


@pytest.mark.parametrize("field", ["effect_size", "standard_error", "p_value", "treatment_mean"])
def test_a_fact_that_is_not_a_number_is_refused_by_name(field: str) -> None:
    with pytest.raises(EvidenceError, match=f"finding 7: {field} is nan"):
        finding(**{field: math.nan})


@pytest.mark.parametrize("field", ["standard_error", "sample_size", "site_count", "treatment_sd", "p_value"])
def test_a_fact_that_cannot_be_negative_is_refused_by_name(field: str) -> None:
    with pytest.raises(EvidenceError, match=f"finding 7: {field} is -1, below 0"):
        finding(**{field: -1})


@pytest.mark.parametrize("field", ["p_value", "icc"])
def test_a_probability_above_1_is_refused_by_name(field: str) -> None:
    with pytest.raises(EvidenceError, match=f"finding 7: {field} is 5, above 1"):
        finding(**{field: 5})


def test_a_negative_effect_is_a_fact_like_any_other() -> None:
    assert finding(effect_size=-0.4).is_unfavourable


def test_direction_is_that_of_the_effect_size_where_both_are_stated() -> None:
    assert finding(effect_size=-0.4, improvement_index=16).is_favourable is False


def test_direction_is_that_of_the_improvement_index_where_it_stands_alone() -> None:
    assert finding(improvement_index=16).is_favourable


def test_no_difference_is_neither_favourable_nor_unfavourable() -> None:
    null = finding(effect_size=0.0)
    assert (null.is_favourable, null.is_unfavourable) == (False, False)


def test_a_finding_without_figures_has_no_direction() -> None:
    assert (finding().is_favourable, finding().is_unfavourable) == (None, None)


@pytest.mark.parametrize(
    ("word", "expected"),
    [("FAVOURABLE", (True, False)), ("NEUTRAL", (False, False)), ("UNFAVOURABLE", (False, True))],
)
def test_direction_is_the_source_s_word_where_no_figure_is_stated(
    word: str, expected: tuple[bool, bool]
) -> None:
    told = finding(direction=Direction(word))
    assert (told.is_favourable, told.is_unfavourable) == expected
    assert finding(direction=Direction(word), effect_size=0.1).is_favourable
    assert finding(direction=Direction(word), improvement_index=-4).is_unfavourable
