"""Gifts in kind in the ledger: what was promised, came and was used, each in its own unit and beside the dollars."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.frames.gifts import read_quantities
from allocation.quantities import Quantities, quantity_of, sums_by_unit
from api.access import Right
from api.graphql.anchor.sight import is_denied
from api.graphql.common.basics import Node, table_of
from api.graphql.common.connections import Connection
from api.graphql.common.context import Context, Forbidden
from api.graphql.common.days import day_asked
from api.graphql.common.references import allowed_rows
from api.graphql.lookahead import By, One, Rows, Scope, TypePlan, Value, all_of
from models.in_kind import InKindResource as GiftRow
from models.in_kind import InKindUnit
from models.ledger import Account, TransactionKind, Transfer

__all__ = [
    "PLANS",
    "InKindBalance",
    "InKindMovement",
    "InKindMovementConnection",
    "at_gifts",
    "load_gift_balances",
    "load_gift_totals",
    "movements",
    "of_gift",
]

TRANSFER, ACCOUNT, GIFT = table_of(Transfer), table_of(Account), table_of(GiftRow)


@strawberry.type
class InKindBalance:
    """Quantities of one unit at the end of a day; they are no dollars, and no other unit adds to them.

    pledged = promised + received, where `promised` is yet to come; received = available + used.
    """

    unit: InKindUnit
    pledged: Decimal
    promised: Decimal
    received: Decimal
    available: Decimal
    used: Decimal


@strawberry.type
class InKindMovement(Node):
    """A quantity that moved in the ledger, never changed once recorded, only reversed.

    PLEDGE and REFUND follow the gift's quantity; RECEIPT is what came, EXPENDITURE what was used.
    """

    kind: TransactionKind
    occurred_on: date
    quantity: Decimal
    unit: InKindUnit
    reverses: "InKindMovement | None"
    recorded_at: datetime
    recorded_by: str | None
    note: str | None


InKindMovementConnection = Connection[InKindMovement]


def movements(first: int | None = 50, after: str | None = None) -> Rows:
    """In the order in which they were recorded."""
    return Rows(order=[By(TRANSFER.c.sequence)], first=first, after=after)


def of_gift(gift: Scope, transfer: Scope) -> str:
    """The transfers of a gift: both of their accounts are its own."""
    account, a, t = transfer.reading(ACCOUNT), ACCOUNT.c, TRANSFER.c
    p = gift.column(GIFT.c.partnership_id)
    mine = (
        f"select {account.column(a.id)} from {account.source} where {account.column(a.partnership_id)} = {p}"  # noqa: S608 - names from metadata
        f" and {account.column(a.in_kind_id)} = {gift.column(GIFT.c.id)}"
    )
    return f"{transfer.column(t.partnership_id)} = {p} and {transfer.column(t.debit_account_id)} in ({mine})"


def _donor(scope: Scope) -> str:
    """The organization that gives what moved."""
    account, gift, a, g = scope.reading(ACCOUNT), scope.reading(GIFT), ACCOUNT.c, GIFT.c
    met = (
        f"{account.column(a.partnership_id)} = {scope.column(TRANSFER.c.partnership_id)}"
        f" and {account.column(a.id)} = {scope.column(TRANSFER.c.debit_account_id)}"
        f" and {gift.column(g.partnership_id)} = {account.column(a.partnership_id)}"
        f" and {gift.column(g.id)} = {account.column(a.in_kind_id)}"
    )
    return f"(select {gift.column(g.donor_id)} from {account.source}, {gift.source} where {met})"  # noqa: S608 - as above


def _is_of_a_gift(scope: Scope) -> str:
    return f"{scope.column(TRANSFER.c.unit)} like 'u:%'"


PLANS = (
    TypePlan(
        "InKindMovement",
        TRANSFER,
        {
            "occurredOn": TRANSFER.c.effective_on,
            "quantity": Value(
                lambda scope: f"trim_scale({scope.column(TRANSFER.c.amount)} * 0.001)", nullable=False
            ),
            "unit": Value(lambda scope: f"upper(substr({scope.column(TRANSFER.c.unit)}, 3))", nullable=False),
            "reverses": One(via="reverses_id"),
            "recordedBy": TRANSFER.c.actor,
        },
        visible=lambda context: all_of(_is_of_a_gift, allowed_rows(context, Right.READ_BOOKS, _donor)),
    ),
)


def at_gifts(as_of: date | None = None) -> None:
    """The field's arguments; as of today where no day is given."""


async def load_gift_balances(
    context: Context, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> list[InKindBalance]:
    """InKindResource.balance."""
    as_of = day_asked(asked)
    gifts: dict[UUID, list[UUID]] = defaultdict(list)
    for each in rows:
        gifts[each["partnership"]].append(each["id"])

    async def read(session: AsyncSession) -> Mapping[UUID, Quantities]:
        found: dict[UUID, Quantities] = {}
        for partnership_id, mine in gifts.items():
            found |= await read_quantities(session, partnership_id, as_of, mine)
        return found

    known = await context.run(read)
    return [_balance(known.get(each["id"], Quantities(each["unit"]))) for each in rows]


async def load_gift_totals(
    context: Context, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> list[Any]:  # balances, or why not
    """AnchorEntity.inKindBalances."""
    as_of = day_asked(asked)
    return [await _totals(context, each["partnership"], as_of) for each in rows]


async def _totals(context: Context, partnership_id: UUID, as_of: date) -> Any:  # as above
    right = Right.READ_BUDGET
    if is_denied(context, right, partnership_id):
        return Forbidden(right)
    query = select(GiftRow.id).where(GiftRow.partnership_id == partnership_id)
    if context.caller.denied(right, partnership_id) is not None:
        query = query.where(GiftRow.donor_id == context.caller.organizations.get(partnership_id))

    async def read(session: AsyncSession) -> Mapping[UUID, Quantities]:
        gifts = (await session.execute(query)).scalars().all()
        return await read_quantities(session, partnership_id, as_of, gifts)

    found = await context.run(read)
    return [_balance(each) for each in sums_by_unit(found.values()).values()]


def _balance(found: Quantities) -> InKindBalance:
    names = ("pledged", "promised", "received", "available", "used")
    return InKindBalance(
        unit=InKindUnit(found.unit), **{name: quantity_of(getattr(found, name)) for name in names}
    )
