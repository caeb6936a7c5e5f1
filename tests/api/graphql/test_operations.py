"""Operations, whoever brings them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import orjson
import pytest
import strawberry

from api.graphql.door.limits import Limits
from api.graphql.door.operations import Call, Operations, Stage
from api.graphql.door.requests import Request


@dataclass
class Room:
    """A context that tells when it was entered and left, and how."""

    is_signed_in: bool = True
    account: str | None = None
    seen: list[str] = field(default_factory=list)
    fails: str = ""

    @asynccontextmanager
    async def enter(self, call: Call) -> AsyncIterator["Room"]:
        self.seen.append(f"in {len(call.request_id)}")
        if self.fails == "at the door":
            raise OSError
        try:
            yield self
        finally:
            self.seen.append("out")
        if self.fails == "on the way out":
            raise ConnectionResetError


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def operations(small_schema: strawberry.Schema, room: Room) -> Operations:
    return Operations(small_schema, room.enter, Limits(deadline_seconds=0.05))


async def test_the_context_is_entered_and_left_around_the_operation(
    operations: Operations, room: Room
) -> None:
    answer = await operations.run(Request("{ word }"), Call())
    assert answer.data == {"word": "hello"}
    assert room.seen == ["in 32", "out"]


@pytest.mark.parametrize("fails", ["at the door", "on the way out"])
async def test_a_context_that_fails_is_unavailable(operations: Operations, room: Room, fails: str) -> None:
    room.fails = fails
    answer = await operations.run(Request("mutation { record }"), Call())
    assert answer.stage is Stage.REQUEST
    assert answer.code == "UNAVAILABLE"
    assert "data" not in orjson.loads(answer.body())


async def test_the_context_is_left_when_the_deadline_passes(operations: Operations, room: Room) -> None:
    due_at = asyncio.get_running_loop().time() + 0.01
    answer = await operations.run(Request("{ slow }"), Call(due_at=due_at))
    assert answer.code == "DEADLINE"
    assert room.seen[-1] == "out"


async def test_a_stream_of_a_query_has_a_deadline_of_its_own(operations: Operations) -> None:
    answers = [answer async for answer in operations.stream(Request("{ slow }"), Call())]
    assert [answer.code for answer in answers] == ["DEADLINE"]


async def test_the_context_is_left_when_a_subscriber_leaves(operations: Operations, room: Room) -> None:
    answers = operations.stream(Request("subscription { endless }"), Call())
    first = await anext(answers)
    assert first.data == {"endless": 0}
    await answers.aclose()
    assert room.seen[-1] == "out"


async def test_two_operations_at_once_have_ids_of_their_own(operations: Operations) -> None:
    answers = await asyncio.gather(*(operations.run(Request("{ broken }"), Call()) for _ in range(2)))
    assert len({answer.errors[0]["extensions"]["requestId"] for answer in answers}) == 2
