"""Practices, what one participant costs, and what studies and raters say about their effect."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, Minor, TenantRow, belongs, closed_list, imported_by, looked_up_by, refers
from models.in_kind import InKindKind, InKindUnit


class StudyDesign(StrEnum):
    """How a study was built."""

    RCT = "RCT"
    RDD = "RDD"
    QED = "QED"
    CORRELATIONAL = "CORRELATIONAL"
    SINGLE_CASE = "SINGLE_CASE"
    PRE_POST = "PRE_POST"
    UNKNOWN = "UNKNOWN"


class EffectDirection(StrEnum):
    """Which way a source says that a result points, for the people whom it is about."""

    FAVOURABLE = "FAVOURABLE"
    NEUTRAL = "NEUTRAL"
    UNFAVOURABLE = "UNFAVOURABLE"


class Practice(TenantRow):
    """Something done for children. Its evidence tier is reckoned when asked, never stored.

    `has_logic_model` says whether a logic model informed by research is written down, `is_under_study` whether
    an effort to study the effects is under way here; unknown is None.
    """

    __tablename__ = "practice"
    __table_args__ = (
        belongs(),
        UniqueConstraint("partnership_id", "name"),
        CheckConstraint("cost_per_participant > 0", name="cost_per_participant"),
        CheckConstraint("(cost_per_participant is null) = (currency is null)", name="cost_currency"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_shape"),
        CheckConstraint("price_year between 1990 and 2100", name="price_year"),
        CheckConstraint("capacity >= 0", name="capacity"),
    )

    name: Mapped[str]
    description: Mapped[str | None]
    cost_per_participant: Mapped[Minor | None]
    currency: Mapped[str | None]
    price_year: Mapped[int | None]
    cost_source: Mapped[str | None]
    capacity: Mapped[int | None]
    has_logic_model: Mapped[bool | None]
    is_under_study: Mapped[bool | None]


class PracticeOutcome(Base):
    """An outcome that a practice is meant to move."""

    __tablename__ = "practice_outcome"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "practice_id", "outcome_id"),
        belongs(),
        refers("practice_id", "practice"),
        refers("outcome_id", "outcome"),
        looked_up_by("practice_outcome", "outcome_id"),
    )

    partnership_id: Mapped[UUID]
    practice_id: Mapped[UUID]
    outcome_id: Mapped[UUID]


class InKindNeed(TenantRow):
    """What one participant of a practice needs besides dollars."""

    __tablename__ = "in_kind_need"
    __table_args__ = (
        belongs(),
        refers("practice_id", "practice"),
        UniqueConstraint("partnership_id", "practice_id", "kind", "unit"),
        CheckConstraint("quantity > 0 and quantity < 'infinity'", name="quantity"),
    )

    practice_id: Mapped[UUID]
    kind: Mapped[InKindKind] = mapped_column(closed_list(InKindKind, "kind"))
    quantity: Mapped[Decimal]
    unit: Mapped[InKindUnit] = mapped_column(closed_list(InKindUnit, "unit"))


class Finding(TenantRow):
    """One result of one study about one practice, as its source states it; nothing is corrected here.

    A result that names no practice is kept under the words that its source gives instead.
    """

    __tablename__ = "finding"
    __table_args__ = (
        belongs(),
        refers("practice_id", "practice"),
        refers("outcome_id", "outcome"),
        imported_by(),
        CheckConstraint("num_nonnulls(practice_id, practice_as_published) > 0", name="practice"),
        CheckConstraint("cost_per_participant > 0", name="cost_per_participant"),
        CheckConstraint("(cost_per_participant is null) = (currency is null)", name="cost_currency"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_shape"),
        CheckConstraint("price_year between 1990 and 2100", name="price_year"),
        Index(
            "uq_finding_source",
            "partnership_id",
            "source_system",
            "source_identifier",
            unique=True,
        ),
        looked_up_by("finding", "practice_id", "outcome_id"),
        looked_up_by("finding", "outcome_id"),
        looked_up_by("finding", "import_id"),
    )

    practice_id: Mapped[UUID | None]
    practice_as_published: Mapped[str | None]
    outcome_id: Mapped[UUID | None]
    outcome_as_published: Mapped[str | None]
    measure: Mapped[str | None]
    period: Mapped[str | None]
    study: Mapped[str]
    design: Mapped[StudyDesign] = mapped_column(closed_list(StudyDesign, "design"))
    rating: Mapped[str | None]
    standards_version: Mapped[str | None]
    effect_size: Mapped[Decimal | None]
    standard_error: Mapped[Decimal | None]
    p_value: Mapped[Decimal | None]
    improvement_index: Mapped[Decimal | None]
    is_significant: Mapped[bool | None]
    tier_as_published: Mapped[str | None]
    sample_size: Mapped[int | None]
    treatment_size: Mapped[int | None]
    comparison_size: Mapped[int | None]
    treatment_mean: Mapped[Decimal | None]
    comparison_mean: Mapped[Decimal | None]
    treatment_deviation: Mapped[Decimal | None]
    comparison_deviation: Mapped[Decimal | None]
    cluster_count: Mapped[int | None]
    intraclass_correlation: Mapped[Decimal | None]
    unit_of_analysis: Mapped[str | None]
    site_count: Mapped[int | None]
    is_subgroup: Mapped[bool] = mapped_column(server_default="false")
    is_local: Mapped[bool] = mapped_column(server_default="false")
    direction: Mapped[EffectDirection | None] = mapped_column(closed_list(EffectDirection, "direction"))
    settings: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    populations_as_published: Mapped[str | None]
    grades: Mapped[str | None]
    cost_per_participant: Mapped[Minor | None]
    currency: Mapped[str | None]
    price_year: Mapped[int | None]
    source_system: Mapped[str]
    source_identifier: Mapped[str]
    source_file: Mapped[str | None]
    source_row: Mapped[int | None]
    extra: Mapped[Json | None]
    import_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class FindingPopulation(Base):
    """A group of ours that a study's sample held."""

    __tablename__ = "finding_population"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "finding_id", "population_id"),
        belongs(),
        refers("finding_id", "finding"),
        refers("population_id", "population"),
        looked_up_by("finding_population", "population_id"),
    )

    partnership_id: Mapped[UUID]
    finding_id: Mapped[UUID]
    population_id: Mapped[UUID]


class InterventionReport(TenantRow):
    """A rater's summary of all studies of a practice on an outcome, under one protocol.

    Where no study met the rater's standards it names neither an outcome nor a rating.
    """

    __tablename__ = "intervention_report"
    __table_args__ = (
        belongs(),
        refers("practice_id", "practice"),
        refers("outcome_id", "outcome"),
        imported_by(),
        CheckConstraint("least(study_count, eligible_study_count, sample_size) >= 0", name="counts"),
        UniqueConstraint(
            "partnership_id", "source_system", "source_identifier", name="uq_intervention_report_source"
        ),
        looked_up_by("intervention_report", "practice_id"),
        looked_up_by("intervention_report", "outcome_id"),
        looked_up_by("intervention_report", "import_id"),
    )

    practice_id: Mapped[UUID]
    outcome_id: Mapped[UUID | None]
    outcome_as_published: Mapped[str | None]
    rating: Mapped[str | None]
    protocol: Mapped[str | None]
    protocol_version: Mapped[str | None]
    study_count: Mapped[int | None]
    eligible_study_count: Mapped[int | None]
    sample_size: Mapped[int | None]
    source_url: Mapped[str | None]
    source_system: Mapped[str]
    source_identifier: Mapped[str]
    source_file: Mapped[str | None]
    source_row: Mapped[int | None]
    extra: Mapped[Json | None]
    import_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class PriceIndex(TenantRow):
    """One year's level of a price index that the partnership reckons with instead of the shipped one."""

    __tablename__ = "price_index"
    __table_args__ = (
        belongs(),
        UniqueConstraint("partnership_id", "name", "year"),
        CheckConstraint("year between 1900 and 2100", name="year"),
        CheckConstraint("level > 0 and level < 'infinity'", name="level"),
    )

    name: Mapped[str]
    year: Mapped[int]
    level: Mapped[Decimal]
    source: Mapped[str | None]
