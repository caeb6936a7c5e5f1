"""Investments: dollars that a funder has awarded, where they lie today, and how far they reach."""

from datetime import date
from decimal import Decimal

import strawberry

from api.access import Right
from api.graphql.anchor.agreements import (
    INSTALMENTS,
    Instalment,
    MatchRequirement,
    Obligation,
    Renewal,
    in_order,
    is_source,
    load_match,
    load_renewals,
)
from api.graphql.common.basics import Money, Node, SourceReference, listed, table_of
from api.graphql.common.connections import Connection
from api.graphql.common.enums import AlignmentStep
from api.graphql.common.lazy import LazyFunder, LazyOrganization, LazyPolicyPlan
from api.graphql.common.permissions import Permission, may, permission
from api.graphql.common.references import members_only, own_or_shared
from api.graphql.history import RevisionConnection, revisions
from api.graphql.history import of_investment as of_event
from api.graphql.lookahead import (
    By,
    Computed,
    Listed,
    Many,
    Part,
    Scope,
    Sql,
    TypePlan,
    Value,
    money,
)
from api.graphql.lookahead.sql import Column
from api.graphql.money.allocations import Allocation, is_line_with_dollars
from api.graphql.money.amounts import ACCOUNT, COMMITTED, INVESTMENT
from api.graphql.money.ladder import level, missing
from api.graphql.money.movability import Movability, movabilities
from api.graphql.money.restrictions import Restriction
from api.graphql.money.results import InvestmentResult, load_results
from api.graphql.money.totals import InvestmentTotals, totals_by
from api.graphql.money.transactions import TransactionConnection, of_investment, transactions
from models.resources import DatePrecision, Funder, ResourceUse

__all__ = ["PLANS", "Investment", "InvestmentConnection"]

FUNDER = table_of(Funder)


@strawberry.type
class Investment(Node):
    """`committed` is what has been promised; `allocations` say where it sits today.

    `alignmentLevel` counts the rungs from a dollar to a result (outcome, indicator, population, practice,
    evidence, results) that some of its dollars have climbed; `missing` are those that none of them are on.
    """

    title: str
    description: str | None
    funder: LazyFunder
    recipient: LazyOrganization | None
    source: SourceReference
    use: ResourceUse
    committed: Money
    awarded_on: date | None
    awarded_on_precision: DatePrecision | None
    starts_on: date | None
    ends_on: date | None
    restrictions: list[Restriction]
    renewal_probability: Decimal | None
    allocations: list[Allocation]
    transactions: TransactionConnection = listed(transactions)
    movable: Movability
    totals: InvestmentTotals
    funded_from: list["Investment"]
    fiscal_agent: LazyOrganization | None
    renewal: Renewal | None
    match: MatchRequirement | None
    instalments: list[Instalment]
    obligations: list[Obligation]
    results: list[InvestmentResult]
    revisions: RevisionConnection = listed(revisions)
    policy_plan: LazyPolicyPlan | None
    missing: list[AlignmentStep]
    alignment_level: int
    version: int
    permission: Permission = listed(may)


InvestmentConnection = Connection[Investment]


def owner(scope: Scope) -> str:
    """The organization of an investment's funder."""
    inner = scope.reading(FUNDER)
    met = (
        f"{inner.column(FUNDER.c.partnership_id)} = {scope.column(INVESTMENT.c.partnership_id)}"
        f" and {inner.column(FUNDER.c.id)} = {scope.column(INVESTMENT.c.funder_id)}"
    )
    return f"(select {inner.column(FUNDER.c.organization_id)} from {inner.source} where {met})"  # noqa: S608 - names from metadata


_SOURCE = Part(
    {
        "system": INVESTMENT.c.source_system,
        "identifier": INVESTMENT.c.source_identifier,
        "file": INVESTMENT.c.source_file,
        "row": INVESTMENT.c.source_row,
    }
)
_KEY: dict[str, Column | Sql] = {"partnership": INVESTMENT.c.partnership_id, "id": INVESTMENT.c.id}

PLANS = (
    TypePlan(
        "Investment",
        INVESTMENT,
        {
            "source": _SOURCE,
            "committed": money(COMMITTED, lambda scope: scope.column(INVESTMENT.c.currency), nullable=False),
            "renewalProbability": own_or_shared(INVESTMENT.c.renewal_probability, Right.READ_RENEWALS, owner),
            "allocations": Many(
                where=is_line_with_dollars, order=[By(ACCOUNT.c.fiscal_year), By(ACCOUNT.c.id)]
            ),
            "transactions": members_only(Listed(transactions, on=of_investment), Right.READ_BOOKS),
            "movable": Computed(
                movabilities,
                _KEY | {"currency": INVESTMENT.c.currency, "ends_on": INVESTMENT.c.ends_on},
            ),
            "totals": Computed(totals_by(INVESTMENT.c.id), _KEY),
            "fundedFrom": Many(on=is_source, order=[By(INVESTMENT.c.title)]),
            "renewal": Computed(load_renewals, _KEY | {"owner": owner}),
            "match": Computed(load_match, _KEY),
            "instalments": INSTALMENTS,
            "obligations": members_only(Listed(in_order), Right.READ_OBLIGATIONS),
            "results": Computed(
                load_results,
                _KEY | {"starts_on": INVESTMENT.c.starts_on, "awarded_on": INVESTMENT.c.awarded_on},
            ),
            "revisions": members_only(Listed(revisions, on=of_event), Right.READ_HISTORY),
            "missing": Value(missing, nullable=False),
            "permission": permission(INVESTMENT.c.partnership_id, owner=owner),
            "alignmentLevel": Value(level, nullable=False),
        },
    ),
)
