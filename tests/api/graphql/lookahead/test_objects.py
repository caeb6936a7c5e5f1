"""Objects that Python has made: the answers are compared with those of graphql-core's own executor."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from inspect import isawaitable
from typing import Any, cast

import pytest
import strawberry
from graphql import ExecutionResult, execute, parse
from graphql.pyutils import Path
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.graphql.door.operations import core_schema
from api.graphql.lookahead import Plans, look_ahead
from api.graphql.lookahead.objects import Objects, Unusual


@strawberry.enum
class Colour(Enum):
    RED = "red"


@strawberry.type
class Leaf:
    name: str
    size: int | None
    share: Decimal
    colour: Colour


@strawberry.type
class Branch:
    title: str
    leaves: list[Leaf]
    rows: list[list[int]]
    twin: "Branch | None"
    sure: Leaf
    perhaps: Leaf | None

    @strawberry.field
    def count(self, most: int = 9) -> int:
        return min(most, len(self.leaves))

    @strawberry.field
    async def late(self) -> str:
        await asyncio.sleep(0)
        if self.title == "late":
            raise ValueError("too late")
        return self.title

    @strawberry.field
    async def lately(self) -> str | None:
        raise ValueError("perhaps too late")


def leaf(**changed: Any) -> Leaf:
    plain: dict[str, Any] = {"name": "a", "size": 3, "share": Decimal("0.50"), "colour": Colour.RED}
    return Leaf(**(plain | changed))


def branch(**changed: Any) -> Branch:
    plain: dict[str, Any] = {"title": "t", "leaves": [leaf(), leaf(name="b", size=None)], "rows": [[1], []]}
    return Branch(**(plain | {"twin": None, "sure": leaf(), "perhaps": None} | changed))


def broken(what: object) -> Any:
    """A value that the type does not allow, for a program at fault."""
    return what


def soon(what: object) -> asyncio.Future[object]:
    coming = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(coming.set_result, what)
    return coming


MADE: dict[str, Callable[[], Branch]] = {
    "plain": branch,
    "with a twin": lambda: branch(twin=branch(title="two", perhaps=leaf(name="c"))),
    "with an error for a leaf that may be null": lambda: branch(leaves=[leaf(size=broken(ValueError("x")))]),
    "with an error for a leaf that may not": lambda: branch(leaves=[leaf(), leaf(name=broken(ValueError()))]),
    "with a null that its type forbids": lambda: branch(twin=branch(sure=broken(None))),
    "with a null in the first place": lambda: branch(title=broken(None)),
    "with a size that is no number": lambda: branch(perhaps=leaf(size=broken("many"))),
    "with a colour that is none": lambda: branch(perhaps=leaf(colour=broken("blue"))),
    "with a leaf that comes later": lambda: branch(title=broken(soon("then"))),
    "with an object that comes later": lambda: branch(twin=broken(soon(branch(title="then")))),
    "with a list that comes later": lambda: branch(leaves=broken(soon([leaf()]))),
    "with a tuple": lambda: branch(leaves=broken((leaf(),))),
    "with no list": lambda: branch(leaves=broken(7)),
    "with a null in a list": lambda: branch(leaves=[leaf(), broken(None)]),
    "with something that fails late": lambda: branch(twin=branch(title="late")),
    "that is another object": lambda: branch(sure=broken(branch())),
}
QUERIES = {
    "leaves": "{ made { title rows leaves { name size share colour } perhaps { size } } }",
    "a list of them": "{ several { title leaves { name } twin { title } } }",
    "aliases and names": "{ made { t: title __typename a: leaves { n: name m: name __typename } rows } }",
    "fragments": "{ made { ...F twin { ...F } } } fragment F on Branch { title sure { ... on Leaf { name size } } }",
    "merged": "{ made { leaves { name } leaves { size } title title } }",
    "left out": "{ made { title @skip(if: true) rows @include(if: false) leaves @include(if: true) { size } } }",
    "resolvers": "{ made { one: count(most: 1) count title twin { count late lately } rows } }",
    "perhaps null": "{ perhaps { twin { sure { name } leaves { name } perhaps { size colour } title } } }",
}


def schema(
    made: Callable[[], Branch], executor: type[StrawberryGraphQLCoreExecutionContext]
) -> strawberry.Schema:
    @strawberry.type
    class Query:
        @strawberry.field
        def made(self) -> Branch:
            return made()

        @strawberry.field
        def perhaps(self) -> Branch | None:
            return made()

        @strawberry.field
        def several(self) -> list[Branch | None]:
            return [made(), None, made()]

    return strawberry.Schema(Query, execution_context_class=executor)


async def run(schema: strawberry.Schema, query: str) -> ExecutionResult:
    """As api.graphql.door.operations does, which has no middleware."""
    found = execute(
        core_schema(schema),
        parse(query),
        context_value=None,
        is_awaitable=cast("Any", optimized_is_awaitable),
        executor_class=schema.execution_context_class,
    )
    return await found if isawaitable(found) else found


@pytest.mark.parametrize("what", MADE)
@pytest.mark.parametrize("query", QUERIES)
async def test_the_answer_and_its_errors_are_graphql_core_s_own(what: str, query: str) -> None:
    quick = await run(schema(MADE[what], look_ahead(Plans())), QUERIES[query])
    slow = await run(schema(MADE[what], StrawberryGraphQLCoreExecutionContext), QUERIES[query])
    assert str(quick.data) == str(slow.data)  # in the same order, too
    assert [(e.message, e.path, e.locations) for e in quick.errors or []] == [
        (e.message, e.path, e.locations) for e in slow.errors or []
    ]


async def test_a_plain_object_is_written_without_asking_graphql_core(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    executor = look_ahead(Plans())
    whole = executor.execute_field

    def execute_field(self: Any, parent: Any, source: Any, details: Any, path: Path, position: Any) -> Any:
        asked.append(".".join(str(each) for each in path.as_list()))
        return whole(self, parent, source, details, path, position)

    monkeypatch.setattr(executor, "execute_field", execute_field)
    query = "{ made { title rows sure { name } leaves { name size } count } }"
    answer = await run(schema(branch, executor), query)
    assert not answer.errors
    assert asked == ["made", "made.count"]


async def test_a_type_that_is_not_strawberry_s_is_left_alone() -> None:
    plain = cast("Any", core_schema(schema(branch, look_ahead(Plans()))).type_map["__Schema"])
    objects = Objects(cast("Any", _Nobody()), frozenset())
    with pytest.raises(Unusual):
        objects.write(plain, [], Path(None, "x", None), object())


class _Nobody:
    middleware_manager = None

    def collect_subfields(self, *_: object) -> Any:
        return type("Collected", (), {"grouped_field_set": {}, "new_defer_usages": []})

    def settle_in_background(self, _: list[Any]) -> None:
        """There is nothing to wait for."""
