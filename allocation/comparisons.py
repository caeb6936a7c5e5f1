"""Two plans side by side: students by population, dollars by practice, and the moves that differ."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from allocation.decided import DecidedMove, LineOf

NOTHING = Decimal(0)
Ends = tuple[str | None, LineOf | None, LineOf]


@dataclass(frozen=True)
class Plan:
    """A scenario's document and its moves by id."""

    document: Mapping[str, Any]  # Any: JSON as allocation.reports writes it
    moves: Mapping[str, DecidedMove]


@dataclass(frozen=True)
class PopulationSides:
    """Students expected to reach their outcome under one plan and the other; None where a plan has no answer."""

    population: str
    persistent: bool
    students: Decimal | None
    other_students: Decimal | None


@dataclass(frozen=True)
class PracticeSides:
    """What a practice gains (or loses) in minor units under one plan and the other; None: no practice."""

    practice: str | None
    amount: int
    other_amount: int


@dataclass(frozen=True)
class Sides:
    """A comparison; moves are told apart by where they come from and go to. `only_*` and `differing` are ids."""

    students: tuple[Decimal | None, Decimal | None]
    populations: tuple[PopulationSides, ...]
    practices: tuple[PracticeSides, ...]
    only_here: tuple[str, ...]
    only_there: tuple[str, ...]
    differing: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The comparison in one sentence."""
        here, there = self.students
        moves = (
            f"{len(self.only_here)} moves are in this plan only, {len(self.only_there)} in the other only, and "
            f"{len(self.differing)} of this plan differ in their dollars"
        )
        if here is None or there is None:
            return f"One of the plans has no answer; {moves}."
        more = (here - there).quantize(Decimal("0.1")) + 0
        word = "more" if more >= 0 else "fewer"
        return f"This plan expects {abs(more):,} {word} students than the other; {moves}."


def compare(here: Plan, there: Plan) -> Sides:
    """One plan beside another."""
    ours, theirs = _by_ends(here.moves.values()), _by_ends(there.moves.values())
    return Sides(
        students=(_students(here), _students(there)),
        populations=tuple(_populations(here, there)),
        practices=tuple(_practices(here.moves.values(), there.moves.values())),
        only_here=tuple(id_ for id_, move in here.moves.items() if _ends(move) not in theirs),
        only_there=tuple(id_ for id_, move in there.moves.items() if _ends(move) not in ours),
        differing=tuple(
            id_
            for id_, move in here.moves.items()
            if _ends(move) in theirs and ours[_ends(move)] != theirs[_ends(move)]
        ),
    )


def _ends(move: DecidedMove) -> Ends:
    return move.investment, move.origin, move.target


def _by_ends(moves: Iterable[DecidedMove]) -> Counter[Ends]:
    found: Counter[Ends] = Counter()
    for move in moves:
        found[_ends(move)] += move.amount
    return found


def _students(plan: Plan) -> Decimal | None:
    after = plan.document.get("after")
    return None if after is None else Decimal(after["students"])


def _populations(here: Plan, there: Plan) -> Iterable[PopulationSides]:
    ours, theirs = _impacts(here), _impacts(there)
    for population in sorted(ours.keys() | theirs.keys()):
        both = [side.get(population) for side in (ours, theirs)]
        yield PopulationSides(
            population,
            any(each["persistent"] for each in both if each is not None),
            _of(here, both[0]),
            _of(there, both[1]),
        )


def _impacts(plan: Plan) -> Mapping[str, Mapping[str, Any]]:  # Any: JSON of ours
    after = plan.document.get("after")
    return {each["population"]: each for each in after["by_population"]} if after else {}


def _of(plan: Plan, found: Mapping[str, Any] | None) -> Decimal | None:  # Any: as above
    """A group that an answered plan does not speak of gets nothing of it."""
    if found is not None:
        return Decimal(found["students"])
    return None if _students(plan) is None else NOTHING


def _practices(ours: Iterable[DecidedMove], theirs: Iterable[DecidedMove]) -> Iterable[PracticeSides]:
    here, there = _changes(tuple(ours)), _changes(tuple(theirs))
    for practice in sorted(here.keys() | there.keys(), key=lambda each: each or ""):
        yield PracticeSides(practice, here[practice], there[practice])


def _changes(moves: Sequence[DecidedMove]) -> Counter[str | None]:
    """What each practice receives less what it gives; dollars of no practice sum under None."""
    found: Counter[str | None] = Counter()
    for move in moves:
        found[move.target.practice] += move.amount
        if move.origin is not None:
            found[move.origin.practice] -= move.amount
    return found
