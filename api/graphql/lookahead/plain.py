"""Lists of objects whose selected fields are plain attributes, written without asking a resolver for each leaf.

graphql-core completes each leaf by itself: a hundred months of four amounts are a thousand of them. What it would
make is made here in one pass; whatever is not plain, or goes wrong, is left to it, so that its errors are its own.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, Final, Protocol

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import CollectedFields, FieldDetailsList

__all__ = ["Write", "written_plainly"]

Write = Callable[[Any], Any]
"""The JSON of an object's attribute or of an object."""

DEFINITION: Final = "strawberry-definition"
TYPE_NAME: Final = "__typename"


class Collecting(Protocol):
    """What is asked of graphql-core's executor."""

    def collect_subfields(
        self, return_type: GraphQLObjectType, field_details_list: FieldDetailsList
    ) -> CollectedFields:
        """The fields that are selected below."""
        ...


class NotPlain(Exception):  # noqa: N818 - it says what a selection is
    """A selection that is more than attributes, or a value that its type forbids."""


def written_plainly(
    executor: Collecting, type_: GraphQLOutputType, details: FieldDetailsList
) -> Write | None:
    """Writes a list of this type as selected; None where that takes more than reading attributes.

    The writer raises NotPlain for a null that the type forbids.
    """
    inner = type_.of_type if is_non_null_type(type_) else type_
    if not is_list_type(inner):
        return None
    try:
        return _value(executor, inner, details)
    except NotPlain:
        return None


def _value(executor: Collecting, type_: GraphQLOutputType, details: FieldDetailsList) -> Write:
    if is_non_null_type(type_):
        return _required(_value(executor, type_.of_type, details))
    if is_list_type(type_):
        each = _value(executor, type_.of_type, details)
        return lambda value: None if value is None else [each(item) for item in value]
    if is_leaf_type(type_):
        leaf: Any = type_  # its own method, which the narrowed type does not tell
        coerce = leaf.coerce_output_value
        return lambda value: None if value is None else coerce(value)
    if is_object_type(type_):
        return _object(executor, type_, details)
    raise NotPlain


def _required(write: Write) -> Write:
    def written(value: Any) -> Any:
        found = write(value)
        if found is None:
            raise NotPlain
        return found

    return written


def _object(executor: Collecting, type_: GraphQLObjectType, details: FieldDetailsList) -> Write:
    selected, deferred, *_ = executor.collect_subfields(type_, details)
    if deferred:
        raise NotPlain
    fields = [
        (key, *_field(executor, type_, below[0].node.name.value, below)) for key, below in selected.items()
    ]

    def written(value: Any) -> Any:
        if value is None:
            return None
        return {key: write(read(value)) for key, read, write in fields}

    return written


def _field(
    executor: Collecting, type_: GraphQLObjectType, name: str, details: Sequence[Any]
) -> tuple[Write, Write]:
    """How the field's value is read from the object, and how it is written."""
    if name == TYPE_NAME:
        return (lambda _: type_.name), (lambda word: word)
    field: GraphQLField | None = type_.fields.get(name)
    if field is None or not getattr(field.resolve, "_is_default", False) or field.args:
        raise NotPlain
    attribute = field.extensions[DEFINITION].python_name
    return attrgetter(attribute), _value(executor, field.type, list(details))
