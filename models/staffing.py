"""The partnership's staff positions, and who pays for each in which months."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Minor, TenantRow, belongs, closed_list, looked_up_by, refers


class KeyRole(StrEnum):
    """The five key roles of a partnership's daily management."""

    PARTNERSHIP_DIRECTOR = "PARTNERSHIP_DIRECTOR"
    FACILITATOR = "FACILITATOR"
    DATA_MANAGER = "DATA_MANAGER"
    COMMUNICATION_MANAGER = "COMMUNICATION_MANAGER"
    COMMUNITY_ENGAGEMENT_MANAGER = "COMMUNITY_ENGAGEMENT_MANAGER"
    OTHER = "OTHER"


class Provision(StrEnum):
    """How a position is filled."""

    PAID = "PAID"
    IN_KIND = "IN_KIND"
    LOANED = "LOANED"
    VACANT = "VACANT"


class StaffPosition(TenantRow):
    """A position and what it costs a year."""

    __tablename__ = "staff_position"
    __table_args__ = (
        belongs(),
        UniqueConstraint("partnership_id", "title"),
        CheckConstraint(
            "full_time_equivalent > 0 and full_time_equivalent <= 100", name="full_time_equivalent"
        ),
        CheckConstraint("annual_cost >= 0", name="annual_cost"),
        CheckConstraint("(annual_cost is null) = (currency is null)", name="cost_currency"),
        CheckConstraint("ends_on is null or starts_on is null or ends_on >= starts_on", name="term"),
    )

    title: Mapped[str]
    role: Mapped[KeyRole] = mapped_column(closed_list(KeyRole, "role"))
    full_time_equivalent: Mapped[Decimal]
    annual_cost: Mapped[Minor | None]
    currency: Mapped[str | None]
    provision: Mapped[Provision] = mapped_column(closed_list(Provision, "provision"))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]


class PositionCost(TenantRow):
    """From a day on, what the position is paid a year, and its benefits as a share of the pay: a raise is a row."""

    __tablename__ = "position_cost"
    __table_args__ = (
        belongs(),
        refers("position_id", "staff_position"),
        UniqueConstraint("partnership_id", "position_id", "from_on"),
        CheckConstraint("annual_pay >= 0", name="annual_pay"),
        CheckConstraint("benefit_rate >= 0 and benefit_rate < 'infinity'", name="benefit_rate"),
    )

    position_id: Mapped[UUID]
    from_on: Mapped[date]
    annual_pay: Mapped[Minor]
    benefit_rate: Mapped[Decimal] = mapped_column(server_default="0")


class StaffFunding(TenantRow):
    """What one investment or one in-kind resource pays of a position each month of a term.

    One that was taken back stays in its row, and counts for nothing from `withdrawn_at` on.
    """

    __tablename__ = "staff_funding"
    __table_args__ = (
        belongs(),
        refers("position_id", "staff_position"),
        refers("investment_id", "investment"),
        refers("in_kind_id", "in_kind_resource"),
        CheckConstraint("num_nonnulls(investment_id, in_kind_id) <= 1", name="one_payer"),
        CheckConstraint("monthly >= 0", name="monthly"),
        CheckConstraint("ends_on >= starts_on", name="term"),
        looked_up_by("staff_funding", "position_id"),
        looked_up_by("staff_funding", "investment_id"),
        looked_up_by("staff_funding", "in_kind_id"),
    )

    position_id: Mapped[UUID]
    investment_id: Mapped[UUID | None]
    in_kind_id: Mapped[UUID | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    monthly: Mapped[Minor]
    currency: Mapped[str]
    is_certain: Mapped[bool] = mapped_column(server_default="true")
    is_recurring: Mapped[bool] = mapped_column(server_default="false")
    withdrawn_at: Mapped[datetime | None]
