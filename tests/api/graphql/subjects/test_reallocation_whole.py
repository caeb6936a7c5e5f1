"""A reallocation is applied whole or not at all, through the API, on a ledger that moves meanwhile."""

from uuid import uuid4

from sqlalchemy import func, select

from models.base import new_id
from models.database import Database, Scope
from models.ledger import Transfer
from models.resources import ResourceUse
from models.scenarios import Move, MoveDecision

from .conftest import Answered, Ask, member
from .small import Small

APPLY = """mutation($input: ApplyReallocationInput!) { applyReallocation(input: $input) {
  reallocationScenario { status } userErrors { field code } replayed } }"""
STATUS = "query($id: ID!) { node(id: $id) { ... on ReallocationScenario { status } } }"


async def accept(database: Database, small: Small, *amounts: int) -> None:
    """Moves of these minor units from the award's untargeted dollars to the camp, all accepted."""
    p = small.partnership.id
    async with database.session(Scope.of(p)) as session:
        for place, amount in enumerate(amounts, 2):
            session.add(
                Move(
                    partnership_id=p,
                    id=new_id(),
                    scenario_id=small.id("scenario"),
                    position=place,
                    investment_id=small.id("award"),
                    from_use=ResourceUse.PRACTICE,
                    to_use=ResourceUse.PRACTICE,
                    to_practice_id=small.id("camp"),
                    to_fiscal_year=2026 + place,
                    amount=amount,
                    currency="USD",
                    sentence="Move it to the camp.",
                    decision=MoveDecision.ACCEPTED,
                )
            )


async def applied(ask: Ask, small: Small) -> Answered:
    scenario = small.global_id("ReallocationScenario", "scenario")
    answer = await ask(APPLY, member(small), input={"scenario": scenario, "idempotencyKey": str(uuid4())})
    found: Answered = answer["data"]["applyReallocation"]
    return found


async def reallocations(database: Database, small: Small) -> int:
    async with database.session(Scope.of(small.partnership.id)) as session:
        query = select(func.count()).select_from(Transfer).where(Transfer.kind == "REALLOCATION")
        return int(await session.scalar(query) or 0)


async def test_where_one_move_cannot_be_posted_none_is(ask: Ask, database: Database, small: Small) -> None:
    """300.00 are on no line: 299.99 and 0.02 are too much together."""
    await accept(database, small, 29_999, 2)
    payload = await applied(ask, small)
    assert payload["userErrors"] == [{"field": ["scenario"], "code": "INSUFFICIENT_FUNDS"}]
    assert await reallocations(database, small) == 0
    status = await ask(STATUS, member(small), id=small.global_id("ReallocationScenario", "scenario"))
    assert status["data"]["node"] == {"status": "READY"}


async def test_all_accepted_moves_are_posted_together(ask: Ask, database: Database, small: Small) -> None:
    await accept(database, small, 29_998, 2)
    payload = await applied(ask, small)
    assert (payload["userErrors"], payload["reallocationScenario"]) == ([], {"status": "APPLIED"})
    async with database.session(Scope.of(small.partnership.id)) as session:
        query = select(Transfer.batch, Transfer.amount).where(Transfer.kind == "REALLOCATION")
        rows = (await session.execute(query.order_by(Transfer.sequence))).all()
    assert [row.amount for row in rows] == [29_998, 2]
    assert len({row.batch for row in rows}) == 1
