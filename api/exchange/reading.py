"""Taking an entry's fields one by one, with each fault named by row, field and value."""

import difflib
import json
from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal
from typing import TypeVar

from api.exchange import text as words
from api.exchange import values
from api.exchange.entries import Entry
from api.exchange.errors import CellError, ReadError
from api.exchange.recipes import Recipe
from api.exchange.report import Example, ImportReport, Severity
from api.exchange.text import Cell, cell_text

Value = TypeVar("Value")


class Faults:
    """The faults of one row; `rejected` reports them and says whether there were any."""

    def __init__(self, row: int, report: ImportReport) -> None:
        self.row, self.report = row, report
        self.found: list[tuple[str, str, Example]] = []

    def add(self, code: str, sentence: str, field: str, value: str | None) -> None:
        """A fault for which the row is rejected."""
        self.found.append((code, sentence, Example(self.row, field, value)))

    def warn(self, code: str, sentence: str, field: str, value: str | None) -> None:
        """Something that a person should look at; the row stands."""
        self.report.add(Severity.WARNING, code, sentence, Example(self.row, field, value))

    def note(self, code: str, sentence: str, field: str, value: str | None) -> None:
        """Something that was done to the row, for the record."""
        self.report.add(Severity.NOTICE, code, sentence, Example(self.row, field, value))

    def rejected(self) -> bool:
        """Reports what was found; the row counts as rejected once, however many faults it has."""
        for code, sentence, example in self.found:
            self.report.add(Severity.ERROR, code, sentence, example)
        if self.found:
            self.report.rejected += 1
        return bool(self.found)


class Reading:
    """One entry being read. A getter answers None for an empty or missing cell, and after a fault.

    `missing` holds the marks that stand for no value in any field, by default the recipe's.
    """

    def __init__(
        self,
        entry: Entry,
        recipe: Recipe,
        report: ImportReport,
        missing: Collection[str] | None = None,
    ) -> None:
        self.entry, self.recipe = entry, recipe
        self.missing = recipe.words.missing if missing is None else missing
        self.faults = Faults(entry.row, report)

    def text(self, field: str) -> str:
        """The cell's text; "" where it is absent or holds one of the marks for missing."""
        written = cell_text(self.entry.cells.get(field, ""))
        return "" if written in self.missing else written

    def column(self, field: str) -> str:
        """The file's own name for a field."""
        return self.entry.origin.get(field, field)

    def take(self, field: str, convert: Callable[[str], Value]) -> Value | None:
        """A field converted from its text."""
        written = self.text(field)
        if not written:
            return None
        try:
            return convert(written)
        except CellError as fault:
            self.faults.add(fault.code, fault.sentence, self.column(field), written)
            return None

    def need(self, field: str, convert: Callable[[str], Value]) -> Value | None:
        """A field that must be filled."""
        if not self.text(field):
            published = cell_text(self.entry.cells.get(field, "")) or None
            self.faults.add("empty", "a cell that is needed is empty", self.column(field), published)
            return None
        return self.take(field, convert)

    def name(self, field: str) -> str | None:
        """A name, on one line."""
        taken = self.take(field, words.name)
        if taken and words.mixes_alphabets(taken):
            sentence = "a word mixes letters of two alphabets that look alike"
            self.faults.warn("mixed-alphabets", sentence, self.column(field), taken)
        return taken

    def needed_name(self, field: str) -> str:
        """A name that must be filled; "" after a fault."""
        if not self.text(field):
            self.need(field, words.name)
        return self.name(field) or ""

    def prose(self, field: str) -> str | None:
        """A longer text."""
        written = self.text(field)
        taken = self.take(field, words.prose)
        if taken is not None and words.lost_characters(written):
            sentence = "characters that cannot be seen (zero-width space, soft hyphen) were taken out"
            self.faults.warn("unseen-characters", sentence, self.column(field), taken[:60])
        return taken

    def day(self, field: str) -> date | None:
        """A day by the recipe's formats; 0001-01-01, which stands for never, is None with a notice."""
        cell: Cell = self.entry.cells.get(field, "")
        if not self.text(field):
            return None
        try:
            taken = values.day(cell, self.recipe.date_formats)
        except CellError as fault:
            self.faults.add(fault.code, fault.sentence, self.column(field), cell_text(cell))
            return None
        if taken is None:
            sentence = "0001-01-01 stands for never and is read as no date"
            self.faults.note("never", sentence, self.column(field), cell_text(cell))
        return taken

    def amount(self, field: str) -> Decimal | None:
        """Money, by the recipe's style."""
        return self.take(field, self.amount_of)

    def amount_of(self, written: str) -> Decimal:
        """Money out of a text, by the recipe's style."""
        return values.amount(written, self.recipe.style)

    def count(self, field: str) -> int | None:
        """A whole number, by the recipe's style."""
        return self.take(field, lambda written: values.count(written, self.recipe.style))

    def statistic(self, field: str, *, percent: Decimal | None = None) -> Decimal | None:
        """A statistic, which may carry an exponent, and a percent sign where a percent is worth something."""
        return self.take(field, lambda written: values.statistic(written, self.recipe.style, percent=percent))

    def truth(self, field: str, *, default: bool) -> bool:
        """Yes or no."""
        taken = self.take(field, values.truth)
        return default if taken is None else taken

    def choice(self, field: str, closed: Collection[str]) -> str | None:
        """A word of a closed list."""
        return self.take(field, lambda written: values.one_of(written, closed))

    def names(self, field: str) -> tuple[str, ...]:
        """A list of names split by `;`, without empty members or repeats."""
        taken = self.take(field, lambda written: [words.name(part.strip()) for part in written.split(";")])
        return tuple(dict.fromkeys(part for part in taken or () if part))

    def extra(self) -> str | None:
        """The columns that no field took, as JSON; None where all are empty."""
        rest: dict[str, str] = {}
        for header, cell in self.entry.rest.items():
            written = cell_text(cell)
            try:
                kept = words.prose(written)
            except CellError as fault:
                self.faults.add(fault.code, fault.sentence, header, written)
                continue
            if kept:
                rest[header] = kept
        return json.dumps(rest, ensure_ascii=False, sort_keys=True) if rest else None


def check_fields(recipe: Recipe, known: Collection[str], needed: Collection[str] = ()) -> None:
    """ReadError where a recipe fills a field that the format has not, or leaves out one that it needs."""
    named = (*recipe.columns, *recipe.constants, *recipe.aliases)
    pivoted = tuple(recipe.pivot.values.values()) if recipe.pivot else ()
    unpivoted = (recipe.unpivot.into,) if recipe.unpivot else ()
    for name in (*named, *pivoted, *unpivoted):
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(known))}"
            raise ReadError(recipe.name, name, f"the format has no such field; {hint}")
    words_of_columns = (
        {w for words in recipe.unpivot.columns.values() for w in words} if recipe.unpivot else set()
    )
    groups = set(recipe.unpivot.pattern.groupindex) if recipe.unpivot and recipe.unpivot.pattern else set()
    for name in needed:
        if name not in recipe.fields | words_of_columns | groups:
            raise ReadError(recipe.name, name, "the format needs this field; say where it stands in the file")
