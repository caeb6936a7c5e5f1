"""Suggested reallocations: what was asked, how far the answer is, and what the board decided of each move."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Json, Minor, TenantRow, belongs, closed_list, looked_up_by, refers
from models.resources import ResourceUse


class ScenarioStatus(StrEnum):
    """Where in its life a scenario stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    READY = "READY"
    INFEASIBLE = "INFEASIBLE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    APPLIED = "APPLIED"
    STALE = "STALE"


class MoveDecision(StrEnum):
    """What was decided of a move."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"


class Scenario(TenantRow):
    """A question to the optimizer and its answer. `question` and `answer` are documents of ours, versioned.

    `asked_from_id` is the scenario whose decisions this one keeps. `decided_on`, `decision_note` and
    `decided_by` are the board's decision, once the scenario is applied.
    """

    __tablename__ = "scenario"
    __table_args__ = (
        belongs(),
        refers("asked_from_id", "scenario"),
        CheckConstraint("progress between 0 and 1", name="progress"),
        looked_up_by("scenario", "requested_at"),
    )

    name: Mapped[str]
    status: Mapped[ScenarioStatus] = mapped_column(
        closed_list(ScenarioStatus, "status"), server_default="QUEUED"
    )
    progress: Mapped[float] = mapped_column(server_default="0")
    message: Mapped[str | None]
    question: Mapped[Json]
    answer: Mapped[Json | None]
    inputs_hash: Mapped[str | None]
    requested_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    requested_by: Mapped[str]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")
    asked_from_id: Mapped[UUID | None]
    decided_on: Mapped[date | None]
    decision_note: Mapped[str | None]
    decided_by: Mapped[str | None]


class Move(TenantRow):
    """Dollars of one investment from where they sit to where they would do more."""

    __tablename__ = "move"
    __table_args__ = (
        belongs(),
        refers("scenario_id", "scenario"),
        refers("investment_id", "investment"),
        *(
            refers(f"{end}_{column}_id", table)
            for end in ("from", "to")
            for column, table in (
                ("practice", "practice"),
                ("outcome", "outcome"),
                ("population", "population"),
                ("area", "area"),
                ("position", "staff_position"),
            )
        ),
        UniqueConstraint("partnership_id", "scenario_id", "position"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("stays_share between 0 and 1", name="stays_share"),
        looked_up_by("move", "investment_id"),
    )

    scenario_id: Mapped[UUID]
    position: Mapped[int]
    investment_id: Mapped[UUID | None]
    from_practice_id: Mapped[UUID | None]
    from_outcome_id: Mapped[UUID | None]
    from_population_id: Mapped[UUID | None]
    from_area_id: Mapped[UUID | None]
    from_position_id: Mapped[UUID | None]
    from_use: Mapped[ResourceUse | None] = mapped_column(closed_list(ResourceUse, "from_use"))
    from_fiscal_year: Mapped[int | None]
    to_practice_id: Mapped[UUID | None]
    to_outcome_id: Mapped[UUID | None]
    to_population_id: Mapped[UUID | None]
    to_area_id: Mapped[UUID | None]
    to_position_id: Mapped[UUID | None]
    to_use: Mapped[ResourceUse] = mapped_column(closed_list(ResourceUse, "to_use"))
    to_fiscal_year: Mapped[int | None]
    amount: Mapped[Minor]
    currency: Mapped[str]
    gain: Mapped[Decimal | None]
    gain_low: Mapped[Decimal | None]
    gain_high: Mapped[Decimal | None]
    reason: Mapped[str | None]
    sentence: Mapped[str]
    decision: Mapped[MoveDecision] = mapped_column(
        closed_list(MoveDecision, "decision"), server_default="PENDING"
    )
    decision_note: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    stays_share: Mapped[float | None]
