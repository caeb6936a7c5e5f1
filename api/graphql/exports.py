"""Exports: files of awards that are made by a worker, for whoever asked and until they expire."""

from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.types import Info

from api.access import Right
from api.exporting import request_export
from api.graphql.common.basics import Node, row, table_of
from api.graphql.common.changes import Change, Changed, Refused, UserError, changed, partnership_of
from api.graphql.common.checks import Checks
from api.graphql.common.context import Context
from api.graphql.common.ids import GlobalId, read_id
from api.graphql.common.references import allowed_rows
from api.graphql.imports import ImportFinding, findings_of
from api.graphql.lookahead import Computed, Scope, TypePlan, Value, all_of, equals
from api.jobs import enqueue_export
from models.exports import Export as ExportRow
from models.exports import ExportFormat, ExportStatus
from models.organizations import Organization
from models.resources import Funder

__all__ = ["PLANS", "Export", "ExportMutation"]

EXPORT = table_of(ExportRow)
Asked = Info[Context, None]


@strawberry.type
class Export(Node):
    """A file of awards. `downloadUrl` is an address of this site that answers whoever asked for the file.

    `findings` say what the format could not carry.
    """

    format: ExportFormat
    status: ExportStatus
    progress: float
    download_url: str | None
    expires_at: datetime | None
    findings: list[ImportFinding]


@strawberry.input
class RequestExportInput:
    """All awards of a partnership, or those of one Funder (or an Organization in its part as one)."""

    partnership: strawberry.ID
    idempotency_key: str
    format: ExportFormat
    funder: strawberry.ID | None = None


@strawberry.type
class ExportPayload:
    """The export as it was asked for; null with `userErrors` where it was refused."""

    export: Export | None
    user_errors: list[UserError]
    replayed: bool


async def _funder(checks: Checks, text: str | None) -> Funder | None:
    found = read_id(text or "", "Funder", "Organization")
    if found is None or found.type_name == "Funder":
        return await checks.row(Funder, text, "Funder", "funder")
    giver = await checks.row(Organization, text, "Organization", "funder")
    if giver is None:
        return None
    query = select(Funder).where(
        Funder.partnership_id == checks.partnership_id, Funder.organization_id == giver.id
    )
    part = (await checks.session.execute(query)).scalar_one_or_none()
    checks.must(part is not None, ("funder",), "The organization gives nothing here.")
    return part


async def _requested(context: Context, asked: RequestExportInput) -> Changed:
    try:
        partnership = await partnership_of(context, asked.partnership, "partnership", Right.EXPORT)
    except Refused as refused:
        return Changed.refused(refused.faults)

    async def work(session: AsyncSession) -> GlobalId:
        checks = Checks(session, partnership.id)
        funder = await _funder(checks, asked.funder)
        checks.done()
        funder_id = funder.id if funder else None
        made = await request_export(session, partnership.id, context.caller, asked.format, funder_id)
        await enqueue_export(session, partnership.id, made)
        return GlobalId("Export", (partnership.id, made))

    change = Change("requestExport", partnership.id, asked.idempotency_key, asked)
    return await changed(context, change, work)


@strawberry.type
class ExportMutation:
    """Files that are asked for."""

    @strawberry.mutation
    async def request_export(
        self,
        info: Asked,
        input: RequestExportInput,  # noqa: A002 - the contract's name
    ) -> ExportPayload:
        """Puts a file on the queue; ask for the export again to see how far it is."""
        made = await _requested(info.context, input)
        shown: Any = row(made.id.type_name, *made.id.key) if made.id else None  # a row stands for its object
        return ExportPayload(export=shown, user_errors=made.errors, replayed=made.replayed)


def _is_over(scope: Scope) -> str:
    return f"{scope.column(EXPORT.c.expires_at)} <= clock_timestamp()"


def _status(scope: Scope) -> str:
    status = scope.column(EXPORT.c.status)
    return f"case when {status} = 'READY' and {_is_over(scope)} then 'EXPIRED' else {status} end"


def _address(scope: Scope) -> str:
    key = f"{scope.column(EXPORT.c.partnership_id)} || ':' || {scope.column(EXPORT.c.id)}"
    is_there = f"{scope.column(EXPORT.c.status)} = 'READY' and not {_is_over(scope)}"
    return f"case when {is_there} then '/exports/Export:' || {key} end"


PLANS = (
    TypePlan(
        "Export",
        EXPORT,
        {
            "status": Value(_status, nullable=False),
            "downloadUrl": Value(_address),
            "findings": Computed(findings_of, {"report": EXPORT.c.report}),
        },
        visible=lambda context: all_of(
            equals(EXPORT.c.requested_by, context.caller.actor), allowed_rows(context, Right.EXPORT)
        ),
    ),
)
