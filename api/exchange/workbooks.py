"""XLSX and XLS sheets as rows of text and dates, with archives unpacked under a limit first.

A workbook may unpack to far more than it weighs, or place one cell in the last corner of a sheet so that a
reader fills the memory with the empty ones before it. Every entry is therefore unpacked here, counted, and
handed on in a new archive: what was counted is what is read. The parser itself runs in a process of its own,
since it is native code that a broken file can stop.
"""

import io
import json
import re
import stat
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path, PurePosixPath

from api.exchange.errors import ReadError
from api.exchange.files import MIB, Source
from api.exchange.text import Cell

CHILD = Path(__file__).with_name("workbook_child.py")
MOST_ENTRIES = 2000
MOST_UNPACKED_BYTES = 50 * MIB
MOST_TIMES_PACKED = 200
MOST_CELLS = 4_000_000
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
# What stands between < and > never holds another <, so that no place is looked at twice.
CELL_PLACE = re.compile(rb"<(?:\w{1,60}:)?c\s[^<>]*?\br\s*=\s*[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
ROW_PLACE = re.compile(rb"<(?:\w{1,60}:)?row\s[^<>]*?\br\s*=\s*[\"']([0-9]+)[\"']")
ERROR_CELL = re.compile(rb"(<(?:\w{1,60}:)?c\b[^<>]*?\bt\s*=\s*)([\"'])e\2")
DOCUMENT_TYPE = re.compile(rb"<\0?!\0?D\0?O\0?C\0?T\0?Y\0?P\0?E")  # in UTF-8, and in UTF-16
FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    ValueError,
    NotImplementedError,
)


def filled_sheets(source: Source) -> list[str]:
    """The names of the sheets that hold anything, in order."""
    with _child(source, "", LAST_ROW) as lines:
        return _head(source, lines)["filled"]


def sheet_rows(source: Source, sheet: str, skip_lines: int) -> Iterator[tuple[int, list[Cell]]]:
    """Rows with their number in the sheet; without a name, the first sheet that holds anything.

    Numbers become plain decimal text, dates stay dates, and an error such as #VALUE! keeps its name in
    XLSX (an XLS error cell reads as empty). ReadError where the workbook or the sheet cannot be read.
    """
    with _child(source, sheet, skip_lines) as lines:
        names = _head(source, lines)["sheets"]
        if sheet and sheet not in names:
            known = ", ".join(names)
            raise ReadError(source.name, "", f"there is no sheet {sheet!r}; the workbook has {known}")
        for number, line in enumerate(lines, start=skip_lines + 1):
            cells = json.loads(line)
            if cells is None:
                return
            yield number, [date.fromisoformat(cell[0]) if isinstance(cell, list) else cell for cell in cells]
    raise _broken(source)


@contextmanager
def _child(source: Source, sheet: str, skip_lines: int) -> Iterator[Iterator[bytes]]:
    content = _checked(source)
    command = [sys.executable, "-I", str(CHILD), sheet, str(skip_lines)]
    with subprocess.Popen(  # noqa: S603 - our own script, run by our own interpreter, without a shell
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        try:
            if child.stdin is None or child.stdout is None:
                raise _broken(source)
            with suppress(BrokenPipeError), child.stdin as stdin:
                stdin.write(content)
            yield iter(child.stdout)
        finally:
            child.kill()


def _head(source: Source, lines: Iterator[bytes]) -> dict[str, list[str]]:
    first = next(lines, None)
    if first is None:
        raise _broken(source)
    head: dict[str, list[str]] = json.loads(first)
    return head


def _broken(source: Source) -> ReadError:
    return ReadError(source.name, "", "the workbook cannot be read; it is damaged, protected or too large")


def _checked(source: Source) -> bytes:
    try:
        if not zipfile.is_zipfile(source.path):
            return source.path.read_bytes()
        return _repacked(source)
    except FAULTS as error:
        raise ReadError(source.name, "", f"the workbook cannot be read ({error})") from error


def _repacked(source: Source) -> bytes:
    unpacked = 0
    copy = io.BytesIO()
    with zipfile.ZipFile(source.path) as archive, zipfile.ZipFile(copy, "w") as safe:
        entries = archive.infolist()
        if len(entries) > MOST_ENTRIES:
            raise ReadError(
                source.name, "", f"the archive has {len(entries)} entries; {MOST_ENTRIES} are read"
            )
        for entry in entries:
            _check_entry(source, entry)
            content = _unpacked(source, archive, entry, MOST_UNPACKED_BYTES - unpacked)
            unpacked += len(content)
            if DOCUMENT_TYPE.search(content):
                said = "it declares a document type, in which entities may hide; save the workbook anew"
                raise ReadError(source.name, f"entry {entry.filename!r}", said)
            if entry.filename.startswith("xl/worksheets/"):
                content = _checked_sheet(source, entry.filename, content)
            safe.writestr(entry.filename, content)
    packed = source.path.stat().st_size
    if unpacked > MIB and unpacked > MOST_TIMES_PACKED * packed:
        raise ReadError(source.name, "", f"the archive unpacks to {unpacked // packed} times its size")
    return copy.getvalue()


def _check_entry(source: Source, entry: zipfile.ZipInfo) -> None:
    place = PurePosixPath(entry.filename.replace("\\", "/"))
    if place.is_absolute() or ".." in place.parts or ":" in entry.filename:
        raise ReadError(source.name, f"entry {entry.filename!r}", "it points outside the archive")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ReadError(source.name, f"entry {entry.filename!r}", "it is a symbolic link")
    if entry.flag_bits & 0x1:
        raise ReadError(source.name, f"entry {entry.filename!r}", "it is encrypted; remove the password")


def _unpacked(source: Source, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> bytes:
    with archive.open(entry) as stream:
        content = stream.read(room + 1)
    if len(content) > room:
        limit = MOST_UNPACKED_BYTES // MIB
        raise ReadError(source.name, f"entry {entry.filename!r}", f"the archive unpacks to over {limit} MiB")
    return content


def _checked_sheet(source: Source, entry: str, content: bytes) -> bytes:
    rows, columns = [1], [1]
    for found in CELL_PLACE.finditer(content):
        columns.append(_column(found[1]))
        rows.append(int(found[2]))
    rows.extend(int(found[1][:9]) for found in ROW_PLACE.finditer(content))
    if max(rows) > LAST_ROW or max(columns) > LAST_COLUMN or max(rows) * max(columns) > MOST_CELLS:
        raise ReadError(
            source.name,
            f"entry {entry!r}",
            f"the sheet spans {max(rows)} rows and {max(columns)} columns; {MOST_CELLS} cells are read",
        )
    return ERROR_CELL.sub(rb"\1\2str\2", content)


def _column(letters: bytes) -> int:
    position = 0
    for letter in letters:
        position = position * 26 + letter - ord("A") + 1
    return position
