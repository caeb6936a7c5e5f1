"""Names that look alike, characters that cannot be seen, and words that only look like a missing value."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.exchange.errors import CellError
from api.exchange.text import cell_text, lost_characters, mixes_alphabets, name, prose


@pytest.mark.parametrize("text", ["NA", "007", "N/A", "null", "None", "nan", "1E5"])
def test_words_and_codes_stay_as_they_are(text: str) -> None:
    assert name(cell_text(text)) == text


def test_a_code_wrapped_for_a_spreadsheet_is_opened() -> None:
    assert cell_text('="0020011"') == "0020011"


def test_a_date_cell_is_written_as_iso() -> None:
    assert cell_text(date(2018, 3, 31)) == "2018-03-31"


def test_two_writings_of_one_name_become_one() -> None:
    assert cell_text("Cafe\u0301 ") == cell_text("Caf\u00e9")


@pytest.mark.parametrize(
    "hidden",
    [
        "\u202e",
        "\u2066",
        "\u200b",
        "\u200f",
        "\u00ad",
        "\ufeff",
        "\u0085",
        "\u0007",
        "\ud800",
        "\u2028x\u200d",
    ],
)
def test_a_name_with_a_character_that_cannot_be_seen_is_refused(hidden: str) -> None:
    with pytest.raises(CellError) as refused:
        name(f"Spring{hidden}field")
    assert refused.value.code == "control-character"


def test_a_line_break_in_a_name_is_a_space() -> None:
    assert name("Spring\r\n field\tSchool") == "Spring field School"


def test_longer_texts_lose_what_publishers_leave_behind_by_accident() -> None:
    assert prose("train\u00ading\u200b of teachers\nand more") == "training of teachers\nand more"
    assert lost_characters("a\u200b")


@pytest.mark.parametrize("hidden", ["\u202e", "\u2067", "\u0000", "\u009f", "\udfff"])
def test_longer_texts_with_controls_are_refused(hidden: str) -> None:
    with pytest.raises(CellError):
        prose(f"a{hidden}b")


def test_a_word_of_two_alphabets_is_seen() -> None:
    assert mixes_alphabets("Sсhool")  # the second letter is Cyrillic
    assert not mixes_alphabets("Школа School Café")


@given(st.text())
def test_what_a_name_keeps_is_composed_and_visible(text: str) -> None:
    try:
        kept = name(cell_text(text))
    except CellError:
        return
    assert unicodedata.is_normalized("NFC", kept)
    assert not {unicodedata.category(character) for character in kept} & {"Cc", "Cf", "Cs"}
