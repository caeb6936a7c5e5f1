"""The organizations around the table, and the identifiers by which others know them."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import TenantRow, belongs, closed_list, looked_up_by, refers


class Sector(StrEnum):
    """The seven sectors of a cradle-to-career partnership."""

    EARLY_CHILDHOOD = "EARLY_CHILDHOOD"
    K12 = "K12"
    HIGHER_EDUCATION = "HIGHER_EDUCATION"
    COMMUNITY_BASED = "COMMUNITY_BASED"
    PHILANTHROPIC = "PHILANTHROPIC"
    CIVIC_GOVERNMENT = "CIVIC_GOVERNMENT"
    BUSINESS = "BUSINESS"


class Organization(TenantRow):
    """An organization that gives, receives or acts. `is_public` means a government's money.

    One that turned out to be another is kept, since the ledger's transfers name it for ever: `merged_into_id`
    is the one that stands for it.
    """

    __tablename__ = "organization"
    __table_args__ = (
        belongs(),
        refers("merged_into_id", "organization"),
        CheckConstraint("merged_into_id <> id", name="merged_into_id"),
        looked_up_by("organization", "name"),
        looked_up_by("organization", "merged_into_id"),
    )

    name: Mapped[str]
    sector: Mapped[Sector | None] = mapped_column(closed_list(Sector, "sector"))
    is_public: Mapped[bool] = mapped_column(server_default="false")
    merged_into_id: Mapped[UUID | None]


class OrganizationIdentifier(TenantRow):
    """One identifier of an organization: a list's code and the value in it (org-id.guide)."""

    __tablename__ = "organization_identifier"
    __table_args__ = (
        belongs(),
        refers("organization_id", "organization"),
        UniqueConstraint("partnership_id", "scheme", "value"),
        CheckConstraint("length(value) between 1 and 200", name="value"),
        looked_up_by("organization_identifier", "organization_id"),
    )

    organization_id: Mapped[UUID]
    scheme: Mapped[str]
    value: Mapped[str]
    preferred: Mapped[bool] = mapped_column(server_default="false")
