"""The anchor's changes: who is asked for the right, and what each payload shows. See changes.py for the rest."""

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry
from strawberry.types import Info

from api.access import Right
from api.graphql.anchor import anchor_inputs as given
from api.graphql.anchor import book_changes as books
from api.graphql.anchor.agreement_changes import set_agreements
from api.graphql.anchor.agreements import MatchOffer, Obligation
from api.graphql.anchor.gift_changes import put_gift
from api.graphql.anchor.in_kind import InKindResource
from api.graphql.anchor.outlooks import StaffWarning, warnings_of
from api.graphql.anchor.staff_changes import put_position
from api.graphql.anchor.staffing import StaffPosition
from api.graphql.common.basics import row
from api.graphql.common.changes import Change, Changed, Refused, UserError, changed, partnership_of
from api.graphql.common.checks import Checks
from api.graphql.common.checks import of_row as _of_row
from api.graphql.common.context import Context
from api.graphql.common.ids import GlobalId
from api.graphql.money.investments import Investment
from api.graphql.partnerships import Partnership
from models import obligations, staffing
from models.in_kind import InKindResource as InKindRow
from models.resources import Investment as InvestmentRow

__all__ = ["AnchorMutation", "InvestmentPayload"]

Asked = Info[Context, None]


@strawberry.type
class StaffPositionPayload:
    """The position after the change; null with `userErrors` where nothing was changed.

    `warnings` tell what is odd about it: paid beyond its cost, paid twice, several currencies.
    """

    staff_position: StaffPosition | None
    warnings: list[StaffWarning]
    user_errors: list[UserError]
    replayed: bool


@strawberry.type
class InKindResourcePayload:
    """The gift after the change; null with `userErrors` where nothing was changed."""

    in_kind_resource: InKindResource | None
    user_errors: list[UserError]
    replayed: bool


@strawberry.type
class PartnershipPayload:
    """The partnership after the change; null with `userErrors` where nothing was changed."""

    partnership: Partnership | None
    user_errors: list[UserError]
    replayed: bool


@strawberry.type
class MatchOfferPayload:
    """The offer after the change; null with `userErrors` where nothing was changed."""

    match_offer: MatchOffer | None
    user_errors: list[UserError]
    replayed: bool


@strawberry.type
class ObligationPayload:
    """What is owed after the change; null with `userErrors` where nothing was changed."""

    obligation: Obligation | None
    user_errors: list[UserError]
    replayed: bool


@strawberry.type
class InvestmentPayload:
    """The investment after the change; null with `userErrors` where nothing was changed."""

    investment: Investment | None
    user_errors: list[UserError]
    replayed: bool


def _shown(made: Changed) -> dict[str, Any]:  # Any: a row stands for its object
    return {"user_errors": made.errors, "replayed": made.replayed}


def _object(made: Changed) -> Any:  # as above
    return row(made.id.type_name, *made.id.key) if made.id else None


async def _warnings(context: Context, made: Changed) -> list[StaffWarning]:
    return await warnings_of(context, *made.id.key) if made.id else []


async def _in_partnership(
    context: Context, name: str, asked: Any, work: Callable[[Checks], Awaitable[GlobalId]]
) -> Changed:
    """A change of what belongs to the partnership that the input names."""
    try:
        partnership = await partnership_of(context, asked.partnership, "partnership", Right.KEEP_BOOKS)
    except Refused as refused:
        return Changed.refused(refused.faults)
    change = Change(name, partnership.id, asked.idempotency_key, asked)
    return await changed(context, change, lambda session: work(Checks(session, partnership.id)))


@strawberry.type
class AnchorMutation:
    """What the anchor records."""

    @strawberry.mutation
    async def record_staff_position(
        self,
        info: Asked,
        input: given.RecordStaffPositionInput,  # noqa: A002 - the contract's name
    ) -> StaffPositionPayload:
        """A position, its cost and who pays for it."""

        async def work(checks: Checks) -> GlobalId:
            return GlobalId("StaffPosition", (checks.partnership_id, await put_position(checks, input, None)))

        made = await _in_partnership(info.context, "recordStaffPosition", input, work)
        told = await _warnings(info.context, made)
        return StaffPositionPayload(staff_position=_object(made), warnings=told, **_shown(made))

    @strawberry.mutation
    async def update_staff_position(
        self,
        info: Asked,
        input: given.UpdateStaffPositionInput,  # noqa: A002 - as above
    ) -> StaffPositionPayload:
        """Changes what is given of a position, and adds or changes fundings."""

        async def work(checks: Checks, kept: staffing.StaffPosition) -> GlobalId:
            return GlobalId("StaffPosition", (checks.partnership_id, await put_position(checks, input, kept)))

        of = (staffing.StaffPosition, "StaffPosition", "position", input.position)
        made = await _of_row(info.context, "updateStaffPosition", input, of, work)
        told = await _warnings(info.context, made)
        return StaffPositionPayload(staff_position=_object(made), warnings=told, **_shown(made))

    @strawberry.mutation
    async def record_in_kind_resource(
        self,
        info: Asked,
        input: given.RecordInKindResourceInput,  # noqa: A002 - as above
    ) -> InKindResourcePayload:
        """A gift of time, talent or goods."""

        async def work(checks: Checks) -> GlobalId:
            return GlobalId("InKindResource", (checks.partnership_id, await put_gift(checks, input, None)))

        made = await _in_partnership(info.context, "recordInKindResource", input, work)
        return InKindResourcePayload(in_kind_resource=_object(made), **_shown(made))

    @strawberry.mutation
    async def update_in_kind_resource(
        self,
        info: Asked,
        input: given.UpdateInKindResourceInput,  # noqa: A002 - as above
    ) -> InKindResourcePayload:
        """Changes what is given of a gift."""

        async def work(checks: Checks, kept: InKindRow) -> GlobalId:
            return GlobalId("InKindResource", (checks.partnership_id, await put_gift(checks, input, kept)))

        of = (InKindRow, "InKindResource", "inKindResource", input.in_kind_resource)
        made = await _of_row(info.context, "updateInKindResource", input, of, work)
        return InKindResourcePayload(in_kind_resource=_object(made), **_shown(made))

    @strawberry.mutation
    async def set_anchor_entity(
        self,
        info: Asked,
        input: given.SetAnchorEntityInput,  # noqa: A002 - as above
    ) -> PartnershipPayload:
        """Names who holds the money from a day on; whoever did before, does until then."""

        async def work(checks: Checks) -> GlobalId:
            return await books.set_anchor(checks, input)

        made = await _in_partnership(info.context, "setAnchorEntity", input, work)
        return PartnershipPayload(partnership=_object(made), **_shown(made))

    @strawberry.mutation
    async def set_budget(
        self,
        info: Asked,
        input: given.SetBudgetInput,  # noqa: A002 - as above
    ) -> PartnershipPayload:
        """Sets the whole budget of a fiscal year, in the partnership's currency."""

        async def work(checks: Checks) -> GlobalId:
            return await books.set_budget(checks, input)

        made = await _in_partnership(info.context, "setBudget", input, work)
        return PartnershipPayload(partnership=_object(made), **_shown(made))

    @strawberry.mutation
    async def record_match_offer(
        self,
        info: Asked,
        input: given.RecordMatchOfferInput,  # noqa: A002 - as above
    ) -> MatchOfferPayload:
        """An offer to match what others give."""

        async def work(checks: Checks) -> GlobalId:
            return await books.record_offer(checks, input)

        made = await _in_partnership(info.context, "recordMatchOffer", input, work)
        return MatchOfferPayload(match_offer=_object(made), **_shown(made))

    @strawberry.mutation
    async def record_obligation(
        self,
        info: Asked,
        input: given.RecordObligationInput,  # noqa: A002 - as above
    ) -> ObligationPayload:
        """Something due under an investment."""

        async def work(checks: Checks, kept: InvestmentRow) -> GlobalId:
            return await books.record_obligation(checks, input, kept)

        of = (InvestmentRow, "Investment", "investment", input.investment)
        made = await _of_row(info.context, "recordObligation", input, of, work)
        return ObligationPayload(obligation=_object(made), **_shown(made))

    @strawberry.mutation
    async def set_agreements(
        self,
        info: Asked,
        input: given.SetAgreementsInput,  # noqa: A002 - as above
    ) -> InvestmentPayload:
        """Sets what is agreed about an investment: its renewal, match, instalments and fee."""

        async def work(checks: Checks, kept: InvestmentRow) -> GlobalId:
            return await set_agreements(checks, input, kept)

        of = (InvestmentRow, "Investment", "investment", input.investment)
        made = await _of_row(info.context, "setAgreements", input, of, work)
        return InvestmentPayload(investment=_object(made), **_shown(made))

    @strawberry.mutation
    async def complete_obligation(
        self,
        info: Asked,
        input: given.CompleteObligationInput,  # noqa: A002 - as above
    ) -> ObligationPayload:
        """Says that something owed was done."""

        async def work(checks: Checks, kept: obligations.Obligation) -> GlobalId:
            return await books.complete(checks, input, kept)

        of = (obligations.Obligation, "Obligation", "obligation", input.obligation)
        made = await _of_row(info.context, "completeObligation", input, of, work)
        return ObligationPayload(obligation=_object(made), **_shown(made))
