"""A table in a file, CSV or workbook, as a header and a stream of rows that know their place."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from api.exchange.delimited import delimited_rows
from api.exchange.errors import CellError, ReadError
from api.exchange.files import Source, codec
from api.exchange.report import Example, ImportReport
from api.exchange.text import Cell, cell_text, name
from api.exchange.workbooks import sheet_rows

MOST_COLUMNS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLayout:
    """Where the table stands in its file.

    `skip_lines` physical lines come before the header; a header of two or more lines (merged cells above)
    is joined with " / ", the upper words carried to the right.
    """

    encoding: str = "utf-8"
    skip_lines: int = 0
    header_lines: int = 1
    delimiter: str = ""
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its physical number in the file (the line it begins on) and its cells by column name."""

    number: int
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """A header and the rows below it. Rows are read while they are taken; blank ones are passed over."""

    file: str
    header: tuple[str, ...]
    header_row: int
    rows: Iterator[Row]


def open_table(source: Source, layout: FileLayout, report: ImportReport) -> Table:
    """Opens the table of a CSV or workbook. A ragged row is reported and passed over.

    ReadError: a wrong encoding (with the byte's place), no header, a column name used twice, a quotation
    mark left open, a sheet that is not there.
    """
    if source.kind not in {"csv", "workbook"}:
        raise ReadError(source.name, "", "a table is read from a CSV file or a workbook")
    raw = _raw_rows(source, layout)
    above = list(islice((row for row in raw if row[1]), layout.header_lines))
    if len(above) < layout.header_lines or not any(any(cells) for _, cells in above):
        raise ReadError(source.name, f"line {layout.skip_lines + 1}", "there is no header")
    header = _header(source.name, above)
    return Table(source.name, tuple(h for h in header if h), above[-1][0], _rows(header, raw, report))


def _raw_rows(source: Source, layout: FileLayout) -> Iterator[tuple[int, list[Cell]]]:
    if source.kind == "workbook":
        return sheet_rows(source, layout.sheet, layout.skip_lines)
    delimiter = layout.delimiter or ("\t" if source.path.suffix.lower() == ".tsv" else ",")
    encoding = codec(source.name, layout.encoding)
    return delimited_rows(source, encoding, delimiter, layout.skip_lines)


def _header(file: str, above: list[tuple[int, list[Cell]]]) -> list[str]:
    number, last = above[-1]
    if len(last) > MOST_COLUMNS:
        raise ReadError(
            file, f"line {number}", f"the header has {len(last)} columns; {MOST_COLUMNS} are read"
        )
    upper = [_carried(cells) for _, cells in above[:-1]]
    header: list[str] = []
    for position, cell in enumerate(last):
        words = [line[position] for line in upper if position < len(line)]
        header.append(_column_name(file, number, [*words, cell]))
    _refuse_twins(file, number, header)
    return header


def _carried(cells: list[Cell]) -> list[Cell]:
    carried: list[Cell] = []
    for cell in cells:
        carried.append(cell if cell_text(cell) or not carried else carried[-1])
    return carried


def _column_name(file: str, number: int, words: list[Cell]) -> str:
    try:
        return " / ".join(filter(None, (name(cell_text(word)) for word in words)))
    except CellError as fault:
        raise ReadError(file, f"line {number}", f"in the header, {fault}") from fault


def _refuse_twins(file: str, number: int, header: list[str]) -> None:
    first: dict[str, int] = {}
    for position, column in enumerate(header, start=1):
        if column and column in first:
            places = f"columns {first[column]} and {position}"
            raise ReadError(file, f"line {number}", f"{places} are both named {column!r}; rename one")
        first[column] = position


def _rows(header: list[str], raw: Iterator[tuple[int, list[Cell]]], report: ImportReport) -> Iterator[Row]:
    for number, cells in raw:
        if not any(cells):
            continue
        if len(cells) != len(header):
            report.read += 1
            report.reject(
                "ragged-row",
                "a row has more or fewer cells than the header",
                Example(number, None, f"{len(cells)} cells, the header has {len(header)}"),
            )
            continue
        yield Row(number, {column: cell for column, cell in zip(header, cells, strict=True) if column})
