"""Policy plans: what rule the partnership wants changed, kept or known, and for whom."""

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
        refers("indicator_id", "indicator"),
        UniqueConstraint("partnership_id", "title"),
        CheckConstraint("version > 0", name="version"),
        looked_up_by("policy_plan", "owner_id"),
        looked_up_by("policy_plan", "indicator_id"),
    )

    title: Mapped[str]
    level: Mapped[PolicyLevel] = mapped_column(closed_list(PolicyLevel, "level"))
    stance: Mapped[PolicyStance] = mapped_column(closed_list(PolicyStance, "stance"))
    status: Mapped[PolicyStatus] = mapped_column(closed_list(PolicyStatus, "status"), server_default="DRAFT")
    owner_id: Mapped[UUID | None]
    indicator_id: Mapped[UUID | None]
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
