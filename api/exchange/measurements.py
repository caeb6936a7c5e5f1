"""Measurements from any table that a recipe describes: a status, maybe bounds, never a guessed number."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from api.exchange.entries import Entry, entries
from api.exchange.errors import CellError
from api.exchange.files import Source
from api.exchange.marks import (
    MISSING,
    REPORTED,
    SPREADSHEET_ERRORS,
    SUPPRESSED,
    Figure,
    figure,
    whole,
)
from api.exchange.periods import period
from api.exchange.reading import Reading, check_fields
from api.exchange.recipes import Recipe
from api.exchange.records import MeasurementRecord
from api.exchange.report import Example, ImportReport, Severity
from api.exchange.text import Cell, cell_text

FIELDS = frozenset(
    (
        *("area", "area_code", "dimension", "population", "indicator", "period", "period_start"),
        *("period_end", "value", "low", "high", "numerator", "denominator"),
    )
)
NEEDED = ("indicator", "area")
EVERYONE = ("all", "All")
NO_FIGURE = Figure(MISSING)
LONGEST_MONTH_DAYS, SHORTEST_YEAR_DAYS = 31, 364


def read_measurements(source: Source, recipe: Recipe, report: ImportReport) -> Iterator[MeasurementRecord]:
    """Yields the file's measurements; a row with an undeclared mark is rejected with its place.

    Without a `value` column a rate is 100 times numerator by denominator where both are shown.
    """
    check_fields(recipe, FIELDS, NEEDED)
    doubts = _Doubts(recipe, report)
    for entry in entries(source, recipe, report):
        record = _measurement(entry, recipe, report)
        if record is not None:
            doubts.saw(entry, record)
            yield record
    doubts.tell()


def _measurement(entry: Entry, recipe: Recipe, report: ImportReport) -> MeasurementRecord | None:
    reading = Reading(entry, recipe, report, missing=())  # marks are of figures: an area may be named NA
    numerator, denominator = _count(reading, "numerator"), _count(reading, "denominator")
    shown = _shown(reading, numerator, denominator)
    starts, ends = _period(reading)
    record = MeasurementRecord(
        row=entry.row,
        indicator=reading.needed_name("indicator"),
        area=reading.needed_name("area"),
        area_code=reading.name("area_code"),
        dimension=reading.name("dimension") or EVERYONE[0],
        population=reading.name("population") or EVERYONE[1],
        period_start=starts,
        period_end=ends,
        status=shown.status,
        value=shown.value,
        low=shown.low,
        high=shown.high,
        mark=shown.mark,
        numerator=_int(numerator),
        denominator=_int(denominator),
    )
    record = _with_bounds(reading, record)
    _refuse_impossible(reading, record)
    if reading.faults.rejected():
        return None
    _compare(reading, record)
    return record


def _published(reading: Reading, field: str) -> str:
    return cell_text(reading.entry.cells.get(field, ""))


def _count(reading: Reading, field: str) -> Figure:
    if field not in reading.entry.cells:
        return NO_FIGURE
    written = _published(reading, field)
    try:
        return whole(written, reading.recipe.words)
    except CellError as fault:
        reading.faults.add(fault.code, fault.sentence, reading.column(field), written)
        return NO_FIGURE


def _shown(reading: Reading, numerator: Figure, denominator: Figure) -> Figure:
    if "value" not in reading.entry.cells:
        return _derived(reading, numerator, denominator)
    written = _published(reading, "value")
    if written in SPREADSHEET_ERRORS and written not in reading.recipe.words.missing:
        sentence = "a spreadsheet error stands in place of a figure and is read as missing"
        reading.faults.warn("spreadsheet-error", sentence, reading.column("value"), written)
    try:
        return figure(written, reading.recipe.words)
    except CellError as fault:
        reading.faults.add(fault.code, fault.sentence, reading.column("value"), written)
        return NO_FIGURE


def _derived(reading: Reading, numerator: Figure, denominator: Figure) -> Figure:
    if reading.recipe.words.scale not in {"percent", "fraction"}:
        return numerator
    total = denominator.value
    if not total:
        return denominator if denominator.status != REPORTED else Figure(MISSING, mark=denominator.mark)
    if numerator.value is not None:
        return Figure(REPORTED, 100 * numerator.value / total)
    low, high = (None if edge is None else 100 * edge / total for edge in (numerator.low, numerator.high))
    return Figure(numerator.status, low=low, high=high, mark=numerator.mark)


def _with_bounds(reading: Reading, record: MeasurementRecord) -> MeasurementRecord:
    for field in ("low", "high"):
        if field not in reading.entry.cells:
            continue
        written = _published(reading, field)
        try:
            bound = figure(written, reading.recipe.words).value
        except CellError as fault:
            reading.faults.add(fault.code, fault.sentence, reading.column(field), written)
            continue
        if record.status == REPORTED:
            record = replace(record, low=bound) if field == "low" else replace(record, high=bound)
    return record


def _period(reading: Reading) -> tuple[date, date]:
    if "period" in reading.entry.cells:
        return _written_period(reading)
    starts, ends = reading.day("period_start"), reading.day("period_end")
    if starts is None or ends is None or ends < starts:
        sentence = "a measurement needs its first and last day, in this order"
        reading.faults.add("not-a-period", sentence, reading.column("period_start"), f"{starts} to {ends}")
        return date.min, date.min
    return starts, ends


def _written_period(reading: Reading) -> tuple[date, date]:
    cell: Cell = reading.entry.cells["period"]
    try:
        return period(cell if isinstance(cell, date) else cell_text(cell), reading.recipe.calendar)
    except CellError as fault:
        reading.faults.add(fault.code, fault.sentence, reading.column("period"), cell_text(cell))
        return date.min, date.min


def _int(shown: Figure) -> int | None:
    return None if shown.value is None else int(shown.value)


def _is_rate(recipe: Recipe) -> bool:
    return recipe.words.scale in {"percent", "fraction"}


def _refuse_impossible(reading: Reading, record: MeasurementRecord) -> None:
    above, below = record.numerator, record.denominator
    if _is_rate(reading.recipe) and above is not None and below is not None and above > below:
        sentence = "the numerator is larger than the denominator"
        reading.faults.add(
            "numerator-exceeds-denominator", sentence, reading.column("numerator"), f"{above} of {below}"
        )
    if record.low is not None and record.high is not None and record.high < record.low:
        sentence = "the upper bound lies below the lower"
        reading.faults.add(
            "bounds-crossed", sentence, reading.column("low"), f"{record.low} to {record.high}"
        )


def _compare(reading: Reading, record: MeasurementRecord) -> None:
    if not _is_rate(reading.recipe) or record.numerator is None or not record.denominator:
        return
    if record.status == SUPPRESSED:
        sentence = "the rate is suppressed but its numerator and denominator are published"
        reading.faults.note("recoverable", sentence, reading.column("value"), record.mark)
    if record.value is None or "value" not in reading.entry.cells:
        return
    reckoned = Decimal(100) * record.numerator / record.denominator
    if abs(reckoned - record.value) > _rounding(record.value, reading.recipe):
        sentence = "the rate differs from numerator by denominator by more than rounding explains"
        shown = f"{record.value}, {record.numerator} of {record.denominator}"
        reading.faults.warn("rate-disagrees", sentence, reading.column("value"), shown)


def _rounding(value: Decimal, recipe: Recipe) -> Decimal:
    exponent = value.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    coarse = max(places - 2, 0) if recipe.words.scale == "fraction" else places
    return Decimal("0.51").scaleb(-coarse)


class _Doubts:
    """What only the whole file shows: rates that look like fractions, periods read in two ways."""

    def __init__(self, recipe: Recipe, report: ImportReport) -> None:
        self.recipe, self.report = recipe, report
        self.rates = self.at_most_one = self.months = self.could_be_months = 0
        self.example: Example | None = None

    def saw(self, entry: Entry, record: MeasurementRecord) -> None:
        """Takes one record into account."""
        if record.value is not None:
            self.rates += 1
            self.at_most_one += record.value <= 1
        days = (record.period_end - record.period_start).days + 1
        written = cell_text(entry.cells.get("period", ""))
        if 1 < days <= LONGEST_MONTH_DAYS:
            self.months += 1
        elif days >= SHORTEST_YEAR_DAYS and len(written) == 7 and 1 <= int(written[5:]) <= 12:
            self.could_be_months += 1
            self.example = self.example or Example(entry.row, entry.origin.get("period", "period"), written)

    def tell(self) -> None:
        """Reports the doubts at the end of the file."""
        if self.recipe.words.scale == "percent" and 10 <= self.rates == self.at_most_one:
            sentence = 'no rate is above 1 percent; if the file holds fractions, say scale = "fraction"'
            self.report.add(Severity.WARNING, "fraction-suspected", sentence)
        if self.months and self.could_be_months:
            sentence = "a period such as 2009-10 was read as a school year beside months; say period_kind"
            self.report.add(Severity.WARNING, "period-ambiguous", sentence, self.example)
