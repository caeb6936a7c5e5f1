"""Statements of activity: they tie to the accounts to the cent, and restrictions are released by what is used."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from allocation.activity import Statement, statements_of_activity
from allocation.books import Award, Flow, Side

PERIOD = (date(2026, 7, 1), date(2026, 9, 30))
FREE, SPENT = Side("AVAILABLE", "OPERATIONS"), Side("SPENT", "OPERATIONS")
RECEIVABLE, CASH, FEE = Side("RECEIVABLE"), Side("CASH"), Side("FEE")
HELD = {"RECEIVABLE", "CASH", "PAID"}


def flow(kind: str, debit: Side, credit: Side, amount: int, investment: str = "i") -> Flow:
    return Flow(investment, "USD", kind, debit, credit, amount)


BEFORE = [flow("COMMITMENT", RECEIVABLE, FREE, 100_000), flow("RECEIPT", CASH, RECEIVABLE, 60_000)]
DURING = [flow("FEE", FREE, FEE, 4_200), flow("EXPENDITURE", FREE, SPENT, 30_000)]


def told(before: Sequence[Flow], during: Sequence[Flow], **awards: int | None) -> Statement:
    known = {each: Award(each, "f", "OPERATIONS", tied) for each, tied in awards.items()}
    (only,) = statements_of_activity(before, during, known, PERIOD)
    return only


def test_a_statement_by_hand() -> None:
    """By hand: before the period the award and 600.00 of cash, within it the fee and the spending."""
    found = told(BEFORE, DURING, i=0)
    assert (found.opening_net_assets, found.closing_net_assets) == (100_000, 65_800)
    assert (found.revenue, found.expenses, found.fees) == (0, {"OPERATIONS": 30_000}, 4_200)
    available = next(each for each in found.lines if each.account == "AVAILABLE")
    assert (available.opening, available.changes, available.closing) == (
        100_000,
        {"EXPENDITURE": -30_000, "FEE": -4_200},
        65_800,
    )


def test_what_is_used_of_a_tied_award_is_released_and_an_expense_of_what_is_free() -> None:
    """By hand: all of it is tied: 342.00 is released, spent and kept; 658.00 stays tied, nothing is free."""
    tied, free = told(BEFORE, DURING, i=None).classes
    assert (tied.restricted, tied.opening, tied.revenue, tied.released, tied.closing) == (
        True,
        100_000,
        0,
        -34_200,
        65_800,
    )
    assert (free.opening, free.released, dict(free.expenses), free.fees, free.closing) == (
        0,
        34_200,
        {"OPERATIONS": 30_000},
        4_200,
        0,
    )


def test_an_award_tied_in_part_releases_that_part_of_what_is_used() -> None:
    """By hand: a quarter is tied: 85.50 of 342.00 is released, 164.50 of 250.00 stays."""
    tied, free = told(BEFORE, DURING, i=25_000).classes
    assert (tied.opening, tied.released, tied.closing) == (25_000, -8_550, 16_450)
    assert (free.opening, free.closing) == (75_000, 49_350)


def test_money_sent_back_is_less_revenue() -> None:
    """By hand: 50.00 of what was received goes back: revenue and net assets fall by it."""
    found = told(BEFORE, [flow("REFUND", FREE, CASH, 5_000)], i=0)
    assert (found.revenue, found.closing_net_assets) == (-5_000, 95_000)


def test_each_currency_has_a_statement_and_a_foreign_award_is_left_out() -> None:
    euro = Flow("i", "EUR", "COMMITMENT", RECEIVABLE, FREE, 7)
    other = flow("COMMITMENT", RECEIVABLE, FREE, 9, investment="elsewhere")
    known = {"i": Award("i", "f", "OPERATIONS")}
    found = statements_of_activity([], [euro, other, *BEFORE], known, PERIOD)
    assert [(each.currency, each.revenue) for each in found] == [("EUR", 7), ("USD", 100_000)]


sides = st.one_of(
    st.sampled_from(["RECEIVABLE", "CASH", "PAID", "FEE"]).map(Side),
    st.builds(
        Side,
        st.sampled_from(["AVAILABLE", "OBLIGATED", "SPENT"]),
        st.sampled_from(["OPERATIONS", "PRACTICE"]),
    ),
)
kinds = st.sampled_from(["COMMITMENT", "RECEIPT", "FEE", "REVERSAL"])
flows = st.lists(
    st.builds(Flow, st.sampled_from(["i", "j"]), st.just("USD"), kinds, sides, sides, st.integers(1, 10**12))
)
ties = st.one_of(st.none(), st.integers(0, 10**12))


def held(drawn: Sequence[Flow], account: str) -> int:
    """Independent: what came to an account less what left it; where dollars are, the other way round."""
    came = sum(each.amount for each in drawn if each.credit.account == account)
    left = sum(each.amount for each in drawn if each.debit.account == account)
    return left - came if account in HELD else came - left


@given(flows, flows, ties, ties)
def test_a_statement_ties_to_the_accounts(
    before: list[Flow], during: list[Flow], one: int | None, other: int | None
) -> None:
    if not [*before, *during]:
        return
    found = told(before, during, i=one, j=other)
    for line in found.lines:
        assert line.opening == held(before, line.account)
        assert line.closing == held([*before, *during], line.account)
    net = [held(each, "AVAILABLE") + held(each, "OBLIGATED") for each in (before, [*before, *during])]
    assert [found.opening_net_assets, found.closing_net_assets] == net
    assert [sum(each.opening for each in found.classes), sum(each.closing for each in found.classes)] == net
    assert sum(found.expenses.values()) == held(during, "SPENT")
    assert found.fees == held(during, "FEE")
    assert net[1] - net[0] == found.revenue - sum(found.expenses.values()) - found.fees
    assert sum(each.released for each in found.classes) == 0


@given(flows, flows, ties)
def test_statements_of_two_periods_meet(before: list[Flow], during: list[Flow], tied: int | None) -> None:
    if not [*before, *during]:
        return
    first: Any = told([], [*before, *during], i=tied, j=tied)
    second: Any = told([*before, *during], [], i=tied, j=tied)
    assert [each.closing for each in first.classes] == [each.opening for each in second.classes]
