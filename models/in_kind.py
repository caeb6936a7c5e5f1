"""Time, talent and goods that partners give: counted in their own units, never in dollars."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Minor, TenantRow, belongs, closed_list, looked_up_by, refers


class InKindKind(StrEnum):
    """What is given other than money."""

    KNOWLEDGE = "KNOWLEDGE"
    TIME = "TIME"
    VOLUNTEERS = "VOLUNTEERS"
    SKILLS = "SKILLS"
    FACILITIES = "FACILITIES"
    MATERIALS = "MATERIALS"
    SERVICES = "SERVICES"
    LOANED_STAFF = "LOANED_STAFF"


class InKindUnit(StrEnum):
    """What an in-kind quantity counts."""

    HOUR = "HOUR"
    MONTH = "MONTH"
    SEAT = "SEAT"
    ITEM = "ITEM"
    SQUARE_FOOT = "SQUARE_FOOT"
    OTHER = "OTHER"


class InKindResource(TenantRow):
    """Something given in kind; its valuation is a labelled estimate (ASU 2020-07), kept apart from cash."""

    __tablename__ = "in_kind_resource"
    __table_args__ = (
        belongs(),
        refers("donor_id", "organization"),
        refers("practice_id", "practice"),
        refers("position_id", "staff_position"),
        CheckConstraint("quantity > 0 and quantity < 'infinity'", name="quantity"),
        CheckConstraint("ends_on is null or starts_on is null or ends_on >= starts_on", name="term"),
        CheckConstraint("(unit_rate is null) = (currency is null)", name="rate_currency"),
        CheckConstraint("unit_rate >= 0", name="unit_rate"),
        looked_up_by("in_kind_resource", "donor_id"),
        looked_up_by("in_kind_resource", "practice_id"),
        looked_up_by("in_kind_resource", "position_id"),
    )

    donor_id: Mapped[UUID]
    kind: Mapped[InKindKind] = mapped_column(closed_list(InKindKind, "kind"))
    description: Mapped[str]
    quantity: Mapped[Decimal]
    unit: Mapped[InKindUnit] = mapped_column(closed_list(InKindUnit, "unit"))
    unit_rate: Mapped[Minor | None]
    currency: Mapped[str | None]
    method: Mapped[str | None]
    rate_source: Mapped[str | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    practice_id: Mapped[UUID | None]
    position_id: Mapped[UUID | None]
