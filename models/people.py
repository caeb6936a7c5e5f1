"""Who may ask: tokens that carry a role in one partnership, and people whom partnerships admit."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from models.base import TenantRow, belongs, closed_list, looked_up_by, refers


class Role(StrEnum):
    """What a caller is to a partnership."""

    ADMIN = "ADMIN"
    FUNDER = "FUNDER"
    ANCHOR = "ANCHOR"
    POLICY = "POLICY"
    DATA = "DATA"
    FACILITATOR = "FACILITATOR"
    COMMUNITY = "COMMUNITY"


class AccessToken(TenantRow):
    """A secret that a program or person presents. Only its SHA-256 is kept."""

    __tablename__ = "access_token"
    __table_args__ = (
        belongs(),
        refers("organization_id", "organization"),
        UniqueConstraint("partnership_id", "secret_sha256"),
        CheckConstraint("octet_length(secret_sha256) = 32", name="secret_sha256"),
        looked_up_by("access_token", "organization_id"),
    )

    secret_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[str]
    role: Mapped[Role] = mapped_column(closed_list(Role, "role"))
    organization_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class Admission(TenantRow):
    """A person who signs in at an OpenID provider, and what the partnership lets them be.

    A person is an issuer and its subject (OpenID Connect Core 1.0, section 5.7). One who gives has the giver's
    organization, which has an id of its own in each partnership. Sessions begun before `signed_out_at` are over.
    """

    __tablename__ = "admission"
    __table_args__ = (
        belongs(),
        refers("organization_id", "organization"),
        UniqueConstraint("partnership_id", "issuer", "subject"),
        CheckConstraint("issuer ~ '^https?://'", name="issuer"),
        CheckConstraint("length(subject) between 1 and 255", name="subject"),
        CheckConstraint("role <> 'FUNDER' or organization_id is not null", name="giver"),
        looked_up_by("admission", "organization_id"),
    )

    issuer: Mapped[str]
    subject: Mapped[str]
    name: Mapped[str]
    role: Mapped[Role] = mapped_column(closed_list(Role, "role"))
    organization_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    ended_at: Mapped[datetime | None]
    signed_out_at: Mapped[datetime | None]
