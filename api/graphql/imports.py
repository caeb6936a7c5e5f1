"""Imports: what was brought in, when and by whom, and what was found in the file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import strawberry

from api.access import Right
from api.exchange.imports import STEWARDED
from api.graphql.common.basics import Node, table_of
from api.graphql.common.connections import Connection
from api.graphql.common.context import Context
from api.graphql.common.enums import FindingSeverity
from api.graphql.common.references import allowed_rows
from api.graphql.lookahead import By, Computed, Rows, TypePlan, all_of, any_of, is_one_of, negated
from models.history import ImportRun

__all__ = ["PLANS", "Import", "ImportConnection", "ImportFinding", "findings_of", "imports"]

IMPORT = table_of(ImportRun)


@strawberry.type
class FindingExample:
    """One place: the row as a person counts it, the file's field, and what stood there."""

    row: int | None
    field: str | None
    value: str | None


@strawberry.type
class ImportFinding:
    """All cases of one kind; `share` is of the rows read."""

    severity: FindingSeverity
    code: str
    message: str
    count: int
    share: Decimal | None
    examples: list[FindingExample]


@strawberry.enum
class ImportAction(StrEnum):
    """What became of a row, or would."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    UNCHANGED = "UNCHANGED"
    REJECTED = "REJECTED"


@strawberry.type
class ImportRow:
    """One row of a preview. A rejected row stands once for each of its faults."""

    row: int | None
    action: ImportAction
    code: str | None
    message: str | None
    field: str | None
    value: str | None


@strawberry.type
class Import(Node):
    """One import of one file; `rejected` rows are in none of the other counts but `read`.

    `rows` tell what would become of each (the first 5,000) and are kept of previews alone.
    """

    file: str
    format: str
    dry_run: bool
    started_at: datetime
    by: str | None
    read: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    findings: list[ImportFinding]
    rows: list[ImportRow]


ImportConnection = Connection[Import]


def imports(first: int | None = 20, after: str | None = None) -> Rows:
    """The latest first."""
    return Rows(order=[By(IMPORT.c.started_at, descending=True)], first=first, after=after)


async def findings_of(
    _: Context, rows: Sequence[Mapping[str, Any]], __: Mapping[str, Any]
) -> list[list[ImportFinding]]:
    """What a report found, by the column `report` of each row."""
    return [[_finding(each) for each in row["report"].get("findings", ())] for row in rows]


def _finding(found: Mapping[str, Any]) -> ImportFinding:
    share = found.get("share")
    return ImportFinding(
        severity=FindingSeverity(found["severity"]),
        code=found["code"],
        message=found["message"],
        count=found["count"],
        share=None if share is None else Decimal(str(share)),
        examples=[
            FindingExample(row=each["row"], field=each["field"], value=each["value"])
            for each in found["examples"]
        ],
    )


async def _rows(
    _: Context, rows: Sequence[Mapping[str, Any]], __: Mapping[str, Any]
) -> list[list[ImportRow]]:
    return [
        [
            ImportRow(**{**told, "action": ImportAction(told["action"].upper())})
            for told in row["report"].get("rows", ())
        ]
        for row in rows
    ]


PLANS = (
    TypePlan(
        "Import",
        IMPORT,
        {
            "dryRun": IMPORT.c.is_dry_run,
            "by": IMPORT.c.actor,
            "findings": Computed(findings_of, {"report": IMPORT.c.report}),
            "rows": Computed(_rows, {"report": IMPORT.c.report}),
        },
        # A report quotes rows of its file; those of figures are of children whom a release may hide.
        visible=lambda context: all_of(
            allowed_rows(context, Right.READ_IMPORTS),
            any_of(
                negated(is_one_of(IMPORT.c.format, sorted(STEWARDED))),
                allowed_rows(context, Right.READ_RECORDED),
            ),
        ),
    ),
)
