"""Records what came and was used of gifts in kind, and takes a movement back."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import strawberry
from strawberry.types import Info

from allocation.bookkeeping import RecordingError
from allocation.gifts import GiftMovement, record_movement, reverse_movement
from allocation.ledger import LedgerError
from allocation.quantities import MovementError, thousandths
from api.graphql.anchor.gift_movements import InKindMovement
from api.graphql.common.basics import row
from api.graphql.common.changes import Changed, Refused, UserError
from api.graphql.common.checks import Checks, of_row
from api.graphql.common.context import Context
from api.graphql.common.days import DAY_SENTENCE, is_day
from api.graphql.common.enums import UserErrorCode
from api.graphql.common.ids import GlobalId
from models.base import new_id
from models.in_kind import InKindResource
from models.ledger import TransactionKind, Transfer

__all__ = ["GiftMutation"]

Asked = Info[Context, None]
FIELDS = {"occurred_on": "occurredOn"}


@strawberry.input
class RecordInKindMovementInput:
    """What came (RECEIPT) of a gift in kind, or was used (EXPENDITURE), in the gift's own unit."""

    in_kind_resource: strawberry.ID
    idempotency_key: str
    kind: TransactionKind
    occurred_on: date
    quantity: Decimal
    note: str | None = None


@strawberry.input
class ReverseInKindMovementInput:
    """Takes back what came or was used, in part where `quantity` is given, else all that is left of it."""

    movement: strawberry.ID
    idempotency_key: str
    note: str
    quantity: Decimal | None = None


@strawberry.type
class InKindMovementPayload:
    """The movement as recorded; null with `userErrors` where nothing was."""

    in_kind_movement: InKindMovement | None
    user_errors: list[UserError]
    replayed: bool


def _told(made: Changed) -> InKindMovementPayload:
    found: Any = row(made.id.type_name, *made.id.key) if made.id else None  # a row stands for its object
    return InKindMovementPayload(in_kind_movement=found, user_errors=made.errors, replayed=made.replayed)


async def _record(
    checks: Checks, asked: RecordInKindMovementInput, gift: InKindResource, actor: str
) -> GlobalId:
    checks.must(is_day(asked.occurred_on), ("occurredOn",), DAY_SENTENCE)
    checks.text(asked.note, "note")
    checks.done()
    key = f"gift:{new_id()}"
    try:
        amount = thousandths(asked.quantity)
        movement = GiftMovement(gift.id, gift.unit, asked.kind, amount, asked.occurred_on, asked.note)
        made = await record_movement(checks.session, checks.partnership_id, movement, actor=actor, key=key)
    except (MovementError, LedgerError) as error:
        raise _refused(error) from error
    return GlobalId("InKindMovement", (checks.partnership_id, made))


async def _reverse(
    checks: Checks, asked: ReverseInKindMovementInput, transfer: Transfer, actor: str
) -> GlobalId:
    checks.text(asked.note, "note")
    checks.done()
    key, today = f"gift:{new_id()}", datetime.now(UTC).date()
    try:
        amount = None if asked.quantity is None else thousandths(asked.quantity)
        made = await reverse_movement(
            checks.session, transfer, amount, asked.note, actor=actor, key=key, on=today
        )
    except RecordingError as error:
        raise Refused.at("movement", UserErrorCode.CONFLICT, str(error)) from error
    except (MovementError, LedgerError) as error:
        raise _refused(error) from error
    return GlobalId("InKindMovement", (checks.partnership_id, made))


def _refused(error: MovementError | LedgerError) -> Refused:
    said = f"{str(error)[:1].upper()}{str(error)[1:]}."
    if isinstance(error, LedgerError):
        return Refused.at("quantity", UserErrorCode(error.refusal.value), said)
    return Refused.at(FIELDS.get(error.field, error.field), UserErrorCode.INVALID, said)


@strawberry.type
class GiftMutation:
    """What the anchor records of gifts in kind as they come and are used."""

    @strawberry.mutation
    async def record_in_kind_movement(
        self,
        info: Asked,
        input: RecordInKindMovementInput,  # noqa: A002 - the name of every change's one argument
    ) -> InKindMovementPayload:
        """Posts what came or was used to the ledger; it is never changed afterwards, only reversed."""

        async def work(checks: Checks, kept: InKindResource) -> GlobalId:
            return await _record(checks, input, kept, info.context.caller.actor)

        of = (InKindResource, "InKindResource", "inKindResource", input.in_kind_resource)
        return _told(await of_row(info.context, "recordInKindMovement", input, of, work))

    @strawberry.mutation
    async def reverse_in_kind_movement(
        self,
        info: Asked,
        input: ReverseInKindMovementInput,  # noqa: A002 - as above
    ) -> InKindMovementPayload:
        """Posts the opposite of what came or was used, in full or in parts that never exceed the whole."""

        async def work(checks: Checks, kept: Transfer) -> GlobalId:
            return await _reverse(checks, input, kept, info.context.caller.actor)

        of = (Transfer, "InKindMovement", "movement", input.movement)
        return _told(await of_row(info.context, "reverseInKindMovement", input, of, work, is_locked=False))
