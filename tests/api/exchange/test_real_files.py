"""Published files of many publishers, against totals reckoned without this reader.

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

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.exchange.conftest import Read, Reader

GRADUATION = "outcomes-ct-graduation"
KINDERGARTEN = "outcomes-ct-kindergarten/kindergarten-entrance-inventory-results/raw"
YEARS = range(2010, 2019)


def plain(path: Path, skip: int = 0, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    """The rows of a CSV by the csv module alone, blank ones left out."""
    lines = path.read_bytes().decode(encoding).replace("\r\n", "\n").replace("\r", "\n").split("\n")[skip:]
    rows = csv.DictReader(io.StringIO("\n".join(lines)))
    return [row for row in rows if any(row.values())]


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


# ------------------------------------------------------------------ Connecticut graduation
def graduates(read: Reader, real_data: Path, recipe: str, folder: str, kind: str) -> list[Any]:
    paths = sorted((real_data / GRADUATION / folder).glob(f"raw/*_{kind}_grad.csv"))
    records = []
    for path in paths:
        found = read("measurements", path, recipe)
        assert found.report.rejected == 0
        records += found.records
    assert len({record.period_start for record in records}) == 9
    return records


@pytest.fixture(scope="module")
def by_race(read: Reader, real_data: Path) -> list[Any]:
    return graduates(
        read, real_data, "ct-graduation-race.toml", "four-year-grad-rates-by-race-ethnicity", "race"
    )


def test_nine_cohorts_say_what_the_csv_module_reads(by_race: list[Any], real_data: Path) -> None:
    records = by_race
    folder = real_data / GRADUATION / "four-year-grad-rates-by-race-ethnicity/raw"
    rows = [row for path in sorted(folder.glob("*_race_grad.csv")) for row in plain(path, skip=4)]
    statuses = {"*": "SUPPRESSED_AT_SOURCE", "N/A": "NOT_APPLICABLE"}
    assert [record.status for record in records] == [
        statuses.get(r["Graduation Rate"], "REPORTED") for r in rows
    ]
    shown = [row["Graduation Rate"] for row in rows if row["Graduation Rate"] not in statuses]
    assert [record.value for record in records if record.value is not None] == [
        Decimal(rate) for rate in shown
    ]
    hidden = [r for r in rows if r["Four-Year Cohort Count"].isdigit() and r["Graduation Count"] == "*"]
    assert sum(r.denominator is not None and r.numerator is None for r in records) == len(hidden)
    assert len({record.area for record in records}) == 149


def test_codes_are_there_from_2015_16_on_with_their_zeros(by_race: list[Any]) -> None:
    records = by_race
    assert {record.area_code is None for record in records if record.period_start.year < 2015} == {True}
    assert {record.area_code is None for record in records if record.period_start.year >= 2015} == {False}
    ansonia = {r.area_code for r in records if r.area == "Ansonia School District"}
    assert ansonia == {None, "0020011"}


def test_the_thirty_gaps_of_the_oracle(by_race: list[Any]) -> None:
    rates: dict[tuple[str, str], dict[int, Decimal]] = defaultdict(dict)
    for record in by_race:
        if record.value is not None:
            rates[record.area, record.population][record.period_start.year] = record.value

    def longest_run(area: str, group: str) -> int:
        white, run, longest = rates[area, "White"], 0, 0
        for year in YEARS:
            gap = white.get(year, Decimal(-1000)) - rates[area, group].get(year, Decimal(1000))
            run = run + 1 if gap >= 10 else 0
            longest = max(longest, run)
        return longest

    found = {pair: longest_run(*pair) for pair in list(rates) if pair[1] != "White"}
    long = {pair: run for pair, run in found.items() if run >= 3}
    assert len(long) == 30
    assert Counter(group for _, group in long) == {
        "Hispanic": 21,
        "Black or African American": 8,
        "Two or More Races": 1,
    }
    hartford = rates["Hartford School District", "White"], rates["Hartford School District", "Hispanic"]
    assert [str(hartford[0][year] - hartford[1][year]) for year in YEARS] == [
        *("33.4", "29.1", "25.6", "22.9", "31.0", "23.3", "29.5", "32.0", "28.1"),
    ]


def test_state_rates_of_the_oracle(read: Reader, real_data: Path) -> None:
    folder = real_data / GRADUATION / "four-year-grad-rates-by-race-ethnicity/raw"
    rates = {}
    for year in ("2010-11", "2018-19"):
        path = folder / f"four-year-graduation-rates__{year}_race_grad_ct.csv"
        found = read("measurements", path, "ct-graduation-race.toml")
        rates[year] = {record.population: str(record.value) for record in found.records}
    groups = ("White", "Hispanic", "Black or African American")
    assert [rates["2010-11"][group] for group in groups] == ["89.4", "64.2", "71.2"]
    assert [rates["2018-19"][group] for group in groups] == ["93.3", "80.2", "79.8"]


def test_meal_eligibility_in_nine_cohorts(read: Reader, real_data: Path) -> None:
    folder = "four-year-grad-rates-by-meal-eligibility"
    records = graduates(read, real_data, "ct-graduation-meals.toml", folder, "lunch")
    rows = [
        row
        for path in (real_data / GRADUATION / folder).glob("raw/*_lunch_grad.csv")
        for row in plain(path, 4)
    ]
    counts = [int(row["Graduation Count"]) for row in rows if row["Graduation Count"].isdigit()]
    assert sum(record.numerator or 0 for record in records) == sum(counts)
    assert len({record.population for record in records}) == 3


def test_the_long_file_says_the_same_as_the_cohort_files(read: Reader, real_data: Path) -> None:
    folder = "four-year-grad-rates-by-ELL"
    cohorts = graduates(read, real_data, "ct-graduation-ell.toml", folder, "ell")
    path = real_data / GRADUATION / folder / "data/four_year_grad_rate_by_ell_2011-2019.csv"
    found = read("measurements", path, "ct-graduation-ell-long.toml")
    assert found.report.rejected == 0

    def figures(records: list[Any]) -> dict[tuple[str, str, date], tuple[Any, ...]]:
        return {
            (r.area, r.population, r.period_start): (r.denominator, r.numerator, r.value)
            for r in records
            if r.value is not None
        }

    both = figures(cohorts), figures(found.records)
    shared = both[0].keys() & both[1].keys()
    assert len(shared) > 700
    assert [key for key in shared if both[0][key] != both[1][key]] == []


def test_the_long_files_marks_are_counted_like_the_csv_module_does(read: Reader, real_data: Path) -> None:
    path = (
        real_data / GRADUATION / "four-year-grad-rates-by-ELL/data/four_year_grad_rate_by_ell_2011-2019.csv"
    )
    rows = plain(path)
    # 11,618 suppressed and 9,926 missing of 25,830 values, over all of its variables.
    assert (
        len(rows),
        sum(r["Value"] == "-9999" for r in rows),
        sum(r["Value"] == "-6666" for r in rows),
    ) == (*(25830, 11618, 9926),)
    rates = [row["Value"] for row in rows if row["Variable"] == "Four Year Graduation Rate"]
    marks = Counter(
        record.mark for record in read("measurements", path, "ct-graduation-ell-long.toml").records
    )
    assert marks["-9999"] == rates.count("-9999")
    assert marks["-6666"] == rates.count("-6666")
    assert marks[None] == len(rates) - sum(rates.count(mark) for mark in ("-9999", "-6666", "NA"))


# ------------------------------------------------------------------ Connecticut kindergarten
def test_kindergarten_files_with_bare_carriage_returns(read: Reader, real_data: Path) -> None:
    for path in sorted((real_data / KINDERGARTEN).glob("20*_KEI_*.csv")):
        is_late = path.name.startswith("2012-13")
        recipe = "ct-kindergarten-2012-13.toml" if is_late else "ct-kindergarten-csv.toml"
        found = read("measurements", path, recipe)
        rows = plain(path, skip=1 if is_late else 0)
        levels = [header for header in rows[0] if header and "Level" in header]
        assert len(levels) == 3
        assert found.report.rejected == 0
        shown = [row[level] for row in rows for level in levels if row[level].replace(".", "").isdigit()]
        assert sum(r.value for r in found.records if r.value is not None) == sum(map(Decimal, shown))
        assert {r.indicator.rsplit("-", 1)[1] for r in found.records} == {"1", "2", "3"}


def test_kindergarten_percents_as_text(read: Reader, real_data: Path) -> None:
    found = read(
        "measurements",
        real_data / KINDERGARTEN / "KEI 2014-15 to 2016-17_public.xlsx",
        "ct-kindergarten-xlsx.toml",
    )
    ansonia = {
        r.indicator: str(r.value)
        for r in found.records
        if r.area == "Ansonia School District" and r.period_start == date(2016, 7, 1)
    }
    # Row 3 of the sheet as published: 14.4%, 48.3%, 37.2% for CR, then 26.7%, 37.8%, 35.6% for LA.
    assert [ansonia[f"kindergarten-CR-level-{level}"] for level in "123"] == ["14.4", "48.3", "37.2"]
    assert [ansonia[f"kindergarten-LA-level-{level}"] for level in "123"] == ["26.7", "37.8", "35.6"]
    assert {r.area_code for r in found.records if r.area == "Andover School District"} == {"001"}
    assert len(found.records) == 507 * 18
    assert found.codes == set()


def test_kindergarten_with_two_header_lines(read: Reader, real_data: Path) -> None:
    found = read(
        "measurements",
        real_data / KINDERGARTEN / "KEI_DistrictByDomain_2013.xlsx",
        "ct-kindergarten-2013-xlsx.toml",
    )
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for record in found.records:
        sums[record.area, record.indicator.split("-")[1]] += record.value or 0
    # Each district's three levels of a domain are shares of the same children.
    assert all(abs(total - 100) < Decimal("0.2") for total in sums.values() if total)
    assert len({domain for _, domain in sums}) == 6


# ------------------------------------------------------------------ other states
@pytest.mark.parametrize(
    ("file", "recipe"),
    [
        ("3rd grade students scoring proficient or above on the CSAP_TCAP.csv", "co-third-grade.toml"),
        ("Average proficiency on the CSAP_TCAP by race_ethnicity_ Math.csv", "co-kidscount.toml"),
        ("Dropout rates by race and ethnicity.csv", "co-kidscount.toml"),
        ("High school graduation rates.csv", "co-kidscount.toml"),
        ("Kindergartners in full-day program.csv", "co-kidscount.toml"),
        ("Median household income.csv", "co-median-income.toml"),
    ],
)
def test_colorado_marks_are_counted_like_the_csv_module_does(
    read: Reader, real_data: Path, file: str, recipe: str
) -> None:
    path = real_data / "outcomes-co-kidscount" / file
    found = read("measurements", path, recipe)
    marks = {"LNE": "SUPPRESSED_AT_SOURCE", "N/A": "NOT_APPLICABLE", "NA": "NOT_APPLICABLE", "": "MISSING"}
    errors = {"#VALUE!": "MISSING", "#DIV/0!": "MISSING"}
    expected = Counter((marks | errors).get(row["Data"], "REPORTED") for row in plain(path))
    assert Counter(record.status for record in found.records) == expected
    assert found.report.rejected == 0
    if "income" not in file:
        assert all(0 <= record.value <= 100 for record in found.records if record.value is not None)


def test_the_one_percent_with_a_footnote_among_fractions(read: Reader, real_data: Path) -> None:
    file = "3rd grade students scoring proficient or above on the CSAP_TCAP.csv"
    found = read("measurements", real_data / "outcomes-co-kidscount" / file, "co-third-grade.toml")
    (record,) = [record for record in found.records if record.mark == "81.6*"]
    assert (record.row, record.area, record.value) == (695, "DOUGLAS COUNTY RE 1", Decimal("81.6"))


def test_florida_bands_of_percents(read: Reader, real_data: Path) -> None:
    path = real_data / "outcomes-fl-fafsa/FL-FAFSA submissions-2024-03-29.xls"
    found = read("measurements", path, "fl-fafsa-district.toml")
    shown = {(r.area, r.period_end): (r.status, r.low, r.high, r.mark) for r in found.records}
    assert shown["ALACHUA", date(2024, 3, 29)] == ("BANDED", 20, 24, "20-24")
    assert shown["BAKER", date(2024, 3, 29)] == ("BANDED", 0, 20, "<20")
    assert len(found.records) == 73 * 4
    assert found.report.rejected == 0


@pytest.mark.parametrize("day", ["08", "15", "22", "29"])
def test_florida_counts_below_five(read: Reader, real_data: Path, day: str) -> None:
    path = real_data / f"outcomes-fl-fafsa/FL-FAFSA submissions-2024-03-{day}.xls"
    found = read("measurements", path, "fl-fafsa-school.toml")
    assert found.report.rejected == 0
    assert {r.status for r in found.records} <= {"REPORTED", "BANDED", "MISSING"}
    assert {(r.low, r.high, r.value) for r in found.records if r.mark == "<5"} == {(0, 4, None)}


def test_learning_rates_with_their_bounds(read: Reader, real_data: Path) -> None:
    path = real_data / "outcomes-ui-mobility-city/SEDA_all_subgroups_city_2014-2018.csv"
    found = read("measurements", path, "seda-learning-rate.toml")
    rows = plain(path)
    assert (len(found.records), found.report.rejected) == (len(rows), 0)
    given = [Decimal(row["learning_rate"]) for row in rows if row["learning_rate"] not in {"", "NA"}]
    assert [record.value for record in found.records if record.value is not None] == given
    assert all(r.low <= r.value <= r.high for r in found.records if r.value is not None)
    assert found.records[0].area_code == "0103076"  # state 01, place 03076: places are numbered by state


def test_preschool_shares_as_percents(read: Reader, real_data: Path) -> None:
    path = real_data / "outcomes-ui-mobility-city/metrics_preschool_place_race-ethnicity_longitudinal.csv"
    found = read("measurements", path, "ui-preschool.toml")
    given = [100 * Decimal(r["share_in_preschool"]) for r in plain(path) if r["share_in_preschool"] != "NA"]
    assert [record.value for record in found.records if record.value is not None] == given


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
