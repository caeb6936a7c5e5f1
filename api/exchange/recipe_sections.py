"""One section of a recipe: its keys taken by type, and a fault named by file, section and key."""

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Never

from api.exchange.errors import ReadError

LONGEST_PATTERN = 200
MOST_OPEN_REPEATS = 3
OPEN_REPEAT = re.compile(r"[*+]|\{[0-9]*,[0-9]*\}")
FIXED_PART = re.compile(r"\\.|\[\^?\]?[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Section:
    """A TOML table with the recipe's name and its own."""

    recipe: str
    title: str
    table: Mapping[str, object] = field(default_factory=dict)

    def __iter__(self) -> Iterator[str]:
        return iter(self.table)

    def __contains__(self, key: object) -> bool:
        return key in self.table

    def refuse(self, key: str, sentence: str) -> Never:
        """Raises the ReadError that names this section and key."""
        place = f"[{self.title}] {key}" if self.title else f"[{key}]"
        raise ReadError(self.recipe, place, sentence)

    def check(self, known: Collection[str]) -> "Section":
        """Itself, if it holds known keys only; else the ReadError suggests the nearest."""
        for key in self.table:
            if key not in known:
                near = difflib.get_close_matches(key, sorted(known), n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(known))}"
                self.refuse(key, f"this is not known; {hint}")
        return self

    def section(self, key: str) -> "Section":
        """The table under a key; an empty one where it is absent."""
        inner = self.table.get(key, {})
        if not isinstance(inner, dict):
            self.refuse(key, "this is a table of keys and values")
        return Section(self.recipe, f"{self.title}.{key}" if self.title else key, inner)

    def text(self, key: str, default: str = "") -> str:
        """A text."""
        value = self.table.get(key, default)
        if not isinstance(value, str):
            self.refuse(key, "this is a text between quotation marks")
        return value

    def needed(self, key: str) -> str:
        """A text that must be there."""
        return self.text(key) or self.refuse(key, "this is needed")

    def optional(self, key: str) -> str | None:
        """A text, or None where it is absent."""
        return self.text(key) if key in self.table else None

    def words(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A text or a list of texts."""
        value = self.table.get(key, default)
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list | tuple):
            self.refuse(key, "this is a text or a list of texts")
        return tuple(self._scalar(key, word) for word in listed)

    def flag(self, key: str) -> bool:
        """true or false; false where it is absent."""
        return self.optional_flag(key) or False

    def optional_flag(self, key: str) -> bool | None:
        """true or false, or None where it is absent."""
        value = self.table.get(key)
        if value is not None and not isinstance(value, bool):
            self.refuse(key, "this is true or false")
        return value

    def whole(self, key: str, default: int, *, least: int, most: int) -> int:
        """A whole number between two bounds."""
        value = self.table.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.refuse(key, f"this is a whole number from {least} to {most}")
        return value

    def positive(self, key: str) -> Decimal:
        """A number above zero; 1 where it is absent."""
        value = self.table.get(key, 1)
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        number = Decimal(value) if isinstance(value, int | Decimal) and is_number else Decimal(0)
        if not number.is_finite() or not 0 < number <= 10**12:
            self.refuse(key, "this is a number above zero, such as 1000")
        return number

    def choice(self, key: str, words: tuple[str, ...]) -> str:
        """One of the words; the first where it is absent."""
        value = self.text(key, words[0])
        if value not in words:
            self.refuse(key, f"this is one of {', '.join(word or 'nothing' for word in words)}")
        return value

    def scalars(self) -> dict[str, str]:
        """All keys with their values as text."""
        return {key: self._scalar(key, value) for key, value in self.table.items()}

    def pattern(self, key: str) -> re.Pattern[str] | None:
        """A regular expression small enough that matching it cannot run away."""
        if key not in self.table:
            return None
        written = self.needed(key)
        if not _is_tame(written):
            self.refuse(
                key,
                f"a pattern has at most {LONGEST_PATTERN} characters and {MOST_OPEN_REPEATS} open repeats "
                "(* + {n,m}), none of them after a group",
            )
        try:
            return re.compile(written)
        except re.error as error:
            self.refuse(key, f"this is not a regular expression ({error})")

    def _scalar(self, key: str, value: object) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if not isinstance(value, str | int | Decimal | date):
            self.refuse(key, "this is a text, a number or a date")
        return str(value)


def _is_tame(written: str) -> bool:
    bare = FIXED_PART.sub("x", written)
    repeats = OPEN_REPEAT.findall(bare)
    after_group = re.search(r"\)(?:[*+]|\{)", bare)
    return len(written) <= LONGEST_PATTERN and len(repeats) <= MOST_OPEN_REPEATS and not after_group
