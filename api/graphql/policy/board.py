"""The policy team's board: how many plans stand where, what of them is late, and what comes next."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.graphql.common.context import Context
from api.graphql.policy.visibility import may_see_all
from models.advocacy import PolicyMilestone
from models.plans import PolicyPlan, PolicyStatus
from policy.calendar import Deadline, board

__all__ = ["PolicyColumn", "at_board", "load_board"]


@strawberry.type
class PolicyColumn:
    """The plans of one status that the caller may see."""

    status: PolicyStatus
    plan_count: int
    late_count: int
    next_due_on: date | None


def at_board() -> None:
    """The field has no arguments."""


async def load_board(
    context: Context, rows: Sequence[Mapping[str, Any]], _: Mapping[str, Any]
) -> list[Any]:  # lists of columns
    """Partnership.policyBoard."""
    return [await _board(context, each["id"]) for each in rows]


async def _board(context: Context, partnership_id: UUID) -> list[PolicyColumn]:
    sees_all = may_see_all(context, partnership_id)

    async def read(session: AsyncSession) -> tuple[list[str], list[Deadline]]:
        p, m = PolicyPlan, PolicyMilestone
        plans = await session.execute(select(p).where(p.partnership_id == partnership_id))
        statuses = {each.id: each.status.value for each in plans.scalars() if sees_all or each.is_published}
        found = await session.execute(select(m).where(m.partnership_id == partnership_id))
        deadlines = [
            Deadline(str(each.plan_id), statuses[each.plan_id], each.title, each.due_on, each.done_on)
            for each in found.scalars()
            if each.plan_id in statuses
        ]
        return list(statuses.values()), deadlines

    statuses, deadlines = await context.run(read)
    return [
        PolicyColumn(
            status=PolicyStatus(each.status),
            plan_count=each.plan_count,
            late_count=each.late_count,
            next_due_on=each.next_due_on,
        )
        for each in board(statuses, deadlines, datetime.now(UTC).date())
    ]
