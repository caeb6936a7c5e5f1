"""Cells that a spreadsheet would run, in ten writings, and the numbers among them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.exchange.escape import escaped, unescaped


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\u00a0=1", "\n=1", "＝1"),
        *("＋1", "－1", "＠x", "\u200b=1", "-", "=", "\ufeff=cmd|' /C calc'!A0", "%0A=1"),
    ],
)
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert escaped(text) == "'" + text


@pytest.mark.parametrize("text", ["-5", "+5", "-17.05", "1e5", "", "Tutoring", "a=b", "O'Neil", "'quoted'"])
def test_numbers_and_plain_texts_stay(text: str) -> None:
    assert escaped(text) == text


@given(st.text())
def test_what_was_escaped_comes_back(text: str) -> None:
    if not text.startswith("'"):
        assert unescaped(escaped(text)) == text
