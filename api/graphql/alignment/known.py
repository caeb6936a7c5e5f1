"""What is reckoned before the statement of an alignment runs, from what the caller may read."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allocation.alignment import (
    KnownTier,
    Need,
    Studied,
    known_tiers,
    needs_of,
)
from allocation.evidence.finding import Setting
from allocation.frames.figures import read_figures, weighed
from allocation.frames.people import read_people
from allocation.frames.places import read_partnership, read_populations
from allocation.gaps import Figure
from allocation.practice_facts import Community
from allocation.standing import Standing
from allocation.targets import everybody, home_area, indicators_of
from allocation.trends import OutcomeTrend, trend_of
from api.graphql.common.context import Context
from api.graphql.outcomes.comparisons import read_judged
from api.graphql.practices.evidence import SHELF

__all__ = ["Known", "read_known"]


@dataclass
class Known:
    """Plain values by ids, which are of one partnership each."""

    tiers: list[KnownTier] = field(default_factory=list)
    indicators: dict[str, str] = field(default_factory=dict)
    """The indicator by which each outcome is told."""
    needs: list[Need] = field(default_factory=list)
    trends: dict[str, OutcomeTrend] = field(default_factory=dict)


async def read_known(
    context: Context, partnerships: Collection[UUID], *, tiers: bool, needs: bool, outcomes: bool
) -> Known:
    """Only what is asked for; each once an operation."""
    known = Known()
    for each in sorted(set(partnerships)):
        if tiers:
            known.tiers += await _tiers(context, each)
        if needs or outcomes:
            _told(known, await _figures(context, each))
        if needs:
            known.needs += await _needs(context, each)
    return known


async def _tiers(context: Context, partnership_id: UUID) -> Sequence[KnownTier]:
    async def read(session: AsyncSession) -> list[KnownTier]:
        partnership = await read_partnership(session, partnership_id)
        community = Community(
            populations=await read_populations(session, partnership_id),
            settings=frozenset(Setting(each) for each in partnership.settings),
            outcomes={},
            targets={},
            everybody=None,
        )
        ground = await SHELF.of(session, partnership_id)
        studied = Studied(
            findings=ground.library.findings, reports=ground.reports, rationales=ground.rationales
        )
        return list(known_tiers(community, studied))

    return await context.once(("alignment tiers", partnership_id), read)


@dataclass(frozen=True)
class _Figures:
    standing: Standing
    series: dict[str, list[Figure]]
    """Of everybody in the whole area, by indicator."""

    @property
    def indicators(self) -> dict[str, str]:
        """The indicator by which each outcome is told; one without any rate is told by its first core one."""
        every = sorted(self.standing.indicators.values(), key=lambda one: (not one.is_core, one.name, one.id))
        first = {each.outcome: each.id for each in reversed(every)}
        return first | {each.outcome: each.id for each in indicators_of(self.standing)}


async def _figures(context: Context, partnership_id: UUID) -> _Figures:
    async def read(session: AsyncSession) -> _Figures:
        figures = await read_figures(session, partnership_id)
        standing = await read_people(session, await read_partnership(session, partnership_id), figures)
        area, group = home_area(standing), everybody(standing)
        series = defaultdict(list)
        for each in figures:
            if (str(each.area_id), str(each.population_id)) == (area, group):
                series[str(each.indicator_id)].append(weighed(each))
        return _Figures(standing, series)

    return await context.once(("alignment figures", partnership_id), read)


def _told(known: Known, found: _Figures) -> None:
    for outcome, indicator in found.indicators.items():
        known.indicators[outcome] = indicator
        better = found.standing.indicators[indicator].higher_is_better
        known.trends[outcome] = trend_of(found.series.get(indicator, []), higher_is_better=better)


async def _needs(context: Context, partnership_id: UUID) -> list[Need]:
    found = await _figures(context, partnership_id)
    judged = await context.once(
        ("judged", partnership_id, None), lambda session: read_judged(session, partnership_id, None)
    )
    outcomes = {indicator: outcome for outcome, indicator in found.indicators.items()}
    return list(needs_of(judged.disparities, outcomes, home_area(found.standing)))
