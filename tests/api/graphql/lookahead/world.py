"""The GraphQL types of the small world, and how their rows are read."""

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import strawberry

from api.graphql.common.connections import Connection
from api.graphql.common.errors import Code, Refusal
from api.graphql.common.ids import read_id, rows_of
from api.graphql.lookahead import (
    By,
    Choice,
    Computed,
    ConnectionPlan,
    Guarded,
    Items,
    Listed,
    Many,
    One,
    Part,
    Plans,
    Row,
    Rows,
    Scope,
    TypePlan,
    Value,
    all_of,
    at_least,
    contains,
    equals,
    has,
    is_null,
    is_one_of,
    key_is,
    money,
    never,
    rows_field,
)
from api.graphql.lookahead.joins import join_of

from .tables import EVENT, FUNDER, HERE, INVESTMENT, PARTNERSHIP, PRACTICE, TAG, USED_FOR, Kind


@strawberry.enum
class InvestmentOrder(Enum):
    AMOUNT_DESC = "amount_desc"
    AMOUNT_ASC = "amount_asc"
    AWARDED_DESC = "awarded_desc"
    TITLE_ASC = "title_asc"


@dataclass
class World:
    """The context of an operation: one connection, what the caller may see, and what was asked of it."""

    connection: "asyncpg.Connection[asyncpg.Record]"
    is_signed_in: bool = True
    account: str | None = None
    may_read_notes: bool = True
    sees_federal: bool = True
    statements: list[str] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    door: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def viewpoint(self) -> Hashable:
        return self.may_read_notes, self.sees_federal

    async def fetch(self, sql: str, args: Sequence[object]) -> bytes | None:
        self.statements.append(sql)
        async with self.door:
            found: bytes | None = await self.connection.fetchval(sql, *args)
        return found


@strawberry.interface
class Node:
    id: strawberry.ID


@strawberry.type
class Money:
    amount: Decimal
    currency: str


@strawberry.type
class SourceReference:
    system: str
    row: int | None


@strawberry.input
class InvestmentFilter:
    funders: list[strawberry.ID] | None = None
    practices: list[strawberry.ID] | None = None
    kinds: list[Kind] | None = None
    awarded_from: date | None = None
    minimum_amount: Decimal | None = None
    awarded: bool | None = None
    search: str | None = None


ORDERS = {
    InvestmentOrder.AMOUNT_DESC: By(INVESTMENT.c.amount_minor, descending=True),
    InvestmentOrder.AMOUNT_ASC: By(INVESTMENT.c.amount_minor),
    InvestmentOrder.AWARDED_DESC: By(INVESTMENT.c.awarded_on, descending=True),
    InvestmentOrder.TITLE_ASC: By(INVESTMENT.c.title),
}


def investments(
    filter: InvestmentFilter | None = None,  # noqa: A002 - the contract's name
    order_by: InvestmentOrder | None = None,
    first: int = 50,
    after: str | None = None,
) -> Rows:
    """Investments by filter and order."""
    wanted = filter or InvestmentFilter()
    c = INVESTMENT.c
    minimum = wanted.minimum_amount
    where = all_of(
        is_one_of(c.funder_id, rows_of(wanted.funders, HERE, "Funder"))
        if wanted.funders is not None
        else None,
        has(USED_FOR, is_one_of(USED_FOR.c.practice_id, rows_of(wanted.practices, HERE, "Practice")))
        if wanted.practices is not None
        else None,
        has(FUNDER, is_one_of(FUNDER.c.kind, wanted.kinds), via="funder_id")
        if wanted.kinds is not None
        else None,
        at_least(c.awarded_on, wanted.awarded_from) if wanted.awarded_from else None,
        at_least(c.amount_minor, int(minimum * 100)) if minimum is not None else None,
        is_null(c.awarded_on, not wanted.awarded) if wanted.awarded is not None else None,
        contains([c.title], wanted.search) if wanted.search else None,
    )
    return Rows(where=where, order=[ORDERS[order_by]] if order_by else [], first=first, after=after)


def practices(search: str | None = None) -> Rows:
    """Practices by name."""
    return Rows(where=contains([PRACTICE.c.name], search) if search else None, order=[By(PRACTICE.c.name)])


@strawberry.type
class Practice(Node):
    name: str
    cost: Money | None
    tier: str


@strawberry.type
class Funder(Node):
    name: str
    kind: Kind | None
    secret_note: str | None
    investments: "InvestmentConnection" = rows_field(
        investments, Annotated["InvestmentConnection", strawberry.lazy(".world")]
    )
    given: Money
    largest: "Investment | None"


@strawberry.type
class Investment(Node):
    title: str
    funder: Funder
    recipient: Funder | None
    amount: Money
    awarded_on: date | None
    renewal_probability: Decimal | None
    recorded_at: datetime
    source: SourceReference | None
    practices: list[Practice]
    tags: list[str]
    marks: list[SourceReference]
    rank: int
    score: int | None
    must: int
    mentions: list["Mention"]


@strawberry.type
class InvestmentConnection(Connection[Investment]):
    total: Money | None


@strawberry.type
class Event(Node):
    happened_on: date
    subject: Node | None


@strawberry.type
class Mention:
    """An object made in Python that names rows."""

    why: str
    funder: Funder
    subject: Node | None


@strawberry.type
class Partnership(Node):
    slug: str
    investments: InvestmentConnection = rows_field(investments, InvestmentConnection)
    funders: list[Funder]
    practices: list[Practice] = rows_field(practices, list[Practice])
    events: list[Event]


def by_slug(slug: str) -> Rows:
    return Rows(where=equals(PARTNERSHIP.c.slug, slug))


def by_id(id: strawberry.ID) -> Row | None:  # noqa: A002 - the contract's name
    found = read_id(id)
    return Row(found.type_name, found.key) if found and found.type_name in PLANS.types else None


def investment_by_id(id: strawberry.ID) -> Rows:  # noqa: A002 - the contract's name
    found = read_id(id, "Investment")
    return Rows(where=key_is(INVESTMENT, found.key) if found else never)


def in_order(steps: list[str], first: int = 50, after: str | None = None) -> Rows:
    order = [By(INVESTMENT.c[step.removeprefix("-")], descending=step.startswith("-")) for step in steps]
    return Rows(where=equals(INVESTMENT.c.partnership_id, HERE), order=order, first=first, after=after)


@strawberry.type
class Query:
    partnership: Partnership | None = rows_field(by_slug, Partnership | None)
    node: Node | None = rows_field(by_id, Node | None)
    investment: Investment = rows_field(investment_by_id, Investment)
    ordered: InvestmentConnection = rows_field(in_order, InvestmentConnection)

    @strawberry.field
    def mentions(self, count: int = 3) -> list[Mention]:
        return [mention(UUID(int=100 + n % 4), UUID(int=1000 + n)) for n in range(count)]


def mention(funder: UUID, investment: UUID) -> Mention:
    """Rows stand for values below an object of Python's."""
    of: Any = Row("Funder", (HERE, funder))  # the executor puts the row in its place
    subject: Any = Row("Investment", (HERE, investment))
    return Mention(why="because", funder=of, subject=subject)


async def ranks(
    context: "World", rows: Sequence[Mapping[str, Any]], arguments: Mapping[str, Any]
) -> list[int]:
    """The place of each amount among the amounts of this batch, from 1."""
    context.batches.append(len(rows))
    ordered = sorted({row["amount"] for row in rows}, reverse=True)
    return [ordered.index(row["amount"]) + 1 for row in rows]


async def scores(_: "World", rows: Sequence[Mapping[str, Any]], arguments: Mapping[str, Any]) -> list[Any]:
    """The id's last digit; odd ones fail."""
    found = [row["id"].int % 10 for row in rows]
    return [Refusal(Code.NOT_FOUND, "odd") if score % 2 else score for score in found]


async def mentioned(_: "World", rows: Sequence[Mapping[str, Any]], arguments: Mapping[str, Any]) -> list[Any]:
    return [[mention(row["funder"], row["id"])] for row in rows]


async def tiers(_: "World", rows: Sequence[Mapping[str, Any]], arguments: Mapping[str, Any]) -> list[str]:
    return ["STRONG" if row["cost"] else "NONE" for row in rows]


def forbidden(context: "World") -> Exception | None:
    return None if context.may_read_notes else Refusal(Code.FORBIDDEN, "Only an anchor may read notes.")


def largest() -> Rows:
    return Rows(order=[By(INVESTMENT.c.amount_minor, descending=True)])


def currency(scope: Scope) -> str:
    """The partnership's currency, from a row of any of its tables."""
    inner = scope.reading(PARTNERSHIP)
    where = f"{inner.column(PARTNERSHIP.c.id)} = {scope.alias}.partnership_id"
    code = inner.column(PARTNERSHIP.c.currency)
    return f"(select {code} from {inner.source} where {where})"  # noqa: S608 - a test's own


def given(scope: Scope) -> str:
    inner = scope.reading(INVESTMENT)
    joined = join_of(FUNDER, INVESTMENT, "funder_id").on(scope, inner)
    amount = inner.column(INVESTMENT.c.amount_minor)
    return f"(select coalesce(sum({amount}), 0) from {inner.source} where {joined})"  # noqa: S608 - a test's own


def given_in_all(scope: Scope) -> str:
    return f"sum({scope.column(INVESTMENT.c.amount_minor)})"


def is_largest(funder: Scope, investment: Scope) -> str:
    """The one investment of the funder with the highest amount (and then the highest id)."""
    inner = investment.reading(INVESTMENT)
    key = join_of(FUNDER, INVESTMENT, "funder_id")
    order = "order by amount_minor desc, id desc limit 1"
    best = f"select id from {inner.source} where {key.on(funder, inner)} {order}"  # noqa: S608 - a test's own
    return f"{key.on(funder, investment)} and {investment.alias}.id = ({best})"


PLANS = Plans(
    TypePlan("Partnership", PARTNERSHIP),
    TypePlan(
        "Funder",
        FUNDER,
        {
            "secretNote": Guarded(FUNDER.c.secret_note, forbidden),
            "given": money(given, currency, nullable=False),
            "investments": Listed(investments, via="funder_id"),
            "largest": One(on=is_largest),
        },
        visible=lambda context: (
            None if context.sees_federal else (lambda s: f"{s.column(FUNDER.c.kind)} <> 'federal'")
        ),
    ),
    TypePlan(
        "Practice",
        PRACTICE,
        {
            "cost": money(PRACTICE.c.cost_minor, currency),
            "tier": Computed(tiers, {"cost": PRACTICE.c.cost_minor}),
        },
    ),
    TypePlan(
        "Investment",
        INVESTMENT,
        {
            "amount": money(INVESTMENT.c.amount_minor, currency),
            "practices": Many(through=USED_FOR, order=[By(PRACTICE.c.name)]),
            "source": Part(
                {
                    "system": Value(lambda s: s.column(INVESTMENT.c.source_system), nullable=False),
                    "row": INVESTMENT.c.source_row,
                },
                present=lambda s: f"{s.column(INVESTMENT.c.source_system)} is not null",
            ),
            "tags": Items(TAG, TAG.c.word, order=[By(TAG.c.word)]),
            "marks": Items(
                TAG, Part({"system": TAG.c.word, "row": Value(lambda _: "7")}), order=[By(TAG.c.word)]
            ),
            "rank": Computed(ranks, {"amount": INVESTMENT.c.amount_minor}),
            "score": Computed(scores, {"id": INVESTMENT.c.id}),
            "must": Computed(scores, {"id": INVESTMENT.c.id}),
            "mentions": Computed(mentioned, {"id": INVESTMENT.c.id, "funder": INVESTMENT.c.funder_id}),
        },
    ),
    TypePlan(
        "Event",
        EVENT,
        {"subject": Choice(EVENT.c.subject_type, [EVENT.c.partnership_id, EVENT.c.subject_id])},
    ),
    ConnectionPlan("InvestmentConnection", {"total": money(given_in_all, lambda _: "'USD'")}),
)
