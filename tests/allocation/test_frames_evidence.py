"""Evidence through the database: what was imported reaches the arithmetic, whole."""

import csv
import math
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from allocation.evidence.finding import Finding
from allocation.evidence.pooling import pooled_effects, sort_out
from allocation.evidence.tier_rules import EvidenceTier
from allocation.frames.evidence import Shelf, read_reports
from allocation.frames.practices import read_findings
from allocation.library import effects_of
from allocation.practice_facts import tiers_of
from models.database import Database, Scope
from models.outcomes import Outcome
from models.practices import Finding as FindingRow
from models.practices import Practice
from tests.allocation.evidence_places import Place, Rows, findings_in, place_with_domains, rows_of

RECIPE = """
[columns]
identifier = "FindingID"
study = "ReviewID"
practice = "Intervention_Name"
outcome = "Outcome_Domain"
measure = "Outcome_Measure"
period = ["Period"]
sample = ["Sample_Description"]
is_subgroup = "Is_Subgroup"
sample_size = "Outcome_Sample_Size"
treatment_size = "Outcome_Measure_Intervention_Sample_Size"
comparison_size = "Outcome_Measure_Comparison_Sample_Size"
treatment_clusters = "Intervention_Clusters_Sample_Size"
comparison_clusters = "Comparison_Clusters_Sample_Size"
treatment_mean = "Intervention_Mean"
comparison_mean = "Comparison_Mean"
treatment_deviation = "Intervention_Standard_Deviation"
comparison_deviation = "Comparison_Standard_Deviation"
effect_size = "g"
improvement_index = "Improvement_Index"
p_value = "p_Value_WWC"
intraclass_correlation = "ICC"
is_significant = "Is_Statistically_Significant"
rating = "Finding_Rating"
tier_as_published = "ESSA_Rating"
unit_of_analysis = "L1_Unit_of_Analysis"

[aliases.rating]
"1" = "Meets WWC standards without reservations"
"2" = "Meets WWC standards with reservations"
"3" = "Does not meet WWC standards"
"""


@pytest.fixture(scope="module")
async def clearinghouse(
    database: Database, real_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Place:
    """The clearinghouse's findings and reports in a partnership of their own."""
    folder = real_data / "evidence-wwc"
    findings, reports = folder / "wwc_Findings.csv", folder / "wwc_InterventionReports.csv"
    domains = {row["Outcome_Domain"] for path in (findings, reports) for row in rows_of(path)} - {""}
    place = await place_with_domains(database, tmp_path_factory.mktemp("wwc"), sorted(domains))
    assert (await place.load(findings, "wwc-findings")).created == 6972
    assert (await place.load(reports, "wwc-reports")).created == 811
    return place


def normal_curve(g: float) -> float:
    return 50 * math.erf(g / math.sqrt(2))


def verdict(row: dict[str, str]) -> str:
    """The rules of docs/evidence.md reckoned apart, from the file's own columns."""
    cells = {name: value.strip() for name, value in row.items()}
    if cells["Intervention_Name"] == "(Not applicable)":
        return "NOT_AN_INTERVENTION"
    if cells["Is_Subgroup"] == "True":
        return "SUBGROUP"
    if cells["Period"].lower() in {"pretest", "pre-test", "baseline"}:
        return "PRETEST"
    if not cells["Effect_Size_WWC"]:
        return "NO_EFFECT_SIZE"
    g, index = float(cells["Effect_Size_WWC"]), cells["Improvement_Index"]
    if abs(g) > 2:
        return "IMPLAUSIBLE_SIZE"
    if index and g * float(index) < 0:
        return "SIGN_DISAGREES"
    if index and abs(normal_curve(g) - float(index)) > 10:
        return "INDEX_DISAGREES"
    arms = [cells[f"Outcome_Measure_{arm}_Sample_Size"] for arm in ("Intervention", "Comparison")]
    total = cells["Outcome_Sample_Size"] or ("" if "" in arms else str(sum(map(int, arms))))
    return "NO_SAMPLE" if not total or int(total) == 0 or "0" in arms else "USABLE"


def repeats(rows: Rows) -> set[str]:
    """The ids of usable rows that say what an earlier one says: facts alike, or figures alike in another review."""
    seen: set[object] = set()
    found = set()
    own = ("FindingID", "Improvement_Index_Study", "p_Value_Study", "Effect_Size_Study", "Clusters_Total")
    left_out = {*own, "Protocol", "InterventionID", "OutcomeMeasureID", "Comparison"}
    for row in sorted(rows, key=lambda each: each["FindingID"]):
        whole = tuple(sorted((name, value) for name, value in row.items() if name not in left_out))
        names = ("Intervention_Name", "Outcome_Domain", "Outcome_Measure")
        figures = ("Effect_Size_WWC", "Outcome_Sample_Size", "Intervention_Mean", "Comparison_Mean")
        parts = (*(row[name] for name in names), *(row[name] and float(row[name]) for name in figures))
        keys: list[object] = [whole, *([parts] if row["Outcome_Sample_Size"] else [])]
        if any(key in seen for key in keys):
            found.add(row["FindingID"])
        else:
            seen.update(keys)
    return found


async def test_the_counts_from_the_database_are_those_reckoned_apart(
    clearinghouse: Place, real_data: Path
) -> None:
    rows = rows_of(real_data / "evidence-wwc" / "wwc_Findings.csv")
    expected = {row["FindingID"]: verdict(row) for row in rows}
    twice = repeats([row for row in rows if expected[row["FindingID"]] == "USABLE"])
    expected |= dict.fromkeys(twice, "DUPLICATE")
    usable, refused = sort_out(await findings_in(clearinghouse))
    counted = Counter({"USABLE": len(usable)}) + Counter(one.code.value for one in refused)
    assert counted == Counter(expected.values())
    assert counted["NOT_AN_INTERVENTION"] == 348
    assert counted["PRETEST"] == 26
    sources = {one.finding.source: one.code.value for one in refused if one.code.value != "DUPLICATE"}
    assert sources == {each: why for each, why in expected.items() if why not in {"USABLE", "DUPLICATE"}}


async def named_effects(place: Place) -> dict[tuple[str, str], list[float]]:
    """Mean, error and interval by the names of practice and outcome; none where no finding is usable."""
    async with place.database.session(Scope.of(place.id)) as session:
        names = {
            str(row.id): row.name
            for model in (Practice, Outcome)
            for row in await session.execute(select(model.id, model.name))
        }
        found = pooled_effects(await read_findings(session, place.id))
    return {
        (names.get(practice, practice), names[outcome]): [
            figure for figure in (each.mean, each.sd, each.low, each.high) if figure is not None
        ]
        for (practice, outcome), each in found.items()
    }


async def test_the_same_file_through_a_recipe_gives_the_same_effects(
    clearinghouse: Place, database: Database, real_data: Path, tmp_path: Path
) -> None:
    rows = rows_of(real_data / "evidence-wwc" / "wwc_Findings.csv")
    place = await place_with_domains(database, tmp_path, sorted({row["Outcome_Domain"] for row in rows}))
    renamed = (real_data / "evidence-wwc" / "wwc_Findings.csv").read_text("utf-8-sig")
    (tmp_path / "theirs.csv").write_text(renamed.replace("Effect_Size_WWC", "g", 1), encoding="utf-8")
    report = await place.load(tmp_path / "theirs.csv", "findings", RECIPE)
    assert (report.created, report.rejected) == (6972, 0)
    theirs, ours = await named_effects(place), await named_effects(clearinghouse)
    assert theirs.keys() == ours.keys()
    assert sum(map(bool, ours.values())) > 500
    for pair, figures in ours.items():
        assert theirs[pair] == pytest.approx(figures, rel=1e-9), pair


async def test_no_effect_of_one_practice_depends_on_how_the_others_are_read(clearinghouse: Place) -> None:
    findings = await findings_in(clearinghouse)
    together = pooled_effects(findings)
    shelf = Shelf()
    async with clearinghouse.database.session(Scope.of(clearinghouse.id)) as session:
        knowledge = (await shelf.of(session, clearinghouse.id)).library.knowledge
    practices = sorted({finding.practice for finding in findings})[::25]
    for practice in practices:
        alone = effects_of([each for each in findings if each.practice == practice], knowledge)
        assert {(practice, outcome): each for outcome, each in alone.items()} == {
            pair: each for pair, each in together.items() if pair[0] == practice
        }


async def test_an_absurd_effect_in_another_row_under_another_id_is_refused(
    database: Database, real_data: Path, tmp_path: Path
) -> None:
    rows = rows_of(real_data / "evidence-wwc" / "wwc_Findings.csv")
    usable = [row for row in rows if verdict(row) == "USABLE"][40:440]
    place = await place_with_domains(database, tmp_path, sorted({row["Outcome_Domain"] for row in usable}))
    planted = [{**row, "FindingID": f"r{n}"} for n, row in enumerate(usable)]
    for n, absurd in ((17, "207.74"), (211, "-6.5"), (399, "2.01")):
        planted[n] = {**planted[n], "Effect_Size_WWC": absurd, "Improvement_Index": ""}
    with (tmp_path / "planted.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(planted)
    await place.load(tmp_path / "planted.csv", "wwc-findings")
    _, refused = sort_out(await findings_in(place))
    implausible = {one.finding.source for one in refused if one.code.value == "IMPLAUSIBLE_SIZE"}
    assert implausible == {"r17", "r211", "r399"}


async def test_reports_lift_a_practice_and_the_rater_s_word_stands_beside_ours(clearinghouse: Place) -> None:
    async with clearinghouse.database.session(Scope.of(clearinghouse.id)) as session:
        findings = await read_findings(session, clearinghouse.id)
        reports = await read_reports(session, clearinghouse.id)
        names = {str(row.id): row.name for row in await session.execute(select(Practice.id, Practice.name))}
    by_practice: dict[str, list[Finding]] = {}
    for finding in findings:
        by_practice.setdefault(finding.practice, []).append(finding)
    found = tiers_of(by_practice, (), (), reports=reports)
    rated = {practice for practice, told in reports.items() if told}
    daisy = next(practice for practice, name in names.items() if name == "DaisyQuest")
    assert found[daisy].tier is EvidenceTier.PROMISING  # its one report, on alphabetics: Positive Effects
    assert "Positive Effects" in found[daisy].rater_words
    assert sum(len(told) for told in reports.values()) == 811 - 405 - 2
    assert all(found[practice].rater_words for practice in rated)


async def test_a_second_import_of_the_reports_changes_nothing(clearinghouse: Place, real_data: Path) -> None:
    again = await clearinghouse.load(
        real_data / "evidence-wwc" / "wwc_InterventionReports.csv", "wwc-reports"
    )
    assert (again.created, again.updated, again.unchanged) == (0, 0, 811)


async def test_knowledge_is_learnt_again_when_a_finding_changes(clearinghouse: Place) -> None:
    shelf = Shelf()
    async with clearinghouse.database.session(Scope.of(clearinghouse.id)) as session:
        first = await shelf.of(session, clearinghouse.id)
        assert await shelf.of(session, clearinghouse.id) is first
        row = (await session.execute(select(FindingRow).limit(1))).scalar_one()
        row.rating = f"{row.rating} (checked)"
        await session.flush()
        assert await shelf.of(session, clearinghouse.id) is not first
        await session.rollback()
