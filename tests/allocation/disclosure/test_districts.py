"""Seven invented districts: schools by race by meals. The usual rules give children away, a release does not."""

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest

from allocation.disclosure import (
    TOTAL,
    AreaParts,
    CellKey,
    Dimension,
    Intersection,
    MeasurementStatus,
    RawCell,
    ReleasedCell,
    Structure,
    release,
)

Judge = Callable[..., list[str]]
SCHOOLS = tuple(f"School {number}" for number in range(1, 7))
RACES, MEALS = ("Asian", "Black", "Hispanic", "Two or more", "White"), ("eligible", "not")
STRUCTURE = Structure(
    (Dimension("race", RACES, complete=True), Dimension("meals", MEALS, complete=True)),
    tuple(
        Intersection("race x meals", f"{race}, {meals}", (("race", race), ("meals", meals)))
        for race, meals in product(RACES, MEALS)
    ),
    (AreaParts("District", SCHOOLS, complete=True),),
)


def _key(area: str, race: str | None = None, meals: str | None = None) -> CellKey:
    if race and meals:
        return CellKey("reading", area, "race x meals", f"{race}, {meals}", "2024")
    dimension, group = ("race", race) if race else ("meals", meals) if meals else (TOTAL, TOTAL)
    return CellKey("reading", area, dimension, group or TOTAL, "2024")


def district(seed: int) -> list[RawCell]:
    """Every published table of a district, about fifty of its groups under ten."""
    chance = random.Random(seed)
    counts: dict[CellKey, tuple[int, int]] = {}
    for school, race, meals in product(SCHOOLS, RACES, MEALS):
        size = chance.randint(0, 9) if chance.random() < 0.75 else chance.randint(10, 60)
        yes = sum(chance.random() < 0.6 for _ in range(size))
        for area in (school, "District"):
            for key in (_key(area), _key(area, race), _key(area, None, meals), _key(area, race, meals)):
                before = counts.get(key, (0, 0))
                counts[key] = (before[0] + yes, before[1] + size)
    return [RawCell(key, *pair) for key, pair in counts.items()]


def sums() -> list[tuple[CellKey, list[CellKey]]]:
    """All that adds up, written out again without the product's own relations."""
    found = []
    for area in ("District", *SCHOOLS):
        found.append((_key(area), [_key(area, race) for race in RACES]))
        found.append((_key(area), [_key(area, None, meals) for meals in MEALS]))
        found += [(_key(area, race), [_key(area, race, meals) for meals in MEALS]) for race in RACES]
        found += [(_key(area, None, meals), [_key(area, race, meals) for race in RACES]) for meals in MEALS]
    for race, meals in product((None, *RACES), (None, *MEALS)):
        found.append((_key("District", race, meals), [_key(school, race, meals) for school in SCHOOLS]))
    return found


def _usual(raw: list[RawCell]) -> dict[CellKey, ReleasedCell]:
    """What is usual: counts of all groups of ten or more, the rest withheld."""
    return {
        cell.key: ReleasedCell(
            cell.key, MeasurementStatus.REPORTED, numerator=cell.numerator, denominator=cell.denominator
        )
        if (cell.denominator or 0) >= 10
        else replace(release([cell], Structure()).cells[cell.key])
        for cell in raw
    }


def test_hiding_only_groups_under_ten_gives_some_of_them_away(attacker: type, known_too_well: Judge) -> None:
    raw = district(1)
    small = [cell for cell in raw if (cell.denominator or 0) < 10]
    assert 30 <= len(small) <= 90
    assert len(known_too_well(attacker(_usual(raw), sums()), small[:25])) >= 4


@pytest.mark.parametrize("seed", range(1, 8))
def test_a_release_gives_none_away(seed: int, attacker: type, known_too_well: Judge) -> None:
    raw = district(seed)
    made = release(raw, STRUCTURE)
    assert made.audit.is_clean
    assert known_too_well(attacker(made.cells, sums()), raw[:: 7 if seed > 2 else 3]) == []
    assert sum(cell.is_shown for cell in made.cells.values()) >= 40


@pytest.mark.trial
@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("seed", range(1, 8))
def test_a_release_gives_none_away_however_long_one_looks(
    seed: int, exact: bool, attacker: type, known_too_well: Judge
) -> None:
    raw = district(seed)
    made = release(raw, STRUCTURE, exact_sizes=exact)
    assert made.audit.is_clean
    assert known_too_well(attacker(made.cells, sums()), raw) == []
