"""Match: what an investment asks others to give, who offers to match, and what in kind is counted for it."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from models.base import Minor, TenantRow, belongs, looked_up_by, refers


class MatchRequirement(TenantRow):
    """What an investment asks to be matched: `ratio` for each of its dollars, `required` in its currency."""

    __tablename__ = "match_requirement"
    __table_args__ = (
        belongs(),
        refers("investment_id", "investment"),
        UniqueConstraint("partnership_id", "investment_id"),
        CheckConstraint("ratio > 0 and ratio < 'infinity'", name="ratio"),
        CheckConstraint("required >= 0", name="required"),
    )

    investment_id: Mapped[UUID]
    ratio: Mapped[Decimal]
    required: Mapped[Minor]
    in_kind_counts: Mapped[bool]
    due_on: Mapped[date | None]


class MatchOffer(TenantRow):
    """An organization's offer to give `ratio` dollars for each dollar that others give, up to a maximum."""

    __tablename__ = "match_offer"
    __table_args__ = (
        belongs(),
        refers("source_id", "organization"),
        CheckConstraint("ratio > 0 and ratio < 'infinity'", name="ratio"),
        CheckConstraint("maximum > 0", name="maximum"),
        CheckConstraint("(maximum is null) = (currency is null)", name="maximum_currency"),
        looked_up_by("match_offer", "source_id"),
        looked_up_by("match_offer", "deadline"),
    )

    source_id: Mapped[UUID]
    ratio: Mapped[Decimal]
    maximum: Mapped[Minor | None]
    currency: Mapped[str | None]
    deadline: Mapped[date | None]
    in_kind_counts: Mapped[bool]


class InKindMatch(TenantRow):
    """An in-kind resource counted as match for an investment. More than one is a conflict: kept, and flagged."""

    __tablename__ = "in_kind_match"
    __table_args__ = (
        belongs(),
        refers("in_kind_id", "in_kind_resource"),
        refers("investment_id", "investment"),
        UniqueConstraint("partnership_id", "in_kind_id", "investment_id"),
        looked_up_by("in_kind_match", "investment_id"),
    )

    in_kind_id: Mapped[UUID]
    investment_id: Mapped[UUID]
