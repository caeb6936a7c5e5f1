"""What is sent about a practice, and about a study's result on one."""

from decimal import Decimal

import strawberry

from allocation.evidence.finding import Setting
from api.graphql.reallocation.reallocation_inputs import MoneyInput
from models.in_kind import InKindKind, InKindUnit
from models.practices import EffectDirection, StudyDesign

__all__ = ["InKindNeedInput", "RecordFindingInput", "RecordPracticeInput"]


@strawberry.input
class InKindNeedInput:
    """What one participant needs besides dollars."""

    kind: InKindKind
    quantity_per_participant: Decimal
    unit: InKindUnit


@strawberry.input
class RecordPracticeInput:
    """A practice under a name that no other has. `costBasis` names the source of the cost.

    Without a cost and the year of its prices no dollars are suggested for it.
    """

    partnership: strawberry.ID
    idempotency_key: str
    name: str
    outcomes: list[strawberry.ID]
    description: str | None = None
    cost_per_participant: MoneyInput | None = None
    cost_basis: str | None = None
    price_year: int | None = None
    capacity: int | None = None
    in_kind_needs: list[InKindNeedInput] = strawberry.field(default_factory=list)


@strawberry.input
class RecordFindingInput:
    """One result of one study, as its source states it; what the source does not state is left out.

    `effectSize` is Hedges' g, positive where the practice is favourable. `improvementIndex` (-50 to 50) is
    the rater's; it and the `direction` that the source tells check the sign of the effect size.
    """

    practice: strawberry.ID
    idempotency_key: str
    study: str
    design: StudyDesign
    outcome: strawberry.ID
    rating: str | None = None
    standards_version: str | None = None
    effect_size: Decimal | None = None
    standard_error: Decimal | None = None
    p_value: Decimal | None = None
    improvement_index: Decimal | None = None
    sample_size: int | None = None
    sites: int | None = None
    clusters: int | None = None
    is_subgroup: bool = False
    is_local: bool = False
    populations: list[strawberry.ID] = strawberry.field(default_factory=list)
    settings: list[Setting] = strawberry.field(default_factory=list)
    source_url: str | None = None
    direction: EffectDirection | None = None
    grades: str | None = None
    cost_per_participant: MoneyInput | None = None
    price_year: int | None = None
