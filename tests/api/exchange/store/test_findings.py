"""Findings in the database: kept as their source states them, with what their words mean here."""

from ..importer import Importer, codes, told

RECIPE = """
[columns]
identifier = "id"
study = "study"
practice = "practice"
outcome = "outcome"
effect_size = "effect"
populations = "groups"
"""
HEADER = "id,study,practice,outcome,effect,groups\n"
ROWS = "F-1,Alder 2020,Tutoring,Reading,0.25,Black;Martian\nF-2,Birch 2021,Tutoring,Happiness,-0.10,\n"


async def _known(bring: Importer) -> None:
    await bring.text("name,stage\nReading,EARLY_GRADES\n", "outcomes")
    await bring.text("dimension,value,label\nrace,Black,Black\n", "populations")


async def test_a_finding_is_kept_whether_its_outcome_is_ours_or_not(bring: Importer) -> None:
    await _known(bring)
    report = await bring.text(HEADER + ROWS, "findings", RECIPE)
    assert (told(report), codes(report)) == (
        (2, 0, 0, 0),
        {"new-practice", "outcome-not-ours", "group-not-ours"},
    )
    kept = await bring.rows(
        "select source_identifier, outcome_id is null as loose, outcome_as_published, effect_size "
        "from finding order by 1"
    )
    assert [
        (row.source_identifier, row.loose, row.outcome_as_published, str(row.effect_size)) for row in kept
    ] == [
        ("F-1", False, "Reading", "0.25"),
        ("F-2", True, "Happiness", "-0.10"),
    ]


async def test_the_same_findings_again_change_nothing(bring: Importer) -> None:
    await _known(bring)
    await bring.text(HEADER + ROWS, "findings", RECIPE)
    before = await bring.counts()
    assert told(await bring.text(HEADER + ROWS, "findings", RECIPE)) == (0, 0, 2, 0)
    assert await bring.counts() == before


async def test_a_corrected_effect_updates_its_finding(bring: Importer) -> None:
    await bring.text(HEADER + ROWS, "findings", RECIPE)
    assert told(await bring.text(HEADER + ROWS.replace("0.25", "0.20"), "findings", RECIPE)) == (0, 1, 1, 0)


async def test_a_group_that_came_later_joins_the_finding_when_it_is_read_again(bring: Importer) -> None:
    await bring.text(HEADER + ROWS, "findings", RECIPE)
    await _known(bring)
    assert told(await bring.text(HEADER + ROWS, "findings", RECIPE)) == (0, 1, 1, 0)
    assert await bring.value("select count(*) from finding_population") == 1


async def test_an_identifier_stands_once_in_a_file(bring: Importer) -> None:
    report = await bring.text(HEADER + ROWS + ROWS.splitlines()[0] + "\n", "findings", RECIPE)
    assert (report.rejected, "repeated-identifier" in codes(report)) == (1, True)
