"""Documents as text: refused where nested too deeply, parsed and validated once, remembered by their text."""

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
    parse,
    specified_rules,
    type_from_ast,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from api.graphql.common.errors import Code, refused
from api.graphql.door.guard import Guard, selected
from api.graphql.door.limits import LIMITS, Limits
from api.graphql.lookahead import Asked

__all__ = ["Documents", "Prepared", "is_nested_deeper"]

_RULES: Final = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
_BRACKETS: Final = re.compile(
    # No two alternatives match at one place, and what ends a string always does: nothing is tried twice.
    # (Possessive quantifiers would say so, but CPython before 3.11.4 loses its place in them.)
    r'"""(?:[^"\\]|\\"""|\\(?!""")|"(?!""))*(?:"""|$)'  # a block string
    r'|"(?:[^"\\\n]|\\.)*(?:"|$|\n|\\$)'  # a string
    r"|#[^\n]*"  # a comment
    r"|[\[{(]|[\]})]",
    re.DOTALL,
)
_NUL: Final = re.compile(r"\\u(?:0000|\{0+\})|\x00")
_OPENING: Final = frozenset("[{(")


def is_nested_deeper(text: str, most: int) -> bool:
    """Whether brackets outside strings and comments nest more than `most` deep; linear in the length."""
    if sum(text.count(bracket) for bracket in _OPENING) <= most:
        return False
    depth = 0
    for found in _BRACKETS.finditer(text):
        token = found[0]
        if token in _OPENING:
            depth += 1
            if depth > most:
                return True
        elif token in ("]", "}", ")"):
            depth -= 1
    return False


@dataclass(frozen=True)
class Prepared:
    """A document that may be executed, its operation, and the most objects that it can bring."""

    asked: Asked
    cost: int

    @property
    def document(self) -> DocumentNode:
        """The whole document."""
        return self.asked.document

    @property
    def is_subscription(self) -> bool:
        """Whether there will be several answers."""
        return self.asked.operation.operation is OperationType.SUBSCRIPTION


@dataclass
class _Measured:
    """An operation, and how many objects it can bring for values of its variables that say how many."""

    asked: Asked
    sizes: tuple[str, ...]
    costs: dict[tuple[object, ...], int] = field(default_factory=dict)

    def key(self, variables: Mapping[str, object], *, may_introspect: bool) -> tuple[object, ...] | None:
        """What the cost depends on; None where a value is an object, whose parts are looked at each time."""
        values = [variables.get(name, ...) for name in self.sizes]
        if any(isinstance(value, Mapping) for value in values):
            return None
        # what is no whole number counts as much as may be asked for, whatever it is
        plain = [value if type(value) is int or value is ... else None for value in values]
        return may_introspect, *plain


@dataclass
class _Known:
    document: DocumentNode
    is_valid: bool = False
    operations: dict[str | None, _Measured] = field(default_factory=dict)


@dataclass
class Documents:
    """The parsed documents of one schema by text: those used last, bounded in number and in text."""

    schema: GraphQLSchema
    limits: Limits = LIMITS
    guard: Guard = field(init=False)
    _known: OrderedDict[str, _Known] = field(default_factory=OrderedDict)
    _bytes: int = 0

    def __post_init__(self) -> None:
        self.guard = Guard(self.schema, self.limits)

    def __len__(self) -> int:
        return len(self._known)

    def prepare(
        self,
        text: str,
        operation_name: str | None,
        variables: Mapping[str, object],
        *,
        may_introspect: bool,
    ) -> Prepared | list[GraphQLError]:
        """The document ready to execute, or why it is not: limits first, then validation."""
        try:
            known = self._parsed(text)
            asked, cost = self._measured(known, operation_name, variables, may_introspect=may_introspect)
        except GraphQLError as error:
            self._forget_unless_valid(text)
            return [error]
        if not known.is_valid:
            errors = validate(
                self.schema, known.document, _RULES, max_errors=self.limits.errors, hide_suggestions=True
            )
            if errors:
                self._forget_unless_valid(text)
                return errors
            known.is_valid = True
        return Prepared(asked, cost)

    def _measured(
        self,
        known: _Known,
        operation_name: str | None,
        variables: Mapping[str, object],
        *,
        may_introspect: bool,
    ) -> tuple[Asked, int]:
        """The operation and its cost, counted once for all requests whose values are the same where it matters."""
        measured = known.operations.get(operation_name)
        if measured is None:
            operation = selected(known.document, operation_name)
            measured = _Measured(Asked(known.document, operation), self._sizes(operation))
            known.operations[operation_name] = measured
        key = measured.key(variables, may_introspect=may_introspect)
        cost = measured.costs.get(key) if key else None
        if cost is None:
            operation = measured.asked.operation
            cost = self.guard.check(known.document, operation, variables, may_introspect=may_introspect)
            if key and len(measured.costs) < self.limits.documents:
                measured.costs[key] = cost
        return measured.asked, cost

    def _sizes(self, operation: OperationDefinitionNode) -> tuple[str, ...]:
        """The variables that may say how many: whole numbers, and objects that hold them."""
        found = []
        for each in operation.variable_definitions or ():
            type_ = type_from_ast(self.schema, each.type)
            named = get_named_type(type_) if type_ else None
            if named is None or named.name == "Int" or isinstance(named, GraphQLInputObjectType):
                found.append(each.variable.name.value)
        return tuple(found)

    def _parsed(self, text: str) -> _Known:
        known = self._known.get(text)
        if known is not None:
            self._known.move_to_end(text)
            return known
        if is_nested_deeper(text, self.limits.nesting):
            raise refused(Code.TOO_COSTLY, f"Brackets are nested more than {self.limits.nesting} deep.")
        if _NUL.search(text):
            raise refused(Code.INVALID, "A document cannot hold the character U+0000.")
        return self._remember(text, _Known(self._parse(text)))

    def _parse(self, text: str) -> DocumentNode:
        try:
            return parse(text, max_lexical_tokens=self.limits.tokens, max_comments=self.limits.comments)
        except GraphQLError as error:
            if "Parsing aborted" not in error.message:
                raise
            said = f"A document may have {self.limits.tokens:,} tokens and {self.limits.comments:,} comments."
            raise refused(Code.TOO_COSTLY, said) from error

    def _remember(self, text: str, known: _Known) -> _Known:
        size = len(text.encode())
        if size > self.limits.document_bytes:
            return known
        self._known[text] = known
        self._bytes += size
        while len(self._known) > self.limits.documents or self._bytes > self.limits.document_bytes:
            self._forget(next(iter(self._known)))
        return known

    def _forget_unless_valid(self, text: str) -> None:
        """Only what can be executed is worth its place: else refused documents of full size would fill it."""
        known = self._known.get(text)
        if known is not None and not known.is_valid:
            self._forget(text)

    def _forget(self, text: str) -> None:
        if self._known.pop(text, None) is not None:
            self._bytes -= len(text.encode())
