"""Our own tables: the fixed headers, their lists, and faults by row and column."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from api.exchange.errors import ReadError
from api.exchange.records import OrganizationRecord, OutcomeRecord, PopulationRecord, Record
from api.exchange.records_evidence import (
    InKindNeedRecord,
    LocalResultRecord,
    PracticeRecord,
    PriceLevelRecord,
)
from api.exchange.records_money import AllocationRecord, RestrictionRecord
from api.exchange.records_policy import PolicyPlanRecord
from api.exchange.records_staff import InKindRecord, PositionFundingRecord, PositionRecord

if TYPE_CHECKING:
    from tests.api.exchange.conftest import Reader, Writer

LOCAL = "practice,outcome,period,participants,participants_reached,comparison,comparison_reached"
TABLES: list[tuple[str, str, Record]] = [
    (
        "practices",
        (
            "practice,outcomes,cost_per_participant,currency,price_year,source,capacity,in_kind_needs\n"
            "Tutoring,Reading;Graduation,1200,USD,2023,District budget,400,"
            "VOLUNTEERS:2:HOUR;FACILITIES:0.5:SEAT\n"
        ),
        PracticeRecord(
            row=2,
            practice="Tutoring",
            outcomes=("Reading", "Graduation"),
            cost_per_participant=Decimal(1200),
            currency="USD",
            price_year=2023,
            source="District budget",
            capacity=400,
            in_kind_needs=(
                InKindNeedRecord(kind="VOLUNTEERS", quantity=Decimal(2), unit="HOUR"),
                InKindNeedRecord(kind="FACILITIES", quantity=Decimal("0.5"), unit="SEAT"),
            ),
        ),
    ),
    (
        "local-results",
        (
            "practice,outcome,period,participants,participants_reached,comparison,comparison_reached,"
            "participants_before,participants_reached_before,source\n"
            "Tutoring,Reading,2024-25,120,66,240,110,118,40,School register\n"
        ),
        LocalResultRecord(
            row=2,
            practice="Tutoring",
            outcome="Reading",
            period_start=date(2024, 7, 1),
            period_end=date(2025, 6, 30),
            participants=120,
            participants_reached=66,
            comparison=240,
            comparison_reached=110,
            participants_before=118,
            participants_reached_before=40,
            source="School register",
        ),
    ),
    (
        "price-index",
        "name,year,level,source\nCPI-U,2024,313.689,Bureau of Labor Statistics\n",
        PriceLevelRecord(
            row=2,
            name="CPI-U",
            year=2024,
            level=Decimal("313.689"),
            source="Bureau of Labor Statistics",
        ),
    ),
    (
        "allocations",
        (
            "investment,practice,outcome,population,area,use,fiscal_year,amount,obligated\n"
            "G-1,Tutoring,Reading,Black,Hartford,PRACTICE,2025,5000,1200.50\n"
        ),
        AllocationRecord(
            row=2,
            investment="G-1",
            practice="Tutoring",
            outcome="Reading",
            population="Black",
            area="Hartford",
            use="PRACTICE",
            fiscal_year=2025,
            amount=Decimal(5000),
            obligated=Decimal("1200.50"),
        ),
    ),
    (
        "organizations",
        "identifier,name,sector,is_public,funder_kind\nUS-EIN-123456789,Fund,PHILANTHROPIC,false,FOUNDATION\n",
        OrganizationRecord(
            row=2,
            identifier="US-EIN-123456789",
            name="Fund",
            sector="PHILANTHROPIC",
            funder_kind="FOUNDATION",
        ),
    ),
    (
        "restrictions",
        (
            "investment,amount,outcomes,practices,populations,areas,fiscal_years,use,"
            "minimum_tier,lobbying_allowed,until,note\n"
            "G-1,1000,Reading;Graduation,Tutoring,,Hartford,2025;2026,PRACTICE,PROMISING,no,2026-06-30,By letter\n"
        ),
        RestrictionRecord(
            row=2,
            investment="G-1",
            amount=Decimal(1000),
            outcomes=("Reading", "Graduation"),
            practices=("Tutoring",),
            areas=("Hartford",),
            fiscal_years=(2025, 2026),
            use="PRACTICE",
            minimum_tier="PROMISING",
            lobbying_allowed=False,
            until=date(2026, 6, 30),
            note="By letter",
        ),
    ),
    (
        "outcomes",
        "name,stage,academic\nKindergarten readiness,EARLY_CHILDHOOD,true\n",
        OutcomeRecord(row=2, name="Kindergarten readiness", stage="EARLY_CHILDHOOD"),
    ),
    (
        "populations",
        (
            "dimension,value,label,key,rationale,aliases\n"
            "race,Black,Black or African American,yes,Widest gap,AA;Black students\n"
        ),
        PopulationRecord(
            row=2,
            dimension="race",
            value="Black",
            label="Black or African American",
            key=True,
            rationale="Widest gap",
            aliases=("AA", "Black students"),
        ),
    ),
    (
        "positions",
        (
            "title,role,full_time_equivalent,annual_cost,currency,provision,starts_on,ends_on\n"
            "Data lead,DATA_MANAGER,0.8,90000,USD,PAID,2024-07-01,\n"
        ),
        PositionRecord(
            row=2,
            title="Data lead",
            role="DATA_MANAGER",
            full_time_equivalent=Decimal("0.8"),
            annual_cost=Decimal(90000),
            currency="USD",
            starts_on=date(2024, 7, 1),
        ),
    ),
    (
        "position-funding",
        (
            "position,investment,in_kind,starts_on,ends_on,monthly,currency,certain,recurring\n"
            "Data lead,G-1,,2024-07-01,2025-06-30,6000,USD,true,false\n"
        ),
        PositionFundingRecord(
            row=2,
            position="Data lead",
            investment="G-1",
            starts_on=date(2024, 7, 1),
            ends_on=date(2025, 6, 30),
            monthly=Decimal(6000),
            currency="USD",
        ),
    ),
    (
        "policy-plans",
        (
            "title,level,stance,status,owner,outcomes,populations,indicators\n"
            "Fund tutoring,STATE,CHANGE,ACTIVE,Coalition,Reading,Black;Hispanic,reading-3\n"
        ),
        PolicyPlanRecord(
            row=2,
            title="Fund tutoring",
            level="STATE",
            stance="CHANGE",
            status="ACTIVE",
            owner="Coalition",
            outcomes=("Reading",),
            populations=("Black", "Hispanic"),
            indicators=("reading-3",),
        ),
    ),
    (
        "in-kind",
        (
            "donor,kind,description,quantity,unit,practice,starts_on,ends_on,unit_rate,currency,method,rate_source\n"
            "Library,FACILITIES,Rooms,40,SEAT,Tutoring,2024-09-01,2025-06-30,12.50,USD,Market rent,City survey\n"
        ),
        InKindRecord(
            row=2,
            donor="Library",
            kind="FACILITIES",
            description="Rooms",
            quantity=Decimal(40),
            unit="SEAT",
            practice="Tutoring",
            starts_on=date(2024, 9, 1),
            ends_on=date(2025, 6, 30),
            unit_rate=Decimal("12.50"),
            currency="USD",
            method="Market rent",
            rate_source="City survey",
        ),
    ),
]


@pytest.mark.parametrize(("format_name", "content", "expected"), TABLES, ids=[each[0] for each in TABLES])
def test_each_table_with_its_header_is_read(
    read: Reader, write: Writer, format_name: str, content: str, expected: Record
) -> None:
    found = read(format_name, write("a.csv", content))
    assert found.records == [expected]
    assert found.codes == set()


@pytest.mark.parametrize(("format_name", "content", "_"), TABLES, ids=[each[0] for each in TABLES])
def test_a_table_without_a_column_it_needs_is_refused(
    read: Reader, write: Writer, format_name: str, content: str, _: Record
) -> None:
    with pytest.raises(ReadError, match="the header has no column"):
        read(format_name, write("a.csv", "something,else\n" + content.split("\n", 1)[1]))


@pytest.mark.parametrize(
    ("format_name", "content", "field", "code"),
    [
        ("practices", "practice,cost_per_participant,currency\nP,10,\n", "currency", "empty"),
        (
            "practices",
            "practice,cost_per_participant,currency\nP,0,USD\n",
            "cost_per_participant",
            "not-positive",
        ),
        ("practices", "practice,in_kind_needs\nP,VOLUNTEERS:2\n", "in_kind_needs", "not-a-need"),
        ("practices", "practice,in_kind_needs\nP,VOLUNTEERS:0:HOUR\n", "in_kind_needs", "not-positive"),
        ("practices", "practice,in_kind_needs\nP,LOVE:2:HOUR\n", "in_kind_needs", "not-in-list"),
        ("practices", "practice,capacity\nP,12.5\n", "capacity", "not-a-count"),
        ("practices", "practice,price_year\nP,23\n", "price_year", "not-a-year"),
        ("practices", "practice,has_logic_model\nP,perhaps\n", "has_logic_model", "not-yes-or-no"),
        ("local-results", f"{LOCAL}\nP,O,2024-25,10,11,5,2\n", "participants_reached", "out-of-range"),
        ("local-results", f"{LOCAL}\nP,O,2024-25,0,0,5,2\n", "participants_reached", "out-of-range"),
        ("local-results", f"{LOCAL}\nP,O,2024-25,10,4,5,\n", "comparison_reached", "empty"),
        ("local-results", f"{LOCAL}\nP,O,2024-25,10,4,,\n", "comparison", "not-compared"),
        ("local-results", f"{LOCAL}\nP,O,last year,10,4,5,2\n", "period", "not-a-period"),
        ("price-index", "name,year,level\nCPI-U,2024,0\n", "level", "not-positive"),
        ("practices", "practice,source\n,x\n", "practice", "empty"),
        ("allocations", "investment,amount\nG,0\n", "amount", "not-positive"),
        ("allocations", "investment,amount,obligated\nG,5,6\n", "obligated", "out-of-range"),
        ("allocations", "investment,amount,use\nG,5,FUN\n", "use", "not-in-list"),
        ("allocations", "investment,amount,fiscal_year\nG,5,1802\n", "fiscal_year", "not-a-year"),
        ("organizations", "name,identifier\nA,US EIN 1\n", "identifier", "not-an-identifier"),
        ("organizations", "name,is_public\nA,maybe\n", "is_public", "not-yes-or-no"),
        ("restrictions", "investment,until\nG,30/06/2026\n", "until", "not-a-date"),
        ("restrictions", "investment,fiscal_years\nG,2025;next\n", "fiscal_years", "not-a-number"),
        ("outcomes", "name,stage\nReading,\n", "stage", "empty"),
        ("positions", "title,starts_on,ends_on\nT,2025-07-01,2024-07-01\n", "ends_on", "ends-before-start"),
        ("positions", "title,full_time_equivalent\nT,0\n", "full_time_equivalent", "not-positive"),
        (
            "position-funding",
            "position,starts_on,ends_on,monthly,currency\nT,,2025-06-30,5,USD\n",
            "starts_on",
            "empty",
        ),
        (
            "position-funding",
            "position,starts_on,ends_on,monthly,currency\nT,2025-01-01,2025-06-30,5,USD\n",
            "investment",
            "one-source",
        ),
        ("in-kind", "donor,kind,description,quantity,unit\nA,TIME,x,-1,HOUR\n", "quantity", "not-positive"),
    ],
)
def test_a_faulty_cell_is_named_by_row_and_column(
    read: Reader, write: Writer, format_name: str, content: str, field: str, code: str
) -> None:
    found = read(format_name, write("a.csv", content))
    assert found.records == []
    assert [(e.row, e.field) for e in found.finding(code).examples] == [(2, field)]


@pytest.mark.parametrize(
    ("written", "expected"), [("true", 5), ("false", 0), ("2.5", Decimal("2.5")), ("", None)]
)
def test_the_obligated_part_is_an_amount_or_all_or_none(
    read: Reader, write: Writer, written: str, expected: Decimal | None
) -> None:
    path = write("a.csv", f"investment,amount,obligated\nG,5,{written}\n")
    assert read("allocations", path).records[0].obligated == expected


def test_an_unknown_column_is_told_once(read: Reader, write: Writer) -> None:
    found = read("outcomes", write("a.csv", "name,stage,acadmic\nA,CAREER,no\nB,CAREER,no\n"))
    finding = found.finding("unknown-column")
    assert (finding.count, finding.examples[0].field) == (1, "acadmic")


def test_a_recipe_renames_columns(read: Reader, write: Writer) -> None:
    path = write("a.csv", "Program;Cost\nTutoring;1.200,50\n")
    recipe = """
    [file]
    delimiter = ";"
    [columns]
    practice = "Program"
    cost_per_participant = "Cost"
    [constants]
    currency = "EUR"
    [values]
    decimal = ","
    thousands = "."
    """
    (record,) = read("practices", path, recipe).records
    assert (record.practice, record.cost_per_participant) == ("Tutoring", Decimal("1200.50"))
