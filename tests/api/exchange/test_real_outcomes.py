"""Published outcomes of many publishers, against figures reckoned without this reader.

Expected figures are those of ORACLES.md beside the files, a column of the file itself that says the same in
another way, or a reckoning here with the csv module and Decimal alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.api.exchange.plain import plain

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.exchange.conftest import Reader

GRADUATION = "outcomes-ct-graduation"
KINDERGARTEN = "outcomes-ct-kindergarten/kindergarten-entrance-inventory-results/raw"
YEARS = range(2010, 2019)


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
