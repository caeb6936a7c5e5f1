"""Published grants, spending and evidence, against totals reckoned without this reader.

Expected figures are those of ORACLES.md beside the files, a column of the file itself that says the same in
another way, or a reckoning here with the csv module and Decimal alone.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from api.exchange.errors import ReadError
from tests.api.exchange.plain import plain

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.exchange.conftest import Read, Reader


# ------------------------------------------------------------------ 360Giving
@pytest.mark.parametrize(
    ("file", "grants", "recipients", "awarded", "by_year"),
    [
        (
            "360giving-abct/a001p00000zgyHZAAY.json",
            783,
            322,
            "12785625",
            {2013: 59, 2014: 66, 2015: 79, 2016: 79, 2017: 86, 2018: 97, 2019: 127, 2020: 160, 2021: 30},
        ),
        (
            "360giving-abct/a001p00000zgyHZAAY.xlsx",
            783,
            322,
            "12785625",
            {2013: 59, 2014: 66, 2015: 79, 2016: 79, 2017: 86, 2018: 97, 2019: 127, 2020: 160, 2021: 30},
        ),
        (
            "360giving-lloyds/a002400000OiDBQAA3.json",
            4116,
            3624,
            "115795635.69",
            {2010: 868, 2011: 729, 2012: 807, 2013: 797, 2014: 530, 2015: 385},
        ),
    ],
)
def test_totals_are_those_of_the_oracle_to_the_penny(
    read: Reader,
    real_data: Path,
    file: str,
    grants: int,
    recipients: int,
    awarded: str,
    by_year: dict[int, int],
) -> None:
    found = read("360giving", real_data / file)
    records = found.records
    assert (found.report.read, found.report.rejected, len(records)) == (grants, 0, grants)
    assert len({record.recipient_identifier for record in records}) == recipients
    assert sum(record.amount for record in records) == Decimal(awarded)
    assert Counter(record.awarded_on.year for record in records) == by_year


def test_programmes_of_the_oracle(read: Reader, real_data: Path) -> None:
    records = read("360giving", real_data / "360giving-abct/a001p00000zgyHZAAY.json").records
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for record in records:
        sums[record.programme] += record.amount
    assert sorted(sums.items(), key=lambda pair: -pair[1])[:3] == [
        ("Migrants and Refugees", Decimal(5492225)),
        ("Human Rights, particularly access to justice", Decimal(4885900)),
        ("Criminal Justice and penal reform", Decimal(2407500)),
    ]


def test_repeated_identifiers_stay_different_awards(read: Reader, real_data: Path) -> None:
    file = "360giving-sport-england-exchequer/Sport-England_exchequer-awards.csv"
    records = read("360giving", real_data / file).records
    identifiers = Counter(record.identifier for record in records)
    assert len(records) == 2434
    assert len(identifiers) == 1646
    assert sum(count > 1 for count in identifiers.values()) == 439
    assert sum(record.amount for record in records) == 510872121
    assert len({(record.content_sha256, record.occurrence) for record in records}) == 2434


def test_the_workbook_and_the_json_of_one_publisher_say_the_same(read: Reader, real_data: Path) -> None:
    def said(ending: str) -> set[tuple[Any, ...]]:
        found = read("360giving", real_data / f"360giving-abct/a001p00000zgyHZAAY.{ending}")
        return {
            (r.identifier, r.amount, r.currency, r.awarded_on, r.recipient_identifier, r.title)
            for r in found.records
        }

    assert said("xlsx") == said("json")


BROKEN = "360giving-validator-fixtures"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("bad.xlsx", "0 bytes"),
        ("fundingproviders-grants_malformed.json", "line 10, column 15: this is not JSON"),
        ("fundingproviders-grants_2_grants_cp1252.csv", r"line 2: byte 417 \(0x80\) is not utf-8"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(read: Reader, real_data: Path, file: str, said: str) -> None:
    with pytest.raises(ReadError, match=f"{file}.*{said}"):
        read("360giving", real_data / BROKEN / file)


@pytest.mark.parametrize(
    ("file", "rows", "codes"),
    [
        (
            "badfile_all_validation_errors.json",
            1,
            {"not-a-date", "not-a-number", "not-a-currency", "wrong-type"},
        ),
        ("badfile_all_validation_errors.xlsx", 1, {"not-a-date", "not-a-number", "not-a-currency"}),
        ("nulls.json", 2, {"missing-amountAwarded", "missing-currency", "missing-title", "missing-id"}),
        ("bom.csv", 1, {"missing-amountAwarded"}),
        ("decimal_amounts.csv", 7, {"missing-fundingOrganization", "missing-recipientOrganization"}),
        ("decimal_amounts.json", 7, {"missing-fundingOrganization", "missing-recipientOrganization"}),
        ("fundingproviders-grants_fixed_2_grants.json", 4, {"not-a-date"}),
        ("fundingproviders_grants_2_grants.csv", 2, {"not-a-date"}),
        ("oneof.csv", 1, {"two-recipients"}),
        ("RecipientIndDEI.json", 1, {"missing-currency"}),
    ],
)
def test_an_invalid_file_gives_findings_and_no_investment(
    read: Reader, real_data: Path, file: str, rows: int, codes: set[str]
) -> None:
    found = read("360giving", real_data / BROKEN / file)
    assert found.records == []
    assert (found.report.read, found.report.rejected) == (rows, rows)
    assert codes <= found.codes
    assert all(e.row is not None and e.field for f in found.report for e in f.examples)


def test_declared_dates_and_writing_make_a_refused_file_readable(read: Reader, real_data: Path) -> None:
    path = real_data / BROKEN / "fundingproviders-grants_2_grants_cp1252.csv"
    records = read("360giving", path, "sport-england-dates.toml").records
    assert [(r.amount, r.awarded_on) for r in records] == [
        (Decimal(152505), date(2014, 7, 24)),
        (Decimal(178990), date(2014, 7, 24)),
    ]


def test_the_readable_fixtures_are_read(read: Reader, real_data: Path) -> None:
    for file, grants in (("duration_usefulness.json", 1), ("multiple_funder_names_org_ids.json", 2)):
        assert len(read("360giving", real_data / BROKEN / file).records) == grants


# ------------------------------------------------------------------ money
@pytest.mark.parametrize("year", ["2005-06", "2006-07", "2007-08", "2008-09", "2009-10"])
def test_school_spending_adds_up_to_the_files_own_total(read: Reader, real_data: Path, year: str) -> None:
    path = real_data / f"us-ct-school-finance/annual-expenditures-district/annual-expenditures__{year}.csv"
    found = read("investments", path, "ct-expenditures.toml")
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for record in found.records:
        sums[record.recipient_name] += record.amount
    text = path.read_text(encoding="utf-8").split("\n", 4)[4].replace('="', '"')
    totals = {
        row["District"]: Decimal(row["Total Expenditures"]) for row in csv.DictReader(io.StringIO(text))
    }
    assert found.report.rejected == 0
    assert len(sums) == len(totals) > 170
    # A district's ten functions are rounded to the dollar one by one.
    assert all(abs(sums[district] - total) <= 5 for district, total in totals.items())


def test_a_districts_name_with_a_comma_stays_whole(read: Reader, real_data: Path) -> None:
    path = real_data / "us-ct-school-finance/annual-expenditures-district/annual-expenditures__2005-06.csv"
    names = {record.recipient_name for record in read("investments", path, "ct-expenditures.toml").records}
    assert "New Beginnings Inc., Family Academy District" in names


def test_state_spending_is_filled_down_and_adds_up(read: Reader, real_data: Path) -> None:
    folder = real_data / "us-ct-school-finance/annual-expenditures-district"
    path = folder / "annual-expenditures__2005-06_ct.csv"
    records = read("investments", path, "ct-expenditures-state.toml").records
    assert {record.funder_name for record in records} == {"State of Connecticut"}
    assert abs(sum(record.amount for record in records) - 6592739377) <= 5  # its last row, left out


@pytest.mark.parametrize("year", ["2005-06", "2009-10"])
@pytest.mark.parametrize("kind", ["excluding", "including"])
def test_revenue_shares_add_up_to_a_hundred(read: Reader, real_data: Path, year: str, kind: str) -> None:
    folder = real_data / "us-ct-school-finance/revenue-sources-district"
    found = read(
        "measurements",
        folder / f"revenue-sources__{year}_{kind}-school-construction.csv",
        "ct-revenue-sources.toml",
    )
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for record in found.records:
        sums[record.area] += record.value or 0
    assert found.report.rejected == 0
    assert all(abs(total - 100) <= Decimal("0.3") for total in sums.values() if total)


def test_federal_programmes_in_thousands_by_category(read: Reader, real_data: Path) -> None:
    path = real_data / "us-federal-programs/2020-federal-program-inventory-pilot-data.csv"
    found = read("investments", path, "federal-programs.toml")
    rows = plain(path, encoding="cp1252")
    columns = ("FY 2019 Obligations for Category", "FY 2020 Obligations for Category")
    assert len(rows) == 819
    assert found.report.rejected == 0
    assert sum(r.amount for r in found.records) == 1000 * sum(
        Decimal(row[c]) for row in rows for c in columns
    )
    assert {(r.awarded_on, r.awarded_on_precision) for r in found.records} == {
        (date(2019, 1, 1), "YEAR"),
        (date(2020, 1, 1), "YEAR"),
    }


@pytest.mark.parametrize(
    ("file", "grants", "precisions"),
    [
        ("chan-zuckerberg-initiative-grants.csv", 428, {"YEAR": 428}),
        ("knight-foundation-grants.csv", 3863, {"DAY": 451, None: 3412}),
        ("robert-bowne-foundation-grants.csv", 649, {"YEAR": 649}),
        ("dell-foundation-grants.csv", 586, {"MONTH": 516, None: 70}),
    ],
)
def test_foundations_grants_keep_amounts_and_precisions(
    read: Reader, real_data: Path, file: str, grants: int, precisions: dict[str | None, int]
) -> None:
    path = real_data / "us-foundations" / file
    found = read("investments", path, "foundations.toml")
    assert (len(found.records), found.report.rejected) == (grants, 0)
    assert sum(record.amount for record in found.records) == sum(
        Decimal(row["amount"]) for row in plain(path)
    )
    assert Counter(record.awarded_on_precision for record in found.records) == precisions
    assert len({(record.content_sha256, record.occurrence) for record in found.records}) == grants


def test_wholly_identical_rows_are_three(read: Reader, real_data: Path) -> None:
    path = real_data / "us-foundations/robert-bowne-foundation-grants.csv"
    rows = [tuple(row.values()) for row in plain(path)]
    assert len(rows) - len(set(rows)) == 3
    records = read("investments", path, "foundations.toml").records
    assert sum(record.occurrence > 1 for record in records) == 3


def test_gates_dates_are_those_of_its_own_day_month_and_year_columns(read: Reader, real_data: Path) -> None:
    path = real_data / "us-gates-education/gates_money.csv"
    found = read("investments", path, "gates.toml")
    rows = plain(path)
    assert [record.awarded_on for record in found.records] == [
        date(int(row["start_year"]), int(row["start_month"]), int(row["start_day"])) for row in rows
    ]
    assert sum(record.amount for record in found.records) == sum(Decimal(row["total_amount"]) for row in rows)


# ------------------------------------------------------------------ evidence
@pytest.fixture(scope="module")
def clearinghouse(read: Reader, real_data: Path) -> Read:
    return read("wwc-findings", real_data / "evidence-wwc/wwc_Findings.csv")


def test_the_clearinghouse_file_is_taken_as_published(clearinghouse: Read, real_data: Path) -> None:
    found, rows = clearinghouse, plain(real_data / "evidence-wwc/wwc_Findings.csv")
    assert (len(rows), found.report.read, found.report.rejected) == (6972, 6972, 0)
    assert [record.identifier for record in found.records] == [row["FindingID"] for row in rows]
    given = [Decimal(row["Effect_Size_WWC"]) for row in rows if row["Effect_Size_WWC"]]
    assert [r.effect_size for r in found.records if r.effect_size is not None] == given
    periods = [" ".join(row["Period"].split()) for row in rows]
    assert [record.period or "" for record in found.records] == periods
    assert sum(record.practice is None for record in found.records) == 348
    assert sum(record.is_subgroup for record in found.records) == sum(
        r["Is_Subgroup"] == "True" for r in rows
    )
    assert sum(r.tier_as_published is None for r in found.records) == sum(
        r["ESSA_Rating"] == "" for r in rows
    )


def test_the_clearinghouse_traps_are_flagged(clearinghouse: Read, real_data: Path) -> None:
    found, rows = clearinghouse, plain(real_data / "evidence-wwc/wwc_Findings.csv")
    pairs = [
        (row["Intervention_Name"], Decimal(row["Effect_Size_WWC"]) * Decimal(row["Improvement_Index"]))
        for row in rows
        if row["Effect_Size_WWC"] and row["Improvement_Index"]
    ]
    assert sum(product < 0 for _, product in pairs) == 229
    assert found.finding("signs-disagree").count == 229
    largest = max(found.records, key=lambda record: record.effect_size or 0)
    assert (largest.identifier, round(largest.effect_size, 2)) == ("2096", Decimal("207.74"))
    assert (largest.treatment_mean, largest.comparison_mean) == (81, Decimal("0.82"))
    assert found.finding("no-practice").count == 348


def test_a_recipe_maps_the_clearinghouses_names(read: Reader, real_data: Path) -> None:
    found = read("wwc-findings", real_data / "evidence-wwc/wwc_Findings.csv", "wwc.toml")
    mapped = [r for r in found.records if r.outcome_as_published == "Alphabetics"]
    assert {record.outcome for record in mapped} == {"Early grade reading"}
    assert {r.practice for r in found.records if r.practice_as_published == "READ 180®"} == {"READ 180"}
    assert any(record.outcome == record.outcome_as_published for record in found.records)


# ------------------------------------------------------------------ files of another application
@pytest.mark.parametrize("file", ["InvalidEndDate.xlsx", "InvalidStartDate.xlsx"])
def test_a_word_in_a_column_of_dates_is_named_by_sheet_row(read: Reader, real_data: Path, file: str) -> None:
    recipe = """
    [file]
    skip_lines = 2
    [columns]
    area = "STUDENT ID"
    period_start = "START DATE"
    period_end = "END DATE"
    value = "STUDENT ID"
    [constants]
    indicator = "attendance"
    [values]
    scale = "number"
    """
    with_header_at = real_data / "strivetogether-ssd" / file
    found = read("measurements", with_header_at, recipe)
    (example,) = found.finding("not-a-date").examples
    assert example.value == "test"
    assert example.field in {"START DATE", "END DATE"}


def test_a_tabbed_text_with_a_missing_last_cell(read: Reader, real_data: Path) -> None:
    path = real_data / "strivetogether-ssd/LastIntegerColumnMissingValue.txt"
    recipe = """
    [file]
    delimiter = "\\t"
    [columns]
    area = "ID"
    value = "ACT math"
    [constants]
    indicator = "act"
    period = 2013
    [values]
    scale = "number"
    """
    (record,) = read("measurements", path, recipe).records
    assert (record.area, record.status, record.value) == ("20", "MISSING", None)
