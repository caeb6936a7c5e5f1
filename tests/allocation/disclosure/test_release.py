"""A release from raw counts: what is withheld, what is not, and what is said of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from allocation.disclosure import (
    TOTAL,
    AreaParts,
    CellKey,
    Dimension,
    DisclosureError,
    Intersection,
    Measure,
    MeasurementStatus,
    RawCell,
    Release,
    ReleasedCell,
    Structure,
    SuppressionRule,
    release,
)

RACE = Dimension("race", ("A", "B", "C"), complete=True)
STRUCTURE = Structure((RACE,))
STATUS, RULE = MeasurementStatus, SuppressionRule
Judge = Callable[..., list[str]]


def _key(group: str, dimension: str = "race", area: str = "North", period: str = "2024") -> CellKey:
    return CellKey("graduation", area, dimension, group, period)


TOTAL_KEY = _key(TOTAL, TOTAL)


def _raw(key: CellKey, count: int, size: int) -> RawCell:
    return RawCell(key, count, size)


def _table(*groups: tuple[int, int], names: str = "ABC") -> list[RawCell]:
    """The total and its groups, of (count, size)."""
    parts = [_raw(_key(name), *counts) for name, counts in zip(names, groups, strict=True)]
    total = _raw(TOTAL_KEY, sum(count for count, _ in groups), sum(size for _, size in groups))
    return [total, *parts]


def _rule(made: Release, key: CellKey) -> SuppressionRule | None:
    return made.cells[key].rule


def test_large_groups_are_whole_percents_without_any_count() -> None:
    made = release(_table((70, 105), (50, 90), (40, 80)), STRUCTURE)
    assert [cell.value for cell in made.cells.values()] == [
        Decimal(58),
        Decimal(67),
        Decimal(56),
        Decimal(50),
    ]
    assert all(cell.numerator is None and cell.denominator is None for cell in made.cells.values())
    assert made.audit.is_clean
    assert not made.dropped


def test_a_small_group_is_withheld_with_words_for_a_reader() -> None:
    cell = release(_table((70, 105), (50, 90), (4, 8)), STRUCTURE).cells[_key("C")]
    assert (cell.status, cell.rule, cell.value) == (STATUS.SUPPRESSED, RULE.SMALL_COUNT, None)
    assert cell.reason == "Fewer than 10 children are in this group, so its figure is not shown."


def test_with_exact_sizes_one_hidden_group_takes_the_next_smallest_along() -> None:
    raw = _table((70, 105), (50, 90), (4, 8))
    made = release(raw, STRUCTURE, exact_sizes=True)
    assert _rule(made, _key("C")) is RULE.SMALL_COUNT
    assert _rule(made, _key("B")) is RULE.COMPLEMENTARY
    assert made.cells[_key("A")].denominator == 105
    assert made.audit.withheld_count == 1


def test_without_the_complementary_rule_the_attacker_finds_the_group(
    attacker: type, known_too_well: Judge
) -> None:
    """Positive control: the same release with the complementary cell shown again."""
    raw = _table((70, 105), (50, 90), (4, 8))
    made = release(raw, STRUCTURE, exact_sizes=True)
    sums = [(TOTAL_KEY, [_key(name) for name in "ABC"])]
    assert known_too_well(attacker(made.cells, sums), raw) == []
    shown = ReleasedCell(_key("B"), STATUS.REPORTED, Decimal(56), denominator=90)
    leaking = {**made.cells, _key("B"): shown}
    assert "size of graduation, North, C (race), 2024: 8.0 to 8.0" in known_too_well(
        attacker(leaking, sums), raw
    )


def test_without_the_primary_rule_the_attacker_reads_the_group(attacker: type, known_too_well: Judge) -> None:
    raw = _table((70, 105), (50, 90), (4, 8))
    made = release(raw, STRUCTURE)
    shown = ReleasedCell(_key("C"), STATUS.REPORTED, Decimal(50), denominator=8)
    sums = [(TOTAL_KEY, [_key(name) for name in "ABC"])]
    assert known_too_well(attacker({**made.cells, _key("C"): shown}, sums), raw)


def test_without_coded_ends_the_attacker_reads_the_few(attacker: type, known_too_well: Judge) -> None:
    """Positive control: 98 of 100 with its size beside it tells that two did not."""
    raw = _table((98, 100), (150, 300), (140, 280))
    made = release(raw, STRUCTURE)
    sums = [(TOTAL_KEY, [_key(name) for name in "ABC"])]
    assert known_too_well(attacker(made.cells, sums), raw) == []
    plain = ReleasedCell(_key("A"), STATUS.REPORTED, Decimal(98), denominator=100)
    assert known_too_well(attacker({**made.cells, _key("A"): plain}, sums), raw)


def test_small_groups_together_are_not_told_while_they_are_few() -> None:
    # 100 less 93 leaves 3 and 4: each open, but the seven children together would be told of.
    structure = Structure((Dimension("race", ("A", "B", "C"), complete=True),))
    made = release(_table((50, 93), (1, 3), (2, 4)), structure, exact_sizes=True)
    assert not made.cells[_key("A")].is_shown


@pytest.mark.parametrize("exact", [False, True])
def test_none_and_nine_are_withheld_alike(exact: bool) -> None:
    shown = [
        release(_table((70, 105), (50, 90), (0, size)), STRUCTURE, exact_sizes=exact).cells[_key("C")]
        for size in (0, 9)
    ]
    assert shown[0] == shown[1]


def test_a_group_left_out_of_one_period_is_withheld_like_a_small_one() -> None:
    first = _table((70, 105), (50, 90), (6, 8))
    second = [
        replace(cell, key=replace(cell.key, period="2025")) for cell in _table((70, 105), (50, 90), (0, 0))
    ]
    made = release([*first, *second[:-1]], STRUCTURE)
    gone = made.cells[_key("C", period="2025")]
    assert gone == replace(made.cells[_key("C")], key=gone.key)


def test_not_applicable_is_told_no_differently_from_a_small_group() -> None:
    nobody = RawCell(_key("C"), status=STATUS.NOT_APPLICABLE, mark="N/A")
    made = release([*_table((70, 105), (50, 90), (0, 0))[:-1], nobody], STRUCTURE)
    assert _rule(made, _key("C")) is RULE.SMALL_COUNT


def test_what_is_left_of_a_total_is_protected_though_nobody_publishes_it(
    attacker: type, known_too_well: Judge
) -> None:
    """A programme's members in a total: those who are not members are eight."""
    member = _key("member", "programme")
    raw = [_raw(TOTAL_KEY, 60, 108), _raw(member, 54, 100)]
    rest = _raw(_key("rest", "programme"), 6, 8)
    made = release(raw, Structure(), exact_sizes=True)
    assert not (made.cells[TOTAL_KEY].is_shown and made.cells[member].is_shown)
    unseen = ReleasedCell(rest.key, STATUS.MISSING)
    reader = attacker({**made.cells, rest.key: unseen}, [(TOTAL_KEY, [member, rest.key])])
    assert known_too_well(reader, [rest]) == []


def test_a_parent_area_less_its_other_areas_does_not_tell_a_small_group(
    attacker: type, known_too_well: Judge
) -> None:
    areas = {"County": (150, 247), "North": (90, 140), "South": (56, 99), "West": (4, 8)}
    raw = [_raw(_key("A", area=area), *counts) for area, counts in areas.items()]
    structure = Structure(areas=(AreaParts("County", ("North", "South", "West"), complete=True),))
    sums = [(raw[0].key, [cell.key for cell in raw[1:]])]
    made = release(raw, structure, exact_sizes=True)
    assert known_too_well(attacker(made.cells, sums), raw) == []
    alone = release(raw, Structure(), exact_sizes=True)
    assert known_too_well(attacker(alone.cells, sums), raw)


def test_an_intersection_is_not_told_by_its_neighbours(attacker: type, known_too_well: Judge) -> None:
    sexes = Dimension("sex", ("F", "M"), complete=True)
    races = Dimension("race", ("A", "B"), complete=True)
    crossed = [Intersection("race x sex", a + b, (("race", a), ("sex", b))) for a in "AB" for b in "FM"]
    counts = {"AF": (40, 70), "AM": (41, 65), "BF": (30, 60), "BM": (3, 7)}
    cells = {_key(name, "race x sex"): value for name, value in counts.items()}
    sums: list[tuple[CellKey, list[CellKey]]] = []
    for dimension, groups, place in (("race", "AB", 0), ("sex", "FM", 1)):
        for group in groups:
            parts = [key for key in cells if key.group[place : place + 1] == group and len(key.group) == 2]
            cells[_key(group, dimension)] = _added(cells, parts)
            sums.append((_key(group, dimension), parts))
        sums.append((TOTAL_KEY, [_key(group, dimension) for group in groups]))
    cells[TOTAL_KEY] = _added(cells, sums[-1][1])
    raw = [_raw(key, *value) for key, value in cells.items()]
    made = release(raw, Structure((races, sexes), tuple(crossed)), exact_sizes=True)
    assert known_too_well(attacker(made.cells, sums), raw) == []
    unlinked = release(raw, Structure((races, sexes)), exact_sizes=True)
    assert known_too_well(attacker(unlinked.cells, sums), raw)


def _added(cells: dict[CellKey, tuple[int, int]], parts: Sequence[CellKey]) -> tuple[int, int]:
    return sum(cells[key][0] for key in parts), sum(cells[key][1] for key in parts)


def test_a_breakdown_that_single_cells_cannot_protect_is_dropped_and_said_so(
    attacker: type, known_too_well: Judge
) -> None:
    """A published total of 12: a group withheld as one of ten or more leaves none, one or two for the other."""
    public = RawCell(TOTAL_KEY, 6, 12, Decimal("50.0"), already_public=True)
    own = [_raw(_key("A"), 6, 11), _raw(_key("C"), 0, 1)]
    structure = Structure((Dimension("race", ("A", "C"), complete=True),))
    made = release([public, *own], structure)
    assert [(each.area, each.dimension, each.period) for each in made.dropped] == [("North", "race", "2024")]
    assert made.audit.is_clean
    assert made.cells[_key("A")].rule == made.cells[_key("C")].rule
    reader = attacker(made.cells, [(TOTAL_KEY, [_key("A"), _key("C")])])
    assert known_too_well(reader, [own[1]]) == []


def test_groups_that_are_all_small_are_all_withheld() -> None:
    made = release(_table((1, 2), (1, 2), (1, 2)), STRUCTURE, exact_sizes=True)
    assert not any(cell.is_shown for cell in made.cells.values())
    assert made.audit.is_clean


@pytest.mark.parametrize(
    ("cell", "code", "words"),
    [
        (_raw(_key("C"), 9, 8), "INCONSISTENT", "the numerator 9 is above the denominator 8"),
        (_raw(_key("C"), -1, 8), "NEGATIVE", "cannot be negative"),
        (RawCell(_key("C"), 40, 80, Decimal("70.0")), "VALUE_DISAGREES", "the value 70.0 is not 40 of 80"),
        (RawCell(_key("C"), None, 80, Decimal(180)), "OUT_OF_RANGE", "not a percent from 0 to 100"),
        (RawCell(_key("C"), None, 80, Decimal("NaN")), "NOT_A_NUMBER", "not a finite number"),
    ],
)
def test_a_figure_that_contradicts_itself_is_a_finding_and_not_shown(
    cell: RawCell, code: str, words: str
) -> None:
    made = release([*_table((70, 105), (50, 90), (40, 80))[:-1], cell], STRUCTURE)
    found = next(each for each in made.findings if each.code == code)
    assert words in found.message
    assert str(_key("C")) in found.message
    assert made.cells[_key("C")].status is STATUS.MISSING


def test_a_key_recorded_twice_with_different_counts_is_not_shown() -> None:
    made = release([*_table((70, 105), (50, 90), (40, 80)), _raw(_key("C"), 41, 80)], STRUCTURE)
    assert [each.code for each in made.findings] == ["DUPLICATE"]
    assert made.cells[_key("C")].status is STATUS.MISSING


def test_a_breakdown_that_does_not_add_up_is_told() -> None:
    raw = _table((70, 105), (50, 90), (40, 80))
    raw[0] = replace(raw[0], denominator=270)
    made = release(raw, STRUCTURE)
    assert "DISAGGREGATION_SUM" in [each.code for each in made.findings]


def test_a_share_without_the_size_of_its_group_is_not_shown() -> None:
    made = release([RawCell(_key("A"), value=Decimal("81.2"))], STRUCTURE)
    assert made.cells[_key("A")].status is STATUS.SUPPRESSED
    assert "not recorded" in (made.cells[_key("A")].reason or "")


def test_a_mean_is_three_figures_and_hides_a_small_group() -> None:
    structure = Structure((RACE,), measures={"graduation": Measure.MEAN})
    values = {"A": ("412.37", 105), "B": ("398.04", 90), "C": ("377.5", 8)}
    made = release(
        [RawCell(_key(name), None, size, Decimal(value)) for name, (value, size) in values.items()], structure
    )
    assert made.cells[_key("A")].value == Decimal(412)
    assert _rule(made, _key("C")) is RULE.SMALL_COUNT


def test_a_number_of_people_is_told_in_steps() -> None:
    structure = Structure((RACE,), measures={"graduation": Measure.COUNT})
    made = release(
        [RawCell(_key(name), None, size) for name, size in zip("ABC", (105, 90, 8), strict=True)], structure
    )
    assert (made.cells[_key("A")].low, made.cells[_key("A")].high) == (Decimal(100), Decimal(109))
    assert _rule(made, _key("C")) is RULE.SMALL_COUNT


def test_a_minimum_under_ten_is_refused() -> None:
    with pytest.raises(DisclosureError, match="9 is under 10"):
        release([], STRUCTURE, minimum=9)


def test_a_release_cannot_be_changed() -> None:
    made = release(_table((70, 105), (50, 90), (40, 80)), STRUCTURE)
    with pytest.raises(TypeError):
        made.cells[_key("A")] = made.cells[_key("B")]  # type: ignore[index]  # this is what must fail
