"""Disparities under a rule: the partnership's own, or one that a caller proposes for this question."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.disparities import Disparity, assess_disparities
from allocation.frames.aims import Aims, read_aims, target_pairs
from allocation.frames.figures import DisclosedRow, figure_of, read_figures, read_pairs, rest_of, weighed
from allocation.frames.places import read_indicators, read_partnership, read_populations, rule_of
from allocation.gaps import Pair, Unit
from allocation.gaps import ReferenceKind as PairKind
from allocation.persistence import Rule
from allocation.standing import StandingIndicator, StandingPopulation
from models.measurements import Measurement

__all__ = ["Judged", "Proposal", "read_judged"]

Seen = tuple[str, str, str, object]
"""Indicator, area, population and the period's end."""


@dataclass(frozen=True)
class Proposal:
    """What differs from the partnership's own rule; `reference` is a population where the kind is GROUP."""

    changes: Mapping[str, object]
    kind: PairKind | None = None
    reference: str | None = None


@dataclass(frozen=True)
class Judged:
    """All pairs of the partnership, and the measurements behind their figures."""

    disparities: Sequence[Disparity]
    measurements: Mapping[Seen, UUID]
    outcomes: Mapping[str, str]
    """The outcome of each indicator."""
    populations: Mapping[str, StandingPopulation]


async def read_judged(session: AsyncSession, partnership_id: UUID, proposal: Proposal | None) -> Judged:
    """The whole family judged before any filter. Errors: DisparityError for a rule that cannot be."""
    partnership = await read_partnership(session, partnership_id)
    populations = await read_populations(session, partnership_id)
    indicators = await read_indicators(session, partnership_id)
    figures = await read_figures(session, partnership_id)
    rule: Rule = rule_of(partnership)
    if proposal is not None:
        rule = replace(rule, **proposal.changes)  # type: ignore[arg-type]  # the names are Rule's own
    if proposal is not None and proposal.kind is not None:
        aims = await read_aims(session, partnership_id)
        pairs: Sequence[Pair] = list(_pairs(figures, populations, indicators, proposal, aims=aims))
    else:
        pairs = await read_pairs(session, partnership_id, figures, populations, indicators)
    return Judged(
        assess_disparities(pairs, rule),
        await _measurements(session, partnership_id),
        {each.id: each.outcome for each in indicators.values()},
        populations,
    )


async def _measurements(session: AsyncSession, partnership_id: UUID) -> Mapping[Seen, UUID]:
    m = Measurement
    rows = await session.execute(
        select(m.indicator_id, m.area_id, m.population_id, m.period_end, m.id).where(
            m.partnership_id == partnership_id
        )
    )
    return {(str(i), str(a), str(p), end): id_ for i, a, p, end, id_ in rows}


def _pairs(
    figures: Iterable[DisclosedRow],
    populations: Mapping[str, StandingPopulation],
    indicators: Mapping[str, StandingIndicator],
    proposal: Proposal,
    *,
    aims: Aims,
) -> Iterable[Pair]:
    """Each group with the proposed reference, in each indicator and area where both have figures."""
    series: dict[tuple[str, str], dict[str, list[DisclosedRow]]] = defaultdict(lambda: defaultdict(list))
    for each in figures:
        series[str(each.indicator_id), str(each.area_id)][str(each.population_id)].append(each)
    for (indicator, area), groups in series.items():
        for group, own in groups.items():
            if proposal.kind is PairKind.TARGET:
                measured = indicators[indicator]
                test = weighed if measured.unit == "percent" else figure_of
                mine = [test(each) for each in own]
                yield from target_pairs(measured, area, populations[group], aims=aims, figures=mine)
                continue
            other = _reference(populations, group, groups, proposal)
            if other is not None:
                rows = (populations[group], own), (other, groups[other])
                yield _pair(indicators[indicator], area, *rows, kind=proposal.kind or PairKind.TOTAL)


def _reference(
    populations: Mapping[str, StandingPopulation],
    group: str,
    groups: Mapping[str, Sequence[DisclosedRow]],
    proposal: Proposal,
) -> str | None:
    """The population to compare with; a named one only within its own dimension."""
    mine = populations[group]
    if mine.is_total:
        return None
    if proposal.kind is PairKind.GROUP:
        named = proposal.reference
        is_other = named in groups and named != group
        return named if named and is_other and populations[named].dimension == mine.dimension else None
    totals = [each for each in groups if populations[each].is_total]
    own = [each for each in totals if populations[each].dimension == mine.dimension]
    return next(iter(own or totals), None)


def _pair(
    indicator: StandingIndicator,
    area: str,
    group: tuple[StandingPopulation, Sequence[DisclosedRow]],
    other: tuple[str, Sequence[DisclosedRow]],
    *,
    kind: PairKind,
) -> Pair:
    population, own = group
    reference, theirs = other
    is_percent = indicator.unit == "percent"
    test = weighed if is_percent else figure_of
    compared = [test(each) for each in theirs]
    if kind is PairKind.REST:
        compared = rest_of([figure_of(each) for each in own], [figure_of(each) for each in theirs])
    return Pair(
        indicator=indicator.id,
        area=area,
        dimension=population.dimension,
        group=population.id,
        reference=reference,
        reference_kind=kind,
        figures=[test(each) for each in own],
        reference_figures=compared,
        higher_is_better=indicator.higher_is_better,
        unit=Unit.PERCENT if is_percent else Unit.NUMBER,
    )
