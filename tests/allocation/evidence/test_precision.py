"""The standard error that a finding's facts imply, and the caution that its design asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.evidence.effect_size import (
    Clusters,
    clustered_standard_error,
    hedges_standard_error,
    standard_error_from_p,
)
from allocation.evidence.finding import Finding, StudyDesign
from allocation.evidence.precision import caution_factor, group_sizes, precision


def finding(**facts: object) -> Finding:
    return Finding(id="7", practice="tutoring", study="s", outcome="reading", **facts)  # type: ignore[arg-type]  # any fact may be tried


def error(g: float = 0.3, **facts: object) -> float:
    known = precision(finding(**facts), g)
    assert known is not None
    return known.standard_error


def test_a_stated_standard_error_is_taken_as_it_is() -> None:
    assert error(standard_error=0.07, sample_size=100, p_value=0.5) == 0.07


def test_a_stated_standard_error_of_0_is_a_placeholder() -> None:
    assert error(standard_error=0.0, sample_size=100) == hedges_standard_error(0.3, 50, 50)


def test_groups_of_their_own_size_are_used_where_stated() -> None:
    stated = error(sample_size=100, treatment_count=20, comparison_count=80)
    assert stated == hedges_standard_error(0.3, 20, 80)


def test_a_p_value_that_says_less_than_the_sample_is_believed() -> None:
    assert error(sample_size=100, p_value=0.4) == standard_error_from_p(0.3, 0.4, 100)


def test_a_p_value_that_says_more_than_the_sample_is_not_believed() -> None:
    assert error(sample_size=100, p_value=1e-9) == hedges_standard_error(0.3, 50, 50)


@pytest.mark.parametrize("p_value", [0.0, 0.500001, 1.0])
def test_a_p_value_without_digits_or_signal_is_left_to_the_sample(p_value: float) -> None:
    assert error(sample_size=100, p_value=p_value) == hedges_standard_error(0.3, 50, 50)


def test_a_printed_p_of_0_never_gives_a_standard_error_of_0() -> None:
    assert error(sample_size=10, p_value=0.0) > 0.3


def test_clusters_without_a_p_value_are_corrected_at_the_clearinghouse_s_default() -> None:
    # WWC Procedures Handbook 4.1, VI.C: intraclass correlation 0.20 for achievement where not reported.
    expected = clustered_standard_error(0.3, 100, 100, Clusters(20, 0.20))
    assert error(sample_size=200, cluster_count=20) == expected


def test_clusters_with_their_own_correlation_are_corrected_by_it() -> None:
    expected = clustered_standard_error(0.3, 100, 100, Clusters(20, 0.05))
    assert error(sample_size=200, cluster_count=20, icc=0.05, p_value=0.0) == expected


def test_clusters_never_make_a_small_study_more_certain() -> None:
    # At four people in one cluster the approximation of Hedges 2007 falls below independent people.
    assert error(2.0, sample_size=4, cluster_count=1) == hedges_standard_error(2.0, 2, 2)


def test_as_many_clusters_as_people_are_no_clusters() -> None:
    assert error(sample_size=200, cluster_count=200) == hedges_standard_error(0.3, 100, 100)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"sample_size": 0},
        {"sample_size": 3},
        {"sample_size": 100, "design": StudyDesign.SINGLE_CASE},
        {"treatment_count": 0, "comparison_count": 50, "sample_size": 50},
    ],
)
def test_some_facts_imply_no_standard_error(facts: dict[str, object]) -> None:
    assert precision(finding(**facts), 0.3) is None


def test_a_sample_without_groups_is_halved() -> None:
    assert group_sizes(finding(sample_size=101)) == (50.5, 50.5)


@given(
    g=st.floats(-2, 2),
    people=st.integers(4, 100_000),
    p_value=st.one_of(st.none(), st.floats(0, 1)),
    clusters=st.one_of(st.none(), st.integers(0, 200)),
)
def test_no_fact_makes_a_finding_more_certain_than_independent_people(
    g: float, people: int, p_value: float | None, clusters: int | None
) -> None:
    derived = error(g, sample_size=people, p_value=p_value, cluster_count=clusters)
    assert derived >= hedges_standard_error(g, people / 2, people / 2)


def test_caution_grows_as_the_design_leaves_more_open() -> None:
    factors = [
        caution_factor(finding(rating="1", design=StudyDesign.RCT)),
        caution_factor(finding(rating="2", design=StudyDesign.QED)),
        caution_factor(finding(design=StudyDesign.QED)),
        caution_factor(finding(design=StudyDesign.CORRELATIONAL)),
        caution_factor(finding(design=StudyDesign.PRE_POST)),
    ]
    assert factors == sorted(set(factors))


def test_a_rating_does_not_excuse_the_lack_of_a_comparison() -> None:
    assert caution_factor(finding(rating="1", design=StudyDesign.PRE_POST)) == 3.0
