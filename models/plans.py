"""Policy plans: what rule the partnership wants changed, kept or known, and for whom."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, TenantRow, belongs, closed_list, looked_up_by, refers


class PolicyLevel(StrEnum):
    """Whose rule it is."""

    ORGANIZATIONAL = "ORGANIZATIONAL"
    LOCAL = "LOCAL"
    STATE = "STATE"
    NATIONAL = "NATIONAL"


class PolicyStance(StrEnum):
    """What the partnership wants of the rule."""

    CHANGE = "CHANGE"
    SUPPORT = "SUPPORT"
    INFORM = "INFORM"
    OPPOSE = "OPPOSE"


class PolicyStatus(StrEnum):
    """How far a plan has come."""

    DRAFT = "DRAFT"
    ADOPTED = "ADOPTED"
    ACTIVE = "ACTIVE"
    STALLED = "STALLED"
    WON = "WON"
    LOST = "LOST"
    WITHDRAWN = "WITHDRAWN"
    IMPLEMENTED = "IMPLEMENTED"


class PolicyPlan(TenantRow):
    """A plan to change, support, inform or oppose a rule."""

    __tablename__ = "policy_plan"
    __table_args__ = (
        belongs(),
        refers("owner_id", "organization"),
        UniqueConstraint("partnership_id", "title"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("length(title) between 1 and 2000", name="title"),
        CheckConstraint("length(summary) between 1 and 20000", name="summary"),
        CheckConstraint("length(jurisdiction) between 1 and 200", name="jurisdiction"),
        CheckConstraint("starts_on >= '1900-01-01'", name="starts_on"),
        CheckConstraint("enacted_on >= coalesce(starts_on, '1900-01-01')", name="enacted_on"),
        CheckConstraint("effective_on >= coalesce(enacted_on, starts_on, '1900-01-01')", name="effective_on"),
        looked_up_by("policy_plan", "owner_id"),
    )

    title: Mapped[str]
    level: Mapped[PolicyLevel] = mapped_column(closed_list(PolicyLevel, "level"))
    stance: Mapped[PolicyStance] = mapped_column(closed_list(PolicyStance, "stance"))
    status: Mapped[PolicyStatus] = mapped_column(closed_list(PolicyStatus, "status"), server_default="DRAFT")
    owner_id: Mapped[UUID | None]
    summary: Mapped[str | None]
    jurisdiction: Mapped[str | None]
    starts_on: Mapped[date | None]
    enacted_on: Mapped[date | None]
    effective_on: Mapped[date | None]
    is_published: Mapped[bool] = mapped_column(server_default="false")
    version: Mapped[int] = mapped_column(server_default="1")


class PolicyPlanOutcome(Base):
    """An outcome that a plan is meant to serve."""

    __tablename__ = "policy_plan_outcome"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "plan_id", "outcome_id"),
        belongs(),
        refers("plan_id", "policy_plan"),
        refers("outcome_id", "outcome"),
        looked_up_by("policy_plan_outcome", "outcome_id"),
    )

    partnership_id: Mapped[UUID]
    plan_id: Mapped[UUID]
    outcome_id: Mapped[UUID]


class PolicyPlanPopulation(Base):
    """A group that a plan is meant to serve."""

    __tablename__ = "policy_plan_population"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "plan_id", "population_id"),
        belongs(),
        refers("plan_id", "policy_plan"),
        refers("population_id", "population"),
        looked_up_by("policy_plan_population", "population_id"),
    )

    partnership_id: Mapped[UUID]
    plan_id: Mapped[UUID]
    population_id: Mapped[UUID]


class PolicyPlanIndicator(Base):
    """An indicator on which a plan is meant to show."""

    __tablename__ = "policy_plan_indicator"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "plan_id", "indicator_id"),
        belongs(),
        refers("plan_id", "policy_plan"),
        refers("indicator_id", "indicator"),
        looked_up_by("policy_plan_indicator", "indicator_id"),
    )

    partnership_id: Mapped[UUID]
    plan_id: Mapped[UUID]
    indicator_id: Mapped[UUID]


class PolicyPlanBarrier(Base):
    """A barrier that a plan is meant to remove."""

    __tablename__ = "policy_plan_barrier"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "plan_id", "barrier_id"),
        belongs(),
        refers("plan_id", "policy_plan"),
        refers("barrier_id", "barrier"),
        looked_up_by("policy_plan_barrier", "barrier_id"),
    )

    partnership_id: Mapped[UUID]
    plan_id: Mapped[UUID]
    barrier_id: Mapped[UUID]


class PolicyPlanDecider(Base):
    """An organization that decides on what a plan asks for."""

    __tablename__ = "policy_plan_decider"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "plan_id", "organization_id"),
        belongs(),
        refers("plan_id", "policy_plan"),
        refers("organization_id", "organization"),
        looked_up_by("policy_plan_decider", "organization_id"),
    )

    partnership_id: Mapped[UUID]
    plan_id: Mapped[UUID]
    organization_id: Mapped[UUID]


class PolicyPlanMeasure(Base):
    """A bill, rule or bylaw that a plan is aimed at."""

    __tablename__ = "policy_plan_measure"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "plan_id", "measure_id"),
        belongs(),
        refers("plan_id", "policy_plan"),
        refers("measure_id", "policy_measure"),
        looked_up_by("policy_plan_measure", "measure_id"),
    )

    partnership_id: Mapped[UUID]
    plan_id: Mapped[UUID]
    measure_id: Mapped[UUID]
