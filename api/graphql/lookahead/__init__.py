"""Rows that come straight from tables: one SQL text per root field, JSON text built by PostgreSQL.

A resolver returns `Rows` or `Row` instead of objects. graphql-core parses, validates, coerces and merges;
only the completion of such a value is replaced: the selection below it is compiled to one SQL text (no
Python per row or per leaf), and the JSON text that comes back is spliced into the answer.

What a resolver returns
    Rows(where=None, order=(), first=None, after=None, of=None)
        The GraphQL type of the field says the rest: an object is one row or null, a list is a list, an
        object with `nodes` or `edges` is a page (`first` is 0 to 1,000, else INVALID; None is 50).
        `of` names the GraphQL type only where the field's type is an interface or a union.
    Row(of, key)
        The row of type `of` with this primary key (a tuple in the table's order: GlobalId.key), or null.
        All rows that one place of the answer asks for are fetched by one statement.
    Identified(text)
        The Row of a Node type by its global id.
    Written(writer, key)
        A value whose JSON the writer spells by its key of ids, where it is made of no one table's rows: the
        values of a writer at one place are fetched by one statement.

What a piece of SQL is
    Sql = Callable[[Scope], str]
    Scope: .column(c) -> t1."c", .bind(value) -> "$3", .alias, .context, .reading(table) for a subquery
    Ready made: equals, is_one_of, at_least, at_most, is_null, contains, has(table, condition, via=),
    key_is, all_of, any_of, negated, never. Every value is bound; every name comes from the metadata.

What an order is
    By(column, descending=False), or By(sql, descending=False, name="total", type="numeric", nullable=True)
    Unknown values come last; the primary key breaks ties; cursors name their order and the row's place in
    it, so they hold while rows come and go.

How the fields of a GraphQL type are read
    TypePlan("Investment", table, {field: source, ...}, visible=None)
        `visible(context) -> Sql | None` is a condition on every row of the type, wherever it is reached.
        A field without a source is found by itself, in this order: `id` is the global id from the primary
        key; a field declared with a resolver is Listed(that function); a leaf is the column of the same
        name in snake_case; a list of a planned type is Many(); an object of one is One(via="<name>_id").
    ConnectionPlan("InvestmentConnection", {field: Value(aggregate) or Part})
        What a connection has besides nodes, edges, pageInfo and totalCount, over all rows of the filter.
    sources (keys are GraphQL field names)
        a Column                    a leaf by the field's type: numeric and ids as text, enums by name
        Value(sql, nullable=True)   a leaf from an expression
        Part({field: source}, present=None)     an object made of this row's own columns
        money(amount, currency, nullable=None)  {amount, currency} from minor units; Columns or Sql
        One(via=None, on=None, where=None)      a row by the foreign key that holds the column `via`
        Many(via=None, through=None, to=None, on=None, where=None, order=())     a list; `through` a table
                                    between, whose column `via` leads here and `to` there
        Listed(build, via=None, through=None, to=None, on=None)   build(**arguments) -> Rows, joined to this
                                    row; arguments as strawberry gives them (dataclasses, enums, Decimal)
        Items(table, element, via=None, on=None, where=None, order=())   a list of leaves or of parts
        Choice(type_, key)          an interface: the type's name (Column or Sql) and the key's columns
        Computed(load, needs={name: Column | Sql})
            await load(context, rows, arguments): rows is a list of {name: value} (UUID, Decimal, date, ...)
            for all rows of the place at once; the answer is one value for each, in order: leaves,
            strawberry objects, Rows, Row, None, or an exception (null with an error at that row's path).
        Spelled(spell)              spell(compiler, field, scope) -> Piece: JSON that the subject writes itself
        Guarded(source, check)      check(context) -> None, or the exception that stands at the field's path
    `on(parent, child)` is a condition on two Scopes, for what no foreign key says.
    Plans(*plans).check(schema) raises PlanError with every field that has no source or may be null against
    its type. A Refusal raised by `build` stands at that field's path, and the rest of the answer stands.

How it is joined to the schema
    rows_field(build, graphql_type) declares a strawberry field with a resolver that returns Rows or Row
    strawberry.Schema(..., execution_context_class=look_ahead(plans))
    direct(schema) answers a query whose root fields are rows, made from their arguments alone, without the
    executor: how its selections are spelled is remembered with the document, for each viewpoint, so `build`,
    `visible` and `check` depend on nothing but arguments and viewpoint. What it cannot answer it leaves alone.
    The context of the operation has `async def fetch(sql: str, args: Sequence[object]) -> bytes | None`:
    it runs the statement and gives its one value; and `viewpoint`, equal where the same may be seen.
    The connection has CONNECTION_SETTINGS.
"""

from api.graphql.lookahead.conditions import (
    all_of,
    any_of,
    at_least,
    at_most,
    contains,
    equals,
    has,
    is_null,
    is_one_of,
    key_is,
    negated,
    never,
)
from api.graphql.lookahead.direct import Asked, Asking, Direct, direct
from api.graphql.lookahead.executor import CONNECTION_SETTINGS, look_ahead
from api.graphql.lookahead.fields import rows_field
from api.graphql.lookahead.plans import ConnectionPlan, PlanError, Plans, TypePlan
from api.graphql.lookahead.rows import By, Identified, Row, Rows, Writer, Written
from api.graphql.lookahead.sources import (
    Choice,
    Computed,
    Guarded,
    Items,
    Listed,
    Many,
    One,
    Part,
    Spelled,
    Value,
    money,
)
from api.graphql.lookahead.sql import Scope, Sql

__all__ = [
    "CONNECTION_SETTINGS",
    "Asked",
    "Asking",
    "By",
    "Choice",
    "Computed",
    "ConnectionPlan",
    "Direct",
    "Guarded",
    "Identified",
    "Items",
    "Listed",
    "Many",
    "One",
    "Part",
    "PlanError",
    "Plans",
    "Row",
    "Rows",
    "Scope",
    "Spelled",
    "Sql",
    "TypePlan",
    "Value",
    "Writer",
    "Written",
    "all_of",
    "any_of",
    "at_least",
    "at_most",
    "contains",
    "direct",
    "equals",
    "has",
    "is_null",
    "is_one_of",
    "key_is",
    "look_ahead",
    "money",
    "negated",
    "never",
    "rows_field",
]
