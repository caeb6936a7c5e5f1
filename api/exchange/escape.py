"""Cells of an exported CSV that no spreadsheet takes for a formula.

A cell that starts with = + - @, a tab or a carriage return, also after spaces, no-break spaces or line
breaks and in full width, is run by spreadsheets when a person opens the file (OWASP, CSV Injection). Such a
text gets an apostrophe in front; a number keeps its minus.
"""

import re
import unicodedata

STARTERS = frozenset("=+-@\t\r\n|%")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def escaped(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would run it."""
    if not text or NUMBER.fullmatch(text):
        return text
    return f"'{text}" if _runs(text) else text


def unescaped(text: str) -> str:
    """What `escaped` was given: the apostrophe taken off where it put one."""
    bare = text[1:]
    return bare if text.startswith("'") and escaped(bare) == text else text


def _runs(text: str) -> bool:
    if text[0] in "\t\r\n":
        return True
    seen = text.lstrip("".join(filter(_is_unseen, set(text))))
    return bool(seen) and unicodedata.normalize("NFKC", seen[0])[0] in STARTERS


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in UNSEEN
