"""Who may ask: tokens that carry a role in one partnership."""

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
