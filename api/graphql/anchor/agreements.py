"""What was agreed about investments: renewal, match, instalments, what is owed, and offers to match."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.frames.obligations import read_match_positions
from allocation.matching import MatchPosition
from api.access import Right
from api.graphql.common.basics import Money, Node, listed, money_of, table_of
from api.graphql.common.connections import Connection
from api.graphql.common.context import Context, Forbidden
from api.graphql.common.lazy import LazyInvestment, LazyOrganization
from api.graphql.common.permissions import Permission, may, permission
from api.graphql.common.references import allowed_rows
from api.graphql.lookahead import (
    By,
    Items,
    Part,
    Rows,
    Scope,
    Sql,
    TypePlan,
    Value,
    all_of,
    at_least,
    at_most,
    is_one_of,
    money,
    negated,
)
from api.graphql.money.amounts import INVESTMENT
from models import matches, obligations
from models.obligations import ObligationKind
from models.resources import Funder

__all__ = [
    "INSTALMENTS",
    "PLANS",
    "Instalment",
    "MatchOfferConnection",
    "MatchRequirement",
    "Obligation",
    "ObligationConnection",
    "Renewal",
    "in_order",
    "is_source",
    "load_match",
    "load_renewals",
    "match_offers",
    "owed",
]

OBLIGATION, OFFER = table_of(obligations.Obligation), table_of(matches.MatchOffer)
INSTALMENT, LINK = table_of(obligations.Instalment), table_of(obligations.InvestmentLink)
FUNDER = table_of(Funder)
Key = tuple[UUID, UUID]


@strawberry.type
class Renewal:
    """When an award comes up for renewal, how likely that is, and who sees to it."""

    due_on: date
    probability: Decimal | None
    owner_name: str | None


@strawberry.type
class MatchRequirement:
    """What an award asks others to give; `secured` is what counts of cash and of gifts in kind (2 CFR 200.306)."""

    ratio: Decimal
    required: Money
    secured: Money
    in_kind_counts: bool
    due_on: date | None


@strawberry.type
class Instalment:
    """A part of an award that falls due in a fiscal year."""

    fiscal_year: int
    due_on: date | None
    amount: Money
    conditional: bool


@strawberry.type
class MatchOffer(Node):
    """An organization's offer to give `ratio` dollars for each that others give, up to a maximum."""

    source: LazyOrganization
    ratio: Decimal
    maximum: Money | None
    deadline: date | None
    in_kind_counts: bool


@strawberry.type
class Obligation(Node):
    """Something due under an investment; `late` where its day has passed and it is not done."""

    kind: ObligationKind
    title: str
    due_on: date
    done_on: date | None
    late: bool
    investment: LazyInvestment
    permission: Permission = listed(may)


MatchOfferConnection = Connection[MatchOffer]
ObligationConnection = Connection[Obligation]


@strawberry.input
class ObligationFilter:
    """Every part that is given holds; the days are included, and open is what is not done by today."""

    kinds: list[ObligationKind] | None = None
    due_from: date | None = None
    due_to: date | None = None
    open: bool | None = None


_EARLIEST = (By(OBLIGATION.c.due_on), By(OBLIGATION.c.title))


def owed(
    filter: ObligationFilter | None = None,  # noqa: A002 - the contract's name
    first: int | None = 50,
    after: str | None = None,
) -> Rows:
    """The earliest first."""
    wanted, c = filter or ObligationFilter(), OBLIGATION.c
    where = all_of(
        is_one_of(c.kind, wanted.kinds) if wanted.kinds is not None else None,
        at_least(c.due_on, wanted.due_from) if wanted.due_from else None,
        at_most(c.due_on, wanted.due_to) if wanted.due_to else None,
        None if wanted.open is None else _is_open if wanted.open else negated(_is_open),
    )
    return Rows(where=where, order=_EARLIEST, first=first, after=after)


def in_order() -> Rows:
    """Those of one investment, the earliest first."""
    return Rows(order=_EARLIEST)


def match_offers(first: int | None = 50, after: str | None = None) -> Rows:
    """By their deadline."""
    return Rows(order=[By(OFFER.c.deadline)], first=first, after=after)


def is_source(investment: Scope, other: Scope) -> str:
    """The other's dollars pay the investment."""
    c = INVESTMENT.c
    link = investment.reading(LINK)
    met = (
        f"{link.column(LINK.c.partnership_id)} = {investment.column(c.partnership_id)}"
        f" and {link.column(LINK.c.investment_id)} = {investment.column(c.id)}"
        f" and {link.column(LINK.c.kind)} = 'FUNDED_FROM'"
        f" and {link.column(LINK.c.other_id)} = {other.column(c.id)}"
    )
    return (
        f"{other.column(c.partnership_id)} = {investment.column(c.partnership_id)}"
        f" and exists (select from {link.source} where {met})"
    )


async def load_renewals(
    context: Context, rows: Sequence[Mapping[str, Any]], _: Mapping[str, Any]
) -> list[Any]:  # a renewal, none, or why not
    """Investment.renewal, for all investments of a place."""
    r = obligations.Renewal
    keys = [(row["partnership"], row["id"]) for row in rows]

    async def read(session: AsyncSession) -> Mapping[Key, Renewal]:
        query = select(r).where(tuple_(r.partnership_id, r.investment_id).in_(keys))
        return {
            (each.partnership_id, each.investment_id): Renewal(
                due_on=each.due_on, probability=each.probability, owner_name=each.owner_name
            )
            for each in (await session.execute(query)).scalars()
        }

    found = await context.run(read)
    return [
        Forbidden(Right.READ_RENEWALS) if _is_denied(context, row) else found.get(key)
        for row, key in zip(rows, keys, strict=True)
    ]


def _is_denied(context: Context, row: Mapping[str, Any]) -> bool:
    owner = UUID(row["owner"]) if row["owner"] else None
    return context.caller.denied(Right.READ_RENEWALS, row["partnership"], [owner]) is not None


async def load_match(
    context: Context, rows: Sequence[Mapping[str, Any]], _: Mapping[str, Any]
) -> list[Any]:  # a requirement, none, or why not
    """Investment.match, for all investments of a place."""
    found: dict[Key, MatchRequirement] = {}
    readable = [
        each
        for each in {row["partnership"] for row in rows}
        if context.caller.denied(Right.READ_MATCH, each) is None
    ]
    for partnership_id in readable:
        found |= await _match_in(context, partnership_id)
    return [
        found.get((row["partnership"], row["id"]))
        if row["partnership"] in readable
        else Forbidden(Right.READ_MATCH)
        for row in rows
    ]


async def _match_in(context: Context, partnership_id: UUID) -> Mapping[Key, MatchRequirement]:
    return await context.once(
        ("match", partnership_id), lambda session: _requirements(session, partnership_id)
    )


async def _requirements(session: AsyncSession, partnership_id: UUID) -> Mapping[Key, MatchRequirement]:
    r = matches.MatchRequirement
    ratios = await session.execute(select(r.investment_id, r.ratio).where(r.partnership_id == partnership_id))
    by_investment = {str(row.investment_id): row.ratio for row in ratios}
    return {
        (partnership_id, UUID(each.requirement.investment)): _requirement(
            each, by_investment[each.requirement.investment]
        )
        for each in await read_match_positions(session, partnership_id)
    }


def _requirement(position: MatchPosition, ratio: Decimal) -> MatchRequirement:
    asked = position.requirement
    return MatchRequirement(
        ratio=ratio,
        required=money_of(asked.required, asked.currency),
        secured=money_of(position.secured, asked.currency),
        in_kind_counts=asked.in_kind_counts,
        due_on=asked.due_on,
    )


def _is_open(scope: Scope) -> str:
    return f"coalesce({scope.column(OBLIGATION.c.done_on)}, 'infinity') > current_date"


def _is_late(scope: Scope) -> str:
    return f"({scope.column(OBLIGATION.c.due_on)} < current_date and {_is_open(scope)})"


def _of_its_investment(table: Any, name: str) -> Sql:  # Any: a table with an investment
    """A column of the investment that a row belongs to."""

    def written(scope: Scope) -> str:
        inner, c = scope.reading(INVESTMENT), INVESTMENT.c
        met = (
            f"{inner.column(c.partnership_id)} = {scope.column(table.c.partnership_id)}"
            f" and {inner.column(c.id)} = {scope.column(table.c.investment_id)}"
        )
        return f"(select {inner.column(c[name])} from {inner.source} where {met})"  # noqa: S608 - names from metadata

    return written


def _owner(scope: Scope) -> str:
    """The organization of the funder under whose award something is owed."""
    funder = scope.reading(FUNDER)
    met = (
        f"{funder.column(FUNDER.c.partnership_id)} = {scope.column(OBLIGATION.c.partnership_id)}"
        f" and {funder.column(FUNDER.c.id)} = {_of_its_investment(OBLIGATION, 'funder_id')(scope)}"
    )
    return f"(select {funder.column(FUNDER.c.organization_id)} from {funder.source} where {met})"  # noqa: S608 - as above


INSTALMENTS = Items(
    INSTALMENT,
    Part(
        {
            "fiscalYear": INSTALMENT.c.fiscal_year,
            "dueOn": INSTALMENT.c.due_on,
            "amount": money(INSTALMENT.c.amount, _of_its_investment(INSTALMENT, "currency"), nullable=False),
            "conditional": INSTALMENT.c.is_conditional,
        }
    ),
    order=[By(INSTALMENT.c.fiscal_year), By(INSTALMENT.c.due_on)],
)
PLANS = (
    TypePlan(
        "MatchOffer",
        OFFER,
        {"maximum": money(OFFER.c.maximum, OFFER.c.currency)},
        visible=lambda context: allowed_rows(context, Right.READ_MATCH),
    ),
    TypePlan(
        "Obligation",
        OBLIGATION,
        {
            "late": Value(_is_late, nullable=False),
            "permission": permission(OBLIGATION.c.partnership_id),
        },
        visible=lambda context: allowed_rows(context, Right.READ_OBLIGATIONS, _owner),
    ),
)
