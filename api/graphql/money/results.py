"""What became of what an investment is for: its outcomes' figures before and since, from the release alone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.followups import FollowUp
from allocation.frames.followups import Award, Known, read_follow_ups
from allocation.gaps import Figure
from allocation.trends import OutcomeTrend
from api.graphql.common.basics import row
from api.graphql.common.context import Context
from api.graphql.common.lazy import LazyArea, LazyIndicator, LazyMeasurement, LazyPopulationGroup, LazyTarget
from models.outcomes import Target as TargetRow

__all__ = ["InvestmentResult", "load_results"]

Targets = Mapping[tuple[UUID, UUID | None, UUID | None], UUID]
"""The next target of an indicator, area and group, or the last where all are past."""


@strawberry.type
class InvestmentResult:
    """An indicator of an outcome that the award has dollars for, of the group and in the area they are for.

    `baseline` is the last figure before the award began; `change` is latest less baseline in the indicator's
    unit, and `comparisonChange` the same of an area that has none of these dollars. The caution belongs to it.
    """

    indicator: LazyIndicator
    area: LazyArea | None
    population: LazyPopulationGroup | None
    baseline: LazyMeasurement | None
    latest: LazyMeasurement | None
    target: LazyTarget | None
    change: Decimal | None
    comparison: LazyArea | None
    comparison_change: Decimal | None
    trend: OutcomeTrend
    caution: str


async def load_results(
    context: Context, rows: Sequence[Mapping[str, Any]], _: Mapping[str, Any]
) -> list[list[InvestmentResult]]:
    """Investment.results."""
    awards: dict[UUID, list[Award]] = defaultdict(list)
    for each in rows:
        awards[each["partnership"]].append(Award(each["id"], each["starts_on"] or each["awarded_on"]))
    found: dict[UUID, list[InvestmentResult]] = {}
    for partnership_id, mine in awards.items():

        async def read(session: AsyncSession) -> tuple[Mapping[UUID, Sequence[FollowUp]], Known, Targets]:
            follow_ups, known = await read_follow_ups(session, partnership_id, mine)  # noqa: B023 - called within this turn of the loop only
            return follow_ups, known, await _targets(session, partnership_id)  # noqa: B023 - as above

        follow_ups, known, targets = await context.run(read)
        for award, results in follow_ups.items():
            found[award] = [_shown(partnership_id, each, known, targets) for each in results]
    return [found[each["id"]] for each in rows]


async def _targets(session: AsyncSession, partnership_id: UUID) -> Targets:
    t = TargetRow
    rows = await session.execute(
        select(t.indicator_id, t.area_id, t.population_id, t.id)
        .where(t.partnership_id == partnership_id)
        .order_by(t.due_on.desc())
    )
    return {(indicator, area, population): id_ for indicator, area, population, id_ in rows}


def _shown(partnership_id: UUID, each: FollowUp, known: Known, targets: Targets) -> InvestmentResult:
    served = each.served
    indicator, area, population = UUID(served.indicator), UUID(served.area), UUID(served.population)

    def measured(figure: Figure | None) -> Any:  # a row, or None
        if figure is None:
            return None
        key = (served.indicator, served.area, served.population, figure.period_end)
        return row("Measurement", partnership_id, known.measurements[key])

    places = ((area, population), (None, population), (area, None), (None, None))
    is_all = known.populations[served.population].is_total
    target = next(
        (
            targets[indicator, where, whom]
            for where, whom in places
            if (indicator, where, whom) in targets and (whom is not None or is_all)
        ),
        None,
    )
    return InvestmentResult(
        indicator=row("Indicator", partnership_id, indicator),
        area=row("Area", partnership_id, area),
        population=row("PopulationGroup", partnership_id, population),
        baseline=measured(each.baseline),
        latest=measured(each.latest),
        target=row("Target", partnership_id, target) if target else None,
        change=each.change,
        comparison=row("Area", partnership_id, UUID(each.comparison)) if each.comparison else None,
        comparison_change=each.comparison_change,
        trend=each.trend,
        caution=each.caution,
    )
