"""What a rater's words on a study mean: with or without reservations, under which standards."""

import re
from enum import StrEnum
from functools import lru_cache

FIRST_ESSA_VERSION = (2, 1)


class Standing(StrEnum):
    """Whether a study met the What Works Clearinghouse's group design standards."""

    WITHOUT_RESERVATIONS = "WITHOUT_RESERVATIONS"
    WITH_RESERVATIONS = "WITH_RESERVATIONS"
    DOES_NOT_MEET = "DOES_NOT_MEET"
    NOT_STATED = "NOT_STATED"


# The clearinghouse's findings file writes a number, its study pages write a sentence.
CODES = {
    "1": Standing.WITHOUT_RESERVATIONS,
    "2": Standing.WITH_RESERVATIONS,
    "3": Standing.DOES_NOT_MEET,
}


@lru_cache(maxsize=1024)
def standing(rating: str | None) -> Standing:
    """The standing that a published rating states; a word not known to us is NOT_STATED."""
    words = " ".join((rating or "").casefold().split())
    if words in CODES:
        return CODES[words]
    if "not meet" in words or "not satisf" in words:
        return Standing.DOES_NOT_MEET
    if "without reservations" in words:
        return Standing.WITHOUT_RESERVATIONS
    if "with reservations" in words:
        return Standing.WITH_RESERVATIONS
    return Standing.NOT_STATED


@lru_cache(maxsize=256)
def meets_version(version: str | None) -> bool | None:
    """Whether the standards are version 2.1 or later (34 CFR 77.1); None where no version is stated."""
    found = re.search(r"(\d+)(?:\.(\d+))?", version or "")
    if found is None:
        return None
    return (int(found[1]), int(found[2] or 0)) >= FIRST_ESSA_VERSION
