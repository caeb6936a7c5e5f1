"""What the community says, in the database: only what may be published, and nothing of who said it."""

import pytest

from ..importer import Importer, codes, told

FACTS = (
    ("outcomes", "name,stage\nReading,EARLY_GRADES\n"),
    ("populations", "dimension,value,label\nrace,Black,Black students\n"),
    ("practices", "practice,outcomes\nTutoring,Reading\n"),
)
HEADER = "practice,heard_on,view,words,agreed,outcome,population,people,occasion\n"
ROW = "Tutoring,2026-03-12,FAVOURABLE,She reads to us.,true,Reading,Black,10,Listening session\n"
KEPT = (
    "select t.words, t.view, t.people_count, p.value as population, t.occasion from testimony t "
    "left join population p on p.partnership_id = t.partnership_id and p.id = t.population_id order by 1"
)


async def heard(bring: Importer, rows: str) -> tuple[tuple[int, int, int, int], set[str]]:
    for format_name, content in FACTS:
        await bring.text(content, format_name)
    report = await bring.text(HEADER + rows, "testimony")
    return told(report), codes(report)


async def test_words_are_kept_with_what_they_are_about(bring: Importer) -> None:
    assert await heard(bring, ROW) == ((1, 0, 0, 0), set())
    assert [tuple(row) for row in await bring.rows(KEPT)] == [
        ("She reads to us.", "FAVOURABLE", 10, "Black", "Listening session")
    ]


async def test_the_same_words_again_change_nothing_and_another_view_updates(bring: Importer) -> None:
    await heard(bring, ROW)
    assert await heard(bring, ROW) == ((0, 0, 1, 0), set())
    assert (await heard(bring, ROW.replace("FAVOURABLE", "MIXED")))[0] == (0, 1, 0, 0)


@pytest.mark.parametrize(("people", "kept"), [("10", (10, "Black")), ("9", (None, None)), ("", (None, None))])
async def test_a_group_is_kept_from_the_minimum_group_size_on(
    bring: Importer, people: str, kept: tuple[object, object]
) -> None:
    """The partnership's minimum is 10: ten people may be told, nine may not."""
    _, found = await heard(bring, ROW.replace(",10,", f",{people},"))
    (row,) = await bring.rows(KEPT)
    assert (row.people_count, row.population) == kept
    assert found == (set() if people == "10" else {"group-withheld"})


async def test_without_agreement_nothing_is_kept(bring: Importer) -> None:
    assert await heard(bring, ROW.replace(",true,", ",false,")) == ((0, 0, 1, 0), {"not-agreed"})
    assert await bring.rows(KEPT) == []


async def test_agreement_that_is_taken_back_removes_the_words(bring: Importer) -> None:
    await heard(bring, ROW)
    assert await heard(bring, ROW.replace(",true,", ",false,")) == ((0, 1, 0, 0), {"not-agreed"})
    assert await bring.rows(KEPT) == []


@pytest.mark.parametrize(
    "words",
    [
        "Write to ana@example.org",
        "Call 555-0142-77",
        "Call (555) 014 2771",
        "See https://example.org/ana",
        "Ask @ana_reads",
    ],
)
async def test_words_by_which_somebody_can_be_reached_are_refused_and_not_quoted(
    bring: Importer, words: str
) -> None:
    for format_name, content in FACTS:
        await bring.text(content, format_name)
    report = await bring.text(HEADER + ROW.replace("She reads to us.", words), "testimony")
    assert (told(report), codes(report)) == ((0, 0, 0, 1), {"personal-data"})
    assert words not in str(report.to_json())
    assert await bring.rows(KEPT) == []


async def test_figures_in_words_are_no_contact(bring: Importer) -> None:
    assert (await heard(bring, ROW.replace("She reads to us.", "It was 3 days in 2025 and 12 of 14 came.")))[
        0
    ] == (1, 0, 0, 0)


async def test_a_column_of_names_is_passed_over(bring: Importer) -> None:
    for format_name, content in FACTS:
        await bring.text(content, format_name)
    content = HEADER.replace("practice", "speaker,practice", 1) + f"Ana Diaz,{ROW}"
    report = await bring.text(content, "testimony")
    assert (told(report), codes(report)) == ((1, 0, 0, 0), {"unknown-column"})
    assert "Ana" not in str(report.to_json())


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("Tutoring", "Nobody's practice", "unknown-practice"),
        ("Reading,Black", "Rowing,Black", "unknown-outcome"),
        ("FAVOURABLE", "LOVED", "not-in-list"),
        ("2026-03-12", "", "empty"),
        ("She reads to us.", "", "empty"),
        ("true", "", "empty"),
        ("She reads to us.", "x" * 2001, "too-long"),
    ],
)
async def test_a_row_that_cannot_be_read_is_rejected_with_its_field(
    bring: Importer, before: str, after: str, code: str
) -> None:
    assert await heard(bring, ROW.replace(before, after, 1)) == ((0, 0, 0, 1), {code})


async def test_a_recipe_reads_another_layout(bring: Importer) -> None:
    for format_name, content in FACTS:
        await bring.text(content, format_name)
    recipe = """
[columns]
practice = "Program"
heard_on = "Date heard"
view = "Feeling"
words = "Quote"
agreed = "OK to share?"
[aliases.view]
"+" = "FAVOURABLE"
[values]
date_format = "%m/%d/%Y"
"""
    content = "Program,Date heard,Feeling,Quote,OK to share?\nTutoring,03/12/2026,+,It helps.,yes\n"
    assert told(await bring.text(content, "testimony", recipe)) == (1, 0, 0, 0)
    assert [row.words for row in await bring.rows(KEPT)] == ["It helps."]
