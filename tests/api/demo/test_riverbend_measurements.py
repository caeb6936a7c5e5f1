"""The fictional partnership's measurements add up, hide what they must, and tell docs/riverbend.md's plot.

Every expected figure is reckoned here from the rows with plain integers and Decimal, by no code of ours.
"""

import csv
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "api" / "demo" / "riverbend"
CITY, PARTS = "Riverbend", ("North Bank", "South Bank", "Hillside")
EVERYBODY = "All students"
ELIGIBLE = "Eligible for free or reduced-price meals"
REFERENCES = {"race": "White", "meals": f"Not {ELIGIBLE.lower()}", "english_learner": "Not English learners"}
FIRST, LAST = "2017-18", "2024-25"


class Place(NamedTuple):
    """Which figure: an indicator's code, a school year, an area, a dimension and a group of it."""

    indicator: str
    year: str
    area: str
    dimension: str
    group: str


class Figure(NamedTuple):
    """A published figure; `numerator` and `percent` are None where the publisher withholds them."""

    numerator: int | None
    denominator: int
    percent: Decimal | None
    mark: str


@cache
def recipe(name: str) -> dict[str, dict[str, str]]:
    sections: dict[str, dict[str, str]] = {"constants": {}, "values": {}}
    for title, section in tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8")).items():
        sections[title] = {key: value for key, value in section.items() if not isinstance(value, dict)}
        sections |= {f"{title}.{key}": value for key, value in section.items() if isinstance(value, dict)}
    return sections


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    skipped = int(recipe(name)["file"].get("skip_lines", 0))
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        for _ in range(skipped):
            next(lines)
        return tuple(csv.DictReader(lines, strict=True))


@cache
def measures() -> dict[Place, Figure]:
    return dict(entry for path in FOLDER.glob("measurements-*.csv") for entry in figures(path.stem))


def figures(name: str) -> Iterator[tuple[Place, Figure]]:
    layout = recipe(name)
    columns, groups = layout["columns"], layout.get("aliases.population", {})
    for row in rows(name):
        ours = {field: row[header] for field, header in columns.items()}
        dimension = layout.get("aliases.dimension", {}).get(ours["dimension"], ours["dimension"])
        group = groups.get(ours["population"], ours["population"])
        mark = ours["value"] if ours["value"] in {"*", "N/A"} else ""
        yield (
            Place(layout["constants"]["indicator"], ours["period"], ours["area"], dimension, group),
            Figure(
                None if mark else int(ours["numerator"]),
                int(ours["denominator"]),
                None if mark else Decimal(ours["value"]),
                mark,
            ),
        )


def gap(indicator: str, year: str, dimension: str, group: str) -> Decimal:
    """Points by which a group of the whole city lies behind the reference, lower being better for absence."""
    theirs = measures()[Place(indicator, year, CITY, dimension, group)].percent
    best = measures()[Place(indicator, year, CITY, dimension, REFERENCES[dimension])].percent
    assert theirs is not None
    assert best is not None
    return theirs - best if indicator == "chronic-absence" else best - theirs


def sums(key: Callable[[Place], Place], whole: Callable[[Place], bool]) -> Iterator[tuple[Place, int, int]]:
    """For each whole with nothing withheld: the place, then how far its parts miss it, above and below."""
    parts: defaultdict[Place, list[Figure]] = defaultdict(list)
    for place, figure in measures().items():
        if not whole(place):
            parts[key(place)].append(figure)
    for place, found in parts.items():
        total = measures()[place]
        counted = [figure.numerator or 0 for figure in found if figure.mark != "*"]
        off = sum(counted) - (total.numerator or 0) if len(counted) == len(found) else 0
        yield place, off, sum(figure.denominator for figure in found) - total.denominator


def test_the_groups_of_a_dimension_sum_to_all_students() -> None:
    found = list(sums(lambda place: place._replace(group=EVERYBODY), lambda place: place.group == EVERYBODY))
    assert found
    assert [entry for entry in found if entry[1:] != (0, 0)] == []


def test_the_parts_of_the_city_sum_to_the_city() -> None:
    in_parts = {place.indicator for place in measures() if place.area in PARTS}
    found = [
        entry
        for entry in sums(lambda place: place._replace(area=CITY), lambda place: place.area == CITY)
        if entry[0].indicator in in_parts
    ]
    assert len(in_parts) == 5
    assert [entry for entry in found if entry[1:] != (0, 0)] == []


def test_the_total_is_the_same_in_every_dimension() -> None:
    totals = {place: figure for place, figure in measures().items() if place.group == EVERYBODY}
    assert all(figure == totals[place._replace(dimension="race")] for place, figure in totals.items())


def test_each_percent_is_its_numerator_over_its_denominator() -> None:
    for place, figure in measures().items():
        if figure.numerator is not None:
            share = Decimal(100 * figure.numerator) / figure.denominator
            assert figure.percent == share.quantize(Decimal("0.1"), ROUND_HALF_UP), place
            assert figure.numerator <= figure.denominator, place


def test_every_indicator_covers_the_eight_school_years_of_the_city() -> None:
    covered = {(p.indicator, p.year) for p in measures() if (p.area, p.group) == (CITY, EVERYBODY)}
    years = {f"{year}-{(year + 1) % 100}" for year in range(2017, 2025)}
    assert covered == {(p.indicator, year) for p in measures() for year in years}
    assert len({p.indicator for p in measures()}) == 10


def test_a_figure_withheld_at_the_source_cannot_be_had_by_subtraction() -> None:
    hidden = {place for place, figure in measures().items() if figure.mark == "*"}
    within, across = (
        Counter(p._replace(group="") for p in hidden),
        Counter(p._replace(area="") for p in hidden),
    )
    assert hidden
    assert {place.indicator for place in hidden} == {"four-year-graduation"}
    assert min(within.values()) >= 2
    assert min(across.values()) >= 2


def test_small_groups_are_there_for_disclosure_to_protect() -> None:
    own = {place: figure for place, figure in measures().items() if place.indicator != "four-year-graduation"}
    small = [place for place, figure in own.items() if 0 < figure.denominator < 10]
    assert {place.area for place in small} == {"Hillside", "South Bank"}
    assert len(small) > 20


def test_the_financial_aid_gap_of_hispanic_seniors_closed() -> None:
    assert gap("fafsa-completion", FIRST, "race", "Hispanic or Latino") > 20
    assert gap("fafsa-completion", "2023-24", "race", "Hispanic or Latino") < 3
    assert gap("fafsa-completion", LAST, "race", "Hispanic or Latino") < 3


def test_the_math_gap_of_hispanic_students_narrowed_because_white_students_fell() -> None:
    def percent(year: str, group: str) -> Decimal:
        return measures()[Place("eighth-grade-math", year, CITY, "race", group)].percent or Decimal(0)

    assert gap("eighth-grade-math", FIRST, "race", "Hispanic or Latino") > 14
    assert gap("eighth-grade-math", LAST, "race", "Hispanic or Latino") < 5
    assert percent(LAST, "White") < percent(FIRST, "White") - 10
    assert percent(LAST, "Hispanic or Latino") <= percent(FIRST, "Hispanic or Latino")


@pytest.mark.parametrize(
    ("indicator", "dimension", "group", "points"),
    [
        ("kindergarten-ready", "english_learner", "English learners", 20),
        ("third-grade-reading", "english_learner", "English learners", 30),
        ("third-grade-reading", "race", "Black or African American", 25),
        ("eighth-grade-math", "meals", ELIGIBLE, 15),
        ("four-year-graduation", "english_learner", "English learners", 20),
        ("college-enrollment", "race", "Black or African American", 15),
        ("degree-completion", "race", "Black or African American", 15),
        ("living-wage-work", "race", "Black or African American", 15),
        ("chronic-absence", "race", "Black or African American", 8),
    ],
)
def test_a_gap_persists_in_all_eight_years(indicator: str, dimension: str, group: str, points: int) -> None:
    years = {place.year for place in measures()}
    assert min(gap(indicator, year, dimension, group) for year in years) > points
