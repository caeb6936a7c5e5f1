"""What the data manager sends about figures: new ones, corrections, and steps towards readers."""

from datetime import date
from decimal import Decimal

import strawberry

from models.measurements import MeasurementStatus
from models.submissions import SubmissionStep

__all__ = [
    "CorrectMeasurementInput",
    "MeasurementLineInput",
    "MoveSubmissionInput",
    "RecordMeasurementsInput",
]


@strawberry.input
class MeasurementLineInput:
    """One figure. A share without a `value` is reckoned from its counts; a BANDED one has bounds and no value."""

    area: strawberry.ID
    population: strawberry.ID
    period_start: date
    period_end: date
    status: MeasurementStatus = MeasurementStatus.REPORTED
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    numerator: int | None = None
    denominator: int | None = None


@strawberry.input
class RecordMeasurementsInput:
    """Figures of one indicator: all are recorded, or none.

    `alreadyPublic` is for what a public body has released. `draft` keeps them back until they are submitted.
    """

    partnership: strawberry.ID
    idempotency_key: str
    indicator: strawberry.ID
    lines: list[MeasurementLineInput]
    source: str | None = None
    already_public: bool = False
    draft: bool = False


@strawberry.input
class CorrectMeasurementInput:
    """The whole figure as it should have been; what was published stays on record.

    `version` is the newest of `Measurement.recordings`: where it is given and another has come since, the
    correction is refused as STALE.
    """

    measurement: strawberry.ID
    idempotency_key: str
    status: MeasurementStatus = MeasurementStatus.REPORTED
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    numerator: int | None = None
    denominator: int | None = None
    version: int | None = None
    source: str | None = None


@strawberry.input
class MoveSubmissionInput:
    """The next step of figures on their way to readers; whoever handed them in does not approve them."""

    submission: strawberry.ID
    idempotency_key: str
    version: int
    to: SubmissionStep
    note: str | None = None
