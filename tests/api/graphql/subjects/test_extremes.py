"""The ends of what a number, a day or a text may be: no place of the schema answers them with an exception of ours."""

from collections.abc import Iterator, Mapping
from typing import Final

import pytest

from .conftest import Ask, member
from .places import Ids, Place, ids_of, places, query
from .small import Small

EXTREMES: Final[Mapping[str, tuple[object, ...]]] = {
    "Date": ("0001-01-01", "9999-12-31", "1900-01-01", "2026-02-30"),
    "DateTime": ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
    "Decimal": ("-1e999", "99999999999999999999999999.99", "NaN", "1e-400"),
    "Int": (0, -1, 2**31 - 1, -(2**31)),
    "String": ("", "\N{RIGHT-TO-LEFT OVERRIDE}<b>'; --", "9" * 5000),
}


def tried() -> Iterator[tuple[Place, object]]:
    """Every value at what is read; at what is changed, and for texts, the values in turn: there are many places."""
    for kind, values in EXTREMES.items():
        for n, place in enumerate(places(kind)):
            if place.parent == "Mutation" or kind == "String":
                yield place, values[n % len(values)]
            else:
                yield from ((place, value) for value in values)


@pytest.fixture
async def own(ask: Ask, small: Small) -> Ids:
    return await ids_of(ask, small)


async def codes(ask: Ask, small: Small, operation: tuple[str, dict[str, object]]) -> list[str]:
    """The codes of the errors of one operation."""
    text, values = operation
    answer = await ask(text, member(small), **values)
    return [error["extensions"]["code"] for error in answer.get("errors", ())]


async def test_no_extreme_value_ends_in_an_exception(ask: Ask, small: Small, own: Ids) -> None:
    found, count = {}, 0
    for place, value in tried():
        if place.parent not in ("Query", "Mutation") and place.parent not in own:
            continue
        try:
            operation = query(place, own, value)
        except KeyError:  # it needs another row too, of a kind that is not here
            continue
        count += 1
        got = await codes(ask, small, operation)
        if "INTERNAL" in got:
            found[f"{place} {str(value)[:40]!r}"] = got
    assert found == {}, "\n".join(found)
    assert count > 400
