"""Answers that PostgreSQL gives whole: each root field is one statement, whose spelling is remembered.

A query is answered so where all of its root fields are rows and nothing in them is left to Python. Whatever else there
is (changes, computed fields, refusals, a null that its type forbids) is graphql-core's to tell: then nothing is
answered here, and the executor begins at the beginning, in the same transaction.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Protocol

import orjson
import strawberry
from graphql import (
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    is_non_null_type,
    visit,
)
from graphql.execution.collect_fields import CollectedFields, FieldDetailsList
from graphql.execution.values import VariableValues, get_variable_values

from api.graphql.common.errors import Refusal
from api.graphql.lookahead.compiler import Compiler
from api.graphql.lookahead.keyed import one_row
from api.graphql.lookahead.memory import Memory
from api.graphql.lookahead.places import ABSENT, PlaceField
from api.graphql.lookahead.plans import Plans
from api.graphql.lookahead.rows import Identified, Row, Rows
from api.graphql.lookahead.sql import Binder, spoken

__all__ = ["Asked", "Asking", "Direct", "direct"]

_MARK: Final = ABSENT.encode()
_NOTHING: Final = VariableValues({}, {})
Build = Callable[..., Any]
"""From a root field's arguments to what it is: Rows, Row, Identified or nothing."""
VIEWPOINTS: Final = 32
"""For which one operation is remembered at once."""


class Asking(Protocol):
    """What is asked of the operation's context."""

    @property
    def viewpoint(self) -> Hashable:
        """Contexts that are equal here may see the same; no plan asks them for more."""
        ...

    async def fetch(self, sql: str, args: Sequence[object]) -> bytes | None:
        """The one value of a statement."""
        ...


@dataclass
class Asked:
    """One operation of a document, and what is remembered of it."""

    document: DocumentNode
    operation: OperationDefinitionNode
    memories: OrderedDict[Hashable, Memory] = field(default_factory=OrderedDict)
    switches: tuple[str, ...] = ()
    """The variables that directives ask."""

    def __post_init__(self) -> None:
        self.switches = _switches(self.document)

    def memory(self, schema: GraphQLSchema, viewpoint: Hashable, variables: VariableValues) -> Memory:
        """What is remembered for a viewpoint; those asked for last are kept."""
        key = (viewpoint, *(variables.coerced.get(name) for name in self.switches))
        known = self.memories.get(key)
        if known is None:
            fragments = {
                each.name.value: each
                for each in self.document.definitions
                if isinstance(each, FragmentDefinitionNode)
            }
            known = self.memories[key] = Memory(schema, self.operation, fragments)
            if len(self.memories) > VIEWPOINTS:
                self.memories.popitem(last=False)
        self.memories.move_to_end(key)
        return known


@dataclass
class _Executing:
    """What the compiler asks of an executor, from memory."""

    schema: GraphQLSchema
    variable_values: VariableValues
    memory: Memory

    def collect_subfields(self, type_: GraphQLObjectType, details: FieldDetailsList) -> CollectedFields:
        return self.memory.below(self.variable_values, type_, details)


@dataclass(frozen=True)
class _Statement:
    """A root field's: its key in the answer, and whether it may be null."""

    key: str
    sql: str
    args: list[object]
    is_nullable: bool


class Direct:
    """The direct answers of one schema."""

    def __init__(self, schema: GraphQLSchema, plans: Plans) -> None:
        self._schema = schema
        self._plans = plans
        self._builds: dict[str, Build | None] = {}

    async def answer(
        self, asked: Asked, given: Mapping[str, object], context: Asking
    ) -> dict[str, Any] | None:
        """The answer's `data`, or None where it is not for the database alone to give."""
        if asked.operation.operation is not OperationType.QUERY:
            return None
        variables = self._coerced(asked.operation, given)
        if variables is None:
            return None
        memory = asked.memory(self._schema, context.viewpoint, variables)
        if memory.is_left_to_python:
            return None
        statements = self._statements(_Executing(self._schema, variables, memory), context)
        if statements is None:
            return None
        data: dict[str, Any] = {}
        for each in statements:
            try:
                text = await context.fetch(each.sql, each.args) if each.sql else None
            except Exception:  # asked once more by the executor, which tells it at its path
                return None
            if (text is None and not each.is_nullable) or _MARK in (text or b""):
                return None
            data[each.key] = None if text is None else orjson.Fragment(text)
        return data

    def _coerced(
        self, operation: OperationDefinitionNode, given: Mapping[str, object]
    ) -> VariableValues | None:
        if not operation.variable_definitions:
            return _NOTHING
        found = get_variable_values(self._schema, operation.variable_definitions, dict(given), max_errors=1)
        return None if isinstance(found, list) else found

    def _statements(self, executing: _Executing, context: Asking) -> list[_Statement] | None:
        root = self._schema.query_type
        assert root is not None  # noqa: S101 - the operation is a query, and was validated
        found = []
        for key, details in executing.memory.root(executing.variable_values, root).grouped_field_set.items():
            name = details[0].node.name.value
            build = self._build(root, name)
            if build is None:
                executing.memory.is_left_to_python = True
                return None
            try:
                statement = self._statement(
                    executing, context, PlaceField(key, root.fields[name], details), build
                )
            except (Refusal, GraphQLError):
                return None  # told at its path by the executor
            if statement is None:
                return None
            found.append(statement)
        return found

    def _statement(
        self, executing: _Executing, context: Asking, field: PlaceField, build: Build
    ) -> _Statement | None:
        compiler = Compiler(executing, self._plans, Binder(context), memory=executing.memory)
        rows = build(**compiler.arguments(field))
        if isinstance(rows, Identified):
            rows = self._plans.identified(self._schema, rows.text)
        is_nullable = not is_non_null_type(field.found.type)
        if rows is None:
            return _Statement(field.key, "", [], is_nullable)
        if isinstance(rows, Row):
            sql = one_row(compiler, rows.of, field.details, rows.key).sql
        elif isinstance(rows, Rows):
            sql = compiler.rows(field.found.type, field.details, rows).sql
        else:
            executing.memory.is_left_to_python = True
            return None
        if compiler.must_finish:
            executing.memory.is_left_to_python = compiler.is_left_to_python
            return None
        return _Statement(field.key, spoken(sql), compiler.binder.args, is_nullable)

    def _build(self, root: GraphQLObjectType, name: str) -> Build | None:
        """What says which rows a root field is, from its arguments alone; None for every other resolver."""
        if name not in self._builds:
            self._builds[name] = _builder(root.fields[name]) if name in root.fields else None
        return self._builds[name]


def _builder(found: GraphQLField) -> Build | None:
    declared = found.extensions.get("strawberry-definition")
    resolver = getattr(declared, "base_resolver", None)
    if resolver is None or resolver.is_async:
        return None
    if resolver.info_parameter or resolver.parent_parameter or resolver.root_parameter:
        return None
    function: Build = resolver.wrapped_func
    return partial(function, None) if resolver.self_parameter else function


def _switches(document: DocumentNode) -> tuple[str, ...]:
    """The variables in the arguments of directives."""
    finding = _Finding()
    visit(document, finding)
    return tuple(sorted(finding.names))


class _Finding(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        for each in node.arguments or ():
            if isinstance(each.value, VariableNode):
                self.names.add(each.value.name.value)


def direct(schema: strawberry.Schema) -> Direct | None:
    """The direct answers of a schema whose executor looks ahead; None for any other."""
    plans = vars(schema.execution_context_class).get("plans")
    return Direct(schema._schema, plans) if isinstance(plans, Plans) else None  # noqa: SLF001 - it has no public name
