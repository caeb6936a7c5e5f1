"""What one release tells that the one before did not."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.disclosure import (
    TOTAL,
    Basis,
    CellKey,
    Dimension,
    DisclosureError,
    RawCell,
    Structure,
    SuppressionRule,
    release,
)

STRUCTURE = Structure((Dimension("race", ("A", "B", "C"), complete=True),))
COUNTS = {"A": (70, 105), "B": (50, 90), "C": (4, 8)}


def _key(group: str, period: str = "2024") -> CellKey:
    return CellKey("graduation", "North", TOTAL if group == TOTAL else "race", group, period)


def _raw(counts: dict[str, tuple[int, int]], period: str = "2024") -> list[RawCell]:
    cells = [RawCell(_key(group, period), *pair) for group, pair in counts.items()]
    total = RawCell(
        _key(TOTAL, period), sum(c for c, _ in counts.values()), sum(n for _, n in counts.values())
    )
    return [total, *cells]


def test_one_pupil_more_changes_nothing_that_is_shown() -> None:
    first = release(_raw(COUNTS), STRUCTURE, exact_sizes=True)
    moved = COUNTS | {"C": (5, 9), "A": (69, 104)}
    second = release(_raw(moved), STRUCTURE, previous=first, exact_sizes=True)
    figures = [
        {key: (cell.value, cell.low, cell.high, cell.denominator) for key, cell in made.cells.items()}
        for made in (first, second)
    ]
    assert figures[0] == figures[1]


def test_an_earlier_figure_that_stands_says_why() -> None:
    first = release(_raw(COUNTS), STRUCTURE)
    second = release(_raw(COUNTS | {"A": (65, 105)}), STRUCTURE, previous=first)
    cell = second.cells[_key("A")]
    assert (cell.value, cell.rule) == (Decimal(67), SuppressionRule.SMALL_CHANGE)
    assert "Fewer than 10 children's records changed" in (cell.reason or "")


def test_which_child_it_was_is_not_told() -> None:
    """One child more in any one group, counted or not, and the release is the same: also where a percent would turn.

    50 of 90 is 56 percent and 51 of 91 is too, 50 of 91 is 55; C is hidden.
    """
    first = release(_raw(COUNTS), STRUCTURE)
    made = [
        release(
            _raw(COUNTS | {group: (COUNTS[group][0] + counted, COUNTS[group][1] + 1)}),
            STRUCTURE,
            previous=first,
        )
        for group in COUNTS
        for counted in (0, 1)
    ]
    assert [dict(each.cells) for each in made] == [dict(made[0].cells)] * len(made)
    marked = {key.group for key, cell in made[0].cells.items() if cell.rule is SuppressionRule.SMALL_CHANGE}
    assert marked == {TOTAL, "A", "B"}


def test_without_the_small_change_rule_two_releases_differ_by_the_pupils_moved() -> None:
    """Positive control: each release by itself, sizes exact, is two pupils apart from the other."""
    before = release(_raw(COUNTS), STRUCTURE, exact_sizes=True)
    after = release(_raw(COUNTS | {"A": (72, 107)}), STRUCTURE, exact_sizes=True)
    sizes = [made.cells[_key("A")].denominator for made in (before, after)]
    assert sizes == [105, 107]


def test_a_group_changes_once_enough_members_have() -> None:
    first = release(_raw(COUNTS), STRUCTURE)
    second = release(_raw(COUNTS | {"A": (60, 105)}), STRUCTURE, previous=first)
    assert second.cells[_key("A")].value == Decimal(57)  # 60 of 105


def test_small_changes_add_up_against_the_figure_that_was_released() -> None:
    first = release(_raw(COUNTS), STRUCTURE)
    second = release(_raw(COUNTS | {"A": (64, 105)}), STRUCTURE, previous=first)
    third = release(_raw(COUNTS | {"A": (58, 105)}), STRUCTURE, previous=second)
    assert second.cells[_key("A")].value == Decimal(67)
    assert third.cells[_key("A")].value == Decimal(55)  # 58 of 105, twelve fewer than the 70 released


def test_a_hidden_cell_that_changes_looks_the_same() -> None:
    first = release(_raw(COUNTS), STRUCTURE)
    second = release(_raw(COUNTS | {"C": (0, 1)}), STRUCTURE, previous=first)
    assert second.cells[_key("C")] == first.cells[_key("C")]


def test_a_cell_hidden_for_its_neighbour_stays_hidden_when_the_neighbour_grows() -> None:
    first = release(_raw(COUNTS), STRUCTURE, exact_sizes=True)
    grown = release(_raw(COUNTS | {"C": (14, 28)}), STRUCTURE, previous=first, exact_sizes=True)
    assert grown.cells[_key("B")] == first.cells[_key("B")]
    assert grown.cells[_key("B")].rule is SuppressionRule.COMPLEMENTARY


def test_a_period_that_is_new_is_added() -> None:
    first = release(_raw(COUNTS), STRUCTURE)
    second = release([*_raw(COUNTS), *_raw(COUNTS, "2025")], STRUCTURE, previous=first)
    assert second.cells[_key("A", "2025")].value == Decimal(67)


def test_periods_without_a_change_are_not_judged_again_and_stand() -> None:
    """Three small groups' numbers are protected in each period: A's and B's counts are large."""
    first = release([*_raw(COUNTS), *_raw(COUNTS, "2025")], STRUCTURE)
    second = release([*_raw(COUNTS), *_raw(COUNTS | {"A": (40, 105)}, "2025")], STRUCTURE, previous=first)
    assert second.audit.protected_count * 2 == first.audit.protected_count
    for key, cell in first.cells.items():
        assert key.period == "2025" or second.cells[key] == cell
    assert second.cells[_key("A", "2025")].value == Decimal(38)  # 40 of 105
    assert release(_raw(COUNTS), STRUCTURE, 20, release(_raw(COUNTS), STRUCTURE)).audit.protected_count > 0


def test_a_group_that_is_not_recorded_any_more_stays_as_released() -> None:
    first = release(_raw(COUNTS), STRUCTURE)
    second = release(_raw(COUNTS)[:-1], STRUCTURE, previous=first)
    assert second.cells[_key("C")] == first.cells[_key("C")]
    vanished = release(_raw(COUNTS)[:2], Structure(), previous=first)
    assert vanished.cells[_key("B")] == first.cells[_key("B")]
    assert "VANISHED" in [each.code for each in vanished.findings]


def test_a_raised_minimum_withholds_at_once_and_is_not_lowered_again() -> None:
    raw = _raw(COUNTS | {"B": (9, 18)})
    first = release(raw, STRUCTURE)
    second = release(raw, STRUCTURE, 20, first)
    assert first.cells[_key("B")].is_shown
    assert not second.cells[_key("B")].is_shown
    with pytest.raises(DisclosureError, match="it was 20, not 10"):
        release(raw, STRUCTURE, 10, second)


def test_the_release_before_is_left_as_it_was() -> None:
    first = release(_raw(COUNTS), STRUCTURE)
    before = dict(first.cells)
    release(_raw({group: (size, size) for group, (_, size) in COUNTS.items()}), STRUCTURE, previous=first)
    assert dict(first.cells) == before
    assert replace(first.cells[_key("A")]) == before[_key("A")]


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_the_least_change_is_never_more_than_the_members_who_changed(
    steps: list[tuple[bool, bool]], counted: int, others: int
) -> None:
    """Each step is one member who arrives or leaves, or (both true) whose outcome flips."""
    before = Basis(counted + others, counted)
    for flips, arrives in steps:
        if flips and others:
            counted, others = counted + 1, others - 1
        elif arrives:
            counted += 1
        elif others:
            others -= 1
    assert before.least_change(Basis(counted + others, counted)) <= len(steps)
