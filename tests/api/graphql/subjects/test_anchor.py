"""The anchor's staff, books and agreements through the API. Expected figures are reckoned by hand in each test."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models.people import Role

from .conftest import Answered, Ask, member
from .small import Small

NEXT_YEAR = datetime.now(UTC).year + 1
FIRST = date(NEXT_YEAR, 1, 1)
LAST = date(NEXT_YEAR, 6, 30)

RECORD = """mutation($input: RecordStaffPositionInput!) { recordStaffPosition(input: $input) {
  staffPosition { id title annualCost { amount } } userErrors { field code message } replayed } }"""
OUTLOOK = """query($slug: String!, $on: Date) { partnership(slug: $slug) { staffing(asOf: $on) {
  asOf firstGap runwayMonths recurringShare largestFunderShare missingRoles
  months { month cost { amount } secured { amount } expected { amount } gap { amount } }
  positions { position { title role annualCost { amount } } fundedThrough runwayMonths
    largestFunder { organization { name } } largestFunderShare
    fundedBy { investment { title } monthly { amount currency } certain recurring } } } } }"""


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


def director(small: Small, **changes: object) -> dict[str, Any]:
    """12,000.00 a year; for six months Hill pays 750.00 and the state 250.00 of each month's 1,000.00."""
    term = {"startsOn": FIRST.isoformat(), "endsOn": LAST.isoformat()}
    award, public = (small.global_id("Investment", name) for name in ("award", "public"))
    return {
        "partnership": f"Partnership:{small.partnership.id}",
        "idempotencyKey": "director",
        "title": "Director",
        "role": "PARTNERSHIP_DIRECTOR",
        "annualCost": usd("12000.00"),
        "funding": [
            {"investment": award, "monthly": usd("750.00"), "recurring": True, **term},
            {"investment": public, "monthly": usd("250.00"), **term},
        ],
        **changes,
    }


async def recorded(ask: Ask, small: Small, **changes: object) -> Answered:
    answer = await ask(RECORD, member(small, Role.ANCHOR), input=director(small, **changes))
    found: Answered = answer["data"]["recordStaffPosition"]
    return found


async def outlook(ask: Ask, small: Small, role: Role, organization: str | None = None) -> Answered:
    return await ask(OUTLOOK, member(small, role, organization), slug=small.slug, on=FIRST.isoformat())


async def test_the_anchor_sees_months_gaps_and_shares(ask: Ask, small: Small) -> None:
    assert (await recorded(ask, small))["userErrors"] == []
    found = (await outlook(ask, small, Role.ANCHOR))["data"]["partnership"]["staffing"]
    assert found["firstGap"] == date(NEXT_YEAR, 7, 1).isoformat()
    assert found["runwayMonths"] == 6
    assert (found["recurringShare"], found["largestFunderShare"]) == ("0.750000", "0.750000")
    assert "PARTNERSHIP_DIRECTOR" not in found["missingRoles"]
    assert len(found["missingRoles"]) == 4
    secured = [month["secured"]["amount"] for month in found["months"]]
    assert secured[:7] == ["1000.00"] * 6 + ["0.00"]
    assert found["months"][6]["gap"]["amount"] == "1000.00"
    position = found["positions"][0]
    assert position["fundedThrough"] == LAST.isoformat()
    assert position["largestFunder"] == {"organization": {"name": "Hill Foundation"}}
    assert [each["monthly"]["amount"] for each in position["fundedBy"]] == ["750.00", "250.00"]


async def test_a_funder_sees_the_positions_that_it_pays_and_its_own_payments(ask: Ask, small: Small) -> None:
    await recorded(ask, small)
    await recorded(ask, small, title="Clerk", role="OTHER", idempotencyKey="clerk", funding=[])
    found = (await outlook(ask, small, Role.FUNDER, "hill"))["data"]["partnership"]["staffing"]
    assert [each["position"]["title"] for each in found["positions"]] == ["Director"]
    assert found["positions"][0]["position"]["annualCost"] == {"amount": "12000.00"}
    assert [each["monthly"]["amount"] for each in found["positions"][0]["fundedBy"]] == ["750.00"]
    assert found["months"][0]["cost"]["amount"] == "1000.00"


async def test_the_public_reads_roles_and_no_costs(ask: Ask, small: Small) -> None:
    await recorded(ask, small)
    query = """query($slug: String!) { partnership(slug: $slug) { staffing { missingRoles
      positions { position { title role fullTimeEquivalent annualCost { amount } } } } } }"""
    answer = await ask(query, slug=small.slug)
    assert answer["data"]["partnership"]["staffing"]["positions"] == [
        {
            "position": {
                "title": "Director",
                "role": "PARTNERSHIP_DIRECTOR",
                "fullTimeEquivalent": "1",
                "annualCost": None,
            }
        }
    ]
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    months = await ask(
        "query($slug: String!) { partnership(slug: $slug) { name staffing { months { month } } } }",
        slug=small.slug,
    )
    assert months["data"]["partnership"] == {"name": "A partnership under test", "staffing": None}


async def test_a_loss_takes_the_funders_positions_and_unpaid_dollars(ask: Ask, small: Small) -> None:
    await recorded(ask, small)
    query = """query($slug: String!, $funder: ID!, $from: Date!) { partnership(slug: $slug) {
      simulateFunderLoss(funder: $funder, from: $from) { dollars { amount currency } firstGap
        positions { position { title } fundedThrough } practices { name } } } }"""
    asked = {"slug": small.slug, "funder": small.global_id("Funder", "state-funder")}
    today = datetime.now(UTC).date()
    answer = await ask(query, member(small), **asked, **{"from": today.isoformat()})
    found = answer["data"]["partnership"]["simulateFunderLoss"]
    assert [each["position"]["title"] for each in found["positions"]] == ["Director"]
    assert found["practices"] == [{"name": "Camp"}]
    # 2,000.00 less the 800.00 that was paid is still to come
    assert float(found["dollars"][0]["amount"]) <= 1200
    other = await ask(query, member(small, Role.FUNDER, "hill"), **asked, **{"from": today.isoformat()})
    assert other["data"]["partnership"]["simulateFunderLoss"] is None
    assert other["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"annualCost": usd("-1.00")}, ["annualCost", "amount"]),
        ({"annualCost": usd("1.005")}, ["annualCost", "amount"]),
        ({"fullTimeEquivalent": "0"}, ["fullTimeEquivalent"]),
        ({"startsOn": "2027-01-02", "endsOn": "2027-01-01"}, ["endsOn"]),
        ({"title": "  "}, ["title"]),
    ],
)
async def test_a_position_that_contradicts_itself_is_refused_at_its_field(
    ask: Ask, small: Small, changes: dict[str, object], path: list[str]
) -> None:
    found = await recorded(ask, small, **changes)
    assert found["staffPosition"] is None
    assert [error["field"] for error in found["userErrors"]] == [path]


async def test_a_funding_is_refused_at_its_place_in_the_list(ask: Ask, small: Small) -> None:
    award = small.global_id("Investment", "award")
    term = {"startsOn": "2027-01-01", "endsOn": "2027-06-30"}
    funding = [
        {"investment": award, "monthly": usd("1.00"), **term},
        {"investment": award, "monthly": {"amount": "1.00", "currency": "EUR"}, **term},
        {"investment": small.global_id("Investment", "nothing"), "monthly": usd("1.00"), **term},
        {"monthly": usd("1.00"), "startsOn": "2027-01-02", "endsOn": "2027-01-01"},
    ]
    found = await recorded(ask, small, funding=funding)
    assert {(*error["field"], error["code"]) for error in found["userErrors"]} == {
        ("funding", "1", "INVALID"),  # overlaps the first
        ("funding", "1", "monthly", "currency", "INVALID"),
        ("funding", "2", "investment", "NOT_FOUND"),
        ("funding", "3", "INVALID"),  # names nobody
        ("funding", "3", "endsOn", "INVALID"),
    }


async def test_the_same_key_gives_the_same_position_again(ask: Ask, small: Small) -> None:
    first, second = await recorded(ask, small), await recorded(ask, small)
    assert (first["replayed"], second["replayed"]) == (False, True)
    assert first["staffPosition"] == second["staffPosition"]
    other = await recorded(ask, small, title="Another")
    assert [error["code"] for error in other["userErrors"]] == ["DUPLICATE"]


async def test_two_positions_never_share_a_title(ask: Ask, small: Small) -> None:
    await recorded(ask, small)
    again = await recorded(ask, small, idempotencyKey="again")
    assert [(error["field"], error["code"]) for error in again["userErrors"]] == [(["title"], "CONFLICT")]


async def test_a_funding_is_changed_by_its_payer_and_first_day(ask: Ask, small: Small) -> None:
    made = await recorded(ask, small)
    change = {
        "position": made["staffPosition"]["id"],
        "idempotencyKey": "more",
        "funding": [
            {
                "investment": small.global_id("Investment", "award"),
                "monthly": usd("700.00"),
                "startsOn": FIRST.isoformat(),
                "endsOn": LAST.isoformat(),
            }
        ],
    }
    query = """mutation($input: UpdateStaffPositionInput!) { updateStaffPosition(input: $input) {
      staffPosition { title } userErrors { field } } }"""
    answer = await ask(query, member(small, Role.ANCHOR), input=change)
    assert answer["data"]["updateStaffPosition"] == {"staffPosition": {"title": "Director"}, "userErrors": []}
    found = (await outlook(ask, small, Role.ANCHOR))["data"]["partnership"]["staffing"]
    assert found["months"][0]["gap"]["amount"] == "50.00"
    assert found["firstGap"] is not None
    assert len(found["positions"][0]["fundedBy"]) == 2


async def test_only_the_anchor_records_staff(ask: Ask, small: Small) -> None:
    for role in set(Role) - {Role.ADMIN, Role.ANCHOR}:
        answer = await ask(RECORD, member(small, role, "hill"), input=director(small))
        errors = answer["data"]["recordStaffPosition"]["userErrors"]
        assert [(error["field"], error["code"]) for error in errors] == [(["partnership"], "FORBIDDEN")]


GIFT = """mutation($input: RecordInKindResourceInput!) { recordInKindResource(input: $input) {
  inKindResource { id quantity valuation { value { amount } } matchConflict countedAsMatchFor { title } }
  userErrors { field code } } }"""


async def test_a_gift_counted_for_two_awards_is_kept_and_flagged(ask: Ask, small: Small) -> None:
    gift = {
        "partnership": f"Partnership:{small.partnership.id}",
        "idempotencyKey": "gift",
        "donor": small.global_id("Organization", "school"),
        "kind": "VOLUNTEERS",
        "description": "Readers",
        "quantity": "10",
        "unit": "HOUR",
        "valuation": {"unitRate": usd("33.50"), "method": "Pay for like work", "rateSource": "A survey"},
        "countedAsMatchFor": [small.global_id("Investment", name) for name in ("award", "public")],
    }
    answer = await ask(GIFT, member(small, Role.ANCHOR), input=gift)
    found = answer["data"]["recordInKindResource"]["inKindResource"]
    assert found["valuation"]["value"]["amount"] == "335.00"  # 10 x 33.50
    assert found["matchConflict"] is True
    assert {each["title"] for each in found["countedAsMatchFor"]} == {"Reading grant", "Summer money"}
    query = """mutation($input: UpdateInKindResourceInput!) { updateInKindResource(input: $input) {
      inKindResource { quantity matchConflict countedAsMatchFor { title } } userErrors { field } } }"""
    one = {"inKindResource": found["id"], "idempotencyKey": "one", "quantity": "12"}
    one["countedAsMatchFor"] = gift["countedAsMatchFor"][:1]  # type: ignore[index]  # a list of ids
    changed = (await ask(query, member(small), input=one))["data"]["updateInKindResource"]
    assert changed["userErrors"] == []
    assert changed["inKindResource"] == {
        "quantity": "12",
        "matchConflict": False,
        "countedAsMatchFor": [{"title": "Reading grant"}],
    }


async def test_what_is_owed_is_recorded_told_and_done(ask: Ask, small: Small) -> None:
    yesterday = (datetime.now(UTC).date() - timedelta(days=1)).isoformat()
    owed = {
        "investment": small.global_id("Investment", "award"),
        "idempotencyKey": "report",
        "kind": "REPORT",
        "title": "First report",
        "dueOn": yesterday,
    }
    record = """mutation($input: RecordObligationInput!) { recordObligation(input: $input) {
      obligation { id late doneOn } userErrors { field } } }"""
    made = (await ask(record, member(small, Role.ANCHOR), input=owed))["data"]["recordObligation"]
    assert (made["obligation"]["late"], made["userErrors"]) == (True, [])
    listed = """query($slug: String!) { partnership(slug: $slug) {
      obligations(filter: {open: true}) { totalCount nodes { title investment { title } } } } }"""
    assert (await ask(listed, member(small), slug=small.slug))["data"]["partnership"]["obligations"] == {
        "totalCount": 1,
        "nodes": [{"title": "First report", "investment": {"title": "Reading grant"}}],
    }
    state = await ask(listed, member(small, Role.FUNDER, "state"), slug=small.slug)
    assert state["data"]["partnership"]["obligations"]["totalCount"] == 0
    public = await ask(listed, slug=small.slug)
    assert public["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    complete = """mutation($input: CompleteObligationInput!) { completeObligation(input: $input) {
      obligation { late } userErrors { field code } } }"""
    done = {"obligation": made["obligation"]["id"], "idempotencyKey": "done"}
    answer = await ask(complete, member(small), input=done)
    assert answer["data"]["completeObligation"] == {"obligation": {"late": False}, "userErrors": []}
    again = await ask(complete, member(small), input={**done, "idempotencyKey": "again"})
    assert again["data"]["completeObligation"]["userErrors"] == [
        {"field": ["obligation"], "code": "CONFLICT"}
    ]


async def test_an_offer_is_listed_for_those_at_the_table(ask: Ask, small: Small) -> None:
    offer = {
        "partnership": f"Partnership:{small.partnership.id}",
        "idempotencyKey": "offer",
        "source": small.global_id("Organization", "state"),
        "ratio": "0.5",
        "maximum": usd("1000.00"),
    }
    record = """mutation($input: RecordMatchOfferInput!) { recordMatchOffer(input: $input) {
      matchOffer { source { name } ratio maximum { amount } inKindCounts } userErrors { field } } }"""
    expected = {
        "source": {"name": "State of Example"},
        "ratio": "0.5",
        "maximum": {"amount": "1000.00"},
        "inKindCounts": False,
    }
    made = await ask(record, member(small, Role.ANCHOR), input=offer)
    assert made["data"]["recordMatchOffer"]["matchOffer"] == expected
    listed = """query($slug: String!) { partnership(slug: $slug) { matchOffers { nodes {
      source { name } ratio maximum { amount } inKindCounts } } } }"""
    seen = await ask(listed, member(small, Role.FUNDER, "hill"), slug=small.slug)
    assert seen["data"]["partnership"]["matchOffers"]["nodes"] == [expected]
    assert (await ask(listed, slug=small.slug))["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_budget_stands_against_what_was_spent(ask: Ask, small: Small) -> None:
    # In fiscal year 2027 (July 2026 on) 100.00 of Hill's award was spent on PRACTICE.
    lines = [
        {"use": "PRACTICE", "funder": small.global_id("Organization", "hill"), "amount": usd("80.00")},
        {"use": "OPERATIONS", "amount": usd("500.00")},
    ]
    budget = {
        "partnership": f"Partnership:{small.partnership.id}",
        "idempotencyKey": "budget",
        "fiscalYear": 2027,
        "lines": lines,
    }
    query = """mutation($input: SetBudgetInput!) { setBudget(input: $input) { partnership {
      budget(fiscalYear: 2027) { use funder { organization { name } } budget { amount } actual { amount }
      variance { amount } } } userErrors { field } } }"""
    answer = await ask(query, member(small, Role.ANCHOR), input=budget)
    found = answer["data"]["setBudget"]["partnership"]["budget"]
    figures = {
        each["use"]: tuple(each[name]["amount"] for name in ("budget", "actual", "variance"))
        for each in found
    }
    assert figures == {
        "PRACTICE": ("80.00", "100.00", "-20.00"),
        "OPERATIONS": ("500.00", "0.00", "500.00"),
    }
    read = "query($slug: String!) { partnership(slug: $slug) { budget(fiscalYear: 2027) { use } } }"
    own = await ask(read, member(small, Role.FUNDER, "hill"), slug=small.slug)
    assert own["data"]["partnership"]["budget"] == [{"use": "PRACTICE"}]
    twice = {**budget, "idempotencyKey": "twice", "lines": [lines[0], lines[0]]}
    refused = await ask(query.replace("partnership {", "partnership { id"), member(small), input=twice)
    assert refused["data"]["setBudget"]["userErrors"] == [{"field": ["lines", "1"]}]


async def test_another_anchor_entity_takes_over_on_its_day(ask: Ask, small: Small) -> None:
    asked = {
        "partnership": f"Partnership:{small.partnership.id}",
        "idempotencyKey": "anchor",
        "organization": small.global_id("Organization", "school"),
        "feeRate": "0.07",
    }
    query = """mutation($input: SetAnchorEntityInput!) { setAnchorEntity(input: $input) { partnership {
      anchorEntity { organization { name } feeRate } } userErrors { field } } }"""
    answer = await ask(query, member(small, Role.ANCHOR), input=asked)
    assert answer["data"]["setAnchorEntity"]["partnership"]["anchorEntity"] == {
        "organization": {"name": "River School"},
        "feeRate": "0.07",
    }
    wrong = await ask(query, member(small), input={**asked, "idempotencyKey": "x", "feeRate": "1.1"})
    assert wrong["data"]["setAnchorEntity"]["userErrors"] == [{"field": ["feeRate"]}]
