"""The same result met twice counts once."""

from dataclasses import replace

import pytest

from allocation.evidence.duplicates import check_ids, set_apart_duplicates
from allocation.evidence.finding import EvidenceError, Finding

FIRST = Finding(
    id="1",
    practice="tutoring",
    study="s",
    outcome="reading",
    measure="a reading test",
    effect_size=0.2137,
    sample_size=400,
    treatment_mean=12.1,
)


def repeats(*findings: Finding) -> list[str]:
    return [one.finding.id for one in set_apart_duplicates(findings)[1]]


def test_a_row_with_another_id_and_source_is_the_same_result() -> None:
    assert repeats(FIRST, replace(FIRST, id="2", source="elsewhere")) == ["2"]


def test_the_same_figures_typed_in_twice_are_the_same_result() -> None:
    plain = replace(FIRST, measure=None, source="a report")
    assert repeats(plain, replace(plain, id="2", source="its summary")) == ["2"]


def test_another_review_of_the_same_study_is_the_same_result() -> None:
    assert repeats(FIRST, replace(FIRST, id="2", study="t", period="1 Year", p_value=0.03)) == ["2"]


@pytest.mark.parametrize(
    "facts",
    [
        {"effect_size": 0.2138},
        {"sample_size": 401},
        {"measure": "another test"},
        {"treatment_mean": 12.2},
        {"practice": "coaching"},
        {"outcome": "mathematics"},
        {"is_local": True},
    ],
)
def test_a_result_that_differs_in_one_figure_is_another(facts: dict[str, object]) -> None:
    assert repeats(FIRST, replace(FIRST, id="2", study="t", **facts)) == []  # type: ignore[arg-type]  # any fact may be tried


def test_equal_round_figures_of_two_studies_without_a_measure_are_two_results() -> None:
    plain = replace(FIRST, measure=None, treatment_mean=None, effect_size=0.2)
    assert repeats(plain, replace(plain, id="2", study="t")) == []


def test_a_repeat_names_the_finding_that_counts() -> None:
    refused = set_apart_duplicates([replace(FIRST, id="2"), FIRST])[1]
    assert [one.sentence for one in refused] == ["the same result is already counted as finding 1"]


def test_two_different_findings_cannot_share_an_id() -> None:
    with pytest.raises(EvidenceError, match="finding 1 is given twice with different facts"):
        check_ids([FIRST, replace(FIRST, effect_size=0.3)])


def test_of_two_alike_the_one_that_its_source_calls_first_counts_whatever_the_row_is_called() -> None:
    first = Finding(
        id="z", practice="p", study="s", outcome="o", effect_size=0.2, sample_size=50, source="10"
    )
    for row in ("a", "zz"):
        unique, refused = set_apart_duplicates([first, replace(first, id=row, source="11")])
        assert ([one.id for one in unique], [one.finding.id for one in refused]) == (["z"], [row])
