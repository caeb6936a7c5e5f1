"""Reallocation through the API: asked, decided, applied, cancelled, followed."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from allocation.scenarios import mark_failed
from api.access import COMMUNITY, Caller
from api.graphql.common.context import Context
from api.graphql.door.operations import Call, Operations
from api.graphql.door.requests import Request
from api.graphql.schema import schema
from models.database import Database, Scope
from models.ledger import Transfer
from models.people import Role
from models.scenarios import Move, Scenario, ScenarioStatus

from .conftest import Answered, Ask, member
from .small import Small

SUGGEST = """mutation($input: SuggestReallocationInput!) { suggestReallocation(input: $input) {
  replayed userErrors { field code message }
  reallocationScenario { id name status progress inputsHash moves { id } } } }"""
DECIDE = """mutation($input: DecideMoveInput!) { decideMove(input: $input) {
  replayed userErrors { field code } reallocationScenario { moves { decision } } } }"""
APPLY = """mutation($input: ApplyReallocationInput!) { applyReallocation(input: $input) {
  replayed userErrors { field code message } reallocationScenario { status } } }"""
CANCEL = """mutation($input: CancelReallocationInput!) { cancelReallocation(input: $input) {
  replayed userErrors { field code } reallocationScenario { status } } }"""


@pytest.fixture(autouse=True)
async def may_keep_keys(database: Database) -> None:
    """The service's role keeps idempotency keys."""
    async with database.owner_connection() as connection:
        await connection.execute(
            text(f'grant insert on ledger.idempotency to "{database.logins.role("app")}"')
        )


def wanted(small: Small, **more: object) -> dict[str, object]:
    return {
        "partnership": f"Partnership:{small.partnership.id}",
        "fiscalYears": [2027],
        "idempotencyKey": str(uuid4()),
        **more,
    }


def only(answer: Answered) -> dict[str, Any]:
    """The one payload of an answer without errors."""
    assert "errors" not in answer, answer["errors"]
    (payload,) = answer["data"].values()
    found: dict[str, Any] = payload
    return found


def faults(payload: dict[str, Any]) -> list[tuple[list[str], str]]:
    return [(error["field"], error["code"]) for error in payload["userErrors"]]


async def queued(database: Database) -> int:
    async with database.connection() as connection:
        return int((await connection.execute(text("select count(*) from queue.pgqueuer"))).scalar_one())


async def test_a_suggestion_is_kept_and_queued_together(ask: Ask, small: Small, database: Database) -> None:
    before = await queued(database)
    payload = only(await ask(SUGGEST, member(small), input=wanted(small, name="Plan B")))
    scenario = payload["reallocationScenario"]
    assert payload["userErrors"] == []
    assert not payload["replayed"]
    assert scenario | {"id": ""} == {
        "id": "",
        "name": "Plan B",
        "status": "QUEUED",
        "progress": 0,
        "inputsHash": None,
        "moves": [],
    }
    assert await queued(database) == before + 1


async def test_the_same_key_and_body_get_the_same_scenario_again(
    ask: Ask, small: Small, database: Database
) -> None:
    asked = wanted(small)
    first = only(await ask(SUGGEST, member(small), input=asked))
    before = await queued(database)
    second = only(await ask(SUGGEST, member(small), input=asked))
    assert second["replayed"]
    assert second["reallocationScenario"]["id"] == first["reallocationScenario"]["id"]
    assert await queued(database) == before


async def test_the_same_key_with_another_body_is_refused(ask: Ask, small: Small) -> None:
    asked = wanted(small)
    await ask(SUGGEST, member(small), input=asked)
    other = only(await ask(SUGGEST, member(small), input=asked | {"fiscalYears": [2028]}))
    assert faults(other) == [(["idempotencyKey"], "DUPLICATE")]
    assert other["reallocationScenario"] is None


async def test_every_fault_of_an_input_is_told_at_its_field(ask: Ask, small: Small, private: Small) -> None:
    asked = wanted(
        small,
        fiscalYears=[2027, 1066, 2027],
        newMoney={"amount": "10.001", "currency": "EUR"},
        equityWeight="-1",
        maximumShift="1.01",
        confidence="1",
        smallestMove="-0.01",
        frontierPoints=1000,
        maximumMoves=-1,
        name="",
        protect=[small.global_id("Practice", "camp"), private.global_id("Practice", "camp")],
    )
    payload = only(await ask(SUGGEST, member(small), input=asked))
    assert faults(payload) == [
        (["name"], "INVALID"),
        (["fiscalYears", "1"], "INVALID"),
        (["fiscalYears", "2"], "INVALID"),
        (["newMoney", "amount"], "INVALID"),
        (["newMoney", "currency"], "INVALID"),
        (["smallestMove"], "INVALID"),
        (["equityWeight"], "INVALID"),
        (["maximumShift"], "INVALID"),
        (["maximumMoves"], "INVALID"),
        (["frontierPoints"], "INVALID"),
        (["confidence"], "INVALID"),
        (["protect", "1"], "NOT_FOUND"),
    ]


@pytest.mark.parametrize("key", ["", "k" * 129])
async def test_a_key_has_1_to_128_characters(ask: Ask, small: Small, key: str) -> None:
    payload = only(await ask(SUGGEST, member(small), input=wanted(small, idempotencyKey=key)))
    assert faults(payload) == [(["idempotencyKey"], "INVALID")]


async def test_a_refused_suggestion_leaves_nothing_and_its_key_free(ask: Ask, small: Small) -> None:
    asked = wanted(small, fiscalYears=[])
    assert faults(only(await ask(SUGGEST, member(small), input=asked))) == [(["fiscalYears"], "INVALID")]
    payload = only(await ask(SUGGEST, member(small), input=asked | {"fiscalYears": [2027]}))
    assert payload["userErrors"] == []
    assert not payload["replayed"]


async def test_the_community_may_not_ask_and_a_foreign_partnership_is_not_there(
    ask: Ask, small: Small, private: Small
) -> None:
    for caller in (COMMUNITY, member(small, Role.COMMUNITY), member(private)):
        payload = only(await ask(SUGGEST, caller, input=wanted(small)))
        assert faults(payload) == [(["partnership"], "FORBIDDEN")]
    payload = only(await ask(SUGGEST, member(small), input=wanted(private)))
    assert faults(payload) == [(["partnership"], "NOT_FOUND")]


def decision(small: Small, value: str = "ACCEPTED", **more: object) -> dict[str, object]:
    return {
        "move": small.global_id("Move", "move"),
        "decision": value,
        "idempotencyKey": str(uuid4()),
        **more,
    }


def application(small: Small, **more: object) -> dict[str, object]:
    return {
        "scenario": small.global_id("ReallocationScenario", "scenario"),
        "idempotencyKey": str(uuid4()),
        **more,
    }


@pytest.mark.parametrize(
    ("role", "organization", "expected"),
    [
        (Role.ANCHOR, None, []),
        (Role.FUNDER, "hill", []),
        (Role.FUNDER, "state", [(["move"], "FORBIDDEN")]),
        (Role.POLICY, None, [(["move"], "FORBIDDEN")]),
        (Role.COMMUNITY, None, [(["move"], "NOT_FOUND")]),
    ],
)
async def test_the_anchor_decides_and_a_funder_on_its_own(
    ask: Ask, small: Small, role: Role, organization: str | None, expected: list[tuple[list[str], str]]
) -> None:
    payload = only(await ask(DECIDE, member(small, role, organization), input=decision(small)))
    assert faults(payload) == expected


async def test_a_decision_is_recorded_with_its_note(ask: Ask, small: Small, database: Database) -> None:
    payload = only(await ask(DECIDE, member(small), input=decision(small, "DECLINED", note="Not this year.")))
    assert payload["reallocationScenario"]["moves"] == [{"decision": "DECLINED"}]
    async with database.session(Scope.of(small.partnership.id)) as session:
        move = await session.get(Move, (small.partnership.id, small.id("move")))
    assert move is not None
    assert (move.decision_note, move.decided_by) == ("Not this year.", "token:admin")


async def test_accepted_moves_are_posted_once(ask: Ask, small: Small, database: Database) -> None:
    """The award has 300.00 on no line; the move takes them to tutoring for Black readers."""
    await ask(DECIDE, member(small), input=decision(small))
    asked = application(small)
    for is_replayed in (False, True):
        payload = only(await ask(APPLY, member(small), input=asked))
        assert payload == {
            "replayed": is_replayed,
            "userErrors": [],
            "reallocationScenario": {"status": "APPLIED"},
        }
    query = """query($id: ID!) { node(id: $id) { ... on Investment {
      allocations { practice { name } amount { amount } } } } }"""
    answer = await ask(query, member(small), id=small.global_id("Investment", "award"))
    assert answer["data"]["node"]["allocations"] == [
        {"practice": {"name": "Tutoring"}, "amount": {"amount": "900.00"}}
    ]
    async with database.session(Scope.of(small.partnership.id)) as session:
        posted = await session.scalar(
            select(func.count()).select_from(Transfer).where(Transfer.kind == "REALLOCATION")
        )
    assert posted == 1


async def test_an_applied_scenario_cannot_be_applied_under_another_key(ask: Ask, small: Small) -> None:
    await ask(DECIDE, member(small), input=decision(small))
    await ask(APPLY, member(small), input=application(small))
    payload = only(await ask(APPLY, member(small), input=application(small)))
    assert faults(payload) == [(["scenario"], "CONFLICT")]


async def test_without_an_accepted_move_nothing_is_applied(ask: Ask, small: Small) -> None:
    payload = only(await ask(APPLY, member(small), input=application(small)))
    assert faults(payload) == [(["scenario"], "CONFLICT")]
    assert payload["userErrors"][0]["message"] == "No move is accepted yet."


async def test_a_scenario_whose_accounts_have_moved_is_stale(
    ask: Ask, small: Small, database: Database
) -> None:
    await ask(DECIDE, member(small), input=decision(small))
    async with database.session(Scope.of(small.partnership.id)) as session:
        scenario = await session.get(Scenario, (small.partnership.id, small.id("scenario")))
        assert scenario is not None
        account = await session.execute(
            text(
                "select id from ledger.account where investment_id = :i and kind = 'AVAILABLE' and practice_id is null"
            ),
            {"i": small.id("award")},
        )
        scenario.answer = {**(scenario.answer or {}), "accounts": {str(account.scalar_one()): 0}}
    payload = only(await ask(APPLY, member(small), input=application(small)))
    assert faults(payload) == [(["scenario"], "STALE")]
    query = "query($id: ID!) { node(id: $id) { ... on ReallocationScenario { status } } }"
    answer = await ask(query, member(small), id=small.global_id("ReallocationScenario", "scenario"))
    assert answer["data"]["node"] == {"status": "STALE"}


@pytest.mark.parametrize("role", [Role.FUNDER, Role.POLICY, Role.DATA, Role.FACILITATOR])
async def test_only_those_who_keep_the_books_apply(ask: Ask, small: Small, role: Role) -> None:
    payload = only(await ask(APPLY, member(small, role, "hill"), input=application(small)))
    assert faults(payload) == [(["scenario"], "FORBIDDEN")]


async def test_a_foreign_scenario_is_not_there(ask: Ask, small: Small, private: Small) -> None:
    for id_ in (
        private.global_id("ReallocationScenario", "scenario"),
        "nonsense",
        f"ReallocationScenario:{uuid4()}",
    ):
        for query in (APPLY, CANCEL):
            asked = {"scenario": id_, "idempotencyKey": str(uuid4())}
            assert faults(only(await ask(query, member(small), input=asked))) == [(["scenario"], "NOT_FOUND")]


async def test_whoever_asked_may_cancel(ask: Ask, small: Small) -> None:
    policy, facilitator = member(small, Role.POLICY), member(small, Role.FACILITATOR)
    scenario = only(await ask(SUGGEST, policy, input=wanted(small)))["reallocationScenario"]
    asked = {"scenario": scenario["id"], "idempotencyKey": str(uuid4())}
    assert faults(only(await ask(CANCEL, facilitator, input=asked))) == [(["scenario"], "FORBIDDEN")]
    payload = only(await ask(CANCEL, policy, input=asked))
    assert payload["reallocationScenario"] == {"status": "CANCELLED"}


async def test_a_finished_scenario_cannot_be_cancelled(ask: Ask, small: Small) -> None:
    payload = only(await ask(CANCEL, member(small), input=application(small)))
    assert faults(payload) == [(["scenario"], "CONFLICT")]


FOLLOW = "subscription($id: ID!) { reallocationProgress(scenario: $id) { status progress message } }"


def following(database: Database, caller: Caller, scenario: str) -> AsyncIterator[Answered]:
    """The events of a subscription, as they come."""

    @asynccontextmanager
    async def contexts(_: Call) -> AsyncIterator[Context]:
        async with Context(database, caller) as context:
            yield context

    async def events() -> AsyncIterator[Answered]:
        stream = Operations(schema(), contexts).stream(Request(FOLLOW, variables={"id": scenario}), Call())
        async for answer in stream:
            yield json.loads(answer.body())

    return events()


async def test_progress_is_told_until_the_scenario_is_over(
    ask: Ask, small: Small, database: Database
) -> None:
    scenario = only(await ask(SUGGEST, member(small), input=wanted(small)))["reallocationScenario"]["id"]
    row = scenario.split(":")[-1]
    events = following(database, member(small), scenario)
    first = await anext(events)
    assert first["data"]["reallocationProgress"] == {"status": "QUEUED", "progress": 0, "message": None}
    async with database.session(Scope.of(small.partnership.id)) as session:
        await mark_failed(session, small.partnership.id, row, "no figures")
    rest = [event["data"]["reallocationProgress"] async for event in events]
    assert rest == [{"status": "FAILED", "progress": 0, "message": "no figures"}]


async def test_a_scenario_that_is_over_is_told_once(small: Small, database: Database) -> None:
    scenario = small.global_id("ReallocationScenario", "scenario")
    events = [event async for event in following(database, member(small), scenario)]
    assert [event["data"]["reallocationProgress"]["status"] for event in events] == ["READY"]


async def test_nobody_else_can_follow(small: Small, private: Small, database: Database) -> None:
    scenario = small.global_id("ReallocationScenario", "scenario")
    for caller in (COMMUNITY, member(private), member(small, Role.COMMUNITY)):
        (event,) = [event async for event in following(database, caller, scenario)]
        assert event["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_a_scenario_says_what_it_does_and_what_holds_it_back(ask: Ask, small: Small) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on ReallocationScenario {
      before { dollars { amount } students } after { students shareOnEvidence byPopulation {
        population { label } persistent dollars { amount } gapBefore gapAfter } }
      bindings { kind label node { ... on Practice { name } } shadowPrice sentence }
      conflicts { rules } frontier { equityWeight students } refusedPractices { practice { name } reason }
      moves { from { use practice { name } amount { amount } } to { practice { name } population { label } fiscalYear }
        investment { title } decision } } } }"""
    answer = await ask(query, member(small), id=small.global_id("ReallocationScenario", "scenario"))
    assert answer["data"]["node"] == {
        "before": {"dollars": {"amount": "700.00"}, "students": "1.5"},
        "after": {
            "students": "2",
            "shareOnEvidence": "1",
            "byPopulation": [
                {
                    "population": {"label": "Black"},
                    "persistent": True,
                    "dollars": {"amount": "700.00"},
                    "gapBefore": "80",
                    "gapAfter": "78.5",
                }
            ],
        },
        "bindings": [
            {
                "kind": "CAPACITY",
                "label": "Tutoring",
                "node": {"name": "Tutoring"},
                "shadowPrice": "0.02",
                "sentence": "Tutoring has 40 places.",
            }
        ],
        "conflicts": [{"rules": ["a budget", "a floor"]}],
        "frontier": [{"equityWeight": "2", "students": "2"}],
        "refusedPractices": [{"practice": {"name": "Camp"}, "reason": "no cost per participant is known"}],
        "moves": [
            {
                "from": {"use": "PRACTICE", "practice": None, "amount": {"amount": "300.00"}},
                "to": {
                    "practice": {"name": "Tutoring"},
                    "population": {"label": "Black"},
                    "fiscalYear": 2027,
                },
                "investment": {"title": "Reading grant"},
                "decision": "PENDING",
            }
        ],
    }


async def test_the_stored_status_names_are_the_contracts() -> None:
    """The public contract lists these eight."""
    listed = {"QUEUED", "RUNNING", "READY", "INFEASIBLE", "FAILED", "CANCELLED", "APPLIED", "STALE"}
    assert {status.value for status in ScenarioStatus} == listed
