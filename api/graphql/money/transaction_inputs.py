"""What the anchor sends about single transactions, and about what an investment's dollars are for."""

from datetime import date
from decimal import Decimal

import strawberry

from api.graphql.reallocation.reallocation_inputs import MoneyInput
from models.ledger import TransactionKind
from models.resources import ResourceUse

__all__ = [
    "AllocateInput",
    "AllocationLineInput",
    "AllocationLineKeyInput",
    "RecordTransactionInput",
    "ReverseTransactionInput",
]


@strawberry.input
class AllocationLineKeyInput:
    """A line: what dollars are for. What is absent has not been said."""

    use: ResourceUse
    practice: strawberry.ID | None = None
    outcome: strawberry.ID | None = None
    population: strawberry.ID | None = None
    area: strawberry.ID | None = None
    position: strawberry.ID | None = None
    fiscal_year: int | None = None


@strawberry.input
class AllocationLineInput:
    """A line and what is to lie on it, in the investment's currency; 0 gives its dollars back."""

    amount: Decimal
    use: ResourceUse = ResourceUse.PRACTICE
    practice: strawberry.ID | None = None
    outcome: strawberry.ID | None = None
    population: strawberry.ID | None = None
    area: strawberry.ID | None = None
    position: strawberry.ID | None = None
    fiscal_year: int | None = None


@strawberry.input
class RecordTransactionInput:
    """An amount that moved. A COMMITMENT with `line` signs for its dollars; without it, it is the award itself."""

    investment: strawberry.ID
    idempotency_key: str
    kind: TransactionKind
    occurred_on: date
    amount: MoneyInput
    line: AllocationLineKeyInput | None = None
    from_: strawberry.ID | None = strawberry.field(name="from", default=None)
    to: strawberry.ID | None = None
    note: str | None = None


@strawberry.input
class ReverseTransactionInput:
    """Takes a transaction back; without `amount`, all that is left of it."""

    transaction: strawberry.ID
    idempotency_key: str
    note: str
    amount: MoneyInput | None = None


@strawberry.input
class AllocateInput:
    """Brings each line to its amount, from and to the dollars that are on no line; lines that are absent stay.

    `version` is the investment's as it was read.
    """

    investment: strawberry.ID
    idempotency_key: str
    version: int
    lines: list[AllocationLineInput]
