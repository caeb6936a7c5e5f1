"""What was agreed about an investment: what is due and when, its instalments, its renewal, and where it came from."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Minor, TenantRow, belongs, closed_list, looked_up_by, refers


class ObligationKind(StrEnum):
    """What is owed to a funder."""

    REPORT = "REPORT"
    CONDITION = "CONDITION"
    MATCH = "MATCH"
    AUDIT = "AUDIT"
    RENEWAL = "RENEWAL"
    OTHER = "OTHER"


class Obligation(TenantRow):
    """Something due under an investment. Whether it is late follows from its dates and the day of asking."""

    __tablename__ = "obligation"
    __table_args__ = (
        belongs(),
        refers("investment_id", "investment"),
        CheckConstraint("length(title) between 1 and 2000", name="title"),
        looked_up_by("obligation", "investment_id"),
        looked_up_by("obligation", "due_on"),
    )

    investment_id: Mapped[UUID]
    kind: Mapped[ObligationKind] = mapped_column(closed_list(ObligationKind, "kind"))
    title: Mapped[str]
    due_on: Mapped[date]
    done_on: Mapped[date | None]


class Renewal(TenantRow):
    """When an investment comes up for renewal, how likely that is, and who sees to it. An unknown chance is None."""

    __tablename__ = "renewal"
    __table_args__ = (
        belongs(),
        refers("investment_id", "investment"),
        UniqueConstraint("partnership_id", "investment_id"),
        CheckConstraint("probability between 0 and 1", name="probability"),
        looked_up_by("renewal", "due_on"),
    )

    investment_id: Mapped[UUID]
    due_on: Mapped[date]
    probability: Mapped[Decimal | None]
    owner_name: Mapped[str | None]


class Instalment(TenantRow):
    """A part of an investment that falls due in a fiscal year, in the investment's currency."""

    __tablename__ = "instalment"
    __table_args__ = (
        belongs(),
        refers("investment_id", "investment"),
        CheckConstraint("fiscal_year between 1990 and 2100", name="fiscal_year"),
        CheckConstraint("amount > 0", name="amount"),
        looked_up_by("instalment", "investment_id"),
    )

    investment_id: Mapped[UUID]
    fiscal_year: Mapped[int]
    due_on: Mapped[date | None]
    amount: Mapped[Minor]
    is_conditional: Mapped[bool] = mapped_column(server_default="false")


class LinkKind(StrEnum):
    """FUNDED_FROM: the other's dollars pay it (a sub-grant). RENEWAL_OF: it follows the other.

    MATCH_FOR: its dollars are counted as match for the other.
    """

    FUNDED_FROM = "FUNDED_FROM"
    RENEWAL_OF = "RENEWAL_OF"
    MATCH_FOR = "MATCH_FOR"


class InvestmentLink(TenantRow):
    """One investment's tie to another, read from `investment_id` to `other_id`."""

    __tablename__ = "investment_link"
    __table_args__ = (
        belongs(),
        refers("investment_id", "investment"),
        refers("other_id", "investment"),
        UniqueConstraint("partnership_id", "investment_id", "kind", "other_id"),
        CheckConstraint("investment_id <> other_id", name="two_investments"),
        looked_up_by("investment_link", "other_id"),
    )

    investment_id: Mapped[UUID]
    kind: Mapped[LinkKind] = mapped_column(closed_list(LinkKind, "kind"))
    other_id: Mapped[UUID]
