"""Totals of investments by currency, for all rows of a place in one statement."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import strawberry

from api.graphql.common.basics import Money, money_of
from api.graphql.common.context import Context
from api.graphql.lookahead import Scope, Sql
from api.graphql.lookahead.sources import Load
from api.graphql.lookahead.sql import Binder, Column
from api.graphql.money.amounts import ACCOUNT, AMOUNTS, INVESTMENT
from api.graphql.money.investment_filters import where_of

__all__ = ["InvestmentTotals", "totals_by"]


@strawberry.type
class InvestmentTotals:
    """One Money per currency, never summed across; see api.graphql.money.amounts for what each is made of."""

    count: int
    disbursed: list[Money]
    committed: list[Money]
    received: list[Money]
    spent: list[Money]


def totals_by(owner: Column) -> Load:
    """A loader of the totals of the investments whose column `owner` is the row's id, under `filter`."""

    async def load(
        context: Context, rows: Sequence[Mapping[str, Any]], arguments: Mapping[str, Any]
    ) -> list[InvestmentTotals]:
        binder = Binder(context)
        sql = _sql(binder.scope(INVESTMENT), owner, rows, where_of(arguments.get("filter")))
        found = json.loads(await context.fetch(sql, binder.args) or b"[]")
        lines: dict[tuple[UUID, UUID], list[dict[str, Any]]] = defaultdict(list)
        for line in found:
            lines[UUID(line["partnership"]), UUID(line["owner"])].append(line)
        return [_totals(lines[row["partnership"], row["id"]]) for row in rows]

    return load


def _sql(scope: Scope, owner: Column, rows: Sequence[Mapping[str, Any]], where: Sql | None) -> str:
    c = INVESTMENT.c
    key = f"{scope.column(c.partnership_id)}, {scope.column(owner)}"
    partnerships, ids = (scope.bind([row[name] for row in rows]) for name in ("partnership", "id"))
    met = f"({key}) in (select * from unnest({partnerships}::uuid[], {ids}::uuid[]))"  # noqa: S608 - names from metadata, values bound
    if where is not None:
        met += f" and {where(scope)}"
    account = scope.reading(ACCOUNT)
    columns = (
        f"{scope.column(c.partnership_id)} as partnership, {scope.column(owner)} as owner,"
        f" {scope.column(c.currency)} as currency, count(distinct {scope.column(c.id)}) as count,"
        f" {', '.join(_sum(account, name) for name in AMOUNTS)}"
    )
    joined = f"{scope.source} left join {account.source} on {_is_of(scope, account)}"
    grouped = f"select {columns} from {joined} where {met} group by 1, 2, 3 order by 3"  # noqa: S608 - names from metadata, values bound
    return f"select convert_to(coalesce(json_agg(r), '[]')::text, 'UTF8') from ({grouped}) r"  # noqa: S608 - as above


def _sum(account: Scope, name: str) -> str:
    """One figure over the accounts of a group, in minor units; as text, so that no digit is lost."""
    kinds, more, less = AMOUNTS[name]
    among = ", ".join(f"'{kind}'" for kind in kinds)
    grown = f"{account.column(ACCOUNT.c[more])} - {account.column(ACCOUNT.c[less])}"
    held = f"sum({grown}) filter (where {account.column(ACCOUNT.c.kind)} in ({among}))"
    return f"coalesce({held}, 0)::text as {name}"


def _is_of(investment: Scope, account: Scope) -> str:
    i, a = INVESTMENT.c, ACCOUNT.c
    pairs = ((a.partnership_id, i.partnership_id), (a.investment_id, i.id), (a.unit, i.currency))
    return " and ".join(f"{account.column(own)} = {investment.column(its)}" for own, its in pairs)


def _totals(lines: Sequence[Mapping[str, Any]]) -> InvestmentTotals:
    amounts: dict[str, list[Money]] = {
        name: [money_of(int(line[name]), line["currency"]) for line in lines] for name in AMOUNTS
    }
    return InvestmentTotals(count=sum(line["count"] for line in lines), **amounts)
