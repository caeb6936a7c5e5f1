"""Exports on their way: asked for, made by a worker in the asker's rights, and there until they expire."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import Caller, Right
from api.exchange.exports.making import make_file
from api.exchange.report import ImportReport, Severity
from models.base import new_id
from models.database import Database, Scope
from models.exports import Export, ExportFormat, ExportStatus
from models.people import Role

__all__ = ["fail_export", "find_ready", "make_export", "request_export"]

LIFE: Final = timedelta(hours=24)
READING_SECONDS = 600.0  # of one statement of an export
MOST_BYTES: Final = 256 * 1024 * 1024
UNDER_WAY: Final = (ExportStatus.QUEUED, ExportStatus.RUNNING)


async def request_export(
    session: AsyncSession, partnership_id: UUID, caller: Caller, form: ExportFormat, funder_id: UUID | None
) -> UUID:
    """Notes what is asked, and takes away what has expired; the caller's right is checked before."""
    await session.execute(
        update(Export)
        .where(
            Export.partnership_id == partnership_id,
            Export.status == ExportStatus.READY,
            Export.expires_at <= func.now(),
        )
        .values(status=ExportStatus.EXPIRED, content=None)
    )
    made = Export(
        partnership_id=partnership_id,
        id=new_id(),
        format=form,
        status=ExportStatus.QUEUED,
        requested_by=caller.actor,
        role=caller.role_in(partnership_id),
        organization_id=caller.organizations.get(partnership_id),
        funder_id=funder_id,
    )
    session.add(made)
    await session.flush()
    return made.id


async def make_export(database: Database, partnership_id: UUID, export_id: UUID) -> None:
    """Makes the file; does nothing where it is made already. Errors: OSError, DBAPIError."""
    scope = Scope.of(partnership_id, "worker")
    async with database.session(scope) as session:
        asked = await session.get(Export, (partnership_id, export_id), with_for_update=True)
        if asked is None or asked.status not in UNDER_WAY:
            return
        asked.status, asked.progress = ExportStatus.RUNNING, 0.1
    caller = _in_the_rights_of(asked.role, partnership_id, asked.organization_id)

    def sees_payments(giver: UUID) -> bool:
        return caller.denied(Right.READ_BOOKS, partnership_id, [giver]) is None

    async with database.reading(scope, seconds=READING_SECONDS, then="select 1") as reading:
        content, report = await make_file(
            reading.session, partnership_id, asked.format, asked.funder_id, sees_payments=sees_payments
        )
    if len(content) > MOST_BYTES:
        sentence = f"the file has {len(content):,} bytes, and {MOST_BYTES:,} is the most: ask for one funder's awards"
        report.add(Severity.ERROR, "too-large", sentence)
        await fail_export(database, partnership_id, export_id, report)
        return
    async with database.session(scope) as session:
        kept = await session.get(Export, (partnership_id, export_id), with_for_update=True)
        assert kept is not None  # noqa: S101 - exports are never removed
        kept.status, kept.progress, kept.content = ExportStatus.READY, 1.0, content
        kept.report, kept.expires_at = dict(report.to_json()), datetime.now(UTC) + LIFE


def _in_the_rights_of(role: Role, partnership_id: UUID, organization_id: UUID | None) -> Caller:
    organizations = {partnership_id: organization_id} if organization_id else {}
    return Caller(actor="worker", roles={partnership_id: role}, organizations=organizations)


async def fail_export(
    database: Database, partnership_id: UUID, export_id: UUID, report: ImportReport
) -> None:
    """Gives it up; the report says why."""
    async with database.session(Scope.of(partnership_id, "worker")) as session:
        kept = await session.get(Export, (partnership_id, export_id), with_for_update=True)
        if kept is not None and kept.status in UNDER_WAY:
            kept.status, kept.report = ExportStatus.FAILED, dict(report.to_json())


async def find_ready(
    session: AsyncSession, caller: Caller, partnership_id: UUID, export_id: UUID
) -> tuple[Export, bytes] | None:
    """The export and its content, where the caller has asked for it, still may, and it has not expired."""
    if caller.denied(Right.EXPORT, partnership_id):
        return None
    mine = and_(
        Export.partnership_id == partnership_id,
        Export.id == export_id,
        Export.requested_by == caller.actor,
        Export.role == caller.role_in(partnership_id),
        Export.status == ExportStatus.READY,
        Export.expires_at > func.now(),
    )
    found = (await session.execute(select(Export, Export.content).where(mine))).first()
    return (found[0], found[1]) if found and found[1] is not None else None
