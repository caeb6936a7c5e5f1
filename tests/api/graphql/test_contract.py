"""The schema keeps the public contract: names, arguments, defaults, nullability, enum values."""

from collections.abc import Iterator
from pathlib import Path

from graphql import (
    DefinitionNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    parse,
    print_ast,
)

from api.graphql.schema import print_schema

from .still_to_come import STILL_TO_COME

CONTRACT = Path(__file__).with_name("contract.graphql")
Said = dict[str, str]


def said_by(text: str) -> Said:
    """Each promise as a line: what is named, and what is said of it."""
    return {name: said for definition in parse(text).definitions for name, said in _promises(definition)}


def _promises(definition: DefinitionNode) -> Iterator[tuple[str, str]]:
    match definition:
        case ObjectTypeDefinitionNode() | InterfaceTypeDefinitionNode():
            own = definition.name.value
            yield own, definition.kind
            for interface in definition.interfaces or ():
                yield f"{own} implements {interface.name.value}", "yes"
            for field in definition.fields or ():
                yield from _field(own, field)
        case InputObjectTypeDefinitionNode():
            own = definition.name.value
            yield own, definition.kind
            for entry in definition.fields or ():
                yield f"{own}.{entry.name.value}", _input(entry)
        case EnumTypeDefinitionNode():
            own = definition.name.value
            yield own, definition.kind
            for value in definition.values or ():
                yield f"{own}.{value.name.value}", "value"
        case ScalarTypeDefinitionNode():
            yield definition.name.value, definition.kind


def _field(own: str, field: FieldDefinitionNode) -> Iterator[tuple[str, str]]:
    name = f"{own}.{field.name.value}"
    yield name, print_ast(field.type)
    for argument in field.arguments or ():
        yield f"{name}({argument.name.value})", _input(argument)


def _input(entry: InputValueDefinitionNode) -> str:
    default = f" = {print_ast(entry.default_value)}" if entry.default_value else ""
    return print_ast(entry.type) + default


def kept_and_broken() -> tuple[set[str], list[str]]:
    """The promises that are not there yet, and those that are kept otherwise than they were given."""
    promised, kept = said_by(CONTRACT.read_text()), said_by(print_schema())
    absent = {name for name in promised if name not in kept}
    broken = [
        f"{name}: {kept[name]} instead of {said}"
        for name, said in promised.items()
        if name in kept and kept[name] != said
    ]
    return absent, broken


def named(absent: set[str]) -> set[str]:
    """Absent promises without those that an absent type or field already tells."""
    return {
        name
        for name in absent
        if not any(
            name != other and name.startswith((f"{other}.", f"{other}(", f"{other} ")) for other in absent
        )
    }


def test_what_is_there_is_as_the_contract_says() -> None:
    assert kept_and_broken()[1] == []


def test_what_is_not_there_is_listed_and_nothing_else_is() -> None:
    absent = named(kept_and_broken()[0])
    assert sorted(absent - STILL_TO_COME) == [], "broken promises"
    assert sorted(STILL_TO_COME - absent) == [], "kept in the meantime: take them off the list"


def test_the_comparison_sees_a_field_that_changes_its_type() -> None:
    before = said_by("type A { b(c: Int = 1): String! }")
    after = said_by("type A { b(c: Int = 2): String }")
    assert {name for name in before if before[name] != after[name]} == {"A.b", "A.b(c)"}
