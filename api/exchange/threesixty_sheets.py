"""360Giving in tables: rows of a CSV or of a workbook's sheets as the same trees that its JSON holds.

In a workbook the sheets with an amount awarded hold the grants; another sheet with the grants' identifiers
adds its rows, such as more locations, to the grant of that identifier.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from api.exchange.errors import ReadError
from api.exchange.files import Source
from api.exchange.recipes import Recipe
from api.exchange.report import Example, ImportReport, Severity
from api.exchange.tables import Row, Table, open_table
from api.exchange.text import Cell, cell_text
from api.exchange.threesixty_titles import Path, json_path
from api.exchange.workbooks import filled_sheets

SKIPPED = "a sheet holds neither grants nor additions to them and is passed over"
AMOUNT, IDENTIFIER = ("amountAwarded",), ("id",)
Branch = dict[str, object]


@dataclass(frozen=True, slots=True)
class SheetGrant:
    """One grant: its row, its tree, and the column title of each path in it."""

    row: int
    tree: Branch
    titles: dict[Path, str]


def table_grants(source: Source, recipe: Recipe, report: ImportReport) -> Iterator[SheetGrant]:
    """Yields the grants of a CSV or workbook in order, each counted as read."""
    tables = _tables(source, recipe, report)
    mains = [table for table in tables if AMOUNT in _paths(table).values()] or tables[:1]
    more = _additions([table for table in tables if table not in mains], report)
    for table in mains:
        paths = _paths(table)
        titles = {path: header for header, path in paths.items()}
        for row in table.rows:
            report.read += 1
            tree = _tree(row, paths)
            for added in more.pop(str(tree.get("id", "")), []):
                _merge(tree, added)
            yield SheetGrant(row.number, tree, titles)
    for identifier in more:
        sentence = "a sheet adds to a grant whose identifier is in no sheet of grants"
        report.add(Severity.WARNING, "no-such-grant", sentence, Example(None, "Identifier", identifier))


def _tables(source: Source, recipe: Recipe, report: ImportReport) -> list[Table]:
    if source.kind != "workbook" or recipe.layout.sheet:
        return [open_table(source, recipe.layout, report)]
    tables: list[Table] = []
    faults: list[ReadError] = []
    for name in filled_sheets(source):
        try:
            tables.append(open_table(source, replace(recipe.layout, sheet=name), report))
        except ReadError as fault:
            faults.append(fault)
    if faults and not any(AMOUNT in _paths(table).values() for table in tables):
        raise faults[0]
    for each in faults:
        report.add(Severity.NOTICE, "sheet-skipped", SKIPPED, Example(None, each.place, each.sentence))
    return tables


def _paths(table: Table) -> dict[str, Path]:
    return {header: json_path(header) or (header,) for header in table.header}


def _additions(tables: list[Table], report: ImportReport) -> dict[str, list[Branch]]:
    more: dict[str, list[Branch]] = {}
    for table in tables:
        paths = _paths(table)
        if IDENTIFIER not in paths.values():
            report.add(Severity.NOTICE, "sheet-skipped", SKIPPED, Example(None, None, str(table.header[:5])))
            continue
        for row in table.rows:
            tree = _tree(row, paths)
            more.setdefault(str(tree.pop("id", "")), []).append(tree)
    return more


def _tree(row: Row, paths: dict[str, Path]) -> Branch:
    tree: Branch = {}
    for header, cell in row.cells.items():
        if cell_text(cell):
            _put(tree, paths[header], cell)
    return _listed(tree)


def _put(tree: Branch, path: Path, cell: Cell) -> None:
    branch = tree
    for step in path[:-1]:
        inner = branch.setdefault(_step(step), {})
        if not isinstance(inner, dict):
            return
        branch = inner
    branch[_step(path[-1])] = cell if not isinstance(cell, str) else cell_text(cell)


def _step(step: str | int) -> str:
    return step if isinstance(step, str) else f"\0{step:04d}"


def _listed(tree: Branch) -> Branch:
    return {key: _closed(inner) for key, inner in tree.items()}


def _closed(inner: object) -> object:
    if not isinstance(inner, dict):
        return inner
    if all(key.startswith("\0") for key in inner):
        return [_closed(inner[key]) for key in sorted(inner)]
    return _listed(inner)


def _merge(tree: Branch, added: Branch) -> None:
    for key, inner in added.items():
        here = tree.get(key)
        if isinstance(here, list) and isinstance(inner, list):
            here.extend(inner)
        elif here is None:
            tree[key] = inner
