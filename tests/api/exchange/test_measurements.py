"""Measurements by recipe: status, counts beside rates, bounds, periods, and doubts about a whole file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.api.exchange.conftest import Reader, Writer

RECIPE = """
[columns]
area = "Area"
area_code = ["Code"]
population = ["Group"]
period = ["Year"]
numerator = ["N"]
denominator = ["Of"]
value = ["Rate"]
low = ["Low"]
high = ["High"]
[constants]
indicator = "hs-graduation"
dimension = "race"
period = "2017-18"
"""


def test_a_row_becomes_a_measurement(read: Reader, write: Writer) -> None:
    path = write("a.csv", 'Area,Code,Group,Of,N,Rate\nAnsonia,"=""0020011""",Black,51,37,72.5\n')
    (record,) = read("measurements", path, RECIPE).records
    assert (record.area, record.area_code, record.population) == ("Ansonia", "0020011", "Black")
    assert (record.indicator, record.dimension, record.row) == ("hs-graduation", "race", 2)
    assert (record.status, record.value) == ("REPORTED", Decimal("72.5"))
    assert (record.numerator, record.denominator, record.mark) == (37, 51, None)
    assert (record.period_start, record.period_end) == (date(2017, 7, 1), date(2018, 6, 30))


@pytest.mark.parametrize("values", ["", '[values]\nmissing = ["", "NA"]\n'])
def test_an_area_named_na_is_an_area(read: Reader, write: Writer, values: str) -> None:
    path = write("a.csv", "Area,Code,Rate\nNA,007,5\n")
    (record,) = read("measurements", path, RECIPE + values).records
    assert (record.area, record.area_code) == ("NA", "007")


def test_a_suppressed_rate_keeps_the_cohort_that_is_shown(read: Reader, write: Writer) -> None:
    (record,) = read("measurements", write("a.csv", "Area,Of,N,Rate\nA,24,*,*\n"), RECIPE).records
    assert (record.status, record.value, record.mark) == ("SUPPRESSED_AT_SOURCE", None, "*")
    assert (record.numerator, record.denominator) == (None, 24)


def test_a_suppressed_rate_beside_both_counts_is_noted_and_not_filled_in(read: Reader, write: Writer) -> None:
    found = read("measurements", write("a.csv", "Area,Of,N,Rate\nA,8,7,*\n"), RECIPE)
    assert (found.records[0].status, found.records[0].value) == ("SUPPRESSED_AT_SOURCE", None)
    assert found.codes == {"recoverable"}


def test_an_unknown_mark_rejects_its_row_with_the_place(read: Reader, write: Writer) -> None:
    found = read("measurements", write("a.csv", "Area,Rate\nA,50\nB,TBD\n"), RECIPE)
    assert [record.area for record in found.records] == ["A"]
    (example,) = found.finding("unknown-mark").examples
    assert (example.row, example.field, example.value) == (3, "Rate", "TBD")


def test_a_spreadsheet_error_is_missing_with_a_warning(read: Reader, write: Writer) -> None:
    found = read("measurements", write("a.csv", "Area,Rate\nA,#VALUE!\n"), RECIPE)
    assert (found.records[0].status, found.records[0].mark) == ("MISSING", "#VALUE!")
    assert found.codes == {"spreadsheet-error"}


def test_a_band_has_bounds_and_no_value(read: Reader, write: Writer) -> None:
    (record,) = read("measurements", write("a.csv", "Area,Rate\nA, 30-34\n"), RECIPE).records
    assert (record.status, record.value, record.low, record.high) == ("BANDED", None, 30, 34)


def test_published_bounds_stand_beside_the_value(read: Reader, write: Writer) -> None:
    path = write("a.csv", "Area,Rate,Low,High\nA,0.5,0.4,0.6\nB,NA,NA,NA\n")
    found = read("measurements", path, RECIPE + '[values]\nscale = "fraction"\nmissing = ["", "NA"]\n')
    first, second = found.records
    assert (first.value, first.low, first.high) == (50, 40, 60)
    assert (second.status, second.low, second.high) == ("MISSING", None, None)


def test_without_a_rate_it_is_numerator_by_denominator(read: Reader, write: Writer) -> None:
    path = write("a.csv", "Area,Of,N\nA,51,37\nB,24,*\nC,*,*\nD,20,<5\nE,0,0\n")
    shown = [(r.status, r.value, r.high) for r in read("measurements", path, RECIPE).records]
    assert shown[0] == ("REPORTED", Decimal(3700) / 51, None)
    assert shown[1] == ("SUPPRESSED_AT_SOURCE", None, None)
    assert shown[2] == ("SUPPRESSED_AT_SOURCE", None, None)
    assert shown[3] == ("BANDED", None, Decimal(20))  # at most 4 of 20
    assert shown[4] == ("MISSING", None, None)


def test_more_graduates_than_students_is_refused(read: Reader, write: Writer) -> None:
    found = read("measurements", write("a.csv", "Area,Of,N,Rate\nA,37,51,72.5\n"), RECIPE)
    assert found.records == []
    assert found.finding("numerator-exceeds-denominator").examples[0].value == "51 of 37"


def test_a_rate_that_its_counts_contradict_is_flagged(read: Reader, write: Writer) -> None:
    found = read(
        "measurements", write("a.csv", "Area,Of,N,Rate\nA,51,37,72.5\nB,51,37,75.2\nC,3,1,33\n"), RECIPE
    )
    assert [e.row for e in found.finding("rate-disagrees").examples] == [3]


def test_first_and_last_day_may_stand_in_columns(read: Reader, write: Writer) -> None:
    recipe = """
    [columns]
    area = "Area"
    value = "Rate"
    period_start = "From"
    period_end = "To"
    [constants]
    indicator = "a"
    """
    found = read(
        "measurements",
        write("a.csv", "Area,Rate,From,To\nA,5,2018-01-01,2018-03-31\nB,5,2018-01-01,\n"),
        recipe,
    )
    assert [(r.period_start, r.period_end) for r in found.records] == [(date(2018, 1, 1), date(2018, 3, 31))]
    assert found.codes == {"not-a-period"}


@pytest.mark.parametrize("year", ["18", "FY18", "2018-Q1"])
def test_a_period_in_no_known_shape_rejects_its_row(read: Reader, write: Writer, year: str) -> None:
    found = read("measurements", write("a.csv", f"Area,Year,Rate\nA,{year},5\n"), RECIPE)
    assert found.finding("not-a-period").examples[0].value == year


def test_without_a_group_the_figure_is_of_all(read: Reader, write: Writer) -> None:
    recipe = '[columns]\narea = "Area"\nvalue = "Rate"\n[constants]\nindicator = "a"\nperiod = 2018\n'
    (record,) = read("measurements", write("a.csv", "Area,Rate\nA,5\n"), recipe).records
    assert (record.dimension, record.population) == ("all", "All")


def test_a_file_of_fractions_read_as_percents_is_suspected(read: Reader, write: Writer) -> None:
    found = read("measurements", write("a.csv", "Area,Rate\n" + "A,0.5\n" * 12), RECIPE)
    assert found.codes == {"fraction-suspected"}


def test_a_school_year_among_months_is_suspected(read: Reader, write: Writer) -> None:
    path = write("a.csv", "Area,Year,Rate\nA,2009-09,50\nA,2009-10,50\n")
    assert read("measurements", path, RECIPE).codes == {"period-ambiguous"}
    declared = RECIPE + '[values]\nperiod_kind = "calendar"\n'
    assert read("measurements", path, declared).codes == set()


def test_the_memory_stays_flat_however_long_the_file(write: Writer) -> None:
    import tracemalloc

    from api.exchange.formats import FORMATS
    from api.exchange.recipe_files import parse_recipe
    from api.exchange.report import ImportReport

    def peak(rows: int) -> int:
        path = write(f"{rows}.csv", "Area,Rate\n" + "Ansonia School District,72.5\n" * rows)
        recipe = parse_recipe(RECIPE)
        tracemalloc.start()
        records = FORMATS["measurements"].read(path, recipe, ImportReport("a.csv", "measurements"))
        assert sum(1 for _ in records) == rows
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(8_000) < peak(1_000) + 400_000
