"""The steps that a plan's status may take next, and who may take each."""

from collections.abc import Mapping, Sequence
from typing import Any

import strawberry

from api.access import Right
from api.graphql.common.context import Context
from api.graphql.common.permissions import Permission
from models.plans import PolicyStatus
from policy.statuses import STEPS

__all__ = ["PolicyStep", "load_steps", "right_to_move"]


@strawberry.type
class PolicyStep:
    """A status that may follow, and whether the caller may take the plan there."""

    to: PolicyStatus
    permission: Permission


def right_to_move(to: PolicyStatus) -> Right:
    """What it takes to bring a plan to a status: the anchor too may stop one."""
    return Right.WITHDRAW_PLANS if to is PolicyStatus.WITHDRAWN else Right.KEEP_POLICY


async def load_steps(
    context: Context, rows: Sequence[Mapping[str, Any]], _: Mapping[str, Any]
) -> list[Any]:  # lists of steps
    """PolicyPlan.nextSteps."""
    return [[_step(context, row, PolicyStatus(to)) for to in STEPS[row["status"]]] for row in rows]


def _step(context: Context, plan: Mapping[str, Any], to: PolicyStatus) -> PolicyStep:
    denial = context.caller.denied(right_to_move(to), plan["partnership"])
    told = Permission(allowed=denial is None, reason=str(denial) if denial else None)
    return PolicyStep(to=to, permission=told)
