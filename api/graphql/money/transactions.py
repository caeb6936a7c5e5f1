"""Transactions: what the ledger has recorded of an investment, transfer by transfer."""

from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
import strawberry

from api.access import Right
from api.graphql.common.basics import Money, Node, table_of
from api.graphql.common.connections import Connection
from api.graphql.common.lazy import LazyOrganization
from api.graphql.common.references import allowed_rows
from api.graphql.lookahead import By, One, Part, Rows, Scope, TypePlan, Value, all_of, money
from api.graphql.lookahead.sources import On, Source
from api.graphql.money.allocations import Allocation
from api.graphql.money.amounts import ACCOUNT, LINES
from models.ledger import TransactionKind, Transfer
from models.organizations import Organization
from models.resources import Funder, Investment

__all__ = ["PLANS", "Transaction", "TransactionConnection", "of_investment", "transactions"]

TRANSFER = table_of(Transfer)
INVESTMENT = table_of(Investment)
FUNDER = table_of(Funder)
ORGANIZATION = table_of(Organization)


@strawberry.type
class Transaction(Node):
    """An amount that moved; never changed once recorded, only reversed. `line` is what the dollars are for."""

    kind: TransactionKind
    line: Allocation | None
    from_: LazyOrganization | None = strawberry.field(name="from")
    to: LazyOrganization | None
    occurred_on: date
    amount: Money
    reverses: "Transaction | None"
    recorded_at: datetime
    recorded_by: str | None
    note: str | None


TransactionConnection = Connection[Transaction]


def transactions(first: int | None = 50, after: str | None = None) -> Rows:
    """In the order in which they were recorded."""
    return Rows(order=[By(TRANSFER.c.sequence)], first=first, after=after)


def of_investment(investment: Scope, transfer: Scope) -> str:
    """The transfers of an investment: what names no foreign key."""
    c = TRANSFER.c
    return (
        f"{transfer.column(c.partnership_id)} = {investment.column(INVESTMENT.c.partnership_id)}"
        f" and {transfer.column(c.investment_id)} = {investment.column(INVESTMENT.c.id)}"
    )


def _counts(scope: Scope) -> str:
    """What is posted; a reservation and its end are not yet, or no more, a movement of dollars."""
    return f"{scope.column(TRANSFER.c.phase)} in ('POSTED', 'POST')"


def _is_money(scope: Scope) -> str:
    """Gifts in kind have movements of their own, in units that are no dollars."""
    return f"{scope.column(TRANSFER.c.investment_id)} is not null"


def _owner(scope: Scope) -> str:
    """The organization of the funder whose investment it is."""
    investment, funder = scope.reading(INVESTMENT), scope.reading(FUNDER)
    met = (
        f"{investment.column(INVESTMENT.c.partnership_id)} = {scope.column(TRANSFER.c.partnership_id)}"
        f" and {investment.column(INVESTMENT.c.id)} = {scope.column(TRANSFER.c.investment_id)}"
        f" and {funder.column(FUNDER.c.partnership_id)} = {investment.column(INVESTMENT.c.partnership_id)}"
        f" and {funder.column(FUNDER.c.id)} = {investment.column(INVESTMENT.c.funder_id)}"
    )
    organization = funder.column(FUNDER.c.organization_id)
    return f"(select {organization} from {investment.source}, {funder.source} where {met})"  # noqa: S608 - names from metadata


def _line(scope: Scope, column: str) -> str:
    """A column of the line that the dollars came to, or of the one that they left."""
    account = scope.reading(ACCOUNT)
    c = ACCOUNT.c
    sides = ", ".join(scope.column(TRANSFER.c[f"{side}_account_id"]) for side in ("debit", "credit"))
    kinds = ", ".join(f"'{kind}'" for kind in LINES)
    came_to = f"{account.column(c.id)} = {scope.column(TRANSFER.c.credit_account_id)}"
    return (
        f"(select {account.column(c[column])} from {account.source}"  # noqa: S608 - as above
        f" where {account.column(c.partnership_id)} = {scope.column(TRANSFER.c.partnership_id)}"
        f" and {account.column(c.id)} in ({sides}) and {account.column(c.kind)} in ({kinds})"
        f" order by {came_to} desc limit 1)"
    )


def _of_the_line(name: str) -> One:
    def on(transfer: Scope, child: Scope) -> str:
        key = child.table.c
        return (
            f"{child.column(key.partnership_id)} = {transfer.column(TRANSFER.c.partnership_id)}"
            f" and {child.column(key.id)} = {_line(transfer, f'{name}_id')}"
        )

    joined: On = on
    return One(on=joined)


def _party(column: "sa.Column[Any]") -> One:
    """An organization that the ledger names for ever, or the one that it turned out to be."""

    def on(transfer: Scope, child: Scope) -> str:
        c, known = ORGANIZATION.c, transfer.reading(ORGANIZATION)
        p = transfer.column(TRANSFER.c.partnership_id)
        merged = (
            f"(select {known.column(c.merged_into_id)} from {known.source}"  # noqa: S608 - names from metadata
            f" where {known.column(c.partnership_id)} = {p} and {known.column(c.id)} = {transfer.column(column)})"
        )
        return (
            f"{child.column(c.partnership_id)} = {p}"
            f" and {child.column(c.id)} = coalesce({merged}, {transfer.column(column)})"
        )

    return One(on=on)


_LINE: Final[dict[str, Source]] = {
    **{name: _of_the_line(name) for name in ("area", "position", "practice", "outcome", "population")},
    "use": Value(lambda scope: f"coalesce({_line(scope, 'use')}, 'UNASSIGNED')", nullable=False),
    "fiscalYear": Value(lambda scope: _line(scope, "fiscal_year")),
    "amount": money(TRANSFER.c.amount, TRANSFER.c.unit),
}

PLANS = (
    TypePlan(
        "Transaction",
        TRANSFER,
        {
            "line": Part(_LINE, present=lambda scope: f"{_line(scope, 'id')} is not null"),
            "from": _party(TRANSFER.c.payer_id),
            "to": _party(TRANSFER.c.payee_id),
            "occurredOn": TRANSFER.c.effective_on,
            "amount": money(TRANSFER.c.amount, TRANSFER.c.unit),
            "reverses": One(via="reverses_id"),
            "recordedBy": TRANSFER.c.actor,
        },
        visible=lambda context: all_of(_counts, _is_money, allowed_rows(context, Right.READ_BOOKS, _owner)),
    ),
)
