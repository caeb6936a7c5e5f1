"""Clears protected numbers of a large table from close by: alternatives that change one corner of it alone.

If a number can be wide while every cell outside its surroundings stays where it is in some table that agrees
with everything published, then it can be wide. Such small programs do not share a cell, so one program holds
very many of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, identity, vstack

from allocation.disclosure.tables import Floats, Known, Protection, Sum, Table, joined

_SHORT_SUM = 16
_STEPS = 3
_ROOM = 4.0


def surroundings(table: Table, cells: Iterable[int]) -> frozenset[int]:
    """The cells a few sums away. A long sum (over areas) leads to its parent but not to all of its parts."""
    near = set(cells)
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


def _touching(table: Table, cells: set[int]) -> Iterable[Sum]:
    places = {place for cell in cells for place in table.sums_of[cell]}
    return [table.sums[place] for place in sorted(places)]


def center_of(table: Table) -> Floats:
    """A table of counts that agrees with everything published and keeps most cells off their bounds.

    Maximizes the sum over cells of the room to the nearer bound, up to four members each.
    """
    rows, right = table.equalities
    count = rows.shape[1]
    low, high = table.bounds.T
    inner = table.inequalities
    room = csr_array(identity(count))
    none = csr_array((rows.shape[0], count))
    answer = milp(
        np.concatenate([np.zeros(count), -np.ones(count)]),
        bounds=Bounds(np.concatenate([low, np.zeros(count)]), np.concatenate([high, np.full(count, _ROOM)])),
        constraints=[
            LinearConstraint(csr_array(hstack([rows, none])), right, right),
            LinearConstraint(csr_array(hstack([room, -room])), low, np.inf),
            LinearConstraint(csr_array(hstack([room, room])), -np.inf, high),
        ],
    )


def corners(
    table: Table, protections: Mapping[int, Protection], center: Floats
) -> tuple[Table, list[Protection], list[int]]:
    """One table of separate corners, the protections in it, and the place that each of them has in the list.

    `center` is a table of counts (sizes, then counts) that agrees with everything published: cells outside a
    corner stay there.
    """
    grouped: dict[frozenset[int], list[int]] = defaultdict(list)
    for place, each in protections.items():
        grouped[surroundings(table, each.cells)].append(place)
    pieces, places = [], []
    for inside, held in grouped.items():
        index = {cell: number for number, cell in enumerate(sorted(inside))}
        wanted = [
            Protection(tuple(index[cell] for cell in each.cells), each.quantity, each.width)
            for each in (protections[place] for place in held)
        ]
        pieces.append((_corner(table, index, center), wanted))
        places += held
    whole, moved = joined(pieces)
    return whole, moved, places


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
