"""Files that are not there, not files, not what their names say, or not in the declared writing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.exchange.errors import ReadError
from api.exchange.files import check_encoding, codec, examine

if TYPE_CHECKING:
    from tests.api.exchange.conftest import Writer


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/a.csv",
        "https:/example.org/a.csv",
        "HTTPS://example.org/a.csv",
        "ftp://example.org/a.csv",
        "file:///etc/passwd",
        "gopher://example.org/a.csv",
        "s3://bucket/a.csv",
        "data://text/plain,a",
    ],
)
def test_an_address_is_never_followed(address: str) -> None:
    with pytest.raises(ReadError, match="this is an address"):
        examine(address)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"absent\.csv: there is no such file"):
        examine(tmp_path / "absent.csv")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="this is a folder"):
        examine(tmp_path)


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(ReadError, match="not a regular file"):
        examine(tmp_path / "pipe.csv")


def test_an_empty_file_is_refused(write: Writer) -> None:
    with pytest.raises(ReadError, match="0 bytes"):
        examine(write("bad.xlsx", b""))


def test_an_unknown_ending_is_refused_with_those_that_are_read(write: Writer) -> None:
    with pytest.raises(ReadError, match=r"ends in \.csv, \.json"):
        examine(write("a.docx", b"x"))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xlsx", b"<html><body>no data</body></html>", "HTML"),
        ("a.xlsx", b"\n <!DOCTYPE html>", "HTML"),
        ("a.xls", b"area,value\n", "not one"),
        ("a.csv", b"PK\x03\x04rest", "a zip archive or an XLSX workbook"),
        ("a.csv", b"\x1f\x8brest", "a gzip archive"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an XLS workbook"),
        ("a.csv", b"%PDF-1.4", "a PDF"),
        ("a.csv", b"\xff\xfea\x00,\x00", "UTF-16"),
        ("a.csv", b"\xfe\xff\x00a", "UTF-16"),
        ("a.csv", b"<html>", "HTML"),
        ("a.json", b"PK\x03\x04rest", "a zip archive"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(
    write: Writer, name: str, content: bytes, said: str
) -> None:
    with pytest.raises(ReadError, match=said):
        examine(write(name, content))


def test_a_byte_that_is_not_in_the_encoding_is_named_with_its_place(write: Writer) -> None:
    source = examine(write("a.csv", b"name\nCaf\xe9\n"))
    # "name\n" is 5 bytes, "Caf" 3 more: the fault is byte 8, on the second line.
    with pytest.raises(ReadError, match=r"line 2: byte 8 \(0xE9\) is not utf-8"):
        check_encoding(source, codec("a.csv", "utf-8"))


def test_a_faulty_byte_past_the_first_chunk_keeps_its_place(write: Writer) -> None:
    before = b"\xef\xbb\xbf" + "é\r\n".encode() * 700_000
    source = examine(write("a.csv", before + b"\x92"))
    with pytest.raises(ReadError, match=rf"line 700001: byte {len(before)} \(0x92\)"):
        check_encoding(source, codec("a.csv", "utf-8"))


def test_a_nul_is_refused_with_its_place(write: Writer) -> None:
    with pytest.raises(ReadError, match="line 2: byte 3 is NUL"):
        check_encoding(examine(write("a.csv", b"a\nb\0")), "utf-8-sig")


@pytest.mark.parametrize("declared", ["utf-16", "utf-7", "base64", "idna", "no-such", "rot13"])
def test_an_encoding_that_is_not_plain_text_is_refused(declared: str) -> None:
    with pytest.raises(ReadError, match="encoding"):
        codec("a.csv", declared)


@pytest.mark.parametrize("declared", ["UTF-8", "cp1252", "latin-1", "windows-1252", "mac-roman"])
def test_usual_encodings_are_accepted(declared: str) -> None:
    assert codec("a.csv", declared)
