"""What is sealed comes back as it was, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.seals import Seal

SEAL = Seal("the installation's secret", "session", 60)
SAID = {"issuer": "https://id.example.org", "subject": "ada"}


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=50), max_size=5))
def test_what_is_sealed_is_read_back(said: dict[str, str]) -> None:
    found = SEAL.open(SEAL.seal(said))
    assert found is not None
    assert {name: value for name, value in found.items() if name != "at"} == {
        name: value for name, value in said.items() if name != "at"
    }


def test_nothing_of_it_can_be_read_outside() -> None:
    assert "ada" not in SEAL.seal(SAID)
    assert SEAL.seal(SAID) != SEAL.seal(SAID)


def test_one_changed_character_and_it_does_not_open() -> None:
    """Every place of the five parts of a JWE (RFC 7516, 3.1); the last character of a part may hold unused bits."""
    sealed = SEAL.seal(SAID)
    ends = {i - 1 for i, letter in enumerate(sealed + ".") if letter == "."}
    for place, letter in enumerate(sealed):
        if letter != "." and place not in ends:
            other = "A" if letter != "A" else "B"
            assert SEAL.open(sealed[:place] + other + sealed[place + 1 :]) is None


@pytest.mark.parametrize("other", [Seal("another", "session", 60), Seal(SEAL.secret, "attempt", 60)])
def test_another_key_or_purpose_does_not_open_it(other: Seal) -> None:
    assert other.open(SEAL.seal(SAID)) is None


def test_a_seal_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = SEAL.seal(SAID)
    import time

    now = time.time()
    monkeypatch.setattr("api.seals.time.time", lambda: now + 59)
    assert SEAL.open(sealed) is not None
    monkeypatch.setattr("api.seals.time.time", lambda: now + 61)
    assert SEAL.open(sealed) is None


@pytest.mark.parametrize(
    "text", [None, "", ".", "....", "a.b.c.d.e", "é", "x" * 5000, "eyJhbGciOiJub25lIn0.e30."]
)
def test_what_is_no_seal_opens_to_nothing(text: str | None) -> None:
    assert SEAL.open(text) is None
