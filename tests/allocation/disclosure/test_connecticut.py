"""Connecticut's published graduation rates: what the state withheld stays withheld, and its counts pass as ours."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from allocation.disclosure import (
    TOTAL,
    CellKey,
    Dimension,
    MeasurementStatus,
    RawCell,
    Structure,
    release,
    withheld_sums,
)

STATUS = MeasurementStatus
GROUPS = {
    "race": (
        "Asian", "Black", "Hawaiian or Pacific Islander", "Hispanic", "Indian or Alaska Native",
        "Two or More Races", "White",
    ),
    "lunch": ("Eligible For Free Lunch", "Eligible For Reduced Lunch", "Not Eligible For Lunch"),
    "ell": ("ELL", "Non-ELL"),
}  # fmt: skip
STRUCTURE = Structure(tuple(Dimension(name, groups, complete=True) for name, groups in GROUPS.items()))
_FILE = re.compile(r"__(\d{4}-\d\d)_(race|lunch|ell|all-students)_grad\.csv$")
Row = tuple[str, str, str]


def _published(folder: Path) -> dict[CellKey, Row]:
    """Cohort, graduates and rate as printed, for every district, group and cohort year."""
    found = {}
    for path in sorted(folder.rglob("*_grad.csv")):
        name = _FILE.search(path.name)
        if name is None:
            continue
        year, dimension = name[1], TOTAL if name[2] == "all-students" else name[2]
        for row in _rows(path):
            group = next((value for value in row.values() if value in GROUPS.get(dimension, ())), TOTAL)
            key = CellKey("graduation", row["District"], dimension, group, year)
            found[key] = (row["Four-Year Cohort Count"], row["Graduation Count"], row["Graduation Rate"])
    return found


def _rows(path: Path) -> Iterator[dict[str, str]]:
    lines = csv.reader(path.read_text(encoding="utf-8-sig").splitlines())
    header = next(line for line in lines if line and line[0] == "District")
    yield from (dict(zip(header, line, strict=True)) for line in lines if len(line) == len(header))


def _cells(published: dict[CellKey, Row], *, already_public: bool) -> list[RawCell]:
    return [_cell(key, row, already_public=already_public) for key, row in published.items()]


def _cell(key: CellKey, row: Row, *, already_public: bool) -> RawCell:
    size, count, rate = row
    if "N/A" in row:
        return RawCell(key, status=STATUS.NOT_APPLICABLE, mark="N/A", already_public=already_public)
    status = STATUS.SUPPRESSED_AT_SOURCE if "*" in row else STATUS.REPORTED
    return RawCell(
        key,
        int(count) if count.isdigit() else None,
        int(size) if size.isdigit() else None,
        Decimal(rate) if status is STATUS.REPORTED else None,
        status=status,
        mark="*" if "*" in row else None,
        already_public=already_public,
    )


@pytest.fixture(scope="module")
def published(real_data: Path) -> dict[CellKey, Row]:
    return _published(real_data / "outcomes-ct-graduation")


def test_no_district_year_gives_away_what_the_state_withheld(published: dict[CellKey, Row]) -> None:
    """Oracle: 952 breakdowns with a withheld group and a printed total, none recoverable by subtraction."""
    made = release(_cells(published, already_public=True), STRUCTURE)
    hidden = defaultdict(list)
    for cell in made.cells.values():
        total = made.cells.get(cell.key.total)
        if cell.rule and total and total.numerator is not None and not cell.key.is_total:
            hidden[cell.key.area, cell.key.period, cell.key.dimension].append(cell)
    assert len(hidden) == 952
    exposed = [each.reveals[0] for each in withheld_sums(made.cells.values(), STRUCTURE) if each.is_exposed]
    assert not [key for key in exposed if not key.is_total]
    assert all(len(cells) > 1 or cells[0].numerator is not None for cells in hidden.values())


def test_public_figures_leave_as_they_were_printed(published: dict[CellKey, Row]) -> None:
    made = release(_cells(published, already_public=True), STRUCTURE)
    assert len(made.cells) == len(published)
    for key, (size, count, rate) in published.items():
        cell = made.cells[key]
        assert "*" not in (size, count, rate) or (cell.value is None and cell.mark == "*")
        assert not rate.replace(".", "").isdigit() or "*" in (size, count) or str(cell.value) == rate


def test_the_same_counts_as_our_own_pass_the_audit(published: dict[CellKey, Row]) -> None:
    """One year of them here; all nine in the trial below."""
    years = {key: row for key, row in published.items() if key.period == "2010-11"}
    _pass_as_our_own(years)


@pytest.mark.trial
def test_all_nine_years_as_our_own_pass_the_audit(published: dict[CellKey, Row]) -> None:
    _pass_as_our_own(published)


def _pass_as_our_own(published: dict[CellKey, Row]) -> None:
    made = release(_cells(published, already_public=False), STRUCTURE)
    assert made.audit.is_clean
    assert made.audit.protected_count > len(published) / 2
    for key, (size, count, _) in published.items():
        cell = made.cells[key]
        assert (cell.numerator, cell.denominator) == (None, None)
        if size.isdigit() and count.isdigit() and min(int(count), int(size) - int(count)) < 10:
            assert cell.value is None
    shown = sum(cell.is_shown for cell in made.cells.values())
    printed = sum("*" not in row and "N/A" not in row for row in published.values())
    assert shown > 0.9 * printed
