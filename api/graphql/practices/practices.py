"""Practices: what is done for children, what one participant costs, and what it needs besides."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

import strawberry

from api.graphql.common.basics import Money, Node, listed, table_of
from api.graphql.common.connections import Connection
from api.graphql.common.context import Context
from api.graphql.common.lazy import LazyOutcome
from api.graphql.common.references import optionally
from api.graphql.lookahead import (
    By,
    Computed,
    Listed,
    Many,
    Rows,
    Scope,
    TypePlan,
    Value,
    all_of,
    contains,
    has,
    money,
)
from api.graphql.money.dollars import read_dollars, summed
from api.graphql.practices.effects import (
    CostEstimate,
    EffectEstimate,
    TierAssessment,
    costs,
    effects,
    tiers_of,
)
from api.graphql.practices.facts import PracticeFacts, facts_of
from api.graphql.practices.findings import FindingConnection, findings
from api.graphql.practices.testimony import NEWEST_FIRST, Testimony
from models.in_kind import InKindKind, InKindUnit
from models.outcomes import Outcome
from models.practices import InKindNeed as NeedRow
from models.practices import Practice as PracticeRow
from models.practices import PracticeOutcome

__all__ = ["PLANS", "Practice", "PracticeConnection", "PracticeFilter", "PracticeOrder", "practices"]

PRACTICE = table_of(PracticeRow)
AIM = table_of(PracticeOutcome)
NEED = table_of(NeedRow)
OUTCOME = table_of(Outcome)


@strawberry.type
class InKindNeed:
    """What one participant needs besides dollars."""

    kind: InKindKind
    quantity_per_participant: Decimal
    unit: InKindUnit


def _reckoned_for_a_group(population: strawberry.ID | None = None) -> None:
    """The field's arguments; the answer is reckoned for all rows at once."""


def _reckoned(outcome: strawberry.ID, population: strawberry.ID | None = None) -> None:
    """As above."""


def _of_a_year(fiscal_year: int | None = None) -> None:
    """As above."""


@strawberry.type
class Practice(Node):
    """`capacity` counts participants a fiscal year; tiers and effects are of this partnership, never stored.

    `facts` is the whole page: costs are in the prices of the fiscal year, else the newest that are known.
    """

    name: str
    description: str | None
    outcomes: list[LazyOutcome]
    cost_per_participant: Money | None
    cost_basis: str | None
    capacity: int | None
    in_kind_needs: list[InKindNeed]
    tier: TierAssessment = listed(_reckoned_for_a_group)
    effect: EffectEstimate = listed(_reckoned)
    findings: FindingConnection = listed(findings)
    cost_per_outcome: CostEstimate = listed(_reckoned)
    dollars: list[Money] = listed(_of_a_year)
    testimony: list[Testimony]
    facts: PracticeFacts = listed(_of_a_year)


PracticeConnection = Connection[Practice]


@strawberry.input
class PracticeFilter:
    """Every part that is given holds."""

    outcomes: list[strawberry.ID] | None = None
    search: str | None = None


@strawberry.enum
class PracticeOrder(StrEnum):
    """Practices without a price come last."""

    NAME_ASC = "NAME_ASC"
    COST_ASC = "COST_ASC"
    COST_DESC = "COST_DESC"


ORDERS = {
    PracticeOrder.NAME_ASC: By(PRACTICE.c.name),
    PracticeOrder.COST_ASC: By(PRACTICE.c.cost_per_participant),
    PracticeOrder.COST_DESC: By(PRACTICE.c.cost_per_participant, descending=True),
}


def practices(
    filter: PracticeFilter | None = None,  # noqa: A002 - the contract's name
    order_by: PracticeOrder | None = None,
    first: int | None = 50,
    after: str | None = None,
) -> Rows:
    """By name, unless another order is asked for."""
    wanted = filter or PracticeFilter()
    aims = optionally(AIM.c.outcome_id, wanted.outcomes, "Outcome")
    where = all_of(
        has(AIM, aims) if aims else None,
        contains([PRACTICE.c.name, PRACTICE.c.description], wanted.search) if wanted.search else None,
    )
    order = ORDERS[order_by or PracticeOrder.NAME_ASC]
    return Rows(where=where, order=[order], first=first, after=after)


def _cost_basis(scope: Scope) -> str:
    source, year = scope.column(PRACTICE.c.cost_source), scope.column(PRACTICE.c.price_year)
    return f"nullif(concat_ws(', ', {source}, 'in prices of ' || {year}), '')"


async def _dollars(
    context: Context, rows: Sequence[Mapping[str, Any]], arguments: Mapping[str, Any]
) -> list[list[Money]]:
    found = []
    for each in rows:
        lines = await read_dollars(context, each["partnership"])
        own = [line for line in lines if line.practice == each["id"]]
        found.append(summed(own, arguments.get("fiscal_year")))
    return found


_KEY: dict[str, Any] = {"partnership": PRACTICE.c.partnership_id, "id": PRACTICE.c.id}
_PRICE: dict[str, Any] = {
    "cost": PRACTICE.c.cost_per_participant,
    "currency": PRACTICE.c.currency,
    "price_year": PRACTICE.c.price_year,
    "source": PRACTICE.c.cost_source,
}

PLANS = (
    TypePlan("InKindNeed", NEED, {"quantityPerParticipant": NEED.c.quantity}),
    TypePlan(
        "Practice",
        PRACTICE,
        {
            "outcomes": Many(through=AIM, order=[By(OUTCOME.c.name)]),
            "costPerParticipant": money(PRACTICE.c.cost_per_participant, PRACTICE.c.currency),
            "costBasis": Value(_cost_basis),
            "inKindNeeds": Many(order=[By(NEED.c.kind), By(NEED.c.unit)]),
            "tier": Computed(tiers_of, _KEY),
            "effect": Computed(effects, _KEY),
            "findings": Listed(findings),
            "costPerOutcome": Computed(costs, _KEY | _PRICE),
            "dollars": Computed(_dollars, _KEY),
            "testimony": Many(order=NEWEST_FIRST),
            "facts": Computed(facts_of, _KEY),
        },
    ),
)
