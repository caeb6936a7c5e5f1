"""Evidence through the database: what was imported reaches the arithmetic, whole."""

import csv
import math
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from allocation.evidence.finding import Finding
from allocation.evidence.pooling import EffectBasis, pooled_effects, sort_out
from allocation.evidence.tier_rules import EvidenceTier
from allocation.frames.evidence import (
    KnowledgeShelf,
    read_dollars,
    read_practice_evidence,
    read_rationales,
    read_reports,
)
from allocation.frames.local_results import read_shown_periods
from allocation.frames.practices import read_findings, read_own_index, read_practices
from allocation.partnerships import Terms, create_partnership
from allocation.practice_facts import effects_of, practice_facts, tiers_of
from api.exchange.imports import Order, import_file
from api.exchange.recipe_files import parse_recipe
from api.exchange.report import ImportReport
from models.database import Database, Scope
from models.outcomes import Outcome
from models.partnerships import Partnership
from models.practices import Finding as FindingRow
from models.practices import Practice

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
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Place:
    """A partnership whose outcomes are the clearinghouse's domains, and where its files are."""

    database: Database
    id: UUID
    folder: Path

    async def load(self, path: Path, kind: str, recipe: str | None = None) -> ImportReport:
        order = Order(self.id, path, kind, parse_recipe(recipe) if recipe else None)
        return await import_file(self.database, order)

    async def write(self, name: str, content: str, kind: str) -> ImportReport:
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        return await self.load(path, kind)


def rows_of(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


async def place_with_domains(database: Database, folder: Path, domains: Sequence[str]) -> Place:
    async with database.session(Scope()) as session:
        terms = Terms(f"t{secrets.token_hex(8)}", "Evidence under test")
        place = Place(database, (await create_partnership(session, terms)).id, folder)
    with (folder / "outcomes.csv").open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(
            [["name", "stage"], *([each, "EARLY_GRADES"] for each in sorted(domains))]
        )
    assert (await place.load(folder / "outcomes.csv", "outcomes")).rejected == 0
    return place


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


async def findings_in(place: Place) -> Sequence[Finding]:
    async with place.database.session(Scope.of(place.id)) as session:
        return await read_findings(session, place.id)


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
    shelf = KnowledgeShelf()
    async with clearinghouse.database.session(Scope.of(clearinghouse.id)) as session:
        knowledge = await shelf.of(session, clearinghouse.id)
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
    shelf = KnowledgeShelf()
    async with clearinghouse.database.session(Scope.of(clearinghouse.id)) as session:
        first = await shelf.of(session, clearinghouse.id)
        assert await shelf.of(session, clearinghouse.id) is first
        row = (await session.execute(select(FindingRow).limit(1))).scalar_one()
        row.rating = f"{row.rating} (checked)"
        await session.flush()
        assert await shelf.of(session, clearinghouse.id) is not first
        await session.rollback()


# ------------------------------------------------------------------ local results
LOCAL = (
    "practice,outcome,period,participants,participants_reached,comparison,comparison_reached,"
    "participants_before,participants_reached_before,comparison_before,comparison_reached_before,source\n"
)


@pytest.fixture
async def town(database: Database, tmp_path: Path) -> Place:
    """One practice with a cost and one outcome."""
    place = await place_with_domains(database, tmp_path, ["Reading"])
    practices = "practice,outcomes,cost_per_participant,currency,price_year,source,capacity\n"
    await place.write("p.csv", f"{practices}Tutoring,Reading,1000,USD,2020,Budget,100\n", "practices")
    return place


async def test_a_fair_comparison_becomes_a_local_finding_with_the_shown_effect(town: Place) -> None:
    # Reckoned by hand: ln(odds ratio) = ln((130/70)/(100/100)) = 0.61904; / 1.65 = 0.37517; omega = 1 - 3/1591.
    await town.write(
        "l.csv", f"{LOCAL}Tutoring,Reading,2024-25,200,130,200,100,200,90,200,90,R\n", "local-results"
    )
    (finding,) = await findings_in(town)
    omega = 1 - 3 / (4 * 400 - 9)
    expected = omega * math.log((130 / 70) / (100 / 100)) / 1.65
    assert finding.effect_size == pytest.approx(expected, abs=0.005)
    error = omega * math.sqrt(1 / 130 + 1 / 70 + 1 / 100 + 1 / 100) / 1.65
    assert error <= (finding.standard_error or 0) <= error + 0.0101
    assert (finding.design.value, finding.is_local, finding.sample_size) == ("QED", True, 400)


async def test_local_and_national_evidence_are_blended(town: Place) -> None:
    recipe = '[columns]\nstudy="s"\npractice="p"\noutcome="o"\neffect_size="g"\nstandard_error="e"\nsample_size="n"\n'
    path = town.folder / "n.csv"
    path.write_text("s,p,o,g,e,n\nLee,Tutoring,Reading,0.05,0.08,500\n")
    await town.load(path, "findings", recipe)
    before = next(iter(pooled_effects(await findings_in(town)).values()))
    await town.write("l.csv", f"{LOCAL}Tutoring,Reading,2024-25,200,130,200,100,,,,,R\n", "local-results")
    after = next(iter(pooled_effects(await findings_in(town)).values()))
    assert (before.basis, after.basis) == (EffectBasis.NATIONAL, EffectBasis.BOTH)
    assert before.mean is not None
    assert after.mean is not None
    assert before.mean < after.mean < 0.375


async def test_raw_counts_are_closed_to_readers(town: Place) -> None:
    await town.write("l.csv", f"{LOCAL}Tutoring,Reading,2024-25,200,130,200,100,,,,,R\n", "local-results")
    with pytest.raises(DBAPIError, match="permission denied"):
        async with town.database.session(Scope.of(town.id)) as session:
            await session.execute(text("select * from raw.local_count"))


async def test_a_small_group_is_recorded_and_not_shown(town: Place) -> None:
    report = await town.write(
        "l.csv", f"{LOCAL}Tutoring,Reading,2024-25,9,5,200,100,,,,,R\n", "local-results"
    )
    assert [each.code for each in report] == ["local-result-withheld"]
    async with town.database.session(Scope.of(town.id)) as session:
        periods = await read_shown_periods(session, town.id)
    ((shown,),) = periods.values()
    assert (shown.effect, shown.standard_error, shown.people_count, shown.difference) == (None,) * 4
    (finding,) = await findings_in(town)
    assert (finding.effect_size, finding.sample_size) == (None, None)


async def test_a_correction_of_a_few_people_does_not_change_what_is_shown(town: Place) -> None:
    line = "Tutoring,Reading,2024-25,200,{},200,100,,,,,R\n"
    await town.write("l.csv", LOCAL + line.format(130), "local-results")
    (first,) = await findings_in(town)
    assert (await town.write("l.csv", LOCAL + line.format(131), "local-results")).updated == 1
    assert await findings_in(town) == [first]
    await town.write("l.csv", LOCAL + line.format(141), "local-results")
    (third,) = await findings_in(town)
    assert (third.effect_size or 0) > (first.effect_size or 0)


async def test_before_and_after_alone_is_marked_and_never_promising(town: Place) -> None:
    await town.write("l.csv", f"{LOCAL}Tutoring,Reading,2024-25,400,300,,,400,100,,,R\n", "local-results")
    findings = await findings_in(town)
    assert [each.design.value for each in findings] == ["PRE_POST"]
    ((found,),) = [list(tiers_of({"t": findings}, (), ()).values())]
    assert found.tier is EvidenceTier.NONE


async def test_the_same_local_results_twice_change_nothing(town: Place) -> None:
    content = f"{LOCAL}Tutoring,Reading,2024-25,200,130,200,100,,,,,R\n"
    await town.write("l.csv", content, "local-results")
    again = await town.write("l.csv", content, "local-results")
    assert (again.created, again.updated, again.unchanged) == (0, 0, 1)
    assert len(await findings_in(town)) == 1


async def test_a_period_named_twice_in_a_file_is_rejected(town: Place) -> None:
    line = "Tutoring,Reading,2024-25,200,130,200,100,,,,,R\n"
    report = await town.write("l.csv", LOCAL + line + line, "local-results")
    assert (report.rejected, {each.code for each in report}) == (1, {"repeated-period"})


async def test_another_partnership_sees_none_of_it(town: Place, other_partnership: Partnership) -> None:
    await town.write("l.csv", f"{LOCAL}Tutoring,Reading,2024-25,200,130,200,100,,,,,R\n", "local-results")
    async with town.database.session(Scope.of(other_partnership.id)) as session:
        assert await read_shown_periods(session, town.id) == {}
        assert await read_findings(session, town.id) == []


# ------------------------------------------------------------------ costs and rationale
async def test_costs_are_planned_in_the_newest_known_prices(town: Place) -> None:
    # 1,000 dollars of 2020 by CPI-U, 258.811 to 313.689: 1,212.04 of 2024.
    async with town.database.session(Scope.of(town.id)) as session:
        (newest,) = await read_practices(session, town.id)
        (then,) = await read_practices(session, town.id, 2020)
    assert (newest.cost, newest.price_year) == (121204, 2024)
    assert (then.cost, then.price_year) == (100000, 2020)


async def test_a_partnership_s_own_index_stands_before_the_shipped_one(town: Place) -> None:
    await town.write("i.csv", "name,year,level\nTown,2020,50\nTown,2026,60\n", "price-index")
    async with town.database.session(Scope.of(town.id)) as session:
        own = await read_own_index(session, town.id)
        (practice,) = await read_practices(session, town.id, 2026)
    assert own is not None
    assert (own.name, practice.cost, practice.price_year) == ("Town", 120000, 2026)


async def test_a_logic_model_and_a_study_under_way_are_kept_where_a_file_says_nothing(town: Place) -> None:
    await town.write("p.csv", "practice,has_logic_model,is_under_study\nTutoring,yes,no\n", "practices")
    await town.write("p.csv", "practice,capacity\nTutoring,50\n", "practices")
    async with town.database.session(Scope.of(town.id)) as session:
        (rationale,) = (await read_rationales(session, town.id)).values()
    assert (rationale.has_logic_model, rationale.is_under_study) == (True, False)


async def test_the_page_of_a_practice_is_read_from_the_tables(town: Place) -> None:
    await town.write(
        "l.csv", f"{LOCAL}Tutoring,Reading,2024-25,200,130,200,100,200,90,200,90,R\n", "local-results"
    )
    async with town.database.session(Scope.of(town.id)) as session:
        practice = (await session.execute(select(Practice.id))).scalar_one()
        seen = await read_practice_evidence(
            session, town.id, practice, shelf=KnowledgeShelf(), fiscal_year=2024
        )
        assert await read_dollars(session, town.id, practice) == []
    page = practice_facts(seen)
    (outcome,) = page.outcomes
    assert (outcome.name, outcome.is_aim, len(outcome.local)) == ("Reading", True, 1)
    assert page.cost.planned is not None
    assert (page.cost.planned.price_year, page.cost.note) == (2024, None)
    assert {"logic-model", "funder", "rate"} <= {each.code for each in page.missing}
