"""What a practice did here: its counts, kept from readers, and the effect that may be shown of them."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, PrimaryKeyConstraint, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, TenantRow, belongs, closed_list, imported_by, looked_up_by, refers
from models.practices import StudyDesign

PAIRS = (
    ("participants", "participants_reached"),
    ("comparison", "comparison_reached"),
    ("participants_before", "participants_reached_before"),
    ("comparison_before", "comparison_reached_before"),
)


class LocalBaseline(StrEnum):
    """Whether participants and comparison were alike beforehand (allocation.evidence.local.Baseline)."""

    EQUIVALENT = "EQUIVALENT"
    NEEDS_ADJUSTMENT = "NEEDS_ADJUSTMENT"
    NOT_STATED = "NOT_STATED"
    NOT_EQUIVALENT = "NOT_EQUIVALENT"


class LocalResult(TenantRow):
    """What was counted: a practice, an outcome and a period. The counts and the shown effect are beside it."""

    __tablename__ = "local_result"
    __table_args__ = (
        belongs(),
        refers("practice_id", "practice"),
        refers("outcome_id", "outcome"),
        UniqueConstraint(
            "partnership_id",
            "practice_id",
            "outcome_id",
            "period_start",
            "period_end",
            name="uq_local_result_period",
        ),
        CheckConstraint("period_end >= period_start", name="period"),
        looked_up_by("local_result", "outcome_id"),
    )

    practice_id: Mapped[UUID]
    outcome_id: Mapped[UUID]
    period_start: Mapped[date]
    period_end: Mapped[date]


class RawLocalCount(Base):
    """One version of the counts as recorded. Append-only, and readable to the data steward alone.

    Each pair is people, and those of them who reached the outcome.
    """

    __tablename__ = "local_count"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "local_result_id", "version"),
        belongs(),
        refers("local_result_id", "local_result"),
        imported_by(),
        *(
            CheckConstraint(
                f"num_nonnulls({people}, {reached}) <> 1 and {reached} between 0 and {people}", name=people
            )
            for people, reached in PAIRS
        ),
        CheckConstraint("num_nonnulls(comparison, participants_before) > 0", name="compared_with"),
        CheckConstraint("version > 0", name="version"),
        looked_up_by("local_count", "import_id"),
        {"schema": "raw"},
    )

    partnership_id: Mapped[UUID]
    local_result_id: Mapped[UUID]
    version: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    recorded_by: Mapped[str]
    participants: Mapped[int]
    participants_reached: Mapped[int]
    comparison: Mapped[int | None]
    comparison_reached: Mapped[int | None]
    participants_before: Mapped[int | None]
    participants_reached_before: Mapped[int | None]
    comparison_before: Mapped[int | None]
    comparison_reached_before: Mapped[int | None]
    source: Mapped[str | None]
    source_file: Mapped[str | None]
    source_row: Mapped[int | None]
    import_id: Mapped[UUID | None]


class LocalEffect(Base):
    """What is shown of one version of the counts: an effect, blurred where groups are small, or why none.

    `effect` and `standard_error` are in standard deviations, the difference and its 90 % interval in whole
    percentage points; `people_count` is the least that the groups may count together. Append-only.
    """

    __tablename__ = "local_effect"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "local_result_id", "version"),
        belongs(),
        refers("local_result_id", "local_result"),
        CheckConstraint("num_nonnulls(effect, standard_error, people_count) in (0, 3)", name="shown"),
        CheckConstraint("num_nonnulls(difference, difference_low, difference_high) in (0, 3)", name="points"),
        CheckConstraint("standard_error > 0", name="standard_error"),
        CheckConstraint("minimum_group_size >= 10", name="minimum_group_size"),
    )

    partnership_id: Mapped[UUID]
    local_result_id: Mapped[UUID]
    version: Mapped[int]
    released_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    minimum_group_size: Mapped[int]
    design: Mapped[StudyDesign] = mapped_column(closed_list(StudyDesign, "design"))
    baseline: Mapped[LocalBaseline] = mapped_column(closed_list(LocalBaseline, "baseline"))
    effect: Mapped[Decimal | None]
    standard_error: Mapped[Decimal | None]
    people_count: Mapped[int | None]
    difference: Mapped[int | None]
    difference_low: Mapped[int | None]
    difference_high: Mapped[int | None]
    sentence: Mapped[str]
