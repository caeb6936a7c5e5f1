"""What the caller may do to a thing, told beforehand: api.access decides, as it does when the change is asked for."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import strawberry

from api.access import Right
from api.graphql.common.context import Context
from api.graphql.lookahead import Computed
from api.graphql.lookahead.sql import Column, Sql

__all__ = ["Permission", "may", "permission"]

strawberry.enum(Right, description="What not everybody may do; the first words of a change, or what is read.")


@strawberry.type
class Permission:
    """Whether the caller may, and if not, why not."""

    allowed: bool
    reason: str | None


def may(right: Right) -> None:
    """The field's arguments."""


async def _told(
    context: Context, rows: Sequence[Mapping[str, Any]], arguments: Mapping[str, Any]
) -> list[Permission]:
    return [_permission(context, arguments["right"], row) for row in rows]


def _permission(context: Context, right: Right, row: Mapping[str, Any]) -> Permission:
    owner = UUID(str(row["owner"])) if row.get("owner") else None
    denial = context.caller.denied(right, row["partnership"], [owner], asked_by=row.get("asked_by"))
    return Permission(allowed=denial is None, reason=str(denial) if denial else None)


def permission(
    partnership: Column, *, owner: Column | Sql | None = None, asked_by: Column | None = None
) -> Computed:
    """A field that tells of a row: `owner` gives the organization that it belongs to, `asked_by` who asked for it."""
    needs: dict[str, Column | Sql] = {"partnership": partnership}
    if owner is not None:
        needs["owner"] = owner
    if asked_by is not None:
        needs["asked_by"] = asked_by
    return Computed(_told, needs)
