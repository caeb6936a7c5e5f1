"""The audit: the least and greatest that every protected number can be, given all that is published.

A protected number is breached where the whole numbers that remain possible lie too close together. The
bounds come from linear programs (Fischetti and Salazar 2000, "Models and algorithms for optimizing cell
suppression in tabular data with linear constraints", JASA 95), closed at whole numbers; where a linear bound
is nearly too narrow an integer program decides, because tables that are linked through several dimensions
have fractional corners. Published percents enter as the interval of shares that round to them.

Most numbers need no program of their own: a table that agrees with everything published is a witness for all
protected numbers at once, so a few programs with random directions clear nearly all of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from allocation.disclosure.local import Corner, center_of, corners
from allocation.disclosure.tables import ContradictionError, Floats, Protection, Table, joined
from allocation.optimizer.extremes import Extremes, extremes

_ROUNDS = 7
_FIRST_ROUNDS = 2  # in a large table, before its corners are searched
_LARGE = 300
_FEW = 7
_SPARE = 2.0
_GIVERS = (0, 3)
_TOLERANCE = 1e-6
_INTEGER_VARIABLES = 160
_INTEGER_SECONDS = 5.0
_Asked = tuple[Corner, list[tuple[int, Protection]]]


@dataclass(frozen=True, slots=True)
class Interval:
    """The least and greatest whole number that remain possible."""

    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low

    def keeps(self, protection: Protection) -> bool:
        """Whether the number is as uncertain as asked."""
        if self.width < protection.width:
            return False
        if protection.actual is None:
            return True
        return (
            self.low <= protection.actual - protection.under
            and self.high >= protection.actual + protection.over
        )


@dataclass(frozen=True, slots=True)
class Breach:
    """A protected number, by its place in the list asked about, and how closely it is known."""

    place: int
    interval: Interval


def breaches(
    table: Table, protections: Sequence[Protection], places: Iterable[int] | None = None
) -> list[Breach]:
    """The protected numbers that a reader of the table can come too near to. Errors: ContradictionError.

    `places`: the only numbers in doubt, where an earlier call of `suspects` has cleared all others.
    """
    found = []
    with extremes(table) as program:
        for place in suspects(table, protections) if places is None else places:
            interval = _exact_interval(program, table, protections[place])
            if not interval.keeps(protections[place]):
                found.append(Breach(place, interval))
    return found


def interval_of(table: Table, protection: Protection) -> Interval:
    """The bounds by linear programs: what any reader with a solver can know. Errors: ContradictionError."""
    with extremes(table) as program:
        return _interval(program, table.objective(protection))


def exact_interval(table: Table, protection: Protection) -> Interval:
    """The bounds over whole numbers, where the linear ones are close to too narrow and the table is small."""
    with extremes(table) as program:
        return _exact_interval(program, table, protection)


def _interval(program: Extremes, weights: Floats) -> Interval:
    return _closed(float(weights @ _least(program, weights)), float(weights @ _least(program, -weights)))


def _exact_interval(program: Extremes, table: Table, protection: Protection) -> Interval:
    interval = _interval(program, table.objective(protection))
    is_near = interval.width < protection.width + _SPARE
    if not is_near or not interval.keeps(protection) or not _is_small(table):
        return interval
    weights = table.objective(protection)
    low, high = _solve_whole(table, weights), _solve_whole(table, -weights)
    if low is None or high is None:
        return interval
    return Interval(low, -high)


def suspects(table: Table, protections: Sequence[Protection], *, is_many: bool = False) -> list[int]:
    """Places of the numbers that no witness clears.

    A table small enough for integer programs, and a table of many such (`is_many`), asks for room to spare for
    fractional corners: what lies between is left to them.
    """
    if len(protections) <= _FEW and table.cell_count < _LARGE:
        return list(range(len(protections)))
    spare = _SPARE if is_many or _is_small(table) else 0.0
    is_large = table.cell_count >= _LARGE
    left = _wide_search(table, protections, spare, rounds=_FIRST_ROUNDS if is_large else _ROUNDS)
    if len(left) <= _FEW or not is_large:
        return left
    doubted = {place: protections[place] for place in left if protections[place].actual is None}
    center = center_of(table)
    for givers in _GIVERS:
        cleared = _cleared_close_by(corners(table, doubted, center, givers), spare)
        doubted = {place: each for place, each in doubted.items() if place not in cleared}
    return [place for place in left if place in doubted or protections[place].actual is not None]


def _cleared_close_by(found: Sequence[Corner], spare: float) -> set[int]:
    """The places that are cleared by alternatives in their own corner: all corners at once, then one by one."""
    together, wanted = joined([(each.table, each.wanted) for each in found])
    try:
        near = set(_wide_search(together, wanted, spare, rounds=1)) if wanted else set()
    except ContradictionError:  # of one corner, as below
        near = set(range(len(wanted)))
    cleared: set[int] = set()
    left: list[_Asked] = []
    start = 0
    for corner in found:
        numbered = enumerate(zip(corner.places, corner.wanted, strict=True), start)
        asked = [(place, each) for number, (place, each) in numbered if number in near]
        cleared |= set(corner.places) - {place for place, _ in asked}
        left += [(corner, asked)] if asked else []
        start += len(corner.places)
    while left:
        cleared |= _wide_first(left, spare)
        left = [(corner, asked[1:]) for corner, asked in left if len(asked) > 1]
    return cleared


def _wide_first(left: Sequence[_Asked], spare: float) -> set[int]:
    """The places that are wide of the first number of each corner.

    Corners share no cell, so the optimum of the sum is the optimum of each. Halves are tried where one of them
    contradicts itself: the center agrees with what is published only up to the solver's tolerance.
    """
    table, wanted = joined([(corner.table, [asked[0][1]]) for corner, asked in left])
    rows = _sparse_rows(table, wanted)
    weights = np.asarray(rows.sum(axis=0), float).ravel()
    try:
        with extremes(table) as program:
            low, high = rows @ _least(program, weights), rows @ _least(program, -weights)
    except ContradictionError:
        if len(left) == 1:
            return set()
        half = len(left) // 2
        return _wide_first(left[:half], spare) | _wide_first(left[half:], spare)
    return {
        asked[0][0]
        for number, (_, asked) in enumerate(left)
        if _closed(float(low[number]), float(high[number])).width >= wanted[number].width + spare
    }


def _is_small(table: Table) -> bool:
    return 2 * table.cell_count <= _INTEGER_VARIABLES


def _wide_search(table: Table, protections: Sequence[Protection], spare: float, *, rounds: int) -> list[int]:
    """The places that no witness in random directions clears with room to spare. Errors: ContradictionError."""
    with extremes(table) as program:
        return _unseen_wide(program, table, protections, spare, rounds)


def _unseen_wide(
    program: Extremes, table: Table, protections: Sequence[Protection], spare: float, rounds: int
) -> list[int]:
    random = np.random.default_rng(0)
    rows = _sparse_rows(table, protections)
    wanted = np.array([each.width + spare for each in protections])
    low, high = np.full(len(wanted), np.inf), np.full(len(wanted), -np.inf)
    left = np.ones(len(wanted), bool)
    for turn in range(rounds):
        sign = random.choice([-1.0, 1.0], len(wanted)) if turn else np.ones(len(wanted))
        for direction in (sign, -sign):
            seen = rows @ _least(program, (direction * left) @ rows)
            low, high = np.minimum(low, seen), np.maximum(high, seen)
        left = ~_cleared(protections, low, high, wanted)
        if not left.any():
            break
    return [int(place) for place in np.flatnonzero(left)]


def _sparse_rows(table: Table, protections: Sequence[Protection]) -> csr_array:
    entries = [
        (row, variable, weight)
        for row, each in enumerate(protections)
        for variable, weight in table.terms(each)
    ]
    row, column, weight = zip(*entries, strict=True)
    return csr_array((weight, (row, column)), shape=(len(protections), 2 * table.cell_count))


def _cleared(protections: Sequence[Protection], low: Floats, high: Floats, wanted: Floats) -> np.ndarray:
    enough = np.floor(high + _TOLERANCE) - np.ceil(low - _TOLERANCE) >= wanted
    for place, each in enumerate(protections):
        if enough[place] and each.actual is not None:
            enough[place] = Interval(low[place], high[place]).keeps(each)
    return enough


def _least(program: Extremes, weights: Floats) -> Floats:
    """The table of counts, not necessarily whole, with the least weighted sum."""
    found = program.least(weights)
    if found is None:
        raise ContradictionError("No table of counts agrees with everything that is published.")
    return found


def _solve_whole(table: Table, weights: Floats) -> float | None:
    """The least whole-number value, or None where the time is up (the linear bound then stands)."""
    rows, right = table.equalities
    answer = milp(
        weights,
        integrality=np.ones(len(weights), int),
        bounds=Bounds(table.bounds[:, 0], table.bounds[:, 1]),
        constraints=[
            LinearConstraint(rows, right, right),
            LinearConstraint(table.inequalities, -np.inf, 0.0),
        ],
        options={"time_limit": _INTEGER_SECONDS},
    )
    return round(float(answer.fun)) if answer.status == 0 else None


def _closed(low: float, high: float) -> Interval:
    return Interval(float(np.ceil(low - _TOLERANCE)), float(np.floor(high + _TOLERANCE)))
