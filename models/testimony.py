"""What people of the community say of a practice: words that may be published, and nothing of who said them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from models.base import TenantRow, belongs, closed_list, imported_by, looked_up_by, refers


class TestimonyView(StrEnum):
    """What somebody thinks of a practice."""

    FAVOURABLE = "FAVOURABLE"
    MIXED = "MIXED"
    UNFAVOURABLE = "UNFAVOURABLE"


class Testimony(TenantRow):
    """Words that whoever said them agreed to have published.

    There is no column for a name. `people_count` and `population_id` are filled only where at least the
    partnership's minimum group size said so together, since a smaller group may tell who it was.
    """

    __tablename__ = "testimony"
    __table_args__ = (
        belongs(),
        refers("practice_id", "practice"),
        refers("outcome_id", "outcome"),
        refers("population_id", "population"),
        imported_by(),
        CheckConstraint("people_count >= 10", name="people_count"),
        CheckConstraint("population_id is null or people_count is not null", name="population"),
        looked_up_by("testimony", "practice_id"),
        looked_up_by("testimony", "outcome_id"),
        looked_up_by("testimony", "population_id"),
        looked_up_by("testimony", "import_id"),
    )

    practice_id: Mapped[UUID]
    outcome_id: Mapped[UUID | None]
    population_id: Mapped[UUID | None]
    heard_on: Mapped[date]
    occasion: Mapped[str | None]
    view: Mapped[TestimonyView] = mapped_column(closed_list(TestimonyView, "view"))
    words: Mapped[str]
    people_count: Mapped[int | None]
    source_file: Mapped[str | None]
    source_row: Mapped[int | None]
    import_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
