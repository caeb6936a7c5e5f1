"""Published files of six kinds in the database, by their recipes alone, and the same rows when they come again.

How many records a file holds is what reading it gives; that reading is held to the csv module and to the files'
own marks in test_real_files.py.
"""

from pathlib import Path

import pytest

from api.exchange.formats import FORMATS
from api.exchange.recipe_files import load_recipe
from api.exchange.records import MeasurementRecord
from api.exchange.report import ImportReport

from .importer import RECIPES, Importer, codes

KINDERGARTEN = "outcomes-ct-kindergarten"
FAFSA = "outcomes-fl-fafsa"
COLORADO = "outcomes-co-kidscount"
KINDS = (
    (f"{KINDERGARTEN}/**/KEI_DistrictByDomain_2013.xlsx", "ct-kindergarten-2013-xlsx.toml"),
    (f"{KINDERGARTEN}/**/2012-13*.csv", "ct-kindergarten-2012-13.toml"),
    ("outcomes-ct-graduation/*-meal-*/raw/*2013-14_lunch_grad.csv", "ct-graduation-meals.toml"),
    (f"{COLORADO}/High school graduation rates.csv", "co-kidscount.toml"),
    (f"{COLORADO}/Median household income.csv", "co-median-income.toml"),
    ("outcomes-ui-mobility-city/SEDA_all_subgroups_city_2014-2018.csv", "seda-learning-rate.toml"),
)
FIGURES = """
select i.code, a.name as area, p.value as population, m.period_end, f.version, f.status, f.value, f.low, f.high,
  f.mark from raw.figure f join measurement m on m.id = f.measurement_id join indicator i on i.id = m.indicator_id
join area a on a.id = m.area_id join population p on p.id = m.population_id order by 1, 2, 3, 4, 5
"""


def found(folder: Path, pattern: str) -> Path:
    """The first file of a pattern."""
    return min(folder.glob(pattern))


def contradictions(path: Path) -> int:
    """How many readings of the file say of a school what an earlier row says otherwise."""
    said: dict[tuple[object, ...], object] = {}
    count = 0
    recipe = load_recipe(RECIPES / "fl-fafsa-school.toml")
    for each in FORMATS["measurements"].read(path, recipe, ImportReport(path.name, "measurements")):
        assert isinstance(each, MeasurementRecord)
        key = (each.area_code, each.indicator, each.period_start, each.period_end)
        figure = (each.status, each.value, each.low, each.high)
        count += said.setdefault(key, figure) != figure
    return count


@pytest.mark.parametrize(("pattern", "recipe"), KINDS)
async def test_a_published_file_comes_in_by_its_recipe_and_only_once(
    bring: Importer, real_data: Path, pattern: str, recipe: str
) -> None:
    path = found(real_data, pattern)
    first = await bring.file(path, "measurements", recipe)
    assert (first.rejected, first.created > 0) == (0, True)
    figures = await bring.value("select count(*) from raw.figure")
    assert figures == first.created
    released = "select count(*) from figure where is_newest and already_public"
    assert await bring.value(released) == figures
    again = await bring.file(path, "measurements", recipe)
    assert (again.created, again.updated, again.rejected) == (0, 0, 0)
    assert await bring.value("select count(*) from raw.figure") == figures


async def test_four_weekly_files_brought_twice_give_the_same_rows(bring: Importer, real_data: Path) -> None:
    """Each week tells its own readings and repeats last year's; the second time nothing is another version.

    A few schools stand twice in each file with different counts: whatever says two things at once is left out.
    """
    paths = [found(real_data, f"{FAFSA}/*-{day}.xls") for day in ("08", "15", "22", "29")]
    for path in paths:
        report = await bring.file(path, "measurements", "fl-fafsa-school.toml", keep_good=True)
        assert codes(report) <= {"contradiction", "repeated", "new-areas", "new-groups"}
        assert report.rejected == contradictions(path) > 0
    first = [tuple(row) for row in await bring.rows(FIGURES)]
    assert first
    for path in paths:
        report = await bring.file(path, "measurements", "fl-fafsa-school.toml", keep_good=True)
        assert report.created == 0
    assert [tuple(row) for row in await bring.rows(FIGURES)] == first
