"""Tokens by which programs and people sign in: made once, kept as a hash, and read back to who bears them."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.base import new_id
from models.database import Scope, enter
from models.organizations import Organization, OrganizationIdentifier
from models.people import AccessToken, Role

PREFIX = "ra_"
SECRET_BYTES = 32
LONGEST = 200
NOTED_AT_MOST_EVERY = timedelta(minutes=1)


class TokenError(ValueError):
    """A token cannot be made as asked; the sentence says what to change."""


@dataclass(frozen=True)
class Bearer:
    """Who presents a token. `actor` is how the history names them."""

    name: str
    actor: str
    partnership_id: UUID
    role: Role
    organization_id: UUID | None


async def create_token(
    session: AsyncSession,
    partnership_id: UUID,
    role: Role,
    expires_at: datetime,
    *,
    organization: str | None = None,
    name: str | None = None,
) -> str:
    """A new token; it is nowhere to be read again. `organization` is an identifier (org-id.guide) or a name.

    Errors: TokenError.
    """
    if expires_at <= datetime.now(UTC):
        raise TokenError("a token expires in the future")
    found = None if organization is None else await organization_named(session, partnership_id, organization)
    if role is Role.FUNDER and found is None:
        raise TokenError("a funder's token needs the funder's organization: its identifier or its name")
    token = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    session.add(
        AccessToken(
            partnership_id=partnership_id,
            id=new_id(),
            secret_sha256=digest(token),
            name=name or (found.name if found else role.value.capitalize()),
            role=role,
            organization_id=found.id if found else None,
            expires_at=expires_at,
        )
    )
    await session.flush()
    return token


async def bearer(session: AsyncSession, token: str) -> Bearer | None:
    """Who bears a token; None where it is unknown, expired or revoked, which look the same.

    Notes the use, at most once a minute; the session then reads and writes the bearer's partnership.
    """
    if len(token) > LONGEST or not token.startswith(PREFIX):
        return None
    secret = digest(token)
    await session.execute(
        text("select set_config('app.token_sha256', :secret, true)"), {"secret": secret.hex()}
    )
    row = (
        await session.execute(
            select(AccessToken).where(
                AccessToken.secret_sha256 == secret,
                AccessToken.expires_at > func.clock_timestamp(),
                AccessToken.revoked_at.is_(None),
            )
        )
    ).scalar_one_or_none()
    if row is None:
        return None
    await _note_use(session, row)
    return Bearer(row.name, actor_of(row), row.partnership_id, row.role, row.organization_id)


async def tokens_of(session: AsyncSession, partnership_id: UUID) -> Sequence[AccessToken]:
    """The partnership's tokens, the youngest first, those that have ended too; their secrets are nowhere."""
    query = select(AccessToken).where(AccessToken.partnership_id == partnership_id)
    return (
        (await session.execute(query.order_by(AccessToken.created_at.desc(), AccessToken.id))).scalars().all()
    )


async def revoke_token(session: AsyncSession, partnership_id: UUID, token: UUID | str) -> bool:
    """Ends a token, named by its id or by itself; once ended it stays so. Whether there is such a token here."""
    named = AccessToken.id == token if isinstance(token, UUID) else AccessToken.secret_sha256 == digest(token)
    changed = await session.execute(
        update(AccessToken)
        .where(AccessToken.partnership_id == partnership_id, named)
        .values(revoked_at=func.coalesce(AccessToken.revoked_at, func.clock_timestamp()))
        .returning(AccessToken.id)
    )
    return changed.first() is not None


def digest(token: str) -> bytes:
    """What is kept of a token. It has 256 random bits, so a plain SHA-256 cannot be turned back."""
    return hashlib.sha256(token.encode()).digest()


async def _note_use(session: AsyncSession, row: AccessToken) -> None:
    """Notes the use, and puts the session into the scope of the bearer."""
    await enter(session, Scope.of(row.partnership_id, actor_of(row)))
    noted, latest = row.last_used_at, datetime.now(UTC) - NOTED_AT_MOST_EVERY
    if noted is not None and noted > latest:
        return
    await session.execute(
        update(AccessToken)
        .where(
            AccessToken.partnership_id == row.partnership_id,
            AccessToken.id == row.id,
            or_(AccessToken.last_used_at.is_(None), AccessToken.last_used_at <= latest),
        )
        .values(last_used_at=func.clock_timestamp())
        .execution_options(synchronize_session=False)
    )


def actor_of(row: AccessToken) -> str:
    """How the history names a bearer."""
    return f"token:{row.id}"


async def organization_named(session: AsyncSession, partnership_id: UUID, named: str) -> Organization:
    """By its identifier (scheme and value, or the value alone), else by its name. Errors: TokenError."""
    i = OrganizationIdentifier
    full = i.scheme + "-" + i.value
    by_identifier = select(i.organization_id).where(
        i.partnership_id == partnership_id, or_(full == named, i.value == named)
    )
    query = select(Organization).where(
        Organization.partnership_id == partnership_id,
        or_(Organization.id.in_(by_identifier), Organization.name == named),
    )
    found = (await session.execute(query.limit(2))).scalars().all()
    if not found:
        raise TokenError(f"there is no organization {named!r} here: give its identifier or its name")
    if len(found) > 1:
        raise TokenError(f"several organizations are called {named!r}: give an identifier")
    return found[0]
