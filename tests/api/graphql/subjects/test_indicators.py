"""Indicators and measurements. Expected figures are those of small.py."""

from datetime import date

from sqlalchemy import insert, update

from models.database import Database, Scope
from models.measurements import Figure, MeasurementStatus
from models.outcomes import IndicatorVersion

from .conftest import Ask
from .small import Small


async def test_a_series_is_in_the_order_of_time(ask: Ask, small: Small) -> None:
    query = """query($id: ID!, $population: ID!) { node(id: $id) { ... on Indicator {
      name unit higherIsBetter core areas { name } outcome { name }
      series(population: $population) { totalCount nodes {
        periodStart periodEnd value numerator denominator status comparable source { system file row } } } } } }"""
    answer = await ask(
        query,
        id=small.global_id("Indicator", "grade3"),
        population=small.global_id("PopulationGroup", "black"),
    )
    node = answer["data"]["node"]
    assert node["series"]["totalCount"] == 3
    assert [each["periodEnd"] for each in node["series"]["nodes"]] == [
        "2023-06-30",
        "2024-06-30",
        "2025-06-30",
    ]
    assert node["series"]["nodes"][0] == {
        "periodStart": "2022-07-01",
        "periodEnd": "2023-06-30",
        "value": "40",
        "numerator": 160,
        "denominator": 400,
        "status": "REPORTED",
        "comparable": True,
        "source": {"system": "test", "file": "reading.csv", "row": 1},
    }
    assert (node["areas"], node["outcome"]) == ([{"name": "City"}], {"name": "Reading"})


async def test_a_target_tells_the_pace_that_it_asks_for(ask: Ask, small: Small) -> None:
    """From 40 on 30 June 2025 to 60 on 30 June 2028: 20 points in 3 years."""
    query = """query($id: ID!, $population: ID) { node(id: $id) { ... on Indicator {
      target(population: $population) { value dueOn requiredPace } targets { value } } } }"""
    indicator = small.global_id("Indicator", "grade3")
    answer = await ask(query, id=indicator, population=small.global_id("PopulationGroup", "black"))
    assert answer["data"]["node"] == {
        "target": {"value": "60", "dueOn": "2028-06-30", "requiredPace": "6.6667"},
        "targets": [{"value": "60"}],
    }
    assert (await ask(query, id=indicator))["data"]["node"]["target"] is None


async def test_figures_before_a_change_of_definition_do_not_compare(
    ask: Ask, small: Small, database: Database
) -> None:
    async with database.session(Scope.of(small.partnership.id)) as session:
        await session.execute(update(IndicatorVersion).values(valid_to=date(2024, 7, 1)))
        later = {"definition": "Another test", "valid_from": date(2024, 7, 1), "reason": "A new test"}
        keys = {"partnership_id": small.partnership.id, "indicator_id": small.id("grade3")}
        await session.execute(insert(IndicatorVersion).values(**keys, **later))
    query = """query($id: ID!, $population: ID!) { node(id: $id) { ... on Indicator {
      versions { definition validFrom validTo } series(population: $population) { nodes { comparable } } } } }"""
    answer = await ask(
        query,
        id=small.global_id("Indicator", "grade3"),
        population=small.global_id("PopulationGroup", "black"),
    )
    node = answer["data"]["node"]
    assert [each["comparable"] for each in node["series"]["nodes"]] == [False, False, True]
    assert [each["validFrom"] for each in node["versions"]] == ["2020-01-01", "2024-07-01"]


async def test_a_corrected_figure_is_still_told_as_it_was_published(
    ask: Ask, small: Small, database: Database
) -> None:
    query = """query($id: ID!, $on: DateTime!) { node(id: $id) { ... on Measurement {
      value publishedAs(on: $on) { value status recordedAt } } } }"""
    id_ = small.global_id("Measurement", "black-2025")
    before = (await ask(query, id=id_, on="2099-01-01T00:00:00Z"))["data"]["node"]
    released_at = before["publishedAs"]["recordedAt"]
    async with database.steward_session(Scope.of(small.partnership.id)) as session:
        where = (
            Figure.partnership_id == small.partnership.id,
            Figure.measurement_id == small.id("black-2025"),
        )
        await session.execute(update(Figure).where(*where).values(is_newest=False))
        corrected = {
            "partnership_id": small.partnership.id,
            "measurement_id": small.id("black-2025"),
            "version": 2,
            "release_id": small.id("release"),
            "status": MeasurementStatus.REPORTED,
            "value": 41,
            "already_public": True,
            "source_system": "test",
        }
        await session.execute(insert(Figure).values(corrected))
    after = (await ask(query, id=id_, on=released_at))["data"]["node"]
    assert (before["value"], after["value"], after["publishedAs"]["value"]) == ("40", "41", "40")
    long_ago = (await ask(query, id=id_, on="2000-01-01T00:00:00Z"))["data"]["node"]
    assert long_ago["publishedAs"] is None


async def test_what_no_release_shows_is_not_there(ask: Ask, small: Small, database: Database) -> None:
    async with database.steward_session(Scope.of(small.partnership.id)) as session:
        where = (
            Figure.partnership_id == small.partnership.id,
            Figure.measurement_id == small.id("black-2025"),
        )
        await session.execute(update(Figure).where(*where).values(is_newest=False))
    query = "query($id: ID!) { node(id: $id) { id } }"
    assert (await ask(query, id=small.global_id("Measurement", "black-2025")))["data"]["node"] is None


async def test_measurements_are_filtered_by_what_is_disclosed(ask: Ask, small: Small) -> None:
    query = """query($slug: String!, $filter: MeasurementFilter) { partnership(slug: $slug) {
      measurements(filter: $filter) { totalCount } } }"""
    counts = []
    for wanted in (
        {},
        {"statuses": ["REPORTED"]},
        {"statuses": ["SUPPRESSED"]},
        {"from": "2025-01-01"},
        {"to": "2023-06-30"},
    ):
        answer = await ask(query, slug=small.slug, filter=wanted)
        counts.append(answer["data"]["partnership"]["measurements"]["totalCount"])
    assert counts == [9, 9, 0, 3, 3]
