"""Request bodies. Expected refusals follow RFC 8259 and the parameters of GraphQL over HTTP."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.graphql.common.errors import Code, Refusal
from api.graphql.door.requests import Request, read_json, read_request

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), inner)
    ),
    max_leaves=20,
)


@given(values)
def test_every_json_value_is_read_as_it_was_written(value: object) -> None:
    assert read_json(json.dumps(value).encode()) == value
    assert read_json(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e400}',
        b'{"a": 1, "a": 2}',
        b'{"b": {"a": 1, "\\u0061": 2}}',
        b'{"a": "\\ud800"}',
        b'{"a": "\\udc00 \\ud800"}',
        b'{"a": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'{"a": "\x00"}',
        b'{"a": "\xff"}',
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": 1}{"b": 2}',
        b'{"a": 1,}',
        b"{'a': 1}",
        b'{"a": 01}',
        b'{"not a',
        b"",
        b'{"a": ' + b"9" * 5000 + b"}",
        '{"a": 1}'.encode("utf-16"),
    ],
)
def test_what_another_reader_might_read_differently_is_refused(body: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        read_json(body)
    assert refusal.value.code is Code.BAD_REQUEST


def test_a_surrogate_pair_is_one_character() -> None:
    assert read_json(b'{"a": "\\ud83d\\ude00"}') == {"a": "\N{GRINNING FACE}"}


def test_forty_levels_pass_and_forty_one_do_not() -> None:
    assert read_json(b"[" * 40 + b"]" * 40)
    with pytest.raises(Refusal) as refusal:
        read_json(b"[" * 41 + b"]" * 41)
    assert refusal.value.code is Code.TOO_COSTLY


def test_depth_is_counted_and_not_the_number_of_brackets() -> None:
    assert read_json(b"[" + b"[]," * 99 + b"[]]") == [[]] * 100


def test_brackets_in_text_do_not_nest() -> None:
    assert read_json(json.dumps(["[" * 100 + '"\\"' + "{" * 100]).encode())


def test_the_four_parameters_are_read() -> None:
    read = read_request(
        {"query": "{x}", "operationName": "a", "variables": {"v": 1}, "extensions": {"e": 2}, "more": 3}
    )
    assert read == Request("{x}", "a", {"v": 1}, {"e": 2})


def test_null_parameters_are_as_if_left_out() -> None:
    read = read_request({"query": "{x}", "operationName": None, "variables": None, "extensions": None})
    assert read == Request("{x}")


@pytest.mark.parametrize(
    "value",
    [
        [{"query": "{x}"}],
        "query",
        None,
        {},
        {"query": None},
        {"query": 1},
        {"query": ["{x}"]},
        {"query": " "},
        {"query": "{x}", "operationName": 1},
        {"query": "{x}", "variables": []},
        {"query": "{x}", "variables": "{}"},
        {"query": "{x}", "extensions": 0},
    ],
)
def test_a_parameter_of_the_wrong_kind_is_a_bad_request(value: object) -> None:
    with pytest.raises(Refusal) as refusal:
        read_request(value)
    assert refusal.value.code is Code.BAD_REQUEST
