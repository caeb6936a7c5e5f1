"""Gifts in kind in the ledger through the API: recorded, read, taken back, and refused with their fields.

Expected quantities are reckoned by hand in each test.
"""

from itertools import count
from typing import Any

import pytest

from models.people import Role

from .conftest import Answered, Ask, member
from .small import Small

GIVE = """mutation($input: RecordInKindResourceInput!) { recordInKindResource(input: $input) {
  inKindResource { id } userErrors { field code message } } }"""
AMEND = """mutation($input: UpdateInKindResourceInput!) { updateInKindResource(input: $input) {
  inKindResource { quantity } userErrors { field code message } } }"""
MOVE = """mutation($input: RecordInKindMovementInput!) { recordInKindMovement(input: $input) {
  inKindMovement { id kind quantity unit occurredOn } userErrors { field code message } replayed } }"""
BACK = """mutation($input: ReverseInKindMovementInput!) { reverseInKindMovement(input: $input) {
  inKindMovement { id kind quantity reverses { id } } userErrors { field code message } } }"""
READ = """query($id: ID!, $on: Date) { node(id: $id) { ... on InKindResource { quantity
  balance(asOf: $on) { unit pledged promised received available used }
  movements { totalCount nodes { kind quantity unit occurredOn note } } } } }"""
OCTOBER = "2026-10-01"


async def given(ask: Ask, small: Small, **changes: object) -> str:
    asked = {
        "partnership": f"Partnership:{small.partnership.id}",
        "idempotencyKey": "gift",
        "donor": small.global_id("Organization", "hill"),
        "kind": "TIME",
        "description": "Hours of mentors",
        "quantity": "10",
        "unit": "HOUR",
        "startsOn": "2026-07-01",
        **changes,
    }
    made = (await ask(GIVE, member(small, Role.ANCHOR), input=asked))["data"]["recordInKindResource"]
    assert made["userErrors"] == []
    return str(made["inKindResource"]["id"])


async def moved(ask: Ask, small: Small, gift: str, **changes: object) -> Answered:
    asked = {
        "inKindResource": gift,
        "idempotencyKey": f"{changes}",
        "kind": "RECEIPT",
        "quantity": "6",
        "occurredOn": OCTOBER,
        **changes,
    }
    answer = await ask(MOVE, member(small, Role.ANCHOR), input=asked)
    found: Answered = answer["data"]["recordInKindMovement"]
    return found


def standing(**quantities: str) -> dict[str, Any]:
    zeros = dict.fromkeys(("pledged", "promised", "received", "available", "used"), "0")
    return {"unit": "HOUR", **zeros, **quantities}


async def test_what_comes_and_is_used_is_read_as_of_any_day(ask: Ask, small: Small) -> None:
    gift = await given(ask, small)
    came = await moved(ask, small, gift, quantity="6.25", note="First quarter")
    assert (came["userErrors"], came["inKindMovement"]["quantity"]) == ([], "6.25")
    await moved(ask, small, gift, kind="EXPENDITURE", quantity="2.5", occurredOn="2026-10-09")
    anchor = member(small, Role.ANCHOR)
    found = (await ask(READ, anchor, id=gift, on=OCTOBER))["data"]["node"]
    assert found["balance"] == standing(pledged="10", promised="3.75", received="6.25", available="6.25")
    later = (await ask(READ, anchor, id=gift, on="2026-10-09"))["data"]["node"]["balance"]
    assert (later["available"], later["used"]) == ("3.75", "2.5")
    assert [(each["kind"], each["quantity"], each["unit"]) for each in found["movements"]["nodes"]] == [
        ("PLEDGE", "10", "HOUR"),
        ("RECEIPT", "6.25", "HOUR"),
        ("EXPENDITURE", "2.5", "HOUR"),
    ]


async def test_the_anchor_reads_the_sums_of_each_unit_and_no_dollar_among_them(
    ask: Ask, small: Small
) -> None:
    await moved(ask, small, await given(ask, small))
    await given(ask, small, idempotencyKey="rooms", description="Rooms", unit="SQUARE_FOOT", quantity="2400")
    query = """query($slug: String!) { partnership(slug: $slug) { anchorEntity {
      inKindBalances(asOf: "2026-10-01") { unit pledged promised received available used }
      balances(asOf: "2026-10-01") { committed { amount currency } } } } }"""
    before = """query($slug: String!) { partnership(slug: $slug) { investments { totals { received { amount } } } } }"""
    found = (await ask(query, member(small, Role.ANCHOR), slug=small.slug))["data"]["partnership"][
        "anchorEntity"
    ]
    mine = {each["unit"]: each for each in found["inKindBalances"]}
    assert mine["SQUARE_FOOT"]["pledged"] == "2400"
    assert (mine["HOUR"]["received"], mine["HOUR"]["promised"]) == ("6", "4")
    assert {each["committed"]["currency"] for each in found["balances"]} <= {"USD", "EUR"}
    assert "u:" not in str(await ask(before, member(small, Role.ANCHOR), slug=small.slug))


async def test_a_movement_is_taken_back_and_a_promise_is_not(ask: Ask, small: Small) -> None:
    gift = await given(ask, small)
    came = (await moved(ask, small, gift))["inKindMovement"]["id"]
    anchor, keys = member(small, Role.ANCHOR), count()

    async def back(movement: str, **changes: object) -> Answered:
        asked = {"movement": movement, "idempotencyKey": str(next(keys)), "note": "Wrong", **changes}
        found: Answered = (await ask(BACK, anchor, input=asked))["data"]["reverseInKindMovement"]
        return found

    half = await back(came, quantity="1.5")
    assert half["inKindMovement"]["reverses"] == {"id": came}
    too_much = await back(came, quantity="5")
    assert [(each["field"], each["code"]) for each in too_much["userErrors"]] == [(["quantity"], "INVALID")]
    assert (await back(came))["userErrors"] == []
    twice = await back(came)
    assert [(each["field"], each["code"]) for each in twice["userErrors"]] == [(["movement"], "CONFLICT")]
    listed = "query($id: ID!) { node(id: $id) { ... on InKindResource { movements { nodes { id kind } } } } }"
    nodes = (await ask(listed, anchor, id=gift))["data"]["node"]["movements"]["nodes"]
    pledge = next(each["id"] for each in nodes if each["kind"] == "PLEDGE")
    assert [each["code"] for each in (await back(pledge))["userErrors"]] == ["CONFLICT"]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"quantity": "10.001"}, "quantity", "INVALID"),
        ({"quantity": "0"}, "quantity", "INVALID"),
        ({"quantity": "-1"}, "quantity", "INVALID"),
        ({"quantity": "0.0001"}, "quantity", "INVALID"),
        ({"kind": "EXPENDITURE"}, "quantity", "INVALID"),
        ({"kind": "FEE"}, "kind", "INVALID"),
        ({"occurredOn": "2026-06-30"}, "occurredOn", "INVALID"),
        ({"occurredOn": "2101-01-01"}, "occurredOn", "INVALID"),
        ({"note": " "}, "note", "INVALID"),
    ],
)
async def test_a_movement_that_cannot_be_is_refused_at_its_field(
    ask: Ask, small: Small, changes: dict[str, object], field: str, code: str
) -> None:
    gift = await given(ask, small)
    made = await moved(ask, small, gift, **changes)
    assert [(each["field"], each["code"]) for each in made["userErrors"]] == [([field], code)]
    found = (await ask(READ, member(small, Role.ANCHOR), id=gift, on=OCTOBER))["data"]["node"]
    assert found["balance"] == standing(pledged="10", promised="10")


@pytest.mark.parametrize(("changes", "field"), [({"quantity": "5"}, "quantity"), ({"unit": "SEAT"}, "unit")])
async def test_what_came_stays_promised_and_in_its_unit(
    ask: Ask, small: Small, changes: dict[str, object], field: str
) -> None:
    gift = await given(ask, small)
    await moved(ask, small, gift)
    asked = {"inKindResource": gift, "idempotencyKey": "amend", **changes}
    made = (await ask(AMEND, member(small, Role.ANCHOR), input=asked))["data"]["updateInKindResource"]
    assert [(each["field"], each["code"]) for each in made["userErrors"]] == [([field], "CONFLICT")]
    more = {"inKindResource": gift, "idempotencyKey": "more", "quantity": "6"}
    enough = (await ask(AMEND, member(small, Role.ANCHOR), input=more))["data"]["updateInKindResource"]
    assert (enough["userErrors"], enough["inKindResource"]) == ([], {"quantity": "6"})


async def test_a_gifts_movement_is_no_transaction_of_dollars(ask: Ask, small: Small) -> None:
    """The same row asked for as a transaction is not there, and is not reversed as one."""
    came = (await moved(ask, small, await given(ask, small)))["inKindMovement"]["id"]
    posed = came.replace("InKindMovement", "Transaction")
    anchor = member(small, Role.ANCHOR)
    found = await ask("query($id: ID!) { node(id: $id) { id } }", anchor, id=posed)
    assert found["data"]["node"] is None
    reverse = """mutation($input: ReverseTransactionInput!) { reverseTransaction(input: $input) {
      transaction { id } userErrors { field code } } }"""
    asked = {"transaction": posed, "idempotencyKey": "posed", "note": "Wrong"}
    made = (await ask(reverse, anchor, input=asked))["data"]["reverseTransaction"]
    assert made == {"transaction": None, "userErrors": [{"field": ["transaction"], "code": "NOT_FOUND"}]}


async def test_others_do_not_record_nor_read_single_movements(ask: Ask, small: Small) -> None:
    gift = await given(ask, small)
    await moved(ask, small, gift)
    asked = {"inKindResource": gift, "idempotencyKey": "x", "kind": "RECEIPT", "quantity": "1"}
    stranger = member(small, Role.FACILITATOR)
    made = await ask(MOVE, stranger, input={**asked, "occurredOn": OCTOBER})
    assert made["data"]["recordInKindMovement"]["userErrors"][0]["code"] == "FORBIDDEN"
    donor = (await ask(READ, member(small, Role.FUNDER, "hill"), id=gift))["data"]["node"]
    other = await ask(READ, member(small, Role.FUNDER, "state"), id=gift)
    assert donor["movements"]["totalCount"] == 2
    assert ((other.get("data") or {}).get("node") or {}).get("movements", {"nodes": []})["nodes"] == []
