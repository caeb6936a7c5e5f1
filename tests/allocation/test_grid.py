"""The coverage matrix: each hole with its reason, by hand."""

from datetime import date

from allocation.grid import NEVER, NOBODY_THEN, NOT_THIS_TIME, NOT_TOLD, WAITING, Cell, Group, Told, matrix

GROUPS = (
    Group("all", "race", True),
    Group("all too", "language", True),
    Group("a", "race", False),
    Group("b", "race", False),
    Group("el", "language", False),
)


def told(group: str, year: int, status: str | None = "REPORTED", *, is_own: bool = False) -> Told:
    reason = "Withheld." if status == "SUPPRESSED" else None
    return Told("reading", "city", group, date(year, 6, 30), status, reason, is_own)


def cells(*given: Told, sees_all: bool = False) -> dict[tuple[str, int], Cell]:
    found = matrix(given, GROUPS, sees_all=sees_all)
    return {(each.population, each.period_end.year): each for each in found}


def test_each_hole_has_its_own_reason() -> None:
    found = cells(
        told("all", 2021),
        told("a", 2021),
        told("b", 2021, "SUPPRESSED"),
        told("all", 2022),
        told("a", 2023, None),
    )
    assert found["a", 2021].reason is None
    assert (found["b", 2021].status, found["b", 2021].reason) == ("SUPPRESSED", "Withheld.")
    assert (found["a", 2022].status, found["a", 2022].reason) == ("MISSING", NOT_THIS_TIME)
    assert found["el", 2021].reason == NEVER
    assert (found["a", 2023].status, found["a", 2023].reason) == ("MISSING", WAITING)


def test_one_total_stands_for_everybody() -> None:
    found = cells(told("all", 2021), told("a", 2021))
    assert {population for population, _ in found} == {"all", "a", "b", "el"}


def test_a_year_that_nobody_published_is_a_hole_of_its_own() -> None:
    found = cells(told("all", 2020), told("all", 2021), told("all", 2023))
    assert [year for population, year in found if population == "all"] == [2020, 2021, 2022, 2023]
    assert found["all", 2022].reason == NOBODY_THEN


def test_nobody_among_our_own_figures_looks_like_nine_to_all_but_the_data_manager() -> None:
    given = (told("all", 2021, is_own=True), told("a", 2021, is_own=True))
    hole = cells(*given)["b", 2021]
    assert (hole.status, hole.reason) == ("SUPPRESSED", NOT_TOLD)
    hole = cells(*given, sees_all=True)["b", 2021]
    assert (hole.status, hole.reason) == ("MISSING", NEVER)


def test_a_dimension_that_is_not_measured_at_all_tells_nothing_of_anybody() -> None:
    given = (told("all", 2021, is_own=True), told("a", 2021, is_own=True))
    assert cells(*given)["el", 2021].reason == NEVER


def test_nothing_told_is_an_empty_matrix() -> None:
    assert cells() == {}
