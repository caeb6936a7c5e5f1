"""Organizations that may be one and the same: allocation/namesakes.py says how that is judged."""

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.namesakes import Namesakes, Party, namesakes
from api.access import Right
from api.graphql.common.basics import row
from api.graphql.common.context import Context, Forbidden
from api.graphql.common.errors import Code, Refusal
from api.graphql.door.limits import LIMITS
from api.graphql.organizations import Organization
from models import organizations

__all__ = ["OrganizationMatch", "at_matches", "load_matches"]


@strawberry.type
class OrganizationMatch:
    """Two that may be one; `score` is 0 to 1, and `because` says why."""

    first: Organization
    second: Organization
    score: Decimal
    because: list[str]


def at_matches(minimum_score: Decimal = Decimal("0.9")) -> None:
    """The field's argument."""


async def load_matches(
    context: Context, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> list[Any]:  # matches, or why not
    """Partnership.organizationMatches."""
    minimum: Decimal = asked.get("minimum_score", Decimal("0.9"))
    if not 0 <= minimum <= 1:
        return [Refusal(Code.INVALID, "A score lies between 0 and 1.")] * len(rows)
    return [await _matches(context, each["id"], minimum) for each in rows]


async def _matches(context: Context, partnership_id: UUID, minimum: Decimal) -> Any:  # as above
    if context.caller.denied(Right.KEEP_ORGANIZATIONS, partnership_id):
        return Forbidden(Right.KEEP_ORGANIZATIONS)
    parties = await context.run(lambda session: _parties(session, partnership_id))
    found = await asyncio.to_thread(namesakes, parties, minimum)
    return [_shown(partnership_id, each) for each in found[: LIMITS.rows]]


async def _parties(session: AsyncSession, partnership_id: UUID) -> Sequence[Party]:
    o, i = organizations.Organization, organizations.OrganizationIdentifier
    names = await session.execute(
        select(o.id, o.name).where(o.partnership_id == partnership_id, o.merged_into_id.is_(None))
    )
    known: dict[UUID, list[tuple[str, str]]] = {}
    identifiers = select(i.organization_id, i.scheme, i.value).where(i.partnership_id == partnership_id)
    for owner, scheme, value in await session.execute(identifiers):
        known.setdefault(owner, []).append((scheme, value))
    return [Party(str(id_), name, tuple(sorted(known.get(id_, ())))) for id_, name in names]


def _shown(partnership_id: UUID, match: Namesakes) -> OrganizationMatch:
    return OrganizationMatch(
        first=row("Organization", partnership_id, UUID(match.first)),
        second=row("Organization", partnership_id, UUID(match.second)),
        score=match.score,
        because=list(match.because),
    )
