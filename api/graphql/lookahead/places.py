"""Where in the JSON of an answer Python still has something to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLField, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetailsList

from api.graphql.lookahead.sources import Computed

__all__ = ["ABSENT", "TYPE_KEY", "Hidden", "Place", "PlaceField", "Places"]

TYPE_KEY = "#"
"""The key of a row's type name where a place holds several types; no alias of GraphQL has this sign."""

ABSENT = "#absent"
"""Found in the text of an answer, it tells that there is a null which its type forbids; else nobody looks."""

Hidden = Mapping[str, tuple[str, Callable[[Any], Any]]]
"""What a computed field needs of its row: name -> (key in the JSON, from JSON to Python)."""


@dataclass
class PlaceField:
    """A field that is computed, refused, perhaps null against its type, or has such a field below it."""

    key: str
    found: GraphQLField
    details: FieldDetailsList
    below: "Places | None" = None
    computed: Computed | None = None
    needs: Hidden = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)  # as strawberry gives them to a resolver
    failure: Exception | None = None
    is_marked: bool = False
    """Whether ABSENT stands in the JSON where an object must be and is not."""


@dataclass
class Place:
    """All objects of one type under one selection."""

    type_: GraphQLObjectType
    fields: list[PlaceField] = field(default_factory=list)
    hidden: dict[str, str] = field(default_factory=dict)
    """Keys of columns that only Python needs, with their expressions; taken out of the answer."""


Places = dict[str, Place]
"""By type name; one entry unless the field is an interface."""
