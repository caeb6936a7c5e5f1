"""Sub-grants out: what was committed and paid on to others, and how their reports stand."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from allocation import obligations
from allocation.frames.obligations import read_sub_grants
from api.access import Right
from api.graphql.anchor.sight import is_denied, own_investments
from api.graphql.common.basics import Money, money_of, row
from api.graphql.common.context import Context, Forbidden
from api.graphql.common.days import day_asked
from api.graphql.common.enums import ReportStatus
from api.graphql.common.lazy import LazyInvestment, LazyObligation

__all__ = ["SubGrant", "at_sub_grants", "load_sub_grants"]


@strawberry.type
class SubGrant:
    """An award that others pay, or that the anchor entity gives on; `paid` is what has left for the recipient."""

    investment: LazyInvestment
    funded_from: list[LazyInvestment]
    committed: Money
    paid: Money
    report_status: ReportStatus
    reports: list[LazyObligation]


def at_sub_grants(as_of: date | None = None) -> None:
    """The field's arguments; as of today where no day is given."""


async def load_sub_grants(
    context: Context, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> list[Any]:  # sub-grants, or why not
    """AnchorEntity.subGrants."""
    as_of = day_asked(asked)
    return [await _sub_grants(context, each["partnership"], as_of) for each in rows]


async def _sub_grants(context: Context, partnership_id: UUID, as_of: date) -> Any:  # as above
    if is_denied(context, Right.READ_OBLIGATIONS, partnership_id):
        return Forbidden(Right.READ_OBLIGATIONS)

    async def read(session: AsyncSession) -> Sequence[obligations.SubGrant]:
        own = await own_investments(context, session, partnership_id, Right.READ_OBLIGATIONS)
        found = await read_sub_grants(session, partnership_id, as_of)
        return [each for each in found if own is None or each.investment in own]

    return [_shown(partnership_id, each, as_of) for each in await context.run(read)]


def _shown(partnership_id: UUID, found: obligations.SubGrant, as_of: date) -> SubGrant:
    return SubGrant(
        investment=row("Investment", partnership_id, UUID(found.investment)),
        funded_from=[row("Investment", partnership_id, UUID(each)) for each in found.funded_from],
        committed=money_of(found.committed, found.currency),
        paid=money_of(found.paid, found.currency),
        report_status=ReportStatus(found.report_status(as_of)),
        reports=[row("Obligation", partnership_id, UUID(each.id)) for each in found.reports],
    )
