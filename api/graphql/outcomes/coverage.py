"""What is known and what is not: the coverage matrix with the reason for each hole, and how fresh each source is."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.frames.grid import Freshest, read_groups, read_sources, read_told
from allocation.grid import Cell, matrix
from api.access import Right
from api.graphql.common.basics import row
from api.graphql.common.context import Context
from api.graphql.common.errors import Code, Refusal
from api.graphql.common.ids import rows_of
from api.graphql.common.lazy import LazyArea, LazyIndicator, LazyPopulationGroup
from api.graphql.door.limits import LIMITS
from models.measurements import MeasurementStatus

__all__ = ["CoverageCell", "Source", "at_coverage", "load_coverage", "load_sources"]


@strawberry.type
class CoverageCell:
    """A place of the matrix; `reason` says why no number stands there, and is null where one does."""

    indicator: LazyIndicator
    population: LazyPopulationGroup
    area: LazyArea
    period_end: date
    status: MeasurementStatus
    reason: str | None


@strawberry.type
class Source:
    """Where figures come from. `freshnessDays` are those since the end of its newest period.

    `late` where that is more than `decisionCadenceDays`; false where nothing is asked of the source.
    """

    system: str
    last_imported_at: datetime | None
    latest_period_end: date | None
    freshness_days: int | None
    decision_cadence_days: int | None
    late: bool


def at_coverage(
    from_: Annotated[date | None, strawberry.argument(name="from")] = None,
    to: date | None = None,
    core: bool | None = None,
    key: bool | None = None,
    indicators: list[strawberry.ID] | None = None,
    areas: list[strawberry.ID] | None = None,
) -> None:
    """The field's arguments; `core` keeps to core indicators, `key` to key groups and everybody."""


async def load_coverage(
    context: Context, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> list[Any]:  # cells, or why not
    """Partnership.coverage."""
    found: list[Any] = []
    for each in rows:
        try:
            found.append(await _cells(context, each["id"], asked))
        except Refusal as refusal:
            found.append(refusal)
    return found


async def _cells(context: Context, partnership_id: UUID, asked: Mapping[str, Any]) -> list[CoverageCell]:
    sees_all = not context.caller.denied(Right.READ_RECORDED, partnership_id)

    async def read(session: AsyncSession) -> Sequence[Cell]:
        told = await read_told(session, partnership_id, core=bool(asked.get("core")))
        groups = await read_groups(session, partnership_id, key=bool(asked.get("key")))
        return matrix(told, groups, sees_all=sees_all)

    wanted = [each for each in await context.run(read) if _is_wanted(each, partnership_id, asked)]
    if len(wanted) > LIMITS.rows:
        raise Refusal(
            Code.TOO_LARGE,
            f"The matrix has {len(wanted):,} cells, and {LIMITS.rows:,} is the most; name `from`, `to`, `areas`"
            " or `indicators`, or ask for `core` indicators and `key` groups.",
        )
    return [_shown(partnership_id, each) for each in wanted]


def _is_wanted(cell: Cell, partnership_id: UUID, asked: Mapping[str, Any]) -> bool:
    first, last = asked.get("from_"), asked.get("to")
    if (first and cell.period_end < first) or (last and cell.period_end > last):
        return False
    for name, type_name, value in (
        ("areas", "Area", cell.area),
        ("indicators", "Indicator", cell.indicator),
    ):
        texts = asked.get(name)
        if texts is not None and UUID(value) not in rows_of(texts, partnership_id, type_name):
            return False
    return True


def _shown(partnership_id: UUID, cell: Cell) -> CoverageCell:
    return CoverageCell(
        indicator=row("Indicator", partnership_id, UUID(cell.indicator)),
        population=row("PopulationGroup", partnership_id, UUID(cell.population)),
        area=row("Area", partnership_id, UUID(cell.area)),
        period_end=cell.period_end,
        status=MeasurementStatus(cell.status),
        reason=cell.reason,
    )


async def load_sources(
    context: Context, rows: Sequence[Mapping[str, Any]], _: Mapping[str, Any]
) -> list[list[Source]]:
    """Partnership.sources."""
    return [await _sources(context, each["id"]) for each in rows]


async def _sources(context: Context, partnership_id: UUID) -> list[Source]:
    async def read(session: AsyncSession) -> Sequence[Freshest]:
        return await read_sources(session, partnership_id)

    today = datetime.now(UTC).date()
    return [
        Source(
            system=each.system,
            last_imported_at=each.imported_at,
            latest_period_end=each.latest,
            freshness_days=each.age_days(today),
            decision_cadence_days=each.cadence_days,
            late=each.is_late(today),
        )
        for each in await context.run(read)
    ]
