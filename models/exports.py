"""Files that are handed out: who asked for which, how far it is, and what it holds until it expires."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column

from models.base import Json, TenantRow, belongs, closed_list, looked_up_by, refers
from models.people import Role


class ExportFormat(StrEnum):
    """360Giving as JSON or CSV, IATI 2.03, and all columns as plain CSV."""

    THREESIXTY_JSON = "THREESIXTY_JSON"
    THREESIXTY_CSV = "THREESIXTY_CSV"
    IATI = "IATI"
    CSV = "CSV"


class ExportStatus(StrEnum):
    """EXPIRED follows from the clock, and is kept when the content is taken away."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    READY = "READY"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


class Export(TenantRow):
    """One file of awards, made with the rights of whoever asked: `role`, and for which organization.

    `funder_id` keeps to one funder's awards. `content` goes when it expires.
    """

    __tablename__ = "export"
    __table_args__ = (
        belongs(),
        refers("organization_id", "organization"),
        refers("funder_id", "funder"),
        CheckConstraint("progress between 0 and 1", name="progress"),
        CheckConstraint("(status = 'READY') = (content is not null)", name="content"),
        looked_up_by("export", "requested_at"),
        looked_up_by("export", "organization_id"),
        looked_up_by("export", "funder_id"),
    )

    format: Mapped[ExportFormat] = mapped_column(closed_list(ExportFormat, "format"))
    status: Mapped[ExportStatus] = mapped_column(closed_list(ExportStatus, "status"))
    progress: Mapped[float] = mapped_column(server_default="0")
    requested_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    requested_by: Mapped[str]
    role: Mapped[Role] = mapped_column(closed_list(Role, "role"))
    organization_id: Mapped[UUID | None]
    funder_id: Mapped[UUID | None]
    expires_at: Mapped[datetime | None]
    report: Mapped[Json] = mapped_column(JSONB, server_default="{}")
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
