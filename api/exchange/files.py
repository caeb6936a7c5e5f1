"""Opening a file a stranger sent: what it is, how large and in which writing, before a word is used."""

import codecs
import io
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from api.exchange.errors import ReadError

MIB = 1024 * 1024
MOST_TEXT_BYTES = 2048 * MIB
MOST_JSON_BYTES = 128 * MIB
MOST_WORKBOOK_BYTES = 50 * MIB
CHUNK_BYTES = MIB
KINDS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".xlsx": "workbook",
    ".xlsm": "workbook",
    ".xltx": "workbook",
    ".xls": "workbook",
}
MOST_BYTES = {
    "csv": MOST_TEXT_BYTES,
    "ndjson": MOST_TEXT_BYTES,
    "json": MOST_JSON_BYTES,
    "workbook": MOST_WORKBOOK_BYTES,
}
SIGNATURES = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7-zip archive"),
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "an RTF document"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
)
MARKUP = re.compile(rb"\s*<(!doctype|html|\?xml|table|meta|head|body)", re.IGNORECASE)
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/+", re.ASCII)
ENCODINGS = re.compile(
    r"ascii|utf-8|utf-8-sig|iso8859-[0-9]+|cp125[0-8]|cp437|cp85[0-9]|mac-(roman|latin2)|koi8-[ru]"
)


@dataclass(frozen=True, slots=True)
class Source:
    """A regular file of an accepted kind (csv, json, ndjson, workbook) that is what its name says."""

    path: Path
    kind: str

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.name


def examine(path: str | os.PathLike[str]) -> Source:
    """Looks at a file before it is read. ReadError: absent, a folder, empty, too large, or not what it says.

    An address is never followed.
    """
    text = os.fspath(path)
    if ADDRESS.match(text):
        raise ReadError(text, "", "this is an address; download the file and name the copy")
    source = Path(text)
    size = _regular_size(source)
    kind = KINDS.get(source.suffix.lower())
    if kind is None:
        raise ReadError(source.name, "", f"a file to read ends in {', '.join(sorted(KINDS))}")
    if size == 0:
        raise ReadError(source.name, "", "the file is empty (0 bytes)")
    if size > MOST_BYTES[kind]:
        limit = MOST_BYTES[kind] // MIB
        raise ReadError(source.name, "", f"the file has {size} bytes; {kind} files may have {limit} MiB")
    _check_signature(source, kind)
    return Source(source, kind)


def codec(file: str, declared: str) -> str:
    """The Python name of a declared encoding; UTF-8 takes a byte order mark. ReadError if not accepted."""
    try:
        known = codecs.lookup(declared).name
    except (LookupError, ValueError) as error:
        raise ReadError(file, "", f"the encoding {declared!r} is unknown; declare utf-8 or cp1252") from error
    if ENCODINGS.fullmatch(known) is None:
        raise ReadError(file, "", f"the encoding {declared!r} is not accepted; save the file as UTF-8")
    return "utf-8-sig" if known == "utf-8" else known


def check_encoding(source: Source, encoding: str) -> None:
    """Reads the file once from end to end. ReadError names the byte that is not in `encoding`, or a NUL."""
    with source.path.open("rb") as stream:
        _check_stream(source.name, stream, encoding)


def text_stream(source: Source, encoding: str) -> io.TextIOWrapper:
    """The file as text with its line ends as they are (LF, CRLF or bare CR), to be closed by the caller."""
    return source.path.open("r", encoding=encoding, newline="")


def _regular_size(source: Path) -> int:
    try:
        status = source.stat()
    except FileNotFoundError as error:
        raise ReadError(str(source), "", "there is no such file") from error
    except (OSError, ValueError) as error:
        raise ReadError(str(source), "", f"the file cannot be opened ({error})") from error
    if stat.S_ISDIR(status.st_mode):
        raise ReadError(str(source), "", "this is a folder; name a file in it")
    if not stat.S_ISREG(status.st_mode):
        raise ReadError(str(source), "", "this is not a regular file")
    return status.st_size


def _check_signature(source: Path, kind: str) -> None:
    try:
        with source.open("rb") as stream:
            head = stream.read(512)
    except OSError as error:
        raise ReadError(source.name, "", f"the file cannot be opened ({error})") from error
    found = _signature(head)
    if kind == "workbook":
        if found not in {"zip", "xls"}:
            raise ReadError(
                source.name, "byte 0", f"the name says a workbook, the content is {found or 'not one'}"
            )
    elif found:
        named = {"zip": "a zip archive or an XLSX workbook", "xls": "an XLS workbook"}.get(found, found)
        raise ReadError(source.name, "byte 0", f"the name says {kind}, the content is {named}")


def _signature(head: bytes) -> str:
    for prefix, kind in SIGNATURES:
        if head.startswith(prefix):
            return kind
    start = head.removeprefix(codecs.BOM_UTF8)
    return "HTML or XML" if MARKUP.match(start) else ""


def _check_stream(file: str, stream: BinaryIO, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    taken, lines = 0, 1
    while True:
        chunk = stream.read(CHUNK_BYTES)
        if chunk.endswith(b"\r"):
            chunk += stream.read(1)
        taken += len(chunk)
        nul = chunk.find(b"\0")
        if nul >= 0:
            line = lines + _line_ends(chunk[:nul])
            raise ReadError(file, f"line {line}", f"byte {taken - len(chunk) + nul} is NUL; this is not text")
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            at = taken - len(error.object) + error.start
            line = lines + _line_ends(error.object[: error.start])
            raise ReadError(
                file,
                f"line {line}",
                f"byte {at} (0x{error.object[error.start]:02X}) is not {encoding.removesuffix('-sig')}; "
                "declare the file's own encoding in the recipe, such as cp1252",
            ) from error
        if not chunk:
            return
        lines += _line_ends(chunk)


def _line_ends(data: bytes) -> int:
    return data.count(b"\n") + (data.count(b"\r") - data.count(b"\r\n"))
