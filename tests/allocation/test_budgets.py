"""Budget against actual: each dollar spent counts once."""

from hypothesis import given
from hypothesis import strategies as st

from allocation.budgets import Place, budget_against_actual, summed_by


def place(use: str = "OPERATIONS", funder: str = "", position: str = "", year: int = 2027) -> Place:
    return Place(year, use, funder, position)


def test_spending_counts_in_the_closest_line_that_holds_it() -> None:
    budgets = {place(): 500, place(funder="city"): 300, place(position="director"): 900}
    spent = {
        place(funder="bank"): 10,
        place(funder="city"): 20,
        place(funder="city", position="director"): 40,
        place(funder="city", position="data"): 80,
    }
    found = {each.place: (each.actual, each.variance) for each in budget_against_actual(budgets, spent)}
    assert found == {
        place(): (10, 490),
        place(funder="city"): (100, 200),
        place(position="director"): (40, 860),
    }


def test_spending_that_nobody_planned_has_a_line_without_budget() -> None:
    (only,) = budget_against_actual({}, {place("ADVOCACY"): 7})
    assert (only.place.use, only.budget, only.actual, only.variance) == ("ADVOCACY", 0, 7, -7)


def test_another_year_is_another_line() -> None:
    found = budget_against_actual({place(year=2026): 5}, {place(year=2027): 7})
    assert [(each.place.fiscal_year, each.actual) for each in found] == [(2026, 0), (2027, 7)]


def test_lines_are_summed_by_whatever_is_asked() -> None:
    lines = budget_against_actual({place(funder="a"): 5, place("ADVOCACY", "a"): 6, place(funder="b"): 7}, {})
    assert {name: each.budget for name, each in summed_by(lines, lambda at: at.funder).items()} == {
        "a": 11,
        "b": 7,
    }


names = st.sampled_from(["", "a", "b"])
places = st.builds(Place, st.integers(2026, 2027), st.sampled_from(["OPERATIONS", "PRACTICE"]), names, names)


@given(st.dictionaries(places, st.integers(0, 999)), st.dictionaries(places, st.integers(-99, 999)))
def test_the_actuals_add_up_to_all_that_was_spent(budgets: dict[Place, int], spent: dict[Place, int]) -> None:
    found = budget_against_actual(budgets, spent)
    assert sum(each.actual for each in found) == sum(spent.values())
    assert sum(each.budget for each in found) == sum(budgets.values())
