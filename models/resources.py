"""Funders, their investments, and what each donor allows."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Json, Minor, TenantRow, belongs, closed_list, imported_by, looked_up_by, refers

_LATEST = (text("awarded_on desc nulls last"), text("id desc"))
"""The order in which awards are shown."""


class FunderKind(StrEnum):
    """What kind of giver a funder is."""

    FEDERAL = "FEDERAL"
    STATE = "STATE"
    LOCAL = "LOCAL"
    FOUNDATION = "FOUNDATION"
    COMMUNITY_FOUNDATION = "COMMUNITY_FOUNDATION"
    CORPORATE = "CORPORATE"
    INDIVIDUAL = "INDIVIDUAL"
    OTHER = "OTHER"


class ResourceUse(StrEnum):
    """What dollars are for."""

    OPERATIONS = "OPERATIONS"
    COLLABORATIVE_ACTION = "COLLABORATIVE_ACTION"
    PRACTICE = "PRACTICE"
    ADVOCACY = "ADVOCACY"
    OVERHEAD = "OVERHEAD"
    UNASSIGNED = "UNASSIGNED"


class DatePrecision(StrEnum):
    """How exactly a date is known."""

    DAY = "DAY"
    MONTH = "MONTH"
    YEAR = "YEAR"


class EvidenceTier(StrEnum):
    """How strong the evidence is, by the tiers of the Every Student Succeeds Act."""

    STRONG = "STRONG"
    MODERATE = "MODERATE"
    PROMISING = "PROMISING"
    RATIONALE = "RATIONALE"
    NONE = "NONE"


class Funder(TenantRow):
    """An organization in its part as a giver."""

    __tablename__ = "funder"
    __table_args__ = (
        belongs(),
        refers("organization_id", "organization"),
        UniqueConstraint("partnership_id", "organization_id"),
    )

    organization_id: Mapped[UUID]
    kind: Mapped[FunderKind | None] = mapped_column(closed_list(FunderKind, "kind"))


class Investment(TenantRow):
    """Dollars that a funder has awarded. What they are worth today is in the ledger, not here.

    The same published award is known again by publisher, identifier and content: published identifiers
    repeat and are borrowed, so an identifier alone never makes two awards one.
    """

    __tablename__ = "investment"
    __table_args__ = (
        belongs(),
        refers("funder_id", "funder"),
        refers("recipient_id", "organization"),
        refers("fiscal_agent_id", "organization"),
        refers("policy_plan_id", "policy_plan"),
        imported_by(),
        CheckConstraint("length(title) between 1 and 2000", name="title"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_shape"),
        CheckConstraint("ends_on is null or starts_on is null or ends_on >= starts_on", name="term"),
        CheckConstraint("renewal_probability between 0 and 1", name="renewal_probability"),
        CheckConstraint("(awarded_on is null) = (awarded_on_precision is null)", name="awarded_on_precision"),
        CheckConstraint("version > 0", name="version"),
        UniqueConstraint("partnership_id", "source_system", "content_sha256", "occurrence"),
        looked_up_by("investment", "source_system", "source_identifier"),
        Index("ix_investment_latest", "partnership_id", *_LATEST),
        Index("ix_investment_funder_latest", "partnership_id", "funder_id", *_LATEST),
        looked_up_by("investment", "recipient_id"),
        looked_up_by("investment", "fiscal_agent_id"),
        looked_up_by("investment", "import_id"),
        looked_up_by("investment", "policy_plan_id"),
        looked_up_by("investment", "awarded_on"),
    )

    funder_id: Mapped[UUID]
    recipient_id: Mapped[UUID | None]
    fiscal_agent_id: Mapped[UUID | None]
    policy_plan_id: Mapped[UUID | None]
    title: Mapped[str]
    description: Mapped[str | None]
    programme: Mapped[str | None]
    note: Mapped[str | None]
    use: Mapped[ResourceUse] = mapped_column(closed_list(ResourceUse, "use"))
    currency: Mapped[str]
    awarded_on: Mapped[date | None]
    awarded_on_precision: Mapped[DatePrecision | None] = mapped_column(
        closed_list(DatePrecision, "awarded_on_precision_list")
    )
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    renewal_probability: Mapped[Decimal | None]
    source_system: Mapped[str]
    source_publisher: Mapped[str | None]
    source_identifier: Mapped[str | None]
    source_file: Mapped[str | None]
    source_row: Mapped[int | None]
    content_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    fingerprint_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    occurrence: Mapped[int] = mapped_column(server_default="1")
    extra: Mapped[Json | None]
    import_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    version: Mapped[int] = mapped_column(server_default="1")


class Restriction(TenantRow):
    """What a donor allows: each kind of term left empty allows all of its kind."""

    __tablename__ = "restriction"
    __table_args__ = (
        belongs(),
        refers("investment_id", "investment"),
        CheckConstraint("amount > 0", name="amount"),
        looked_up_by("restriction", "investment_id"),
    )

    investment_id: Mapped[UUID]
    amount: Mapped[Minor | None]
    use: Mapped[ResourceUse | None] = mapped_column(closed_list(ResourceUse, "use"))
    minimum_tier: Mapped[EvidenceTier | None] = mapped_column(closed_list(EvidenceTier, "minimum_tier"))
    lobbying_allowed: Mapped[bool] = mapped_column(server_default="true")
    until: Mapped[date | None]
    note: Mapped[str | None]


class RestrictionTerm(TenantRow):
    """One member of one of a restriction's lists: exactly one column is filled."""

    __tablename__ = "restriction_term"
    __table_args__ = (
        belongs(),
        refers("restriction_id", "restriction"),
        refers("outcome_id", "outcome"),
        refers("practice_id", "practice"),
        refers("population_id", "population"),
        refers("area_id", "area"),
        CheckConstraint(
            "num_nonnulls(outcome_id, practice_id, population_id, area_id, fiscal_year) = 1", name="one_term"
        ),
        CheckConstraint("fiscal_year between 1990 and 2100", name="fiscal_year"),
        looked_up_by("restriction_term", "restriction_id"),
        looked_up_by("restriction_term", "outcome_id"),
        looked_up_by("restriction_term", "practice_id"),
        looked_up_by("restriction_term", "population_id"),
        looked_up_by("restriction_term", "area_id"),
    )

    restriction_id: Mapped[UUID]
    outcome_id: Mapped[UUID | None]
    practice_id: Mapped[UUID | None]
    population_id: Mapped[UUID | None]
    area_id: Mapped[UUID | None]
    fiscal_year: Mapped[int | None]
