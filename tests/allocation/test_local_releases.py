"""Local results, costs and what else a practice's page is read from, through the database."""

import math
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from allocation.evidence.pooling import EffectBasis, pooled_effects
from allocation.evidence.tier_rules import EvidenceTier
from allocation.frames.evidence import Shelf, read_rationales
from allocation.frames.local_results import read_shown_periods
from allocation.frames.practice_pages import read_dollars, read_practice_evidence
from allocation.frames.practices import read_findings, read_own_index, read_practices
from allocation.practice_facts import practice_facts, tiers_of
from models.database import Database, Scope
from models.partnerships import Partnership
from models.practices import Practice
from tests.allocation.evidence_places import Place, findings_in, place_with_domains

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
        ground = await Shelf().of(session, town.id)
        seen = await read_practice_evidence(session, town.id, practice, ground=ground, fiscal_year=2024)
        assert await read_dollars(session, town.id, practice) == []
    page = practice_facts(seen)
    (outcome,) = page.outcomes
    assert (outcome.name, outcome.is_aim, len(outcome.local)) == ("Reading", True, 1)
    assert page.cost.planned is not None
    assert (page.cost.planned.price_year, page.cost.note) == (2024, None)
    assert {"logic-model", "funder", "rate"} <= {each.code for each in page.missing}
