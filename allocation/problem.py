"""The optimizer's question: changes when a reallocation is asked in other terms (the answer is answer.py).

Numbers and ids only: no database, no solver. Money is whole minor units (cents) of one currency, people
are floats (they may be shares of a person), an id is any text that is unique among its kind.
"""

import hashlib
import json
import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, is_dataclass
from enum import StrEnum
from itertools import pairwise
from json.encoder import encode_basestring_ascii


class ProblemError(ValueError):
    """The question contradicts itself; the sentence names the entry and what to change."""


class Objective(StrEnum):
    """Which good comes first; the stages are those of docs/optimizer.md."""

    GAP_CLOSING = "GAP_CLOSING"
    STUDENTS_REACHED = "STUDENTS_REACHED"
    WORST_OFF_FIRST = "WORST_OFF_FIRST"


@dataclass(frozen=True)
class Segment:
    """A step of decreasing returns: the next `share` of a group's people keep `multiplier` of the effect."""

    share: float
    multiplier: float


@dataclass(frozen=True)
class InKindNeed:
    """Units of an in-kind resource that one participant of a practice needs."""

    resource: str
    units: float


@dataclass(frozen=True)
class Practice:
    """A practice with what one participant costs, in minor units.

    `capacity` counts participants a fiscal year over all groups; None is no limit of its own. `taken` are
    participants by fiscal year whom dollars outside the question's cells serve.
    `returns` default to the same effect for everyone; the multipliers never rise (docs/optimizer.md).
    A practice without a positive cost receives nothing and is named in `Answer.refused`.
    """

    id: str
    cost_per_participant: int | None
    label: str = ""
    capacity: float | None = None
    returns: tuple[Segment, ...] = (Segment(1.0, 1.0),)
    in_kind_needs: tuple[InKindNeed, ...] = ()
    minimum_participants: float | None = None
    taken: tuple[tuple[int, float], ...] = ()

    def __post_init__(self) -> None:
        _require(bool(self.returns), f"practice {self.id}: give at least one step of returns")
        steps = [step.multiplier for step in self.returns]
        _require(
            all(a >= b for a, b in pairwise(steps)) and steps[-1] >= 0,
            f"practice {self.id}: the multipliers of its returns must not rise or fall below 0",
        )
        _require(
            all(step.share > 0 for step in self.returns),
            f"practice {self.id}: each step of returns needs a share above 0",
        )
        _finite(f"practice {self.id}", self.capacity, self.minimum_participants)
        _finite(f"practice {self.id}", *(count for _, count in self.taken))
        for need in self.in_kind_needs:
            _finite(f"practice {self.id}, need of {need.resource}", need.units)

    def places(self, fiscal_year: int) -> float | None:
        """What is left of the capacity in a year."""
        return (
            None
            if self.capacity is None
            else max(0.0, self.capacity - dict(self.taken).get(fiscal_year, 0.0))
        )


@dataclass(frozen=True)
class Group:
    """A population in an area with respect to one outcome.

    `people` are those whom a practice could serve; `gap` the people still short of parity over the fiscal
    years of the question (docs/optimizer.md, people to parity). `floor_share` is the share of today's
    students that must not be lost (1 = do no harm, None = no floor).
    """

    id: str
    people: float
    gap: float
    label: str = ""
    persistent: bool = False
    weight: float = 1.0
    outcome_id: str = ""
    floor_share: float | None = 1.0

    def __post_init__(self) -> None:
        _finite(f"group {self.id}", self.people, self.gap, self.weight, self.floor_share)
        _require(
            self.floor_share is None or self.floor_share <= 1, f"group {self.id}: a floor share is at most 1"
        )


@dataclass(frozen=True)
class Cell:
    """A practice for a group in a fiscal year; effects: additional people reaching the outcome a participant.

    `effect` is the posterior mean; `effect_low` and `effect_high` bound the promise (default: the effect).
    `effect_samples` are draws of the effect: the n-th draw of every cell belongs to the same scenario.
    `tier_rank` is 1 for the strongest evidence tier. `capacity` counts participants of this cell alone.
    """

    id: str
    practice_id: str
    group_id: str
    fiscal_year: int
    effect: float
    effect_low: float | None = None
    effect_high: float | None = None
    effect_samples: tuple[float, ...] = ()
    tier_rank: int = 1
    capacity: float | None = None

    def __post_init__(self) -> None:
        numbers = (self.effect, self.low, self.high, *self.effect_samples)
        _require(all(map(math.isfinite, numbers)), f"cell {self.id}: an effect is not a finite number")
        _require(self.low <= self.effect <= self.high, f"cell {self.id}: effect lies outside its own bounds")
        _finite(f"cell {self.id}", self.capacity)

    @property
    def low(self) -> float:
        """The lower end of the promise."""
        return self.effect if self.effect_low is None else self.effect_low

    @property
    def high(self) -> float:
        """The upper end of the promise."""
        return self.effect if self.effect_high is None else self.effect_high


@dataclass(frozen=True)
class Line:
    """Dollars of a fund on a cell (`cell_id`) or elsewhere (None: operations, or a use without evidence).

    `locked_amount` of it is committed and stays. `idle` marks money that is assigned to nothing: it is free
    to use and moving it releases nothing.
    """

    id: str
    amount: int
    cell_id: str | None = None
    locked_amount: int = 0
    idle: bool = False
    label: str = ""

    def __post_init__(self) -> None:
        _whole(f"line {self.id}", self.amount, self.locked_amount)
        _require(not (self.idle and self.cell_id), f"line {self.id}: idle money lies on no cell")


@dataclass(frozen=True)
class Fund:
    """One investment's dollars of one fiscal year, with the cells that its restriction allows.

    Money of `budget_amount` that no line holds is idle. `allowed_years` narrows the cells further (several
    years = carry-over). `overhead_share` of each dollar on a cell does not reach participants.
    `change_cap_share` limits the released dollars of this fund alone.
    """

    id: str
    investment_id: str
    funder_id: str
    budget_amount: int
    cell_ids: frozenset[str]
    lines: tuple[Line, ...] = ()
    allowed_years: frozenset[int] | None = None
    minimum_spend_amount: int = 0
    overhead_share: float = 0.0
    change_cap_share: float | None = None
    label: str = ""
    restriction: str = ""

    def __post_init__(self) -> None:
        _whole(f"fund {self.id}", self.budget_amount, self.minimum_spend_amount)
        _finite(f"fund {self.id}", self.overhead_share, self.change_cap_share)
        _require(self.overhead_share < 1, f"fund {self.id}: overhead must leave something of a dollar")
        _unique(f"line of fund {self.id}", (line.id for line in self.lines))


@dataclass(frozen=True)
class InKindSupply:
    """Units of an in-kind resource at hand in a fiscal year (None: over all years together).

    `unit_value_amount`, in minor units, weighs a missing unit against money when a repair is sought.
    """

    resource: str
    units: float
    fiscal_year: int | None = None
    unit_value_amount: int | None = None
    label: str = ""

    def __post_init__(self) -> None:
        _finite(f"supply of {self.resource}", self.units)


@dataclass(frozen=True)
class Rules:
    """What the partnership asks for and what it forbids.

    maximum_shift_share: released dollars of a funder over its dollars in the question (None: no limit);
    maximum_total_shift_share: the same over all funders. equity_weight: how much a student of a persistently
    behind group counts under GAP_CLOSING. confidence: above 0.5 plans on the mean of the worst
    2 * (1 - confidence) of the sampled effects. protected_ids: practices, lines or funds that keep
    their money. minimum_tier_rank: weaker cells receive nothing more. smallest_move_amount: no move under it.
    maximum_moves_count and viable_scale (Practice.minimum_participants) make the question an integer program,
    as does `exact` for smallest_move_amount.
    """

    objective: Objective = Objective.GAP_CLOSING
    equity_weight: float = 2.0
    maximum_shift_share: float | None = 0.25
    maximum_total_shift_share: float | None = None
    smallest_move_amount: int = 0
    maximum_moves_count: int | None = None
    viable_scale: bool = False
    exact: bool = False
    protected_ids: frozenset[str] = frozenset()
    minimum_tier_rank: int | None = None
    practices_per_person: float | None = None
    confidence: float = 0.5
    leximin: bool = False
    in_kind: tuple[InKindSupply, ...] = ()
    frontier_points_count: int = 0
    what_ifs_count: int = 12
    what_if_amount: int = 1_000_000
    sensitivity_draws_count: int = 0
    time_limit_seconds: float | None = None

    def __post_init__(self) -> None:
        _require(0.5 <= self.confidence < 1, "confidence must be at least 0.5 and below 1")
        _require(
            self.maximum_moves_count is None or self.maximum_moves_count >= 0,
            "the largest number of moves is 0 or more",
        )
        _whole("rules", self.smallest_move_amount, self.what_if_amount)
        shares = (self.maximum_shift_share, self.maximum_total_shift_share, self.practices_per_person)
        _finite("rules", self.equity_weight, *shares)


@dataclass(frozen=True)
class Problem:
    """The whole question, in one currency. The order of its entries never changes the answer."""

    practices: tuple[Practice, ...] = ()
    groups: tuple[Group, ...] = ()
    cells: tuple[Cell, ...] = ()
    funds: tuple[Fund, ...] = ()
    rules: Rules = field(default_factory=Rules)
    currency: str = "USD"

    def __post_init__(self) -> None:
        practices = _unique("practice", (each.id for each in self.practices))
        groups = _unique("group", (each.id for each in self.groups))
        cells = _unique("cell", (each.id for each in self.cells))
        _unique("fund", (each.id for each in self.funds))
        _unique("cell", ((each.practice_id, each.group_id, each.fiscal_year) for each in self.cells))
        _unique("supply", ((each.resource, each.fiscal_year) for each in self.rules.in_kind))
        for cell in self.cells:
            _require(cell.practice_id in practices, f"cell {cell.id} names no practice of the question")
            _require(cell.group_id in groups, f"cell {cell.id} names no group of the question")
        for fund in self.funds:
            used = {line.cell_id for line in fund.lines if line.cell_id is not None}
            strange = sorted((fund.cell_ids | used) - cells)
            _require(not strange, f"fund {fund.id} names cells that are not in the question: {strange[:3]}")
        draws = {len(each.effect_samples) for each in self.cells}
        _require(len(draws) <= 1, "all cells need the same number of sampled effects")


def new_money(amount: int, cells: Iterable[Cell], *, fund_id: str = "new-money") -> Fund:
    """Unrestricted new money as a fund of its own: idle dollars that every cell may receive."""
    allowed = frozenset(cell.id for cell in cells)
    return Fund(fund_id, fund_id, fund_id, amount, allowed, label="New money")


def inputs_hash(problem: Problem) -> str:
    """SHA-256 over everything that the plan depends on, in hexadecimal.

    The order of entries and all labels stay out; each step of returns and each sampled draw keeps its place.
    """
    return hashlib.sha256(_text(problem, {}).encode()).hexdigest()


_WORDS_ONLY = frozenset({"label", "restriction"})
_IN_ORDER = frozenset({"returns", "effect_samples"})


def _text(value: object, seen: dict[frozenset[object], str], *, in_order: bool = False) -> str:
    """A value as JSON, entries by their text; sets as digests, as the same ones stand in many funds."""
    if type(value) is str:
        return encode_basestring_ascii(value)
    if is_dataclass(value):
        named = (
            f'"{name}":{_text(getattr(value, name), seen, in_order=name in _IN_ORDER)}'
            for name in value.__dataclass_fields__
            if name not in _WORDS_ONLY
        )
        return "{" + ",".join(named) + "}"
    if isinstance(value, frozenset):
        if value not in seen:
            listed = ",".join(sorted(_text(each, seen) for each in value))
            seen[value] = f'"{hashlib.sha256(listed.encode()).hexdigest()}"'
        return seen[value]
    if isinstance(value, tuple):
        entries = [_text(each, seen) for each in value]
        return "[" + ",".join(entries if in_order else sorted(entries)) + "]"
    return json.dumps(int(value) if isinstance(value, float) and value.is_integer() else value)


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise ProblemError(sentence)


def _finite(place: str, *numbers: float | None) -> None:
    for number in numbers:
        _require(
            number is None or (math.isfinite(number) and number >= 0), f"{place}: {number} is not 0 or more"
        )


def _whole(place: str, *amounts: int) -> None:
    for amount in amounts:
        _require(
            isinstance(amount, int) and amount >= 0, f"{place}: {amount} is not a whole number of minor units"
        )


def _unique(kind: str, ids: Iterable[Hashable]) -> frozenset[Hashable]:
    seen: set[Hashable] = set()
    for each in ids:
        _require(each not in seen, f"{kind} {each} occurs twice; ids are unique among their kind")
        seen.add(each)
    return frozenset(seen)
