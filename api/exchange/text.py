"""Published words made safe: composed (NFC), trimmed, and free of characters that cannot be seen.

Names follow Unicode Standard Annex #15 (NFC) and hold no character of the categories Cc, Cf and Cs:
bidirectional controls, zero-width characters and lone surrogates let two names look alike (Unicode
Technical Report #36). In longer texts the two that publishers leave behind by accident, the zero-width
space and the soft hyphen, are taken out instead.
"""

import re
import unicodedata
from datetime import date

from api.exchange.errors import CellError

Cell = str | date
LEFT_BY_ACCIDENT = "\u00ad\u200b\ufeff"
WRAPPED = re.compile(r'="([^"]*)"')
SPACES = (
    " \t\r\n\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
RUNS = re.compile(f"[{SPACES}]+")
UNSEEN = frozenset({"Cc", "Cf", "Cs"})
ACCIDENTS = str.maketrans("", "", LEFT_BY_ACCIDENT)
ALPHABETS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")


def cell_text(cell: Cell) -> str:
    """A cell as trimmed, composed text; `="0020011"`, a spreadsheet's way to keep zeros, is opened."""
    if isinstance(cell, date):
        return cell.isoformat()
    text = cell.strip(SPACES)
    if text.startswith('="') and (wrapped := WRAPPED.fullmatch(text)):
        text = wrapped[1].strip(SPACES)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def name(text: str) -> str:
    """A name on one line. CellError `control-character` where a character in it cannot be seen."""
    flat = text if text.isprintable() and "  " not in text else RUNS.sub(" ", text)
    _refuse_unseen(flat, allowed="")
    return flat


def prose(text: str) -> str:
    """A longer text, which may hold line breaks and tabs; zero-width spaces and soft hyphens are dropped."""
    if text.isprintable():
        return text
    kept = text.translate(ACCIDENTS)
    _refuse_unseen(kept, allowed="\n\r\t")
    return kept


def lost_characters(text: str) -> bool:
    """Whether `prose` drops something of this text."""
    return any(character in text for character in LEFT_BY_ACCIDENT)


def mixes_alphabets(text: str) -> bool:
    """Whether one word holds letters of two look-alike alphabets, such as Latin and Cyrillic."""
    if text.isascii():
        return False
    return any(len(_alphabets(word)) > 1 for word in text.split())


def _alphabets(word: str) -> set[str]:
    names = (unicodedata.name(letter, "") for letter in word if letter.isalpha())
    return {alphabet for letter in names for alphabet in ALPHABETS if letter.startswith(alphabet)}


def _refuse_unseen(text: str, *, allowed: str) -> None:
    if text.isprintable():
        return
    for position, character in enumerate(text, start=1):
        if unicodedata.category(character) in UNSEEN and character not in allowed:
            raise CellError(
                "control-character",
                f"character {position} is U+{ord(character):04X}, which cannot be seen; take it out",
            )
