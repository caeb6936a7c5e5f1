"""What the values of arguments are before graphql-core coerces them."""

import pytest
from graphql import OperationDefinitionNode, parse, parse_value

from api.graphql.door.sizes import Variables


def variables(text: str, **given: object) -> Variables:
    operation = parse(text).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return Variables.of(operation, given)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("7", 7),
        ("-1", -1),
        ("null", None),
        ('"7"', ...),
        ("7.5", ...),
        ("[7]", ...),
        ("{limit: 7, x: RED}", {"limit": 7, "x": ...}),
    ],
)
def test_a_literal_has_its_value(written: str, value: object) -> None:
    assert variables("{ x }").value(parse_value(written)) == value


def test_a_variable_has_what_was_given_or_else_its_default() -> None:
    found = variables("query($n: Int = 5, $m: Int = 6, $o: Int) { x }", n=1)
    assert [found.value(parse_value(name)) for name in ("$n", "$m", "$o", "$unknown")] == [1, 6, ..., ...]


def test_a_variable_given_as_null_is_null_and_not_its_default() -> None:
    assert variables("query($n: Int = 5) { x }", n=None).value(parse_value("$n")) is None


def test_a_variable_inside_an_object_is_followed() -> None:
    found = variables("query($n: Int) { x }", n=3)
    assert found.value(parse_value("{limit: $n}")) == {"limit": 3}


def test_without_an_operation_nothing_is_known() -> None:
    assert Variables.of(None, {}).value(parse_value("$n")) is ...
