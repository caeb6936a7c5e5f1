"""Two scenarios side by side: students by population, dollars by practice, and the moves that differ."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.comparisons import Sides
from allocation.scenarios import ScenarioError
from api.graphql.common.basics import Money, money_of, row
from api.graphql.common.context import Context
from api.graphql.common.ids import NotFound, read_id
from api.graphql.common.lazy import LazyPopulationGroup, LazyPractice, LazyReallocationScenario
from api.graphql.lookahead.sources import Load
from api.scenario_comparisons import sides_of

if TYPE_CHECKING:
    from api.graphql.reallocation.scenarios import Move

__all__ = ["ScenarioComparison", "comparison"]

LazyMove = Annotated["Move", strawberry.lazy("api.graphql.reallocation.scenarios")]


@strawberry.type
class PopulationComparison:
    """Students expected to reach their outcome under this scenario and the other; null where one has no answer."""

    population: LazyPopulationGroup
    persistent: bool
    students: Decimal | None
    other_students: Decimal | None


@strawberry.type
class PracticeComparison:
    """What a practice gains, or below zero loses, under this scenario and the other; null is no practice."""

    practice: LazyPractice | None
    change: Money
    other_change: Money


@strawberry.type
class ScenarioComparison:
    """A scenario beside another. `differing` are moves of this one with other dollars than in the other."""

    other: LazyReallocationScenario
    students: Decimal | None
    other_students: Decimal | None
    by_population: list[PopulationComparison]
    by_practice: list[PracticeComparison]
    only_here: list[LazyMove]
    only_there: list[LazyMove]
    differing: list[LazyMove]
    sentence: str


async def _load(
    context: Context, rows: Sequence[Mapping[str, Any]], arguments: Mapping[str, Any]
) -> list[Any]:  # ScenarioComparison, or why not
    found = read_id(arguments["other"], "ReallocationScenario")
    known = found is not None and len(found.key) == 2
    return [
        await _compared(context, each, found.key[-1])
        if found is not None and known and found.partnership_id == each["partnership"]
        else NotFound()
        for each in rows
    ]


async def _compared(context: Context, each: Mapping[str, Any], other: UUID) -> Any:  # as above
    partnership = each["partnership"]

    async def read(session: AsyncSession) -> Sides:
        return await sides_of(session, partnership, (each["id"], other))

    try:
        sides = await context.run(read)
    except ScenarioError:
        return NotFound()
    return _told(partnership, other, sides, each["currency"] or "USD")


def _told(partnership: UUID, other: UUID, sides: Sides, currency: str) -> ScenarioComparison:
    moves = {
        name: [row("Move", partnership, UUID(each)) for each in getattr(sides, name)]
        for name in ("only_here", "only_there", "differing")
    }
    return ScenarioComparison(
        other=row("ReallocationScenario", partnership, other),
        students=sides.students[0],
        other_students=sides.students[1],
        by_population=[
            PopulationComparison(
                population=row("PopulationGroup", partnership, UUID(each.population)),
                persistent=each.persistent,
                students=each.students,
                other_students=each.other_students,
            )
            for each in sides.populations
        ],
        by_practice=[
            PracticeComparison(
                practice=row("Practice", partnership, UUID(each.practice)) if each.practice else None,
                change=money_of(each.amount, currency),
                other_change=money_of(each.other_amount, currency),
            )
            for each in sides.practices
        ],
        **moves,
        sentence=sides.sentence,
    )


comparison: Final[Load] = _load
