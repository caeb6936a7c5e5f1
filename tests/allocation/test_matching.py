"""Gifts in kind: valued by rate, method and source, and counted as match once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from allocation.matching import (
    CATEGORIES,
    CashMatch,
    Gift,
    MatchError,
    Requirement,
    match_positions,
    quantities_by_unit,
    unlocked,
    values_by_category,
)
from models.in_kind import InKindKind

RATED = {
    "unit_rate": 33_49,
    "currency": "USD",
    "method": "Pay for similar work",
    "rate_source": "Wage survey 2025",
}


def gift(name: str = "hours", **changes: Any) -> Gift:  # Any: the dataclass checks each field
    known = {"kind": "VOLUNTEERS", "quantity": Decimal(100), "unit": "HOUR", "donor": "d", **RATED}
    return Gift(**{**known, **changes}, id=name, description=name)


def asked(name: str = "a", *, in_kind_counts: bool = True) -> Requirement:
    return Requirement(name, 500_000, "USD", in_kind_counts)


def test_a_gift_is_worth_its_quantity_times_the_rate() -> None:
    """By hand: 37.5 hours at 33.49 are 1,255.875, so 1,255.88."""
    valuation = gift(quantity=Decimal("37.5")).valuation
    assert valuation is not None
    assert (valuation.value, valuation.method) == (1_255_88, "Pay for similar work")


@pytest.mark.parametrize("changes", [{"method": None}, {"rate_source": None}])
def test_a_rate_without_method_or_source_values_nothing(changes: dict[str, Any]) -> None:
    assert gift(**changes).valuation is None


def test_a_gift_counts_for_the_award_that_it_is_counted_for() -> None:
    found = match_positions([asked("a"), asked("b")], [gift(counted_for=("a",))])
    assert [(each.in_kind, each.missing, each.problems) for each in found] == [
        (334_900, 165_100, []),
        (0, 500_000, []),
    ]


def test_a_gift_counted_for_two_awards_counts_for_neither_and_is_told_at_both() -> None:
    found = match_positions([asked("a"), asked("b")], [gift(counted_for=("a", "b"))])
    assert [each.secured for each in found] == [0, 0]
    assert [(p.source, p.investment, p.rule) for each in found for p in each.problems] == [
        ("hours", "a", "counted-twice"),
        ("hours", "b", "counted-twice"),
    ]


def test_a_gift_named_twice_for_one_award_is_no_conflict() -> None:
    known = gift(counted_for=("a", "a"))
    (only,) = match_positions([asked()], [known])
    assert (known.has_conflict, only.in_kind) == (False, 334_900)


@pytest.mark.parametrize(
    ("requirement", "changes", "rule"),
    [
        (asked(in_kind_counts=False), {}, "in-kind-does-not-count"),
        (asked(), {"rate_source": None}, "not-verifiable"),
        (asked(), {"currency": "EUR"}, "currency"),
    ],
)
def test_a_gift_that_breaks_a_rule_counts_for_nothing_and_says_which(
    requirement: Requirement, changes: dict[str, Any], rule: str
) -> None:
    (only,) = match_positions([requirement], [gift(counted_for=("a",), **changes)])
    assert (only.secured, [each.rule for each in only.problems]) == (0, [rule])


def test_cash_is_counted_once_too() -> None:
    cash = [
        CashMatch("x", 100, "USD", ("a",)),
        CashMatch("y", 200, "USD", ("a", "b")),
        CashMatch("z", 4, "EUR", ("a",)),
    ]
    (only,) = match_positions([asked()], [], cash)
    assert (only.cash, [(each.source, each.rule) for each in only.problems]) == (
        100,
        [("y", "counted-twice"), ("z", "currency")],
    )


def test_values_are_reported_by_category_and_currency() -> None:
    gifts = [
        gift(),
        gift("rooms", kind="FACILITIES", unit="SQUARE_FOOT"),
        gift("talks", kind="TIME"),
        gift("x", method=None),
    ]
    assert values_by_category(gifts) == {("Services", "USD"): 669_800, ("Use of facilities", "USD"): 334_900}


def test_hours_never_add_to_seats() -> None:
    gifts = [gift(), gift("more", quantity=Decimal("0.5")), gift("seats", unit="SEAT")]
    assert quantities_by_unit(gifts) == {
        ("VOLUNTEERS", "HOUR"): Decimal("100.5"),
        ("VOLUNTEERS", "SEAT"): Decimal(100),
    }


def test_every_kind_of_gift_has_a_category() -> None:
    assert set(CATEGORIES) == {kind.value for kind in InKindKind}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": "MONEY"}, "in-kind 'hours': the kind 'MONEY' is none of"),
        ({"quantity": Decimal(0)}, "in-kind 'hours': the quantity 0 is not above 0"),
        ({"unit_rate": -1}, "the unit rate is negative"),
        ({"currency": None}, "a rate has a currency"),
        (
            {"starts_on": date(2027, 1, 1), "ends_on": date(2026, 1, 1)},
            "ends on 2026-01-01, before it starts",
        ),
    ],
)
def test_a_gift_that_contradicts_itself_is_refused_with_its_place(
    changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(MatchError, match=sentence):
        gift(**changes)


@pytest.mark.parametrize(
    ("amount", "ratio", "maximum", "given"),
    [
        (100_000, "0.5", None, 50_000),
        (100_000, "2", 150_000, 150_000),
        (3, "0.5", None, 2),
        (0, "1", None, 0),
    ],
)
def test_an_offer_gives_its_ratio_up_to_its_maximum(
    amount: int, ratio: str, maximum: int | None, given: int
) -> None:
    assert unlocked(amount, Decimal(ratio), maximum) == given


def test_an_offer_on_a_negative_amount_is_refused() -> None:
    with pytest.raises(MatchError, match="give an amount of 0 or more"):
        unlocked(-1, Decimal(1))
