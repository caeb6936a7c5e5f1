"""Investments. Expected figures are those of small.py, reckoned by hand."""

import pytest

from models.people import Role

from .conftest import Ask, member
from .small import Small

TITLES = """query($slug: String!, $filter: InvestmentFilter, $orderBy: InvestmentOrder) {
  partnership(slug: $slug) { investments(filter: $filter, orderBy: $orderBy) { totalCount nodes { title } } } }"""


async def titles(ask: Ask, small: Small, wanted: dict[str, object], order_by: str = "TITLE_ASC") -> list[str]:
    answer = await ask(TITLES, slug=small.slug, filter=wanted, orderBy=order_by)
    assert "errors" not in answer, answer["errors"]
    found = answer["data"]["partnership"]["investments"]
    assert found["totalCount"] == len(found["nodes"])
    return [node["title"] for node in found["nodes"]]


async def test_an_investment_says_where_its_dollars_are(ask: Ask, small: Small) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on Investment {
      committed { amount currency } alignmentLevel missing version
      allocations { use fiscalYear amount { amount } practice { name } population { label } outcome { name } }
      totals { count committed { amount } received { amount } disbursed { amount } spent { amount } }
      restrictions { amount { amount } until populations { label } practices { name } fiscalYears }
      source { system identifier file row } } } }"""
    answer = await ask(query, id=small.global_id("Investment", "award"))
    assert answer["data"]["node"] == {
        "committed": {"amount": "1000.00", "currency": "USD"},
        "alignmentLevel": 6,
        "missing": [],
        "version": 1,
        "allocations": [
            {
                "use": "PRACTICE",
                "fiscalYear": 2027,
                "amount": {"amount": "600.00"},
                "practice": {"name": "Tutoring"},
                "population": {"label": "Black"},
                "outcome": {"name": "Reading"},
            },
            {
                "use": "PRACTICE",
                "fiscalYear": None,
                "amount": {"amount": "300.00"},
                "practice": None,
                "population": None,
                "outcome": None,
            },
        ],
        "totals": {
            "count": 1,
            "committed": [{"amount": "1000.00"}],
            "received": [{"amount": "500.00"}],
            "disbursed": [{"amount": "0.00"}],
            "spent": [{"amount": "100.00"}],
        },
        "restrictions": [
            {
                "amount": {"amount": "400.00"},
                "until": "2030-06-30",
                "populations": [{"label": "Black"}],
                "practices": [],
                "fiscalYears": [],
            }
        ],
        "source": {"system": "test", "identifier": "award", "file": "awards.csv", "row": 2},
    }


async def test_movable_dollars_are_those_that_nothing_holds(ask: Ask, small: Small) -> None:
    """1,000 less 100 spent, 150 signed for and 400 under the donor's letter leaves 350."""
    query = """query($id: ID!) { node(id: $id) { ... on Investment {
      movable { movable { amount } locked { amount { amount } reason until } } } } }"""
    answer = await ask(query, id=small.global_id("Investment", "award"))
    assert answer["data"]["node"]["movable"] == {
        "movable": {"amount": "350.00"},
        "locked": [
            {"amount": {"amount": "100.00"}, "reason": "SPENT", "until": None},
            {"amount": {"amount": "150.00"}, "reason": "OBLIGATED", "until": None},
            {"amount": {"amount": "400.00"}, "reason": "RESTRICTION", "until": "2030-06-30"},
        ],
    }


async def test_a_camp_without_an_outcome_stands_on_no_rung(ask: Ask, small: Small) -> None:
    query = "query($id: ID!) { node(id: $id) { ... on Investment { alignmentLevel missing } } }"
    answer = await ask(query, id=small.global_id("Investment", "public"))
    assert answer["data"]["node"] == {
        "alignmentLevel": 0,
        "missing": ["OUTCOME", "INDICATOR", "POPULATION", "EVIDENCE", "RESULTS"],
    }


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["A gift from abroad", "Reading grant", "Summer money"]),
        ({"search": "SUMMER"}, ["Summer money"]),
        ({"search": "%"}, []),
        ({"currencies": ["EUR"]}, ["A gift from abroad"]),
        ({"restricted": True}, ["Reading grant"]),
        ({"restricted": False}, ["A gift from abroad", "Summer money"]),
        ({"minimumAmount": "1000"}, ["Reading grant", "Summer money"]),
        ({"maximumAmount": "999.99"}, ["A gift from abroad"]),
        ({"awardedFrom": "2024-01-01"}, ["Reading grant"]),
        ({"awardedTo": "2023-12-31"}, ["Summer money"]),
        ({"activeOn": "2024-06-30"}, []),
        (
            {"endsFrom": "2099-06-30", "uses": ["PRACTICE"]},
            ["A gift from abroad", "Reading grant", "Summer money"],
        ),
        ({"missing": ["PRACTICE"]}, ["A gift from abroad"]),
        ({"missing": ["EVIDENCE"]}, ["A gift from abroad", "Summer money"]),
        ({"alignmentLevelBelow": 6}, ["A gift from abroad", "Summer money"]),
        ({"alignmentLevelBelow": 7}, ["A gift from abroad", "Reading grant", "Summer money"]),
        ({"alignmentLevelBelow": 0}, []),
    ],
)
async def test_a_filter_keeps_what_it_says(
    ask: Ask, small: Small, wanted: dict[str, object], expected: list[str]
) -> None:
    assert await titles(ask, small, wanted) == expected


async def test_filters_by_ids_take_a_funder_or_its_organization(ask: Ask, small: Small) -> None:
    hill = ["A gift from abroad", "Reading grant"]
    assert await titles(ask, small, {"funders": [small.global_id("Funder", "hill-funder")]}) == hill
    assert await titles(ask, small, {"funders": [small.global_id("Organization", "hill")]}) == hill
    assert await titles(ask, small, {"practices": [small.global_id("Practice", "camp")]}) == ["Summer money"]
    assert await titles(ask, small, {"populations": [small.global_id("PopulationGroup", "black")]}) == [
        "Reading grant"
    ]


async def test_an_id_of_another_partnership_filters_like_an_unknown_one(
    ask: Ask, small: Small, private: Small
) -> None:
    forged = f"Funder:{private.partnership.id}:{small.id('hill-funder')}"
    for id_ in (private.global_id("Funder", "hill-funder"), forged, "Funder:nonsense", "", "Practice:1:2"):
        assert await titles(ask, small, {"funders": [id_]}) == []


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("AMOUNT_DESC", ["Summer money", "Reading grant", "A gift from abroad"]),
        ("AMOUNT_ASC", ["A gift from abroad", "Reading grant", "Summer money"]),
        ("AWARDED_DESC", ["Reading grant", "Summer money", "A gift from abroad"]),
        ("AWARDED_ASC", ["Summer money", "Reading grant", "A gift from abroad"]),
    ],
)
async def test_an_order_puts_the_unknown_last(
    ask: Ask, small: Small, order: str, expected: list[str]
) -> None:
    assert await titles(ask, small, {}, order) == expected


async def test_pages_hold_every_investment_once(ask: Ask, small: Small) -> None:
    query = """query($slug: String!, $after: String) { partnership(slug: $slug) {
      investments(first: 1, after: $after, orderBy: AMOUNT_DESC) {
        nodes { title } pageInfo { hasNextPage endCursor } } } }"""
    seen, after = [], None
    for _ in range(3):
        page = (await ask(query, slug=small.slug, after=after))["data"]["partnership"]["investments"]
        seen += [node["title"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert seen == ["Summer money", "Reading grant", "A gift from abroad"]
    assert not page["pageInfo"]["hasNextPage"]


async def test_single_transactions_are_for_the_anchor_and_the_funder(ask: Ask, small: Small) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on Investment { title transactions(first: 1) { totalCount nodes {
      kind amount { amount } from { name } to { name } occurredOn note
      line { practice { name } amount { amount } } } } } } }"""
    award, public = (small.global_id("Investment", name) for name in ("award", "public"))
    anchor = await ask(query, member(small, Role.ANCHOR), id=award)
    assert anchor["data"]["node"]["transactions"] == {
        "totalCount": 5,
        "nodes": [
            {
                "kind": "COMMITMENT",
                "amount": {"amount": "1000.00"},
                "from": {"name": "Hill Foundation"},
                "to": {"name": "River School"},
                "occurredOn": "2026-07-01",
                "note": "for the books",
                "line": {"practice": None, "amount": {"amount": "1000.00"}},
            }
        ],
    }
    funder = member(small, Role.FUNDER, "hill")
    assert (await ask(query, funder, id=award))["data"]["node"]["transactions"]["totalCount"] == 5
    assert (await ask(query, funder, id=public))["data"]["node"]["transactions"]["totalCount"] == 0
    community = await ask(query, id=award)
    assert community["data"]["node"] is None
    assert community["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_withheld_value_is_null_with_its_reason_and_the_rest_stands(ask: Ask, small: Small) -> None:
    query = """query($slug: String!) { partnership(slug: $slug) {
      investments(orderBy: AMOUNT_ASC) { nodes { title renewalProbability } } } }"""
    answer = await ask(query, member(small, Role.FUNDER, "hill"), slug=small.slug)
    assert answer["data"]["partnership"]["investments"]["nodes"] == [
        {"title": "A gift from abroad", "renewalProbability": "0.8"},
        {"title": "Reading grant", "renewalProbability": "0.8"},
        {"title": "Summer money", "renewalProbability": None},
    ]
    (error,) = answer["errors"]
    assert error["path"] == ["partnership", "investments", "nodes", 2, "renewalProbability"]
    assert error["extensions"]["code"] == "FORBIDDEN"


async def test_statements_do_not_grow_with_the_rows(ask: Ask, small: Small, statements: list[str]) -> None:
    query = """query($slug: String!, $first: Int) { partnership(slug: $slug) { investments(first: $first) { nodes {
      title funder { organization { name } totals { count } } recipient { name } totals { count }
      movable { movable { amount } } restrictions { note populations { label } } missing
      allocations { practice { name tier { tier } } } } } } }"""
    counts = []
    for first in (1, 3):
        statements.clear()
        answer = await ask(query, member(small), slug=small.slug, first=first)
        assert "errors" not in answer, answer["errors"]
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 3
