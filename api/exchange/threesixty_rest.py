"""What a grant says beyond our own fields, kept as JSON so that a round trip loses nothing.

A person's name and number are not kept.
"""

import json
from datetime import date
from decimal import Decimal

from api.exchange import text as words
from api.exchange.codelists import REGRANT_TYPES
from api.exchange.errors import CellError
from api.exchange.threesixty_grants import Grant
from api.exchange.threesixty_shares import is_ours

TAKEN = ("id", "title", "description", "currency", "amountAwarded", "awardDate", "recipientIndividual")
TAKEN_INSIDE = {
    "fundingOrganization": ("id", "name"),
    "recipientOrganization": ("id", "name"),
    "plannedDates": ("startDate", "endDate"),
}
TAKEN_OF_EACH = ("id", "value", "currency", "transactionDate", "description")
TRANSACTIONS = ("commitmentTransaction", "disbursementTransaction")
MOST_EXACT_DIGITS = 15


def rest_of(grant: Grant) -> str | None:
    """The remaining tree as JSON with its lists in place; None where nothing remains.

    What our own fields hold is taken out of the grant's tree itself, which is of no use afterwards.
    """
    rest = grant.tree
    has_regrant_type = isinstance(rest.get("regrantType"), str) and rest["regrantType"] in REGRANT_TYPES
    for key in TAKEN:
        rest.pop(key, None)
    for key, parts in TAKEN_INSIDE.items():
        _drop(rest.get(key), parts, most=1)
    for key in TRANSACTIONS:
        _drop(rest.get(key), TAKEN_OF_EACH, most=None)
    _drop_programme(rest.get("grantProgramme"))
    listed = rest.get("classifications")
    if isinstance(listed, list):
        rest["classifications"] = [each for each in listed if not is_ours(each)]
    if has_regrant_type:
        del rest["regrantType"]
    kept = {key: value for key, value in rest.items() if not _is_hollow(value)}
    safe = _safe(kept, grant, ())
    return json.dumps(safe, ensure_ascii=False, sort_keys=True) if kept else None


def _drop(listed: object, parts: tuple[str, ...], most: int | None) -> None:
    if not isinstance(listed, list):
        return
    for each in listed[:most]:
        if isinstance(each, dict):
            for part in parts:
                each.pop(part, None)


def _drop_programme(listed: object) -> None:
    if isinstance(listed, list) and listed and isinstance(listed[0], dict):
        listed[0].pop("title" if listed[0].get("title") else "code", None)


def _is_hollow(value: object) -> bool:
    if isinstance(value, dict):
        return all(_is_hollow(inner) for inner in value.values())
    if isinstance(value, list):
        return all(_is_hollow(inner) for inner in value)
    return value is None or value == ""


def _safe(value: object, grant: Grant, path: tuple[str | int, ...]) -> object:
    match value:
        case dict():
            return {_text(str(k), grant, path): _safe(v, grant, (*path, str(k))) for k, v in value.items()}
        case list():
            return [_safe(inner, grant, (*path, position)) for position, inner in enumerate(value)]
        case str():
            return _text(value, grant, path)
        case date():
            return value.isoformat()
        case Decimal():
            return _number(value)
        case _:
            return value


def _text(written: str, grant: Grant, path: tuple[str | int, ...]) -> str:
    try:
        return words.prose(written)
    except CellError as fault:
        grant.wrong(fault.code, fault.sentence, written, *path)
        return ""


def _number(value: Decimal) -> float | str:
    digits = len(value.as_tuple().digits)
    return float(value) if digits <= MOST_EXACT_DIGITS else str(value)
