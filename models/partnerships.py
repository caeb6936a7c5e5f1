"""The partnership, its areas, and the entity that holds its money."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, TenantRow, belongs, closed_list, looked_up_by, new_id, refers


class ReferenceKind(StrEnum):
    """With whom a group is compared: a named group, everybody else, all together, or what it should have been."""

    GROUP = "GROUP"
    REST = "REST"
    TOTAL = "TOTAL"
    TARGET = "TARGET"


class DisparityMethod(StrEnum):
    """POINT: the gap reaches the margin in each period. TESTED: chance is ruled out as well."""

    POINT = "POINT"
    TESTED = "TESTED"


class FigureReview(StrEnum):
    """Which figures wait for somebody's approval: none, those recorded through the API, or imported ones too."""

    NONE = "NONE"
    RECORDED = "RECORDED"
    ALL = "ALL"


class Partnership(Base):
    """A cradle-to-career partnership: the tenant. Its own row is the one table that no tenant leads."""

    __tablename__ = "partnership"
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'", name="slug_shape"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_shape"),
        CheckConstraint("fiscal_year_start_month between 1 and 12", name="fiscal_year_start_month"),
        CheckConstraint("minimum_group_size >= 10", name="minimum_group_size"),
        CheckConstraint("disparity_margin >= 0 and disparity_margin < 'infinity'", name="disparity_margin"),
        CheckConstraint("disparity_periods between 1 and 20", name="disparity_periods"),
        CheckConstraint("measure_stale_days between 1 and 3650", name="measure_stale_days"),
        CheckConstraint("pocket_approval_days between 1 and 365", name="pocket_approval_days"),
        CheckConstraint("settings <@ '{URBAN,SUBURBAN,TOWN,RURAL}'", name="settings"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    state: Mapped[str | None]
    currency: Mapped[str]
    fiscal_year_start_month: Mapped[int]
    is_public: Mapped[bool] = mapped_column(server_default="false")
    is_fictional: Mapped[bool] = mapped_column(server_default="false")
    minimum_group_size: Mapped[int] = mapped_column(server_default="10")
    disparity_method: Mapped[DisparityMethod] = mapped_column(
        closed_list(DisparityMethod, "disparity_method"), server_default="TESTED"
    )
    disparity_margin: Mapped[Decimal] = mapped_column(server_default="3")
    disparity_periods: Mapped[int] = mapped_column(server_default="3")
    measure_stale_days: Mapped[int] = mapped_column(server_default="45")
    pocket_approval_days: Mapped[int] = mapped_column(server_default="10")
    figure_review: Mapped[FigureReview] = mapped_column(
        closed_list(FigureReview, "figure_review"), server_default="NONE"
    )
    settings: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class Area(TenantRow):
    """A place within the partnership's scope, perhaps inside a larger one."""

    __tablename__ = "area"
    __table_args__ = (
        belongs(),
        refers("parent_id", "area"),
        UniqueConstraint("partnership_id", "name"),
        UniqueConstraint("partnership_id", "code"),
        looked_up_by("area", "parent_id"),
    )

    name: Mapped[str]
    code: Mapped[str | None]
    parent_id: Mapped[UUID | None]


class AnchorEntity(TenantRow):
    """The fiscal agent: the organization that holds the partnership's money, and for what fee."""

    __tablename__ = "anchor_entity"
    __table_args__ = (
        belongs(),
        refers("organization_id", "organization"),
        CheckConstraint("fee_rate between 0 and 1", name="fee_rate"),
        CheckConstraint("ends_on is null or ends_on > starts_on", name="term"),
        looked_up_by("anchor_entity", "organization_id"),
    )

    organization_id: Mapped[UUID]
    fee_rate: Mapped[Decimal | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
