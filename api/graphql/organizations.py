"""Organizations, and the identifiers by which others know them."""

import strawberry

from api.exchange.store.facts import split_identifier
from api.graphql.common.basics import Node, table_of
from api.graphql.common.connections import Connection
from api.graphql.lookahead import (
    By,
    Items,
    Part,
    Rows,
    Scope,
    Sql,
    TypePlan,
    all_of,
    any_of,
    contains,
    equals,
    has,
    is_null,
    is_one_of,
)
from models.organizations import Organization as OrganizationRow
from models.organizations import OrganizationIdentifier as IdentifierRow
from models.organizations import Sector

__all__ = [
    "PLANS",
    "Organization",
    "OrganizationConnection",
    "OrganizationFilter",
    "identified_by",
    "organizations",
]

ORGANIZATION = table_of(OrganizationRow)
IDENTIFIER = table_of(IdentifierRow)


@strawberry.type
class OrganizationIdentifier:
    """A list's code and the value in it (org-id.guide)."""

    scheme: str
    value: str
    preferred: bool


@strawberry.type
class Organization(Node):
    """Anyone around the table, and those whom they pay; `isPublic` means a government's money.

    One that turned out to be another is not here any more: that one stands for it.
    """

    name: str
    identifiers: list[OrganizationIdentifier]
    sector: Sector | None
    is_public: bool


OrganizationConnection = Connection[Organization]


@strawberry.input
class OrganizationFilter:
    """Every part that is given holds."""

    sectors: list[Sector] | None = None
    identifiers: list[str] | None = None
    is_public: bool | None = None
    search: str | None = None


def organizations(
    filter: OrganizationFilter | None = None,  # noqa: A002 - the contract's name
    first: int | None = 50,
    after: str | None = None,
) -> Rows:
    """By name."""
    wanted = filter or OrganizationFilter()
    where = all_of(
        is_one_of(ORGANIZATION.c.sector, wanted.sectors) if wanted.sectors is not None else None,
        any_of(*(_has_identifier(text) for text in wanted.identifiers))
        if wanted.identifiers is not None
        else None,
        equals(ORGANIZATION.c.is_public, wanted.is_public) if wanted.is_public is not None else None,
        contains([ORGANIZATION.c.name], wanted.search) if wanted.search else None,
    )
    return Rows(where=where, order=[By(ORGANIZATION.c.name)], first=first, after=after)


def _has_identifier(text: str) -> Sql:
    return has(IDENTIFIER, _is_written(text))


def _is_written(text: str) -> Sql:
    scheme, value = split_identifier(text)
    return all_of(equals(IDENTIFIER.c.scheme, scheme), equals(IDENTIFIER.c.value, value))


def identified_by(text: str) -> Sql:
    """The one organization with this identifier, in the first partnership that the caller may read."""

    def written(scope: Scope) -> str:
        inner = scope.reading(IDENTIFIER)
        columns = (inner.column(IDENTIFIER.c.partnership_id), inner.column(IDENTIFIER.c.organization_id))
        first = (
            f"select {', '.join(columns)} from {inner.source} where {_is_written(text)(inner)}"  # noqa: S608 - names from metadata, values bound
            f" order by {', '.join(columns)} limit 1"
        )
        key = (scope.column(ORGANIZATION.c.partnership_id), scope.column(ORGANIZATION.c.id))
        return f"({', '.join(key)}) = ({first})"

    return written


PLANS = (
    TypePlan(
        "Organization",
        ORGANIZATION,
        {
            "identifiers": Items(
                IDENTIFIER,
                Part(
                    {
                        "scheme": IDENTIFIER.c.scheme,
                        "value": IDENTIFIER.c.value,
                        "preferred": IDENTIFIER.c.preferred,
                    }
                ),
                order=[By(IDENTIFIER.c.preferred, descending=True), By(IDENTIFIER.c.scheme)],
            )
        },
        visible=lambda _: is_null(ORGANIZATION.c.merged_into_id),
    ),
)
