"""Every question that the schema allows of a partnership: each field once, lists whole, nothing left out silently."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

DEPTH = 7
LISTS, PARTS = "(first: 1000)", "(first: 100)"
MOMENTS = {"Alignment.asOf"}
"""Fields that tell when they were asked."""


def parted(schema: GraphQLSchema) -> frozenset[str]:
    """The types of the partnership's own lists, which a question of their own asks in full."""
    listed = (_node_of(get_named_type(each.type)) for each in _fields(schema, "Partnership").values())
    return frozenset(each.name for each in listed if isinstance(each, GraphQLObjectType) and _is_node(each))


@dataclass
class Questions:
    """Queries by the partnership's field. `arguments` are by Type.field: one or several ways to ask for it.

    A field that cannot be asked without arguments, and has none here, ends in a KeyError: it is to be attacked too.
    """

    schema: GraphQLSchema
    arguments: Mapping[str, list[str]]
    parts: frozenset[str] = field(init=False)
    asked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.parts = parted(self.schema)

    def of_partnership(self) -> dict[str, str]:
        """A query for each field of the partnership, of the slug in `$slug`."""
        fields = _fields(self.schema, "Partnership")
        return {
            name: f"query($slug: String!{_scenario(text)}) {{ partnership(slug: $slug) {{ {text} }} }}"
            for name, each in fields.items()
            if (text := " ".join(self._written("Partnership", name, each, ("Partnership",))))
        }

    def subscription(self, name: str, arguments: str) -> str:
        """A subscription to all of what it tells."""
        kind = get_named_type(_fields(self.schema, "Subscription")[name].type)
        inside = self._selected(kind, ("Subscription", kind.name))
        return f"subscription($id: ID!{_scenario(inside)}) {{ {name}({arguments}) {inside} }}"

    def _written(self, owner: str, name: str, each: GraphQLField, path: tuple[str, ...]) -> Iterator[str]:
        key, kind = f"{owner}.{name}", get_named_type(each.type)
        if key in MOMENTS:
            return
        inside = "" if is_leaf_type(kind) else self._selected(kind, (*path, kind.name))
        if inside == "{ }":
            return
        self.asked.add(key)
        for number, arguments in enumerate(self._ways(key, each)):
            alias = f"{name}{number}: " if number else ""
            yield f"{alias}{name}{arguments} {inside}"

    def _ways(self, key: str, each: GraphQLField) -> list[str]:
        if key in self.arguments:
            return self.arguments[key]
        needed = [name for name, one in each.args.items() if is_required_argument(one)]
        if needed:
            raise KeyError(f"{key} needs {needed}")
        return [(LISTS if key.startswith("Partnership.") else PARTS) if "first" in each.args else ""]

    def _selected(self, kind: GraphQLNamedType, path: tuple[str, ...]) -> str:
        if isinstance(kind, GraphQLInterfaceType):
            return "{ __typename id }"
        assert isinstance(kind, GraphQLObjectType), kind
        if kind.name.endswith("Connection"):
            node = _node_of(kind)
            count = "totalCount " if "totalCount" in kind.fields else ""
            return f"{{ {count}nodes {self._selected(node, (*path, node.name))} }}"
        is_deep = len(path) > DEPTH or kind.name in path[:-1]
        if is_deep or (kind.name in self.parts and len(path) > _top(path)):
            return "{ id }" if _is_node(kind) else "{ }"
        written = (
            text for name, each in kind.fields.items() for text in self._written(kind.name, name, each, path)
        )
        return f"{{ {' '.join(written)} }}"


def _scenario(text: str) -> str:
    """The variable that compares plans with another."""
    return ", $scenario: ID!" if "$scenario" in text else ""


def _top(path: tuple[str, ...]) -> int:
    """How long the path to what the partnership's own field lists is."""
    return 3 if len(path) > 1 and path[1].endswith("Connection") else 2


def _fields(schema: GraphQLSchema, name: str) -> Mapping[str, GraphQLField]:
    kind = schema.type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    fields: Mapping[str, GraphQLField] = kind.fields
    return fields


def _node_of(kind: GraphQLNamedType) -> GraphQLNamedType:
    """What a connection lists, or the type itself."""
    if isinstance(kind, GraphQLObjectType) and kind.name.endswith("Connection"):
        node: GraphQLNamedType = get_named_type(kind.fields["nodes"].type)
        return node
    return kind


def _is_node(kind: GraphQLObjectType) -> bool:
    return any(each.name == "Node" for each in kind.interfaces)
