"""How the published groups and areas add up: what a reader may subtract from what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from allocation.disclosure.cells import TOTAL, DisclosureError


class Measure(StrEnum):
    """What an indicator's figures are, which decides what adds up."""

    SHARE = "SHARE"
    """Members counted in a hundred members: numerator over denominator."""
    MEAN = "MEAN"
    """A mean over the members: value times denominator adds up."""
    COUNT = "COUNT"
    """A number of people: the denominator is the figure."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A way of dividing people. `complete`: its groups are everybody, each person once.

    `disjoint` without `complete`: each person at most once. Neither: each group is a part of the total, and
    what is left of the total after each of them is itself a group that a reader can reckon with.
    """

    name: str
    groups: tuple[str, ...] = ()
    complete: bool = False
    disjoint: bool = False


@dataclass(frozen=True, slots=True)
class Intersection:
    """A group that is the crossing of groups of other dimensions, as a cell of its own."""

    dimension: str
    group: str
    members: tuple[tuple[str, str], ...]
    """The (dimension, group) pairs that its people all belong to."""


@dataclass(frozen=True, slots=True)
class AreaParts:
    """Areas that lie within a parent, none overlapping. `complete`: together they are the parent."""

    parent: str
    children: tuple[str, ...]
    complete: bool = False


@dataclass(frozen=True)
class Structure:
    """All that adds up. A dimension that is not declared counts as neither complete nor disjoint."""

    dimensions: tuple[Dimension, ...] = ()
    intersections: tuple[Intersection, ...] = ()
    areas: tuple[AreaParts, ...] = ()
    measures: Mapping[str, Measure] = field(default_factory=dict)
    """Indicators that are not shares."""

    def __post_init__(self) -> None:
        names = [dimension.name for dimension in self.dimensions]
        twice = {name for name in names if names.count(name) > 1}
        if twice or TOTAL in names:
            raise DisclosureError(
                f"Declare each dimension once, and never {TOTAL!r}: {sorted(twice) or TOTAL}."
            )
        for dimension in self.dimensions:
            if dimension.complete and len(dimension.groups) < 2:
                raise DisclosureError(
                    f"The complete dimension {dimension.name!r} needs its groups, at least two."
                )

    def dimension(self, name: str) -> Dimension:
        """The declared dimension, or one about which nothing is known."""
        return next((each for each in self.dimensions if each.name == name), Dimension(name))

    def measure(self, indicator: str) -> Measure:
        return self.measures.get(indicator, Measure.SHARE)
