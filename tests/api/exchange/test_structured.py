"""JSON and NDJSON: what is not JSON, what is doubled, what is too large, what is too deep."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from api.exchange.errors import ReadError
from api.exchange.files import examine
from api.exchange.report import ImportReport
from api.exchange.structured import read_json, read_ndjson

if TYPE_CHECKING:
    from tests.api.exchange.conftest import Writer


def test_numbers_are_exact(write: Writer) -> None:
    path = write("a.json", '{"a": 115795635.69, "b": 12, "c": 1.5e3}')
    assert read_json(examine(path)) == {"a": Decimal("115795635.69"), "b": 12, "c": Decimal("1.5E+3")}


def test_a_byte_order_mark_is_accepted(write: Writer) -> None:
    assert read_json(examine(write("a.json", b"\xef\xbb\xbf[1]"))) == [1]


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e400", "1E+1000000000", "9" * 60, "0." + "1" * 60]
)
def test_a_number_that_runs_away_is_refused_with_its_path(write: Writer, number: str) -> None:
    with pytest.raises(ReadError, match=r"a\.json, grants/1/amountAwarded"):
        read_json(examine(write("a.json", f'{{"grants": [{{}}, {{"amountAwarded": {number}}}]}}')))


def test_a_doubled_key_is_refused_with_its_path(write: Writer) -> None:
    with pytest.raises(ReadError, match="grants/0: the key 'id' stands twice"):
        read_json(examine(write("a.json", '{"grants": [{"id": 1, "id": 2}]}')))


def test_two_hundred_thousand_levels_are_refused(write: Writer) -> None:
    with pytest.raises(ReadError, match="line 1: more than 60 levels"):
        read_json(examine(write("a.json", "[" * 200_000)))


def test_brackets_within_a_text_are_no_levels(write: Writer) -> None:
    assert read_json(examine(write("a.json", '["' + "[" * 100 + ' \\" ' + "{" * 100 + '"]')))


def test_a_fault_of_form_is_named_by_line_and_column(write: Writer) -> None:
    with pytest.raises(ReadError, match="line 2, column 6: this is not JSON"):
        read_json(examine(write("a.json", '{\n"a": ,}')))


def test_a_bad_line_of_ndjson_is_rejected_and_the_others_stand(write: Writer) -> None:
    report = ImportReport("a.ndjson", "bills")
    path = write("a.ndjson", '{"a": 1}\n{"a": \n\n{"a": NaN}\n{"a": 2}\n')
    assert list(read_ndjson(examine(path), report)) == [(1, {"a": 1}), (5, {"a": 2})]
    assert [e.row for finding in report for e in finding.examples] == [2, 4]
    assert (report.read, report.rejected) == (4, 2)


@pytest.mark.parametrize("text", ['"' + '\\"' * 200_000, '["' + "\\" * 399_999, '"' * 399_999])
def test_a_text_left_open_does_not_hold_the_reader(write: Writer, text: str) -> None:
    """Beginning anew at each quotation mark would be 20 billion steps."""
    began = time.process_time()
    with pytest.raises(ReadError, match="not JSON"):
        read_json(examine(write("a.json", text)))
    assert time.process_time() - began < 2
