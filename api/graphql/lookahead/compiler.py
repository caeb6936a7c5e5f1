"""From a selection to one SQL text: rows, their parts and their relations as JSON."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import CollectedFields, FieldDetailsList
from graphql.execution.values import VariableValues

from api.graphql.common.errors import Code, Refusal
from api.graphql.lookahead import pages
from api.graphql.lookahead.arguments import arguments_of
from api.graphql.lookahead.joins import PlanError
from api.graphql.lookahead.keyset import Keyset
from api.graphql.lookahead.leaves import column_leaf, decoder, expression_leaf, needed
from api.graphql.lookahead.memory import Memory, Spelling
from api.graphql.lookahead.places import ABSENT, TYPE_KEY, Place, PlaceField, Places
from api.graphql.lookahead.plans import Plans, TypePlan
from api.graphql.lookahead.relations import Joined, joined
from api.graphql.lookahead.rows import Rows
from api.graphql.lookahead.sources import (
    Choice,
    Computed,
    GlobalIdOf,
    Guarded,
    Items,
    Listed,
    Many,
    One,
    Part,
    Source,
    Spelled,
    Value,
)
from api.graphql.lookahead.sql import (
    NAME_BYTES,
    Binder,
    Column,
    Scope,
    Sql,
    literal,
    object_json,
    quoted,
    row_json,
    rows_json,
)

__all__ = ["Compiler", "Piece", "object_type"]

Sources = Callable[[str], Source]


class Executing(Protocol):
    """What the compiler asks of graphql-core's executor."""

    schema: GraphQLSchema
    variable_values: VariableValues

    def collect_subfields(
        self, return_type: GraphQLObjectType, field_details_list: FieldDetailsList
    ) -> CollectedFields:
        """The fields below, merged, with fragments and directives applied."""
        ...


class LongAlias(Refusal):
    """An alias that PostgreSQL would cut short, so that the answer would have another key."""

    def __init__(self) -> None:
        super().__init__(Code.INVALID, f"An alias may have {NAME_BYTES} characters.")


class Piece(NamedTuple):
    """An expression, and where Python has still something to do in its JSON."""

    sql: str
    places: Places | None = None


@dataclass
class Compiler:
    """Compiles one statement."""

    executing: Executing
    plans: Plans
    binder: Binder
    must_finish: bool = False
    """Whether Python has something to do whatever the answer is, and not only where it says ABSENT."""
    is_left_to_python: bool = False
    """Whether that is so whatever the arguments are."""
    memory: Memory | None = None

    def groups(
        self, type_: GraphQLObjectType, details: FieldDetailsList
    ) -> list[tuple[str, FieldDetailsList]]:
        """The response keys of a selection with their fields. Raises LongAlias."""
        found = self.executing.collect_subfields(type_, details).grouped_field_set
        if any(len(key) > NAME_BYTES for key in found):
            raise LongAlias
        return list(found.items())

    def arguments(self, field: PlaceField) -> dict[str, Any]:
        """What strawberry would give to the field's resolver. Errors: Refusal."""
        known = self.memory.arguments(field.details) if self.memory else None
        if known is None:
            known = arguments_of(self.executing, field)
            if self.memory:
                self.memory.keep_arguments(field.details, known)
        return known

    # ------------------------------------------------------------------ rows
    def rows(
        self, type_: GraphQLOutputType, details: FieldDetailsList, rows: Rows, join: Joined | None = None
    ) -> Piece:
        """One row, a list or a connection, as the type says."""
        named = get_named_type(type_)
        if isinstance(named, GraphQLObjectType) and pages.is_connection(named):
            return pages.connection(self, named, details, rows, join=join)
        plan = self.plans.plan(rows.of or named.name)
        scope = self.binder.scope(plan.table)
        where = self.where(plan, scope, rows, join)
        columns, places = self.object(self.object_type(plan.name), details, plan, scope)
        body = f"select {columns} from {scope.source} where {where}"  # noqa: S608 - names from metadata
        if not is_list_type(get_nullable_type(type_)):
            return Piece(row_json(body), places)
        body += f" order by {Keyset.of(scope, rows.order).order_by()}"
        if rows.first is not None:
            body += f" limit {self.binder.bind(pages.size_of(rows.first))}"
        return Piece(rows_json(body), places)

    def where(self, plan: TypePlan, scope: Scope, rows: Rows, join: Joined | None) -> str:
        """The join to the parent, the rows' own condition, and what the caller may see."""
        visible = plan.visible(self.binder.context) if plan.visible else None
        found = [
            f"({condition(scope)})" for condition in (join, rows.where, visible) if condition is not None
        ]
        return " and ".join(found) or "true"

    # ------------------------------------------------------------------ objects
    def object(
        self,
        type_: GraphQLObjectType,
        details: FieldDetailsList,
        plan: TypePlan,
        scope: Scope,
        *,
        several: bool = False,
    ) -> tuple[str, Places | None]:
        """The select list for a row of a planned type."""
        if self.memory is not None and self.memory.is_fixed(details):
            return self._remembered(self.memory, type_, details, scope, several=several), None
        return self._object(type_, details, scope, several=several)

    def _object(
        self, type_: GraphQLObjectType, details: FieldDetailsList, scope: Scope, *, several: bool
    ) -> tuple[str, Places | None]:
        return self.columns(
            type_, details, lambda name: self.plans.source(type_, name), scope, several=several
        )

    def _remembered(
        self,
        memory: Memory,
        type_: GraphQLObjectType,
        details: FieldDetailsList,
        scope: Scope,
        *,
        several: bool,
    ) -> str:
        """The same by heart: from the same parameters and aliases on, the same text follows."""
        binder = self.binder
        start = len(binder.args)
        key = (id(details), type_.name, scope.alias, binder.tables, start)
        known = memory.spelling(key)
        if known is None:
            text, _ = self._object(type_, details, scope, several=several)
            if not self.must_finish:
                memory.keep_spelling(key, Spelling(text, tuple(binder.args[start:]), binder.tables))
            return text
        binder.args.extend(known.args)
        binder.tables = known.tables
        return known.text

    def columns(
        self,
        type_: GraphQLObjectType,
        details: FieldDetailsList,
        source: Sources,
        scope: Scope,
        *,
        several: bool = False,
    ) -> tuple[str, Places | None]:
        """The select list for an object: a column for each response key, then what Python needs besides."""
        place = Place(type_)
        written: list[str] = []
        for key, group in self.groups(type_, details):
            name = group[0].node.name.value
            if name == "__typename":
                written.append(f"{literal(type_.name)} as {quoted(key)}")
                continue
            field = PlaceField(key, type_.fields[name], group)
            sql = self.field(field, source(name), scope, place)
            written.append(f"{sql} as {quoted(key)}")
        hidden = [f"{sql} as {quoted(key)}" for key, sql in place.hidden.items()]
        if several and place.fields:
            hidden.append(f"{literal(type_.name)} as {quoted(TYPE_KEY)}")
            self.must_finish = self.is_left_to_python = True
        return ", ".join(written + hidden), {type_.name: place} if place.fields else None

    def field(self, field: PlaceField, source: Source, scope: Scope, place: Place) -> str:
        """The expression of one field; it joins `place` where Python has still something to do with it."""
        bound = len(self.binder.args)
        try:
            sql = self._field(field, source, scope, place)
        except LongAlias:
            raise
        except Refusal as refusal:
            del self.binder.args[bound:]  # a parameter that is not used has no type
            field.failure, sql = refusal, "null"
        if field.failure or field.computed:
            self.must_finish = True
            self.is_left_to_python |= field.computed is not None
        elif self._may_break(field, source, scope):
            field.is_marked = not is_leaf_type(get_named_type(field.found.type))
            self.must_finish |= not field.is_marked
            self.is_left_to_python |= not field.is_marked
            sql = f"coalesce({sql}, '\"{ABSENT}\"'::json)" if field.is_marked else sql
        elif not field.below:
            return sql
        place.fields.append(field)
        return sql

    def _may_break(self, field: PlaceField, source: Source, scope: Scope) -> bool:
        if not is_non_null_type(field.found.type):
            return False
        target = self.plans.target(field.found)
        sees_all = target is None or target.visible is None or target.visible(self.binder.context) is None
        return self.plans.may_be_null(scope.table, source, field.found, seen=sees_all)

    def _field(self, field: PlaceField, source: Source, scope: Scope, place: Place) -> str:
        if isinstance(source, Guarded):
            field.failure = source.check(self.binder.context)
            self.is_left_to_python |= field.failure is not None
            return "null" if field.failure else self._field(field, source.source, scope, place)
        if isinstance(source, Computed):
            field.computed = source
            field.arguments = self.arguments(field)
            field.needs = {
                name: (self._hide(of, scope, place), decoder(of)) for name, of in source.needs.items()
            }
            return "null"
        piece = self.value(field, source, scope)
        field.below = piece.places
        return piece.sql

    def _hide(self, of: Any, scope: Scope, place: Place) -> str:  # a column or an expression
        sql = needed(of, scope)
        for key, known in place.hidden.items():
            if known == sql:
                return key
        key = f"#{len(place.hidden)}"
        place.hidden[key] = sql
        return key

    def value(self, field: PlaceField, source: Source, scope: Scope) -> Piece:
        """The expression of a field that the database can give."""
        type_ = field.found.type
        if isinstance(source, sa.Column):
            return Piece(column_leaf(type_, source, scope))
        if isinstance(source, Value):
            return Piece(expression_leaf(type_, source.sql(scope)))
        if isinstance(source, GlobalIdOf):
            return Piece(source(scope))
        if isinstance(source, Part):
            return self._part(field, source, scope)
        if isinstance(source, Items):
            return self._items(field, source, scope)
        if isinstance(source, Choice):
            return self._choice(field, source, scope)
        if isinstance(source, Spelled):
            return source.spell(self, field, scope)
        if isinstance(source, Computed | Guarded):
            raise PlanError("the items of a list are not computed one by one; compute the list")
        return self._related(field, source, scope)

    def _part(self, field: PlaceField, part: Part, scope: Scope) -> Piece:
        columns, places = self.columns(
            self._inner(field.found), field.details, part.fields.__getitem__, scope
        )
        sql = object_json(columns)
        if part.present is not None:
            sql = f"case when {part.present(scope)} then {sql} end"
        return Piece(sql, places)

    def _related(self, field: PlaceField, source: One | Many | Listed, scope: Scope) -> Piece:
        rows: Rows | None
        if isinstance(source, Listed):
            rows = source.build(**self.arguments(field))
        else:
            rows = Rows(where=source.where, order=source.order if isinstance(source, Many) else ())
        if rows is None:
            return Piece("'[]'::json" if is_list_type(get_nullable_type(field.found.type)) else "null")
        return self.rows(field.found.type, field.details, rows, joined(source, scope))

    def _items(self, field: PlaceField, source: Items, scope: Scope) -> Piece:
        inner = self.binder.scope(source.table)
        element = self.value(PlaceField("", _one_of(field.found), field.details), source.element, inner)
        where = joined(source, scope)(inner)
        if source.where is not None:
            where += f" and {source.where(inner)}"
        order = Keyset.of(inner, source.order).order_by()
        body = f"select {element.sql} e from {inner.source} where {where} order by {order}"  # noqa: S608 - as above
        return Piece(f"(select coalesce(json_agg(r.e), '[]') from ({body}) r)", element.places)  # noqa: S608 - as above

    def _choice(self, field: PlaceField, source: Choice, scope: Scope) -> Piece:
        chosen = scope.column(source.type_) if isinstance(source.type_, sa.Column) else source.type_(scope)
        cases: list[str] = []
        places: Places = {}
        for type_ in self.executing.schema.get_possible_types(get_named_type(field.found.type)):  # type: ignore[arg-type]  # an interface or union, as the plan was checked
            plan = self.plans.types.get(type_.name)
            if plan is None or len(plan.table.primary_key) != len(source.key):
                continue
            inner = self.binder.scope(plan.table)
            key = _same_key(scope, source.key)
            columns, found = self.object(type_, field.details, plan, inner, several=True)
            places.update(found or {})
            where = self.where(plan, inner, Rows(where=key), None)
            body = f"select {columns} from {inner.source} where {where}"  # noqa: S608 - as above
            cases.append(f"when {literal(type_.name)} then {row_json(body)}")
        return Piece(f"case {chosen} {' '.join(cases)} end" if cases else "null", places or None)

    def object_type(self, name: str) -> GraphQLObjectType:
        """The object type of this name; raises PlanError."""
        return object_type(self.executing.schema, name)

    def _inner(self, found: GraphQLField) -> GraphQLObjectType:
        return self.object_type(get_named_type(found.type).name)


def object_type(schema: GraphQLSchema, name: str) -> GraphQLObjectType:
    """The object type of this name; raises PlanError."""
    type_ = schema.type_map.get(name)
    if not isinstance(type_, GraphQLObjectType):
        raise PlanError(f"{name} is no object type of the schema")
    return type_


def _same_key(row: Scope, key: Sequence[Column]) -> Sql:
    """The condition on another table that its primary key is in these columns of a row."""

    def written(other: Scope) -> str:
        pairs = zip(other.table.primary_key, key, strict=True)
        return " and ".join(f"{other.column(theirs)} = {row.column(ours)}" for theirs, ours in pairs)

    return written


def _one_of(found: GraphQLField) -> GraphQLField:
    """The field as if it gave one item of its list."""
    type_ = get_nullable_type(found.type)
    return GraphQLField(type_.of_type) if is_list_type(type_) else found
