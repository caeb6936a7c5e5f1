"""Names that outlive a database: a standing told in keys made of facts, so that equal facts give equal plans.

Row ids are made by chance. The plan's tie-break and the inputs' hash hang on ids, so the question is set out in
keys: a practice by its name, a group by its dimension and value, an award by what its publisher says of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from allocation.standing import Standing

Told = TypeVar("Told")
Sets = dict[frozenset[object], frozenset[object]]
ATOMS = frozenset({int, bool, type(None), date, datetime, Decimal, float})


def told_in_keys(standing: Standing, keys: Mapping[str, str]) -> Standing:
    """The same standing with each row id replaced by its key, in an order that the keys give.

    `keys` maps row ids to keys, each key once; `Standing.rows` maps them back. An id without a key stays.
    """
    told: Standing = _told(standing, keys, {})
    return replace(
        told,
        rows={key: row for row, key in keys.items()},
        practices=_in_order(told.practices),
        findings=_in_order(told.findings),
        investments=_in_order(told.investments),
    )


def _in_order(told: Sequence[Told]) -> tuple[Told, ...]:
    return tuple(sorted(told, key=lambda each: str(getattr(each, "id", ""))))


def _told(value: Any, keys: Mapping[str, str], sets: Sets) -> Any:  # Any: whatever a standing is made of
    """`sets` are those that were told before: thousands of restrictions bear the same lists."""
    kind = type(value)
    if kind is str:
        return keys.get(value, value)
    if kind in ATOMS:
        return value
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            name: told
            for name in value.__dataclass_fields__
            if (told := _told(was := getattr(value, name), keys, sets)) is not was
        }
        return replace(value, **changed) if changed else value
    if isinstance(value, Mapping):
        return {_told(key, keys, sets): _told(each, keys, sets) for key, each in value.items()}
    if isinstance(value, frozenset):
        if value not in sets:
            sets[value] = frozenset(_told(each, keys, sets) for each in value)
        return sets[value]
    if isinstance(value, list | tuple):
        return tuple([_told(each, keys, sets) for each in value])
    return value
