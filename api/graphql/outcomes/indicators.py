"""Outcomes, the indicators that measure them, their definitions and their targets."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import strawberry

from allocation.progress import required_pace
from api.graphql.common.basics import Node, listed, table_of
from api.graphql.common.connections import Connection
from api.graphql.common.context import Context
from api.graphql.common.lazy import LazyArea, LazyOutcome
from api.graphql.common.references import refers_to
from api.graphql.lookahead import (
    By,
    Computed,
    Listed,
    Many,
    Rows,
    Scope,
    Sql,
    TypePlan,
    all_of,
    equals,
    is_null,
)
from api.graphql.outcomes.baselines import Baseline, baselines
from api.graphql.outcomes.measurements import MEASUREMENT, MeasurementConnection, is_released, newest_figure
from models.outcomes import Indicator as IndicatorRow
from models.outcomes import IndicatorVersion as VersionRow
from models.outcomes import Outcome as OutcomeRow
from models.outcomes import Stage
from models.outcomes import Target as TargetRow
from models.partnerships import Area as AreaRow

__all__ = ["PLANS", "Indicator", "IndicatorConnection", "Outcome", "indicators"]

INDICATOR = table_of(IndicatorRow)
OUTCOME = table_of(OutcomeRow)
TARGET = table_of(TargetRow)
VERSION = table_of(VersionRow)
AREA = table_of(AreaRow)


@strawberry.type
class Outcome(Node):
    """A community level outcome that the partnership holds itself accountable for."""

    name: str
    stage: Stage
    academic: bool
    indicators: list["Indicator"]


@strawberry.type
class IndicatorVersion:
    """A definition and the time it held; `bridge` says how figures before and after may be compared."""

    definition: str
    valid_from: date
    valid_to: date | None
    reason: str
    bridge: str | None


@strawberry.type
class Target:
    """A value to reach by a date; `requiredPace` in units a year, from the newest disclosed figure."""

    value: Decimal
    due_on: date
    required_pace: Decimal | None


def series(
    area: strawberry.ID | None = None,
    population: strawberry.ID | None = None,
    first: int | None = 500,
    after: str | None = None,
) -> Rows:
    """The oldest period first."""
    where = all_of(
        refers_to(MEASUREMENT.c.area_id, [area], "Area") if area is not None else None,
        refers_to(MEASUREMENT.c.population_id, [population], "PopulationGroup")
        if population is not None
        else None,
    )
    return Rows(where=where, order=[By(MEASUREMENT.c.period_end)], first=first, after=after)


def targets(area: strawberry.ID | None = None, population: strawberry.ID | None = None) -> Rows:
    """By due date; without an area or population, of all of them."""
    where = all_of(
        refers_to(TARGET.c.area_id, [area], "Area") if area is not None else None,
        refers_to(TARGET.c.population_id, [population], "PopulationGroup")
        if population is not None
        else None,
    )
    return Rows(where=where, order=[By(TARGET.c.due_on)])


def target(population: strawberry.ID | None = None) -> Rows:
    """The next one due for the whole partnership, or the last one where all are past."""
    return Rows(where=all_of(*_whole_area(population), _is_next(population)))


def _whole_area(population: str | None) -> tuple[Sql, Sql]:
    of_group = (
        is_null(TARGET.c.population_id)
        if population is None
        else refers_to(TARGET.c.population_id, [population], "PopulationGroup")
    )
    return is_null(TARGET.c.area_id), of_group


def _is_next(population: str | None) -> Sql:
    def written(scope: Scope) -> str:
        other = scope.reading(TARGET)
        c = TARGET.c
        due = other.column(c.due_on)
        met = all_of(*_whole_area(population))(other)
        return (
            f"{scope.column(c.id)} = (select {other.column(c.id)} from {other.source}"  # noqa: S608 - names from metadata, values bound
            f" where {other.column(c.partnership_id)} = {scope.column(c.partnership_id)}"
            f" and {other.column(c.indicator_id)} = {scope.column(c.indicator_id)} and {met}"
            f" order by {due} < current_date, abs({due} - current_date), {other.column(c.id)} limit 1)"
        )

    return written


@strawberry.type
class Indicator(Node):
    """A measure of an outcome."""

    name: str
    definition: str | None
    unit: str
    higher_is_better: bool
    core: bool
    outcome: LazyOutcome
    series: MeasurementConnection = listed(series)
    areas: list[LazyArea]
    target: Target | None = listed(target)
    targets: list[Target] = listed(targets)
    versions: list[IndicatorVersion]
    baselines: list[Baseline] = listed(baselines)


IndicatorConnection = Connection[Indicator]


def indicators(
    core: bool | None = None,
    outcome: strawberry.ID | None = None,
    first: int | None = 100,
    after: str | None = None,
) -> Rows:
    """By name."""
    where = all_of(
        equals(INDICATOR.c.is_core, core) if core is not None else None,
        refers_to(INDICATOR.c.outcome_id, [outcome], "Outcome") if outcome is not None else None,
    )
    return Rows(where=where, order=[By(INDICATOR.c.name)], first=first, after=after)


def _is_measured_in(indicator: Scope, area: Scope) -> str:
    """There is a released figure of the indicator in the area."""
    inner = indicator.reading(MEASUREMENT)
    c = MEASUREMENT.c
    met = (
        f"{inner.column(c.partnership_id)} = {indicator.column(INDICATOR.c.partnership_id)}"
        f" and {inner.column(c.indicator_id)} = {indicator.column(INDICATOR.c.id)}"
        f" and {inner.column(c.partnership_id)} = {area.column(AREA.c.partnership_id)}"
        f" and {inner.column(c.area_id)} = {area.column(AREA.c.id)} and {is_released(inner)}"
    )
    return f"exists (select 1 from {inner.source} where {met})"  # noqa: S608 - as above


def _newest(scope: Scope, what: str) -> str:
    """The value, or the period's end, of the newest reported figure that a target speaks of."""
    inner, c = scope.reading(MEASUREMENT), MEASUREMENT.c
    value = newest_figure("value")(inner)
    selected = value if what == "value" else f"{inner.column(c.period_end)}::text"
    return (
        f"(select {selected} from {inner.source}"  # noqa: S608 - as above
        f" where {inner.column(c.partnership_id)} = {scope.column(TARGET.c.partnership_id)}"
        f" and {inner.column(c.indicator_id)} = {scope.column(TARGET.c.indicator_id)}"
        f" and {inner.column(c.population_id)} = {_population(scope)}"
        f" and {inner.column(c.area_id)} = {_area(scope)} and {value} is not null"
        f" order by {inner.column(c.period_end)} desc limit 1)"
    )


def _population(scope: Scope) -> str:
    """The group of a target; a target of no group is everybody's."""
    everybody = (
        f"(select m.population_id from measurement m join population p on p.partnership_id = m.partnership_id"  # noqa: S608 - as above
        f" and p.id = m.population_id and p.is_total where m.partnership_id = {scope.column(TARGET.c.partnership_id)}"
        f" and m.indicator_id = {scope.column(TARGET.c.indicator_id)}"
        f" order by m.period_end desc, m.population_id limit 1)"
    )
    return f"coalesce({scope.column(TARGET.c.population_id)}, {everybody})"


def _area(scope: Scope) -> str:
    """The area of a target; a target of no area is the whole partnership's: the area that lies in no other."""
    home = (
        f"(select m.area_id from measurement m join area a on a.partnership_id = m.partnership_id"  # noqa: S608 - as above
        f" and a.id = m.area_id and a.parent_id is null"
        f" where m.partnership_id = {scope.column(TARGET.c.partnership_id)}"
        f" and m.indicator_id = {scope.column(TARGET.c.indicator_id)} order by m.period_end desc, m.area_id limit 1)"
    )
    return f"coalesce({scope.column(TARGET.c.area_id)}, {home})"


async def _paces(
    _: Context, rows: Sequence[Mapping[str, Any]], __: Mapping[str, Any]
) -> list[Decimal | None]:  # Any: columns' values
    return [_pace(row) for row in rows]


def _pace(row: Mapping[str, Any]) -> Decimal | None:
    if row["latest"] is None:
        return None
    measured_on = date.fromisoformat(row["measured_on"])
    return required_pace((measured_on, Decimal(str(row["latest"]))), (row["due_on"], row["value"]))


PLANS = (
    TypePlan("Outcome", OUTCOME, {"academic": OUTCOME.c.is_academic}),
    TypePlan("IndicatorVersion", VERSION),
    TypePlan(
        "Target",
        TARGET,
        {
            "requiredPace": Computed(
                _paces,
                {
                    "value": TARGET.c.value,
                    "due_on": TARGET.c.due_on,
                    "latest": lambda scope: f"{_newest(scope, 'value')}::text",
                    "measured_on": lambda scope: _newest(scope, "period_end"),
                },
            )
        },
    ),
    TypePlan(
        "Indicator",
        INDICATOR,
        {
            "core": INDICATOR.c.is_core,
            "areas": Many(on=_is_measured_in, order=[By(AREA.c.name)]),
            "versions": Many(order=[By(VERSION.c.valid_from)]),
            "series": Listed(series),
            "baselines": Listed(baselines),
        },
    ),
)
