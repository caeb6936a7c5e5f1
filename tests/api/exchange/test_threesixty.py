"""360Giving: required fields by name, types, code lists, transactions, classifications, and what is left."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter

from api.exchange.errors import ReadError
from api.exchange.records_money import ShareRecord, TransactionRecord

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.exchange.conftest import Read, Reader, Writer

GRANT: dict[str, Any] = {
    "id": "360G-example-1",
    "title": "Tutoring in the early grades",
    "description": "Reading help",
    "currency": "USD",
    "amountAwarded": 1000.5,
    "awardDate": "2018-03-31",
    "fundingOrganization": [{"id": "US-EIN-1", "name": "Fund"}],
    "recipientOrganization": [{"id": "US-EIN-2", "name": "School"}],
}


@pytest.fixture
def published(read: Reader, write: Writer) -> Any:
    """Reads grants given as changes to a sound one; a None takes the field away."""

    def reading(*changes: dict[str, Any]) -> Read:
        grants = []
        for change in changes:
            grant = deepcopy(GRANT) | change
            grants.append({key: value for key, value in grant.items() if value is not None})
        return read("360giving", write("a.json", json.dumps({"grants": grants})))

    return reading


def test_a_sound_grant_is_an_investment_without_findings(published: Any) -> None:
    found = published({})
    (record,) = found.records
    assert found.codes == set()
    assert (record.row, record.publisher, record.identifier) == (1, "360G-example", "360G-example-1")
    assert (record.amount, record.currency, record.title) == (Decimal("1000.50"), "USD", GRANT["title"])
    assert (record.funder_name, record.funder_identifier) == ("Fund", "US-EIN-1")
    assert (record.recipient_name, record.recipient_identifier) == ("School", "US-EIN-2")
    assert (record.awarded_on, record.awarded_on_precision) == (date(2018, 3, 31), "DAY")
    assert record.extra is None


@pytest.mark.parametrize(
    "field",
    ["title", "currency", "amountAwarded", "awardDate", "fundingOrganization", "recipientOrganization"],
)
def test_a_missing_required_field_is_named_and_rejects_its_grant(published: Any, field: str) -> None:
    found = published({}, {field: None})
    assert [record.row for record in found.records] == [1]
    (example,) = found.finding(f"missing-{field}").examples
    assert (example.row, example.field) == (2, f"grants/1/{field}")


@pytest.mark.parametrize("field", ["id", "description"])
def test_a_field_that_large_publishers_leave_out_is_a_warning(published: Any, field: str) -> None:
    found = published({field: None})
    assert len(found.records) == 1
    assert found.finding(f"missing-{field}").severity == "WARNING"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"amountAwarded": "1000"}, "not-a-number", "amountAwarded"),
        ({"amountAwarded": True}, "not-a-number", "amountAwarded"),
        ({"amountAwarded": 0.125}, "too-precise", "amountAwarded"),
        ({"awardDate": "2018"}, "not-a-date", "awardDate"),
        ({"awardDate": "24/07/2014"}, "not-a-date", "awardDate"),
        ({"awardDate": 2018}, "not-a-date", "awardDate"),
        ({"currency": "bad currency"}, "not-a-currency", "currency"),
        ({"title": 9001}, "wrong-type", "title"),
        ({"title": "Tuto\u202ering"}, "control-character", "title"),
        ({"title": "Tuto\u0000ring"}, "control-character", "title"),
        ({"note": "\ud800"}, "control-character", "note"),
        ({"plannedDates": "soon"}, "wrong-type", "plannedDates"),
        ({"fundingOrganization": ["Fund"]}, "wrong-type", "fundingOrganization/0"),
        (
            {"commitmentTransaction": [{"id": "1"}]},
            "missing-commitmentTransaction.value",
            "commitmentTransaction/0/value",
        ),
        (
            {"disbursementTransaction": [{"value": "5"}]},
            "not-a-number",
            "disbursementTransaction/0/value",
        ),
        ({"recipientIndividual": {"id": "p", "name": "A person"}}, "two-recipients", "recipientIndividual"),
    ],
)
def test_a_fault_is_named_by_grant_and_field(
    published: Any, change: dict[str, Any], code: str, field: str
) -> None:
    found = published({}, change)
    assert [record.row for record in found.records] == [1]
    assert [(e.row, e.field) for e in found.finding(code).examples] == [(2, f"grants/1/{field}")]


def test_a_person_who_receives_has_no_name_and_no_number_here(published: Any) -> None:
    person = {"id": "US-SSN-123", "name": "Jane Roe"}
    (record,) = published({"recipientOrganization": None, "recipientIndividual": person}).records
    assert record.recipient_is_individual
    assert (record.recipient_name, record.recipient_identifier) == (None, None)
    assert "Roe" not in repr(record)
    assert "SSN" not in repr(record)


@pytest.mark.parametrize("amount", [0, -250])
def test_a_zero_or_negative_award_stands_with_a_warning(published: Any, amount: int) -> None:
    found = published({"amountAwarded": amount})
    assert found.records[0].amount == amount
    assert [finding.severity for finding in found.report] == ["WARNING"]


@pytest.mark.parametrize(
    "change",
    [
        {"regrantType": "XXX"},
        {"fromOpenCall": "Y"},
        {"locationScope": "everywhere"},
        {"beneficiaryLocation": [{"countryCode": "XX"}]},
    ],
)
def test_a_code_outside_its_list_is_flagged_and_kept(published: Any, change: dict[str, Any]) -> None:
    found = published(change)
    assert found.codes == {"not-in-code-list"}
    assert json.loads(found.records[0].extra) == change


def test_a_regrant_type_of_the_list_is_a_field_of_ours(published: Any) -> None:
    (record,) = published({"regrantType": "FRG050"}).records
    assert (record.regrant_type, record.extra) == ("FRG050", None)


def test_planned_dates_may_be_months_and_years(published: Any) -> None:
    (record,) = published(
        {"plannedDates": [{"startDate": "2018-02", "endDate": "2019", "duration": 22}]}
    ).records
    assert (record.starts_on, record.ends_on) == (date(2018, 2, 1), date(2019, 12, 31))
    assert json.loads(record.extra) == {"plannedDates": [{"duration": 22}]}


def test_transactions_take_the_grants_currency_where_they_have_none(published: Any) -> None:
    found = published(
        {
            "commitmentTransaction": [{"id": "c", "value": 1000.5, "transactionDate": "2018-04-01"}],
            "disbursementTransaction": [
                {"value": 400, "currency": "EUR", "description": "First", "provider": "Fund"},
                {"value": -25},
            ],
        }
    )
    (record,) = found.records
    assert record.transactions == (
        TransactionRecord(
            kind="COMMITMENT", amount=Decimal("1000.50"), currency="USD", on=date(2018, 4, 1), identifier="c"
        ),
        TransactionRecord(kind="DISBURSEMENT", amount=Decimal(400), currency="EUR", description="First"),
        TransactionRecord(kind="DISBURSEMENT", amount=Decimal(-25), currency="USD"),
    )
    assert json.loads(record.extra) == {"disbursementTransaction": [{"provider": "Fund"}, {}]}


def test_our_classifications_are_allocations_joined_by_line(published: Any) -> None:
    (record,) = published(
        {
            "classifications": [
                {
                    "vocabulary": "c2c-practice",
                    "code": "p1",
                    "title": "Tutoring",
                    "description": "share=0.35;line=1",
                },
                {"vocabulary": "c2c-population", "code": "g1", "title": "Black", "description": "line=1"},
                {"vocabulary": "c2c-outcome", "code": "o1", "title": "Reading", "description": "share=0.65"},
                {"vocabulary": "c2c-use", "code": "OPERATIONS"},
                {"vocabulary": "NTEE", "code": "B25"},
            ]
        }
    ).records
    assert record.allocations == (
        ShareRecord(practice="Tutoring", population="Black", share=Decimal("0.35")),
        ShareRecord(outcome="Reading", share=Decimal("0.65")),
    )
    assert record.use == "OPERATIONS"
    assert json.loads(record.extra) == {"classifications": [{"vocabulary": "NTEE", "code": "B25"}]}


@pytest.mark.parametrize("description", ["share=1.2", "share=half", "amount=<5", "fiscal_year=soon"])
def test_a_share_that_is_none_rejects_its_grant(published: Any, description: str) -> None:
    ours = {"vocabulary": "c2c-outcome", "title": "Reading", "description": description}
    found = published({"classifications": [ours]})
    assert found.records == []
    assert [e.field for f in found.report for e in f.examples] == ["grants/0/classifications/0/description"]


def test_unknown_fields_are_kept_with_their_kinds(published: Any) -> None:
    more = {
        "Website": {"Notes": "x"},
        "beneficiaryLocation": [{"name": "UK", "latitude": 51.5}],
        "list": [1, None],
    }
    (record,) = published(more).records
    assert json.loads(record.extra) == more


def test_an_email_address_in_a_name_is_flagged(published: Any) -> None:
    found = published({"fundingOrganization": [{"id": "x", "name": "jane.roe@example.org"}]})
    assert found.finding("email-in-name").examples[0].field == "grants/0/fundingOrganization/0/name"


def test_several_funders_are_flagged_and_the_first_is_taken(published: Any) -> None:
    two = [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]
    found = published({"fundingOrganization": two})
    assert found.records[0].funder_name == "A"
    assert found.codes == {"several-organizations"}
    assert json.loads(found.records[0].extra) == {"fundingOrganization": [{}, {"id": "b", "name": "B"}]}


@pytest.mark.parametrize("content", ["[]", '{"grant": []}', '{"grants": {}}', '"grants"'])
def test_json_without_a_list_of_grants_is_refused(read: Reader, write: Writer, content: str) -> None:
    with pytest.raises(ReadError, match="a list named 'grants'"):
        read("360giving", write("a.json", content))


def test_a_file_of_no_grants_is_flagged(read: Reader, write: Writer) -> None:
    assert read("360giving", write("a.json", '{"grants": []}')).codes == {"no-grants"}


HEADER = (
    "Identifier,Title,Description,Currency,Amount Awarded,Award Date,Funding Org:Identifier,Funding Org:Name,"
    "Recipient Org:0:Identifier,recipientOrganization/0/name"
)
ROW = "360G-a-1,Tutoring,Help,USD,1000.50,2018-03-31,US-EIN-1,Fund,US-EIN-2,School"


def test_column_titles_indexes_and_paths_are_understood(read: Reader, write: Writer) -> None:
    path = write(
        "a.csv",
        f"{HEADER},Beneficiary Location:0:Name,Beneficiary Location:1:Name,Recipient Org:Location:0:Name,"
        f"disbursementTransaction/0/value,My column\n{ROW},Hartford,Windham,Ward 1,400.25,kept\n",
    )
    found = read("360giving", path)
    (record,) = found.records
    assert (record.row, record.recipient_name, record.amount) == (2, "School", Decimal("1000.50"))
    assert record.transactions[0].amount == Decimal("400.25")
    assert json.loads(record.extra) == {
        "beneficiaryLocation": [{"name": "Hartford"}, {"name": "Windham"}],
        "recipientOrganization": [{"location": [{"name": "Ward 1"}]}],
        "My column": "kept",
    }


def test_a_fault_in_a_table_is_named_by_its_title(read: Reader, write: Writer) -> None:
    found = read(
        "360giving", write("a.csv", f"{HEADER}\n{ROW.replace('1000.50', '1,000').replace('1,000', 'x')}\n")
    )
    (example,) = found.finding("not-a-number").examples
    assert (example.row, example.field, example.value) == (2, "Amount Awarded", "x")


def test_a_missing_column_is_named_by_its_title(read: Reader, write: Writer) -> None:
    found = read("360giving", write("a.csv", f"{HEADER.replace('Currency', 'Money')}\n{ROW}\n"))
    assert found.finding("missing-currency").examples[0].field == "Currency"


def test_dates_of_a_table_follow_the_recipe(read: Reader, write: Writer) -> None:
    path = write("a.csv", f"{HEADER}\n{ROW.replace('2018-03-31', '04/03/2018')}\n")
    assert read("360giving", path).records == []
    (record,) = read("360giving", path, '[values]\ndate_format = "%d/%m/%Y"').records
    assert record.awarded_on == date(2018, 3, 4)


def test_further_sheets_add_to_their_grants(read: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        grants = book.add_worksheet("grants")
        grants.write_row(0, 0, HEADER.split(","))
        grants.write_row(1, 0, ROW.split(","))
        places = book.add_worksheet("places")
        places.write_row(0, 0, ["Identifier", "Beneficiary Location:0:Name"])
        places.write_row(1, 0, ["360G-a-1", "Hartford"])
        places.write_row(2, 0, ["360G-a-1", "Windham"])
        places.write_row(3, 0, ["360G-a-9", "Nowhere"])
        book.add_worksheet("meta").write_row(0, 0, ["version", "1.4"])
        book.add_worksheet("empty")
    found = read("360giving", path)
    (record,) = found.records
    assert json.loads(record.extra) == {"beneficiaryLocation": [{"name": "Hartford"}, {"name": "Windham"}]}
    assert found.codes == {"no-such-grant", "sheet-skipped"}
    assert found.finding("no-such-grant").examples[0].value == "360G-a-9"
