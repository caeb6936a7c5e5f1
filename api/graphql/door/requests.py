"""One GraphQL request as it arrives: strict JSON, then the four parameters of GraphQL over HTTP.

Sources: RFC 8259 (sections 4 and 8: names SHOULD be unique, text that is not Unicode is unpredictable);
GraphQL over HTTP (September 2025 draft), "Request Parameters".
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn

import orjson

from api.graphql.common.errors import Code, Refusal
from api.graphql.door.limits import LIMITS, Limits

__all__ = ["Request", "read_json", "read_request"]

_TOKENS: Final = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|$|\\$)|[\[{\]}]', re.DOTALL)


@dataclass(frozen=True)
class Request:
    """What is to be executed; `operation_name` None means the only operation."""

    query: str
    operation_name: str | None = None
    variables: Mapping[str, object] = field(default_factory=dict)
    extensions: Mapping[str, object] = field(default_factory=dict)


def read_json(body: bytes, limits: Limits = LIMITS) -> object:
    """The value of a JSON text in UTF-8.

    Raises Refusal BAD_REQUEST for anything that another reader might read differently: bytes that are not
    UTF-8, NaN and Infinity, numbers beyond a double, a name given twice, half a surrogate pair, U+0000;
    and TOO_COSTLY for nesting beyond the limit, before a parser recurses.
    """
    if _is_nested_deeper(body, limits.nesting):
        raise Refusal(Code.TOO_COSTLY, f"The JSON is nested more than {limits.nesting} deep.")
    try:
        value = json.loads(
            body.decode(), object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite
        )
        if b"\\u" in body:
            orjson.loads(body)  # refuses half a surrogate pair, which the standard library lets pass
            _refuse_nul(value)
    except (ValueError, RecursionError) as fault:
        raise Refusal(Code.BAD_REQUEST, "The body is not JSON in UTF-8.") from fault
    return value


def read_request(value: object) -> Request:
    """The request in a JSON value; raises Refusal BAD_REQUEST with what is wrong."""
    if isinstance(value, list):
        raise Refusal(Code.BAD_REQUEST, "Send one operation at a time; a list of them is not taken.")
    if not isinstance(value, dict):
        raise Refusal(Code.BAD_REQUEST, "The body is a JSON object with the parameter `query`.")
    query = value.get("query")
    if not isinstance(query, str) or not query.strip():
        raise Refusal(Code.BAD_REQUEST, "The parameter `query` holds the document, as text.")
    name = value.get("operationName")
    if name is not None and not isinstance(name, str):
        raise Refusal(Code.BAD_REQUEST, "The parameter `operationName` is text.")
    return Request(query, name, _object(value, "variables"), _object(value, "extensions"))


def _object(value: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = value.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise Refusal(Code.BAD_REQUEST, f"The parameter `{name}` is an object.")
    return found


def _is_nested_deeper(body: bytes, most: int) -> bool:
    if body.count(b"{") + body.count(b"[") <= most:
        return False
    depth = 0
    for found in _TOKENS.finditer(body):
        if found[0] in (b"{", b"["):
            depth += 1
            if depth > most:
                return True
        elif found[0] in (b"}", b"]"):
            depth -= 1
    return False


def _unique(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refusal(Code.BAD_REQUEST, "An object in the body gives the same name twice.")
    return found


def _no_constant(name: str) -> NoReturn:
    raise Refusal(Code.BAD_REQUEST, f"{name} is not a number in JSON.")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Refusal(Code.BAD_REQUEST, "A number in the body is too large.")
    return number


def _refuse_nul(value: object) -> None:
    if isinstance(value, str) and "\x00" in value:
        raise Refusal(Code.BAD_REQUEST, "Text cannot hold the character U+0000.")
    if isinstance(value, dict):
        for name, inner in value.items():
            _refuse_nul(name)
            _refuse_nul(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_nul(inner)
