"""Every place of the schema that takes a value of some kind, and an operation that reaches it.

The places are read from the schema, so that a new argument is tried without anybody thinking of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_required_argument,
    is_required_input_field,
)

from api.graphql.door.operations import core_schema
from api.graphql.schema import schema

from .conftest import Ask, member
from .small import Small

Path = tuple[str, ...]
Ids = Mapping[str, str]

CORE: Final = core_schema(schema())
KINDS: Final = {
    "partnership": "Partnership",
    "scenario": "ReallocationScenario",
    "move": "Move",
    "funder": "Funder",
    "funders": "Funder",
    "also": "Funder",
    "investment": "Investment",
    "countedAsMatchFor": "Investment",
    "protect": "PopulationGroup",
    "practice": "Practice",
    "practices": "Practice",
    "organization": "Organization",
    "organizations": "Organization",
    "donor": "Organization",
    "donors": "Organization",
    "source": "Organization",
    "recipients": "Organization",
    "outcome": "Outcome",
    "outcomes": "Outcome",
    "population": "PopulationGroup",
    "populations": "PopulationGroup",
    "reference": "PopulationGroup",
    "area": "Area",
    "areas": "Area",
    "indicator": "Indicator",
    "indicators": "Indicator",
    "position": "StaffPosition",
    "inKind": "InKindResource",
    "inKindResource": "InKindResource",
    "obligation": "Obligation",
    "id": "Investment",
    **dict.fromkeys(("investments", "fundedFrom", "paidFrom", "renewalOf"), "Investment"),
    **dict.fromkeys(
        ("decidedBy", "duplicates", "fiscalAgent", "owner", "owners", "recipient"), "Organization"
    ),
    "intersectionOf": "PopulationGroup",
    "parent": "Area",
    "from": "ReallocationScenario",
    "movement": "InKindMovement",
    "order": "PopulationGroup",
    "other": "ReallocationScenario",
}
ROWS: Final = {
    "ReallocationScenario": "scenario",
    "Move": "move",
    "Funder": "hill-funder",
    "Investment": "award",
    "Practice": "tutoring",
    "Organization": "hill",
    "Outcome": "reading",
    "PopulationGroup": "black",
    "Area": "city",
    "Indicator": "grade3",
}
MAKES: Final = {
    "StaffPosition": """recordStaffPosition(input: {partnership: "%(Partnership)s", idempotencyKey: "p", title: "x",
      role: FACILITATOR, fullTimeEquivalent: "1", annualCost: {amount: "1", currency: "USD"}, funding: []})
      { made: staffPosition { id } userErrors { message field } }""",
    "InKindResource": """recordInKindResource(input: {partnership: "%(Partnership)s", idempotencyKey: "i",
      donor: "%(Organization)s", kind: TIME, description: "x", quantity: "1", unit: HOUR})
      { made: inKindResource { id } userErrors { message field } }""",
    "InKindMovement": """recordInKindMovement(input: {inKindResource: "%(InKindResource)s", idempotencyKey: "m",
      kind: RECEIPT, quantity: "0.5", occurredOn: "2100-01-01"})
      { made: inKindMovement { id } userErrors { message field } }""",
    "Obligation": """recordObligation(input: {investment: "%(Investment)s", idempotencyKey: "o", kind: REPORT,
      title: "x", dueOn: "2026-01-01"}) { made: obligation { id } userErrors { message field } }""",
}
NEEDED: Final = ("Partnership", "Organization", "Investment", "InKindResource")
SAMPLES: Final[Mapping[str, object]] = {
    "String": "x",
    "Int": 2027,
    "Float": 0.5,
    "Boolean": True,
    "Decimal": "1",
    "Date": "2026-01-01",
    "DateTime": "2026-01-01T00:00:00Z",
}


@dataclass(frozen=True)
class Place:
    """One argument that takes ids: a field of a type, and the path to the id below its arguments."""

    parent: str
    field: str
    path: Path

    def __str__(self) -> str:
        return f"{self.parent}.{self.field}({'.'.join(self.path)})"


def places(*scalars: str) -> Iterator[Place]:
    """Every place of the schema that takes one of the scalars."""
    for name, type_ in sorted(CORE.type_map.items()):
        if isinstance(type_, GraphQLObjectType) and not name.startswith("__"):
            for field, found in type_.fields.items():
                for argument, entry in found.args.items():
                    for path in _paths(entry.type, (argument,), scalars):
                        yield Place(name, field, path)


def _paths(type_: GraphQLInputType, path: Path, scalars: tuple[str, ...]) -> Iterator[Path]:
    inner = get_named_type(type_)
    if inner.name in scalars:
        yield path
    elif isinstance(inner, GraphQLInputObjectType):
        for name, entry in inner.fields.items():
            yield from _paths(entry.type, (*path, name), scalars)


def literal(type_: GraphQLInputType, path: Path, rest: Path, own: Ids, tried: object) -> object:
    """A value of a type in which the id at `rest` is the one that is tried; what is not asked for is left out."""
    bare = get_nullable_type(type_)
    if is_list_type(bare):
        is_needed = path or isinstance(get_named_type(bare), GraphQLEnumType)
        return [literal(bare.of_type, path, rest, own, tried)] if is_needed else []
    inner = get_named_type(bare)
    if path == ("!",):
        return tried
    if inner.name == "ID":
        return own[KINDS[rest[-1]]]
    if isinstance(inner, GraphQLEnumType):
        return next(iter(inner.values))
    if isinstance(inner, GraphQLInputObjectType):
        return _object(inner, path, rest, own, tried)
    return "USD" if rest and rest[-1] == "currency" else SAMPLES[inner.name]


def _object(
    inner: GraphQLInputObjectType, path: Path, rest: Path, own: Ids, tried: object
) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, entry in inner.fields.items():
        is_on_the_way = bool(path) and path[0] == name
        if is_on_the_way or is_required_input_field(entry):
            ahead = (path[1:] or ("!",)) if is_on_the_way else ()
            found[name] = literal(entry.type, ahead, (*rest, name), own, tried)
    return found


def arguments(place: Place, own: Ids, tried: object) -> dict[str, object]:
    """The arguments of a field with the tried id in its place."""
    type_ = CORE.type_map[place.parent]
    assert isinstance(type_, GraphQLObjectType)
    found: dict[str, object] = {}
    for name, entry in type_.fields[place.field].args.items():
        is_on_the_way = place.path[0] == name
        if is_on_the_way or is_required_argument(entry):
            ahead = (place.path[1:] or ("!",)) if is_on_the_way else ()
            found[name] = literal(entry.type, ahead, (name,), own, tried)
    return found


def query(place: Place, own: Ids, tried: object) -> tuple[str, dict[str, object]]:
    """An operation that reaches the place, with the arguments as variables."""
    type_ = CORE.type_map[place.parent]
    assert isinstance(type_, GraphQLObjectType)
    field = type_.fields[place.field]
    values = arguments(place, own, tried)
    declared = ", ".join(f"${name}: {field.args[name].type}" for name in values)
    given = ", ".join(f"{name}: ${name}" for name in values)
    asked = f"{place.field}({given}) {selection(get_named_type(field.type))}"
    if place.parent in ("Query", "Mutation", "Subscription"):
        return f"{place.parent.lower()} asked({declared}) {{ {asked} }}", values
    start = f'node(id: "{own[place.parent]}") {{ ... on {place.parent} {{ {asked} }} }}'
    return f"query asked({declared}) {{ {start} }}", values


def selection(type_: object) -> str:
    """What is asked of a type: everything that needs no arguments, two levels deep where there are errors or items."""
    if not isinstance(type_, GraphQLObjectType):
        return "{ __typename }" if hasattr(type_, "types") or hasattr(type_, "fields") else ""
    if "userErrors" in type_.fields:
        return "{ userErrors { field code message } }"
    if "nodes" in type_.fields:
        return "{ totalCount nodes { __typename } }"
    return "{ __typename }"


async def ids_of(ask: Ask, small: Small) -> dict[str, str]:
    """An id of each kind in a partnership."""
    found = {kind: small.global_id(kind, row) for kind, row in ROWS.items()}
    found["Partnership"] = f"Partnership:{small.partnership.id}"
    for kind, mutation in MAKES.items():
        text = mutation % {each: found[each] for each in NEEDED if each in found}
        answer = await ask(f"mutation {{ {text} }}", member(small))
        (payload,) = answer["data"].values()
        assert payload["userErrors"] == []
        found[kind] = payload["made"]["id"]
    return found
