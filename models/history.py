"""What was brought in, what was changed, when and by whom."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Json, TenantRow, belongs, closed_list, looked_up_by


class ImportRun(TenantRow):
    """One import of one file, with its report."""

    __tablename__ = "import_run"
    __table_args__ = (
        belongs(),
        CheckConstraint("least(read, created, updated, unchanged, rejected) >= 0", name="counts"),
        looked_up_by("import_run", "started_at"),
    )

    file: Mapped[str]
    content_sha256: Mapped[bytes | None]
    """Of the file's bytes; None where it could not be opened, and of runs from before it was kept."""
    format: Mapped[str]
    is_dry_run: Mapped[bool] = mapped_column(server_default="false")
    started_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    actor: Mapped[str]
    read: Mapped[int]
    created: Mapped[int]
    updated: Mapped[int]
    unchanged: Mapped[int]
    rejected: Mapped[int]
    report: Mapped[Json]


class AuditAction(StrEnum):
    """What became of a row."""

    CREATED = "CREATED"
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"


class AuditEvent(TenantRow):
    """One row that was created, changed or removed, as a trigger saw it (migrations/sql/trail.sql).

    `subject` is the row's table; `investment_id` the award that the row is about. `changes` lists
    [column, before, after] as text; of an award that comes in it is empty.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        belongs(),
        looked_up_by("audit_event", "investment_id", "recorded_at"),
        looked_up_by("audit_event", "recorded_at"),
    )

    recorded_at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[AuditAction] = mapped_column(closed_list(AuditAction, "action"))
    subject: Mapped[str]
    row_id: Mapped[UUID]
    investment_id: Mapped[UUID | None]
    changes: Mapped[list[Any]] = mapped_column(JSONB)  # Any: a column's name and its texts
