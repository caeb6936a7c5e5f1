"""One 360Giving grant, tree by tree: what must be there, of which kind, and from which code list."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from api.exchange import text as words
from api.exchange import values
from api.exchange.errors import CellError
from api.exchange.reading import Faults
from api.exchange.recipes import Recipe
from api.exchange.text import cell_text
from api.exchange.threesixty_titles import Path, column_title

Value = TypeVar("Value")
Branch = dict[str, object]
ELECTRONIC_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
REDUCED_DATE = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2]))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Published:
    """Where a grant was published: JSON types its values, a table has text and dates only."""

    prefix: str
    titles: dict[Path, str]
    is_json: bool


class Grant:
    """A grant's tree with typed access; every fault names the field as its publisher knows it."""

    def __init__(self, tree: Branch, published: Published, recipe: Recipe, faults: Faults) -> None:
        self.tree, self.published, self.recipe, self.faults = tree, published, recipe, faults

    def field(self, *path: str | int) -> str:
        """The field's name: a path in JSON, the column title in a table."""
        if self.published.is_json:
            return self.published.prefix + "/".join(map(str, path))
        bare = tuple(step for step in path if not isinstance(step, int))
        titles = self.published.titles
        return titles.get(path) or titles.get(bare) or column_title(path)

    def missing(self, *path: str | int, fatal: bool) -> None:
        """Reports a field that the standard requires; a fatal one rejects the grant."""
        key = ".".join(str(step) for step in path if isinstance(step, str))
        sentence = f"the standard requires {key}, which is missing"
        tell = self.faults.add if fatal else self.faults.warn
        tell(f"missing-{key}", sentence, self.field(*path), None)

    def wrong(self, code: str, sentence: str, value: object, *path: str | int) -> None:
        """Reports a fault for which the grant is rejected."""
        self.faults.add(code, sentence, self.field(*path), str(value))

    def at(self, *path: str | int) -> object:
        """What stands at a path; None where nothing does, null included."""
        here: object = self.tree
        for step in path:
            if isinstance(here, dict) and isinstance(step, str):
                here = here.get(step)
            elif isinstance(here, list) and isinstance(step, int) and step < len(here):
                here = here[step]
            else:
                return None
        return None if here == "" else here

    def branches(self, key: str) -> list[Branch]:
        """The objects of a list; a value of another kind is a fault."""
        found = self.at(key)
        if found is None:
            return []
        if not isinstance(found, list):
            self.wrong("wrong-type", f"{key} is a list of objects", found, key)
            return []
        for position, each in enumerate(found):
            if not isinstance(each, dict):
                self.wrong("wrong-type", f"{key} is a list of objects", each, key, position)
        return [each for each in found if isinstance(each, dict)]

    def name(self, *path: str | int) -> str | None:
        """A text on one line, which should not be somebody's e-mail address."""
        taken = self._text(words.name, *path)
        if taken and ELECTRONIC_MAIL.search(taken):
            self.faults.warn("email-in-name", "an e-mail address stands in a name", self.field(*path), taken)
        if taken and words.mixes_alphabets(taken):
            sentence = "a word mixes letters of two alphabets that look alike"
            self.faults.warn("mixed-alphabets", sentence, self.field(*path), taken)
        return taken

    def prose(self, *path: str | int) -> str | None:
        """A longer text; characters that cannot be seen are taken out with a warning."""
        taken = self._text(words.prose, *path)
        if taken and words.lost_characters(str(self.at(*path))):
            sentence = "characters that cannot be seen (zero-width space, soft hyphen) were taken out"
            self.faults.warn("unseen-characters", sentence, self.field(*path), taken[:60])
        return taken

    def amount(self, *path: str | int) -> Decimal | None:
        """Money: a number in JSON, its text in a table."""
        found = self.at(*path)
        if found is None:
            return None
        if self.published.is_json and (isinstance(found, bool) or not isinstance(found, int | Decimal)):
            self.wrong("not-a-number", "this is a number, not a text, in the standard", found, *path)
            return None
        written = f"{found:f}" if isinstance(found, Decimal) else str(found)
        return self._converted(lambda text: values.amount(text, self.recipe.style), written, *path)

    def day(self, *path: str | int) -> date | None:
        """A day, or the day of a moment."""
        found = self.at(*path)
        if found is None:
            return None
        if not isinstance(found, str | date):
            self.wrong("not-a-date", "a date is a text like 2018-03-31", found, *path)
            return None
        taken = self._converted(
            lambda _: values.day(found, self.recipe.date_formats), cell_text(found), *path
        )
        if taken is None and cell_text(found).startswith("0001-01-01"):
            sentence = "0001-01-01 stands for never and is read as no date"
            self.faults.note("never", sentence, self.field(*path), cell_text(found))
        return taken

    def first_or_last(self, *path: str | int, last: bool) -> date | None:
        """A day that may be a year or a month: its first day, or its last."""
        found = self.at(*path)
        reduced = REDUCED_DATE.fullmatch(found) if isinstance(found, str) else None
        if reduced is None or not 1800 <= int(reduced[1]) <= 2200:
            return self.day(*path)
        year, month = int(reduced[1]), int(reduced[2] or (12 if last else 1))
        return values.month_end(year, month) if last else date(year, month, 1)

    def _text(self, convert: Callable[[str], str], *path: str | int) -> str | None:
        found = self.at(*path)
        if found is None:
            return None
        if not isinstance(found, str | date):
            self.wrong("wrong-type", "this is a text in the standard", found, *path)
            return None
        return self._converted(convert, cell_text(found), *path) or None

    def _converted(self, convert: Callable[[str], Value], written: str, *path: str | int) -> Value | None:
        try:
            return convert(written)
        except CellError as fault:
            self.wrong(fault.code, fault.sentence, written, *path)
            return None
