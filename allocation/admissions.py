"""Admissions: which partnerships let a person in who has signed in elsewhere, and as what."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.tokens import organization_named
from models.base import new_id
from models.database import Scope, enter
from models.people import Admission, Role

LONGEST_SUBJECT: Final = 255  # OpenID Connect Core 1.0, section 2: `sub`


class AdmissionError(ValueError):
    """A person cannot be admitted as asked; the sentence says what to change."""


@dataclass(frozen=True)
class Person:
    """Somebody as an OpenID provider names them: only the two together are theirs alone."""

    issuer: str
    subject: str

    @property
    def actor(self) -> str:
        """How the history names them: the same in every partnership, and without a word of who they are."""
        return f"person:{hashlib.sha256(f'{self.issuer} {self.subject}'.encode()).hexdigest()[:32]}"


@dataclass(frozen=True)
class Admitted:
    """What a person is: a role in each partnership, and whom they speak for there."""

    name: str
    roles: Mapping[UUID, Role]
    organizations: Mapping[UUID, UUID]


async def admit(
    session: AsyncSession,
    partnership_id: UUID,
    person: Person,
    role: Role,
    *,
    name: str,
    organization: str | None = None,
) -> None:
    """Lets a person in, or changes what they are. `organization` is an identifier (org-id.guide) or a name.

    Errors: AdmissionError, TokenError where there is no such organization.
    """
    if not person.issuer.startswith(("https://", "http://")):
        raise AdmissionError(f"an issuer is an address such as https://id.example.org, not {person.issuer!r}")
    if not 1 <= len(person.subject) <= LONGEST_SUBJECT:
        raise AdmissionError(f"a subject has 1 to {LONGEST_SUBJECT} characters")
    found = None if organization is None else await organization_named(session, partnership_id, organization)
    if role is Role.FUNDER and found is None:
        raise AdmissionError("a funder's person needs the funder's organization: its identifier or its name")
    said = {"name": name, "role": role, "organization_id": found.id if found else None, "ended_at": None}
    key = {"partnership_id": partnership_id, "issuer": person.issuer, "subject": person.subject}
    await session.execute(
        insert(Admission)
        .values(id=new_id(), **key, **said)
        .on_conflict_do_update(constraint="uq_admission_partnership_id_issuer_subject", set_=said)
    )


async def dismiss(session: AsyncSession, partnership_id: UUID, person: Person) -> bool:
    """Lets a person in no longer, at once; False where they were not in."""
    ended = await session.execute(
        update(Admission)
        .where(
            Admission.partnership_id == partnership_id,
            Admission.issuer == person.issuer,
            Admission.subject == person.subject,
            Admission.ended_at.is_(None),
        )
        .values(ended_at=func.clock_timestamp())
        .returning(Admission.id)
    )
    return ended.first() is not None


async def admitted(session: AsyncSession, person: Person, since: datetime | None = None) -> Admitted | None:
    """What a person is, everywhere; None where nobody admits them, or they signed out after `since`."""
    rows = await _open_to(session, person)
    if not rows or (since and any(row.signed_out_at and row.signed_out_at >= since for row in rows)):
        return None
    return Admitted(
        name=rows[0].name,
        roles={row.partnership_id: row.role for row in rows},
        organizations={row.partnership_id: row.organization_id for row in rows if row.organization_id},
    )


async def sign_out(session: AsyncSession, person: Person) -> None:
    """Ends every session that the person has begun so far, wherever it is kept."""
    now = datetime.now(UTC)
    for row in await _open_to(session, person):
        await enter(session, Scope.of(row.partnership_id, person.actor))
        await session.execute(
            update(Admission)
            .where(Admission.partnership_id == row.partnership_id, Admission.id == row.id)
            .values(signed_out_at=now)
            .execution_options(synchronize_session=False)
        )


async def _open_to(session: AsyncSession, person: Person) -> list[Admission]:
    """The admissions in force, in one order; row-level security shows a person their own."""
    await session.execute(
        text("select set_config('app.issuer', :issuer, true), set_config('app.subject', :subject, true)"),
        {"issuer": person.issuer, "subject": person.subject},
    )
    found = await session.execute(
        select(Admission)
        .where(
            Admission.issuer == person.issuer,
            Admission.subject == person.subject,
            Admission.ended_at.is_(None),
        )
        .order_by(Admission.partnership_id)
    )
    return list(found.scalars())
