"""Workbooks: text kept as text, dates as dates, errors by name, and archives that would fill the memory."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from api.exchange.errors import ReadError
from api.exchange.files import examine
from api.exchange.workbooks import sheet_rows

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.exchange.conftest import Writer


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("empty")
        sheet = book.add_worksheet("figures")
        sheet.write_row(2, 0, ["code", "name", "when", "much", "share", "error"])
        sheet.write_string(3, 0, "007")
        sheet.write_string(3, 1, "NA")
        sheet.write_datetime(3, 2, date(2018, 3, 31), book.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write_number(3, 3, 1234567.5)
        sheet.write_number(3, 4, 0.1 + 0.2)
        sheet.write_formula(3, 5, "=1/0", None, "#DIV/0!")
    return path


def test_cells_keep_what_they_are(workbook: Path) -> None:
    _, row = list(sheet_rows(examine(workbook), "figures", 2))
    assert row == (4, ["007", "NA", date(2018, 3, 31), "1234567.5", "0.3", "#DIV/0!"])


def test_without_a_name_the_first_sheet_that_holds_anything_is_read(workbook: Path) -> None:
    numbers = [number for number, _ in sheet_rows(examine(workbook), "", 0)]
    assert numbers == [1, 2, 3, 4]


def test_a_sheet_that_is_not_there_is_answered_with_those_that_are(workbook: Path) -> None:
    with pytest.raises(ReadError, match="no sheet 'other'; the workbook has empty, figures"):
        list(sheet_rows(examine(workbook), "other", 0))


def test_whole_numbers_have_no_point(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, [7, 1e15, 2018, True])
    assert list(sheet_rows(examine(path), "", 0)) == [(1, ["7", "1000000000000000", "2018", "TRUE"])]


def packed(entries: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_a_workbook_that_unpacks_to_a_gigabyte_is_refused(write: Writer) -> None:
    content = packed({"xl/worksheets/sheet1.xml": b"\0" * (60 * 1024 * 1024)})
    with pytest.raises(ReadError, match="unpacks to over 50 MiB"):
        list(sheet_rows(examine(write("a.xlsx", content)), "", 0))


def test_a_workbook_that_unpacks_to_a_thousand_times_its_size_is_refused(write: Writer) -> None:
    content = packed({"xl/worksheets/sheet1.xml": b"\0" * (20 * 1024 * 1024)})
    with pytest.raises(ReadError, match="times its size"):
        list(sheet_rows(examine(write("a.xlsx", content)), "", 0))


def test_an_archive_of_very_many_entries_is_refused(write: Writer) -> None:
    content = packed({f"xl/{number}": b"" for number in range(2001)})
    with pytest.raises(ReadError, match="2001 entries"):
        list(sheet_rows(examine(write("a.xlsx", content)), "", 0))


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..\\evil.xml", "C:/evil.xml"])
def test_an_entry_that_points_outside_the_archive_is_refused(write: Writer, name: str) -> None:
    with pytest.raises(ReadError, match="points outside"):
        list(sheet_rows(examine(write("a.xlsx", packed({name: b"x"}))), "", 0))


def test_a_symbolic_link_in_the_archive_is_refused(write: Writer) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        link = zipfile.ZipInfo("xl/link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ReadError, match="symbolic link"):
        list(sheet_rows(examine(write("a.xlsx", made.getvalue())), "", 0))


def test_a_cell_in_the_last_corner_of_a_sheet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write(1_048_575, 16_383, "far")
    with pytest.raises(ReadError, match="spans 1048576 rows and 16384 columns"):
        list(sheet_rows(examine(path), "", 0))


def test_an_archive_that_is_no_workbook_is_refused(write: Writer) -> None:
    with pytest.raises(ReadError, match="cannot be read"):
        list(sheet_rows(examine(write("a.xlsx", packed({"notes.txt": b"hello"}))), "", 0))


def test_a_truncated_workbook_is_refused(workbook: Path, write: Writer) -> None:
    content = workbook.read_bytes()
    with pytest.raises(ReadError, match="cannot be read"):
        list(sheet_rows(examine(write("b.xlsx", content[: len(content) // 2])), "", 0))


def test_a_broken_old_workbook_is_refused(write: Writer) -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x07" * 4096
    with pytest.raises(ReadError, match="cannot be read"):
        list(sheet_rows(examine(write("a.xls", content)), "", 0))


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (ord("a") + level, (b"&%c;" % (ord("a") + level - 1)) * 10)
    for level in range(1, 10)
)
BLOW_UP = b'<!DOCTYPE a [<!ENTITY a "' + b"a" * 100_000 + b'">'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">'
ELSEWHERE = b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd" ['


@pytest.mark.parametrize("entry", ["xl/sharedStrings.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"])
@pytest.mark.parametrize("declared", [LAUGHS, BLOW_UP, OUTSIDE, ELSEWHERE])
def test_a_workbook_that_declares_entities_is_refused_unread(
    workbook: Path, write: Writer, entry: str, declared: bytes
) -> None:
    """A billion laughs, a quadratic blow-up, a file and an address from outside (OWASP XXE Prevention)."""
    with zipfile.ZipFile(workbook) as archive:
        entries = {each.filename: archive.read(each) for each in archive.infolist()}
    entries[entry] = declared + b"]><sst>&a;</sst>"
    with pytest.raises(ReadError, match="declares a document type"):
        list(sheet_rows(examine(write("b.xlsx", packed(entries))), "", 0))
    entries[entry] = entries[entry].decode().encode("utf-16")
    with pytest.raises(ReadError, match="declares a document type"):
        list(sheet_rows(examine(write("c.xlsx", packed(entries))), "", 0))


@pytest.mark.parametrize("piece", [b"<c ", b"<c r ", b"<c:c:", b"<row ", b"<c t "])
def test_half_cells_do_not_hold_the_reader(workbook: Path, write: Writer, piece: bytes) -> None:
    """300 KB of openings without an end: looking each one up to the end would be 10 billion steps."""
    with zipfile.ZipFile(workbook) as archive:
        entries = {each.filename: archive.read(each) for each in archive.infolist()}
    sheet = b"<worksheet>" + piece * (300_000 // len(piece))
    entries["xl/worksheets/sheet2.xml"] = sheet
    path = write("b.xlsx", stored(entries))
    began = time.process_time()
    with pytest.raises(ReadError):
        list(sheet_rows(examine(path), "figures", 0))
    assert time.process_time() - began < 2


def stored(entries: dict[str, bytes]) -> bytes:
    """Without packing, so that no limit on packing is met first."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_an_open_document_sheet_is_refused_by_its_name(write: Writer) -> None:
    with pytest.raises(ReadError, match=r"ends in \.csv"):
        examine(write("a.ods", packed({"content.xml": b"<office/>"})))
