"""Measurements: what was measured, with the figure that the newest disclosed release shows of it.

Nothing here reads what lies behind a release: a withheld figure is null with its reason, for everybody.
"""

from datetime import date, datetime
from decimal import Decimal

import strawberry

from api.graphql.common.basics import Node, SourceReference, listed, table_of
from api.graphql.common.connections import Connection
from api.graphql.common.lazy import LazyArea, LazyIndicator, LazyPopulationGroup
from api.graphql.common.references import optionally
from api.graphql.lookahead import (
    By,
    Computed,
    Listed,
    Part,
    Rows,
    Scope,
    Sql,
    TypePlan,
    Value,
    all_of,
    at_least,
    at_most,
)
from api.graphql.outcomes.submissions import RecordedFigure, load_recordings
from models.measurements import Figure, MeasurementStatus, SuppressionRule
from models.measurements import Measurement as MeasurementRow
from models.outcomes import IndicatorVersion

__all__ = [
    "FIGURE",
    "MEASUREMENT",
    "PLANS",
    "Measurement",
    "MeasurementConnection",
    "MeasurementFilter",
    "PublishedFigure",
    "is_released",
    "measurements",
    "newest_figure",
]

MEASUREMENT = table_of(MeasurementRow)
FIGURE = table_of(Figure)
VERSION = table_of(IndicatorVersion)


@strawberry.type
class PublishedFigure:
    """A figure as a release showed it."""

    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    numerator: int | None
    denominator: int | None
    status: MeasurementStatus
    reason: str | None
    recorded_at: datetime


def published_as(on: datetime) -> Rows:
    """The figure that readers saw at a moment; none before its first release."""

    def written(scope: Scope) -> str:
        later, c = scope.reading(FIGURE), FIGURE.c
        moment = f"{scope.bind(on)}::timestamptz"
        same = " and ".join(
            f"{later.column(column)} = {scope.column(column)}"
            for column in (c.partnership_id, c.measurement_id)
        )
        return (
            f"{scope.column(c.released_at)} <= {moment} and not exists (select 1 from {later.source}"  # noqa: S608 - names from metadata, values bound
            f" where {same} and {later.column(c.version)} > {scope.column(c.version)}"
            f" and {later.column(c.released_at)} <= {moment})"
        )

    return Rows(where=written)


@strawberry.type
class Measurement(Node):
    """An indicator of a group in an area over a period.

    `low` and `high` are the bounds of a banded figure; `reason` says in plain words why there is no value.
    `comparable` is false where the definition has changed since the period, so that it does not compare with
    the newest figures. `recordings` is what lies behind the release, the newest version first, for the data
    manager alone: each look is kept.
    """

    indicator: LazyIndicator
    area: LazyArea
    population: LazyPopulationGroup
    period_start: date
    period_end: date
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    numerator: int | None
    denominator: int | None
    status: MeasurementStatus
    reason: str | None
    comparable: bool
    suppression: SuppressionRule | None
    source: SourceReference
    published_as: PublishedFigure | None = listed(published_as)
    recordings: list[RecordedFigure] | None


MeasurementConnection = Connection[Measurement]


@strawberry.input
class MeasurementFilter:
    """Every part that is given holds; `from` and `to` bound the period's end. Statuses are as disclosed."""

    indicators: list[strawberry.ID] | None = None
    areas: list[strawberry.ID] | None = None
    populations: list[strawberry.ID] | None = None
    statuses: list[MeasurementStatus] | None = None
    from_: date | None = strawberry.field(name="from", default=None)
    to: date | None = None


def measurements(
    filter: MeasurementFilter | None = None,  # noqa: A002 - the contract's name
    first: int | None = 100,
    after: str | None = None,
) -> Rows:
    """By the period's end."""
    wanted, c = filter or MeasurementFilter(), MEASUREMENT.c
    where = all_of(
        optionally(c.indicator_id, wanted.indicators, "Indicator"),
        optionally(c.area_id, wanted.areas, "Area"),
        optionally(c.population_id, wanted.populations, "PopulationGroup"),
        _has_status(wanted.statuses) if wanted.statuses is not None else None,
        at_least(c.period_end, wanted.from_) if wanted.from_ else None,
        at_most(c.period_end, wanted.to) if wanted.to else None,
    )
    return Rows(where=where, order=[By(c.period_end)], first=first, after=after)


def _has_status(statuses: list[MeasurementStatus]) -> Sql:
    def written(scope: Scope) -> str:
        return (
            f"{newest_figure('status')(scope)} = any({scope.bind([each.value for each in statuses])}::text[])"
        )

    return written


def newest_figure(name: str) -> Sql:
    """A column of what the newest release shows of a measurement."""

    def written(scope: Scope) -> str:
        inner = scope.reading(FIGURE)
        return f"(select {inner.column(FIGURE.c[name])} from {inner.source} where {_is_shown(scope, inner)})"  # noqa: S608 - as above

    return written


def is_released(scope: Scope) -> str:
    """A release shows something of the measurement, if only that it is withheld."""
    inner = scope.reading(FIGURE)
    return f"exists (select 1 from {inner.source} where {_is_shown(scope, inner)})"  # noqa: S608 - as above


def _is_shown(measurement: Scope, figure: Scope) -> str:
    m, f = MEASUREMENT.c, FIGURE.c
    return (
        f"{figure.column(f.partnership_id)} = {measurement.column(m.partnership_id)}"
        f" and {figure.column(f.measurement_id)} = {measurement.column(m.id)} and {figure.column(f.is_newest)}"
    )


def _is_comparable(scope: Scope) -> str:
    """No other definition has begun since the period, or one that is bridged to the former."""
    inner, m, v = scope.reading(VERSION), MEASUREMENT.c, VERSION.c
    met = (
        f"{inner.column(v.partnership_id)} = {scope.column(m.partnership_id)}"
        f" and {inner.column(v.indicator_id)} = {scope.column(m.indicator_id)}"
        f" and {inner.column(v.valid_from)} > {scope.column(m.period_end)}"
        f" and {inner.column(v.valid_from)} <= current_date and {inner.column(v.bridge)} is null"
    )
    return f"not exists (select 1 from {inner.source} where {met})"  # noqa: S608 - as above


_SOURCE = Part(
    {
        "system": Value(newest_figure("source_system"), nullable=False),
        "identifier": Value(lambda _: "null::text"),
        "file": Value(newest_figure("source_file")),
        "row": Value(newest_figure("source_row")),
    }
)

PLANS = (
    TypePlan("PublishedFigure", FIGURE, {"recordedAt": FIGURE.c.released_at}),
    TypePlan(
        "Measurement",
        MEASUREMENT,
        {
            **{
                name: Value(newest_figure(name))
                for name in ("value", "low", "high", "numerator", "denominator", "reason")
            },
            "status": Value(newest_figure("status"), nullable=False),
            "suppression": Value(newest_figure("rule")),
            "comparable": Value(_is_comparable, nullable=False),
            "source": _SOURCE,
            "publishedAs": Listed(published_as),
            "recordings": Computed(
                load_recordings, {"partnership": MEASUREMENT.c.partnership_id, "id": MEASUREMENT.c.id}
            ),
        },
        visible=lambda _: is_released,
    ),
)
