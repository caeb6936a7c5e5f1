"""What somebody wants suggested: changes when a reallocation can be asked for in other terms."""

from dataclasses import dataclass

from allocation.cells import TIERS
from allocation.decided import DecidedMove
from allocation.problem import Objective

MOST_FRONTIER_POINTS = 50
MOST_SENSITIVITY_DRAWS = 200
MOST_MINOR_UNITS = 10**17
MOST_STEPS = 10


class QuestionError(ValueError):
    """The question cannot be set out as asked; the sentence says what to change."""


@dataclass(frozen=True)
class Ask:
    """What somebody wants suggested. Amounts are minor units of the partnership's currency.

    `outcome_weights` and `viable_scales` pair rows with how much a student counts, and with the participants
    below which a practice does not open. `staffing_floor` keeps what secures key roles' months. `floors` pair
    populations with the share of today's students that they keep (1 where nothing is said), `returns` practices with
    steps (share of a group's people, multiplier of the effect). For a target (the share of its gap that each group
    persistently behind closes, or students in all) the least new money is told beside the plan. `accepted` moves of an
    earlier plan stay, `declined` ones stay away.
    """

    fiscal_years: tuple[int, ...]
    new_money_amount: int = 0
    objective: Objective = Objective.GAP_CLOSING
    equity_weight: float = 2.0
    minimum_tier: str = "PROMISING"
    maximum_shift_share: float = 0.25
    confidence: float = 0.5
    protected_ids: frozenset[str] = frozenset()
    smallest_move_amount: int = 100_000
    maximum_moves_count: int | None = None
    frontier_points_count: int = 0
    maximum_total_shift_share: float | None = None
    practices_per_person: float | None = None
    leximin: bool = False
    outcome_weights: tuple[tuple[str, float], ...] = ()
    viable_scales: tuple[tuple[str, float], ...] = ()
    sensitivity_draws_count: int = 0
    staffing_floor: bool = True
    floors: tuple[tuple[str, float], ...] = ()
    returns: tuple[tuple[str, tuple[tuple[float, float], ...]], ...] = ()
    target_share: float | None = None
    target_students: float | None = None
    accepted: tuple[DecidedMove, ...] = ()
    declined: tuple[DecidedMove, ...] = ()

    def __post_init__(self) -> None:
        years = self.fiscal_years
        amounts = (self.new_money_amount, self.smallest_move_amount)
        _require(bool(years), "name at least one fiscal year")
        _require(len(set(years)) == len(years), "name each fiscal year once")
        _require(all(1990 <= year <= 2100 for year in years), "a fiscal year lies between 1990 and 2100")
        _require(
            all(0 <= each <= MOST_MINOR_UNITS for each in amounts),
            "an amount is 0 or more, up to 10^15 dollars",
        )
        _require(
            0 <= self.maximum_shift_share <= 1,
            "the share of a funder's dollars that may move lies between 0 and 1",
        )
        _require(0 <= self.equity_weight <= 1000, "the equity weight lies between 0 and 1000")
        _require(0.5 <= self.confidence < 1, "the confidence is at least 0.5 and below 1")
        _require(self.minimum_tier in TIERS, f"the minimum tier is one of {', '.join(TIERS)}")
        _require(
            self.maximum_moves_count is None or self.maximum_moves_count >= 0,
            "the largest number of moves is 0 or more",
        )
        _require(
            0 <= self.frontier_points_count <= MOST_FRONTIER_POINTS,
            f"a frontier has up to {MOST_FRONTIER_POINTS} points",
        )
        self._check_refinements()

    def _check_refinements(self) -> None:
        total, practices = self.maximum_total_shift_share, self.practices_per_person
        _require(
            total is None or 0 <= total <= 1, "the share of all dollars that may move lies between 0 and 1"
        )
        _require(practices is None or 0 < practices <= 100, "practices a person lie above 0, up to 100")
        named: tuple[tuple[str, tuple[tuple[str, object], ...]], ...] = (
            ("outcome", self.outcome_weights),
            ("practice", self.viable_scales),
            ("population", self.floors),
            ("practice", self.returns),
        )
        for name, pairs in named:
            _require(len({key for key, _ in pairs}) == len(pairs), f"name each {name} once")
        _require(
            all(0 <= share <= 1 for _, share in self.floors), "a population's floor lies between 0 and 1"
        )
        share, students = self.target_share, self.target_students
        _require(share is None or 0 <= share <= 1, "the share of a gap to close lies between 0 and 1")
        _require(students is None or 0 <= students <= 10**9, "the students to reach lie between 0 and 10^9")
        for _, steps in self.returns:
            _check_steps(steps)
        _require(
            all(0 <= weight <= 1000 for _, weight in self.outcome_weights),
            "an outcome's weight lies between 0 and 1000",
        )
        _require(
            not self.outcome_weights or self.objective is not Objective.STUDENTS_REACHED,
            "STUDENTS_REACHED counts every student once: leave the outcomes' weights out",
        )
        _require(
            all(0 < least <= 10**9 for _, least in self.viable_scales),
            "a viable scale is a number of participants above 0",
        )
        _require(
            0 <= self.sensitivity_draws_count <= MOST_SENSITIVITY_DRAWS,
            f"up to {MOST_SENSITIVITY_DRAWS} draws tell how sure a move is",
        )


def _check_steps(steps: tuple[tuple[float, float], ...]) -> None:
    multipliers = [multiplier for _, multiplier in steps]
    _require(0 < len(steps) <= MOST_STEPS, f"returns have 1 to {MOST_STEPS} steps")
    _require(
        all(0 < share <= 1 for share, _ in steps) and sum(share for share, _ in steps) <= 1 + 1e-9,
        "the shares of people lie above 0 and are 1 together at most",
    )
    _require(
        all(0 <= each <= 1 for each in multipliers) and multipliers == sorted(multipliers, reverse=True),
        "the multipliers of returns lie between 0 and 1 and never rise",
    )


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise QuestionError(sentence)
