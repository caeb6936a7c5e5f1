"""Marks of published measures: status and bounds, and nothing read as a number that is none."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.exchange.errors import CellError
from api.exchange.marks import Figure, Vocabulary, figure, whole

PERCENT = Vocabulary(
    suppressed=["*", "LNE", "-9999"],
    not_applicable=["N/A", "NR"],
    missing=["", "-6666", "Missing/Insufficient Data"],
)


@pytest.mark.parametrize(
    ("mark", "status"),
    [
        *(("*", "SUPPRESSED_AT_SOURCE"), ("LNE", "SUPPRESSED_AT_SOURCE"), ("-9999", "SUPPRESSED_AT_SOURCE")),
        *(("N/A", "NOT_APPLICABLE"), ("NR", "NOT_APPLICABLE")),
        *(("-6666", "MISSING"), ("Missing/Insufficient Data", "MISSING"), ("#VALUE!", "MISSING")),
        ("#DIV/0!", "MISSING"),
    ],
)
def test_a_declared_mark_has_a_status_and_no_value(mark: str, status: str) -> None:
    assert figure(mark, PERCENT) == Figure(status, mark=mark)


def test_an_empty_cell_is_missing() -> None:
    assert figure("", PERCENT) == Figure("MISSING")


@pytest.mark.parametrize(
    ("mark", "low", "high"),
    [
        *(("<5", "0", "5"), ("< 5", "0", "5"), ("≤1", "0", "1"), ("<=1%", "0", "1"), (">95", "95", "100")),
        *((">= 95", "95", "100"), ("≥95%", "95", "100"), ("30-34", "30", "34"), ("30–34%", "30", "34")),
    ],
)
def test_a_band_of_percents_has_bounds_and_no_value(mark: str, low: str, high: str) -> None:
    assert figure(mark, PERCENT) == Figure("BANDED", None, Decimal(low), Decimal(high), mark)


def test_a_band_of_counts_holds_whole_numbers() -> None:
    counts = Vocabulary(scale="count")
    assert figure("<5", counts) == Figure("BANDED", None, Decimal(0), Decimal(4), "<5")
    assert figure("≤5", counts) == Figure("BANDED", None, Decimal(0), Decimal(5), "≤5")
    assert figure(">95", counts) == Figure("BANDED", None, Decimal(96), None, ">95")


def test_a_band_of_numbers_is_open_on_its_other_side() -> None:
    assert figure("<5", Vocabulary(scale="number")) == Figure("BANDED", None, None, Decimal(5), "<5")


def test_a_fraction_becomes_a_percent() -> None:
    assert figure("0.697", Vocabulary(scale="fraction")).value == Decimal("69.7")
    assert figure("0.10-0.14", Vocabulary(scale="fraction")).high == Decimal(14)


def test_a_percent_among_fractions_needs_a_declaration() -> None:
    with pytest.raises(CellError) as refused:
        figure("81.6", Vocabulary(scale="fraction"))
    assert refused.value.code == "out-of-scale"
    mixed = Vocabulary(scale="fraction", above_one="percent", footnotes=["*"])
    assert figure("81.6*", mixed) == Figure("REPORTED", Decimal("81.6"), mark="81.6*")


def test_a_percent_sign_says_percent_in_any_file_of_rates() -> None:
    assert figure("14.4%", Vocabulary()).value == Decimal("14.4")
    assert figure("14.4 %", Vocabulary(scale="fraction")).value == Decimal("14.4")


@pytest.mark.parametrize("mark", ["81.6*", "LNE", "NR", "n<10", "TBD", "-6666", "1e2", "34-30", "12,5", "--"])
def test_an_undeclared_mark_is_refused(mark: str) -> None:
    with pytest.raises(CellError):
        figure(mark, Vocabulary())


def test_a_rate_outside_0_to_100_is_refused() -> None:
    for text in ("100.1", "-0.1", ">101"):
        with pytest.raises(CellError):
            figure(text, Vocabulary())


def test_a_count_beside_a_rate_is_read_as_a_count() -> None:
    assert whole("285", PERCENT) == Figure("REPORTED", Decimal(285))
    assert whole("*", PERCENT).status == "SUPPRESSED_AT_SOURCE"
    assert whole("<10", PERCENT).high == Decimal(9)
    with pytest.raises(CellError):
        whole("28.5", PERCENT)


@given(st.text(max_size=10), st.sampled_from(["percent", "fraction", "count", "number"]))
def test_a_cell_without_digits_never_has_a_value(text: str, scale: str) -> None:
    try:
        shown = figure(text, Vocabulary(scale=scale))
    except CellError:
        return
    if not any(character in "0123456789" for character in text):
        assert shown.value is None
        assert shown.status != "REPORTED"
