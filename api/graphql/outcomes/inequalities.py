"""How unequal an indicator is over the groups of a dimension, by the usual measures, from the release alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from allocation import inequality as measures
from allocation.frames.figures import newest_rates, read_figures
from allocation.frames.places import read_indicators, read_populations
from allocation.inequality import InequalityError, Subgroup
from allocation.standing import StandingIndicator, StandingPopulation, StandingRate
from api.graphql.common.basics import row
from api.graphql.common.context import Context
from api.graphql.common.ids import NotFound, read_id
from api.graphql.common.lazy import LazyPopulationGroup

__all__ = ["Inequality", "at_inequality", "load_inequality"]

PLACES = 6
Measured = Callable[[Sequence[Subgroup]], float]


@strawberry.type
class Inequality:
    """Measures over the groups whose rates are shown of a period; `leftOut` are the others of the dimension.

    A group counts by its people, or the least of the step in which they are told. Theil's index and the mean log
    deviation are times 1000; variance in squared points; the index of disparity and the attributable fraction in
    percent; the other absolute measures in points. Slopes (logistic, for percents) and concentrations need the
    groups in social order, which `order` names from the most disadvantaged. A measure is null where it has no
    value (docs/disparities.md); `reason` says why all are.
    """

    period_end: date | None
    groups: list[LazyPopulationGroup]
    left_out: list[LazyPopulationGroup]
    reason: str | None
    mean: Decimal | None
    between_group_variance: Decimal | None
    theil_index: Decimal | None
    mean_log_deviation: Decimal | None
    index_of_disparity: Decimal | None
    mean_difference: Decimal | None
    difference_from_best: Decimal | None
    attributable_risk: Decimal | None
    attributable_fraction: Decimal | None
    slope_index: Decimal | None
    relative_slope_index: Decimal | None
    concentration_index: Decimal | None
    relative_concentration_index: Decimal | None


def at_inequality(
    indicator: strawberry.ID,
    area: strawberry.ID,
    dimension: str,
    period_end: date | None = None,
    order: list[strawberry.ID] | None = None,
) -> None:
    """The newest period with a rate of two groups, unless `periodEnd` names one."""


@dataclass(frozen=True)
class _Asked:
    indicator: str
    area: str
    dimension: str
    period_end: date | None
    order: Sequence[str] | None


@dataclass(frozen=True)
class _Read:
    indicator: StandingIndicator
    groups: Sequence[StandingPopulation]
    rates: Sequence[StandingRate]
    """Of these groups in the period, where one is shown."""
    period_end: date | None


async def load_inequality(
    context: Context, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> list[Any]:  # measures, or why not
    """Partnership.inequality."""
    return [await _inequality(context, each["id"], asked) for each in rows]


async def _inequality(context: Context, partnership_id: UUID, asked: Mapping[str, Any]) -> Any:  # as above
    order = asked.get("order")
    listed = None if order is None else [_own(partnership_id, each, "PopulationGroup") for each in order]
    wanted = _Asked(
        _own(partnership_id, asked["indicator"], "Indicator"),
        _own(partnership_id, asked["area"], "Area"),
        asked["dimension"],
        asked.get("period_end"),
        listed,
    )
    read = await context.run(lambda session: _read(session, partnership_id, wanted))
    return NotFound() if read is None else _shown(partnership_id, read, wanted)


def _own(partnership_id: UUID, text: str, type_name: str) -> str:
    """A row of this partnership, or nothing that anybody has."""
    found = read_id(text, type_name)
    return str(found.key[-1]) if found is not None and found.partnership_id == partnership_id else ""


async def _read(session: AsyncSession, partnership_id: UUID, asked: _Asked) -> _Read | None:
    indicator = (await read_indicators(session, partnership_id)).get(asked.indicator)
    if indicator is None:
        return None
    groups = [
        each
        for each in (await read_populations(session, partnership_id)).values()
        if each.dimension == asked.dimension and not each.is_total and not each.parts
    ]
    ids = {each.id for each in groups}
    figures = [
        each
        for each in await read_figures(session, partnership_id)
        if (str(each.indicator_id), str(each.area_id)) == (asked.indicator, asked.area)
        and str(each.population_id) in ids
    ]
    for end in sorted({each.period_end for each in figures}, reverse=True):
        found = newest_rates([each for each in figures if each.period_end == end])
        rates = [each for each in found if each.rate is not None and each.people]
        if end == asked.period_end or (asked.period_end is None and len(rates) > 1):
            return _Read(indicator, groups, rates, end)
    return _Read(indicator, groups, [], asked.period_end)


def _shown(partnership_id: UUID, read: _Read, asked: _Asked) -> Inequality:
    by_group = {each.population: each for each in read.rates}
    told = [each for each in sorted(read.groups, key=lambda one: one.label) if each.id in by_group]
    ordered = [each for each in asked.order or () if each in by_group]
    is_ordered = asked.order is not None and set(ordered) == set(by_group) and len(ordered) == len(by_group)
    some = [_subgroup(by_group[each.id]) for each in told]
    return Inequality(
        period_end=read.period_end,
        groups=[row("PopulationGroup", partnership_id, UUID(each.id)) for each in told],
        left_out=[
            row("PopulationGroup", partnership_id, UUID(each.id))
            for each in sorted(read.groups, key=lambda one: one.label)
            if each.id not in by_group
        ],
        reason=None if len(some) > 1 else "Fewer than two groups of the dimension have a rate that is shown.",
        **_unordered(some, read.indicator),
        **_in_order([_subgroup(by_group[each]) for each in ordered] if is_ordered else [], read.indicator),
    )


def _subgroup(rate: StandingRate) -> Subgroup:
    assert rate.rate is not None  # noqa: S101 - only those with a rate are kept
    return Subgroup(float(rate.people or 0), float(rate.rate))


def _unordered(groups: Sequence[Subgroup], indicator: StandingIndicator) -> dict[str, Decimal | None]:
    better = indicator.higher_is_better
    best = measures.Benchmark.BEST
    return {
        "mean": _value(measures.mean_rate, groups),
        "between_group_variance": _value(measures.between_group_variance, groups),
        "theil_index": _value(measures.theil_index, groups),
        "mean_log_deviation": _value(measures.mean_log_deviation, groups),
        "index_of_disparity": _value(measures.index_of_disparity, groups),
        "mean_difference": _value(measures.mean_difference, groups),
        "difference_from_best": _value(
            lambda some: measures.mean_difference(some, best, higher_is_better=better), groups
        ),
        "attributable_risk": _value(
            lambda some: measures.population_attributable_risk(some, higher_is_better=better), groups
        ),
        "attributable_fraction": _value(
            lambda some: measures.population_attributable_fraction(some, higher_is_better=better), groups
        ),
    }


def _in_order(groups: Sequence[Subgroup], indicator: StandingIndicator) -> dict[str, Decimal | None]:
    slope = measures.logistic_slope if indicator.unit == "percent" else measures.linear_slope
    return {
        "slope_index": _value(lambda some: slope(some).absolute, groups),
        "relative_slope_index": _value(lambda some: slope(some).relative, groups),
        "concentration_index": _value(measures.absolute_concentration_index, groups),
        "relative_concentration_index": _value(measures.relative_concentration_index, groups),
    }


def _value(measure: Measured, groups: Sequence[Subgroup]) -> Decimal | None:
    """None where fewer than two groups are shown, and where the measure has no value of them."""
    if len(groups) < 2:
        return None
    try:
        return Decimal(repr(round(measure(groups), PLACES)))
    except InequalityError:
        return None
