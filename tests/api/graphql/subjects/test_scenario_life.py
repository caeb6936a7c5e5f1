"""A scenario after its answer, through the API: asked again, compared, applied with the board's word, judged."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update

from allocation.ask import Ask as Question
from allocation.scenarios import ask_of, question_document
from models.database import Database, Scope
from models.people import Role
from models.scenarios import Move, MoveDecision, Scenario, ScenarioStatus

from .conftest import Ask, member
from .small import Small
from .test_reallocation import SUGGEST, faults, only, wanted

REVISE = """mutation($input: ReviseReallocationInput!) { reviseReallocation(input: $input) {
  replayed userErrors { field code message } reallocationScenario { id name status askedFrom { name } } } }"""
COMPARE = """query($id: ID!, $other: ID!) { node(id: $id) { ... on ReallocationScenario {
  comparedWith(other: $other) { sentence students otherStudents other { name }
    byPopulation { population { label } students otherStudents }
    byPractice { practice { name } change { amount currency } otherChange { amount } }
    onlyHere { sentence } onlyThere { sentence } differing { sentence } } } } }"""
JUDGE = """query($id: ID!) { node(id: $id) { ... on ReallocationScenario {
  decidedOn decisionNote decidedBy judgement { decidedOn caution groups { population { label } promised
    promisedLow shown verdict sentence } } } } }"""


STEPS = [{"share": "0.5", "multiplier": "1"}, {"share": "0.5", "multiplier": "0.4"}]


async def change(database: Database, small: Small, **values: object) -> None:
    """Sets columns of the small partnership's scenario."""
    async with database.session(Scope.of(small.partnership.id)) as session:
        await session.execute(update(Scenario).where(Scenario.id == small.id("scenario")).values(**values))


def revision(small: Small, **more: object) -> dict[str, object]:
    return {
        "scenario": small.global_id("ReallocationScenario", "scenario"),
        "idempotencyKey": str(uuid4()),
        **more,
    }


async def test_a_scenario_is_asked_again_with_its_decisions(
    ask: Ask, small: Small, database: Database
) -> None:
    await change(database, small, question=question_document(Question((2027,), new_money_amount=500)))
    async with database.session(Scope.of(small.partnership.id)) as session:
        await session.execute(
            update(Move).where(Move.id == small.id("move")).values(decision=MoveDecision.DECLINED)
        )
    payload = only(await ask(REVISE, member(small), input=revision(small, name="Second idea")))
    made = payload["reallocationScenario"]
    assert made | {"id": ""} == {
        "id": "",
        "name": "Second idea",
        "status": "QUEUED",
        "askedFrom": {"name": "First idea"},
    }
    async with database.session(Scope.of(small.partnership.id)) as session:
        query = select(Scenario).where(Scenario.id == UUID(made["id"].rsplit(":")[-1]))
        asked = ask_of((await session.execute(query)).scalar_one())
    assert asked.new_money_amount == 500
    assert [move.amount for move in asked.declined] == [30_000]
    assert asked.accepted == ()


async def test_a_scenario_without_an_answer_or_of_others_is_not_asked_again(
    ask: Ask, small: Small, private: Small, database: Database
) -> None:
    foreign = only(await ask(REVISE, member(small), input=revision(private)))
    assert faults(foreign) == [(["scenario"], "NOT_FOUND")]
    assert faults(only(await ask(REVISE, member(small), input=revision(small, name="")))) == [
        (["name"], "INVALID")
    ]
    await change(database, small, status=ScenarioStatus.RUNNING)
    running = only(await ask(REVISE, member(small), input=revision(small)))
    assert faults(running) == [(["scenario"], "CONFLICT")]


async def test_two_scenarios_are_told_side_by_side(ask: Ask, small: Small) -> None:
    """The other has no answer yet: this one expects 2 students, and moves 300 dollars to tutoring."""
    other = only(await ask(SUGGEST, member(small), input=wanted(small, name="Empty")))["reallocationScenario"]
    mine = small.global_id("ReallocationScenario", "scenario")
    answer = await ask(COMPARE, member(small), id=mine, other=other["id"])
    found: dict[str, Any] = answer["data"]["node"]["comparedWith"]
    assert found["other"] == {"name": "Empty"}
    assert (Decimal(found["students"]), found["otherStudents"]) == (Decimal(2), None)
    assert [each["sentence"] for each in found["onlyHere"]] == ["Move $300 to tutoring."]
    assert (found["onlyThere"], found["differing"]) == ([], [])
    changes = [Decimal(each["change"]["amount"]) for each in found["byPractice"]]
    assert sorted(changes) == [-300, 300]


async def test_a_foreign_scenario_cannot_stand_beside(ask: Ask, small: Small, private: Small) -> None:
    mine = small.global_id("ReallocationScenario", "scenario")
    for other in (private.global_id("ReallocationScenario", "scenario"), "nonsense"):
        answer = await ask(COMPARE, member(small), id=mine, other=other)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_FOUND"]
        assert answer["data"]["node"]["comparedWith"] is None


async def test_an_applied_scenario_is_judged_by_disclosed_figures_and_another_is_not(
    ask: Ask, small: Small, database: Database
) -> None:
    """Nothing is known after 2030, so the promise of 2 students stands without a figure."""
    mine = small.global_id("ReallocationScenario", "scenario")
    before = (await ask(JUDGE, member(small), id=mine))["data"]["node"]
    assert (before["judgement"], before["decidedOn"]) == (None, None)
    promise = {
        "outcome": str(small.id("reading")),
        "indicator": str(small.id("proficiency")),
        "area": str(small.id("city")),
        "population": str(small.id("black")),
        "rate": "0.3",
        "people": 100,
        "students": "2",
        "low": "1",
    }
    decided = {"decided_on": date(2030, 1, 1), "decision_note": "Carried.", "decided_by": "token:anchor"}
    await change(database, small, answer={"currency": "USD", "promises": [promise]}, **decided)
    after = (await ask(JUDGE, member(small), id=mine))["data"]["node"]
    assert (after["decidedOn"], after["decisionNote"]) == ("2030-01-01", "Carried.")
    (group,) = after["judgement"]["groups"]
    assert (Decimal(group["promised"]), group["shown"], group["verdict"]) == (Decimal(2), None, "NOT_YET")
    assert "not the plan alone" in after["judgement"]["caution"]


async def test_refinements_of_a_question_are_kept_and_their_faults_told(
    ask: Ask, small: Small, private: Small, database: Database
) -> None:
    weight = {"outcome": small.global_id("Outcome", "reading"), "weight": "2.5"}
    scale = {"practice": small.global_id("Practice", "camp"), "participants": "30"}
    more = {
        "maximumTotalShift": "0.1",
        "practicesPerPerson": "2",
        "leximin": True,
        "outcomeWeights": [weight],
        "viableScales": [scale],
        "sensitivityDraws": 20,
        "staffingFloor": False,
        "floors": [{"population": small.global_id("PopulationGroup", "black"), "share": "0.9"}],
        "decreasingReturns": [{"practice": scale["practice"], "steps": STEPS}],
    }
    made = only(await ask(SUGGEST, member(small), input=wanted(small, **more)))["reallocationScenario"]
    async with database.session(Scope.of(small.partnership.id)) as session:
        query = select(Scenario).where(Scenario.id == UUID(made["id"].rsplit(":")[-1]))
        found = ask_of((await session.execute(query)).scalar_one())
    assert (found.maximum_total_shift_share, found.practices_per_person, found.leximin) == (0.1, 2.0, True)
    assert found.outcome_weights == ((str(small.id("reading")), 2.5),)
    assert (found.viable_scales, found.sensitivity_draws_count) == (((str(small.id("camp")), 30.0),), 20)
    assert (found.staffing_floor, found.floors) == (False, ((str(small.id("black")), 0.9),))
    assert found.returns == ((str(small.id("camp")), ((0.5, 1.0), (0.5, 0.4))),)
    wrong = {
        "maximumTotalShift": "1.1",
        "practicesPerPerson": "0",
        "sensitivityDraws": 1000,
        "outcomeWeights": [weight | {"outcome": private.global_id("Outcome", "reading")}],
        "viableScales": [scale | {"practice": "nonsense"}],
        "floors": [{"population": "nonsense", "share": "1"}],
        "decreasingReturns": [{"practice": "nonsense", "steps": STEPS}],
    }
    refused = only(await ask(SUGGEST, member(small, Role.ANCHOR), input=wanted(small, **wrong)))
    assert faults(refused) == [
        (["maximumTotalShift"], "INVALID"),
        (["practicesPerPerson"], "INVALID"),
        (["sensitivityDraws"], "INVALID"),
        (["outcomeWeights", "0", "outcome"], "NOT_FOUND"),
        (["viableScales", "0", "practice"], "NOT_FOUND"),
        (["floors", "0", "population"], "NOT_FOUND"),
        (["decreasingReturns", "0", "practice"], "NOT_FOUND"),
    ]


async def test_the_way_out_the_price_and_the_least_money_are_told(
    ask: Ask, small: Small, database: Database
) -> None:
    answer = {
        "currency": "USD",
        "repairs": [{"rule": "places", "amount": "5", "unit": "participants", "sentence": "Add 5 places."}],
        "price_of_fairness": "0.036",
        "least_money": {"amount": 400_000, "sentence": "It takes at least $4,000."},
        "notes": ["No supply is on record."],
        "frontier": [{"equity_weight": "2", "students": "3", "worst_off_students": "1", "is_knee": True}],
    }
    await change(database, small, answer=answer)
    query = """query($id: ID!) { node(id: $id) { ... on ReallocationScenario { repairs { rule sentence }
      priceOfFairness leastMoney { amount { amount } sentence } notes frontier { isKnee } } } }"""
    told = await ask(query, member(small), id=small.global_id("ReallocationScenario", "scenario"))
    assert told["data"]["node"] == {
        "repairs": [{"rule": "places", "sentence": "Add 5 places."}],
        "priceOfFairness": "0.036",
        "leastMoney": {"amount": {"amount": "4000.00"}, "sentence": "It takes at least $4,000."},
        "notes": ["No supply is on record."],
        "frontier": [{"isKnee": True}],
    }
