"""Barriers: what a network cannot remove by itself and lifts to those who can."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from models.base import TenantRow, belongs, looked_up_by, refers


class Barrier(TenantRow):
    """A barrier from the day on which it was raised to its answer and its end; its age is never stored."""

    __tablename__ = "barrier"
    __table_args__ = (
        belongs(),
        refers("owner_id", "organization"),
        UniqueConstraint("partnership_id", "title"),
        CheckConstraint("length(title) between 1 and 2000", name="title"),
        CheckConstraint("length(raised_by_name) between 1 and 200", name="raised_by_name"),
        CheckConstraint("length(answer) between 1 and 20000", name="answer"),
        CheckConstraint("num_nonnulls(answer, answered_on) in (0, 2)", name="answered"),
        CheckConstraint("raised_on >= '1900-01-01'", name="raised_on"),
        CheckConstraint("answered_on >= raised_on", name="answered_on"),
        CheckConstraint("resolved_on >= raised_on", name="resolved_on"),
        looked_up_by("barrier", "owner_id"),
        looked_up_by("barrier", "raised_on"),
    )

    title: Mapped[str]
    raised_by_name: Mapped[str | None]
    raised_on: Mapped[date]
    owner_id: Mapped[UUID | None]
    answer: Mapped[str | None]
    answered_by: Mapped[str | None]
    answered_on: Mapped[date | None]
    resolved_on: Mapped[date | None]
