"""Rows as entries: columns by name, filters, filling down, wide and long layouts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.exchange.entries import Entry, entries
from api.exchange.errors import ReadError
from api.exchange.files import examine
from api.exchange.recipe_files import parse_recipe
from api.exchange.report import ImportReport

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.exchange.conftest import Writer


def read(path: Path, recipe: str) -> list[Entry]:
    return list(entries(examine(path), parse_recipe(recipe), ImportReport(path.name, "measurements")))


def test_the_first_header_of_a_list_that_is_present_is_taken(write: Writer) -> None:
    (entry,) = read(
        write("a.csv", "Code,Name\n1,A\n"), '[columns]\narea = ["District", "Name"]\ncode = ["X"]'
    )
    assert entry.cells == {"area": "A"}
    assert entry.rest == {"Code": "1"}


def test_a_single_header_that_is_absent_is_refused_with_the_nearest(write: Writer) -> None:
    with pytest.raises(
        ReadError, match=r"line 1: the header has no column 'Distrit'.*did you mean 'District'"
    ):
        read(write("a.csv", "District,b\n"), '[columns]\narea = "Distrit"')


def test_headers_are_compared_with_their_spaces_closed(write: Writer) -> None:
    (entry,) = read(write("a.csv", '"Rate\n  2018"\n5\n'), '[columns]\nvalue = "Rate 2018"')
    assert entry.cells == {"value": "5"}


def test_constants_take_the_files_name_its_groups_fields_and_columns(write: Writer) -> None:
    path = write("rates__2017-18_race.csv", "District,Kind\nA,b\n")
    (entry,) = read(
        path,
        """
        [file]
        pattern = '__(?P<years>[0-9-]+)_([a-z]+)'
        [columns]
        area = "District"
        [constants]
        indicator = "{stem}|{name}|{1}|{years}|{2}|{area}|{Kind}"
        """,
    )
    stem = "rates__2017-18_race"
    assert entry.cells["indicator"] == f"{stem}|{stem}.csv|2017-18|2017-18|race|A|b"


def test_a_constant_fills_the_empty_cells_of_its_column(write: Writer) -> None:
    found = read(
        write("a.csv", "Year,b\n2017-18,1\n,2\n"),
        '[columns]\nperiod = "Year"\n[constants]\nperiod = "2018-19"',
    )
    assert [entry.cells["period"] for entry in found] == ["2017-18", "2018-19"]


def test_an_unknown_word_in_a_constant_is_refused(write: Writer) -> None:
    with pytest.raises(ReadError, match=r"\{yaer\} is neither"):
        read(write("a.csv", "a\n1\n"), '[constants]\nperiod = "{yaer}"')


def test_a_file_whose_name_does_not_fit_the_pattern_is_refused(write: Writer) -> None:
    with pytest.raises(ReadError, match="does not fit"):
        read(write("a.csv", "a\n1\n"), "[file]\npattern = '[0-9]{4}'")


def test_rows_are_filtered_and_the_rest_is_counted(write: Writer) -> None:
    path = write("a.csv", "Kind,Area,v\nPercent,A,1\nCount,A,2\nPercent,Total,3\n")
    report = ImportReport("a.csv", "measurements")
    recipe = parse_recipe(
        '[columns]\nvalue = "v"\n[rows]\nwhere = { Kind = "Percent" }\nexcept = { Area = ["Total"] }'
    )
    found = list(entries(examine(path), recipe, report))
    assert [entry.cells["value"] for entry in found] == ["1"]
    assert report.read == 1
    assert [(finding.code, finding.count) for finding in report] == [("filtered", 2)]


def test_a_column_is_filled_down(write: Writer) -> None:
    path = write("a.csv", "Area,v\nA,1\n,2\nB,3\n,4\n")
    found = read(path, '[columns]\narea = "Area"\n[rows]\nfill_down = ["Area"]')
    assert [entry.cells["area"] for entry in found] == ["A", "A", "B", "B"]


def test_named_columns_become_rows(write: Writer) -> None:
    path = write("a.csv", "Area,White,Black\nA,1,2\nB,3,4\n")
    found = read(
        path,
        """
        [columns]
        area = "Area"
        [unpivot.columns]
        "White" = { population = "White" }
        "Black" = { population = "Black or African American" }
        """,
    )
    assert [(e.row, e.cells["area"], e.cells["population"], e.cells["value"]) for e in found] == [
        (2, "A", "White", "1"),
        (2, "A", "Black or African American", "2"),
        (3, "B", "White", "3"),
        (3, "B", "Black or African American", "4"),
    ]
    assert found[1].origin["value"] == "Black"


def test_columns_by_pattern_become_rows(write: Writer) -> None:
    path = write("a.csv", "Area,2017,2018,Note\nA,1,2,n\n")
    found = read(path, '[columns]\narea = "Area"\n[unpivot]\npattern = "(?P<period>[0-9]{4})"')
    assert [(e.cells["period"], e.cells["value"]) for e in found] == [("2017", "1"), ("2018", "2")]
    assert found[0].rest == {"Note": "n"}


def test_a_header_that_no_column_of_unpivot_fits_is_refused(write: Writer) -> None:
    with pytest.raises(ReadError, match=r"no column of the header fits \[unpivot\]"):
        read(write("a.csv", "Area\nA\n"), '[unpivot]\npattern = "(?P<period>[0-9]{4})"')


LONG = """
[columns]
area = "Area"
[pivot]
by = "Variable"
value = "Value"
[pivot.values]
"Cohort" = "denominator"
"Graduates" = "numerator"
"""


def test_rows_of_one_group_become_one_entry_wherever_they_stand(write: Writer) -> None:
    path = write(
        "a.csv", "Area,Variable,Value\nA,Cohort,9\nB,Cohort,8\nB,Other,0\nB,Graduates,7\nA,Graduates,6\n"
    )
    found = read(path, LONG)
    assert [(e.row, e.cells) for e in found] == [
        (3, {"area": "B", "denominator": "8", "numerator": "7"}),
        (2, {"area": "A", "denominator": "9", "numerator": "6"}),
    ]


def test_a_group_that_misses_a_row_is_an_entry_without_it(write: Writer) -> None:
    found = read(write("a.csv", "Area,Variable,Value\nA,Cohort,9\n"), LONG)
    assert [entry.cells for entry in found] == [{"area": "A", "denominator": "9"}]


def test_a_word_said_twice_begins_a_second_entry(write: Writer) -> None:
    found = read(write("a.csv", "Area,Variable,Value\nA,Cohort,9\nA,Cohort,8\nA,Graduates,7\n"), LONG)
    assert [entry.cells for entry in found] == [
        {"area": "A", "denominator": "9"},
        {"area": "A", "denominator": "8", "numerator": "7"},
    ]


def test_aliases_replace_words_and_the_published_one_is_kept(write: Writer) -> None:
    path = write("a.csv", "Group\nBlack\nWhite\n")
    found = read(
        path, '[columns]\npopulation = "Group"\n[aliases.population]\n"Black" = "Black or African American"'
    )
    assert [entry.cells["population"] for entry in found] == ["Black or African American", "White"]
    assert found[0].published == {"population": "Black"}
