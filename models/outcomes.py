"""Outcomes, the indicators that measure them, the groups and the targets."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, TenantRow, belongs, closed_list, looked_up_by, refers
from models.partnerships import ReferenceKind


class Stage(StrEnum):
    """Where on the way from cradle to career an outcome lies."""

    EARLY_CHILDHOOD = "EARLY_CHILDHOOD"
    EARLY_GRADES = "EARLY_GRADES"
    MIDDLE_GRADES = "MIDDLE_GRADES"
    HIGH_SCHOOL = "HIGH_SCHOOL"
    POSTSECONDARY = "POSTSECONDARY"
    CAREER = "CAREER"


class Outcome(TenantRow):
    """A community level outcome that the partnership holds itself accountable for."""

    __tablename__ = "outcome"
    __table_args__ = (belongs(), UniqueConstraint("partnership_id", "name"))

    name: Mapped[str]
    stage: Mapped[Stage] = mapped_column(closed_list(Stage, "stage"))
    is_academic: Mapped[bool] = mapped_column(server_default="true")


class Indicator(TenantRow):
    """A measure of an outcome. `code` is the short name that recipes use."""

    __tablename__ = "indicator"
    __table_args__ = (
        belongs(),
        refers("outcome_id", "outcome"),
        UniqueConstraint("partnership_id", "code"),
        UniqueConstraint("partnership_id", "name"),
        looked_up_by("indicator", "outcome_id"),
    )

    outcome_id: Mapped[UUID]
    code: Mapped[str]
    name: Mapped[str]
    definition: Mapped[str | None]
    unit: Mapped[str] = mapped_column(server_default="percent")
    higher_is_better: Mapped[bool] = mapped_column(server_default="true")
    is_core: Mapped[bool] = mapped_column(server_default="false")


class IndicatorVersion(TenantRow):
    """A definition and the time it held: a comparison does not cross a change of version unless told."""

    __tablename__ = "indicator_version"
    __table_args__ = (
        belongs(),
        refers("indicator_id", "indicator"),
        UniqueConstraint("partnership_id", "indicator_id", "valid_from"),
        CheckConstraint("valid_to is null or valid_to > valid_from", name="term"),
    )

    indicator_id: Mapped[UUID]
    definition: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    reason: Mapped[str]
    bridge: Mapped[str | None]


class Population(TenantRow):
    """A population group: a value of a dimension, everybody, or an intersection of groups."""

    __tablename__ = "population"
    __table_args__ = (
        belongs(),
        UniqueConstraint("partnership_id", "dimension", "value"),
        CheckConstraint("length(dimension) between 1 and 100", name="dimension"),
        CheckConstraint("length(value) between 1 and 200", name="value"),
    )

    dimension: Mapped[str]
    value: Mapped[str]
    label: Mapped[str]
    is_key: Mapped[bool] = mapped_column(server_default="false")
    is_total: Mapped[bool] = mapped_column(server_default="false")
    rationale: Mapped[str | None]


class PopulationAlias(TenantRow):
    """Another word for a group, as some publisher writes it."""

    __tablename__ = "population_alias"
    __table_args__ = (
        belongs(),
        refers("population_id", "population"),
        UniqueConstraint("partnership_id", "dimension", "alias"),
        looked_up_by("population_alias", "population_id"),
    )

    population_id: Mapped[UUID]
    dimension: Mapped[str]
    alias: Mapped[str]


class PopulationPart(Base):
    """A group that an intersection lies in: a cell of its own, never a product of its parts."""

    __tablename__ = "population_part"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "population_id", "part_id"),
        belongs(),
        refers("population_id", "population"),
        refers("part_id", "population"),
        CheckConstraint("population_id <> part_id", name="not_itself"),
        looked_up_by("population_part", "part_id"),
    )

    partnership_id: Mapped[UUID]
    population_id: Mapped[UUID]
    part_id: Mapped[UUID]


class Reference(TenantRow):
    """With whom the groups of a dimension are compared on an indicator: chosen locally."""

    __tablename__ = "reference"
    __table_args__ = (
        belongs(),
        refers("indicator_id", "indicator"),
        refers("population_id", "population"),
        UniqueConstraint("partnership_id", "indicator_id", "dimension"),
        CheckConstraint("(kind = 'GROUP') = (population_id is not null)", name="named_group"),
        looked_up_by("reference", "population_id"),
    )

    indicator_id: Mapped[UUID]
    dimension: Mapped[str]
    kind: Mapped[ReferenceKind] = mapped_column(closed_list(ReferenceKind, "kind_list"))
    population_id: Mapped[UUID | None]


class Target(TenantRow):
    """A value that an indicator is to reach by a date."""

    __tablename__ = "target"
    __table_args__ = (
        belongs(),
        refers("indicator_id", "indicator"),
        refers("area_id", "area"),
        refers("population_id", "population"),
        Index(
            "uq_target",
            "partnership_id",
            "indicator_id",
            "area_id",
            "population_id",
            "due_on",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("value > '-infinity' and value < 'infinity'", name="value"),
        looked_up_by("target", "area_id"),
        looked_up_by("target", "population_id"),
    )

    indicator_id: Mapped[UUID]
    area_id: Mapped[UUID | None]
    population_id: Mapped[UUID | None]
    value: Mapped[Decimal]
    due_on: Mapped[date]
