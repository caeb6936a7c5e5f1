"""A table's rows as entries in our own fields: filtered, unpivoted, pivoted, with constants and aliases."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from api.exchange.errors import ReadError
from api.exchange.files import Source
from api.exchange.recipes import PivotTerms, Recipe, UnpivotTerms
from api.exchange.report import ImportReport, Severity
from api.exchange.tables import Row, Table, open_table
from api.exchange.text import Cell, cell_text

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
LONGEST_MATCHED = 300


@dataclass(slots=True)
class Entry:
    """What one record is made of: cells by our fields, the file's own names for them, and what is left.

    `published` keeps the text of a cell before an alias replaced it.
    """

    row: int
    cells: dict[str, Cell]
    origin: Mapping[str, str]
    rest: dict[str, Cell] = field(default_factory=dict)
    published: dict[str, str] = field(default_factory=dict)


def entries(source: Source, recipe: Recipe, report: ImportReport) -> Iterator[Entry]:
    """Entries in the file's order, each counted as read. Rows filtered out are not counted as read.

    ReadError where a column that the recipe names is not in the header.
    """
    table = open_table(source, recipe.layout, report)
    layout = _Layout(source, table, recipe)
    made = layout.unpivoted(_taken(table, recipe, report))
    if recipe.pivot is not None:
        made = _pivoted(made, recipe.pivot, report)
    for entry in made:
        report.read += 1
        yield layout.finished(entry)


class _Layout:
    """A recipe laid over one table's header: which column is which field."""

    def __init__(self, source: Source, table: Table, recipe: Recipe) -> None:
        self.table, self.recipe = table, recipe
        self.columns = _resolved(table, recipe)
        self.unpivots = _unpivot_columns(table, recipe.unpivot, set(self.columns.values()))
        self.base = _file_words(source, recipe)
        self.origin = dict(self.columns)
        self.used = {*self.columns.values(), *self.unpivots}

    def unpivoted(self, rows: Iterator[Row]) -> Iterator[Entry]:
        terms = self.recipe.unpivot
        for row in rows:
            if terms is None:
                yield self._entry(row, {}, self.origin)
                continue
            for header, words in self.unpivots.items():
                entry = self._entry(row, words, self.origin | {terms.into: header})
                entry.cells[terms.into] = row.cells[header]
                yield entry

    def finished(self, entry: Entry) -> Entry:
        """The entry with constants filled in and aliases applied."""
        for name, template in self.recipe.constants.items():
            if not entry.cells.get(name):
                entry.cells[name] = self._filled(template, entry) if "{" in template else template
        for name, words in self.recipe.aliases.items():
            if name in entry.cells:
                text = " ".join(cell_text(entry.cells[name]).split())
                entry.published[name] = text
                entry.cells[name] = words.get(text, entry.cells[name])
        return entry

    def _entry(self, row: Row, words: Mapping[str, str], origin: Mapping[str, str]) -> Entry:
        cells: dict[str, Cell] = {name: row.cells[header] for name, header in self.columns.items()}
        rest = {header: cell for header, cell in row.cells.items() if header not in self.used}
        return Entry(row.number, cells | dict(words), origin, rest)

    def _filled(self, template: str, entry: Entry) -> str:
        def word(found: re.Match[str]) -> str:
            name = found[1]
            if name in self.base and name not in entry.cells:
                return self.base[name]
            if name in entry.cells or name in entry.rest:
                return cell_text(entry.cells.get(name) or entry.rest.get(name, ""))
            sentence = f"{{{name}}} is neither the file's name, a group of a pattern, a field nor a column"
            raise ReadError(self.recipe.name, "[constants]", sentence)

        return PLACEHOLDER.sub(word, template)


def _taken(table: Table, recipe: Recipe, report: ImportReport) -> Iterator[Row]:
    terms = recipe.rows
    for header in (*terms.where, *terms.skip, *terms.fill_down):
        _check_column(table, "[rows]", header)
    above: dict[str, Cell] = {}
    for row in table.rows:
        for header in terms.fill_down:
            above[header] = row.cells[header] = row.cells[header] or above.get(header, "")
        if _is_wanted(row, recipe):
            yield row
        else:
            report.add(Severity.NOTICE, "filtered", "rows that the recipe leaves out")


def _is_wanted(row: Row, recipe: Recipe) -> bool:
    kept = all(cell_text(row.cells[h]) in words for h, words in recipe.rows.where.items())
    return kept and not any(cell_text(row.cells[h]) in words for h, words in recipe.rows.skip.items())


def _resolved(table: Table, recipe: Recipe) -> dict[str, str]:
    columns: dict[str, str] = {}
    for name, headers in recipe.columns.items():
        found = next((header for header in headers if header in table.header), None)
        if found is not None:
            columns[name] = found
        elif name in recipe.must_stand:
            _check_column(table, f"[columns] {name}", headers[0])
    if recipe.pivot is not None:
        _check_column(table, "[pivot] by", recipe.pivot.by)
        _check_column(table, "[pivot] value", recipe.pivot.value)
    return columns


def _check_column(table: Table, where: str, header: str) -> None:
    if header in table.header:
        return
    near = difflib.get_close_matches(header, table.header, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(map(repr, table.header[:20]))}"
    raise ReadError(
        table.file,
        f"line {table.header_row}",
        f"the header has no column {header!r}, which the recipe names in {where}; {hint}",
    )


def _unpivot_columns(
    table: Table, terms: UnpivotTerms | None, taken: set[str]
) -> dict[str, Mapping[str, str]]:
    if terms is None:
        return {}
    if terms.pattern is None:
        found = {header: words for header, words in terms.columns.items() if header in table.header}
    else:
        headers = [header for header in table.header if header not in taken]
        matches = {header: terms.pattern.fullmatch(header[:LONGEST_MATCHED]) for header in headers}
        found = {h: _groups(match) for h, match in matches.items() if match}
    if not found:
        raise ReadError(table.file, f"line {table.header_row}", "no column of the header fits [unpivot]")
    return found


def _groups(match: re.Match[str]) -> dict[str, str]:
    return {name: text or "" for name, text in match.groupdict().items()}


def _file_words(source: Source, recipe: Recipe) -> dict[str, str]:
    words = {"stem": source.path.stem, "name": source.name}
    if recipe.file_pattern is None:
        return words
    match = recipe.file_pattern.search(source.name[:LONGEST_MATCHED])
    if match is None:
        raise ReadError(source.name, "", f"the file's name does not fit [file] pattern of {recipe.name}")
    numbered = {str(place): text or "" for place, text in enumerate(match.groups(), start=1)}
    return words | numbered | _groups(match)


def _pivoted(made: Iterator[Entry], terms: PivotTerms, report: ImportReport) -> Iterator[Entry]:
    """Joins the rows that differ in `by` and `value` alone; a full entry leaves the memory at once."""
    open_entries: dict[tuple[tuple[str, str], ...], Entry] = {}
    for entry in made:
        name = terms.values.get(cell_text(entry.rest.pop(terms.by, "")))
        value = entry.rest.pop(terms.value, "")
        if name is None:
            report.add(Severity.NOTICE, "filtered", "rows that the recipe leaves out")
            continue
        key = tuple((f, cell_text(cell)) for f, cell in entry.cells.items())
        joined = open_entries.get(key)
        if joined is not None and name in joined.cells:
            yield open_entries.pop(key)
            joined = None
        if joined is None:
            joined = open_entries[key] = Entry(entry.row, dict(entry.cells), dict(entry.origin), entry.rest)
        joined.cells[name] = value
        joined.origin = {**joined.origin, name: terms.value}
        if all(each in joined.cells for each in terms.values.values()):
            yield open_entries.pop(key)
    yield from open_entries.values()
