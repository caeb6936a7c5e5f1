"""Lobbying: the limits against the statute's own figures, the classification against the regulation's own words."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.lobbying import (
    Audience,
    Body,
    Exemption,
    Expense,
    Facts,
    RuleSet,
    classify,
    rules_on,
    standing,
)

CENTS = 100


@pytest.fixture
def rules() -> RuleSet:
    found = rules_on(date(2026, 7, 1))
    assert found is not None
    return found


# 26 USC 4911(c)(2): 20 percent of 500,000 is 100,000; plus 15 percent of the next 500,000 is 175,000; plus 10
# percent of the next 500,000 is 225,000; plus 5 percent beyond, up to 1,000,000, which is reached at 17,000,000.
# A dollar more or less moves the limit by the rate of its own step.
@pytest.mark.parametrize(
    ("spending", "limit"),
    [
        ("0", "0"),
        ("499999", "99999.80"),
        ("500000", "100000"),
        ("500001", "100000.15"),
        ("999999", "174999.85"),
        ("1000000", "175000"),
        ("1000001", "175000.10"),
        ("1499999", "224999.90"),
        ("1500000", "225000"),
        ("1500001", "225000.05"),
        ("16999999", "999999.95"),
        ("17000000", "1000000"),
        ("17000001", "1000000"),
        ("90000000", "1000000"),
    ],
)
def test_the_limit_follows_the_steps_of_the_statute(rules: RuleSet, spending: str, limit: str) -> None:
    assert rules.limit(int(Decimal(spending) * CENTS)) == Decimal(limit) * CENTS


# 26 USC 4911(c)(4): 25 percent of the limit.
@pytest.mark.parametrize(
    ("spending", "limit"),
    [("500000", "25000"), ("1000000", "43750"), ("1500000", "56250"), ("17000000", "250000")],
)
def test_a_quarter_of_it_may_be_grass_roots(rules: RuleSet, spending: str, limit: str) -> None:
    assert rules.grassroots_limit(int(spending) * CENTS) == int(limit) * CENTS


@given(st.integers(0, 10**11), st.integers(0, 10**9))
def test_more_spending_never_lowers_the_limit(spending: int, more: int) -> None:
    rules = rules_on(date(2026, 7, 1))
    assert rules is not None
    assert rules.limit(spending) <= rules.limit(spending + more) <= rules.cap
    assert rules.grassroots_limit(spending) * 4 <= rules.limit(spending)


def test_before_the_election_could_be_made_there_are_no_rules() -> None:
    assert rules_on(date(1976, 12, 31)) is None
    assert rules_on(date(1977, 1, 1)) is not None


# 500,000 of exempt-purpose spending allow 100,000 of lobbying and 25,000 of it grass-roots.
@pytest.mark.parametrize(
    ("spent", "warned"),
    [
        ("74999.99", []),
        ("75000", ["75 percent of the limit for lobbying is reached."]),
        ("89999.99", ["75 percent of the limit for lobbying is reached."]),
        ("90000", ["90 percent of the limit for lobbying is reached."]),
        ("100000", ["90 percent of the limit for lobbying is reached."]),
        (
            "100000.01",
            ["The limit for lobbying is exceeded: 25 percent of the excess is due as tax (26 USC 4911(a))."],
        ),
    ],
)
def test_warnings_come_at_75_and_90_percent(rules: RuleSet, spent: str, warned: list[str]) -> None:
    found = standing([Expense("DIRECT", int(Decimal(spent) * CENTS))], 500_000 * CENTS, rules)
    assert list(found.warnings) == warned


def test_grass_roots_has_a_limit_and_warnings_of_its_own(rules: RuleSet) -> None:
    expenses = [Expense("GRASSROOTS", 22_500 * CENTS), Expense("DIRECT", 10_000 * CENTS)]
    found = standing(expenses, 500_000 * CENTS, rules)
    assert (found.spent, found.grassroots_spent) == (32_500 * CENTS, 22_500 * CENTS)
    assert (found.remaining, found.grassroots_remaining) == (67_500 * CENTS, 2_500 * CENTS)
    assert found.warnings == ("90 percent of the limit for grass-roots lobbying is reached.",)


def test_grass_roots_never_has_more_left_than_the_whole(rules: RuleSet) -> None:
    found = standing([Expense("DIRECT", 99_000 * CENTS)], 500_000 * CENTS, rules)
    assert (found.remaining, found.grassroots_remaining) == (1_000 * CENTS, 1_000 * CENTS)


def test_unpaid_hours_and_what_is_no_lobbying_count_for_nothing(rules: RuleSet) -> None:
    expenses = [
        Expense("DIRECT", None, Decimal(400), is_paid=False),
        Expense("NOT_LOBBYING", 5_000_000 * CENTS, Decimal(10)),
        Expense("DIRECT", 250 * CENTS, Decimal(2)),
    ]
    found = standing(expenses, 500_000 * CENTS, rules)
    assert (found.spent, found.unpriced_count, found.warnings) == (250 * CENTS, 0, ())


def test_paid_hours_without_a_cost_are_told() -> None:
    found = standing([Expense("DIRECT", None, Decimal(8))], None, None)
    assert (found.spent, found.limit, found.remaining, found.unpriced_count) == (0, None, None, 1)


def facts(
    body: Body, audience: Audience, words: str = "names view", *, spared: Exemption | None = None
) -> Facts:
    return Facts(body, audience, "names" in words, "view" in words, "act" in words, spared)


L, V = Body.LEGISLATURE, Body.VOTERS
TO_LEGISLATORS, TO_PUBLIC, TO_MEMBERS = Audience.LEGISLATORS, Audience.PUBLIC, Audience.MEMBERS


# Each line is one sentence of 26 CFR 56.4911-2 or -5.
@pytest.mark.parametrize(
    ("given_facts", "expected"),
    [
        (facts(L, TO_LEGISLATORS), "DIRECT"),
        (facts(L, Audience.OFFICIALS), "DIRECT"),
        (facts(L, TO_LEGISLATORS, "names"), "NOT_LOBBYING"),
        (facts(L, TO_LEGISLATORS, "view"), "NOT_LOBBYING"),
        (facts(L, TO_PUBLIC, "names view act"), "GRASSROOTS"),
        (facts(L, TO_PUBLIC, "names view"), "NOT_LOBBYING"),
        (facts(V, TO_PUBLIC, "names view"), "DIRECT"),
        (facts(L, TO_MEMBERS, "names view"), "NOT_LOBBYING"),
        (facts(L, TO_MEMBERS, "names view act"), "DIRECT"),
        (facts(L, Audience.INTERNAL, "names view act"), "NOT_LOBBYING"),
        (facts(Body.ADMINISTRATION, Audience.OFFICIALS), "NOT_LOBBYING"),
        (facts(Body.ORGANIZATION, TO_PUBLIC, "names view act"), "NOT_LOBBYING"),
        (facts(L, TO_LEGISLATORS, spared=Exemption.TECHNICAL_ADVICE), "NOT_LOBBYING"),
        (facts(L, TO_PUBLIC, "names view act", spared=Exemption.TECHNICAL_ADVICE), "GRASSROOTS"),
        (facts(L, TO_LEGISLATORS, spared=Exemption.SELF_DEFENSE), "NOT_LOBBYING"),
        (facts(L, TO_PUBLIC, "names view act", spared=Exemption.SELF_DEFENSE), "GRASSROOTS"),
        (facts(L, TO_PUBLIC, "names view", spared=Exemption.NONPARTISAN_ANALYSIS), "NOT_LOBBYING"),
        (facts(L, TO_PUBLIC, "names view act", spared=Exemption.NONPARTISAN_ANALYSIS), "GRASSROOTS"),
        (facts(L, TO_LEGISLATORS, spared=Exemption.BROAD_PROBLEMS), "NOT_LOBBYING"),
    ],
)
def test_an_action_is_classified_as_the_regulation_says(given_facts: Facts, expected: str) -> None:
    found = classify(given_facts)
    assert found.classification == expected
    assert "56.4911" in found.reason
