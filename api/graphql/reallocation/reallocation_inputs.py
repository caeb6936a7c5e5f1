"""What a caller sends about a reallocation, and what is wrong with it, field by field."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar
from uuid import UUID

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.ask import MOST_FRONTIER_POINTS, MOST_SENSITIVITY_DRAWS, Ask, QuestionError
from allocation.problem import Objective
from api.graphql.common.changes import Fault, Refused
from api.graphql.common.enums import UserErrorCode
from api.graphql.common.ids import read_id
from models.outcomes import Outcome, Population
from models.partnerships import Partnership
from models.practices import Practice
from models.resources import EvidenceTier
from models.scenarios import MoveDecision
from models.staffing import StaffPosition

__all__ = [
    "ApplyReallocationInput",
    "CancelReallocationInput",
    "DecideMoveInput",
    "MoneyInput",
    "OutcomeWeightInput",
    "ReviseReallocationInput",
    "SuggestReallocationInput",
    "ViableScaleInput",
    "ask_of",
    "check_name",
]

CENT: Final = Decimal("0.01")
MOST: Final = Decimal(10**15)
LONGEST_NAME: Final = 200


@strawberry.input
class MoneyInput:
    """An amount with at most two decimal places, and its currency (ISO 4217)."""

    amount: Decimal
    currency: str


@strawberry.input
class OutcomeWeightInput:
    """How much a student who reaches an outcome counts; 1 where nothing is said."""

    outcome: strawberry.ID
    weight: Decimal


@strawberry.input
class ViableScaleInput:
    """A practice opens for at least so many participants a year, or for none."""

    practice: strawberry.ID
    participants: Decimal


@strawberry.input
class PopulationFloorInput:
    """The share of today's students that a population keeps; 1 (no harm) where nothing is said."""

    population: strawberry.ID
    share: Decimal


@strawberry.input
class ReturnStepInput:
    """The next share of a group's people, who have `multiplier` of the effect."""

    share: Decimal
    multiplier: Decimal


@strawberry.input
class DecreasingReturnsInput:
    """How a practice's effect falls as more of a group take part; the same for everybody where nothing is said."""

    practice: strawberry.ID
    steps: list[ReturnStepInput]


@strawberry.input
class SuggestReallocationInput:
    """What to plan with; see docs/optimizer.md. `protect` are practices and positions that keep their money.

    `maximumTotalShift` is the share of all dollars together that may move. `leximin` raises those furthest
    behind one after another. `staffingFloor` leaves in place what secures the months of key roles.
    `targetShare` (of its gap, of each group persistently behind) and `targetStudents` ask for the least new money.
    `sensitivityDraws` re-solves with sampled effects: each move says how often it stays.
    """

    partnership: strawberry.ID
    fiscal_years: list[int]
    idempotency_key: str
    name: str | None = None
    new_money: MoneyInput | None = None
    objective: Objective = Objective.GAP_CLOSING
    equity_weight: Decimal | None = Decimal(2)
    minimum_tier: EvidenceTier | None = EvidenceTier.PROMISING
    maximum_shift: Decimal | None = Decimal("0.25")
    confidence: Decimal | None = Decimal("0.5")
    protect: list[strawberry.ID] = strawberry.field(default_factory=list)
    smallest_move: Decimal | None = Decimal(1000)
    maximum_moves: int | None = None
    frontier_points: int | None = 0
    maximum_total_shift: Decimal | None = None
    practices_per_person: Decimal | None = None
    leximin: bool = False
    outcome_weights: list[OutcomeWeightInput] = strawberry.field(default_factory=list)
    viable_scales: list[ViableScaleInput] = strawberry.field(default_factory=list)
    sensitivity_draws: int | None = 0
    staffing_floor: bool = True
    floors: list[PopulationFloorInput] = strawberry.field(default_factory=list)
    decreasing_returns: list[DecreasingReturnsInput] = strawberry.field(default_factory=list)
    target_share: Decimal | None = None
    target_students: Decimal | None = None


@strawberry.input
class ReviseReallocationInput:
    """Asks a scenario's question again: what was accepted stays to the cent, what was declined stays away."""

    scenario: strawberry.ID
    idempotency_key: str
    name: str | None = None


@strawberry.input
class CancelReallocationInput:
    """Ends a scenario that is still waited for."""

    scenario: strawberry.ID
    idempotency_key: str


@strawberry.input
class DecideMoveInput:
    """What is decided of one move; PENDING takes a decision back."""

    move: strawberry.ID
    decision: MoveDecision
    idempotency_key: str
    note: str | None = None


@strawberry.input
class ApplyReallocationInput:
    """Posts the accepted moves, all or none; `decidedOn` is today where it is absent."""

    scenario: strawberry.ID
    idempotency_key: str
    decided_on: date | None = None
    note: str | None = None


async def ask_of(session: AsyncSession, partnership: Partnership, asked: SuggestReallocationInput) -> Ask:
    """The question that an input puts. Errors: Refused with every fault."""
    faults = [*_faults(partnership, asked), *await _unknown(session, partnership.id, asked)]
    if faults:
        raise Refused(*faults)
    try:
        return Ask(
            fiscal_years=tuple(asked.fiscal_years),
            new_money_amount=_minor(asked.new_money.amount) if asked.new_money else 0,
            objective=asked.objective,
            equity_weight=float(_or(asked.equity_weight, Decimal(2))),
            minimum_tier=_or(asked.minimum_tier, EvidenceTier.PROMISING).value,
            maximum_shift_share=float(_or(asked.maximum_shift, Decimal("0.25"))),
            confidence=float(_or(asked.confidence, Decimal("0.5"))),
            protected_ids=frozenset(str(id_.key[-1]) for text in asked.protect if (id_ := read_id(text))),
            smallest_move_amount=_minor(_or(asked.smallest_move, Decimal(1000))),
            maximum_moves_count=asked.maximum_moves,
            frontier_points_count=_or(asked.frontier_points, 0),
            maximum_total_shift_share=_float(asked.maximum_total_shift),
            practices_per_person=_float(asked.practices_per_person),
            leximin=asked.leximin,
            outcome_weights=tuple((_row(each.outcome), float(each.weight)) for each in asked.outcome_weights),
            viable_scales=tuple(
                (_row(each.practice), float(each.participants)) for each in asked.viable_scales
            ),
            sensitivity_draws_count=_or(asked.sensitivity_draws, 0),
            staffing_floor=asked.staffing_floor,
            target_share=_float(asked.target_share),
            target_students=_float(asked.target_students),
            floors=tuple((_row(each.population), float(each.share)) for each in asked.floors),
            returns=tuple(
                (
                    _row(each.practice),
                    tuple((float(step.share), float(step.multiplier)) for step in each.steps),
                )
                for each in asked.decreasing_returns
            ),
        )
    except QuestionError as error:
        raise Refused(Fault((), UserErrorCode.INVALID, f"{error}.")) from error


T = TypeVar("T")


def _or(value: T | None, default: T) -> T:
    return default if value is None else value


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _row(text: str) -> str:
    """The row of a global id that was checked before."""
    return text.rsplit(":", 1)[-1]


def _minor(amount: Decimal) -> int:
    return int(amount * 100)


def _faults(partnership: Partnership, asked: SuggestReallocationInput) -> Iterable[Fault]:
    yield from _wrong_name(asked.name)
    yield from _wrong_years(asked.fiscal_years)
    if asked.new_money is not None:
        yield from _wrong_amount(asked.new_money.amount, "newMoney", "amount")
        if asked.new_money.currency != partnership.currency:
            yield _invalid("newMoney", "currency", message=f"New money is planned in {partnership.currency}.")
    if asked.smallest_move is not None:
        yield from _wrong_amount(asked.smallest_move, "smallestMove")
    yield from _out_of_bounds(asked)


def check_name(name: str | None) -> None:
    """Errors: Refused where it is no name."""
    faults = tuple(_wrong_name(name))
    if faults:
        raise Refused(*faults)


def _wrong_name(name: str | None) -> Iterable[Fault]:
    if name is not None and not 1 <= len(name.strip()) <= LONGEST_NAME:
        yield _invalid("name", message=f"A name has 1 to {LONGEST_NAME} characters.")


def _wrong_years(years: list[int]) -> Iterable[Fault]:
    if not years:
        yield _invalid("fiscalYears", message="Name at least one fiscal year.")
    for place, year in enumerate(years):
        if not 1990 <= year <= 2100:
            yield _invalid("fiscalYears", str(place), message="A fiscal year lies between 1990 and 2100.")
        if year in years[:place]:
            yield _invalid("fiscalYears", str(place), message="Name each fiscal year once.")


def _wrong_amount(amount: Decimal, *path: str) -> Iterable[Fault]:
    if not 0 <= amount <= MOST:
        yield _invalid(*path, message="An amount is 0 or more, up to 10^15.")
    elif amount != amount.quantize(CENT):
        yield _invalid(*path, message="An amount has at most two decimal places.")


def _out_of_bounds(asked: SuggestReallocationInput) -> Iterable[Fault]:
    bounds = (
        ("equityWeight", asked.equity_weight, Decimal(0), Decimal(1000)),
        ("maximumShift", asked.maximum_shift, Decimal(0), Decimal(1)),
        ("maximumMoves", asked.maximum_moves, 0, 100_000),
        ("frontierPoints", asked.frontier_points, 0, MOST_FRONTIER_POINTS),
        ("maximumTotalShift", asked.maximum_total_shift, Decimal(0), Decimal(1)),
        ("practicesPerPerson", asked.practices_per_person, Decimal("0.01"), Decimal(100)),
        ("targetShare", asked.target_share, Decimal(0), Decimal(1)),
        ("targetStudents", asked.target_students, Decimal(0), Decimal(10**9)),
        ("sensitivityDraws", asked.sensitivity_draws, 0, MOST_SENSITIVITY_DRAWS),
    )
    for name, value, least, most in bounds:
        if value is not None and not least <= value <= most:
            yield _invalid(name, message=f"It lies between {least} and {most}.")
    if asked.confidence is not None and not Decimal("0.5") <= asked.confidence < 1:
        yield _invalid("confidence", message="It is at least 0.5 and below 1.")


async def _unknown(
    session: AsyncSession, partnership_id: UUID, asked: SuggestReallocationInput
) -> list[Fault]:
    """A fault for each id that is no practice, position, outcome or population of the partnership."""
    practices, positions, outcomes, populations = [
        await _known(session, partnership_id, type_name, model)
        for type_name, model in (
            ("Practice", Practice),
            ("StaffPosition", StaffPosition),
            ("Outcome", Outcome),
            ("PopulationGroup", Population),
        )
    ]
    named = [
        *((("protect", str(n)), text, practices | positions) for n, text in enumerate(asked.protect)),
        *(
            (("outcomeWeights", str(n), "outcome"), each.outcome, outcomes)
            for n, each in enumerate(asked.outcome_weights)
        ),
        *(
            (("viableScales", str(n), "practice"), each.practice, practices)
            for n, each in enumerate(asked.viable_scales)
        ),
        *(
            (("floors", str(n), "population"), each.population, populations)
            for n, each in enumerate(asked.floors)
        ),
        *(
            (("decreasingReturns", str(n), "practice"), each.practice, practices)
            for n, each in enumerate(asked.decreasing_returns)
        ),
    ]
    kinds = {
        "protect": "practice or position",
        "outcomeWeights": "outcome",
        "viableScales": "practice",
        "floors": "population",
        "decreasingReturns": "practice",
    }
    return [
        Fault(
            path,
            UserErrorCode.NOT_FOUND,
            f"There is no {kinds[path[0]]} with this id that you may see.",
        )
        for path, text, known in named
        if text not in known
    ]


async def _known(
    session: AsyncSession,
    partnership_id: UUID,
    type_name: str,
    model: type[Practice] | type[StaffPosition] | type[Outcome] | type[Population],
) -> set[str]:
    rows = await session.execute(select(model.id).where(model.partnership_id == partnership_id))
    return {f"{type_name}:{partnership_id}:{id_}" for id_ in rows.scalars()}


def _invalid(*path: str, message: str) -> Fault:
    return Fault(path, UserErrorCode.INVALID, message)
