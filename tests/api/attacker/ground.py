"""What is true of Riverbend's own groups, from its CSV files, read by no code of the product."""

import csv
import tomllib
from functools import cache
from typing import NamedTuple

from api.demo.riverbend import FOLDER

TOTAL = "total"
EVERYBODY = "All students"
CITY, PARTS = "Riverbend", ("North Bank", "South Bank", "Hillside")


class Place(NamedTuple):
    """Which figure: an indicator's name, the day its period ends, an area, a dimension and a group."""

    indicator: str
    period_end: str
    area: str
    dimension: str
    group: str

    @property
    def table(self) -> tuple[str, str]:
        """What adds up only with its like: the indicator and the period."""
        return self.indicator, self.period_end


class Counts(NamedTuple):
    """How many are counted, of how many."""

    counted: int
    size: int


def placed(indicator: str, period_end: str, area: str, group: tuple[str, str]) -> Place:
    """Everybody is one group, whichever dimension lists them."""
    dimension, value = (TOTAL, TOTAL) if group[1] == EVERYBODY else group
    return Place(indicator, period_end, area, dimension, value)


@cache
def truth() -> dict[Place, Counts]:
    """The counts of every figure that is the partnership's own and that no public body has released."""
    found = {}
    for path in sorted(FOLDER.glob("measurements-*.toml")):
        recipe = tomllib.loads(path.read_text("utf-8"))
        if recipe["disclosure"]["already_public"]:
            continue
        columns = recipe["columns"]
        with path.with_suffix(".csv").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, strict=True):
                year, area, dimension, group, count, size = (
                    row[columns[name]]
                    for name in ("period", "area", "dimension", "population", "numerator", "denominator")
                )
                place = placed(recipe["indicator"]["name"], f"20{year[-2:]}-06-30", area, (dimension, group))
                found[place] = Counts(int(count), int(size))
    return found
