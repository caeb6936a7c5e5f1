"""The arguments of a field below a row, as strawberry would give them to its resolver."""

from typing import Any, Protocol

from graphql import GraphQLError, GraphQLSchema
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.types.arguments import convert_arguments

from api.graphql.common.errors import Code, Refusal
from api.graphql.lookahead.places import PlaceField

__all__ = ["arguments_of"]


class Executing(Protocol):
    """What is asked of graphql-core's executor."""

    schema: GraphQLSchema
    variable_values: VariableValues


def arguments_of(executing: Executing, field: PlaceField) -> dict[str, Any]:
    """Input types as dataclasses, enums as members; raises Refusal INVALID for a value out of its type."""
    if not field.found.args:
        return {}
    details = field.details[0]
    try:
        values = get_argument_values(
            field.found, details.node, executing.variable_values, details.fragment_variable_values, True
        )
    except GraphQLError as error:
        raise Refusal(Code.INVALID, error.message) from error
    declared = field.found.extensions.get("strawberry-definition")
    if declared is None:
        return values
    owner = executing.schema._strawberry_schema  # type: ignore[attr-defined]  # noqa: SLF001 - strawberry's own link
    return convert_arguments(
        values,
        declared.arguments,
        scalar_registry=owner.schema_converter.scalar_registry,
        config=owner.config,
    )
