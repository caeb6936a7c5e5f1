"""Reads one workbook in a process of its own: standard input to rows of JSON on standard output.

The parser of workbooks is native code; a broken file may make it stop its process or ask for all memory.
Here that process is this one, with a limit on both. Run by api.exchange.workbooks, never imported.

Each line is a JSON list of cells: a text, or [date] in ISO 8601. The line before the first holds the names of
the sheets that hold anything, the last one is null; without it the reading did not come to its end.
"""

import datetime
import io
import json
import sys
from collections.abc import Iterator
from decimal import Decimal

import python_calamine

MEMORY_BYTES = 1536 * 1024 * 1024
PROCESSOR_SECONDS = 120


def main() -> None:
    """Arguments: the sheet ("" for the first that holds anything), and the lines to leave out above."""
    _limit()
    sheet, skip_lines = sys.argv[1], int(sys.argv[2])
    workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    for line in _lines(workbook, sheet, skip_lines):
        sys.stdout.write(json.dumps(line) + "\n")


def _limit() -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _lines(workbook: python_calamine.CalamineWorkbook, sheet: str, skip_lines: int) -> Iterator[object]:
    names = workbook.sheet_names
    wanted = [sheet] if sheet in names else [] if sheet else names
    pages = {name: workbook.get_sheet_by_name(name) for name in (names if not sheet else wanted)}
    filled = [name for name, page in pages.items() if page.start is not None]
    yield {"sheets": names, "filled": filled}
    for name in filled[:1]:
        for number, cells in enumerate(pages[name].iter_rows(), start=1):
            if number > skip_lines:
                yield [_cell(cell) for cell in cells]
    yield None


def _cell(cell: object) -> str | list[str]:
    match cell:
        case bool():
            return "TRUE" if cell else "FALSE"
        case float() | int():
            return _plain(cell)
        case datetime.datetime():
            return [cell.date().isoformat()]
        case datetime.date():
            return [cell.isoformat()]
        case _:
            return str(cell)


def _plain(value: float) -> str:
    written = Decimal(repr(value))
    return f"{written:f}".removesuffix(".0") if written.is_finite() else str(written)


if __name__ == "__main__":
    main()
