"""Recording what moves through the API.

The small partnership's first award has 1,000.00 promised, 500.00 of it received; 600.00 lie on tutoring (150.00
signed for), 100.00 are spent, 300.00 are on no line. Every expected figure follows from these by hand.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from allocation.ledger import audit
from models.database import Database, Scope
from models.people import Role

from .conftest import Answered, Ask, member
from .small import Small

RECORD = """mutation($input: RecordTransactionInput!) { recordTransaction(input: $input) {
  transaction { id kind occurredOn amount { amount currency } from { name } to { name } note recordedBy
    line { use fiscalYear practice { name } } }
  userErrors { field code message } replayed } }"""
REVERSE = """mutation($input: ReverseTransactionInput!) { reverseTransaction(input: $input) {
  transaction { id kind amount { amount } reverses { id } } userErrors { field code message } replayed } }"""
ALLOCATE = """mutation($input: AllocateInput!) { allocate(input: $input) {
  investment { version allocations { use fiscalYear practice { name } population { value } amount { amount } } }
  userErrors { field code message } replayed } }"""
HOLDINGS = """query($id: ID!) { node(id: $id) { ... on Investment { version committed { amount }
  totals { received { amount } spent { amount } }
  allocations { practice { name } amount { amount } } } } }"""
Change = Callable[..., Awaitable[Answered]]


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


@pytest.fixture
def record(ask: Ask, small: Small) -> Change:
    """record(kind, amount, **input) -> the payload, as the anchor."""

    async def recorded(movement: str, dollars: str, **more: Any) -> Answered:
        asked = {
            "investment": small.global_id("Investment", "award"),
            "idempotencyKey": str(uuid4()),
            "kind": movement,
            "occurredOn": "2026-11-02",
            "amount": usd(dollars),
            **more,
        }
        answer = await ask(RECORD, member(small, Role.ANCHOR), input=asked)
        found: Answered = answer["data"]["recordTransaction"]
        return found

    return recorded


@pytest.fixture
def reverse(ask: Ask, small: Small) -> Change:
    """reverse(id, amount) -> the payload, as the anchor."""

    async def reversed_(transaction: str, amount: str | None = None) -> Answered:
        asked = {"transaction": transaction, "idempotencyKey": str(uuid4()), "note": "a mistake"}
        if amount:
            asked["amount"] = usd(amount)  # type: ignore[assignment]  # JSON
        answer = await ask(REVERSE, member(small, Role.ANCHOR), input=asked)
        found: Answered = answer["data"]["reverseTransaction"]
        return found

    return reversed_


@pytest.fixture
def allocate(ask: Ask, small: Small) -> Change:
    """allocate(version, *lines, **input) -> the payload, as the anchor."""

    async def allocated(version: int, *lines: dict[str, Any], **more: Any) -> Answered:
        asked = {
            "investment": small.global_id("Investment", "award"),
            "idempotencyKey": str(uuid4()),
            "version": version,
            "lines": lines,
            **more,
        }
        answer = await ask(ALLOCATE, member(small, Role.ANCHOR), input=asked)
        found: Answered = answer["data"]["allocate"]
        return found

    return allocated


def tutoring(small: Small, **more: Any) -> dict[str, Any]:
    return {
        "use": "PRACTICE",
        "practice": small.global_id("Practice", "tutoring"),
        "outcome": small.global_id("Outcome", "reading"),
        "population": small.global_id("PopulationGroup", "black"),
        "fiscalYear": 2027,
        **more,
    }


def camp(small: Small, amount: str) -> dict[str, Any]:
    return {"use": "PRACTICE", "practice": small.global_id("Practice", "camp"), "amount": amount}


async def holdings(ask: Ask, small: Small, award: str = "award") -> dict[str, Any]:
    answer = await ask(HOLDINGS, member(small), id=small.global_id("Investment", award))
    found: dict[str, Any] = answer["data"]["node"]
    totals = {name: each[0]["amount"] if each else None for name, each in found.pop("totals").items()}
    found["allocations"] = [
        (line["practice"]["name"] if line["practice"] else None, line["amount"]["amount"])
        for line in found["allocations"]
    ]
    return {**found, "committed": found["committed"]["amount"], **totals}


def codes(payload: Answered) -> list[tuple[list[str], str]]:
    return [(each["field"], each["code"]) for each in payload["userErrors"]]


async def audited(database: Database, small: Small) -> list[Any]:
    async with database.session(Scope.of(small.partnership.id)) as session:
        return await audit(session)


async def test_a_receipt_is_shown_as_it_was_recorded(record: Change, ask: Ask, small: Small) -> None:
    made = await record(
        *("RECEIPT", "120.50"),
        **{"from": small.global_id("Organization", "hill"), "to": small.global_id("Organization", "anchor")},
        note="by wire",
    )
    assert made["userErrors"] == []
    found = made["transaction"]
    assert found["id"].startswith(f"Transaction:{small.partnership.id}:")
    del found["id"]
    assert found == {
        "kind": "RECEIPT",
        "occurredOn": "2026-11-02",
        "amount": usd("120.50"),
        "from": {"name": "Hill Foundation"},
        "to": {"name": "United Fund"},
        "note": "by wire",
        "recordedBy": "token:anchor",
        "line": None,
    }
    assert (await holdings(ask, small))["received"] == "620.50"


@pytest.mark.parametrize(
    ("kind", "amount", "expected"),
    [
        ("PLEDGE", "10.00", {"committed": "1010.00", "received": "500.00", "spent": "100.00"}),
        ("COMMITMENT", "10.00", {"committed": "1010.00", "received": "500.00", "spent": "100.00"}),
        ("EXPENDITURE", "10.00", {"committed": "1000.00", "received": "500.00", "spent": "110.00"}),
        ("FEE", "10.00", {"committed": "1000.00", "received": "500.00", "spent": "100.00"}),
        ("REFUND", "10.00", {"committed": "990.00", "received": "490.00", "spent": "100.00"}),
        ("DISBURSEMENT", "10.00", {"committed": "1000.00", "received": "500.00", "spent": "100.00"}),
    ],
)
async def test_each_kind_moves_what_it_says(
    record: Change,
    ask: Ask,
    database: Database,
    small: Small,
    kind: str,
    amount: str,
    expected: dict[str, str],
) -> None:
    assert (await record(kind, amount))["userErrors"] == []
    found = await holdings(ask, small)
    assert {name: found[name] for name in expected} == expected
    assert await audited(database, small) == []


async def test_a_commitment_on_a_line_signs_for_its_dollars(record: Change, ask: Ask, small: Small) -> None:
    """600.00 lie on the line, 150.00 of them signed for, so 450.00 more can be signed for and not a cent above."""
    line = tutoring(small)
    assert codes(await record("COMMITMENT", "450.01", line=line)) == [(["amount"], "INSUFFICIENT_FUNDS")]
    made = await record("COMMITMENT", "450.00", line=line)
    assert made["transaction"]["line"]["practice"] == {"name": "Tutoring"}
    assert (await holdings(ask, small))["committed"] == "1000.00"


async def test_an_expenditure_uses_what_is_signed_for_first_and_is_one_transaction(
    record: Change, reverse: Change, ask: Ask, database: Database, small: Small
) -> None:
    """150.00 are signed for and 450.00 free: 200.00 take both, and their reversal gives 200.00 back."""
    made = await record("EXPENDITURE", "200.00", line=tutoring(small))
    assert made["transaction"]["amount"] == usd("200.00")
    assert (await holdings(ask, small))["spent"] == "300.00"
    back = await reverse(made["transaction"]["id"])
    assert back["transaction"]["amount"] == {"amount": "200.00"}
    found = await holdings(ask, small)
    assert (found["spent"], dict(found["allocations"])["Tutoring"]) == ("100.00", "600.00")
    assert await audited(database, small) == []


@pytest.mark.parametrize(
    ("kind", "amount"),
    [("RECEIPT", "500.01"), ("DISBURSEMENT", "500.01"), ("REFUND", "300.01"), ("FEE", "300.01")],
)
async def test_no_more_moves_than_there_is(
    record: Change, ask: Ask, small: Small, kind: str, amount: str
) -> None:
    """500.00 are still promised; 300.00 are on no line."""
    before = await holdings(ask, small)
    assert codes(await record(kind, amount)) == [(["amount"], "INSUFFICIENT_FUNDS")]
    assert await holdings(ask, small) == before


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"amount": usd("0")}, (["amount", "amount"], "INVALID")),
        ({"amount": usd("-1")}, (["amount", "amount"], "INVALID")),
        ({"amount": usd("0.001")}, (["amount", "amount"], "INVALID")),
        ({"amount": usd("10000000000000.01")}, (["amount", "amount"], "INVALID")),
        ({"amount": {"amount": "1", "currency": "EUR"}}, (["amount", "currency"], "INVALID")),
        ({"occurredOn": "1899-12-31"}, (["occurredOn"], "INVALID")),
        ({"note": " "}, (["note"], "INVALID")),
        ({"from": "Organization:no:where"}, (["from"], "NOT_FOUND")),
        ({"line": {"use": "PRACTICE", "practice": "Practice:x:y"}}, (["line", "practice"], "NOT_FOUND")),
        ({"line": {"use": "PRACTICE", "fiscalYear": 1989}}, (["line", "fiscalYear"], "INVALID")),
        ({"kind": "RECEIPT", "line": {"use": "PRACTICE"}}, (["line"], "INVALID")),
        ({"kind": "ALLOCATION"}, (["line"], "INVALID")),
        ({"kind": "REALLOCATION"}, (["kind"], "INVALID")),
        ({"kind": "REVERSAL"}, (["kind"], "INVALID")),
        ({"investment": "Investment:no:where"}, (["investment"], "NOT_FOUND")),
        ({"idempotencyKey": ""}, (["idempotencyKey"], "INVALID")),
    ],
)
async def test_each_bad_field_is_named(
    record: Change, changes: dict[str, Any], expected: tuple[list[str], str]
) -> None:
    assert codes(await record("EXPENDITURE", "1.00", **changes)) == [expected]


async def test_the_same_key_and_body_is_answered_again(record: Change, ask: Ask, small: Small) -> None:
    first = await record("EXPENDITURE", "10.00", idempotencyKey="once")
    again = await record("EXPENDITURE", "10.00", idempotencyKey="once")
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert first["transaction"] == again["transaction"]
    other = await record("EXPENDITURE", "11.00", idempotencyKey="once")
    assert codes(other) == [(["idempotencyKey"], "DUPLICATE")]
    assert (await holdings(ask, small))["spent"] == "110.00"


async def test_anothers_investment_and_an_unknown_one_look_the_same(
    record: Change, private: Small, small: Small
) -> None:
    theirs = await record("RECEIPT", "1.00", investment=private.global_id("Investment", "award"))
    nobodys = await record("RECEIPT", "1.00", investment=small.global_id("Investment", "none"))
    assert theirs["userErrors"] == nobodys["userErrors"]


@pytest.mark.parametrize("role", [Role.FUNDER, Role.POLICY, Role.DATA, Role.COMMUNITY])
async def test_only_the_anchor_records(ask: Ask, small: Small, role: Role) -> None:
    asked = {
        "investment": small.global_id("Investment", "award"),
        "idempotencyKey": "k",
        "kind": "RECEIPT",
        "occurredOn": "2026-11-02",
        "amount": usd("1.00"),
    }
    caller = member(small, role, "hill" if role is Role.FUNDER else None)
    answer = await ask(RECORD, caller, input=asked)
    assert codes(answer["data"]["recordTransaction"]) == [(["investment"], "FORBIDDEN")]


async def test_a_transaction_is_reversed_in_parts_that_never_exceed_the_whole(
    record: Change, reverse: Change, ask: Ask, database: Database, small: Small
) -> None:
    made = (await record("EXPENDITURE", "90.00"))["transaction"]["id"]
    part = await reverse(made, "40.00")
    assert part["transaction"]["kind"] == "REVERSAL"
    assert part["transaction"]["reverses"] == {"id": made}
    assert codes(await reverse(made, "50.01")) == [(["amount"], "INVALID")]
    rest = await reverse(made)
    assert rest["transaction"]["amount"] == {"amount": "50.00"}
    assert codes(await reverse(made)) == [(["transaction"], "CONFLICT")]
    assert codes(await reverse(rest["transaction"]["id"])) == [(["transaction"], "CONFLICT")]
    assert (await holdings(ask, small))["spent"] == "100.00"
    assert await audited(database, small) == []


async def test_what_has_moved_on_cannot_be_taken_back(record: Change, reverse: Change) -> None:
    """With the promise of 10.00 there are 310.00 on no line; once 305.00 are spent, 5.00 of it are left."""
    promise = (await record("COMMITMENT", "10.00"))["transaction"]["id"]
    await record("EXPENDITURE", "305.00")
    assert codes(await reverse(promise)) == [(["amount"], "INSUFFICIENT_FUNDS")]


async def test_a_reversed_promise_never_leaves_more_received_than_promised(
    record: Change, reverse: Change
) -> None:
    """1,010.00 promised and all received: nothing is promised that could be taken back."""
    promise = (await record("COMMITMENT", "10.00"))["transaction"]["id"]
    await record("RECEIPT", "510.00")
    assert codes(await reverse(promise)) == [(["amount"], "INSUFFICIENT_FUNDS")]


async def test_allocate_brings_each_line_to_its_amount(allocate: Change, ask: Ask, small: Small) -> None:
    """200.00 come back from tutoring, so the camp gets 450.00 of the 500.00 that are free then."""
    made = await allocate(1, camp(small, "450.00"), tutoring(small, amount="400.00"))
    assert made["userErrors"] == []
    found = await holdings(ask, small)
    assert sorted(found["allocations"], key=str) == [
        ("Camp", "450.00"),
        ("Tutoring", "400.00"),
        (None, "50.00"),
    ]
    assert (found["committed"], found["version"]) == ("1000.00", 2)


async def test_a_stale_version_changes_nothing(allocate: Change, ask: Ask, small: Small) -> None:
    await allocate(1, camp(small, "10.00"))
    before = await holdings(ask, small)
    assert codes(await allocate(1, camp(small, "20.00"))) == [(["version"], "STALE")]
    assert await holdings(ask, small) == before


async def test_allocate_refuses_all_where_one_line_cannot_be(
    allocate: Change, ask: Ask, small: Small
) -> None:
    """Of tutoring 150.00 are signed for; 300.00 are on no line."""
    before = await holdings(ask, small)
    too_low = await allocate(1, camp(small, "10.00"), tutoring(small, amount="149.99"))
    assert codes(too_low) == [(["lines", "1"], "INVALID")]
    assert codes(await allocate(1, camp(small, "300.01"))) == [(["lines"], "INSUFFICIENT_FUNDS")]
    twice = await allocate(1, camp(small, "1.00"), camp(small, "2.00"))
    assert codes(twice) == [(["lines", "1"], "INVALID")]
    nothing = await allocate(1, {"use": "PRACTICE", "amount": "1.00"})
    assert codes(nothing) == [(["lines", "0"], "INVALID")]
    assert codes(await allocate(1)) == [(["lines"], "INVALID")]
    negative = await allocate(1, camp(small, "-1.00"))
    assert codes(negative) == [(["lines", "0", "amount"], "INVALID")]
    assert await holdings(ask, small) == before
