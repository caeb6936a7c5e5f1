"""Bills, rules and bylaws from a table in any layout."""

from datetime import date

import pytest

from api.exchange.records_measures import Named, Referral, Sponsor
from api.exchange.report import Example

from .conftest import Reader, Writer

HEAD = "jurisdiction,session,identifier,title,status,introduced_on,same_as\n"
RECIPE = """
[columns]
identifier = "Bill"
title = "Name"
status = "Stage"
introduced_on = "Filed"
sponsors = "Authors"
committees = "Heard by"
same_as = "Companion"
[constants]
jurisdiction = "US-XX"
session = "2026"
[aliases.status]
"Chaptered" = "SIGNED"
[values]
date_format = "%m/%d/%Y"
"""


def test_another_legislature_s_layout_needs_a_recipe_alone(read: Reader, write: Writer) -> None:
    head = "Bill,Name,Stage,Filed,Authors,Heard by,Companion"
    table = f"{head}\nHB 1,Reading,Chaptered,02/03/2026,A;B,Education,SB 1;SB 2@2024\n"
    (found,) = read("measures", write("a.csv", table), RECIPE).records
    assert (found.jurisdiction, found.session, found.identifier) == ("US-XX", "2026", "HB 1")
    assert (found.status, found.status_as_published) == ("SIGNED", "Chaptered")
    assert found.introduced_on == date(2026, 2, 3)
    assert found.sponsors == (Sponsor("A"), Sponsor("B"))
    assert found.committees == (Referral("Education", None, None),)
    assert found.same_as == (Named("SB 1", "2026"), Named("SB 2", "2024"))


def test_what_the_table_has_no_column_for_is_not_said(read: Reader, write: Writer) -> None:
    (found,) = read("measures", write("a.csv", "jurisdiction,identifier,title\nCity,1,Trees\n")).records
    assert (found.sponsors, found.committees, found.same_as, found.votes) == (None, None, None, None)
    assert (found.session, found.status) == (None, "UNKNOWN")


@pytest.mark.parametrize("word", ["in committee", "IN_COMMITTEE", "In-Committee"])
def test_our_own_words_need_no_alias(read: Reader, write: Writer, word: str) -> None:
    (found,) = read("measures", write("a.csv", f"{HEAD}City,,1,Trees,{word},,\n")).records
    assert (found.status, found.status_as_published) == ("IN_COMMITTEE", word)


def test_a_word_that_nobody_knows_is_kept_and_asked_about(read: Reader, write: Writer) -> None:
    found = read("measures", write("a.csv", f"{HEAD}City,,1,Trees,Simmering,,\n"))
    assert (found.records[0].status, found.records[0].status_as_published) == ("UNKNOWN", "Simmering")
    assert found.finding("unknown-status").examples == [Example(2, "status", "Simmering")]


def test_never_is_no_date_and_is_noted(read: Reader, write: Writer) -> None:
    found = read("measures", write("a.csv", f"{HEAD}City,,1,Trees,Adopted,0001-01-01,\n"))
    assert found.records[0].introduced_on is None
    assert found.finding("never").examples == [Example(2, "introduced_on", "0001-01-01")]


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        (",,1,Trees,Adopted,,", "empty", "jurisdiction"),
        ("City,,,Trees,Adopted,,", "empty", "identifier"),
        ("City,,1,,Adopted,,", "empty", "title"),
        (f"City,,1,{'x' * 2001},Adopted,,", "too-long", "title"),
        (f"City,,{'x' * 101},Trees,Adopted,,", "too-long", "identifier"),
        ("City,,1,Tre\u202ees,Adopted,,", "control-character", "title"),
        ("City,,1,Trees,Adopted,31/12/2026,", "not-a-date", "introduced_on"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_by_row_and_column(
    read: Reader, write: Writer, row: str, code: str, field: str
) -> None:
    found = read("measures", write("a.csv", f"{HEAD}{row}\n"))
    assert (found.records, found.report.rejected) == ([], 1)
    place = found.finding(code).examples[0]
    assert (place.row, place.field) == (2, field)
