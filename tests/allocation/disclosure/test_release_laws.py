"""Laws of every release: an attacker with a linear program of its own never comes near a protected number."""

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocation.disclosure import TOTAL, CellKey, Dimension, RawCell, Structure, primary, release

Judge = Callable[..., list[str]]
TOTAL_KEY = CellKey("graduation", "North", TOTAL, TOTAL, "2024")
DIMENSIONS = (
    Dimension("race", ("A", "B", "C"), complete=True),
    Dimension("meals", ("no", "yes"), complete=True),
)
STRUCTURE = Structure(DIMENSIONS)
SUMS = [(TOTAL_KEY, [TOTAL_KEY.of(each.name, group) for group in each.groups]) for each in DIMENSIONS]

sizes = st.one_of(st.integers(0, 12), st.integers(0, 120))
people = st.lists(
    st.tuples(sizes, st.floats(0, 1)), min_size=6, max_size=6
)  # one (size, share that counts) for each crossing of the two dimensions


def raw_of(crossings: list[tuple[int, float]]) -> list[RawCell]:
    """The one-way tables of these crossings: consistent by construction."""
    counts: dict[CellKey, tuple[int, int]] = {}
    for (race, meals), (size, share) in zip(product("ABC", ("no", "yes")), crossings, strict=True):
        for key in (TOTAL_KEY, TOTAL_KEY.of("race", race), TOTAL_KEY.of("meals", meals)):
            count, people_ = counts.get(key, (0, 0))
            counts[key] = (count + round(size * share), people_ + size)
    return [RawCell(key, *pair) for key, pair in counts.items()]


@pytest.mark.parametrize("exact", [False, True])
@given(crossings=people)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_protected_number_can_be_worked_out(
    crossings: list[tuple[int, float]], exact: bool, attacker: type, known_too_well: Judge
) -> None:
    raw = raw_of(crossings)
    made = release(raw, STRUCTURE, exact_sizes=exact)
    assert made.audit.is_clean
    assert known_too_well(attacker(made.cells, SUMS), raw) == []


@given(crossings=people)
@settings(max_examples=25, deadline=None)
def test_no_cell_shows_more_than_its_own_rules_allow(crossings: list[tuple[int, float]]) -> None:
    raw = raw_of(crossings)
    made = release(raw, STRUCTURE)
    for cell in raw:
        shown = made.cells[cell.key]
        alone = primary(cell.numerator or 0, cell.denominator or 0)
        assert not shown.is_shown or (shown.value, shown.low, shown.high) == (
            alone.value,
            alone.low,
            alone.high,
        )


@given(crossings=people)
@settings(max_examples=20, deadline=None)
def test_the_same_counts_make_the_same_release(crossings: list[tuple[int, float]]) -> None:
    raw = raw_of(crossings)
    first, second = release(raw, STRUCTURE), release(list(reversed(raw)), STRUCTURE)
    assert dict(first.cells) == dict(second.cells)


@given(crossings=people, moved=st.integers(0, 5), by=st.integers(1, 9))
@settings(max_examples=20, deadline=None)
def test_a_few_pupils_more_change_no_figure(crossings: list[tuple[int, float]], moved: int, by: int) -> None:
    first = release(raw_of(crossings), STRUCTURE)
    grown = [(size + by * (place == moved), share) for place, (size, share) in enumerate(crossings)]
    if max(
        a.numerator != b.numerator and _turned(a, b)
        for a, b in zip(raw_of(crossings), raw_of(grown), strict=True)
    ):
        return
    second = release(raw_of(grown), STRUCTURE, previous=first)
    figures = [
        {key: (cell.value, cell.low, cell.high) for key, cell in made.cells.items()}
        for made in (first, second)
    ]
    assert figures[0] == figures[1]


def _turned(before: RawCell, after: RawCell) -> bool:
    """Whether scaling the share moved ten outcomes or more, which is no small change."""
    return abs((after.numerator or 0) - (before.numerator or 0)) >= 10
