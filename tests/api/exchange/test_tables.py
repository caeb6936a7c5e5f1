"""Headers and rows of tables, in CSV and in workbooks alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.exchange.errors import ReadError
from api.exchange.files import examine
from api.exchange.report import ImportReport
from api.exchange.tables import FileLayout, open_table

if TYPE_CHECKING:
    from tests.api.exchange.conftest import Writer


def report() -> ImportReport:
    return ImportReport("a.csv", "measurements")


def test_a_ragged_row_is_reported_with_its_line_and_the_others_stand(write: Writer) -> None:
    found = report()
    table = open_table(examine(write("a.csv", "a,b\n1,2\n3\n4,5,6\n7,8\n")), FileLayout(), found)
    assert [row.number for row in table.rows] == [2, 5]
    assert found.rejected == 2
    assert [(e.row, e.value) for f in found for e in f.examples] == [
        (3, "1 cells, the header has 2"),
        (4, "3 cells, the header has 2"),
    ]


def test_a_column_name_used_twice_is_refused_with_both_places(write: Writer) -> None:
    with pytest.raises(ReadError, match="line 1: columns 1 and 3 are both named 'a'"):
        open_table(examine(write("a.csv", "a,b,a\n")), FileLayout(), report())


def test_unnamed_columns_are_left_out_of_the_rows(write: Writer) -> None:
    table = open_table(examine(write("a.csv", "a,,\n1,,\n")), FileLayout(), report())
    assert [row.cells for row in table.rows] == [{"a": "1"}]


def test_blank_rows_are_passed_over(write: Writer) -> None:
    table = open_table(examine(write("a.csv", "a,b\n\n,\n1,2\n\n")), FileLayout(), report())
    assert [row.number for row in table.rows] == [4]


def test_a_file_without_header_is_refused(write: Writer) -> None:
    with pytest.raises(ReadError, match="there is no header"):
        open_table(examine(write("a.csv", "a,b\n")), FileLayout(skip_lines=1), report())


def test_line_breaks_in_a_header_become_spaces(write: Writer) -> None:
    table = open_table(
        examine(write("a.csv", '"Applications\nComplete\nJun  2023",b\n')), FileLayout(), report()
    )
    assert table.header == ("Applications Complete Jun 2023", "b")


def test_a_merged_header_is_carried_to_the_right(write: Writer) -> None:
    path = write("a.csv", ",Language,,Literacy,\nDistrict,Low,High,Low,High\nA,1,2,3,4\n")
    table = open_table(examine(path), FileLayout(header_lines=2), report())
    assert table.header == (
        *("District", "Language / Low", "Language / High", "Literacy / Low", "Literacy / High"),
    )


def test_a_header_with_a_hidden_character_is_refused(write: Writer) -> None:
    with pytest.raises(ReadError, match=r"in the header.*U\+202E"):
        open_table(examine(write("a.csv", "are\u202ea,b\n")), FileLayout(), report())
