"""The steps that plans have taken, and whom their notes are told to."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from api.graphql.common.context import Context
from api.graphql.policy.visibility import may_see_all
from models import advocacy as deeds
from models.plans import PolicyStatus

__all__ = ["PolicyStatusChange", "load_history"]

Key = tuple[UUID, UUID]


@strawberry.type
class PolicyStatusChange:
    """A step of a plan's status: the day on which it happened, and the moment at which that was recorded.

    Who recorded it and the note are told at the table.
    """

    from_: PolicyStatus | None = strawberry.field(name="from")
    to: PolicyStatus
    on: date
    at: datetime
    by: str | None
    note: str | None


async def load_history(
    context: Context, found: Sequence[Mapping[str, Any]], _: Mapping[str, Any]
) -> list[Any]:  # lists of changes
    """PolicyPlan.history, for all plans of a place."""
    keys = [(row["partnership"], row["id"]) for row in found]
    c = deeds.PolicyStatusChange

    async def read(session: AsyncSession) -> Mapping[Key, list[PolicyStatusChange]]:
        query = select(c).where(tuple_(c.partnership_id, c.plan_id).in_(keys)).order_by(c.changed_at, c.id)
        steps: dict[Key, list[PolicyStatusChange]] = {}
        for each in (await session.execute(query)).scalars():
            is_told = may_see_all(context, each.partnership_id)
            steps.setdefault((each.partnership_id, each.plan_id), []).append(_step(each, is_told))
        return steps

    steps = await context.run(read)
    return [steps.get(key, []) for key in keys]


def _step(change: deeds.PolicyStatusChange, is_told: bool) -> PolicyStatusChange:
    return PolicyStatusChange(
        from_=change.from_status,
        to=change.to_status,
        on=change.happened_on,
        at=change.changed_at,
        by=change.changed_by if is_told else None,
        note=change.note if is_told else None,
    )
