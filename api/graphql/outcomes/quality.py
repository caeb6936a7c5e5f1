"""What looks wrong in the figures: for the data manager in those that were recorded, else in those released."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation import quality as examined
from allocation.frames.quality import (
    Allowed,
    read_allowances,
    read_disclosed,
    read_freshness,
    read_recorded,
)
from allocation.quality import Freshness, Noted, examine
from api.access import Right
from api.graphql.common.basics import Node, row
from api.graphql.common.connections import Connection, connection_of
from api.graphql.common.context import Context
from api.graphql.common.enums import FindingSeverity
from api.graphql.common.lazy import LazyIndicator
from api.stewardship import Glance, look
from models.measurements import Figure
from models.submissions import QualityKind

__all__ = ["QualityFilter", "QualityFinding", "QualityFindingConnection", "at_quality", "load_quality"]


@strawberry.type
class QualityExample:
    """One case in words, and the measurements that show it, as far as a release shows them."""

    sentence: str
    nodes: list[Node]


@strawberry.type
class QualityFinding:
    """All cases of a kind in an indicator. `share` is of those that could be checked; `allowed` where the
    partnership has explained them, and `because` is how. `nodes` are the indicator, then the examples'.
    """

    kind: QualityKind
    severity: FindingSeverity
    message: str
    allowed: bool
    because: str | None
    indicator: LazyIndicator
    dimension: str | None
    count: int
    share: Decimal
    examples: list[QualityExample]
    nodes: list[Node]


QualityFindingConnection = Connection[QualityFinding]


@strawberry.input
class QualityFilter:
    """Every part that is given holds."""

    kinds: list[QualityKind] | None = None


def at_quality(
    filter: QualityFilter | None = None,  # noqa: A002 - the contract's name
    first: int | None = 50,
    after: str | None = None,
) -> None:
    """The field's arguments."""


async def load_quality(
    context: Context, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> list[Connection[QualityFinding]]:
    """Partnership.qualityFindings: the gravest first."""
    return [await _page(context, each["id"], asked) for each in rows]


@dataclass(frozen=True)
class _Known:
    """What stands beside the figures: how fresh they must be, what is explained, and what readers may see."""

    freshness: Freshness
    allowed: Allowed
    released: frozenset[UUID]


async def _page(
    context: Context, partnership_id: UUID, asked: Mapping[str, Any]
) -> Connection[QualityFinding]:
    async def beside(session: AsyncSession) -> _Known:
        shown = await session.execute(
            select(Figure.measurement_id).where(Figure.partnership_id == partnership_id, Figure.is_newest)
        )
        return _Known(
            await read_freshness(session, partnership_id),
            await read_allowances(session, partnership_id),
            frozenset(shown.scalars()),
        )

    known = await context.once(("quality beside", partnership_id), beside)
    wanted = asked.get("filter") or QualityFilter()
    findings = [
        each
        for each in examine(await _figures(context, partnership_id), known.freshness)
        if wanted.kinds is None or QualityKind(each.kind) in wanted.kinds
    ]
    numbered = list(enumerate(_shown(partnership_id, each, known) for each in findings))
    page = connection_of(
        numbered, lambda each: (each[0],), first=asked.get("first"), after=asked.get("after"), order="quality"
    )
    for edge in page.edges:
        edge.node = edge.node[1]  # type: ignore[assignment]  # the number was its place only
    return Connection(
        edges=page.edges,  # type: ignore[arg-type]  # as above
        nodes=[edge.node for edge in page.edges],  # type: ignore[misc]  # as above
        page_info=page.page_info,
        total_count=page.total_count,
    )


async def _figures(context: Context, partnership_id: UUID) -> Sequence[Noted]:
    if context.caller.denied(Right.READ_RECORDED, partnership_id):
        return await context.run(lambda session: read_disclosed(session, partnership_id))
    glance = Glance(context.caller, partnership_id, "quality findings")
    return await look(context.database, glance, lambda session: read_recorded(session, partnership_id))


def _shown(partnership_id: UUID, found: examined.Finding, known: _Known) -> QualityFinding:
    indicator, kind = UUID(found.indicator), QualityKind(found.kind)
    of_all = known.allowed.get((indicator, kind, None))
    because = known.allowed.get((indicator, kind, found.dimension), of_all)

    def nodes(ids: Sequence[str]) -> list[Any]:  # rows that stand for measurements
        return [row("Measurement", partnership_id, UUID(id_)) for id_ in ids if UUID(id_) in known.released]

    return QualityFinding(
        kind=kind,
        severity=FindingSeverity(found.importance),
        message=f"{found.sentence} ({found.count} of {found.checked})",
        allowed=because is not None,
        because=because,
        indicator=row("Indicator", partnership_id, indicator),
        dimension=found.dimension,
        count=found.count,
        share=found.share,
        examples=[
            QualityExample(sentence=each.sentence, nodes=nodes(each.figures)) for each in found.examples
        ],
        nodes=[
            row("Indicator", partnership_id, indicator),
            *nodes(list(dict.fromkeys(id_ for each in found.examples for id_ in each.figures))),
        ],
    )
