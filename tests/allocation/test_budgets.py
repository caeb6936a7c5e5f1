"""Budget against actual, and fees against what was agreed."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from allocation.budgets import Agreement, Place, Receipt, budget_against_actual, fees, summed_by


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


def test_a_fee_is_the_rate_on_the_day_of_each_receipt() -> None:
    """By hand: 7 % of 100.00 before July and 10 % of 50.00 after is 12.00; 11.50 was charged."""
    rates = [
        Agreement(Decimal("0.07"), None, date(2026, 6, 30)),
        Agreement(Decimal("0.10"), date(2026, 7, 1)),
    ]
    receipts = [Receipt("i", 10_000, date(2026, 6, 30)), Receipt("i", 5_000, date(2026, 7, 1))]
    (only,) = fees(receipts, {"i": 1_150}, rates, {})
    assert (only.received, only.due, only.charged, only.difference) == (15_000, 1_200, 1_150, -50)


def test_an_investments_own_rate_comes_before_the_anchors() -> None:
    rates = [Agreement(Decimal("0.10"))]
    (only,) = fees([Receipt("i", 10_000, date(2026, 7, 1))], {}, rates, {"i": Decimal("0.03")})
    assert only.due == 300


def test_money_sent_back_takes_its_fee_along() -> None:
    receipts = [Receipt("i", 10_000, date(2026, 7, 1)), Receipt("i", -4_000, date(2026, 8, 1))]
    (only,) = fees(receipts, {}, [Agreement(Decimal("0.05"))], {})
    assert (only.received, only.due) == (6_000, 300)


def test_without_a_rate_nothing_is_due_and_it_is_told() -> None:
    (only,) = fees([Receipt("i", 10_000, date(2026, 7, 1))], {"i": 5}, [], {})
    assert (only.due, only.unagreed, only.difference) == (0, 10_000, 5)


def test_a_fee_is_rounded_once_over_all_receipts() -> None:
    """By hand: three times 0.15 at 10 % is 0.045, half up 0.05 (rounded apart it would be 0.06)."""
    receipts = [Receipt("i", 15, date(2026, 7, day)) for day in (1, 2, 3)]
    assert [each.due for each in fees(receipts, {}, [Agreement(Decimal("0.1"))], {})] == [5]
