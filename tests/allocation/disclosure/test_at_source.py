"""Figures that a public body has released: as published, and nothing of ours undoes what it withheld."""

from dataclasses import replace
from decimal import Decimal

from allocation.disclosure import (
    TOTAL,
    CellKey,
    Dimension,
    MeasurementStatus,
    RawCell,
    Structure,
    SuppressionRule,
    refusal,
    release,
    withheld_sums,
)

STRUCTURE = Structure((Dimension("meals", ("free", "not"), complete=True),))
STATUS = MeasurementStatus
TOTAL_KEY = CellKey("graduation", "North", TOTAL, TOTAL, "2018")
FREE, NOT = TOTAL_KEY.of("meals", "free"), TOTAL_KEY.of("meals", "not")
PUBLISHED = [
    RawCell(TOTAL_KEY, 95, 120, Decimal("79.2"), already_public=True),
    RawCell(FREE, None, 8, status=STATUS.SUPPRESSED_AT_SOURCE, mark="*", already_public=True),
    RawCell(NOT, None, 112, status=STATUS.SUPPRESSED_AT_SOURCE, mark="*", already_public=True),
]


def test_a_public_figure_keeps_its_counts_its_digits_and_its_mark() -> None:
    made = release(PUBLISHED, STRUCTURE)
    shown = made.cells[TOTAL_KEY]
    assert (shown.status, shown.value, shown.numerator, shown.denominator) == (
        STATUS.REPORTED,
        Decimal("79.2"),
        95,
        120,
    )
    hidden = made.cells[FREE]
    assert (hidden.status, hidden.rule) == (STATUS.SUPPRESSED_AT_SOURCE, SuppressionRule.AT_SOURCE)
    assert (hidden.value, hidden.denominator, hidden.mark) == (None, 8, "*")
    assert hidden.reason == "The body that published this figure withheld it (its mark: *)."


def test_a_small_public_figure_is_not_withheld_again() -> None:
    tiny = RawCell(FREE, 3, 4, Decimal("75.0"), already_public=True)
    assert release([tiny], STRUCTURE).cells[FREE].value == Decimal("75.0")


def test_public_figures_join_no_release_of_ours() -> None:
    made = release(PUBLISHED, STRUCTURE)
    assert made.audit.protected_count == 0
    assert dict(made.basis) == {}


def test_a_public_figure_stands_where_our_own_has_the_same_key() -> None:
    made = release([*PUBLISHED, RawCell(FREE, 6, 8)], STRUCTURE)
    assert made.cells[FREE].status is STATUS.SUPPRESSED_AT_SOURCE
    assert "DUPLICATE" in [each.code for each in made.findings]


def test_our_own_figure_is_withheld_where_it_would_tell_what_the_source_withheld() -> None:
    """Published: 95 of 120, and nothing of the 8. Our own 90 of 112, sizes exact, would tell them to a child."""
    public = [PUBLISHED[0], replace(PUBLISHED[1], denominator=None)]
    made = release([*public, RawCell(NOT, 56, 112)], STRUCTURE, exact_sizes=True)
    assert not made.cells[NOT].is_shown
    assert made.cells[TOTAL_KEY].value == Decimal("79.2")
    alone = release([RawCell(NOT, 56, 112)], STRUCTURE, exact_sizes=True)
    assert alone.cells[NOT].is_shown


def test_what_the_source_itself_gives_away_is_a_finding_and_costs_us_nothing() -> None:
    exposed = [PUBLISHED[0], replace(PUBLISHED[1], denominator=None)]
    exposed.append(RawCell(NOT, 90, 112, Decimal("80.4"), already_public=True))
    own = RawCell(TOTAL_KEY.of("sex", "F"), 50, 62)
    made = release([*exposed, own], STRUCTURE)
    assert made.cells[own.key].is_shown
    assert "EXPOSED_AT_SOURCE" in [each.code for each in made.findings]


def test_the_rest_of_a_total_is_not_offered_where_it_is_a_withheld_group() -> None:
    shown = RawCell(NOT, 90, 112, Decimal("80.4"), already_public=True)
    made = release([*PUBLISHED[:2], shown], STRUCTURE)
    found = refusal(withheld_sums(made.cells.values(), STRUCTURE), of=[TOTAL_KEY], less=[NOT])
    assert found is not None
    assert found.reveals == (FREE,)
    assert found.is_exposed
    assert "graduation, North, free (meals), 2018" in found.reason


def test_a_withheld_total_is_not_offered_as_the_sum_of_its_groups() -> None:
    groups = [RawCell(FREE, 6, 8, already_public=True), RawCell(NOT, 90, 112, already_public=True)]
    total = replace(
        PUBLISHED[0], numerator=None, denominator=None, value=None, status=STATUS.SUPPRESSED_AT_SOURCE
    )
    made = release([total, *groups], STRUCTURE)
    assert refusal(withheld_sums(made.cells.values(), STRUCTURE), of=[FREE, NOT]) is not None


def test_a_sum_of_shown_figures_is_offered() -> None:
    groups = [RawCell(FREE, 6, 8, already_public=True), RawCell(NOT, 90, 112, already_public=True)]
    made = release([PUBLISHED[0], *groups], STRUCTURE)
    assert refusal(withheld_sums(made.cells.values(), STRUCTURE), of=[TOTAL_KEY], less=[NOT]) is None


def test_the_two_withheld_groups_of_a_total_are_not_exposed() -> None:
    (found,) = withheld_sums(release(PUBLISHED, STRUCTURE).cells.values(), STRUCTURE)
    assert set(found.reveals) == {FREE, NOT}
    assert not found.is_exposed
