"""CSV as it is published: strict about quotation marks, indifferent to line ends, flat in memory."""

import csv
import io
import re
from collections.abc import Iterator

from api.exchange.errors import ReadError
from api.exchange.files import Source, check_encoding, text_stream
from api.exchange.text import Cell

LONGEST_LINE = 1024 * 1024
FAULTS = {
    "unexpected end of data": "a quotation mark opened here is never closed",
    "field larger than field limit": f"a field is longer than {csv.field_size_limit()} characters; "
    "a quotation mark may be left open",
    "expected after": "a quotation mark stands inside a quoted field; double it",
}


def delimited_rows(
    source: Source, encoding: str, delimiter: str, skip_lines: int
) -> Iterator[tuple[int, list[Cell]]]:
    """Rows with the line each begins on. The encoding is checked through the whole file before the first.

    ReadError names the line of a fault that makes the rest unreadable.
    """
    check_encoding(source, encoding)
    with text_stream(source, encoding) as stream:
        lines = _Lines(source.name, stream, delimiter)
        for _ in range(skip_lines):
            next(lines, "")
        yield from _parsed(source.name, lines, delimiter)


class _Lines:
    """Physical lines with their count; a line too long to be one is refused before it fills the memory.

    A cell written `="Inc., Family Academy"` (a spreadsheet's way to keep a text as it is) becomes an ordinary
    quoted one, so that the comma in it does not split it.
    """

    def __init__(self, file: str, stream: io.TextIOBase, delimiter: str) -> None:
        self.file = file
        self.stream = stream
        self.count = 0
        mark = re.escape(delimiter)
        self.wrapped = re.compile(rf'(^|{mark})=("[^"]*")(?=$|[{mark}\r\n])')

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.stream.readline(LONGEST_LINE + 1)
        if not line:
            raise StopIteration
        self.count += 1
        if len(line) > LONGEST_LINE:
            raise ReadError(
                self.file, f"line {self.count}", f"the line is longer than {LONGEST_LINE} characters"
            )
        return self.wrapped.sub(r"\1\2", line) if '="' in line else line


def _parsed(file: str, lines: _Lines, delimiter: str) -> Iterator[tuple[int, list[Cell]]]:
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        begins = lines.count + 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            raise ReadError(file, f"line {begins}", _fault(str(error))) from error
        yield begins, list(cells)


def _fault(error: str) -> str:
    for words, sentence in FAULTS.items():
        if words in error:
            return sentence
    return f"the line is not CSV ({error})"
