"""Suggested reallocations: what was asked, how far the answer is, its moves, and what each would do."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry

from api.access import Right
from api.graphql.common.basics import Money, Node, listed, table_of
from api.graphql.common.connections import Connection
from api.graphql.common.lazy import LazyInvestment
from api.graphql.common.permissions import Permission, may, permission
from api.graphql.common.references import allowed_rows
from api.graphql.lookahead import By, Computed, Many, One, Rows, Scope, TypePlan, money
from api.graphql.lookahead.sql import Column
from api.graphql.money.allocations import Allocation, line_part
from api.graphql.reallocation.comparisons import ScenarioComparison, comparison
from api.graphql.reallocation.judgements import ScenarioJudgement, judgement
from api.graphql.reallocation.scenario_answers import (
    Binding,
    LeastMoney,
    RefusedPractice,
    RuleConflict,
    RuleRepair,
    ScenarioImpact,
    bindings,
    conflicts,
    impact,
    least_money,
    notes,
    of_answer,
    price_of_fairness,
    refused_practices,
    repairs,
)
from models.resources import Funder, Investment
from models.scenarios import Move as MoveRow
from models.scenarios import MoveDecision, Scenario, ScenarioStatus

__all__ = [
    "OVER",
    "PLANS",
    "Move",
    "ReallocationScenario",
    "ReallocationScenarioConnection",
    "reallocation_scenarios",
]

SCENARIO = table_of(Scenario)
MOVE = table_of(MoveRow)
FUNDER, INVESTMENT = table_of(Funder), table_of(Investment)
OVER = frozenset(ScenarioStatus) - {ScenarioStatus.QUEUED, ScenarioStatus.RUNNING}


def beside(other: strawberry.ID) -> Rows | None:
    """Which scenario stands beside."""
    return None


@strawberry.type
class Move(Node):
    """Dollars that could go from where they sit to where they would do more; `from` is null for new money.

    The gains of a plan's moves sum to what it has after less what it has before. `staysShare`: in what share of
    re-solves with sampled effects the move stays; null where `sensitivityDraws` were not asked for.
    """

    from_: Allocation | None = strawberry.field(name="from")
    to: Allocation
    investment: LazyInvestment | None
    amount: Money
    gain: Decimal | None
    gain_low: Decimal | None
    gain_high: Decimal | None
    reason: str | None
    sentence: str
    decision: MoveDecision
    decision_note: str | None
    stays_share: float | None
    permission: Permission = listed(may)


@strawberry.type
class FrontierPoint:
    """A best plan at a given weight of those furthest behind; up to the knee, doing more for them costs little."""

    equity_weight: Decimal
    students: Decimal
    worst_off_students: Decimal
    is_knee: bool
    scenario: "ReallocationScenario | None"


@strawberry.type
class ReallocationScenario(Node):
    """`inputsHash`: the same inputs have the same hash and the same plan; null until they are read.

    `priceOfFairness` is the share of the most students possible that the plan forgoes for those furthest behind.
    `before`, `after` and the lists are of the answer, and empty until there is one. `askedFrom` is the scenario
    whose decisions this one keeps; `decidedOn` and what follows is the board's decision, once it is applied.
    """

    name: str
    status: ScenarioStatus
    progress: float
    message: str | None
    requested_at: datetime
    inputs_hash: str | None
    moves: list[Move]
    before: ScenarioImpact | None
    after: ScenarioImpact | None
    bindings: list[Binding]
    conflicts: list[RuleConflict]
    frontier: list[FrontierPoint]
    refused_practices: list[RefusedPractice]
    repairs: list[RuleRepair]
    price_of_fairness: Decimal | None
    least_money: LeastMoney | None
    notes: list[str]
    asked_from: "ReallocationScenario | None"
    decided_on: date | None
    decision_note: str | None
    decided_by: str | None
    judgement: ScenarioJudgement | None
    compared_with: ScenarioComparison | None = listed(beside)
    permission: Permission = listed(may)


ReallocationScenarioConnection = Connection[ReallocationScenario]


def reallocation_scenarios(first: int | None = 20, after: str | None = None) -> Rows:
    """The latest first."""
    return Rows(order=[By(SCENARIO.c.requested_at, descending=True)], first=first, after=after)


def _point(found: Mapping[str, Any]) -> FrontierPoint:
    names = ("equity_weight", "students", "worst_off_students")
    numbers = {name: Decimal(found[name]) for name in names}
    return FrontierPoint(**numbers, is_knee=found.get("is_knee", False), scenario=None)


_frontier = of_answer(lambda _, answer: [_point(each) for each in answer.get("frontier", ())])
_ANSWER = {"partnership": SCENARIO.c.partnership_id, "answer": SCENARIO.c.answer}
_COLUMNS: dict[str, Column] = {column.name: column for column in MOVE.c}
_AMOUNT = money(MOVE.c.amount, MOVE.c.currency)


def _currency(scope: Scope) -> str:
    """The currency of the answer; null where there is none."""
    return f"{scope.column(SCENARIO.c.answer)} ->> 'currency'"


def _has_origin(scope: Scope) -> str:
    """New money comes from nowhere; whatever else moves had a use where it sat."""
    return f"{scope.column(MOVE.c.from_use)} is not null"


def _giver(scope: Scope) -> str:
    """The organization whose investment would move; nobody's for new money."""
    funder, award = scope.reading(FUNDER), scope.reading(INVESTMENT)
    return (
        f"(select {funder.column(FUNDER.c.organization_id)} from {funder.source}, {award.source}"  # noqa: S608 - names from metadata
        f" where {award.column(INVESTMENT.c.partnership_id)} = {scope.column(MOVE.c.partnership_id)}"
        f" and {award.column(INVESTMENT.c.id)} = {scope.column(MOVE.c.investment_id)}"
        f" and {funder.column(FUNDER.c.partnership_id)} = {award.column(INVESTMENT.c.partnership_id)}"
        f" and {funder.column(FUNDER.c.id)} = {award.column(INVESTMENT.c.funder_id)})"
    )


PLANS = (
    TypePlan(
        "ReallocationScenario",
        SCENARIO,
        {
            "moves": Many(order=[By(MOVE.c.position)]),
            "before": Computed(impact("before"), _ANSWER),
            "after": Computed(impact("after"), _ANSWER),
            "bindings": Computed(bindings, _ANSWER),
            "conflicts": Computed(conflicts, _ANSWER),
            "frontier": Computed(_frontier, _ANSWER),
            "refusedPractices": Computed(refused_practices, _ANSWER),
            "repairs": Computed(repairs, _ANSWER),
            "priceOfFairness": Computed(price_of_fairness, _ANSWER),
            "leastMoney": Computed(least_money, _ANSWER),
            "notes": Computed(notes, _ANSWER),
            "askedFrom": One(via="asked_from_id"),
            "judgement": Computed(judgement, _ANSWER | {"decided_on": SCENARIO.c.decided_on}),
            "comparedWith": Computed(
                comparison,
                {
                    "partnership": SCENARIO.c.partnership_id,
                    "id": SCENARIO.c.id,
                    "currency": _currency,
                },
            ),
            "permission": permission(SCENARIO.c.partnership_id, asked_by=SCENARIO.c.requested_by),
        },
        visible=lambda context: allowed_rows(context, Right.READ_SCENARIOS),
    ),
    TypePlan(
        "Move",
        MOVE,
        {
            "from": line_part("from_", _COLUMNS, _AMOUNT, _has_origin),
            "to": line_part("to_", _COLUMNS, _AMOUNT, None),
            "amount": _AMOUNT,
            "permission": permission(MOVE.c.partnership_id, owner=_giver),
        },
        visible=lambda context: allowed_rows(context, Right.READ_SCENARIOS),
    ),
)
