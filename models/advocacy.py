"""What is done for a policy plan: milestones, actions, steps of its status, dollars, and who stands where."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Minor, TenantRow, belongs, closed_list, looked_up_by, refers
from models.plans import PolicyStatus


class AdvocacyKind(StrEnum):
    """What was done."""

    TESTIMONY = "TESTIMONY"
    MEETING = "MEETING"
    BRIEF = "BRIEF"
    LETTER = "LETTER"
    CAMPAIGN = "CAMPAIGN"
    COALITION = "COALITION"
    TRAINING = "TRAINING"
    RESEARCH = "RESEARCH"
    OTHER = "OTHER"


class LobbyingClass(StrEnum):
    """What the tax law makes of an action (26 CFR 56.4911-2); policy/lobbying.py says by which rules."""

    NOT_LOBBYING = "NOT_LOBBYING"
    DIRECT = "DIRECT"
    GRASSROOTS = "GRASSROOTS"


class PolicyDollarKind(StrEnum):
    """RELEASED: there was no such money before; REDIRECTED: it was spent on something else."""

    RELEASED = "RELEASED"
    REDIRECTED = "REDIRECTED"


class Position(StrEnum):
    """Where an organization stands."""

    SUPPORTS = "SUPPORTS"
    OPPOSES = "OPPOSES"
    NEUTRAL = "NEUTRAL"
    UNDECIDED = "UNDECIDED"


NO_ADDRESS = "speaker !~ '@|[0-9]{3}'"
"""A role such as "Superintendent" is kept; an address or a telephone number is not."""


class PolicyMilestone(TenantRow):
    """A day by which something is to have happened."""

    __tablename__ = "policy_milestone"
    __table_args__ = (
        belongs(),
        refers("plan_id", "policy_plan"),
        UniqueConstraint("partnership_id", "plan_id", "title"),
        CheckConstraint("length(title) between 1 and 2000", name="title"),
        CheckConstraint("due_on >= '1900-01-01'", name="due_on"),
        CheckConstraint("done_on >= '1900-01-01'", name="done_on"),
        looked_up_by("policy_milestone", "due_on"),
    )

    plan_id: Mapped[UUID]
    title: Mapped[str]
    due_on: Mapped[date]
    done_on: Mapped[date | None]


class PolicyAction(TenantRow):
    """Something that an organization did for a plan.

    `cost` is dollars spent, never the worth of time that nobody paid for. Lobbying paid out of an investment
    is the ledger's transfer `transfer_id` into an account that is kept for lobbying.
    """

    __tablename__ = "policy_action"
    __table_args__ = (
        belongs(),
        refers("plan_id", "policy_plan"),
        refers("organization_id", "organization"),
        refers("paid_from_id", "investment"),
        refers("transfer_id", "transfer", schema="ledger"),
        CheckConstraint("length(description) between 1 and 20000", name="description"),
        CheckConstraint("length(reason) between 1 and 2000", name="reason"),
        CheckConstraint(f"length(speaker) between 1 and 200 and {NO_ADDRESS}", name="speaker"),
        CheckConstraint("occurred_on >= '1900-01-01'", name="occurred_on"),
        CheckConstraint("hours between 0 and 100000", name="hours"),
        CheckConstraint("cost >= 0", name="cost"),
        CheckConstraint("num_nonnulls(cost, currency) in (0, 2)", name="money"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_shape"),
        CheckConstraint("paid_from_id is null or cost > 0", name="paid_from"),
        CheckConstraint(
            "classification = 'NOT_LOBBYING' or (paid_from_id is null) = (transfer_id is null)",
            name="lobbying_is_posted",
        ),
        CheckConstraint("classification <> 'NOT_LOBBYING' or transfer_id is null", name="posted_is_lobbying"),
        Index(
            "uq_policy_action_transfer_id",
            "partnership_id",
            "transfer_id",
            unique=True,
        ),
        looked_up_by("policy_action", "plan_id", "occurred_on"),
        looked_up_by("policy_action", "organization_id"),
        looked_up_by("policy_action", "paid_from_id"),
        looked_up_by("policy_action", "occurred_on"),
    )

    plan_id: Mapped[UUID]
    organization_id: Mapped[UUID]
    speaker: Mapped[str | None]
    occurred_on: Mapped[date]
    kind: Mapped[AdvocacyKind] = mapped_column(closed_list(AdvocacyKind, "kind"))
    classification: Mapped[LobbyingClass] = mapped_column(closed_list(LobbyingClass, "classification"))
    reason: Mapped[str]
    hours: Mapped[Decimal | None]
    is_paid: Mapped[bool] = mapped_column(server_default="true")
    cost: Mapped[Minor | None]
    currency: Mapped[str | None]
    paid_from_id: Mapped[UUID | None]
    transfer_id: Mapped[UUID | None]
    description: Mapped[str]


class PolicyStatusChange(TenantRow):
    """A step of a plan's status. Append-only."""

    __tablename__ = "policy_status_change"
    __table_args__ = (
        belongs(),
        refers("plan_id", "policy_plan"),
        CheckConstraint("from_status <> to_status", name="step"),
        CheckConstraint("length(note) between 1 and 2000", name="note"),
        looked_up_by("policy_status_change", "plan_id", "changed_at"),
    )

    plan_id: Mapped[UUID]
    from_status: Mapped[PolicyStatus | None] = mapped_column(closed_list(PolicyStatus, "from_status"))
    to_status: Mapped[PolicyStatus] = mapped_column(closed_list(PolicyStatus, "to_status"))
    happened_on: Mapped[date]
    changed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    changed_by: Mapped[str | None]
    note: Mapped[str | None]


class PolicyDollars(TenantRow):
    """Dollars that a plan released or redirected."""

    __tablename__ = "policy_dollars"
    __table_args__ = (
        belongs(),
        refers("plan_id", "policy_plan"),
        UniqueConstraint("partnership_id", "plan_id", "kind", "is_public", "currency"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_shape"),
    )

    plan_id: Mapped[UUID]
    kind: Mapped[PolicyDollarKind] = mapped_column(closed_list(PolicyDollarKind, "kind"))
    is_public: Mapped[bool]
    amount: Mapped[Minor]
    currency: Mapped[str]
    source: Mapped[str | None]


class PolicyPosition(TenantRow):
    """Where an organization stands on a plan, and who speaks for it there, by role alone."""

    __tablename__ = "policy_position"
    __table_args__ = (
        belongs(),
        refers("plan_id", "policy_plan"),
        refers("organization_id", "organization"),
        UniqueConstraint("partnership_id", "plan_id", "organization_id"),
        CheckConstraint("length(jurisdiction) between 1 and 200", name="jurisdiction"),
        CheckConstraint("length(speaker) between 1 and 200 and " + NO_ADDRESS, name="speaker"),
        CheckConstraint("monthly_hours between 0 and 1000", name="monthly_hours"),
        CheckConstraint("taken_on >= '1900-01-01'", name="taken_on"),
        looked_up_by("policy_position", "organization_id"),
        looked_up_by("policy_position", "jurisdiction"),
    )

    plan_id: Mapped[UUID]
    organization_id: Mapped[UUID]
    position: Mapped[Position] = mapped_column(closed_list(Position, "position"))
    jurisdiction: Mapped[str | None]
    speaker: Mapped[str | None]
    monthly_hours: Mapped[Decimal | None]
    taken_on: Mapped[date | None]


class ExemptPurposeSpending(TenantRow):
    """What the anchor entity spent on its exempt purposes in a fiscal year: what lobbying is limited by."""

    __tablename__ = "exempt_purpose_spending"
    __table_args__ = (
        belongs(),
        UniqueConstraint("partnership_id", "fiscal_year"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_shape"),
        CheckConstraint("fiscal_year between 1990 and 2100", name="fiscal_year"),
    )

    fiscal_year: Mapped[int]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    source: Mapped[str | None]
