"""Allocations: what the dollars of an investment are for, line by line, as the ledger has them today."""

from typing import Final

import strawberry

from api.graphql.common.basics import Money
from api.graphql.common.lazy import (
    LazyArea,
    LazyOutcome,
    LazyPopulationGroup,
    LazyPractice,
    LazyStaffPosition,
)
from api.graphql.lookahead import One, Part, Scope, Sql, TypePlan, Value, money
from api.graphql.lookahead.sources import Source
from api.graphql.lookahead.sql import Column
from api.graphql.money.amounts import ACCOUNT, balance
from models.resources import ResourceUse

__all__ = ["PLANS", "Allocation", "is_line_with_dollars", "line_part"]


@strawberry.type
class Allocation:
    """Dollars and what they are for; what is null has not been said."""

    area: LazyArea | None
    position: LazyStaffPosition | None
    practice: LazyPractice | None
    outcome: LazyOutcome | None
    population: LazyPopulationGroup | None
    use: ResourceUse
    fiscal_year: int | None
    amount: Money


KEY: Final = (
    "practice_id",
    "outcome_id",
    "population_id",
    "area_id",
    "position_id",
    "use",
    "fiscal_year",
)


def _sibling(scope: Scope, kind: str) -> tuple[Scope, str]:
    """The account of another kind on the same line, and the condition that it is."""
    other = scope.reading(ACCOUNT)
    c = ACCOUNT.c
    met = [
        f"{other.column(c[name])} = {scope.column(c[name])}" for name in ("partnership_id", "investment_id")
    ]
    met += [f"{other.column(c.kind)} = '{kind}'", f"{other.column(c.unit)} = {scope.column(c.unit)}"]
    met += [f"{other.column(c[name])} is not distinct from {scope.column(c[name])}" for name in KEY]
    return other, " and ".join(met)


def _on_the_line(scope: Scope) -> str:
    """What is still there of a line: available and obligated together."""
    other, met = _sibling(scope, "OBLIGATED")
    is_first = f"{scope.column(ACCOUNT.c.kind)} = 'AVAILABLE'"
    rest = f"(select {balance(other)} from {other.source} where {met})"  # noqa: S608 - names from metadata
    return f"({balance(scope)} + case when {is_first} then coalesce({rest}, 0) else 0 end)"


def is_line_with_dollars(scope: Scope) -> str:
    """One account for each line that has dollars: the available one, or the obligated one that stands alone.

    No account of a line is ever below nought, so one that has dollars need not be asked for its sibling.
    """
    other, met = _sibling(scope, "AVAILABLE")
    kind, own = scope.column(ACCOUNT.c.kind), balance(scope)
    available = f"{own} > 0 or {_on_the_line(scope)} > 0"
    alone = f"{own} > 0 and not exists (select 1 from {other.source} where {met})"  # noqa: S608 - as above
    # a CASE, since PostgreSQL would look the accounts up twice for an OR
    return f"({kind} in ('AVAILABLE', 'OBLIGATED') and case {kind} when 'AVAILABLE' then {available} else {alone} end)"


def _use(column: Column) -> Value:
    return Value(lambda scope: f"coalesce({scope.column(column)}, 'UNASSIGNED')", nullable=False)


def line_part(prefix: str, table_columns: "dict[str, Column]", amount: Source, present: Sql | None) -> Part:
    """An allocation made of columns of another row, such as either end of a move."""
    fields: dict[str, Source] = {
        name: One(via=f"{prefix}{name}_id")
        for name in ("area", "position", "practice", "outcome", "population")
    }
    fields["use"] = _use(table_columns[f"{prefix}use"])
    fields["fiscalYear"] = table_columns[f"{prefix}fiscal_year"]
    fields["amount"] = amount
    return Part(fields, present)


PLANS = (
    TypePlan(
        "Allocation",
        ACCOUNT,
        {
            "use": _use(ACCOUNT.c.use),
            "amount": money(_on_the_line, lambda scope: scope.column(ACCOUNT.c.unit), nullable=False),
        },
    ),
)
