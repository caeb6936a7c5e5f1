"""The anchor entity's statement of activity for any period, as the ledger has it to the cent."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import strawberry

from allocation import activity
from allocation.frames.books import read_statements
from api.access import Right
from api.graphql.common.basics import Money, money_of
from api.graphql.common.context import Context, Forbidden
from api.graphql.common.errors import Code, Refusal
from models.ledger import AccountKind, TransactionKind
from models.resources import ResourceUse

__all__ = ["ActivityStatement", "at_period", "checked_period", "load_statements"]


@strawberry.type
class UseAmount:
    """An amount for one use."""

    use: ResourceUse
    amount: Money


@strawberry.type
class NetAssets:
    """Net assets with donor restrictions, or without (FASB ASC 958-205).

    opening + revenue + released - expenses - fees = closing. Dollars that a donor has tied are released when they
    are used, so every expense is one of what is not restricted.
    """

    restricted: bool
    opening: Money
    revenue: Money
    released: Money
    expenses: list[UseAmount]
    fees: Money
    closing: Money


@strawberry.type
class KindAmount:
    """What transactions of one kind changed."""

    kind: TransactionKind
    amount: Money


@strawberry.type
class AccountActivity:
    """One kind of account in the ledger: opening + changes = closing."""

    account: AccountKind
    opening: Money
    changes: list[KindAmount]
    closing: Money


@strawberry.type
class ActivityStatement:
    """What the days from `from` to `to`, both included, changed in one currency."""

    from_: date = strawberry.field(name="from")
    to: date
    currency: str
    revenue: Money
    expenses: list[UseAmount]
    fees: Money
    opening_net_assets: Money
    closing_net_assets: Money
    classes: list[NetAssets]
    accounts: list[AccountActivity]


def at_period(from_: Annotated[date, strawberry.argument(name="from")], to: date) -> None:
    """The field's arguments; both days are included."""


def checked_period(asked: Mapping[str, Any]) -> tuple[date, date]:
    """The period that is asked for. Errors: Refusal INVALID."""
    first, last = asked["from_"], asked["to"]
    if not date(1900, 1, 1) <= first <= last <= date(2200, 12, 31):
        raise Refusal(Code.INVALID, "A period begins before it ends, between 1900 and 2200.")
    return first, last


async def load_statements(
    context: Context, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> list[Any]:  # statements, or why not
    """AnchorEntity.statements."""
    try:
        period = checked_period(asked)
    except Refusal as refusal:
        return [refusal for _ in rows]
    return [await _statements(context, each["partnership"], period) for each in rows]


async def _statements(context: Context, partnership_id: UUID, period: tuple[date, date]) -> Any:  # as above
    if context.caller.denied(Right.READ_BUDGET, partnership_id):
        return Forbidden(Right.READ_BUDGET)
    found = await context.run(lambda session: read_statements(session, partnership_id, period))
    return [_statement(each) for each in found]


def _statement(found: activity.Statement) -> ActivityStatement:
    unit = found.currency
    return ActivityStatement(
        from_=found.from_on,
        to=found.to_on,
        currency=unit,
        revenue=money_of(found.revenue, unit),
        expenses=_by_use(found.expenses, unit),
        fees=money_of(found.fees, unit),
        opening_net_assets=money_of(found.opening_net_assets, unit),
        closing_net_assets=money_of(found.closing_net_assets, unit),
        classes=[_net_assets(each, unit) for each in found.classes],
        accounts=[_account(each, unit) for each in found.lines],
    )


def _by_use(amounts: Mapping[str, int], unit: str) -> list[UseAmount]:
    return [
        UseAmount(use=ResourceUse(use), amount=money_of(amount, unit))
        for use, amount in sorted(amounts.items())
    ]


def _net_assets(found: activity.NetAssets, unit: str) -> NetAssets:
    amounts = {
        name: money_of(getattr(found, name), unit)
        for name in ("opening", "revenue", "released", "fees", "closing")
    }
    return NetAssets(restricted=found.restricted, expenses=_by_use(found.expenses, unit), **amounts)


def _account(line: activity.StatementLine, unit: str) -> AccountActivity:
    return AccountActivity(
        account=AccountKind(line.account),
        opening=money_of(line.opening, unit),
        changes=[
            KindAmount(kind=TransactionKind(kind), amount=money_of(amount, unit))
            for kind, amount in line.changes.items()
        ],
        closing=money_of(line.closing, unit),
    )
