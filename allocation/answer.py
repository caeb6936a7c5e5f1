"""The optimizer's answer: changes when a reallocation is answered in other terms (question: problem.py).

Amounts are whole minor units of the question's currency; students are additional people who reach the
outcome, counted no further than their group's gap.
"""

from dataclasses import dataclass
from enum import StrEnum


class AnswerStatus(StrEnum):
    """How far the answer can be relied on.

    OPTIMAL: proved best. LIMITED: every rule holds, but a limit ended the search before a proof.
    INFEASIBLE: no plan keeps every rule. FAILED: the solver gave no plan that passes our own check.
    """

    OPTIMAL = "OPTIMAL"
    LIMITED = "LIMITED"
    INFEASIBLE = "INFEASIBLE"
    FAILED = "FAILED"


class BindingKind(StrEnum):
    """What kind of rule holds a plan back."""

    BUDGET = "BUDGET"
    RESTRICTION = "RESTRICTION"
    CAPACITY = "CAPACITY"
    CHANGE_CAP = "CHANGE_CAP"
    FLOOR = "FLOOR"
    IN_KIND = "IN_KIND"
    EVIDENCE = "EVIDENCE"
    STAFFING = "STAFFING"
    EQUITY = "EQUITY"


@dataclass(frozen=True)
class StageValue:
    """What a stage reached: worst_off (share), students (weighted people), released (minor units)."""

    stage: str
    value: float


@dataclass(frozen=True)
class PlanLine:
    """A fund's dollars on a cell or on another line, before and after. `line_id` None: a line yet to open."""

    fund_id: str
    line_id: str | None
    cell_id: str | None
    before_amount: int
    after_amount: int


@dataclass(frozen=True)
class Move:
    """Dollars of one fund that go from a line (None: idle money) to a cell (None: they become idle).

    The moves' gains sum to after minus before. `is_forced`: under the smallest move, yet a rule needs it.
    `stays_share`: share of re-solves with sampled effects in which the move stays, None if not asked for.
    """

    fund_id: str
    investment_id: str
    funder_id: str
    from_line_id: str | None
    from_cell_id: str | None
    to_line_id: str | None
    to_cell_id: str | None
    amount: int
    gain: float
    gain_low: float
    gain_high: float
    sentence: str
    is_forced: bool = False
    stays_share: float | None = None


@dataclass(frozen=True)
class GroupImpact:
    """What a group gets of a plan. `gap_after` is the gap less its students."""

    group_id: str
    persistent: bool
    amount: int
    participants: float
    students: float
    low: float
    high: float
    gap_before: float
    gap_after: float


@dataclass(frozen=True)
class Impact:
    """What a plan buys. `worst_off_share`: least share of its gap that a persistent reachable group closes.

    `on_evidence_share` is the share of the dollars that lies on cells which may receive more.
    """

    amount: int
    students: float
    low: float
    high: float
    weighted_students: float
    worst_off_share: float | None
    on_evidence_share: float
    by_group: tuple[GroupImpact, ...]


@dataclass(frozen=True)
class Binding:
    """A rule that holds the plan back, and what relaxing it by `step` (in `unit`) would really change.

    `students` and `worst_off_share` are finite differences from solving again, not dual prices.
    `shadow_price` is the change of what the objective puts first, per unit.
    """

    kind: BindingKind
    node_id: str
    label: str
    unit: str
    step: float | None
    students: float
    worst_off_share: float
    shadow_price: float | None
    sentence: str


@dataclass(frozen=True)
class Conflict:
    """A smallest set of rules that cannot hold together."""

    rules: tuple[str, ...]
    sentence: str


@dataclass(frozen=True)
class Repair:
    """One step of the cheapest set of steps after which every rule can be kept."""

    rule: str
    amount: float
    unit: str
    sentence: str


@dataclass(frozen=True)
class FrontierPoint:
    """A best plan for a given promise to the worst off.

    `equity_weight` is the weight of a persistently behind student at which this point is chosen;
    `worst_off_students` what the promise is worth to the group that is worst off today.
    """

    equity_weight: float
    students: float
    worst_off_students: float
    worst_off_share: float
    is_knee: bool = False


@dataclass(frozen=True)
class RestrictionCost:
    """Students (and worst-off share) that more freedom of one funder's dollars would add."""

    funder_id: str
    students: float
    worst_off_share: float
    sentence: str


@dataclass(frozen=True)
class RefusedPractice:
    """A practice that can receive nothing, and why."""

    practice_id: str
    reason: str


@dataclass(frozen=True)
class UnreachableGroup:
    """A persistently behind group whom no dollar within the rules can help: the worst-off stage skips it."""

    group_id: str
    reason: str


@dataclass(frozen=True)
class Answer:
    """A plan in whole minor units with its reasons, or the reasons why there is none.

    Each fund's plan lines and what stays idle sum to its budget. `price_of_fairness` is the share of
    the most students possible that this plan forgoes for the worst off.
    """

    status: AnswerStatus
    inputs_hash: str
    stages: tuple[StageValue, ...] = ()
    plan: tuple[PlanLine, ...] = ()
    moves: tuple[Move, ...] = ()
    before: Impact | None = None
    after: Impact | None = None
    idle_amount: int = 0
    bindings: tuple[Binding, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    repairs: tuple[Repair, ...] = ()
    unreachable: tuple[UnreachableGroup, ...] = ()
    refused: tuple[RefusedPractice, ...] = ()
    restriction_costs: tuple[RestrictionCost, ...] = ()
    frontier: tuple[FrontierPoint, ...] = ()
    price_of_fairness: float | None = None
    why_nothing_moved: str | None = None
    notes: tuple[str, ...] = ()
