"""Taking the parts of one JSON document one by one, with each fault named by line and path."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from api.exchange import text as words
from api.exchange import values
from api.exchange.errors import CellError
from api.exchange.reading import Faults
from api.exchange.report import ImportReport
from api.exchange.structured import Tree

LONGEST_NAME: Final = 2000
LONGEST_PROSE: Final = 100_000
MOST_MEMBERS: Final = 10_000
Fields = Mapping[str, Tree]


class TreeReading:
    """One document being read. A getter answers None, or nothing, for what is absent, and after a fault."""

    def __init__(self, row: int, report: ImportReport) -> None:
        self.row = row
        self.faults = Faults(row, report)

    def object(self, tree: Tree, place: str) -> Fields | None:
        """An object with named parts."""
        if isinstance(tree, dict):
            return tree
        self._fault("not-an-object", "an object with named parts is needed", place, tree)
        return None

    def objects(self, holder: Fields, key: str, under: str = "") -> Iterator[tuple[str, Fields]]:
        """The objects of a list, each with its path; none where the list is absent or null."""
        for place, each in self._list(holder.get(key), _path(under, key)):
            found = self.object(each, place)
            if found is not None:
                yield place, found

    def words(self, holder: Fields, key: str) -> Iterator[tuple[str, str]]:
        """The names of a list, or the one name that stands in its stead, each with its path."""
        listed = holder.get(key)
        one = isinstance(listed, str)
        for place, each in self._list([listed] if one else listed, key):
            found = self._name(each, place, LONGEST_NAME)
            if found:
                yield place, found

    def text(self, holder: Fields, key: str, under: str = "", longest: int = LONGEST_NAME) -> str | None:
        """A name, on one line; a whole number is taken as it is written."""
        return self._name(holder.get(key), _path(under, key), longest)

    def needed(self, holder: Fields, key: str, under: str, longest: int = LONGEST_NAME) -> str:
        """A name that must be filled; "" after a fault."""
        before = len(self.faults.found)
        found = self.text(holder, key, under, longest)
        if not found and len(self.faults.found) == before:
            self.faults.add("empty", "a part that is needed is empty or absent", _path(under, key), None)
        return found or ""

    def prose(self, holder: Fields, key: str) -> str | None:
        """A longer text."""
        written = holder.get(key)
        if written is None or not self._is_text(written, key, LONGEST_PROSE):
            return None
        try:
            return words.prose(words.cell_text(str(written))) or None
        except CellError as fault:
            self._fault(fault.code, fault.sentence, key, written)
            return None

    def day(self, holder: Fields, key: str, under: str) -> date | None:
        """A day; 0001-01-01, which stands for never, is None with a notice."""
        written, place = self.text(holder, key, under), _path(under, key)
        if not written:
            return None
        try:
            taken = values.iso_day(written)
        except CellError as fault:
            self._fault(fault.code, fault.sentence, place, written)
            return None
        if taken is None:
            sentence = "0001-01-01 stands for never and is read as no date"
            self.faults.note("never", sentence, place, written)
        return taken

    def _list(self, tree: Tree, place: str) -> Iterator[tuple[str, Tree]]:
        if tree is None:
            return
        if not isinstance(tree, list):
            self._fault("not-a-list", "a list is needed", place, tree)
        elif len(tree) > MOST_MEMBERS:
            self._fault("too-long", f"a list here has at most {MOST_MEMBERS} members", place, len(tree))
        else:
            yield from ((f"{place}/{position}", each) for position, each in enumerate(tree))

    def _name(self, written: Tree, place: str, longest: int) -> str | None:
        if written is None or not self._is_text(written, place, longest):
            return None
        try:
            taken = words.name(words.cell_text(str(written)))
        except CellError as fault:
            self._fault(fault.code, fault.sentence, place, written)
            return None
        if words.mixes_alphabets(taken):
            sentence = "a word mixes letters of two alphabets that look alike"
            self.faults.warn("mixed-alphabets", sentence, place, taken)
        return taken or None

    def _is_text(self, written: Tree, place: str, longest: int) -> bool:
        is_whole = isinstance(written, int) and not isinstance(written, bool)
        if not isinstance(written, str) and not is_whole:
            self._fault("not-a-text", "a text is needed", place, written)
            return False
        if len(str(written)) > longest:
            sentence = f"a text here has at most {longest:,} characters, this one {len(str(written)):,}"
            self._fault("too-long", sentence, place, written)
            return False
        return True

    def _fault(self, code: str, sentence: str, place: str, written: Tree) -> None:
        shown = written if isinstance(written, str) else repr(written)[:200]
        self.faults.add(code, sentence, place or "the document", shown)


def _path(under: str, key: str) -> str:
    return f"{under}/{key}" if under else key
