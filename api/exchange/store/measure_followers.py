"""Tells the plans that are aimed at a measure of its changes: in the outcome of the import that found them."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN
from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.report import Example, ImportReport, Severity
from models.measures import PolicyMeasure
from models.plans import PolicyPlan, PolicyPlanMeasure

TOLD: Final = "a measure that a plan is aimed at has changed"


async def tell_followers(
    session: AsyncSession, partnership_id: UUID, changed: Mapping[UUID, str], report: ImportReport
) -> None:
    """Adds a notice for each plan and each of its measures that changed; `changed` says what, by measure."""
    if not changed:
        return
    plan, measure, link = PolicyPlan, PolicyMeasure, PolicyPlanMeasure
    among = any_(literal(list(changed), ARRAY(UUID_COLUMN(as_uuid=True))))
    told = await session.execute(
        select(plan.title, measure.identifier, measure.id)
        .join(link, (link.partnership_id == plan.partnership_id) & (link.plan_id == plan.id))
        .join(measure, (measure.partnership_id == link.partnership_id) & (measure.id == link.measure_id))
        .where(plan.partnership_id == partnership_id, link.measure_id == among)
        .order_by(plan.title, measure.identifier)
    )
    for title, identifier, id_ in told:
        where = Example(None, "plan", f"{title}: {identifier} ({changed[id_]})")
        report.add(Severity.NOTICE, "plan-told", TOLD, where)
