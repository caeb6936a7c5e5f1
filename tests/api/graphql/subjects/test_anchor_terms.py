"""Raises, the end of fundings, agreements and fees through the API. Expected figures are reckoned by hand."""

import secrets
from datetime import date
from typing import Any

import pytest

from models.people import Role

from .conftest import Answered, Ask, member
from .small import Small
from .test_anchor import FIRST, LAST, NEXT_YEAR, director, outlook, recorded, usd

UPDATE = """mutation($input: UpdateStaffPositionInput!) { updateStaffPosition(input: $input) {
  staffPosition { title } warnings { code sentence } userErrors { field code } } }"""
AGREE = """mutation($input: SetAgreementsInput!) { setAgreements(input: $input) {
  investment { renewal { dueOn probability ownerName } match { ratio required { amount } inKindCounts }
    instalments { fiscalYear dueOn amount { amount } conditional } }
  userErrors { field code } replayed } }"""


async def updated(ask: Ask, small: Small, position: str, **changes: object) -> Answered:
    asked = {"position": position, "idempotencyKey": secrets.token_hex(8), **changes}
    answer = await ask(UPDATE, member(small, Role.ANCHOR), input=asked)
    found: Answered = answer["data"]["updateStaffPosition"]
    return found


async def test_a_raise_costs_more_from_its_day_on(ask: Ask, small: Small) -> None:
    """By hand: 1,000.00 a month; from April 14,400.00 and a quarter of benefits are 1,500.00."""
    raised = {"fromOn": f"{NEXT_YEAR}-04-01", "annualPay": usd("14400.00"), "benefitRate": "0.25"}
    made = await recorded(ask, small, raises=[raised])
    found = (await outlook(ask, small, Role.ANCHOR))["data"]["partnership"]["staffing"]
    assert [month["cost"]["amount"] for month in found["months"][2:4]] == ["1000.00", "1500.00"]
    assert found["firstGap"] is not None
    cut = {**raised, "annualPay": usd("12000.00"), "benefitRate": "0"}
    assert (await updated(ask, small, made["staffPosition"]["id"], raises=[cut]))["userErrors"] == []
    again = (await outlook(ask, small, Role.ANCHOR))["data"]["partnership"]["staffing"]
    assert again["months"][3]["cost"]["amount"] == "1000.00"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"annualPay": usd("-1.00")}, ["raises", "0", "annualPay", "amount"]),
        ({"annualPay": {"amount": "1.00", "currency": "EUR"}}, ["raises", "0", "annualPay", "currency"]),
        ({"benefitRate": "-0.1"}, ["raises", "0", "benefitRate"]),
    ],
)
async def test_a_raise_that_cannot_be_is_refused_at_its_place(
    ask: Ask, small: Small, changes: dict[str, object], path: list[str]
) -> None:
    raised = {"fromOn": FIRST.isoformat(), "annualPay": usd("1.00"), **changes}
    found = await recorded(ask, small, raises=[raised])
    assert found["staffPosition"] is None
    assert [error["field"] for error in found["userErrors"]] == [path]


async def test_a_role_that_is_none_is_refused_before_anything_is_done(ask: Ask, small: Small) -> None:
    answer = await ask(
        "mutation($input: RecordStaffPositionInput!) { recordStaffPosition(input: $input) { replayed } }",
        member(small, Role.ANCHOR),
        input=director(small, role="CHIEF"),
    )
    assert "CHIEF" in answer["errors"][0]["message"]
    assert answer.get("data") is None


async def test_a_funding_ends_earlier_or_is_taken_back_whole(ask: Ask, small: Small) -> None:
    """By hand: Hill's 750.00 end after March; the state's 250.00 are taken back: nothing of it was ever there."""
    position = (await recorded(ask, small))["staffPosition"]["id"]
    award, public = (small.global_id("Investment", name) for name in ("award", "public"))
    end = [
        {"investment": award, "startsOn": FIRST.isoformat(), "endsOn": f"{NEXT_YEAR}-03-31"},
        {"investment": public, "startsOn": FIRST.isoformat()},
    ]
    assert (await updated(ask, small, position, endFunding=end))["userErrors"] == []
    found = (await outlook(ask, small, Role.ANCHOR))["data"]["partnership"]["staffing"]
    assert [month["secured"]["amount"] for month in found["months"][:4]] == ["750.00"] * 3 + ["0.00"]
    assert len(found["positions"][0]["fundedBy"]) == 1
    gone = await updated(ask, small, position, endFunding=end[1:])
    assert gone["userErrors"] == [{"field": ["endFunding", "0"], "code": "NOT_FOUND"}]
    back = {
        "investment": public,
        "startsOn": FIRST.isoformat(),
        "endsOn": LAST.isoformat(),
        "monthly": usd("250.00"),
    }
    assert (await updated(ask, small, position, funding=[back]))["userErrors"] == []
    found = (await outlook(ask, small, Role.ANCHOR))["data"]["partnership"]["staffing"]
    assert found["months"][0]["secured"]["amount"] == "1000.00"


async def test_a_funding_that_overlaps_a_recorded_one_is_refused(ask: Ask, small: Small) -> None:
    position = (await recorded(ask, small))["staffPosition"]["id"]
    award = small.global_id("Investment", "award")
    later = {
        "investment": award,
        "startsOn": LAST.isoformat(),
        "endsOn": f"{NEXT_YEAR}-12-31",
        "monthly": usd("1.00"),
    }
    found = await updated(ask, small, position, funding=[later])
    assert found["userErrors"] == [{"field": ["funding", "0"], "code": "CONFLICT"}]


async def test_an_award_pays_in_its_own_currency(ask: Ask, small: Small) -> None:
    term = {"startsOn": FIRST.isoformat(), "endsOn": LAST.isoformat()}
    euro = {"investment": small.global_id("Investment", "euro"), "monthly": usd("1.00"), **term}
    found = await recorded(ask, small, funding=[euro])
    assert [error["field"] for error in found["userErrors"]] == [["funding", "0", "monthly", "currency"]]


async def test_a_position_paid_beyond_its_cost_is_flagged_in_the_answer(ask: Ask, small: Small) -> None:
    position = (await recorded(ask, small))["staffPosition"]["id"]
    award = small.global_id("Investment", "award")
    more = {
        "investment": award,
        "startsOn": FIRST.isoformat(),
        "endsOn": LAST.isoformat(),
        "monthly": usd("800.00"),
    }
    found = await updated(ask, small, position, funding=[more])
    assert found["userErrors"] == []
    assert found["warnings"] == [
        {
            "code": "paid-beyond-cost",
            "sentence": f"'Director' is paid more than it costs in 6 months, first in January {NEXT_YEAR}",
        }
    ]


def agreements(small: Small, **changes: object) -> dict[str, Any]:
    return {
        "investment": small.global_id("Investment", "award"),
        "idempotencyKey": "agreed",
        "renewal": {"dueOn": "2030-01-01", "probability": "0.25", "ownerName": "Director"},
        "match": {"ratio": "0.5", "required": usd("500.00"), "inKindCounts": True},
        "instalments": [
            {"fiscalYear": 2029, "amount": "400.00", "dueOn": "2028-08-01"},
            {"fiscalYear": 2030, "amount": "600.00", "conditional": True},
        ],
        **changes,
    }


async def test_what_is_agreed_of_an_award_is_set_at_once(ask: Ask, small: Small) -> None:
    found = (await ask(AGREE, member(small), input=agreements(small)))["data"]["setAgreements"]
    assert found["userErrors"] == []
    assert found["investment"] == {
        "renewal": {"dueOn": "2030-01-01", "probability": "0.25", "ownerName": "Director"},
        "match": {"ratio": "0.5", "required": {"amount": "500.00"}, "inKindCounts": True},
        "instalments": [
            {"fiscalYear": 2029, "dueOn": "2028-08-01", "amount": {"amount": "400.00"}, "conditional": False},
            {"fiscalYear": 2030, "dueOn": None, "amount": {"amount": "600.00"}, "conditional": True},
        ],
    }
    less = {"investment": small.global_id("Investment", "award"), "idempotencyKey": "less", "instalments": []}
    kept = (await ask(AGREE, member(small), input=less))["data"]["setAgreements"]["investment"]
    assert (kept["instalments"], kept["renewal"]["probability"]) == ([], "0.25")


async def test_every_fault_of_an_agreement_is_told_at_its_place(ask: Ask, small: Small) -> None:
    wrong = agreements(
        small,
        renewal={"dueOn": "2030-01-01", "probability": "1.5"},
        match={"ratio": "0", "required": {"amount": "1.00", "currency": "EUR"}, "inKindCounts": False},
        instalments=[{"fiscalYear": 1900, "amount": "-1.00"}],
        fees=[
            {"feeRate": "0.05", "monthly": usd("1.00"), "startsOn": "2027-01-01"},
            {"feeRate": "2", "startsOn": "2027-02-01", "endsOn": "2027-01-01"},
            {"monthly": usd("1.00")},
        ],
    )
    found = (await ask(AGREE, member(small), input=wrong))["data"]["setAgreements"]
    assert found["investment"] is None
    assert {".".join(error["field"]) for error in found["userErrors"]} == {
        "renewal.probability",
        "match.ratio",
        "match.required.currency",
        "instalments.0.fiscalYear",
        "instalments.0.amount",
        "fees.0",
        "fees.1",  # overlaps the first
        "fees.1.feeRate",
        "fees.1.endsOn",
        "fees.2",
        "fees.2.startsOn",
    }


async def test_only_the_anchor_sets_agreements(ask: Ask, small: Small) -> None:
    for role in (Role.FUNDER, Role.DATA, Role.POLICY, Role.FACILITATOR):
        found = (await ask(AGREE, member(small, role, "hill"), input=agreements(small)))["data"][
            "setAgreements"
        ]
        assert [(each["field"], each["code"]) for each in found["userErrors"]] == [
            (["investment"], "FORBIDDEN")
        ]


FEES = """query($slug: String!, $from: Date!, $to: Date!) { partnership(slug: $slug) { anchorEntity {
  feeReport(from: $from, to: $to) {
    lines { investment { title } agreements { feeRate monthly { amount } } received { amount } due { amount } }
    periods { startsOn due { amount } } } } } }"""


async def test_fees_follow_the_award_and_hosting_the_month(ask: Ask, small: Small) -> None:
    """By hand: hosting at 40.00 a month, and 10.00 a month of Hill's award, over a quarter; the rate is of receipts."""
    hosting = """mutation($input: SetAnchorEntityInput!) { setAnchorEntity(input: $input) { userErrors { field } } }"""
    anchor = {
        "partnership": f"Partnership:{small.partnership.id}",
        "idempotencyKey": "hosting",
        "organization": small.global_id("Organization", "anchor"),
        "feeRate": "0.05",
        "startsOn": "2030-01-01",
        "monthlyFee": usd("40.00"),
    }
    assert (await ask(hosting, member(small), input=anchor))["data"]["setAnchorEntity"]["userErrors"] == []
    fees = [{"monthly": usd("10.00"), "startsOn": "2030-01-01"}]
    asked = {"investment": small.global_id("Investment", "award"), "idempotencyKey": "fee", "fees": fees}
    await ask(AGREE, member(small), input=asked)
    period = {"slug": small.slug, "from": "2030-01-01", "to": "2030-03-31"}
    found = (await ask(FEES, member(small), **period))["data"]["partnership"]["anchorEntity"]["feeReport"]
    told = {each["investment"] and each["investment"]["title"]: each for each in found["lines"]}
    assert {name: each["due"]["amount"] for name, each in told.items()} == {
        None: "120.00",
        "Reading grant": "30.00",
    }
    assert told["Reading grant"]["agreements"] == [{"feeRate": None, "monthly": {"amount": "10.00"}}]
    assert [each["due"]["amount"] for each in found["periods"]] == ["50.00"] * 3
    hill = (await ask(FEES, member(small, Role.FUNDER, "hill"), **period))["data"]["partnership"]
    assert [each["investment"]["title"] for each in hill["anchorEntity"]["feeReport"]["lines"]] == [
        "Reading grant"
    ]
    public = await ask(FEES, **period)
    assert public["data"]["partnership"]["anchorEntity"]["feeReport"] is None
    assert public["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    "field",
    [
        'statements(from: "2026-01-01", to: "2026-12-31") { currency }',
        "sustainability { reserveMonths }",
        "subGrants { reportStatus }",
    ],
)
async def test_the_books_are_not_for_the_public(ask: Ask, small: Small, field: str) -> None:
    query = f"query($slug: String!) {{ partnership(slug: $slug) {{ anchorEntity {{ {field} }} }} }}"
    answer = await ask(query, slug=small.slug)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    whole = await ask(query, member(small, Role.ANCHOR), slug=small.slug)
    assert "errors" not in whole


@pytest.mark.parametrize(
    "field",
    [
        'anchorEntity { statements(from: "2026-01-02", to: "2026-01-01") { currency } }',
        'anchorEntity { feeReport(from: "2026-01-01", to: "9999-12-31") { lines { __typename } } }',
        "renewalCalendar(withinDays: -1) { dueOn }",
    ],
)
async def test_a_period_that_is_none_is_refused(ask: Ask, small: Small, field: str) -> None:
    answer = await ask(
        f"query($slug: String!) {{ partnership(slug: $slug) {{ {field} }} }}", member(small), slug=small.slug
    )
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID"]


async def test_the_calendar_shows_a_funder_its_own_renewals(ask: Ask, small: Small) -> None:
    """By hand: a quarter's chance leaves three quarters of 1,000.00 at risk."""
    await ask(AGREE, member(small), input=agreements(small))
    query = """query($slug: String!, $asOf: Date!) { partnership(slug: $slug) {
      renewalCalendar(asOf: $asOf) { investment { title } dueOn atRisk { amount } ownerName late } } }"""
    asked = {"slug": small.slug, "asOf": date(2029, 12, 1).isoformat()}
    expected = [
        {
            "investment": {"title": "Reading grant"},
            "dueOn": "2030-01-01",
            "atRisk": {"amount": "750.00"},
            "ownerName": "Director",
            "late": False,
        }
    ]
    for caller in (member(small), member(small, Role.FUNDER, "hill")):
        assert (await ask(query, caller, **asked))["data"]["partnership"]["renewalCalendar"] == expected
    state = await ask(query, member(small, Role.FUNDER, "state"), **asked)
    assert state["data"]["partnership"]["renewalCalendar"] == []
