"""Moves a plan along its steps and keeps its history; every way to change a status comes by here."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from models.advocacy import PolicyStatusChange
from models.base import new_id
from models.plans import PolicyPlan, PolicyStatus
from policy.statuses import Plan, Step, check_step, days_after

__all__ = ["begin", "move"]


async def begin(session: AsyncSession, plan: PolicyPlan, *, by: str | None, today: date) -> None:
    """Opens the history of a plan that was just recorded, with the status that it came with."""
    session.add(_change(plan, None, by, Step(plan.status.value, "", today)))
    await session.flush()


async def move(session: AsyncSession, plan: PolicyPlan, step: Step, *, by: str | None, today: date) -> None:
    """Takes a step and keeps it. Errors: StepError, with nothing changed."""
    known = Plan(plan.status.value, plan.starts_on, plan.enacted_on, plan.effective_on)
    check_step(known, step, today)
    before = plan.status
    plan.status = PolicyStatus(step.to)
    plan.enacted_on, plan.effective_on = days_after(known, step)
    plan.version += 1
    session.add(_change(plan, before, by, step))
    await session.flush()


def _change(plan: PolicyPlan, before: PolicyStatus | None, by: str | None, step: Step) -> PolicyStatusChange:
    return PolicyStatusChange(
        partnership_id=plan.partnership_id,
        id=new_id(),
        plan_id=plan.id,
        from_status=before,
        to_status=plan.status,
        happened_on=step.on,
        changed_by=by,
        note=step.note or None,
    )
