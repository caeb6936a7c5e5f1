"""What was measured before a plan was enacted and since: the disclosed figures and gaps of its groups."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.frames.figures import figure_of, read_figures, read_pairs
from allocation.frames.places import read_indicators, read_populations
from allocation.gaps import Pair, gap_history
from allocation.standing import StandingIndicator, StandingPopulation
from api.graphql.common.basics import row
from api.graphql.common.context import Context
from api.graphql.common.lazy import LazyArea, LazyIndicator, LazyPopulationGroup
from api.graphql.policy.visibility import may_see_all
from models.measurements import Measurement
from models.plans import PolicyPlan, PolicyPlanIndicator, PolicyPlanOutcome, PolicyPlanPopulation
from policy.effects import Effect, Period, effect

__all__ = ["PolicyEffect", "load_effects"]

Place = tuple[str, str, str]
"""Indicator, area and population."""


@strawberry.type
class PolicyEffect:
    """An indicator of a group before a plan took effect and since; the caution says what this does not show.

    `before` and `after` are disclosed values, `gapChange` in points, below zero where the gap has narrowed.
    """

    area: LazyArea
    before_period_end: date | None
    after_period_end: date | None
    indicator: LazyIndicator
    population: LazyPopulationGroup
    before: Decimal | None
    after: Decimal | None
    gap_change: Decimal | None
    caution: str


@dataclass(frozen=True)
class Aims:
    """What a plan is meant to move, and since when."""

    is_public: bool
    since: date | None
    indicators: frozenset[str]
    populations: frozenset[str]


@dataclass(frozen=True)
class Record:
    """The disclosed past of a partnership, and its plans."""

    periods: Mapping[Place, Sequence[Period]]
    plans: Mapping[UUID, Aims] = field(default_factory=dict)


async def load_effects(
    context: Context, rows: Sequence[Mapping[str, Any]], _: Mapping[str, Any]
) -> list[Any]:  # lists of effects
    """PolicyPlan.effect: none before the plan is enacted."""
    return [await _effects(context, row_) for row_ in rows]


async def _effects(context: Context, plan: Mapping[str, Any]) -> list[PolicyEffect]:
    partnership_id, since = plan["partnership"], plan["effective"] or plan["enacted"]
    if since is None:
        return []
    record = await context.once(
        ("policy effects", partnership_id), lambda session: _read(session, partnership_id)
    )
    mine = record.plans[plan["id"]]
    found = [
        (place, effect(periods, since, others=_others(context, partnership_id, plan["id"], record, place)))
        for place, periods in record.periods.items()
        if place[0] in mine.indicators and place[2] in mine.populations
    ]
    shown = [(place, each) for place, each in found if each.before or each.after]
    return [_shown(partnership_id, place, each) for place, each in sorted(shown, key=lambda pair: pair[0])]


def _others(context: Context, partnership_id: UUID, plan: UUID, record: Record, place: Place) -> int:
    """Other plans that took effect for the same indicator and group, of those that the caller may see."""
    sees_all = may_see_all(context, partnership_id)
    return sum(
        1
        for id_, each in record.plans.items()
        if id_ != plan
        and each.since is not None
        and (sees_all or each.is_public)
        and place[0] in each.indicators
        and place[2] in each.populations
    )


def _shown(partnership_id: UUID, place: Place, found: Effect) -> PolicyEffect:
    indicator, area, population = (UUID(each) for each in place)
    before, after = found.before, found.after
    return PolicyEffect(
        area=row("Area", partnership_id, area),
        before_period_end=before.end if before else None,
        after_period_end=after.end if after else None,
        indicator=row("Indicator", partnership_id, indicator),
        population=row("PopulationGroup", partnership_id, population),
        before=before.value if before else None,
        after=after.value if after else None,
        gap_change=found.gap_change,
        caution=found.caution,
    )


async def _read(session: AsyncSession, partnership_id: UUID) -> Record:
    populations = await read_populations(session, partnership_id)
    indicators = await read_indicators(session, partnership_id)
    figures = await read_figures(session, partnership_id)
    pairs = await read_pairs(session, partnership_id, figures, populations, indicators)
    gaps = dict(_gaps(pairs))
    starts = await _starts(session, partnership_id)
    periods: dict[Place, list[Period]] = defaultdict(list)
    for each in figures:
        place = str(each.indicator_id), str(each.area_id), str(each.population_id)
        figure, at = figure_of(each), (*place, each.period_end)
        if figure.rate is not None:
            period = Period(starts[at], each.period_end, figure.rate, gaps.get(at), figure.version)
            periods[place].append(period)
    return Record(periods, await _plans(session, partnership_id, indicators, populations))


def _gaps(pairs: Iterable[Pair]) -> Iterable[tuple[tuple[object, ...], Decimal | None]]:
    for pair in pairs:
        ends = sorted({each.period_end for each in (*pair.figures, *pair.reference_figures)})
        for gap in gap_history(pair, ends):
            yield (pair.indicator, pair.area, pair.group, gap.period_end), gap.points


async def _starts(session: AsyncSession, partnership_id: UUID) -> Mapping[tuple[object, ...], date]:
    m = Measurement
    query = select(m.indicator_id, m.area_id, m.population_id, m.period_end, m.period_start)
    rows = await session.execute(query.where(m.partnership_id == partnership_id))
    return {(str(i), str(a), str(p), end): start for i, a, p, end, start in rows}


async def _plans(
    session: AsyncSession,
    partnership_id: UUID,
    indicators: Mapping[str, StandingIndicator],
    populations: Mapping[str, StandingPopulation],
) -> Mapping[UUID, Aims]:
    """A plan without indicators is meant for the core ones of its outcomes; one without groups, for everybody."""
    named = await _links(session, partnership_id, PolicyPlanIndicator, PolicyPlanIndicator.indicator_id)
    groups = await _links(session, partnership_id, PolicyPlanPopulation, PolicyPlanPopulation.population_id)
    outcomes = await _links(session, partnership_id, PolicyPlanOutcome, PolicyPlanOutcome.outcome_id)
    everybody = frozenset(id_ for id_, each in populations.items() if each.is_total)
    plans = await session.execute(select(PolicyPlan).where(PolicyPlan.partnership_id == partnership_id))
    return {
        plan.id: Aims(
            plan.is_published,
            plan.effective_on or plan.enacted_on,
            named.get(plan.id)
            or frozenset(
                i
                for i, each in indicators.items()
                if each.is_core and each.outcome in outcomes.get(plan.id, ())
            ),
            groups.get(plan.id) or everybody,
        )
        for plan in plans.scalars()
    }


async def _links(
    session: AsyncSession, partnership_id: UUID, link: Any, column: Any
) -> Mapping[UUID, frozenset[str]]:  # Any: a link's class and its column
    rows = await session.execute(select(link.plan_id, column).where(link.partnership_id == partnership_id))
    found: dict[UUID, set[str]] = defaultdict(set)
    for plan, other in rows:
        found[plan].add(str(other))
    return {plan: frozenset(others) for plan, others in found.items()}
