"""Clears protected numbers of a large table from close by: alternatives that change one corner of it alone.

If a number can be wide while every cell outside its surroundings stays where it is in some table that agrees
with everything published, then it can be wide. Such small programs do not share a cell, so one program holds
very many of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, identity, vstack

from allocation.disclosure.tables import ContradictionError, Floats, Known, Protection, Sum, Table

_SHORT_SUM = 16
_STEPS = 3
_ROOM = 4.0


def surroundings(table: Table, cells: Iterable[int], center: Floats, givers: int) -> frozenset[int]:
    """The cells a few sums away.

    A long sum (over areas) leads to its parent and, from the cells themselves, to those `givers` of its parts that
    have most to give; not to all of its parts.
    """
    near = set(cells)
    for each in _touching(table, near):
        if len(each.parts) > _SHORT_SUM:
            near |= _givers(table, each, center, givers)
    for _ in range(_STEPS):
        reached = set(near)
        for each in _touching(table, near):
            reached.add(each.parent)
            if len(each.parts) <= _SHORT_SUM:
                reached.update(each.parts)
        if reached == near:
            break
        near = reached
    return frozenset(near)


def _givers(table: Table, each: Sum, center: Floats, count: int) -> set[int]:
    """The parts with most members, counted or not, above what they are known to have."""

    def spare_of(part: int) -> float:
        size, counted = center[part], center[table.cell_count + part]
        low = table.known[part].size_low
        return float(size - low + min(counted, size - counted))

    return set(sorted(each.parts, key=spare_of, reverse=True)[:count])


def _touching(table: Table, cells: set[int]) -> Iterable[Sum]:
    places = {place for cell in cells for place in table.sums_of[cell]}
    return [table.sums[place] for place in sorted(places)]


def center_of(table: Table) -> Floats:
    """A table of counts that agrees with everything published and keeps off its bounds.

    Maximizes the sum, over all bounds of sizes and counts, of the room to the bound, up to a few members each;
    a parent's room counts for each of its parts, which all need it to move.
    Errors: ContradictionError.
    """
    rows, right = table.equalities
    low, high = table.bounds.T
    limits = csr_array(vstack([identity(len(low)), -identity(len(low)), table.inequalities]))
    margins = np.concatenate([high, -low, np.zeros(table.inequalities.shape[0])])
    rooms = limits.shape[0]
    worth = np.ones(rooms)
    for each in table.sums:
        for variable in (each.parent, table.cell_count + each.parent):
            worth[[variable, len(low) + variable]] += 2.0 * len(each.parts)
    answer = milp(
        np.concatenate([np.zeros(len(low)), -worth]),
        bounds=Bounds(np.concatenate([low, np.zeros(rooms)]), np.concatenate([high, np.full(rooms, _ROOM)])),
        constraints=[
            LinearConstraint(csr_array(hstack([rows, csr_array((len(right), rooms))])), right, right),
            LinearConstraint(csr_array(hstack([limits, identity(rooms)])), -np.inf, margins),
        ],
    )
    if answer.x is None:
        raise ContradictionError("No table of counts agrees with everything that is published.")
    return np.asarray(answer.x[: len(low)], float)


@dataclass(frozen=True)
class Corner:
    """A few cells of a large table, the others held fast, and the protections in it by their old places."""

    table: Table
    wanted: tuple[Protection, ...]
    places: tuple[int, ...]


def corners(table: Table, protections: Mapping[int, Protection], center: Floats, givers: int) -> list[Corner]:
    """A corner for each neighbourhood of protections.

    `center` is a table of counts (sizes, then counts) that agrees with everything published: cells outside a
    corner stay there.
    """
    grouped: dict[frozenset[int], list[int]] = defaultdict(list)
    for place, each in protections.items():
        grouped[surroundings(table, each.cells, center, givers)].append(place)
    found = []
    for inside, held in grouped.items():
        index = {cell: number for number, cell in enumerate(sorted(inside))}
        wanted = tuple(
            Protection(tuple(index[cell] for cell in each.cells), each.quantity, each.width)
            for each in (protections[place] for place in held)
        )
        found.append(Corner(_corner(table, index, center), wanted, tuple(held)))
    return found


def _corner(table: Table, index: Mapping[int, int], center: Floats) -> Table:
    anchor = len(index)
    sums = [_clipped(each, index, center, anchor) for each in _touching(table, set(index))]
    known = (*(table.known[cell] for cell in index), Known(0.0, 0.0, 0.0, 0.0))
    return Table(known, tuple(sums), table.ceiling)


def _clipped(each: Sum, index: Mapping[int, int], center: Floats, anchor: int) -> Sum:
    """The sum with its cells outside the corner held fast; `anchor` is a cell of nobody, for a parent outside."""
    outside = [part for part in each.parts if part not in index]
    half = len(center) // 2
    held = [sum(center[offset + part] for part in outside) for offset in (0, half)]
    if each.parent not in index:
        held = [amount - center[offset + each.parent] for amount, offset in zip(held, (0, half), strict=True)]
    return Sum(
        index.get(each.parent, anchor),
        tuple(index[part] for part in each.parts if part in index),
        each.size_excess - float(held[0]),
        each.count_excess - float(held[1]),
    )
