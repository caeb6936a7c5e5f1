"""What the data manager sends about outcomes, indicators, groups, areas, targets and rules."""

from datetime import date
from decimal import Decimal

import strawberry

from models.outcomes import Stage
from models.partnerships import DisparityMethod, FigureReview, ReferenceKind
from models.submissions import QualityKind

__all__ = [
    "AllowQualityFindingInput",
    "DisparityReferenceInput",
    "RecordAreaInput",
    "RecordIndicatorInput",
    "RecordIndicatorVersionInput",
    "RecordOutcomeInput",
    "RecordPopulationGroupInput",
    "SetDisparityRuleInput",
    "SetFigureReviewInput",
    "SetSourceInput",
    "SetTargetInput",
]


@strawberry.input
class RecordOutcomeInput:
    """An outcome under a name that no other has."""

    partnership: strawberry.ID
    idempotency_key: str
    name: str
    stage: Stage
    academic: bool = True


@strawberry.input
class RecordIndicatorInput:
    """A measure of an outcome; `code` is the short name that recipes use, made of the name where it is absent."""

    partnership: strawberry.ID
    idempotency_key: str
    name: str
    outcome: strawberry.ID
    definition: str | None = None
    unit: str = "percent"
    higher_is_better: bool = True
    core: bool = False
    code: str | None = None


@strawberry.input
class RecordIndicatorVersionInput:
    """A definition from a day on; figures before and after are compared only where a `bridge` says how."""

    indicator: strawberry.ID
    idempotency_key: str
    definition: str
    valid_from: date
    reason: str
    bridge: str | None = None


@strawberry.input
class RecordAreaInput:
    """A place under a name that no other has, perhaps inside a larger one."""

    partnership: strawberry.ID
    idempotency_key: str
    name: str
    code: str | None = None
    parent: strawberry.ID | None = None


@strawberry.input
class RecordPopulationGroupInput:
    """A value of a dimension, or the intersection of groups of several; `aliases` are others' words for it."""

    partnership: strawberry.ID
    idempotency_key: str
    dimension: str
    value: str
    label: str | None = None
    key: bool = False
    rationale: str | None = None
    intersection_of: list[strawberry.ID] = strawberry.field(default_factory=list)
    aliases: list[str] = strawberry.field(default_factory=list)


@strawberry.input
class SetTargetInput:
    """A value to reach by a day, in an area and for a group, or for the whole; sent again, it replaces the value."""

    indicator: strawberry.ID
    idempotency_key: str
    value: Decimal
    due_on: date
    area: strawberry.ID | None = None
    population: strawberry.ID | None = None


@strawberry.input
class DisparityReferenceInput:
    """With whom the groups of a dimension are compared on an indicator; `population` where the kind is GROUP."""

    indicator: strawberry.ID
    dimension: str
    kind: ReferenceKind
    population: strawberry.ID | None = None


@strawberry.input
class SetDisparityRuleInput:
    """The partnership's own rule; what is absent stays, and references that are not sent stay."""

    partnership: strawberry.ID
    idempotency_key: str
    method: DisparityMethod | None = None
    margin: Decimal | None = None
    periods: int | None = None
    references: list[DisparityReferenceInput] = strawberry.field(default_factory=list)


@strawberry.input
class SetFigureReviewInput:
    """Which figures wait for somebody's approval before they are released."""

    partnership: strawberry.ID
    idempotency_key: str
    review: FigureReview


@strawberry.input
class SetSourceInput:
    """How fresh decisions need the figures of a source, in days; null where nothing is asked of it."""

    partnership: strawberry.ID
    idempotency_key: str
    system: str
    decision_cadence_days: int | None = None


@strawberry.input
class AllowQualityFindingInput:
    """Says that findings of a kind on an indicator are known and explained, in one dimension or in all."""

    indicator: strawberry.ID
    idempotency_key: str
    kind: QualityKind
    reason: str
    dimension: str | None = None
