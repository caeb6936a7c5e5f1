"""Figures in the database: areas, groups, versions, and what is not taken over."""

import pytest

from api.exchange.errors import ReadError
from models.partnerships import FigureReview, Partnership

from ..importer import Importer, codes, told

RECIPE = """
[columns]
area = "District"
area_code = ["Code"]
population = "Group"
period = "Year"
value = "Rate"
numerator = ["Graduates"]
denominator = ["Cohort"]
[constants]
indicator = "graduation"
dimension = "race"
[values]
scale = "percent"
suppressed = ["*"]
[indicator]
name = "Graduation"
outcome = "Graduation"
stage = "HIGH_SCHOOL"
[reference]
dimension = "race"
population = "White"
[disclosure]
already_public = true
"""
HEADER = "District,Group,Year,Rate\n"
ROWS = "Alder,White,2019-20,90.0\nAlder,Black,2019-20,80.5\nBirch,White,2019-20,*\n"

NEWEST = """
select a.name || '/' || p.value as place, f.version, f.status, f.value, f.mark
from raw.figure f join measurement m on m.id = f.measurement_id
join area a on a.id = m.area_id join population p on p.id = m.population_id order by place, f.version
"""


async def test_a_file_brings_its_indicator_areas_groups_and_figures(bring: Importer) -> None:
    report = await bring.text(HEADER + ROWS, "measurements", RECIPE)
    assert told(report) == (3, 0, 0, 0)
    figures = [tuple(row) for row in await bring.rows(NEWEST)]
    assert [(place, status, str(value), mark) for place, _, status, value, mark in figures] == [
        ("Alder/Black", "REPORTED", "80.5", None),
        ("Alder/White", "REPORTED", "90.0", None),
        ("Birch/White", "SUPPRESSED_AT_SOURCE", "None", "*"),
    ]
    assert await bring.value("select kind from reference") == "GROUP"


async def test_what_a_public_body_has_released_is_released_as_it_is(bring: Importer) -> None:
    await bring.text(HEADER + ROWS, "measurements", RECIPE)
    shown = await bring.rows("select status, value from figure where is_newest order by value")
    assert [(row.status, str(row.value)) for row in shown] == [
        ("REPORTED", "80.5"),
        ("REPORTED", "90.0"),
        ("SUPPRESSED_AT_SOURCE", "None"),
    ]


async def test_the_same_figures_again_change_nothing(bring: Importer) -> None:
    await bring.text(HEADER + ROWS, "measurements", RECIPE)
    before = await bring.counts()
    assert told(await bring.text(HEADER + ROWS, "measurements", RECIPE)) == (0, 0, 3, 0)
    assert await bring.counts() == before


async def test_a_figure_that_differs_becomes_the_next_version_and_the_old_one_stays(bring: Importer) -> None:
    await bring.text(HEADER + ROWS, "measurements", RECIPE)
    assert told(await bring.text(HEADER + ROWS.replace("80.5", "81.0"), "measurements", RECIPE)) == (
        0,
        1,
        2,
        0,
    )
    versions = [(r.version, str(r.value)) for r in await bring.rows(NEWEST) if r.place == "Alder/Black"]
    assert versions == [(1, "80.5"), (2, "81.0")]


async def test_a_file_that_only_repeated_what_stood_takes_nothing_back_when_it_comes_again(
    bring: Importer,
) -> None:
    """The second and third file agree on 82; the fourth says 84, and stays the last word."""
    paths = [bring.folder / f"week-{week}.csv" for week in range(1, 5)]
    for path, rate in zip(paths, ("81.0", "82.0", "82.0", "84.0"), strict=True):
        rows = f"Alder,Black,2019-20,{rate}\nBirch,{path.stem},2019-20,50.0\n"
        path.write_text(HEADER + rows, encoding="utf-8")
    for path in paths:
        await bring.file(path, "measurements", RECIPE)
    versions = [tuple(row) for row in await bring.rows(NEWEST)]
    assert [str(row[3]) for row in versions if row[0] == "Alder/Black"] == ["81.0", "82.0", "84.0"]
    for path in (*paths, *paths):
        assert told(await bring.file(path, "measurements", RECIPE))[:2] == (0, 0)
    assert [tuple(row) for row in await bring.rows(NEWEST)] == versions


async def test_a_first_code_is_added_to_the_named_area(bring: Importer) -> None:
    await bring.text(HEADER + ROWS, "measurements", RECIPE)
    coded = "Code," + HEADER + "001,Alder,White,2020-21,91.0\n"
    await bring.text(coded, "measurements", RECIPE)
    areas = await bring.rows("select name, code from area order by name")
    assert [tuple(row) for row in areas] == [("Alder", "001"), ("Birch", None)]


async def test_an_area_is_known_by_its_code_under_another_name(bring: Importer) -> None:
    await bring.text("Code," + HEADER + "001,Alder,White,2019-20,90.0\n", "measurements", RECIPE)
    await bring.text("Code," + HEADER + "001,Alder Town,White,2020-21,91.0\n", "measurements", RECIPE)
    assert await bring.value("select count(*) from area") == 1


async def test_another_code_under_a_known_name_is_rejected(bring: Importer) -> None:
    await bring.text("Code," + HEADER + "001,Alder,White,2019-20,90.0\n", "measurements", RECIPE)
    report = await bring.text("Code," + HEADER + "002,Alder,White,2020-21,91.0\n", "measurements", RECIPE)
    assert (report.rejected, codes(report)) == (1, {"area-code-conflict"})


async def test_two_codes_of_one_name_never_become_one_area(bring: Importer) -> None:
    await bring.text(HEADER + "Alder,White,2018-19,90.0\n", "measurements", RECIPE)
    rows = "001,Alder,White,2019-20,90.0\n002,Alder,White,2019-20,70.0\n"
    report = await bring.text("Code," + HEADER + rows, "measurements", RECIPE)
    assert "area-code-conflict" in codes(report)
    assert await bring.value("select count(*) from raw.figure") == 1


async def test_contradicting_figures_of_one_place_are_rejected(bring: Importer) -> None:
    report = await bring.text(HEADER + ROWS + "Alder,White,2019-20,70.0\n", "measurements", RECIPE)
    finding = next(finding for finding in report if finding.code == "contradiction")
    assert (finding.examples[0].row, finding.examples[0].value) == (5, "Alder, White, 2020-06-30")
    assert await bring.value("select count(*) from measurement") == 0


async def test_a_repeated_figure_that_agrees_is_taken_once_with_a_warning(bring: Importer) -> None:
    report = await bring.text(HEADER + ROWS + "Alder,White,2019-20,90.0\n", "measurements", RECIPE)
    assert (told(report), "repeated" in codes(report)) == ((3, 0, 0, 0), True)


async def test_an_indicator_that_nobody_described_is_rejected(bring: Importer) -> None:
    bare = RECIPE[: RECIPE.index("[indicator]")]
    report = await bring.text(HEADER + ROWS, "measurements", bare)
    assert (report.rejected, codes(report)) == (3, {"unknown-indicator"})


async def test_a_recipe_that_contradicts_a_known_indicator_is_refused(bring: Importer) -> None:
    await bring.text(HEADER + ROWS, "measurements", RECIPE)
    other = RECIPE.replace('stage = "HIGH_SCHOOL"', 'stage = "HIGH_SCHOOL"\nhigher_is_better = false')
    with pytest.raises(ReadError, match="higher_is_better"):
        await bring.text(HEADER + ROWS, "measurements", other)


async def test_a_group_is_known_by_an_alias(bring: Importer) -> None:
    await bring.text(
        "dimension,value,label,aliases\nrace,Black or African American,Black,Black;African American\n",
        "populations",
    )
    await bring.text(HEADER + ROWS, "measurements", RECIPE)
    groups = await bring.rows("select value from population order by value")
    assert [row.value for row in groups] == ["Black or African American", "White"]


async def test_all_students_are_known_as_the_total(bring: Importer) -> None:
    await bring.text(HEADER + "Alder,All Students,2019-20,90.0\n", "measurements", RECIPE)
    assert await bring.value("select is_total from population where value = 'All Students'") is True


async def test_what_waits_for_approval_is_recorded_and_not_released(bring: Importer) -> None:
    """The partnership asks that imports be approved: readers see nothing of the file until somebody does."""
    async with bring.database.session(bring.scope) as session:
        partnership = await session.get_one(Partnership, bring.partnership.id)
        partnership.figure_review = FigureReview.ALL
    report = await bring.text(HEADER + ROWS, "measurements", RECIPE)
    assert told(report) == (3, 0, 0, 0)
    assert await bring.value("select count(*) from figure") == 0
    [waiting] = await bring.rows(
        "select step, figure_count, import_id is not null as by_file from submission"
    )
    assert (waiting.step, waiting.figure_count, waiting.by_file) == ("SUBMITTED", 3, True)


async def test_a_first_release_sets_baselines_that_a_correction_leaves_alone(bring: Importer) -> None:
    """80.5 percent as first released; the file comes again with 81.5."""
    baselines = """
    select p.value as place, f.value, f.version from baseline b
    join figure f on f.measurement_id = b.measurement_id and f.version = b.figure_version
    join population p on p.id = b.population_id order by 1
    """
    await bring.text(HEADER + ROWS, "measurements", RECIPE)
    await bring.text(HEADER + ROWS.replace("80.5", "81.5"), "measurements", RECIPE)
    assert await bring.value("select count(*) from raw.figure") == 4
    told_of = [(row.place, str(row.value), row.version) for row in await bring.rows(baselines)]
    assert told_of == [("Black", "80.5", 1), ("White", "90.0", 1)]


async def test_a_recipes_source_is_what_readers_see_and_how_fresh_it_must_be(bring: Importer) -> None:
    source = '[source]\nname = "State report"\ndecision_cadence_days = 400\n'
    await bring.text(HEADER + ROWS, "measurements", RECIPE + source)
    assert await bring.value("select distinct source_system from figure") == "State report"
    assert await bring.value("select decision_cadence_days from data_source") == 400
    with pytest.raises(ReadError, match="name: this is needed"):
        await bring.text(HEADER + ROWS, "measurements", RECIPE + "[source]\ndecision_cadence_days = 4\n")
