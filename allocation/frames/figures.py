"""Reads the disclosed figures, and each group with its reference. Raw figures are never read here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.disparities import Disparity, assess_disparities
from allocation.frames.aims import Aims, read_aims, target_pairs
from allocation.frames.places import read_indicators, read_partnership, read_populations, rule_of
from allocation.gaps import Figure, FigureStatus, Pair, ReferenceKind, Unit
from allocation.persistence import Rule
from allocation.standing import StandingIndicator, StandingPopulation, StandingRate
from models import measurements, outcomes, partnerships

PERCENT = Decimal(100)
DisclosedRow = Any  # a row of the query in read_figures: its columns are named there


async def read_disparities(
    session: AsyncSession, partnership_id: UUID, rule: Rule | None = None
) -> Sequence[Disparity]:
    """Every pair that was ever comparable, judged by `rule` or by the partnership's own."""
    partnership = await read_partnership(session, partnership_id)
    populations = await read_populations(session, partnership_id)
    indicators = await read_indicators(session, partnership_id)
    figures = await read_figures(session, partnership_id)
    pairs = await read_pairs(session, partnership_id, figures, populations, indicators)
    return assess_disparities(pairs, rule or rule_of(partnership))


async def read_figures(session: AsyncSession, partnership_id: UUID) -> Sequence[DisclosedRow]:
    """The newest disclosed figure of each measurement, oldest period first."""
    m, f, v = measurements.Measurement, measurements.Figure, outcomes.IndicatorVersion
    # A definition that is bridged to the one before it goes on with it: both bear the day the first began.
    begun = (
        select(func.max(v.valid_from))
        .where(
            v.partnership_id == m.partnership_id,
            v.indicator_id == m.indicator_id,
            v.valid_from <= m.period_end,
            v.bridge.is_(None),
        )
        .scalar_subquery()
    )
    query = (
        select(
            m.indicator_id,
            m.area_id,
            m.population_id,
            m.period_end,
            f.status,
            f.value,
            f.numerator,
            f.denominator,
            f.size_low,
            begun.label("indicator_version"),
        )
        .join(f, (f.partnership_id == m.partnership_id) & (f.measurement_id == m.id) & f.is_newest)
        .where(m.partnership_id == partnership_id)
        .order_by(m.period_end)
    )
    return list((await session.execute(query)).all())


async def read_pairs(
    session: AsyncSession,
    partnership_id: UUID,
    figures: Iterable[DisclosedRow],
    populations: dict[str, StandingPopulation],
    indicators: dict[str, StandingIndicator],
) -> Sequence[Pair]:
    """Each group with its locally chosen reference, in each indicator and area."""
    references = await session.execute(
        select(outcomes.Reference).where(outcomes.Reference.partnership_id == partnership_id)
    )
    chosen = {(str(r.indicator_id), r.dimension): r for r in references.scalars()}
    series: dict[tuple[str, str], dict[str, list[DisclosedRow]]] = defaultdict(lambda: defaultdict(list))
    for row in figures:
        series[str(row.indicator_id), str(row.area_id)][str(row.population_id)].append(row)
    aims = await read_aims(session, partnership_id)
    return [
        pair
        for (indicator, area), groups in series.items()
        for pair in _pairs_in(indicators[indicator], area, groups, populations, _Chosen(chosen, aims))
    ]


def figure_of(row: DisclosedRow) -> Figure:
    """A disclosed figure as the arithmetic takes it, with the counts that were disclosed."""
    return Figure(
        period_end=row.period_end,
        status=FigureStatus(row.status.value),
        value=row.value,
        numerator=row.numerator,
        denominator=row.denominator,
        version=str(row.indicator_version or ""),
    )


def weighed(row: DisclosedRow) -> Figure:
    """A disclosed figure to be tested. A percentage whose counts are not disclosed weighs as its least size.

    The least size is itself disclosed, so nothing hidden enters; the test is the more careful for it.
    """
    figure = figure_of(row)
    if (
        figure.counts is not None
        or figure.rate is None
        or not row.size_low
        or not 0 <= figure.rate <= PERCENT
    ):
        return figure
    counted = int((figure.rate * row.size_low / PERCENT).to_integral_value(ROUND_HALF_EVEN))
    return replace(figure, numerator=counted, denominator=row.size_low)


@dataclass(frozen=True)
class _Chosen:
    """The references of indicators' dimensions, and the targets."""

    references: dict[tuple[str, str], outcomes.Reference]
    aims: Aims


def _pairs_in(
    indicator: StandingIndicator,
    area: str,
    groups: dict[str, list[DisclosedRow]],
    populations: dict[str, StandingPopulation],
    chosen: _Chosen,
) -> Iterable[Pair]:
    totals = [each for each in groups if populations[each].is_total]
    test = weighed if indicator.unit == "percent" else figure_of
    for group, rows in groups.items():
        population = populations[group]
        reference = chosen.references.get((indicator.id, population.dimension))
        kind, other = ReferenceKind.TOTAL, _total_for(population, totals, populations)
        if reference is not None and reference.kind is partnerships.ReferenceKind.GROUP:
            kind, other = ReferenceKind.GROUP, str(reference.population_id)
        elif reference is not None and reference.kind is partnerships.ReferenceKind.REST:
            kind = ReferenceKind.REST
        elif reference is not None and reference.kind is partnerships.ReferenceKind.TARGET:
            own = [test(row) for row in rows]
            yield from target_pairs(indicator, area, population, aims=chosen.aims, figures=own)
            continue
        if other is None or group == other or population.is_total or other not in groups:
            continue
        theirs = [test(row) for row in groups[other]]
        if kind is ReferenceKind.REST:
            theirs = rest_of([figure_of(row) for row in rows], [figure_of(row) for row in groups[other]])
        yield Pair(
            indicator=indicator.id,
            area=area,
            dimension=population.dimension,
            group=group,
            reference=other,
            reference_kind=kind,
            figures=[test(row) for row in rows],
            reference_figures=theirs,
            higher_is_better=indicator.higher_is_better,
            unit=Unit.PERCENT if indicator.unit == "percent" else Unit.NUMBER,
        )


def _total_for(
    population: StandingPopulation, totals: list[str], populations: dict[str, StandingPopulation]
) -> str | None:
    own = [each for each in totals if populations[each].dimension == population.dimension]
    return next(iter(own or totals), None)


def rest_of(group: Sequence[Figure], total: Sequence[Figure]) -> list[Figure]:
    """Everybody but the group, where both figures show their counts; missing elsewhere."""
    own = {figure.period_end: figure for figure in group}
    rest = []
    for whole in total:
        part = own.get(whole.period_end)
        counts, parts = whole.counts, part.counts if part else None
        if counts is None or parts is None or counts.trials <= parts.trials:
            rest.append(Figure(whole.period_end, FigureStatus.MISSING, version=whole.version))
            continue
        rest.append(
            Figure(
                whole.period_end,
                FigureStatus.REPORTED,
                numerator=counts.successes - parts.successes,
                denominator=counts.trials - parts.trials,
                version=whole.version,
            )
        )
    return rest


def newest_rates(figures: Iterable[DisclosedRow]) -> Sequence[StandingRate]:
    """The newest period's rate of each group in each area; a later period without a rate hides an earlier one."""
    newest: dict[tuple[str, str, str], StandingRate] = {}
    for row in figures:
        key = (str(row.indicator_id), str(row.area_id), str(row.population_id))
        shown = figure_of(row)
        people = row.denominator if row.denominator is not None else row.size_low
        newest[key] = StandingRate(*key, row.period_end, shown.rate, people)
    return list(newest.values())
