"""What the partnership means to spend in a fiscal year, and what its fiscal agent takes for its work."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Minor, TenantRow, belongs, closed_list, looked_up_by, refers
from models.resources import ResourceUse


class BudgetLine(TenantRow):
    """Dollars meant for a use in a fiscal year, perhaps of one funder or for one position."""

    __tablename__ = "budget_line"
    __table_args__ = (
        belongs(),
        refers("funder_id", "funder"),
        refers("position_id", "staff_position"),
        CheckConstraint("fiscal_year between 1990 and 2100", name="fiscal_year"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_shape"),
        Index(
            "uq_budget_line_place",
            "partnership_id",
            "fiscal_year",
            "use",
            "funder_id",
            "position_id",
            "currency",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        looked_up_by("budget_line", "funder_id"),
        looked_up_by("budget_line", "position_id"),
    )

    fiscal_year: Mapped[int]
    use: Mapped[ResourceUse] = mapped_column(closed_list(ResourceUse, "use"))
    funder_id: Mapped[UUID | None]
    position_id: Mapped[UUID | None]
    amount: Mapped[Minor]
    currency: Mapped[str]


class FeeAgreement(TenantRow):
    """A fee agreed from a day to another: a rate of what one award brings in, or an amount for each month.

    Without an investment it is the price of hosting the partnership; the anchor entity's own rate is in its row.
    """

    __tablename__ = "fee_agreement"
    __table_args__ = (
        belongs(),
        refers("investment_id", "investment"),
        CheckConstraint("fee_rate between 0 and 1", name="fee_rate"),
        CheckConstraint("num_nonnulls(fee_rate, monthly) = 1", name="one_basis"),
        CheckConstraint("monthly >= 0", name="monthly"),
        CheckConstraint(
            "(monthly is null) = (currency is null) and (monthly is null or starts_on is not null)",
            name="monthly_terms",
        ),
        CheckConstraint("fee_rate is null or investment_id is not null", name="rate_of_an_award"),
        CheckConstraint("ends_on is null or starts_on is null or ends_on >= starts_on", name="term"),
        Index(
            "uq_fee_agreement_start",
            "partnership_id",
            "investment_id",
            "starts_on",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    investment_id: Mapped[UUID | None]
    fee_rate: Mapped[Decimal | None]
    monthly: Mapped[Minor | None]
    currency: Mapped[str | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
