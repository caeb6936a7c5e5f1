"""How many objects a field can bring: read from the schema once, and from a field's arguments at each use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    IntValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from api.graphql.common.errors import Code, refused
from api.graphql.door.limits import Limits

__all__ = ["Sizes", "Variables"]

_ITEMS: Final = frozenset({"nodes", "edges", "rows"})
Fielded = GraphQLObjectType | GraphQLInterfaceType


def is_list(type_: GraphQLOutputType) -> bool:
    """Whether a field of this type brings many."""
    return is_list_type(get_nullable_type(type_))


@dataclass(frozen=True)
class Variables:
    """The values that the variables of one operation take: those given, else the defaults in the document."""

    given: Mapping[str, object]
    defaults: Mapping[str, ValueNode]

    @classmethod
    def of(cls, operation: OperationDefinitionNode | None, given: Mapping[str, object]) -> "Variables":
        """Those of `operation`; without one, nothing is known of any variable."""
        definitions = operation.variable_definitions if operation else ()
        defaults = {d.variable.name.value: d.default_value for d in definitions or () if d.default_value}
        return cls(given, defaults)

    def value(self, node: ValueNode) -> object:
        """A whole number, None for null, a mapping for an object, `...` for anything else or unknown."""
        if isinstance(node, VariableNode):
            name = node.name.value
            if name in self.given:
                return self.given[name]
            return self.value(self.defaults[name]) if name in self.defaults else ...
        if isinstance(node, IntValueNode):
            return int(node.value)
        if isinstance(node, ObjectValueNode):
            return {part.name.value: self.value(part.value) for part in node.fields}
        return None if isinstance(node, NullValueNode) else ...


@dataclass(frozen=True)
class Sizes:
    """What the schema says of lists: which fields take `first` or `limit`, which types are only wrapping."""

    limits: Limits
    paged: frozenset[str] = field(default_factory=frozenset)
    weightless: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, schema: GraphQLSchema, limits: Limits) -> "Sizes":
        """A type reached by a field with `first` or `limit` that is itself no list is a wrapping."""
        paged: set[str] = set()
        weightless = set(limits.weightless)
        for type_ in schema.type_map.values():
            if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
                continue
            for found in type_.fields.values():
                inner = get_named_type(found.type)
                if _paging(found) is None or is_list(found.type) or not isinstance(inner, GraphQLObjectType):
                    continue
                paged.add(inner.name)
                weightless.add(inner.name)
                if "edges" in inner.fields:
                    weightless.add(get_named_type(inner.fields["edges"].type).name)
        return cls(limits, frozenset(paged), frozenset(weightless))

    def weight(self, type_name: str) -> int:
        """Objects that one value of the type is."""
        return 0 if type_name in self.weightless else 1

    def count(self, parent: str, found: GraphQLField, node: FieldNode, variables: Variables) -> int:
        """The most items that this use of a field brings; one where it is no list."""
        paging = _paging(found)
        if paging is None:
            if not is_list(found.type):
                return 1
            if parent in self.paged and node.name.value in _ITEMS:
                return 1  # counted where the wrapping was asked for
            return self._bounded(parent, node, self.limits.list_size, least=True)
        asked = _asked(found, node, paging, variables)
        return self._bounded(parent, node, self._within(asked, paging[-1], node))

    def _bounded(self, parent: str, node: FieldNode, size: int, *, least: bool = False) -> int:
        bound = self.limits.bounds.get(f"{parent}.{node.name.value}")
        if bound is None:
            return size
        return bound if least else min(size, bound)

    def _within(self, asked: object, name: str, node: FieldNode) -> int:
        least, most = (0, self.limits.first) if name == "first" else (1, self.limits.rows)
        if not isinstance(asked, int) or isinstance(asked, bool):
            return most
        if not least <= asked <= most:
            raise refused(Code.INVALID, f"`{name}` must be between {least} and {most:,}.", [node])
        return asked


def _paging(found: GraphQLField) -> tuple[str, ...] | None:
    """Where a field takes its size from: ("first",), or ("input", "limit") inside an input object."""
    if "first" in found.args:
        return ("first",)
    for name, argument in found.args.items():
        inner = get_named_type(argument.type)
        if isinstance(inner, GraphQLInputObjectType) and "limit" in inner.fields:
            return (name, "limit")
    return None


def _asked(found: GraphQLField, node: FieldNode, paging: tuple[str, ...], variables: Variables) -> object:
    """The size in the document or its variables, else the schema's default, else `...`."""
    given: ArgumentNode | None = next((a for a in node.arguments or () if a.name.value == paging[0]), None)
    value = variables.value(given.value) if given else ...
    if len(paging) > 1 and isinstance(value, Mapping):
        value = value.get(paging[1], ...)
    if value is not ...:
        return value
    return _default(found, paging)


def _default(found: GraphQLField, paging: tuple[str, ...]) -> object:
    argument: GraphQLArgument | GraphQLInputField = found.args[paging[0]]
    inner = get_named_type(argument.type)
    if len(paging) > 1 and isinstance(inner, GraphQLInputObjectType):
        argument = inner.fields[paging[1]]
    if argument.default is None:
        return argument.default_value  # where strawberry keeps it; Undefined is no number
    literal = argument.default.literal
    return argument.default.value if literal is None else Variables({}, {}).value(literal)
