"""Investments by recipe: fields, precision of dates, amounts that are none, and what is left over."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from api.exchange.errors import ReadError

if TYPE_CHECKING:
    from tests.api.exchange.conftest import Reader, Writer

RECIPE = """
[columns]
identifier = ["id"]
title = ["title"]
description = ["description"]
funder = "funder"
recipient = ["recipient"]
amount = "amount"
currency = ["currency"]
awarded_on = ["awarded"]
awarded_on_precision = ["precision"]
starts_on = ["starts"]
ends_on = ["ends"]
use = ["use"]
regrant_type = ["regrant"]
fiscal_agent = ["agent"]
[constants]
currency = "USD"
"""


def test_every_field_is_taken_and_the_rest_is_kept(read: Reader, write: Writer) -> None:
    path = write(
        "a.csv",
        "id,title,description,funder,recipient,amount,awarded,starts,ends,use,regrant,agent,city\n"
        "G-1,Tutoring,Reading help,Fund,School,1000.50,2018-03-31,2018-07-01,2019-06-30,practice,"
        "FRG050,Agent,Hartford\n",
    )
    (record,) = read("investments", path, RECIPE).records
    assert (record.row, record.identifier, record.title, record.funder_name) == (2, "G-1", "Tutoring", "Fund")
    assert (record.recipient_name, record.fiscal_agent_name, record.regrant_type) == (
        "School",
        "Agent",
        "FRG050",
    )
    assert (record.amount, record.currency, record.use) == (Decimal("1000.50"), "USD", "PRACTICE")
    assert (record.awarded_on, record.awarded_on_precision) == (date(2018, 3, 31), "DAY")
    assert (record.starts_on, record.ends_on) == (date(2018, 7, 1), date(2019, 6, 30))
    assert json.loads(record.extra) == {"city": "Hartford"}


@pytest.mark.parametrize(
    ("awarded", "precision", "expected"),
    [
        ("2018-01-01", "year", (date(2018, 1, 1), "YEAR")),
        ("2018-03-01", "month", (date(2018, 3, 1), "MONTH")),
        ("2018-01-01", "", (date(2018, 1, 1), "DAY")),
        ("2018", "", (date(2018, 1, 1), "YEAR")),
        ("2018-03", "", (date(2018, 3, 1), "MONTH")),
        ("", "year", (None, None)),
        ("0001-01-01", "", (None, None)),
    ],
)
def test_a_date_keeps_its_precision(
    read: Reader, write: Writer, awarded: str, precision: str, expected: tuple[date | None, str | None]
) -> None:
    path = write("a.csv", f"funder,amount,awarded,precision\nFund,5,{awarded},{precision}\n")
    (record,) = read("investments", path, RECIPE).records
    assert (record.awarded_on, record.awarded_on_precision) == expected


def test_an_ambiguous_date_is_refused_with_its_place(read: Reader, write: Writer) -> None:
    found = read("investments", write("a.csv", "funder,amount,awarded\nFund,5,03/04/2018\n"), RECIPE)
    assert found.records == []
    (example,) = found.finding("not-a-date").examples
    assert (example.row, example.field, example.value) == (2, "awarded", "03/04/2018")


def test_each_faulty_amount_is_named_by_row_and_column(read: Reader, write: Writer) -> None:
    amounts = ["1e400", "nan", "0x1F", "1_000", "١٢٣", "<10"]
    path = write("a.csv", "funder,amount\n" + "".join(f"Fund,{amount}\n" for amount in amounts))
    found = read("investments", path, RECIPE)
    finding = found.finding("not-a-number")
    assert (found.report.rejected, finding.count) == (6, 6)
    assert [(e.row, e.field, e.value) for e in finding.examples] == [
        (row, "amount", amount) for row, amount in enumerate(amounts[:5], start=2)
    ]


def test_negative_and_zero_awards_stand_with_a_warning(read: Reader, write: Writer) -> None:
    found = read("investments", write("a.csv", "funder,amount\nFund,-5\nFund,0\n"), RECIPE)
    assert [record.amount for record in found.records] == [Decimal(-5), Decimal(0)]
    assert found.codes == {"negative-amount", "zero-amount"}


def test_an_award_without_amount_is_rejected_but_a_cell_that_does_not_apply_is_none(
    read: Reader, write: Writer
) -> None:
    found = read("investments", write("a.csv", "funder,amount\nFund,\nFund,N/A\n"), RECIPE)
    assert found.records == []
    assert [(f.severity, f.code) for f in found.report] == [("ERROR", "empty"), ("NOTICE", "no-amount")]


def test_without_a_title_the_description_or_the_recipient_names_the_award(
    read: Reader, write: Writer
) -> None:
    path = write("a.csv", f"funder,recipient,amount,description\nF,School,5,\nF,School,5,{'long ' * 60}\n")
    first, second = read("investments", path, RECIPE).records
    assert first.title == "School"
    assert second.title.endswith("long…")
    assert len(second.title) <= 200


def test_an_unknown_currency_is_refused(read: Reader, write: Writer) -> None:
    found = read("investments", write("a.csv", "funder,amount,currency\nF,5,usd\n"), RECIPE)
    assert found.finding("not-a-currency").examples[0].value == "usd"


def test_a_row_with_three_faults_is_rejected_once(read: Reader, write: Writer) -> None:
    path = write("a.csv", "funder,amount,currency,awarded\n,x,usd,y\nFund,5,USD,\n")
    found = read("investments", path, RECIPE)
    assert (found.report.read, found.report.rejected, len(found.records)) == (2, 1, 1)
    assert found.codes == {"empty", "not-a-number", "not-a-currency", "not-a-date"}


def test_an_end_before_the_start_is_left_out(read: Reader, write: Writer) -> None:
    path = write("a.csv", "funder,amount,starts,ends\nF,5,2018-07-01,2017-06-30\n")
    found = read("investments", path, RECIPE)
    assert found.records[0].ends_on is None
    assert found.codes == {"ends-before-start"}


def test_a_name_with_a_bidirectional_control_is_rejected_and_a_mixed_one_flagged(
    read: Reader, write: Writer
) -> None:
    found = read("investments", write("a.csv", "funder,amount\nFu\u202end,5\nFuпd,5\n"), RECIPE)
    assert [record.row for record in found.records] == [3]
    assert found.codes == {"control-character", "mixed-alphabets"}


def test_a_field_that_the_format_has_not_is_refused(read: Reader, write: Writer) -> None:
    with pytest.raises(ReadError, match="funders: the format has no such field; did you mean 'funder'"):
        read("investments", write("a.csv", "a\n1\n"), '[columns]\nfunders = "a"')


def test_a_field_that_the_format_needs_is_asked_for(read: Reader, write: Writer) -> None:
    with pytest.raises(ReadError, match="amount: the format needs this field"):
        read(
            "investments", write("a.csv", "a\n1\n"), '[columns]\nfunder = "a"\n[constants]\ncurrency = "USD"'
        )


def test_a_format_that_needs_a_recipe_says_so(read: Reader, write: Writer) -> None:
    with pytest.raises(ReadError, match="needs a recipe"):
        read("investments", write("a.csv", "a\n1\n"))
