"""Bills of New York, line by line: what is read of them, and one clear line for each that cannot be."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.exchange.errors import ReadError
from api.exchange.report import Example

from .conftest import Reader, Writer

BILL: dict[str, Any] = {  # as published
    "PrintNo": "A1",
    "Session": 2023,
    "Title": "Relates to reading",
    "Status": "IN_ASSEMBLY_COMM",
}


def lines(*bills: object) -> str:
    return "".join(json.dumps(each) + "\n" for each in bills)


def test_a_bill_with_the_least_is_read(read: Reader, write: Writer) -> None:
    (bill,) = read("bills-ny", write("a.ndjson", lines(BILL))).records
    assert (bill.jurisdiction, bill.session, bill.identifier) == ("US-NY", "2023", "A1")
    assert (bill.summary, bill.last_action_on, bill.actions, bill.same_as) == (None, None, (), ())


def test_null_lists_are_empty_ones(read: Reader, write: Writer) -> None:
    bill = {**BILL, **dict.fromkeys(("Votes", "Actions", "Sponsors", "Milestones", "SameAsPrintNo"))}
    (found,) = read("bills-ny", write("a.ndjson", lines(bill))).records
    assert (found.votes, found.actions, found.sponsors, found.same_as) == ((), (), (), ())


def test_two_published_bills_are_read_as_they_stand(read: Reader, write: Writer, real_data: Path) -> None:
    """Read by hand from the two published files; S8306 became law as chapter 56 of 2024."""
    folder = real_data / "policy-ny-2023" / "single"
    singles = [json.loads((folder / name).read_text("utf-8")) for name in ("A1941.json", "S8306.json")]
    first, second = read("bills-ny", write("a.ndjson", lines(*singles))).records
    assert (first.identifier, second.identifier) == ("A1941", "S8306")
    for record, published in zip((first, second), singles, strict=True):
        assert [each.words for each in record.actions] == [each["Text"] for each in published["Actions"]]
        assert record.status_as_published == published["Status"]
        assert len(record.votes) == len(published.get("Votes") or [])


def test_never_is_no_date_and_is_noted_with_its_place(read: Reader, write: Writer) -> None:
    actions = [{"Text": "REFERRED", "Date": "0001-01-01"}, {"Text": "REPORTED", "Date": "2023-02-01"}]
    found = read("bills-ny", write("a.ndjson", lines({**BILL, "Actions": actions})))
    assert found.records[0].introduced_on == date(2023, 2, 1)
    assert found.records[0].actions[0].occurred_on is None
    assert found.finding("never").examples == [Example(1, "Actions/0/Date", "0001-01-01")]


def test_a_status_that_is_not_known_is_kept_as_published(read: Reader, write: Writer) -> None:
    found = read("bills-ny", write("a.ndjson", lines({**BILL, "Status": "ON_THE_MOON"})))
    assert (found.records[0].status, found.records[0].status_as_published) == ("UNKNOWN", "ON_THE_MOON")
    assert found.finding("unknown-status").count == 1


def test_markup_in_a_title_stays_text(read: Reader, write: Writer) -> None:
    title = '<b onclick="x()">Reading</b> &amp; more'
    (bill,) = read("bills-ny", write("a.ndjson", lines({**BILL, "Title": title}))).records
    assert bill.title == title


@pytest.mark.parametrize(
    ("parts", "code", "field"),
    [
        ({"PrintNo": None}, "empty", "PrintNo"),
        ({"PrintNo": ""}, "empty", "PrintNo"),
        ({"Title": 1.5}, "not-a-text", "Title"),
        ({"Title": True}, "not-a-text", "Title"),
        ({"Title": {"a": 1}}, "not-a-text", "Title"),
        ({"Title": "Read\u202eing"}, "control-character", "Title"),
        ({"Title": "Read\u2066ing"}, "control-character", "Title"),
        ({"Title": "x" * 2001}, "too-long", "Title"),
        ({"Summary": "x" * 1_000_000}, "too-long", "Summary"),
        ({"Summary": "a\x00b"}, "control-character", "Summary"),
        ({"Actions": {}}, "not-a-list", "Actions"),
        ({"Actions": ["x"]}, "not-an-object", "Actions/0"),
        ({"Actions": [{"Text": "x", "Date": "12/31/2023"}]}, "not-a-date", "Actions/0/Date"),
        ({"Actions": [{"Text": "x", "Date": "2023-02-30"}]}, "not-a-date", "Actions/0/Date"),
        ({"Actions": [{"Date": "2023-02-01"}]}, "empty", "Actions/0/Text"),
        ({"Votes": [{"Votes": [{"Vote": "Aye"}]}]}, "empty", "Votes/0/Votes/0/Short"),
        ({"SameAsPrintNo": "S1"}, "not-a-print-number", "SameAsPrintNo/0"),
        ({"SameAsPrintNo": 7}, "not-a-list", "SameAsPrintNo"),
        ({"PreviousVersions": ["A9-2021", "-2019"]}, "not-a-print-number", "PreviousVersions/1"),
        ({"Sponsors": [{}] * 10_001}, "too-long", "Sponsors"),
    ],
)
def test_a_bill_that_cannot_be_read_is_named_by_line_and_part(
    read: Reader, write: Writer, parts: dict[str, Any], code: str, field: str
) -> None:
    found = read("bills-ny", write("a.ndjson", lines(BILL, {**BILL, **parts})))
    assert (len(found.records), found.report.rejected) == (1, 1)
    place = found.finding(code).examples[0]
    assert (place.row, place.field) == (2, field)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"PrintNo": "A1", ', "not-json"),
        ("[" * 100_000, "not-json"),
        ('{"a":' * 61 + "1" + "}" * 61, "not-json"),
        ('{"PrintNo": NaN}', "not-json"),
        ('{"PrintNo": 1e400}', "not-json"),
        ('{"PrintNo": "A1", "PrintNo": "A2"}', "not-json"),
        ('["A1"]', "not-an-object"),
        ("null", "not-an-object"),
        ("7", "not-an-object"),
    ],
)
def test_a_line_that_is_no_bill_is_named_by_its_number(
    read: Reader, write: Writer, line: str, code: str
) -> None:
    found = read("bills-ny", write("a.ndjson", f"{lines(BILL)}\n{line}\n{lines({**BILL, 'PrintNo': 'A2'})}"))
    assert [each.identifier for each in found.records] == ["A1", "A2"]
    assert (found.report.read, found.report.rejected) == (3, 1)
    assert found.finding(code).examples[0].row == 3


def test_a_line_longer_than_a_bill_can_be_ends_the_reading_with_its_number(
    read: Reader, write: Writer
) -> None:
    path = write("a.ndjson", lines(BILL, {**BILL, "Summary": "x" * 1_100_000}))
    with pytest.raises(ReadError, match="line 2: the line is longer than 1048576 characters"):
        read("bills-ny", path)


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.xlsx"])
def test_only_ndjson_is_taken(read: Reader, write: Writer, name: str) -> None:
    with pytest.raises(ReadError):
        read("bills-ny", write(name, lines(BILL)))
