"""How long does it take to release and audit all of Connecticut's graduation figures as if they were our own?

    python -m bench.disclosure [FOLDER] [--years N] [--districts-only]

FOLDER holds the state's published files (Connecticut Data Collaborative, four-year graduation rates by race, meals and
English learners); without it, outcomes-ct-graduation of ALIGNMENT_REAL_DATA or ../shared/data. Where there is none,
that is said and nothing is measured. Every district, year and group of theirs is taken for a raw count of ours, with
the state's own figures above the districts, so that all districts of a year are one table. Prints cells, protected
numbers, what was withheld for its neighbour's sake and the seconds; exit code 1 above the aim of 60 seconds or where
the audit is not clean.
"""

import argparse
import csv
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from allocation.disclosure import (
    TOTAL,
    AreaParts,
    CellKey,
    Dimension,
    MeasurementStatus,
    RawCell,
    Structure,
    release,
)

AIM = 60.0
STATE = "State of Connecticut"
GROUPS = {
    "race": (
        "Asian", "Black", "Hawaiian or Pacific Islander", "Hispanic", "Indian or Alaska Native",
        "Two or More Races", "White",
    ),
    "lunch": ("Eligible For Free Lunch", "Eligible For Reduced Lunch", "Not Eligible For Lunch"),
    "ell": ("ELL", "Non-ELL"),
}  # fmt: skip
NAME = re.compile(r"__(\d{4}-\d\d)_(race|lunch|ell|all-students)_grad(_ct)?\.csv$")
LABELS = ("Race", "Meal", "ELL", "English", "Lunch", "Eligib")


def main() -> bool:
    """Releases, prints, and says whether the aim holds."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("folder", type=Path, nargs="?", default=_default())
    asked.add_argument("--years", type=int, default=9)
    asked.add_argument("--districts-only", action="store_true")
    wanted = asked.parse_args()
    if not wanted.folder.is_dir():
        print(
            f"skipped: {wanted.folder} is not here; name the folder of Connecticut's published graduation figures"
        )
        return True
    raw = cells(wanted.folder, years=wanted.years, with_state=not wanted.districts_only)
    districts = sorted({cell.key.area for cell in raw} - {STATE})
    structure = Structure(
        tuple(Dimension(name, groups, complete=True) for name, groups in GROUPS.items()),
        areas=() if wanted.districts_only else (AreaParts(STATE, tuple(districts), complete=False),),
    )
    start, busy = time.perf_counter(), time.process_time()
    made = release(raw, structure)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    shown = sum(cell.is_shown for cell in made.cells.values())
    print(f"{len(districts)} districts, {len({cell.key.period for cell in raw})} years, {len(raw)} figures")
    print(
        f"{made.audit.protected_count} numbers protected, {made.audit.breached_count} given away by first rules"
    )
    print(f"{made.audit.withheld_count} withheld for others, {len(made.dropped)} dropped, {shown} shown")
    print(f"clean: {made.audit.is_clean}; released and audited in {seconds:.1f} s (aim: {AIM:.0f} s)")
    print(f"processors were busy with it for {busy:.1f} s: more than the above where two took part")
    return made.audit.is_clean and seconds < AIM


def _default() -> Path:
    """Where the published files lie beside the project, or where ALIGNMENT_REAL_DATA says."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(os.environ.get("ALIGNMENT_REAL_DATA", beside)) / "outcomes-ct-graduation"


def cells(folder: Path, *, years: int, with_state: bool) -> list[RawCell]:
    """The published figures as raw cells, of the first years."""
    found: dict[CellKey, RawCell] = {}
    for path in sorted(folder.rglob("*_grad*.csv")):
        name = NAME.search(path.name)
        if name is None or (name[3] and not with_state):
            continue
        dimension = TOTAL if name[2] == "all-students" else name[2]
        for row in _rows(path):
            group = next((value for value in row.values() if value in GROUPS.get(dimension, ())), TOTAL)
            key = CellKey(
                "graduation",
                row.get("District", STATE),
                dimension if group != TOTAL else TOTAL,
                group,
                name[1],
            )
            found.setdefault(key, _cell(key, row))
    periods = sorted({key.period for key in found})[:years]
    return [cell for key, cell in found.items() if key.period in periods]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    lines = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    header = next(line for line in lines if any("Graduation Count" in each for each in line))
    yield from (
        dict(zip(header, line, strict=True))
        for line in lines[lines.index(header) + 1 :]
        if len(line) == len(header)
    )


def _cell(key: CellKey, row: dict[str, str]) -> RawCell:
    size, count, rate = row["Four-Year Cohort Count"], row["Graduation Count"], row["Graduation Rate"]
    if "N/A" in (size, count, rate):
        return RawCell(key, status=MeasurementStatus.NOT_APPLICABLE, mark="N/A")
    if "*" in (size, count, rate):
        return RawCell(
            key,
            int(count) if count.isdigit() else None,
            int(size) if size.isdigit() else None,
            status=MeasurementStatus.SUPPRESSED_AT_SOURCE,
            mark="*",
        )
    return RawCell(key, int(count), int(size))


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
