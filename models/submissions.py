"""How figures become public: what was handed in together, who approved it, and who looked behind a release."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from models.base import TenantRow, belongs, closed_list, imported_by, looked_up_by, refers


class SubmissionStep(StrEnum):
    """Where figures stand on their way to readers; only APPROVED ones enter a release."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    RETURNED = "RETURNED"
    APPROVED = "APPROVED"
    PUBLISHED = "PUBLISHED"


class QualityKind(StrEnum):
    """What can be wrong with figures that were recorded as they came."""

    DISAGGREGATION_SUM = "DISAGGREGATION_SUM"
    RATE = "RATE"
    OUTLIER = "OUTLIER"
    BREAK = "BREAK"
    DUPLICATE = "DUPLICATE"
    VANISHED_GROUP = "VANISHED_GROUP"
    STALE = "STALE"


class Submission(TenantRow):
    """Figures that were handed in together: by one file, or by one change. `step` is where they stand."""

    __tablename__ = "submission"
    __table_args__ = (
        belongs(),
        imported_by(),
        CheckConstraint("figure_count >= 0", name="figure_count"),
        CheckConstraint("version > 0", name="version"),
        looked_up_by("submission", "import_id"),
    )

    step: Mapped[SubmissionStep] = mapped_column(closed_list(SubmissionStep, "step"))
    version: Mapped[int] = mapped_column(server_default="1")
    figure_count: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    recorded_by: Mapped[str]
    import_id: Mapped[UUID | None]


class StepTaken(TenantRow):
    """One step of a submission, with who took it and when. Append-only."""

    __tablename__ = "submission_step"
    __table_args__ = (
        belongs(),
        refers("submission_id", "submission"),
        looked_up_by("submission_step", "submission_id"),
    )

    submission_id: Mapped[UUID]
    step: Mapped[SubmissionStep] = mapped_column(closed_list(SubmissionStep, "step"))
    taken_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    taken_by: Mapped[str]
    note: Mapped[str | None]


class Look(TenantRow):
    """Somebody read what lies behind a release: one measurement, or all where none is named. Append-only."""

    __tablename__ = "look"
    __table_args__ = (
        belongs(),
        refers("measurement_id", "measurement"),
        looked_up_by("look", "looked_at"),
        looked_up_by("look", "measurement_id"),
    )

    looked_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    actor: Mapped[str]
    purpose: Mapped[str]
    measurement_id: Mapped[UUID | None]


class DataSource(TenantRow):
    """Whoever figures come from, under the name in `source_system`, and how fresh decisions need them."""

    __tablename__ = "data_source"
    __table_args__ = (
        belongs(),
        UniqueConstraint("partnership_id", "name"),
        CheckConstraint("decision_cadence_days > 0", name="decision_cadence_days"),
    )

    name: Mapped[str]
    decision_cadence_days: Mapped[int | None]


class QualityAllowance(TenantRow):
    """A kind of finding that is known and explained here, so that it is told as allowed."""

    __tablename__ = "quality_allowance"
    __table_args__ = (
        belongs(),
        refers("indicator_id", "indicator"),
        Index(
            "uq_quality_allowance",
            "partnership_id",
            "indicator_id",
            "kind",
            "dimension",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    indicator_id: Mapped[UUID]
    kind: Mapped[QualityKind] = mapped_column(closed_list(QualityKind, "kind"))
    dimension: Mapped[str | None]
    reason: Mapped[str]
    allowed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    allowed_by: Mapped[str]
