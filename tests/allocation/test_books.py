"""The anchor's books from flows: balances that keep their equation."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from allocation.books import Award, Flow, Side, fund_balances

FREE = Side("AVAILABLE", "OPERATIONS")
SPENT = Side("SPENT", "OPERATIONS")
RECEIVABLE, CASH, FEE = Side("RECEIVABLE"), Side("CASH"), Side("FEE")


def flow(kind: str, debit: Side, credit: Side, amount: int, **changes: Any) -> Flow:  # Any: the dataclass's
    return Flow(
        **{"investment": "i", "currency": "USD", **changes},
        kind=kind,
        debit=debit,
        credit=credit,
        amount=amount,
    )


def award(**changes: Any) -> Award:  # Any: the dataclass's
    return Award(**{"investment": "i", "funder": "f", "use": "OPERATIONS", **changes})


YEAR = [
    flow("COMMITMENT", RECEIVABLE, FREE, 100_000),
    flow("RECEIPT", CASH, RECEIVABLE, 60_000),
    flow("FEE", FREE, FEE, 4_200),
    flow("EXPENDITURE", FREE, SPENT, 30_000),
]


def test_an_awards_balances_by_hand() -> None:
    """By hand: 1,000.00 awarded, 600.00 come, 42.00 kept as fee and 300.00 spent leave 658.00."""
    (only,) = fund_balances(YEAR, {"i": award()})
    assert (only.committed, only.received, only.promised) == (100_000, 60_000, 40_000)
    assert (only.available, only.spent, only.fees, only.restricted) == (65_800, 30_000, 4_200, False)


def test_an_award_that_is_tied_in_part_is_split_in_that_part() -> None:
    """By hand: a quarter of the award is tied, so a quarter of each figure is."""
    tied, free = sorted(
        fund_balances(YEAR, {"i": award(restricted=25_000)}), key=lambda each: not each.restricted
    )
    assert (tied.restricted, tied.committed, tied.received, tied.spent) == (True, 25_000, 15_000, 7_500)
    assert (free.restricted, free.committed, free.received, free.spent) == (False, 75_000, 45_000, 22_500)


def test_cash_is_counted_under_the_uses_in_proportion_to_what_is_committed_there() -> None:
    practice = Side("AVAILABLE", "PRACTICE")
    flows = [*YEAR[:2], flow("ALLOCATION", FREE, practice, 75_000)]
    found = {each.use: each for each in fund_balances(flows, {"i": award()})}
    assert {use: (each.committed, each.received) for use, each in found.items()} == {
        "OPERATIONS": (25_000, 15_000),
        "PRACTICE": (75_000, 45_000),
    }


def test_an_award_that_is_not_the_anchors_is_left_out() -> None:
    assert fund_balances(YEAR, {"another": award()}) == []


def test_currencies_have_balances_of_their_own() -> None:
    flows = [*YEAR, flow("COMMITMENT", RECEIVABLE, FREE, 7, currency="EUR")]
    assert [(each.currency, each.committed) for each in fund_balances(flows, {"i": award()})] == [
        ("EUR", 7),
        ("USD", 100_000),
    ]


sides = st.one_of(
    st.sampled_from(["RECEIVABLE", "CASH", "PAID", "FEE"]).map(Side),
    st.builds(
        Side,
        st.sampled_from(["AVAILABLE", "OBLIGATED", "SPENT"]),
        st.sampled_from(["OPERATIONS", "PRACTICE"]),
    ),
)
flows = st.builds(
    Flow,
    investment=st.sampled_from(["i", "j"]),
    currency=st.sampled_from(["USD", "EUR"]),
    kind=st.sampled_from(["COMMITMENT", "RECEIPT", "FEE", "REVERSAL"]),
    debit=sides,
    credit=sides,
    amount=st.integers(1, 10**12),
)


@given(st.lists(flows, max_size=20), st.one_of(st.none(), st.integers(0, 10**12)))
def test_what_is_awarded_is_for_something_and_somewhere(drawn: list[Flow], restricted: int | None) -> None:
    awards = {each: award(investment=each, restricted=restricted) for each in ("i", "j")}
    for each in fund_balances(drawn, awards):
        assert each.committed == each.available + each.obligated + each.spent + each.fees
        assert each.committed == each.promised + each.received + each.disbursed


@given(st.lists(flows, max_size=20), st.one_of(st.none(), st.integers(0, 10**12)))
def test_balances_add_up_to_the_accounts(drawn: list[Flow], restricted: int | None) -> None:
    """Independent: what came to each account less what left it, summed flow by flow."""
    awards = {each: award(investment=each, restricted=restricted) for each in ("i", "j")}
    found = fund_balances(drawn, awards)
    for name, account, sign in (
        ("available", "AVAILABLE", 1),
        ("spent", "SPENT", 1),
        ("received", "CASH", -1),
    ):
        came = sum(each.amount for each in drawn if each.credit.account == account)
        left = sum(each.amount for each in drawn if each.debit.account == account)
        assert sum(getattr(each, name) for each in found) == sign * (came - left)


def test_cash_is_what_came_less_fees_and_what_was_spent_of_it() -> None:
    """By hand: 600.00 came; 42.00 fee, and 300.00 spent of which 100.00 was paid past the anchor: 358.00."""
    flows = [*YEAR, flow("DISBURSEMENT", Side("PAID"), RECEIVABLE, 10_000)]
    (only,) = fund_balances(flows, {"i": award()})
    assert (only.cash, only.disbursed, only.promised) == (35_800, 10_000, 30_000)
