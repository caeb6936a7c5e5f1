"""JSON and NDJSON with the doors shut: no NaN, no doubled keys, no numbers or depths that run away.

Numbers become Decimal or int, exactly as written (RFC 8259 has neither NaN nor Infinity).
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from api.exchange.delimited import LONGEST_LINE
from api.exchange.errors import ReadError
from api.exchange.files import Source, check_encoding, text_stream
from api.exchange.report import Example, ImportReport

MOST_DEPTH = 60
LONGEST_NUMBER = 40
MOST_EXPONENT = 30
# A text left open goes to the end, so that none of its characters is looked at twice.
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
EXPONENT = re.compile(r"[eE]([+-]?[0-9]+)")
Tree = object


@dataclass(frozen=True, slots=True)
class Refused:
    """Stands in a tree for what cannot be taken over."""

    sentence: str


def read_json(source: Source) -> Tree:
    """A JSON file's content. ReadError names the line of a fault in form, or the path of one in content."""
    check_encoding(source, "utf-8-sig")
    with text_stream(source, "utf-8-sig") as stream:
        text = stream.read()
    try:
        tree = _parsed(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ReadError(source.name, place, f"this is not JSON ({error.msg})") from error
    except _TooDeepError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ReadError(source.name, f"line {line}", f"more than {MOST_DEPTH} levels are nested") from error
    for path, refused in refusals(tree):
        raise ReadError(source.name, path, refused.sentence)
    return tree


def read_ndjson(source: Source, report: ImportReport) -> Iterator[tuple[int, Tree]]:
    """One JSON document a line, with the line's number; a line that is not JSON is rejected."""
    check_encoding(source, "utf-8-sig")
    with text_stream(source, "utf-8-sig") as stream:
        number = 0
        while line := stream.readline(LONGEST_LINE + 1):
            number += 1
            if len(line) > LONGEST_LINE:
                sentence = f"the line is longer than {LONGEST_LINE} characters"
                raise ReadError(source.name, f"line {number}", sentence)
            if not line.strip():
                continue
            report.read += 1
            fault = None
            try:
                tree = _parsed(line)
                fault = next((f"{path}: {refused.sentence}" for path, refused in refusals(tree)), None)
            except json.JSONDecodeError as error:
                fault = f"column {error.colno}: {error.msg}"
            except _TooDeepError:
                fault = f"more than {MOST_DEPTH} levels are nested"
            if fault is None:
                yield number, tree
            else:
                report.reject("not-json", "a line is not one JSON document", Example(number, None, fault))


def refusals(tree: Tree, path: str = "") -> Iterator[tuple[str, Refused]]:
    """Every refused place of a tree with its path, like grants/3/amountAwarded."""
    match tree:
        case Refused():
            yield path, tree
        case dict():
            for key, inner in tree.items():
                yield from refusals(inner, f"{path}/{key}".lstrip("/"))
        case list():
            for position, inner in enumerate(tree):
                yield from refusals(inner, f"{path}/{position}".lstrip("/"))


class _TooDeepError(Exception):
    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


def _parsed(text: str) -> Tree:
    _check_depth(text)
    return _DECODER.decode(text)


def _check_depth(text: str) -> None:
    depth = 0
    for token in TOKEN.finditer(text):
        match token[0][0]:
            case "[" | "{":
                depth += 1
                if depth > MOST_DEPTH:
                    raise _TooDeepError(token.start())
            case "]" | "}":
                depth -= 1


def _fraction(written: str) -> Decimal | Refused:
    exponent = EXPONENT.search(written)
    if len(written) > LONGEST_NUMBER or (exponent and abs(int(exponent[1])) > MOST_EXPONENT):
        return Refused(f"the number {written[:LONGEST_NUMBER]} is too long or too large")
    return Decimal(written)


def _integer(written: str) -> int | Refused:
    if len(written) > LONGEST_NUMBER:
        return Refused(f"the number {written[:LONGEST_NUMBER]} is too long")
    return int(written)


def _constant(written: str) -> Refused:
    return Refused(f"{written} is not a number of JSON")


def _object(pairs: list[tuple[str, Tree]]) -> Tree:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    twin = Counter(key for key, _ in pairs).most_common(1)[0][0]
    return Refused(f"the key {twin!r} stands twice")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=_fraction,
    parse_int=_integer,
    parse_constant=_constant,
)
