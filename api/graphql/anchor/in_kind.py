"""Time, talent and goods that partners give; never summed with dollars."""

from datetime import date
from decimal import Decimal

import strawberry

from api.access import Right
from api.graphql.anchor.gift_movements import (
    InKindBalance,
    InKindMovementConnection,
    at_gifts,
    load_gift_balances,
    movements,
    of_gift,
)
from api.graphql.common.basics import Money, Node, listed, table_of
from api.graphql.common.connections import Connection
from api.graphql.common.lazy import LazyInvestment, LazyOrganization, LazyPractice, LazyStaffPosition
from api.graphql.common.permissions import Permission, may, permission
from api.graphql.common.references import members_only, optionally
from api.graphql.lookahead import (
    By,
    Computed,
    Listed,
    Many,
    Part,
    Rows,
    Scope,
    TypePlan,
    Value,
    all_of,
    any_of,
    at_least,
    at_most,
    is_null,
    is_one_of,
    money,
)
from models.in_kind import InKindKind, InKindUnit
from models.in_kind import InKindResource as InKindRow
from models.matches import InKindMatch

__all__ = ["PLANS", "InKindFilter", "InKindResource", "InKindResourceConnection", "in_kind_resources"]

IN_KIND = table_of(InKindRow)
COUNTED = table_of(InKindMatch)


@strawberry.type
class InKindValuation:
    """A labelled estimate (ASU 2020-07): the quantity times a published rate, by a method that is named."""

    value: Money
    unit_rate: Money
    method: str
    rate_source: str


@strawberry.type
class InKindResource(Node):
    """Something given in kind, in units of its own; counted as match for one award at most (2 CFR 200.306)."""

    donor: LazyOrganization
    kind: InKindKind
    description: str
    quantity: Decimal
    unit: InKindUnit
    valuation: InKindValuation | None
    starts_on: date | None
    ends_on: date | None
    practice: LazyPractice | None
    position: LazyStaffPosition | None
    counted_as_match_for: list[LazyInvestment]
    match_conflict: bool
    balance: InKindBalance | None = listed(at_gifts)
    movements: InKindMovementConnection = listed(movements)
    permission: Permission = listed(may)


InKindResourceConnection = Connection[InKindResource]


@strawberry.input
class InKindFilter:
    """Every part that is given holds."""

    kinds: list[InKindKind] | None = None
    donors: list[strawberry.ID] | None = None
    practices: list[strawberry.ID] | None = None
    active_on: date | None = None


def in_kind_resources(
    filter: InKindFilter | None = None,  # noqa: A002 - the contract's name
    first: int | None = 50,
    after: str | None = None,
) -> Rows:
    """By the day on which they begin."""
    wanted = filter or InKindFilter()
    c = IN_KIND.c
    where = all_of(
        is_one_of(c.kind, wanted.kinds) if wanted.kinds is not None else None,
        optionally(c.donor_id, wanted.donors, "Organization"),
        optionally(c.practice_id, wanted.practices, "Practice"),
        any_of(is_null(c.starts_on), at_most(c.starts_on, wanted.active_on)) if wanted.active_on else None,
        any_of(is_null(c.ends_on), at_least(c.ends_on, wanted.active_on)) if wanted.active_on else None,
    )
    return Rows(where=where, order=[By(c.starts_on)], first=first, after=after)


def _value(scope: Scope) -> str:
    c = IN_KIND.c
    return f"round({scope.column(c.quantity)} * {scope.column(c.unit_rate)})"


def _is_valued(scope: Scope) -> str:
    c = IN_KIND.c
    known = ", ".join(scope.column(column) for column in (c.unit_rate, c.method, c.rate_source))
    return f"num_nulls({known}) = 0"


def _currency(scope: Scope) -> str:
    return scope.column(IN_KIND.c.currency)


_VALUATION = Part(
    {
        "value": money(_value, _currency, nullable=False),
        "unitRate": money(lambda scope: scope.column(IN_KIND.c.unit_rate), _currency, nullable=False),
        "method": Value(lambda scope: scope.column(IN_KIND.c.method), nullable=False),
        "rateSource": Value(lambda scope: scope.column(IN_KIND.c.rate_source), nullable=False),
    },
    present=_is_valued,
)


def _is_in_conflict(scope: Scope) -> str:
    counted, c = scope.reading(COUNTED), COUNTED.c
    met = (
        f"{counted.column(c.partnership_id)} = {scope.column(IN_KIND.c.partnership_id)}"
        f" and {counted.column(c.in_kind_id)} = {scope.column(IN_KIND.c.id)}"
    )
    return f"((select count(*) from {counted.source} where {met}) > 1)"  # noqa: S608 - names from metadata


PLANS = (
    TypePlan(
        "InKindResource",
        IN_KIND,
        {
            "valuation": _VALUATION,
            "permission": permission(IN_KIND.c.partnership_id),
            "countedAsMatchFor": Many(through=COUNTED, via="in_kind_id", to="investment_id"),
            "balance": Computed(
                load_gift_balances,
                {"partnership": IN_KIND.c.partnership_id, "id": IN_KIND.c.id, "unit": IN_KIND.c.unit},
            ),
            "movements": members_only(Listed(movements, on=of_gift), Right.READ_BOOKS),
            "matchConflict": Value(_is_in_conflict, nullable=False),
        },
    ),
)
