"""Who sees a plan and what hangs on it: those at the table all of it, the public what is published."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from api.access import Right
from api.graphql.common.basics import Money, money_of, table_of
from api.graphql.common.context import Context, Forbidden
from api.graphql.common.references import allowed_rows
from api.graphql.lookahead import Computed, Scope, Sql, any_of
from api.graphql.lookahead.sql import Column
from models.plans import PolicyPlan

__all__ = ["PLAN", "at_the_table", "may_see_all", "of_a_seen_plan", "seen_plans", "told", "told_money"]

PLAN = table_of(PolicyPlan)


def may_see_all(context: Context, partnership_id: UUID) -> bool:
    """Whether the caller sits at the partnership's table."""
    return context.caller.denied(Right.READ_POLICY, partnership_id) is None


def at_the_table(context: Context) -> Sql:
    """Rows of partnerships at whose table the caller sits."""
    return allowed_rows(context, Right.READ_POLICY)


def seen_plans(context: Context) -> Sql:
    """Plans that are published, or of the caller's own partnerships."""
    return any_of(lambda scope: scope.column(PLAN.c.is_published), at_the_table(context))


def of_a_seen_plan(table: sa.Table) -> Any:  # a condition made for each context
    """What belongs to a plan is seen where the plan is."""

    def visible(context: Context) -> Sql:
        def published(scope: Scope) -> str:
            plan = scope.reading(PLAN)
            met = (
                f"{plan.column(PLAN.c.partnership_id)} = {scope.column(table.c.partnership_id)}"
                f" and {plan.column(PLAN.c.id)} = {scope.column(table.c.plan_id)}"
                f" and {plan.column(PLAN.c.is_published)}"
            )
            return f"exists (select 1 from {plan.source} where {met})"  # noqa: S608 - names from metadata

        return any_of(at_the_table(context), published)

    return visible


def told(column: Column) -> Computed:
    """A value for those at the table; for others it is null with the reason at its path."""

    async def load(
        context: Context, rows: Sequence[Mapping[str, Any]], _: Mapping[str, Any]
    ) -> list[Any]:  # Any: a column's values
        return [_shown(context, row["partnership"], row["value"]) for row in rows]

    return Computed(load, {"value": column, "partnership": column.table.c.partnership_id})


def told_money(amount: Column, currency: Column) -> Computed:
    """The same for money in minor units."""

    async def load(
        context: Context, rows: Sequence[Mapping[str, Any]], _: Mapping[str, Any]
    ) -> list[Any]:  # Any: money, none, or why not
        return [_shown(context, row["partnership"], _money(row)) for row in rows]

    needs = {"amount": amount, "currency": currency, "partnership": amount.table.c.partnership_id}
    return Computed(load, needs)


def _money(row: Mapping[str, Any]) -> Money | None:
    return None if row["amount"] is None else money_of(row["amount"], row["currency"])


def _shown(context: Context, partnership_id: UUID, value: object) -> object:
    return value if may_see_all(context, partnership_id) else Forbidden(Right.READ_POLICY)
