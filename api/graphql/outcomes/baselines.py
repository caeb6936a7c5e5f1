"""Baselines: the first figure of a group in an area as it was first released, which nothing overwrites."""

from datetime import datetime

import strawberry

from api.graphql.common.basics import table_of
from api.graphql.common.lazy import LazyArea, LazyMeasurement, LazyPopulationGroup
from api.graphql.common.references import optionally
from api.graphql.lookahead import By, One, Rows, Scope, TypePlan, all_of
from api.graphql.outcomes.measurements import FIGURE, PublishedFigure
from models.measurements import Baseline as BaselineRow

__all__ = ["PLANS", "Baseline", "baselines"]

BASELINE = table_of(BaselineRow)


@strawberry.type
class Baseline:
    """What change is reckoned from: `figure` stays as it was first released, whatever is corrected since."""

    area: LazyArea
    population: LazyPopulationGroup
    measurement: LazyMeasurement
    figure: PublishedFigure | None
    set_at: datetime


def baselines(area: strawberry.ID | None = None, population: strawberry.ID | None = None) -> Rows:
    """By the day on which they were set."""
    where = all_of(
        optionally(BASELINE.c.area_id, None if area is None else [area], "Area"),
        optionally(BASELINE.c.population_id, None if population is None else [population], "PopulationGroup"),
    )
    return Rows(where=where, order=[By(BASELINE.c.set_at)])


def _is_its_figure(baseline: Scope, figure: Scope) -> str:
    b, f = BASELINE.c, FIGURE.c
    pairs = (
        (b.partnership_id, f.partnership_id),
        (b.measurement_id, f.measurement_id),
        (b.figure_version, f.version),
    )
    return " and ".join(f"{baseline.column(ours)} = {figure.column(theirs)}" for ours, theirs in pairs)


PLANS = (TypePlan("Baseline", BASELINE, {"figure": One(on=_is_its_figure)}),)
