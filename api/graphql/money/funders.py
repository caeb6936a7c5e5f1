"""Funders: organizations in their part as givers."""

from enum import StrEnum

import strawberry

from api.graphql.alignment.alignment import Alignment, alignments, at_alignment
from api.graphql.common.basics import Node, listed, table_of
from api.graphql.common.connections import Connection
from api.graphql.common.lazy import LazyOrganization
from api.graphql.common.references import optionally
from api.graphql.lookahead import (
    By,
    Computed,
    Listed,
    Rows,
    Scope,
    TypePlan,
    all_of,
    contains,
    has,
    is_one_of,
)
from api.graphql.money.amounts import INVESTMENT, amount_of
from api.graphql.money.investment_filters import InvestmentFilter, investments
from api.graphql.money.investments import InvestmentConnection
from api.graphql.money.totals import InvestmentTotals, totals_by
from models.organizations import Organization
from models.resources import Funder as FunderRow
from models.resources import FunderKind

__all__ = ["PLANS", "Funder", "FunderConnection", "FunderFilter", "FunderOrder", "funders"]

FUNDER = table_of(FunderRow)
ORGANIZATION = table_of(Organization)


def _under(filter: InvestmentFilter | None = None) -> None:  # noqa: A002 - the contract's name
    """The field's arguments; the totals are reckoned for all funders at once."""


@strawberry.type
class Funder(Node):
    """`totals` are of its investments under the filter."""

    kind: FunderKind | None
    organization: LazyOrganization
    investments: InvestmentConnection = listed(investments)
    totals: InvestmentTotals = listed(_under)
    alignment: Alignment = listed(at_alignment)


FunderConnection = Connection[Funder]


@strawberry.input
class FunderFilter:
    """Every part that is given holds."""

    kinds: list[FunderKind] | None = None
    organizations: list[strawberry.ID] | None = None
    search: str | None = None


@strawberry.enum
class FunderOrder(StrEnum):
    """By name, or by what they have committed in the partnership's own currency."""

    NAME_ASC = "NAME_ASC"
    COMMITTED_DESC = "COMMITTED_DESC"


def _name(scope: Scope) -> str:
    inner = scope.reading(ORGANIZATION)
    met = (
        f"{inner.column(ORGANIZATION.c.partnership_id)} = {scope.column(FUNDER.c.partnership_id)}"
        f" and {inner.column(ORGANIZATION.c.id)} = {scope.column(FUNDER.c.organization_id)}"
    )
    return f"(select {inner.column(ORGANIZATION.c.name)} from {inner.source} where {met})"  # noqa: S608 - names from metadata


def _committed(scope: Scope) -> str:
    inner, c = scope.reading(INVESTMENT), INVESTMENT.c
    own = f"(select p.currency from partnership p where p.id = {scope.column(FUNDER.c.partnership_id)})"  # noqa: S608 - as above
    met = (
        f"{inner.column(c.partnership_id)} = {scope.column(FUNDER.c.partnership_id)}"
        f" and {inner.column(c.funder_id)} = {scope.column(FUNDER.c.id)} and {inner.column(c.currency)} = {own}"
    )
    return f"(select coalesce(sum({amount_of('committed')(inner)}), 0) from {inner.source} where {met})"  # noqa: S608 - as above


ORDERS = {
    FunderOrder.NAME_ASC: By(_name, name="name", type="text", nullable=False),
    FunderOrder.COMMITTED_DESC: By(
        _committed, descending=True, name="committed", type="numeric", nullable=False
    ),
}


def funders(
    filter: FunderFilter | None = None,  # noqa: A002 - the contract's name
    order_by: FunderOrder | None = None,
    first: int | None = 50,
    after: str | None = None,
) -> Rows:
    """By name, unless another order is asked for."""
    wanted = filter or FunderFilter()
    where = all_of(
        is_one_of(FUNDER.c.kind, wanted.kinds) if wanted.kinds is not None else None,
        optionally(FUNDER.c.organization_id, wanted.organizations, "Organization"),
        has(ORGANIZATION, contains([ORGANIZATION.c.name], wanted.search)) if wanted.search else None,
    )
    return Rows(where=where, order=[ORDERS[order_by or FunderOrder.NAME_ASC]], first=first, after=after)


PLANS = (
    TypePlan(
        "Funder",
        FUNDER,
        {
            "investments": Listed(investments),
            "totals": Computed(
                totals_by(INVESTMENT.c.funder_id), {"partnership": FUNDER.c.partnership_id, "id": FUNDER.c.id}
            ),
            "alignment": Computed(
                alignments(is_own=True), {"partnership": FUNDER.c.partnership_id, "funder": FUNDER.c.id}
            ),
        },
    ),
)
