"""What was measured: every figure as it came, kept from readers, and what the disclosed release shows."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, TenantRow, belongs, closed_list, imported_by, looked_up_by, refers


class MeasurementStatus(StrEnum):
    """What a figure is; only a REPORTED or BANDED one says how much."""

    REPORTED = "REPORTED"
    SUPPRESSED = "SUPPRESSED"
    SUPPRESSED_AT_SOURCE = "SUPPRESSED_AT_SOURCE"
    BANDED = "BANDED"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    MISSING = "MISSING"


class SuppressionRule(StrEnum):
    """Why the release withholds or blurs a figure."""

    SMALL_COUNT = "SMALL_COUNT"
    COMPLEMENTARY = "COMPLEMENTARY"
    END_CODED = "END_CODED"
    SMALL_CHANGE = "SMALL_CHANGE"
    AT_SOURCE = "AT_SOURCE"


class Measurement(TenantRow):
    """What is measured: an indicator of a group in an area over a period. The figures are beside it."""

    __tablename__ = "measurement"
    __table_args__ = (
        belongs(),
        refers("indicator_id", "indicator"),
        refers("area_id", "area"),
        refers("population_id", "population"),
        UniqueConstraint(
            "partnership_id", "indicator_id", "area_id", "population_id", "period_start", "period_end"
        ),
        CheckConstraint("period_end >= period_start", name="period"),
        looked_up_by("measurement", "area_id"),
        looked_up_by("measurement", "population_id"),
    )

    indicator_id: Mapped[UUID]
    area_id: Mapped[UUID]
    population_id: Mapped[UUID]
    period_start: Mapped[date]
    period_end: Mapped[date]


def _figure_checks() -> tuple[CheckConstraint, ...]:
    return (
        CheckConstraint("value > '-infinity' and value < 'infinity'", name="value_finite"),
        CheckConstraint("low <= high", name="bounds"),
        CheckConstraint("denominator >= 0", name="denominator"),
        CheckConstraint("status <> 'REPORTED' or value is not null", name="reported_has_value"),
        CheckConstraint("status in ('REPORTED') or value is null", name="only_reported_has_value"),
        CheckConstraint("status <> 'BANDED' or num_nonnulls(low, high) > 0", name="banded_has_bounds"),
        CheckConstraint("version > 0", name="version"),
    )


class RawFigure(Base):
    """One version of a figure as it was recorded. Append-only, and readable to the data steward alone."""

    __tablename__ = "figure"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "measurement_id", "version"),
        belongs(),
        refers("measurement_id", "measurement"),
        refers("submission_id", "submission"),
        imported_by(),
        *_figure_checks(),
        looked_up_by("figure", "import_id"),
        looked_up_by("figure", "submission_id"),
        {"schema": "raw"},
    )

    partnership_id: Mapped[UUID]
    measurement_id: Mapped[UUID]
    version: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    recorded_by: Mapped[str]
    status: Mapped[MeasurementStatus] = mapped_column(closed_list(MeasurementStatus, "status"))
    value: Mapped[Decimal | None]
    low: Mapped[Decimal | None]
    high: Mapped[Decimal | None]
    mark: Mapped[str | None]
    numerator: Mapped[int | None] = mapped_column(BigInteger)
    denominator: Mapped[int | None] = mapped_column(BigInteger)
    already_public: Mapped[bool]
    source_system: Mapped[str]
    source_file: Mapped[str | None]
    source_row: Mapped[int | None]
    import_id: Mapped[UUID | None]
    submission_id: Mapped[UUID | None]
    """None where it was recorded without steps, and is approved."""


class RawBasis(Base):
    """The raw counts that a released figure was made from: what the next release is measured against."""

    __tablename__ = "basis"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "measurement_id", "version"),
        belongs(),
        refers("measurement_id", "measurement"),
        {"schema": "raw"},
    )

    partnership_id: Mapped[UUID]
    measurement_id: Mapped[UUID]
    version: Mapped[int]
    size: Mapped[int] = mapped_column(BigInteger)
    count: Mapped[Decimal]


class Release(TenantRow):
    """One act of disclosure: made once from the raw figures, never changed."""

    __tablename__ = "release"
    __table_args__ = (belongs(), CheckConstraint("minimum_group_size >= 10", name="minimum_group_size"))

    released_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    released_by: Mapped[str]
    minimum_group_size: Mapped[int]
    figure_count: Mapped[int]
    withheld_count: Mapped[int]
    dropped: Mapped[str | None]


class Figure(Base):
    """What a release shows of a measurement; a reader sees the newest one. Append-only."""

    __tablename__ = "figure"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "measurement_id", "version"),
        belongs(),
        refers("measurement_id", "measurement"),
        refers("release_id", "release"),
        *_figure_checks(),
        Index(
            "uq_figure_newest",
            "partnership_id",
            "measurement_id",
            unique=True,
            postgresql_where=text("is_newest"),
        ),
        looked_up_by("figure", "release_id"),
    )

    partnership_id: Mapped[UUID]
    measurement_id: Mapped[UUID]
    version: Mapped[int]
    release_id: Mapped[UUID]
    released_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    is_newest: Mapped[bool] = mapped_column(server_default="true")
    status: Mapped[MeasurementStatus] = mapped_column(closed_list(MeasurementStatus, "status"))
    value: Mapped[Decimal | None]
    low: Mapped[Decimal | None]
    high: Mapped[Decimal | None]
    numerator: Mapped[int | None] = mapped_column(BigInteger)
    denominator: Mapped[int | None] = mapped_column(BigInteger)
    size_low: Mapped[int | None] = mapped_column(BigInteger)
    size_high: Mapped[int | None] = mapped_column(BigInteger)
    rule: Mapped[SuppressionRule | None] = mapped_column(closed_list(SuppressionRule, "rule"))
    reason: Mapped[str | None]
    already_public: Mapped[bool]
    source_system: Mapped[str]
    source_file: Mapped[str | None]
    source_row: Mapped[int | None]


class Baseline(TenantRow):
    """What an indicator of a group in an area is reckoned from: its first figure as first released. Append-only."""

    __tablename__ = "baseline"
    __table_args__ = (
        belongs(),
        refers("indicator_id", "indicator"),
        refers("area_id", "area"),
        refers("population_id", "population"),
        refers("measurement_id", "measurement"),
        ForeignKeyConstraint(
            ["partnership_id", "measurement_id", "figure_version"],
            ["figure.partnership_id", "figure.measurement_id", "figure.version"],
        ),
        UniqueConstraint("partnership_id", "indicator_id", "area_id", "population_id"),
        looked_up_by("baseline", "area_id"),
        looked_up_by("baseline", "population_id"),
        looked_up_by("baseline", "measurement_id"),
    )

    indicator_id: Mapped[UUID]
    area_id: Mapped[UUID]
    population_id: Mapped[UUID]
    measurement_id: Mapped[UUID]
    figure_version: Mapped[int]
    set_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    set_by: Mapped[str]
