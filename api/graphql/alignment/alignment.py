"""Alignment as GraphQL: its types, and the writer that spells an answer as the caller selects it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, cast

import sqlalchemy as sa
import strawberry
from graphql import GraphQLObjectType, get_named_type

from api.graphql.alignment.asked import AlignmentDimension, AlignmentInput, AlignmentMeasure, checked
from api.graphql.alignment.dimensions import DIMENSIONS, UNKNOWN
from api.graphql.alignment.known import Known, read_known
from api.graphql.alignment.notes import notes
from api.graphql.alignment.plan import Plan
from api.graphql.alignment.statement import Statement
from api.graphql.alignment.values import Parts, Spelling, Values
from api.graphql.common.basics import Node
from api.graphql.common.context import Context
from api.graphql.lookahead import Choice, Scope, Spelled, Value, Writer, Written
from api.graphql.lookahead.compiler import Compiler, Piece
from api.graphql.lookahead.places import PlaceField
from api.graphql.lookahead.sources import Load, Source
from api.graphql.lookahead.sql import literal, object_json, rows_json

__all__ = ["Alignment", "alignments", "at_alignment"]

KEY: Final = sa.Table(
    "key",
    sa.MetaData(),
    *(sa.Column(name, sa.Text) for name in ("dimension", "code", "label", "node_type")),
    sa.Column("partnership_id", sa.Uuid),
    sa.Column("id", sa.Uuid),
)
SHOWN: Final = sa.Table("shown", sa.MetaData())
_RUNGS: Final = (
    "nothing named",
    "outcome named",
    "outcome measured",
    "group named",
    "practice named",
    "practice proven",
    "results known",
)


@strawberry.type
class AlignmentKey:
    """`code` is the global id of a row, so that it fits a filter; the name of a closed list; or a year."""

    dimension: AlignmentDimension
    code: str
    label: str
    node: Node | None


@strawberry.type
class AlignmentValue:
    """Money in `currency`; null with its reason where nothing is said of it."""

    measure: AlignmentMeasure
    value: Decimal | None
    reason: str | None
    currency: str | None


@strawberry.type
class AlignmentRow:
    """`bucketStart` is the first day of the bucket; null where there is none, or no date is known."""

    bucket_start: date | None
    keys: list[AlignmentKey]
    values: list[AlignmentValue]


@strawberry.type
class Alignment:
    """`notes` say what was left out; `truncated` whether there are more rows than the limit."""

    rows: list[AlignmentRow]
    notes: list[str]
    truncated: bool
    as_of: datetime


def at_alignment(input: AlignmentInput) -> None:  # noqa: A002 - the contract's name
    """The field's arguments; the answer is written for all rows of a place at once."""


def alignments(*, is_own: bool) -> Load:
    """A loader: of a partnership (`partnership`), or of one funder in it (`funder` besides)."""

    async def load(
        context: Context, rows: Sequence[Mapping[str, Any]], arguments: Mapping[str, Any]
    ) -> list[Written]:
        plan = Plan(checked(arguments["input"]), is_own)
        known = await read_known(
            context,
            [row["partnership"] for row in rows],
            tiers=plan.needs_tiers,
            needs=plan.needs_needs,
            outcomes=plan.needs_outcomes,
        )
        writer = _Writer(plan, known)
        names = ("partnership", "funder") if is_own else ("partnership",)
        return [Written(writer, tuple(row[name] for name in names)) for row in rows]

    return load


@dataclass(frozen=True, eq=False)
class _Writer(Writer):
    plan: Plan
    known: Known

    def piece(self, compiler: Compiler, field: PlaceField, key: Sequence[str]) -> Piece:
        """The answer's JSON."""
        return _Answer(self.plan, self.known, compiler, key).piece(field)


class _Answer:
    """One answer as it is being spelled."""

    def __init__(self, plan: Plan, known: Known, compiler: Compiler, key: Sequence[str]) -> None:
        self.plan, self.known, self.compiler, self.key = plan, known, compiler, key
        self.context = cast("Context", compiler.binder.context)
        self.values = Values(plan, self.context, key[0])
        self.spellings: list[Spelling] = []

    def piece(self, field: PlaceField) -> Piece:
        """`select ...` below the WITH clause; one row, one column."""
        own = self.key[1] if self.plan.is_own else None
        ctes = Statement(self.plan, self.known, self.compiler.binder, self.key[0], own).ctes()
        columns, places = self._columns(field, self._fields())
        ctes += f",\n{self.values.told(self.spellings)}"
        sql = f'(with {ctes}\nselect row_to_json("#row") from (select {columns}) "#row")'
        return Piece(sql, places)

    def _columns(
        self, field: PlaceField, sources: Mapping[str, Source], scope: Scope | None = None
    ) -> tuple[str, Any]:
        type_ = get_named_type(field.found.type)
        assert isinstance(type_, GraphQLObjectType)  # noqa: S101 - all types here are
        scope = scope or Scope(self.compiler.binder, SHOWN, "s")
        return self.compiler.columns(type_, field.details, sources.__getitem__, scope)

    def _fields(self) -> dict[str, Source]:
        return {
            "rows": Spelled(lambda _, field, __: self._rows(field)),
            "notes": Value(lambda _: notes(self.plan, self.context, self.key[0]), nullable=False),
            "truncated": Value(
                lambda _: "(select count(*) from grid) > (select count(*) from shown)", nullable=False
            ),
            "asOf": Value(lambda _: "statement_timestamp()", nullable=False),
        }

    def _rows(self, field: PlaceField) -> Piece:
        columns, places = self._columns(
            field,
            {
                "bucketStart": Value(lambda _: "nullif(s.bucket, 'infinity')"),
                "keys": Spelled(lambda _, found, __: self._keys(found)),
                "values": Spelled(lambda _, found, __: self._values(found)),
            },
        )
        body = f"select {columns} from shown s left join told on told.n = s.n order by s.n"  # noqa: S608 - as above
        return Piece(rows_json(body), places)

    # ------------------------------------------------------------------ keys
    def _keys(self, field: PlaceField) -> Piece:
        if not self.plan.axes:
            return Piece("'[]'::json")
        scope = Scope(self.compiler.binder, KEY, self.compiler.binder.alias())

        def leaf(name: str) -> Value:
            return Value(lambda row: row.column(KEY.c[name]), nullable=False)

        sources: dict[str, Source] = {name: leaf(name) for name in ("dimension", "code", "label")}
        sources["node"] = Choice(KEY.c.node_type, (KEY.c.partnership_id, KEY.c.id))
        columns, places = self._columns(field, sources, scope)
        rows = ", ".join(f"({n}, {self._key(n)})" for n in range(len(self.plan.axes)))
        names = ", ".join(["pos", *(column.name for column in KEY.c)])
        body = f"select {columns} from (values {rows}) {scope.alias}({names}) order by pos"  # noqa: S608 - as above
        return Piece(rows_json(body), places)

    def _key(self, n: int) -> str:
        axis = self.plan.axes[n]
        dimension, key = DIMENSIONS[axis], f"s.k{n}"
        is_known = f"{key} <> {dimension.shape.unknown}"
        unknown, nothing = literal(UNKNOWN), "null::text"
        if dimension.of is not None:
            named = f"{literal(dimension.of + ':')} || {self.key[0]} || ':' || {key}"
            code = f"case when {is_known} then {named} else {unknown} end"
            kind = f"case when {is_known} then {literal(dimension.of)} end"
            label = f"coalesce(s.l{n}, 'Not said')"
            return f"{literal(axis.value)}, {code}, {label}, {kind}, {self.key[0]}, {key}"
        code = f"case when {is_known} then {key}::text else {unknown} end"
        words = f"upper(left({key}::text, 1)) || lower(replace(substr({key}::text, 2), '_', ' '))"
        if axis is AlignmentDimension.CURRENCY:
            words = key
        if axis is AlignmentDimension.LADDER:
            cases = " ".join(f"when '{n}' then {literal(rung)}" for n, rung in enumerate(_RUNGS))
            words = f"case {key} {cases} end"
        label = f"case when {is_known} then {words} else 'Not said' end"
        return f"{literal(axis.value)}, {code}, {label}, {nothing}, null::uuid, null::uuid"

    # ------------------------------------------------------------------ values
    def _values(self, field: PlaceField) -> Piece:
        def spelling(parts: Parts) -> str:
            def leaf(sql: str) -> Value:
                return Value(lambda _: sql)

            sources: dict[str, Source] = {
                "measure": Value(lambda _: literal(parts.measure), nullable=False),
                "value": leaf(parts.value),
                "reason": leaf(parts.reason),
                "currency": leaf(parts.currency),
            }
            return object_json(self._columns(field, sources)[0])

        self.spellings.append(spelling)
        return Piece(self.values.listed(spelling, len(self.spellings) - 1))
