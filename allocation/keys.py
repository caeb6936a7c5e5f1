"""Names that outlive a database: a standing told in keys made of facts, so that equal facts give equal plans.

Row ids are made by chance. The plan's tie-break and the inputs' hash hang on ids, so the question is set out in
keys: a practice by its name, a group by its dimension and value, an award by what its publisher says of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from allocation.standing import Standing

Told = TypeVar("Told")


def told_in_keys(standing: Standing, keys: Mapping[str, str]) -> Standing:
    """The same standing with each row id replaced by its key, in an order that the keys give.

    `keys` maps row ids to keys, each key once; `Standing.rows` maps them back. An id without a key stays.
    """
    told: Standing = _told(standing, keys)
    return replace(
        told,
        rows={key: row for row, key in keys.items()},
        practices=_in_order(told.practices),
        findings=_in_order(told.findings),
        investments=_in_order(told.investments),
    )


def _in_order(told: Sequence[Told]) -> tuple[Told, ...]:
    return tuple(sorted(told, key=lambda each: str(getattr(each, "id", ""))))


def _told(value: Any, keys: Mapping[str, str]) -> Any:  # Any: whatever a standing is made of
    if isinstance(value, str):
        return keys.get(value, value) if type(value) is str else value
    if is_dataclass(value) and not isinstance(value, type):
        changed = {each.name: _told(getattr(value, each.name), keys) for each in fields(value)}
        same = all(changed[each.name] is getattr(value, each.name) for each in fields(value))
        return value if same else replace(value, **changed)
    if isinstance(value, Mapping):
        return {_told(key, keys): _told(each, keys) for key, each in value.items()}
    if isinstance(value, frozenset):
        return frozenset(_told(each, keys) for each in value)
    if isinstance(value, list | tuple):
        return tuple(_told(each, keys) for each in value)
    return value
