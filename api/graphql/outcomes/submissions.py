"""Submissions: figures on their way to readers, and what was recorded behind a release, for the data manager."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry

from allocation.frames.recorded import RecordedVersion, read_submitted, read_versions
from api.access import Right
from api.graphql.common.basics import Node, row, table_of
from api.graphql.common.connections import Connection
from api.graphql.common.context import Context, Forbidden
from api.graphql.common.lazy import LazyArea, LazyIndicator, LazyPopulationGroup
from api.graphql.common.references import allowed_rows
from api.graphql.lookahead import By, Computed, Many, Rows, TypePlan, is_one_of
from api.stewardship import Glance, look
from models.measurements import MeasurementStatus
from models.submissions import StepTaken as StepRow
from models.submissions import Submission as SubmissionRow
from models.submissions import SubmissionStep

__all__ = [
    "PLANS",
    "RecordedFigure",
    "Submission",
    "SubmissionConnection",
    "load_recordings",
    "submissions",
]

SUBMISSION = table_of(SubmissionRow)
STEP = table_of(StepRow)
MOST_SHOWN = 1_000


@strawberry.type
class RecordedFigure:
    """One version of a figure as it was recorded, before any release; read by the data manager alone."""

    indicator: LazyIndicator
    area: LazyArea
    population: LazyPopulationGroup
    period_start: date
    period_end: date
    version: int
    recorded_at: datetime
    recorded_by: str
    step: SubmissionStep
    status: MeasurementStatus
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    mark: str | None
    numerator: int | None
    denominator: int | None
    already_public: bool
    source: str


@strawberry.type
class StepTaken:
    """A step towards readers, with who took it and when."""

    step: SubmissionStep
    taken_at: datetime
    taken_by: str
    note: str | None


@strawberry.type
class Submission(Node):
    """Figures that were handed in together; `version` is sent back to move it. `recordings` are the first 1,000."""

    step: SubmissionStep
    version: int
    figure_count: int
    recorded_at: datetime
    recorded_by: str
    steps: list[StepTaken]
    recordings: list[RecordedFigure] | None


SubmissionConnection = Connection[Submission]


def submissions(
    steps: list[SubmissionStep] | None = None, first: int | None = 20, after: str | None = None
) -> Rows:
    """The latest first."""
    where = is_one_of(SUBMISSION.c.step, steps) if steps is not None else None
    return Rows(where=where, order=[By(SUBMISSION.c.recorded_at, descending=True)], first=first, after=after)


async def load_recordings(
    context: Context, rows: Sequence[Mapping[str, Any]], _: Mapping[str, Any]
) -> list[Any]:  # a list, or why not
    """Measurement.recordings: each measurement that is read is a look, which is kept."""
    wanted: dict[UUID, list[UUID]] = {}
    for each in rows:
        if not context.caller.denied(Right.READ_RECORDED, each["partnership"]):
            wanted.setdefault(each["partnership"], []).append(each["id"])
    found: dict[tuple[UUID, UUID], list[RecordedFigure]] = {}
    for partnership_id, ids in wanted.items():
        glance = Glance(context.caller, partnership_id, "recordings of a measurement", list(set(ids)))
        versions = await look(
            context.database,
            glance,
            lambda session: read_versions(session, partnership_id, ids),  # noqa: B023 - called within this turn of the loop only
        )
        for version in versions:
            key = (partnership_id, version.measurement_id)
            found.setdefault(key, []).append(_shown(partnership_id, version))
    return [
        found.get((each["partnership"], each["id"]), [])
        if each["partnership"] in wanted
        else Forbidden(Right.READ_RECORDED)
        for each in rows
    ]


async def _submitted(
    context: Context, rows: Sequence[Mapping[str, Any]], _: Mapping[str, Any]
) -> list[Any]:  # as above
    return [await _of_submission(context, each["partnership"], each["id"]) for each in rows]


async def _of_submission(context: Context, partnership_id: UUID, id_: UUID) -> Any:  # as above
    if context.caller.denied(Right.READ_RECORDED, partnership_id):
        return Forbidden(Right.READ_RECORDED)
    versions = await look(
        context.database,
        Glance(context.caller, partnership_id, f"recordings of the submission {id_}"),
        lambda session: read_submitted(session, partnership_id, id_, MOST_SHOWN),
    )
    return [_shown(partnership_id, each) for each in versions]


def _shown(partnership_id: UUID, each: RecordedVersion) -> RecordedFigure:
    return RecordedFigure(
        indicator=row("Indicator", partnership_id, each.indicator_id),
        area=row("Area", partnership_id, each.area_id),
        population=row("PopulationGroup", partnership_id, each.population_id),
        period_start=each.period_start,
        period_end=each.period_end,
        version=each.version,
        recorded_at=each.recorded_at,
        recorded_by=each.recorded_by,
        step=SubmissionStep(each.step),
        status=MeasurementStatus(each.status),
        value=each.value,
        low=each.low,
        high=each.high,
        mark=each.mark,
        numerator=each.numerator,
        denominator=each.denominator,
        already_public=each.already_public,
        source=each.source_system,
    )


PLANS = (
    TypePlan("StepTaken", STEP),
    TypePlan(
        "Submission",
        SUBMISSION,
        {
            "steps": Many(order=[By(STEP.c.taken_at)]),
            "recordings": Computed(
                _submitted, {"partnership": SUBMISSION.c.partnership_id, "id": SUBMISSION.c.id}
            ),
        },
        visible=lambda context: allowed_rows(context, Right.READ_RECORDED),
    ),
)
