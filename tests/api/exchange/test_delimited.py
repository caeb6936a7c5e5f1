"""CSV: line ends, quotation marks and lengths, each fault with its line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.exchange.delimited import delimited_rows
from api.exchange.errors import ReadError
from api.exchange.files import examine

if TYPE_CHECKING:
    from tests.api.exchange.conftest import Writer


def rows(path: Path, skip: int = 0, delimiter: str = ",") -> list[tuple[int, list[object]]]:
    return [
        (number, list(cells)) for number, cells in delimited_rows(examine(path), "utf-8-sig", delimiter, skip)
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_gives_the_same_rows(write: Writer, end: str) -> None:
    path = write("a.csv", end.join(["a,b", "1,2", "3,4", ""]))
    assert rows(path) == [(1, ["a", "b"]), (2, ["1", "2"]), (3, ["3", "4"])]


def test_a_row_that_spans_lines_is_known_by_its_first(write: Writer) -> None:
    assert rows(write("a.csv", 'a,b\n1,"x\ny"\n3,4\n'))[2] == (4, ["3", "4"])


def test_a_byte_order_mark_is_not_part_of_the_first_cell(write: Writer) -> None:
    assert rows(write("a.csv", b"\xef\xbb\xbfa,b\n"))[0] == (1, ["a", "b"])


def test_skipped_lines_are_physical_lines_whatever_is_on_them(write: Writer) -> None:
    assert rows(write("a.csv", 'one "quote\ntwo\na,b\n'), skip=2) == [(3, ["a", "b"])]


def test_a_quotation_mark_left_open_is_named_by_the_line_it_begins_on(write: Writer) -> None:
    with pytest.raises(ReadError, match=r"line 3: a quotation mark opened here is never closed"):
        rows(write("a.csv", 'a,b\n1,2\n3,"four\n5,6\n'))


def test_a_field_of_200_thousand_characters_is_refused_with_its_line(write: Writer) -> None:
    with pytest.raises(ReadError, match=r"line 2: a field is longer than"):
        rows(write("a.csv", "a,b\n1," + "x" * 200_000 + "\n"))


def test_a_line_without_end_is_refused_before_it_fills_the_memory(write: Writer) -> None:
    with pytest.raises(ReadError, match="line 1: the line is longer than"):
        rows(write("a.csv", "x," * 1_000_000))


def test_text_after_a_closing_quotation_mark_is_refused(write: Writer) -> None:
    with pytest.raises(ReadError, match="line 2: a quotation mark stands inside"):
        rows(write("a.csv", 'a,b\n1,"x"y\n'))


def test_a_cell_kept_as_text_for_a_spreadsheet_may_hold_a_comma(write: Writer) -> None:
    path = write("a.csv", 'a,b\n="Inc., Family Academy",2\n1,="x"\n')
    assert rows(path)[1:] == [(2, ["Inc., Family Academy", "2"]), (3, ["1", "x"])]


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9), min_size=2
    )
)
def test_what_the_standard_library_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str]
) -> None:
    import csv

    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL).writerow(cells)
    assert rows(path) == [(1, cells)]
