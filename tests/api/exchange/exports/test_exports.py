"""Riverbend's awards as files. Totals are summed here from the demo's CSV files; the round trip by our own reader."""

import csv
import io
import json
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from lxml import etree
from sqlalchemy import text

from api.exchange.exports import iati, plain, threesixty
from api.exchange.exports.awards import Award, Book, Line, Party, Payment
from api.exchange.exports.making import make_file
from api.exchange.imports import Order, import_file
from api.exchange.report import ImportReport
from models.database import Database, Scope
from models.exports import ExportFormat
from models.partnerships import Partnership
from tests.api.conftest import Demonstration, demo_database, demonstration
from tests.riverbend_files import awards as riverbend_awards

__all__ = ["demo_database", "demonstration"]

# https://standard.threesixtygiving.org/en/1.4/: what a grant must have
REQUIRED = {
    "id",
    "title",
    "description",
    "currency",
    "amountAwarded",
    "awardDate",
    "recipientOrganization",
    "fundingOrganization",
}
# IATI Standard 2.03, iati-activities-schema.xsd: the order of what we write of an activity
ORDER = (
    *("iati-identifier", "reporting-org", "title", "description", "participating-org", "activity-status"),
    *("activity-date", "recipient-country", "recipient-region", "sector", "transaction"),
)
TOTALS = text("""
select i.currency, sum((select sum(a.credits_posted - a.debits_posted) from ledger.account a
  where a.partnership_id = i.partnership_id and a.investment_id = i.id
  and a.kind in ('AVAILABLE', 'OBLIGATED', 'SPENT', 'FEE'))) as committed, count(*) as number
from investment i where i.partnership_id = :p group by 1""")


def party(name: str, identifier: str | None = None) -> Party:
    return Party(uuid4(), name, identifier, None, is_public=False)


def award(**more: object) -> Award:
    """One that says everything."""
    said: dict[str, object] = {
        "id": uuid4(),
        "title": "Camps",
        "description": "For camps",
        "programme": None,
        "use": "PRACTICE",
        "currency": "USD",
        "awarded_on": date(2026, 1, 5),
        "awarded_on_precision": "DAY",
        "starts_on": date(2026, 2, 1),
        "ends_on": date(2027, 1, 31),
        "identifier": "360G-x-1",
        "has_more": False,
        "funder_kind": "FOUNDATION",
        "funder": party("Hill Foundation", "US-EIN-1"),
        "recipient": party("River School", "US-EIN-2"),
        "fiscal_agent": None,
        "committed": Decimal("1000.50"),
        "received": Decimal(0),
        "disbursed": Decimal("100.25"),
        "spent": Decimal(0),
        "lines": (
            Line("Camp", "Reading", None, None, "PRACTICE", 2027, Decimal("600.10"), Decimal("50.00")),
        ),
        "payments": (Payment(uuid4(), date(2026, 3, 1), Decimal("100.25")),),
    }
    return Award(**{**said, **more})  # type: ignore[arg-type]  # each test names its own


def book(*awards: Award) -> Book:
    return Book("riverbend", "Riverbend", None, date(2026, 11, 23), awards)


def codes(report: ImportReport) -> set[str]:
    return {finding.code for finding in report}


async def test_riverbend_round_trips_through_our_own_reader(
    demo_database: Database,
    demonstration: Demonstration,
    database: Database,
    partnership: Partnership,
    tmp_path: Path,
) -> None:
    p = demonstration.partnership_id
    async with demo_database.session(Scope.of(p)) as session:
        content, report = await make_file(
            session, p, ExportFormat.THREESIXTY_JSON, None, sees_payments=lambda _: True
        )
        expected = {
            row.currency: (row.committed, row.number) for row in await session.execute(TOTALS, {"p": p})
        }
    assert report.rejected == 0
    grants = json.loads(content)["grants"]
    assert all(grant.keys() >= REQUIRED for grant in grants)
    assert len(grants) == len(riverbend_awards())
    path = tmp_path / "riverbend.json"
    path.write_bytes(content)
    read = await import_file(database, Order(partnership.id, path, "360giving", keep_good=True))
    assert (read.read, read.created, read.rejected) == (len(grants), len(grants), 0)
    async with database.session(Scope.of(partnership.id)) as session:
        found = {
            row.currency: (row.committed, row.number)
            for row in await session.execute(TOTALS, {"p": partnership.id})
        }
    assert found == expected


@pytest.mark.parametrize("form", [ExportFormat.THREESIXTY_CSV, ExportFormat.CSV])
async def test_tables_hold_every_award_and_its_dollars(
    demo_database: Database, demonstration: Demonstration, form: ExportFormat
) -> None:
    p = demonstration.partnership_id
    async with demo_database.session(Scope.of(p)) as session:
        content, _ = await make_file(session, p, form, None, sees_payments=lambda _: False)
        expected = {row.currency: Decimal(row.committed) for row in await session.execute(TOTALS, {"p": p})}
    column = "Amount Awarded" if form is ExportFormat.THREESIXTY_CSV else "committed"
    currency = "Currency" if form is ExportFormat.THREESIXTY_CSV else "currency"
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in csv.DictReader(io.StringIO(content.decode("utf-8"))):
        found[row[currency]] += Decimal(row[column]) * 100
    assert dict(found) == expected


def test_the_csv_of_360giving_is_read_back_line_by_line(tmp_path: Path) -> None:
    from api.exchange.formats import FORMATS

    path = tmp_path / "grants.csv"
    path.write_bytes(threesixty.csv_of(book(award()), ImportReport("x", "x")))
    (record,) = FORMATS["360giving"].read(path, None, ImportReport("x", "x"))
    assert record.amount == Decimal("1000.50")  # type: ignore[union-attr]  # an investment
    (line,) = record.allocations  # type: ignore[union-attr]  # as above
    assert (line.practice, line.outcome, line.amount, line.obligated_amount, line.fiscal_year) == (
        "Camp",
        "Reading",
        Decimal("600.10"),
        Decimal("50.00"),
        2027,
    )
    (paid,) = record.transactions  # type: ignore[union-attr]  # as above
    assert (paid.kind, paid.amount, paid.on) == ("DISBURSEMENT", Decimal("100.25"), date(2026, 3, 1))


def test_what_the_standard_lacks_or_asks_for_is_a_finding() -> None:
    report = ImportReport("x", "x")
    poor = award(
        identifier=None,
        description=None,
        awarded_on=None,
        awarded_on_precision=None,
        recipient=None,
        fiscal_agent=party("United Fund"),
        has_more=True,
        payments=None,
    )
    json.loads(threesixty.json_of(book(poor), report))
    assert codes(report) == {
        "no-identifier",
        "no-description",
        "no-award-date",
        "fiscal-agent-as-recipient",
        "organization-without-identifier",
        "more-is-known",
        "payments-not-for-you",
        "spent-as-obligated",
    }


def test_an_award_without_any_recipient_is_left_out_of_360giving_and_said_so() -> None:
    report = ImportReport("x", "x")
    assert json.loads(threesixty.json_of(book(award(recipient=None)), report)) == {"grants": []}
    assert (report.rejected, codes(report)) == (1, {"no-recipient"})


def test_a_text_that_a_spreadsheet_would_run_is_escaped() -> None:
    for write in (threesixty.csv_of, plain.csv_of):
        content = write(book(award(title="=cmd|'/c calc'!A1")), ImportReport("x", "x")).decode("utf-8")
        assert "'=cmd" in content
        assert ",=cmd" not in content


def test_an_activity_of_iati_has_its_elements_in_the_order_of_the_schema() -> None:
    report = ImportReport("x", "x")
    root = etree.fromstring(
        iati.xml_of(book(award(), award(title="Later", starts_on=date(2028, 1, 1), ends_on=None)), report)
    )
    assert root.get("version") == "2.03"
    for activity in root:
        tags = [str(child.tag) for child in activity]
        assert tags == sorted(tags, key=ORDER.index)
        assert {"iati-identifier", "reporting-org", "title", "description", "participating-org"} <= set(tags)
        assert {"activity-status", "activity-date", "sector", "transaction"} <= set(tags)
    first, second = root
    assert [each.get("code") for each in root.iter("activity-status")] == ["2", "1"]
    assert second.find("activity-date").attrib == {"type": "1", "iso-date": "2028-01-01"}  # type: ignore[union-attr]  # it is there
    told = [
        (each.find("transaction-type").get("code"), each.findtext("value"))  # type: ignore[union-attr]  # as above
        for each in first.iter("transaction")
    ]
    assert told == [("11", "1000.50"), ("3", "100.25")]
    assert "lines-left-out" in codes(report)


def test_an_iati_file_survives_any_text() -> None:
    odd = award(title="A & B <c> \x0b\x00 \ud800 é", description="]]>")
    root = etree.fromstring(iati.xml_of(book(odd), ImportReport("x", "x")))
    assert root.findtext("iati-activity/title/narrative") == "A & B <c>   é"


def test_nothing_promised_is_no_activity() -> None:
    report = ImportReport("x", "x")
    assert len(etree.fromstring(iati.xml_of(book(award(committed=Decimal(0))), report))) == 0
    assert codes(report) == {"nothing-committed"}


def test_a_partnership_without_awards_makes_files_without_rows() -> None:
    report = ImportReport("x", "x")
    assert json.loads(threesixty.json_of(book(), report)) == {"grants": []}
    assert plain.csv_of(book(), report).decode().count("\r\n") == 1
    assert len(etree.fromstring(iati.xml_of(book(), report))) == 0
