"""How each GraphQL type that is read from a table is read: the sources of its fields, declared or found."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)

from api.graphql.common.ids import read_id
from api.graphql.lookahead.joins import PlanError, join_of
from api.graphql.lookahead.relations import joins_of
from api.graphql.lookahead.rows import Row
from api.graphql.lookahead.sources import (
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
from api.graphql.lookahead.sql import Sql

__all__ = ["ConnectionPlan", "PlanError", "Plans", "TypePlan"]

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PAGE_FIELDS: Final = frozenset({"nodes", "edges", "pageInfo", "totalCount"})


def snake_case(name: str) -> str:
    """awardedOn -> awarded_on."""
    return _HUMP.sub("_", name).lower()


@dataclass(frozen=True)
class TypePlan:
    """A GraphQL object type, its table, and the sources of those fields that are not found by themselves.

    `visible(context)` is a condition on every row of the type, wherever it is reached.
    """

    name: str
    table: sa.Table
    fields: Mapping[str, Source] = field(default_factory=dict)
    visible: Callable[[Any], Sql | None] | None = None  # the context is the application's


@dataclass(frozen=True)
class ConnectionPlan:
    """What a connection type has besides `nodes`, `edges`, `pageInfo` and `totalCount`.

    Each source is an aggregate over all rows under the same filter, such as Value(lambda s: "count(*)").
    """

    name: str
    fields: Mapping[str, Value | Part]


class Plans:
    """All plans of one schema. Sources that are not declared are looked up once and kept."""

    def __init__(self, *plans: TypePlan | ConnectionPlan) -> None:
        self.types = {plan.name: plan for plan in plans if isinstance(plan, TypePlan)}
        self.connections = {plan.name: plan for plan in plans if isinstance(plan, ConnectionPlan)}
        self._found: dict[tuple[str, str], Source] = {}

    def plan(self, name: str) -> TypePlan:
        """The plan of a type; raises PlanError."""
        plan = self.types.get(name)
        if plan is None:
            raise PlanError(f"the type {name} has no plan, so its rows cannot be read")
        return plan

    def identified(self, schema: GraphQLSchema, text: str) -> Row | None:
        """The row of a Node by its global id; what is no id of ours is not there."""
        found = read_id(text)
        plan = self.types.get(found.type_name) if found else None
        type_ = schema.type_map.get(plan.name) if plan else None
        if found is None or plan is None or not isinstance(type_, GraphQLObjectType):
            return None
        is_node = any(each.name == "Node" for each in type_.interfaces)
        return (
            Row(plan.name, found.key) if is_node and len(found.key) == len(plan.table.primary_key) else None
        )

    def source(self, type_: GraphQLObjectType, name: str) -> Source:
        """The source of a field; raises PlanError where there is none."""
        known = self._found.get((type_.name, name))
        if known is None:
            known = self.plan(type_.name).fields.get(name)
            if known is None:  # a Column has no truth of its own
                known = self._find(type_, name)
            self._found[type_.name, name] = known
        return known

    def _find(self, type_: GraphQLObjectType, name: str) -> Source:
        table = self.plan(type_.name).table
        found = type_.fields[name]
        inner = get_named_type(found.type)
        if name == "id":
            return GlobalIdOf(type_.name)
        if (build := _resolver(found)) is not None:
            return Listed(build)
        column = table.c.get(snake_case(name))
        if column is not None and is_leaf_type(inner):
            return column
        if inner.name in self.types:
            if is_list_type(get_nullable_type(found.type)):
                return Many()
            if f"{snake_case(name)}_id" in table.c:
                return One(via=f"{snake_case(name)}_id")
        raise PlanError(f"{type_.name}.{name} has no source: there is no column or key of this name")

    def check(self, schema: GraphQLSchema) -> None:
        """Looks at every field of every planned type; raises PlanError with all that is wrong."""
        faults: list[str] = []
        for plan in self.types.values():
            type_ = schema.type_map.get(plan.name)
            if not isinstance(type_, GraphQLObjectType):
                faults.append(f"{plan.name} is no object type of the schema")
                continue
            faults += [
                f"{plan.name}.{name} is no field of the schema"
                for name in plan.fields.keys() - type_.fields.keys()
            ]
            for name, found in type_.fields.items():
                try:
                    self._check(plan, found, self.source(type_, name))
                except PlanError as fault:
                    faults.append(f"{plan.name}.{name}: {fault}")
        for connection in self.connections.values():
            if not isinstance(schema.type_map.get(connection.name), GraphQLObjectType):
                faults.append(f"{connection.name} is no object type of the schema")
            faults += [
                f"{connection.name}.{name} cannot be replaced"
                for name in _PAGE_FIELDS & connection.fields.keys()
            ]
        if faults:
            raise PlanError("\n".join(faults))

    def _check(self, plan: TypePlan, found: GraphQLField, source: Source) -> None:
        if isinstance(source, Guarded):
            source = source.source
        if isinstance(source, Computed):
            return
        inner = get_named_type(found.type)
        if isinstance(source, One | Many | Listed) and source.on is None:
            self._check_join(plan, found, source)
        element = source.element if isinstance(source, Items) else source
        if is_leaf_type(inner) != isinstance(element, sa.Column | Value | GlobalIdOf):
            raise PlanError("a leaf is read from a column or a Value, an object from anything else")
        if is_non_null_type(found.type) and self.may_be_null(plan.table, source, found, seen=True):
            raise PlanError("the field is not null, and its source may be")

    def _check_join(self, plan: TypePlan, found: GraphQLField, source: One | Many | Listed) -> None:
        target = self.target(found)
        if target is None:
            return
        joins_of(source, plan.table, target.table)

    def target(self, found: GraphQLField) -> TypePlan | None:
        """The plan of the rows that a field gives: of its type, or of its connection's nodes."""
        inner = get_named_type(found.type)
        if isinstance(inner, GraphQLObjectType) and "nodes" in inner.fields:
            inner = get_named_type(inner.fields["nodes"].type)
        return self.types.get(inner.name)

    def may_be_null(
        self, table: sa.Table, source: Source, found: GraphQLField, *, seen: bool = False
    ) -> bool:
        """Whether a row may have nothing here, as far as the metadata tells.

        A row that the caller may not see is nothing to him; with `seen`, he is taken to see all.
        """
        if isinstance(source, sa.Column):
            return bool(source.nullable)
        if isinstance(source, Value):
            return source.nullable
        if isinstance(source, Part):
            return source.present is not None
        if isinstance(source, One):
            target = self.target(found)
            if source.on or source.where or target is None or (target.visible and not seen):
                return True
            return not join_of(table, target.table, source.via).is_required
        return isinstance(source, Computed | Guarded) or not isinstance(
            source, GlobalIdOf | Many | Items | Listed | Spelled
        )


def _resolver(found: GraphQLField) -> Callable[..., Any] | None:
    """The resolver that a strawberry field was declared with; for a row it only says which rows."""
    declared = found.extensions.get("strawberry-definition")
    resolver = getattr(declared, "base_resolver", None)
    if resolver is None:
        return None
    if (
        resolver.self_parameter
        or resolver.parent_parameter
        or resolver.root_parameter
        or resolver.info_parameter
    ):
        raise PlanError("the resolver of a row's field takes only the field's arguments")
    function: Callable[..., Any] = resolver.wrapped_func
    return function
