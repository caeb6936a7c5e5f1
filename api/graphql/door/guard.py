"""Refuses documents that ask for too much, before validation and in time linear in what is looked at.

graphql-core's rule for overlapping fields compares every pair of equal response keys, and limiters that
expand fragments double their work with each level of nested fragments; so the limits come first, and what a
set of selections costs is remembered for as long as the document is measured.

A level is all selection sets that merge into one object of the answer (GraphQL specification, "Field
Selection Merging" and "CollectFields"), with the type each was written for; fragments are opened once in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
)

from api.graphql.common.errors import Code, refused
from api.graphql.door.limits import Limits
from api.graphql.door.sizes import Fielded, Sizes, Variables

__all__ = ["Guard", "selected"]


_HARMLESS: Final = frozenset({"name", "__typename"})


class Scope(NamedTuple):
    """A selection set and the type that its fields belong to; None where it is not known or not counted."""

    selections: SelectionSetNode
    type_: Fielded | None


Level = tuple[Scope, ...]


class Measure(NamedTuple):
    """What a level holds: levels of fields, aliases counted at each use, objects in the answer."""

    depth: int
    aliases: int
    cost: int


def selected(document: DocumentNode, operation_name: str | None) -> OperationDefinitionNode:
    """The operation to execute.

    Raises a refusal (INVALID) where there is none, none of that name, or several and no name.
    """
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    if operation_name is None:
        if len(operations) == 1:
            return operations[0]
        said = "Name one of the operations in `operationName`." if operations else "There is no operation."
        raise refused(Code.INVALID, said)
    for operation in operations:
        if operation.name and operation.name.value == operation_name:
            return operation
    raise refused(Code.INVALID, "There is no operation of this name in the document.")


@dataclass
class Guard:
    """The limits of one schema."""

    schema: GraphQLSchema
    limits: Limits
    sizes: Sizes = field(init=False)

    def __post_init__(self) -> None:
        self.sizes = Sizes.of(self.schema, self.limits)

    def check(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, object],
        *,
        may_introspect: bool,
    ) -> int:
        """The objects that `operation` can bring.

        Raises a refusal: TOO_COSTLY over a limit, INVALID for a `first` out of bounds, UNAUTHENTICATED for a
        look at the schema without sign-in.
        """
        measuring = _Measuring(self, document, Variables.of(operation, variables), may_introspect)
        measure = measuring.definition(operation, is_root=True)
        for other in document.definitions:
            # what is not executed is still validated, so its shape counts and its cost does not
            if other is not operation and isinstance(other, ExecutableDefinitionNode):
                measuring.definition(other, is_root=isinstance(other, OperationDefinitionNode))
        if measure.cost > self.limits.cost:
            said = (
                f"This asks for up to {measure.cost:,} objects; one request may ask for {self.limits.cost:,}."
            )
            raise refused(Code.TOO_COSTLY, f"{said} Ask for fewer with `first`.", [operation])
        return measure.cost


@dataclass
class _Measuring:
    """One walk over one document."""

    guard: Guard
    document: DocumentNode
    variables: Variables
    may_introspect: bool
    known: dict[tuple[tuple[int, int], ...], Measure] = field(default_factory=dict)
    visits: int = 0

    def __post_init__(self) -> None:
        self.limits = self.guard.limits
        self.fragments = {
            d.name.value: d for d in self.document.definitions if isinstance(d, FragmentDefinitionNode)
        }

    def definition(self, node: ExecutableDefinitionNode, *, is_root: bool) -> Measure:
        self._directives(node)
        level = (Scope(node.selection_set, self._root_type(node)),)
        measure = self.level(level, 1, is_root=is_root)
        if measure.aliases > self.limits.aliases:
            raise self._over("aliases", measure.aliases, self.limits.aliases, node)
        return measure

    def level(self, level: Level, depth: int, *, is_root: bool = False) -> Measure:
        key = tuple((id(scope.selections), id(scope.type_)) for scope in level)
        measure = self.known.get(key)
        if measure is None:
            if depth > self.limits.depth:
                raise self._over("levels of fields", depth, self.limits.depth, level[0].selections)
            measure = self._measured(level, depth, is_root=is_root)
            self.known[key] = measure
        if depth + measure.depth - 1 > self.limits.depth:
            raise self._over(
                "levels of fields", depth + measure.depth - 1, self.limits.depth, level[0].selections
            )
        return measure

    def _measured(self, level: Level, depth: int, *, is_root: bool) -> Measure:
        keys = self._opened(level)
        if is_root and len(keys) > self.limits.root_fields:
            raise self._over("root fields", len(keys), self.limits.root_fields, level[0].selections)
        depths, aliases, cost = 0, 0, 0
        for uses in keys.values():
            below = self._below(uses, depth)
            aliases += sum(1 for node, _ in uses if node.alias) + below.aliases
            depths = max(depths, below.depth)
            cost += max(self._cost(node, type_, below.cost) for node, type_ in uses)
        return Measure(depths + 1, aliases, cost)

    def _below(self, uses: Sequence[tuple[FieldNode, Fielded | None]], depth: int) -> Measure:
        inner = tuple(
            Scope(node.selection_set, self._inner(type_, node)) for node, type_ in uses if node.selection_set
        )
        return self.level(inner, depth + 1) if inner else Measure(0, 0, 0)

    def _opened(self, level: Level) -> dict[str, list[tuple[FieldNode, Fielded | None]]]:
        """The uses of each response key of a level, in document order, fragments opened."""
        keys: dict[str, list[tuple[FieldNode, Fielded | None]]] = {}
        spread: set[str] = set()
        rest = list(reversed(level))
        while rest:
            selections, type_ = rest.pop()
            for node in selections.selections:
                self._visit(node)
                if isinstance(node, FieldNode):
                    self._add(keys, node, type_)
                elif isinstance(node, InlineFragmentNode):
                    condition = node.type_condition.name.value if node.type_condition else None
                    rest.append(Scope(node.selection_set, self._named(condition) if condition else type_))
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                    spread.add(node.name.value)
                    fragment = self.fragments.get(node.name.value)
                    if fragment:
                        rest.append(Scope(fragment.selection_set, self._root_type(fragment)))
        return keys

    def _add(
        self, keys: dict[str, list[tuple[FieldNode, Fielded | None]]], node: FieldNode, type_: Fielded | None
    ) -> None:
        uses = keys.setdefault(node.alias.value if node.alias else node.name.value, [])
        uses.append((node, type_))
        if len(uses) > self.limits.same_key:
            raise self._over("uses of one response key", len(uses), self.limits.same_key, node)
        if not self.may_introspect and _is_introspection(node):
            raise refused(Code.UNAUTHENTICATED, "Sign in to read the schema, or read schema.graphql.", [node])

    def _visit(self, node: SelectionNode) -> None:
        self.visits += 1
        if self.visits > self.limits.visits:
            raise self._over("selections after its fragments", self.visits, self.limits.visits, node)
        self._directives(node)

    def _directives(self, node: SelectionNode | ExecutableDefinitionNode) -> None:
        count = len(node.directives or ())
        if count > self.limits.directives:
            raise self._over("directives in one place", count, self.limits.directives, node)

    def _cost(self, node: FieldNode, type_: Fielded | None, below: int) -> int:
        found = self._field(type_, node)
        if found is None or type_ is None:
            return below
        inner = get_named_type(found.type)
        count = self.guard.sizes.count(type_.name, found, node, self.variables)
        return count * (self.guard.sizes.weight(inner.name) + below) if node.selection_set else 0

    def _field(self, type_: Fielded | None, node: FieldNode) -> GraphQLField | None:
        return type_.fields.get(node.name.value) if type_ else None

    def _inner(self, type_: Fielded | None, node: FieldNode) -> Fielded | None:
        found = self._field(type_, node)
        return _fielded(get_named_type(found.type)) if found else None

    def _named(self, name: str) -> Fielded | None:
        """The type of this name; none for the types of introspection, which cost nothing."""
        return None if name.startswith("__") else _fielded(self.guard.schema.type_map.get(name))

    def _root_type(self, node: ExecutableDefinitionNode) -> Fielded | None:
        if isinstance(node, FragmentDefinitionNode):
            return self._named(node.type_condition.name.value)
        if isinstance(node, OperationDefinitionNode):
            return self.guard.schema.get_root_type(node.operation)
        return None

    def _over(self, what: str, count: int, most: int, node: Node) -> GraphQLError:
        said = f"This has {count:,} or more {what}; one request may have {most:,}."
        return refused(Code.TOO_COSTLY, said, [node])


def _is_introspection(node: FieldNode) -> bool:
    """Whether a field tells of the schema; that a name is a type's is no more than whoever asks has said.

    Clients of GraphQL over HTTP ask for `__type(name:) { name }` to see whether variables arrive.
    """
    if node.name.value != "__type":
        return node.name.value == "__schema"
    asked = node.selection_set.selections if node.selection_set else ()
    return not all(isinstance(each, FieldNode) and each.name.value in _HARMLESS for each in asked)


def _fielded(type_: object) -> Fielded | None:
    return type_ if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) else None
