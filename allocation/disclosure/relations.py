"""Which published figures add up to which: every subtraction that a reader can do."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from allocation.disclosure.cells import TOTAL, CellKey
from allocation.disclosure.structure import Intersection, Structure


@dataclass(frozen=True, slots=True)
class Relation:
    """The parts are the parent, each person once; unless `has_rest`, when others may be in the parent.

    A parent that nobody publishes is a relation's parent all the same: two breakdowns of it are equal.
    """

    parent: CellKey
    parts: tuple[CellKey, ...]
    has_rest: bool
    dimension: str
    """What the parts divide by: a dimension's name, or `area`."""


def relations(keys: Iterable[CellKey], structure: Structure) -> list[Relation]:
    """All relations among these cells, without those that say nothing (a single part that is the parent)."""
    present = set(keys)
    inner = [*_by_dimension(present, structure), *_by_intersection(present, structure)]
    named = present | {relation.parent for relation in inner}
    return [*inner, *_by_area(named, structure)]


def _by_dimension(present: set[CellKey], structure: Structure) -> list[Relation]:
    crossed = {(each.dimension, each.group) for each in structure.intersections}
    tables: dict[tuple[CellKey, str], list[CellKey]] = defaultdict(list)
    for key in present:
        if not key.is_total and (key.dimension, key.group) not in crossed:
            tables[key.total, key.dimension].append(key)
    found: list[Relation] = []
    for (total, name), parts in tables.items():
        dimension = structure.dimension(name)
        ordered = sorted(parts, key=lambda key: key.group)
        undeclared = [key for key in ordered if dimension.groups and key.group not in dimension.groups]
        if undeclared or not (dimension.complete or dimension.disjoint):
            found += [Relation(total, (part,), True, name) for part in ordered]
        else:
            found.append(Relation(total, tuple(ordered), not dimension.complete, name))
    return found


def _by_intersection(present: set[CellKey], structure: Structure) -> list[Relation]:
    """A crossing summed over one of its dimensions is the crossing, or the group, of the others."""
    crossing = {(each.dimension, each.group): each for each in structure.intersections}
    named = {frozenset(each.members): (each.dimension, each.group) for each in structure.intersections}
    tables: dict[tuple[CellKey, str], dict[str, CellKey]] = defaultdict(dict)
    for key in present:
        each = crossing.get((key.dimension, key.group))
        for summed, group in each.members if each else ():
            parent = _without(each, summed, named) if each else None
            if parent:
                tables[key.of(*parent), summed][group] = key
    found = []
    for (parent_key, summed), parts in tables.items():
        dimension = structure.dimension(summed)
        ordered = tuple(parts[group] for group in sorted(parts))
        whole = dimension.complete and set(parts) >= set(dimension.groups)
        if whole or dimension.disjoint or dimension.complete:
            found.append(Relation(parent_key, ordered, not whole, summed))
        else:
            found += [Relation(parent_key, (part,), True, summed) for part in ordered]
    return found


def _without(
    crossing: Intersection, summed: str, named: Mapping[frozenset[tuple[str, str]], tuple[str, str]]
) -> tuple[str, str] | None:
    left = tuple(member for member in crossing.members if member[0] != summed)
    if len(left) == 1:
        return left[0]
    return named.get(frozenset(left)) or (
        " x ".join(name for name, _ in left),
        " x ".join(g for _, g in left),
    )


def _by_area(named: set[CellKey], structure: Structure) -> list[Relation]:
    found = []
    tables: dict[CellKey, list[CellKey]] = defaultdict(list)
    parents = {child: parts for parts in structure.areas for child in parts.children}
    for key in named:
        if key.area in parents:
            parent = CellKey(key.indicator, parents[key.area].parent, key.dimension, key.group, key.period)
            tables[parent].append(key)
    by_parent = {parts.parent: parts for parts in structure.areas}
    for parent, children in tables.items():
        parts = by_parent[parent.area]
        whole = parts.complete and len(children) == len(parts.children)
        found.append(Relation(parent, tuple(sorted(children, key=lambda key: key.area)), not whole, "area"))
    return found


def absent(keys: Iterable[CellKey], structure: Structure) -> list[CellKey]:
    """Groups known to exist in an area that a breakdown leaves out in one period.

    A group left out where its siblings are recorded is a group of none, and silence says so.
    """
    present = set(keys)
    seen: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    periods: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for key in present:
        place = (key.indicator, key.area, key.dimension)
        seen[place].add(key.group)
        periods[place].add(key.period)
    closed = {each.name for each in structure.dimensions if each.complete}
    closed |= {each.dimension for each in structure.intersections}
    return [
        key
        for place, groups in seen.items()
        if place[2] in closed and place[2] != TOTAL
        for period in periods[place]
        for group in groups
        if (key := CellKey(*place, group, period)) not in present
    ]


def components(found: Iterable[Relation]) -> list[list[Relation]]:
    """The relations in groups that share no cell: each can be judged by itself."""
    leader: dict[CellKey, CellKey] = {}

    def root(item: CellKey) -> CellKey:
        while leader.setdefault(item, item) != item:
            leader[item] = leader[leader[item]]
            item = leader[item]
        return item

    listed = list(found)
    for relation in listed:
        for part in relation.parts:
            leader[root(part)] = root(relation.parent)
    grouped: dict[CellKey, list[Relation]] = defaultdict(list)
    for relation in listed:
        grouped[root(relation.parent)].append(relation)
    return list(grouped.values())
