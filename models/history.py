"""What was brought in, when and by whom."""

from datetime import datetime

from sqlalchemy import CheckConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Json, TenantRow, belongs, looked_up_by


class ImportRun(TenantRow):
    """One import of one file, with its report."""

    __tablename__ = "import_run"
    __table_args__ = (
        belongs(),
        CheckConstraint("least(read, created, updated, unchanged, rejected) >= 0", name="counts"),
        looked_up_by("import_run", "started_at"),
    )

    file: Mapped[str]
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
