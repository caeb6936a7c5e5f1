"""Ratings and versions as raters write them; words from the clearinghouse's files and pages."""

import pytest

from allocation.evidence.rating import Standing, meets_version, standing


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("1", Standing.WITHOUT_RESERVATIONS),
        ("2", Standing.WITH_RESERVATIONS),
        ("3", Standing.DOES_NOT_MEET),
        ("Meets WWC standards without reservations", Standing.WITHOUT_RESERVATIONS),
        ("Meets WWC Group Design Standards  With Reservations", Standing.WITH_RESERVATIONS),
        ("Does not meet WWC standards", Standing.DOES_NOT_MEET),
        ("Does Not Meet WWC Standards without reservations", Standing.DOES_NOT_MEET),
        ("Promising", Standing.NOT_STATED),
        ("", Standing.NOT_STATED),
        (None, Standing.NOT_STATED),
    ],
)
def test_a_rating_is_read_in_any_of_its_spellings(words: str | None, expected: Standing) -> None:
    assert standing(words) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2.1", True),
        ("2.0", False),
        ("4", True),
        ("2", False),
        ("Version 4.1", True),
        ("10.0", True),
        ("", None),
        (None, None),
        ("unknown", None),
    ],
)
def test_standards_count_from_version_2_1(version: str | None, expected: bool | None) -> None:
    assert meets_version(version) is expected
