"""Nine cohorts of Connecticut's four-year graduation by district and race, as the state published them.

The expected runs were computed independently from the same files with csv and Decimal alone.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from allocation.disparities import Disparity, DisparityStatus, assess_disparities
from allocation.gaps import Figure, FigureStatus, Pair, ReferenceKind
from allocation.persistence import DisparityMethod, Rule

FOLDER = "outcomes-ct-graduation/four-year-grad-rates-by-race-ethnicity/raw"
MARKS = {"*": FigureStatus.SUPPRESSED_AT_SOURCE, "N/A": FigureStatus.NOT_APPLICABLE}
RULE = Rule(method=DisparityMethod.POINT, margin=Decimal(10), periods=3)
RUNS = {
    ("Hartford", "Hispanic"): 9,
    ("New Britain", "Hispanic"): 9,
    ("New Haven", "Hispanic"): 8,
    ("Waterbury", "Hispanic"): 8,
    ("Danbury", "Hispanic"): 7,
    ("Middletown", "Hispanic"): 7,
    ("Bristol", "Hispanic"): 6,
    ("Hartford", "Black"): 6,
    ("Stamford", "Hispanic"): 6,
    ("Manchester", "Hispanic"): 5,
    ("Norwalk", "Hispanic"): 5,
    ("Windham", "Hispanic"): 5,
    ("Derby", "Black"): 4,
    ("Meriden", "Black"): 4,
    ("Meriden", "Hispanic"): 4,
    ("North Haven", "Hispanic"): 4,
    ("Shelton", "Hispanic"): 4,
    ("Ansonia", "Black"): 3,
    ("Ansonia", "Hispanic"): 3,
    ("Bristol", "Black"): 3,
    ("East Hartford", "Hispanic"): 3,
    ("East Windsor", "Black"): 3,
    ("New Haven", "Black"): 3,
    ("Norwich Free Academy", "Black"): 3,
    ("Norwich Free Academy", "Hispanic"): 3,
    ("Plainville", "Hispanic"): 3,
    ("West Hartford", "Hispanic"): 3,
    ("Wethersfield", "Hispanic"): 3,
    ("Windsor", "Hispanic"): 3,
    ("Hartford", "Two or More Races"): 3,
}

Series = dict[tuple[str, str], list[Figure]]


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """The rows below the header, which follows a title, a subtitle and a line of merged headings."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        header: list[str] = []
        for cells in csv.reader(lines):
            if header and len(cells) == len(header):
                yield dict(zip(header, cells, strict=True))
            elif cells[:1] == ["District"]:
                header = cells


def whole(mark: str) -> int | None:
    return int(mark) if mark.isdigit() else None


def figure_of(row: dict[str, str], year: int) -> Figure:
    rate = row["Graduation Rate"]
    return Figure(
        date(year, 6, 30),
        MARKS.get(rate, FigureStatus.REPORTED),
        None if rate in MARKS else Decimal(rate),
        whole(row["Graduation Count"]),
        whole(row["Four-Year Cohort Count"]),
    )


def short(district: str) -> str:
    return re.sub(r" (School )?District$", "", district)


def read_series(folder: Path) -> Series:
    """Figures by area and group; an area is its district code, or its name where it never had one."""
    cohorts = {
        int(path.name.split("__")[1][:4]) + 1: list(rows_of(path)) for path in folder.glob("*_race_grad.csv")
    }
    codes = {
        row["District"]: row["District Code"].strip('="')
        for rows in cohorts.values()
        for row in rows
        if row.get("District Code")
    }
    names = {code: short(name) for name, code in codes.items()}
    series: Series = defaultdict(list)
    for year, rows in sorted(cohorts.items()):
        for row in rows:
            code = codes.get(row["District"], "")
            area = names.get(code, short(row["District"]))
            series[area, row["Race/Ethnicity"]].append(figure_of(row, year))
    return series


@pytest.fixture(scope="module")
def series(real_data: Path) -> Series:
    return read_series(real_data / FOLDER)


def pairs_of(series: Series) -> list[Pair]:
    return [
        Pair(
            "graduation",
            area,
            "race",
            group,
            "White",
            ReferenceKind.GROUP,
            figures,
            series.get((area, "White"), []),
        )
        for (area, group), figures in series.items()
        if group != "White"
    ]


@pytest.fixture(scope="module")
def found(series: Series) -> dict[tuple[str, str], Disparity]:
    assessed = assess_disparities(pairs_of(series), RULE)
    return {(disparity.pair.area, disparity.pair.group): disparity for disparity in assessed}


Found = dict[tuple[str, str], Disparity]


def test_exactly_thirty_groups_had_a_gap_three_years_running(found: Found) -> None:
    runs = {key: disparity.longest_run for key, disparity in found.items() if disparity.longest_run >= 3}
    assert runs == RUNS


def test_hartfords_gap_lasted_all_nine_years(found: Found) -> None:
    disparity = found["Hartford", "Hispanic"]
    assert disparity.status is DisparityStatus.PERSISTENT
    assert disparity.consecutive_periods == 9
    published = "33.4 29.1 25.6 22.9 31.0 23.3 29.5 32.0 28.1"
    assert [gap.points for gap in disparity.history] == [Decimal(points) for points in published.split()]


def test_windhams_gap_closed(found: Found) -> None:
    disparity = found["Windham", "Hispanic"]
    assert disparity.status is DisparityStatus.CLOSED
    assert disparity.history[0].points == Decimal("31.4")
    assert disparity.gap == Decimal("-2.2")
    assert disparity.students_behind == 0


def test_a_withheld_year_breaks_windhams_run(found: Found) -> None:
    """In 2015-16 White's rate is withheld, after five years of gaps."""
    history = found["Windham", "Hispanic"].history
    assert [gap.points is not None and gap.points >= 10 for gap in history[:6]] == [True] * 5 + [False]
    assert (
        history[5].reason == "the figure of White for the period ending 2016-06-30 was withheld by its source"
    )


def test_persistent_at_the_end_are_those_whose_run_reaches_the_last_cohort(found: Found) -> None:
    persistent = {key for key, one in found.items() if one.status is DisparityStatus.PERSISTENT}
    assert persistent == {("Hartford", "Hispanic"), ("Hartford", "Black"), ("New Britain", "Hispanic")}


def test_no_withheld_figure_is_ever_a_number(found: Found) -> None:
    marked = 0
    for disparity in found.values():
        for gap in disparity.history:
            figures = [figure for figure in (gap.group, gap.reference) if figure is not None]
            if len(figures) < 2 or any(figure.status is not FigureStatus.REPORTED for figure in figures):
                marked += 1
                assert gap.points is None
                assert gap.reason
    assert marked > 1000


def test_the_statewide_gaps_are_those_of_the_state_files(real_data: Path) -> None:
    """2010-11 and 2018-19: White 89.4 and 93.3, Hispanic 64.2 and 80.2, Black 71.2 and 79.8."""
    rates = {
        (path.name.split("__")[1][:7], row["Race/Ethnicity"]): row["Graduation Rate"]
        for path in (real_data / FOLDER).glob("*_race_grad_ct.csv")
        for row in rows_of(path)
    }
    first, last = date(2011, 6, 30), date(2019, 6, 30)

    def figures(group: str) -> list[Figure]:
        return [
            Figure(day, FigureStatus.REPORTED, Decimal(rates[cohort, group]))
            for day, cohort in ((first, "2010-11"), (last, "2018-19"))
        ]

    pairs = [
        Pair(
            "graduation",
            "state",
            "race",
            group,
            "White",
            ReferenceKind.GROUP,
            figures(group),
            figures("White"),
        )
        for group in ("Hispanic", "Black")
    ]
    gaps = {one.pair.group: [gap.points for gap in one.history] for one in assess_disparities(pairs, RULE)}
    assert gaps == {
        "Hispanic": [Decimal("25.2"), Decimal("13.1")],
        "Black": [Decimal("18.2"), Decimal("13.5")],
    }


def test_the_tested_rule_finds_hartford_and_says_what_it_cannot_tell(series: Series) -> None:
    assessed = assess_disparities(pairs_of(series), Rule())
    found = {(one.pair.area, one.pair.group): one for one in assessed}
    assert found["Hartford", "Hispanic"].status is DisparityStatus.PERSISTENT
    assert found["New Britain", "Hispanic"].status is DisparityStatus.PERSISTENT
    assert all(one.reason for one in assessed if one.status is DisparityStatus.UNKNOWN)
