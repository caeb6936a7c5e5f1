"""Which findings are refused and why, on both sides of each bound and on the clearinghouse's own file."""

import math
from collections import Counter
from dataclasses import replace

import pytest

from allocation.evidence.finding import Direction, Finding, StudyDesign
from allocation.evidence.screening import RefusalCode, Refused, Usable, screen

SOUND = Finding(
    id="1",
    practice="tutoring",
    study="s",
    outcome="reading",
    effect_size=0.2,
    improvement_index=8,
    sample_size=400,
    p_value=0.04,
)
ABSURD = [207.74, 12.0, 8.2, 6.9, -6.5]


def code_of(**facts: object) -> RefusalCode | None:
    screened = screen(replace(SOUND, **facts))  # type: ignore[arg-type]  # any fact may be tried
    return screened.code if isinstance(screened, Refused) else None


def test_a_sound_finding_is_usable() -> None:
    assert isinstance(screen(SOUND), Usable)


@pytest.mark.parametrize("facts", [{"effect_size": -0.2, "improvement_index": -8}, {"effect_size": 0.0}])
def test_negative_and_null_findings_are_usable(facts: dict[str, object]) -> None:
    assert code_of(**facts) is None


@pytest.mark.parametrize("name", ["(Not applicable)", "not  applicable", "N/A", "", "None"])
def test_a_name_of_no_intervention_is_refused(name: str) -> None:
    assert code_of(practice_name=name) == RefusalCode.NOT_AN_INTERVENTION


def test_the_practice_itself_may_be_no_intervention() -> None:
    assert code_of(practice="(Not applicable)") == RefusalCode.NOT_AN_INTERVENTION


def test_a_subgroup_is_not_a_main_finding() -> None:
    assert code_of(is_subgroup=True) == RefusalCode.SUBGROUP


@pytest.mark.parametrize("period", ["Pretest", "pretest ", "Baseline"])
def test_a_pretest_is_no_outcome(period: str) -> None:
    assert code_of(period=period) == RefusalCode.PRETEST


def test_without_an_effect_size_nothing_is_guessed_from_the_improvement_index() -> None:
    assert code_of(effect_size=None) == RefusalCode.NO_EFFECT_SIZE


def test_without_an_effect_size_means_and_deviations_give_it() -> None:
    # Borenstein 2009, chapter 4: g = 0.5924.
    facts: dict[str, object] = {"effect_size": None, "improvement_index": None, "p_value": None}
    facts |= {"treatment_mean": 103, "comparison_mean": 100, "treatment_sd": 5.5, "comparison_sd": 4.5}
    screened = screen(replace(SOUND, **facts, treatment_count=50, comparison_count=50))  # type: ignore[arg-type]  # any fact may be tried
    assert isinstance(screened, Usable)
    assert screened.effect_size == pytest.approx(0.5924, abs=5e-5)
    assert screened.precision.standard_error == pytest.approx(0.2028, abs=5e-5)


@pytest.mark.parametrize("sign", [1, -1])
def test_two_standard_deviations_are_plausible_and_more_are_not(sign: int) -> None:
    assert code_of(effect_size=sign * 2.0, improvement_index=None) is None
    assert code_of(effect_size=sign * 2.001, improvement_index=None) == RefusalCode.IMPLAUSIBLE_SIZE


def test_an_implausible_effect_of_means_is_refused_too() -> None:
    # A mean of 81 against 0.82 with a deviation of 0.39: percent against a fraction.
    facts: dict[str, object] = {"effect_size": None, "improvement_index": None}
    facts |= {"treatment_mean": 81, "comparison_mean": 0.82, "treatment_sd": 0.39, "comparison_sd": 0.38}
    assert code_of(**facts) == RefusalCode.IMPLAUSIBLE_SIZE


def test_an_effect_against_its_improvement_index_is_refused() -> None:
    assert code_of(improvement_index=-8) == RefusalCode.SIGN_DISAGREES
    assert code_of(improvement_index=0) is None


def test_an_improvement_index_ten_points_off_is_kept_and_more_is_refused() -> None:
    # 100 Phi(0.2) - 50 = 7.926.
    assert code_of(improvement_index=17.92) is None
    assert code_of(improvement_index=17.93) == RefusalCode.INDEX_DISAGREES


def test_an_effect_half_a_deviation_from_its_means_is_refused() -> None:
    # By hand: omega of 400 people = 1588/1591; (12 - 10) / 4 * omega = 0.4991.
    means: dict[str, object] = {
        "treatment_mean": 12,
        "comparison_mean": 10,
        "treatment_sd": 4,
        "comparison_sd": 4,
        "improvement_index": None,
    }
    assert code_of(**means, effect_size=0.99) is None
    assert code_of(**means, effect_size=1.01) == RefusalCode.MEANS_DISAGREE
    assert code_of(**means, effect_size=-0.99) is None


@pytest.mark.parametrize("facts", [{"sample_size": None}, {"sample_size": 0}, {"treatment_count": 0}])
def test_a_finding_on_nobody_is_refused(facts: dict[str, object]) -> None:
    assert code_of(**facts) == RefusalCode.NO_SAMPLE


def test_three_people_give_no_variance_and_four_do() -> None:
    assert code_of(sample_size=3, p_value=None) == RefusalCode.NO_VARIANCE
    assert code_of(sample_size=4, p_value=None) is None


def test_a_single_case_needs_its_own_standard_error() -> None:
    assert code_of(design=StudyDesign.SINGLE_CASE) == RefusalCode.NO_VARIANCE
    assert code_of(design=StudyDesign.SINGLE_CASE, standard_error=0.3) is None


def test_each_refusal_says_why_with_its_figures() -> None:
    screened = screen(replace(SOUND, effect_size=207.74))
    assert isinstance(screened, Refused)
    assert screened.sentence == "an effect of 207.74 standard deviations is beyond the plausible 2"


def normal_curve(g: float) -> float:
    return 50 * math.erf(g / math.sqrt(2))


def recount(row: dict[str, str]) -> str:
    """The rules of docs/evidence.md once more, from the file's own columns."""
    cells = {name: text.strip() for name, text in row.items()}
    if cells["Intervention_Name"] == "(Not applicable)":
        return "NOT_AN_INTERVENTION"
    if cells["Is_Subgroup"] == "True":
        return "SUBGROUP"
    if cells["Period"].lower() == "pretest":
        return "PRETEST"
    if cells["Effect_Size_WWC"] == "":
        return "NO_EFFECT_SIZE"
    g = float(cells["Effect_Size_WWC"])
    if not -2 <= g <= 2:
        return "IMPLAUSIBLE_SIZE"
    return recount_of_figures(cells, g)


def recount_of_figures(cells: dict[str, str], g: float) -> str:
    index = cells["Improvement_Index"]
    if index and g * float(index) < 0:
        return "SIGN_DISAGREES"
    if index and abs(normal_curve(g) - float(index)) > 10:
        return "INDEX_DISAGREES"
    n1, n2 = (
        float(cells[f"Outcome_Measure_{group}_Sample_Size"] or "nan")
        for group in ("Intervention", "Comparison")
    )
    stated = cells["Outcome_Sample_Size"]
    total = float(stated) if stated else n1 + n2
    if not total > 0 or 0 in (n1, n2):
        return "NO_SAMPLE"
    return "USABLE"


def test_the_clearinghouse_s_findings_are_refused_for_the_reasons_counted_apart(
    wwc_rows: list[dict[str, str]], wwc_findings: list[Finding]
) -> None:
    expected = {row["FindingID"]: recount(row) for row in wwc_rows}
    seen = {}
    for finding in wwc_findings:
        screened = screen(finding)
        seen[finding.id] = screened.code.value if isinstance(screened, Refused) else "USABLE"
    assert Counter(seen.values()) == Counter(expected.values())
    assert seen == expected
    assert len(seen) == 6972


def test_the_clearinghouse_s_absurd_effects_are_refused_under_any_id(wwc_findings: list[Finding]) -> None:
    absurd = [one for one in wwc_findings if one.effect_size is not None and abs(one.effect_size) > 6]
    assert sorted(round(one.effect_size or 0, 1) for one in absurd) == [-6.5, 6.9, 8.2, 12.0, 207.7]
    renumbered = [replace(one, id=f"x{place}", is_subgroup=False) for place, one in enumerate(absurd)]
    assert all(isinstance(screen(one), Refused) for one in renumbered)


@pytest.mark.parametrize("value", ABSURD)
def test_an_absurd_effect_planted_in_any_row_is_refused(value: float, wwc_findings: list[Finding]) -> None:
    usable = [one for one in wwc_findings if isinstance(screen(one), Usable)][::7]
    planted = [screen(replace(one, effect_size=value)) for one in usable]
    assert len(planted) > 300
    assert {one.code for one in planted if isinstance(one, Refused)} == {RefusalCode.IMPLAUSIBLE_SIZE}
    assert not [one for one in planted if isinstance(one, Usable)]


def test_every_usable_finding_of_the_clearinghouse_has_a_standard_error_above_0(
    wwc_findings: list[Finding],
) -> None:
    usable = [one for one in map(screen, wwc_findings) if isinstance(one, Usable)]
    printed_as_0 = [one for one in usable if one.finding.p_value == 0]
    assert len(printed_as_0) > 30
    assert min(one.precision.standard_error for one in usable) > 0.001


@pytest.mark.parametrize(
    ("direction", "g", "code"),
    [
        ("FAVOURABLE", 0.2, None),
        ("FAVOURABLE", 0.0, None),
        ("FAVOURABLE", -0.2, RefusalCode.SIGN_DISAGREES),
        ("NEUTRAL", 0.2, None),
        ("NEUTRAL", -0.2, None),
        ("UNFAVOURABLE", -0.2, None),
        ("UNFAVOURABLE", 0.0, None),
        ("UNFAVOURABLE", 0.2, RefusalCode.SIGN_DISAGREES),
    ],
)
def test_an_effect_against_the_direction_that_its_source_tells_is_refused(
    direction: str, g: float, code: RefusalCode | None
) -> None:
    assert code_of(direction=Direction(direction), effect_size=g, improvement_index=None) == code
