"""How an operation's selections are spelled in SQL, remembered for the next time that it is asked.

What is remembered is text, never what a statement brought. A selection in which a variable has part is spelled anew
each time, and everything is remembered for one viewpoint: what a caller may see is written into the text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)
from graphql.execution.collect_fields import (
    CollectedFields,
    FieldDetailsList,
    FragmentDetails,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues

__all__ = ["Memory", "Spelling"]

MOST: Final = 500
"""Spellings of one memory; one more, and all are forgotten."""


@dataclass(frozen=True)
class Spelling:
    """The text of a selection, the parameters that it added, and the readings of tables."""

    text: str
    args: tuple[object, ...]
    tables: int


@dataclass
class Memory:
    """Of one operation, for one viewpoint and one value of each variable that a directive asks."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    is_left_to_python: bool = False
    """Whether it has been seen that the database alone cannot answer."""
    _groups: dict[tuple[int, str], CollectedFields] = field(default_factory=dict)
    _spellings: dict[tuple[object, ...], Spelling] = field(default_factory=dict)
    _arguments: dict[int, dict[str, Any]] = field(default_factory=dict)
    _is_fixed: dict[int, bool] = field(default_factory=dict)

    def root(self, variables: VariableValues, type_: GraphQLObjectType) -> CollectedFields:
        """The root fields, merged; kept, so that what is below them can be known again."""
        known = self._groups.get((0, type_.name))
        if known is None:
            found = collect_fields(self.schema, self._details(), variables, type_, self.operation)
            known = self._groups[0, type_.name] = found
        return known

    def below(
        self, variables: VariableValues, type_: GraphQLObjectType, details: FieldDetailsList
    ) -> CollectedFields:
        """The fields below; `details` come from here and are kept here, so that their identity says which they are."""
        key = (id(details), type_.name)
        known = self._groups.get(key)
        if known is None:
            found = collect_subfields(self.schema, self._details(), variables, self.operation, type_, details)
            known = self._groups[key] = found
        return known

    def arguments(self, details: FieldDetailsList) -> dict[str, Any] | None:
        """The arguments of a field, where they have been read before and no variable has part in them."""
        return self._arguments.get(id(details))

    def keep_arguments(self, details: FieldDetailsList, found: dict[str, Any]) -> None:
        """Keeps them, where no variable has part in them."""
        if not any(_has_variable(each.value) for each in details[0].node.arguments or ()):
            self._arguments[id(details)] = found

    def spelling(self, key: tuple[object, ...]) -> Spelling | None:
        """What was kept under the key."""
        return self._spellings.get(key)

    def keep_spelling(self, key: tuple[object, ...], spelling: Spelling) -> None:
        """Keeps it."""
        if len(self._spellings) >= MOST:
            self._spellings.clear()
        self._spellings[key] = spelling

    def is_fixed(self, details: FieldDetailsList) -> bool:
        """Whether no variable has part in what is selected below."""
        known = self._is_fixed.get(id(details))
        if known is None:
            known = all(self._is_free(each.node.selection_set) for each in details)
            self._is_fixed[id(details)] = known
        return known

    def _is_free(self, selections: SelectionSetNode | None) -> bool:
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode) and any(
                _has_variable(each.value) for each in node.arguments or ()
            ):
                return False
            inner = node.selection_set if isinstance(node, FieldNode | InlineFragmentNode) else None
            if isinstance(node, FragmentSpreadNode):
                inner = self.fragments[node.name.value].selection_set
            if not self._is_free(inner):
                return False
        return True

    def _details(self) -> dict[str, FragmentDetails]:
        return {name: FragmentDetails(each) for name, each in self.fragments.items()}


def _has_variable(value: ValueNode) -> bool:
    if isinstance(value, VariableNode):
        return True
    if isinstance(value, ListValueNode):
        return any(_has_variable(each) for each in value.values)
    return isinstance(value, ObjectValueNode) and any(_has_variable(each.value) for each in value.fields)
