"""The policy team's changes: who is asked for the right, and what each payload shows. See changes.py for the rest."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import strawberry
from strawberry.types import Info

from api.access import Right
from api.graphql.anchor.anchor_changes import PartnershipPayload
from api.graphql.common.basics import row
from api.graphql.common.changes import Change, Changed, Refused, UserError, changed, not_found, partnership_of
from api.graphql.common.checks import Checks, Keyed
from api.graphql.common.context import Context
from api.graphql.common.enums import UserErrorCode
from api.graphql.common.ids import GlobalId, read_id
from api.graphql.policy import action_changes as actions
from api.graphql.policy import plan_changes as changes
from api.graphql.policy import policy_inputs as given
from api.graphql.policy.barriers import Barrier
from api.graphql.policy.plan_steps import right_to_move
from api.graphql.policy.plans import PolicyPlan
from models import barriers, plans
from models.advocacy import PolicyMilestone
from models.base import TenantRow

__all__ = ["PolicyMutation"]

Asked = Info[Context, None]
R = TypeVar("R", bound=TenantRow)


@strawberry.type
class PolicyPlanPayload:
    """The plan after the change; null with `userErrors` where nothing was changed."""

    policy_plan: PolicyPlan | None
    user_errors: list[UserError]
    replayed: bool


@strawberry.type
class BarrierPayload:
    """The barrier after the change; null with `userErrors` where nothing was changed."""

    barrier: Barrier | None
    user_errors: list[UserError]
    replayed: bool


def _shown(made: Changed) -> dict[str, Any]:  # Any: a row stands for its object
    return {"user_errors": made.errors, "replayed": made.replayed}


def _object(made: Changed) -> Any:  # as above
    return row(made.id.type_name, *made.id.key) if made.id else None


def _plan(made: Changed) -> PolicyPlanPayload:
    return PolicyPlanPayload(policy_plan=_object(made), **_shown(made))


@dataclass(frozen=True)
class Asking:
    """A change that is asked for: by whom, under which name, with which right."""

    context: Context
    name: str
    asked: Any  # the input
    right: Right = Right.KEEP_POLICY

    @property
    def by(self) -> str | None:
        """How who asks is called in what is recorded."""
        return self.context.caller.name or self.context.caller.actor

    async def in_partnership(self, work: Callable[[Checks], Awaitable[GlobalId]]) -> Changed:
        """A change of what belongs to the partnership that the input names."""
        try:
            partnership = await partnership_of(
                self.context, self.asked.partnership, "partnership", self.right
            )
        except Refused as refused:
            return Changed.refused(refused.faults)
        change = Change(self.name, partnership.id, self.asked.idempotency_key, self.asked)
        return await changed(self.context, change, lambda session: work(Checks(session, partnership.id)))

    async def of(
        self, model: type[R], type_name: str, path: str, work: Callable[[Checks, R], Awaitable[GlobalId]]
    ) -> Changed:
        """A change of the one row whose id stands in the input's field `path`."""
        found = read_id(getattr(self.asked, path), type_name)
        caller = self.context.caller
        if found is None or len(found.key) != 2 or found.partnership_id not in caller.roles:
            return Changed.refused(not_found(path).faults)
        if caller.denied(self.right, found.partnership_id):
            return Changed.refused(Refused.at(path, UserErrorCode.FORBIDDEN, self.right.reason).faults)

        async def done(checks: Checks) -> GlobalId:
            kept = await checks.session.get(model, found.key, with_for_update=True)
            if kept is None:
                raise not_found(path)
            return await work(checks, kept)

        keyed: Keyed = self.asked
        change = Change(self.name, found.partnership_id, keyed.idempotency_key, self.asked)
        return await changed(
            self.context, change, lambda session: done(Checks(session, found.partnership_id))
        )

    async def of_plan(self, work: Callable[[Checks, plans.PolicyPlan], Awaitable[GlobalId]]) -> Changed:
        """A change of the plan that the input names."""
        return await self.of(plans.PolicyPlan, "PolicyPlan", "plan", work)


@strawberry.type
class PolicyMutation:
    """What the policy team records."""

    @strawberry.mutation
    async def record_barrier(
        self,
        info: Asked,
        input: given.RecordBarrierInput,  # noqa: A002 - the contract's name
    ) -> BarrierPayload:
        """A barrier that a network lifts to those who can remove it."""
        asking = Asking(info.context, "recordBarrier", input, Right.RAISE_BARRIERS)
        made = await asking.in_partnership(lambda checks: changes.record_barrier(checks, input))
        return BarrierPayload(barrier=_object(made), **_shown(made))

    @strawberry.mutation
    async def answer_barrier(
        self,
        info: Asked,
        input: given.AnswerBarrierInput,  # noqa: A002 - as above
    ) -> BarrierPayload:
        """What was decided on a barrier, and when it was gone."""
        asking = Asking(info.context, "answerBarrier", input)
        made = await asking.of(
            barriers.Barrier,
            "Barrier",
            "barrier",
            lambda checks, kept: changes.answer_barrier(checks, input, kept, asking.by),
        )
        return BarrierPayload(barrier=_object(made), **_shown(made))

    @strawberry.mutation
    async def record_policy_plan(
        self,
        info: Asked,
        input: given.RecordPolicyPlanInput,  # noqa: A002 - as above
    ) -> PolicyPlanPayload:
        """A plan, as a draft."""
        asking = Asking(info.context, "recordPolicyPlan", input)
        return _plan(
            await asking.in_partnership(lambda checks: changes.record_plan(checks, input, asking.by))
        )

    @strawberry.mutation
    async def update_policy_plan(
        self,
        info: Asked,
        input: given.UpdatePolicyPlanInput,  # noqa: A002 - as above
    ) -> PolicyPlanPayload:
        """Changes what is given of a plan; its status moves by movePolicyPlan."""
        asking = Asking(info.context, "updatePolicyPlan", input)
        return _plan(await asking.of_plan(lambda checks, kept: changes.update_plan(checks, input, kept)))

    @strawberry.mutation
    async def move_policy_plan(
        self,
        info: Asked,
        input: given.MovePolicyPlanInput,  # noqa: A002 - as above
    ) -> PolicyPlanPayload:
        """Takes one of the steps that the plan's status allows, with a note; `nextSteps` says who may take which."""
        asking = Asking(info.context, "movePolicyPlan", input, right_to_move(input.to))
        return _plan(
            await asking.of_plan(lambda checks, kept: changes.move_plan(checks, input, kept, asking.by))
        )

    @strawberry.mutation
    async def complete_milestone(
        self,
        info: Asked,
        input: given.CompleteMilestoneInput,  # noqa: A002 - as above
    ) -> PolicyPlanPayload:
        """Says that a milestone was reached."""
        asking = Asking(info.context, "completeMilestone", input)
        return _plan(
            await asking.of(
                PolicyMilestone,
                "PolicyMilestone",
                "milestone",
                lambda checks, kept: actions.complete_milestone(checks, input, kept),
            )
        )

    @strawberry.mutation
    async def record_policy_action(
        self,
        info: Asked,
        input: given.RecordPolicyActionInput,  # noqa: A002 - as above
    ) -> PolicyPlanPayload:
        """Something done for a plan; lobbying paid out of an investment is posted to the ledger."""
        asking, actor = Asking(info.context, "recordPolicyAction", input), info.context.caller.actor
        return _plan(
            await asking.of_plan(lambda checks, kept: actions.record_action(checks, input, kept, actor))
        )

    @strawberry.mutation
    async def record_exempt_purpose_spending(
        self,
        info: Asked,
        input: given.RecordExemptPurposeSpendingInput,  # noqa: A002 - as above
    ) -> PartnershipPayload:
        """What lobbying is limited by in a fiscal year."""
        asking = Asking(info.context, "recordExemptPurposeSpending", input, Right.RECORD_SPENDING)
        made = await asking.in_partnership(lambda checks: actions.record_spending(checks, input))
        return PartnershipPayload(partnership=_object(made), **_shown(made))
