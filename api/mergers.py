"""Makes one organization of two: everything that names the one comes to name the other.

The ledger's transfers are never rewritten: they name the organization that they were recorded with, which is
kept for that and points at the one that stands for it.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column, PrimaryKeyConstraint, Table, UniqueConstraint, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Base
from models.organizations import Organization, OrganizationIdentifier
from models.resources import Funder

__all__ = ["MergerError", "merge"]

KEYS = (PrimaryKeyConstraint, UniqueConstraint)
KEPT = frozenset({"ledger.transfer", "organization"})
"""Tables whose references stay: what is append-only, and the mergers themselves."""


class MergerError(ValueError):
    """Two organizations that cannot be made one, with the reason."""


@dataclass(frozen=True)
class Reference:
    """A column that names a row of some table."""

    table: Table
    column: "Column[Any]"

    @property
    def rivals(self) -> "list[list[Column[Any]]]":
        """The other columns of each key that holds this one: no two rows may agree in them after the merger."""
        keys = [
            *(each.columns for each in self.table.constraints if isinstance(each, KEYS)),
            *(each.columns for each in self.table.indexes if each.unique),
        ]
        return [[c for c in key if c is not self.column] for key in keys if self.column in list(key)]


def _references(target: str) -> list[Reference]:
    """All that name a row of `target`, in the order of their names."""
    return [
        Reference(table, key.parent)
        for name, table in sorted(Base.metadata.tables.items())
        if name not in KEPT
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
        if key.column.table.name == target and key.column.name == "id"
    ]


async def merge(session: AsyncSession, stays: Organization, goes: Organization) -> None:
    """Makes `goes` one with `stays`, of the same partnership. Errors: MergerError."""
    if stays.id == goes.id:
        raise MergerError("The two are one already.")
    p = stays.partnership_id
    await _merge_givers(session, p, stays.id, goes.id)
    has_preferred = await session.execute(
        select(func.count()).where(
            OrganizationIdentifier.partnership_id == p,
            OrganizationIdentifier.organization_id == stays.id,
            OrganizationIdentifier.preferred,
        )
    )
    if has_preferred.scalar_one():
        await session.execute(
            update(OrganizationIdentifier)
            .where(
                OrganizationIdentifier.partnership_id == p, OrganizationIdentifier.organization_id == goes.id
            )
            .values(preferred=False)
        )
    for each in _references("organization"):
        await _move(session, each, p, goes.id, stays.id)
    stays.sector = stays.sector or goes.sector
    await session.execute(
        update(Organization)
        .where(Organization.partnership_id == p, Organization.merged_into_id == goes.id)
        .values(merged_into_id=stays.id)
    )
    goes.merged_into_id = stays.id
    await session.flush()


async def _merge_givers(session: AsyncSession, p: UUID, stays: UUID, goes: UUID) -> None:
    """Where both give, the awards of one become the other's; where one does, its part as a giver moves whole."""
    rows = await session.execute(
        select(Funder).where(Funder.partnership_id == p, Funder.organization_id.in_((stays, goes)))
    )
    givers = {each.organization_id: each for each in rows.scalars()}
    if stays not in givers or goes not in givers:
        return
    left, gone = givers[stays], givers[goes]
    left.kind = left.kind or gone.kind
    await session.flush()
    for each in _references("funder"):
        await _move(session, each, p, gone.id, left.id)
    await session.execute(delete(Funder).where(Funder.partnership_id == p, Funder.id == gone.id))
    session.expunge(gone)


async def _move(session: AsyncSession, at: Reference, p: UUID, old: UUID, new: UUID) -> None:
    """Names `new` where `old` is named; rows that say the same of both are one, others are refused."""
    table, column = at.table, at.column
    for others in at.rivals:
        twin = table.alias()
        is_twin = [twin.c[each.name].is_not_distinct_from(each) for each in others]
        rivals = (
            (table.c.partnership_id == p)
            & (column == old)
            & select(1).select_from(twin).where(twin.c[column.name] == new, *is_twin).exists()
        )
        says_nothing_more = {c.name for c in table.c} == {column.name, *(each.name for each in others)}
        if says_nothing_more:
            await session.execute(delete(table).where(rivals))
        elif (await session.execute(select(func.count()).select_from(table).where(rivals))).scalar_one():
            subject = table.name.replace("_", " ")
            raise MergerError(
                f"Each of the two has a {subject} for the same thing: settle which one holds first."
            )
    await session.execute(
        update(table).where(table.c.partnership_id == p, column == old).values({column.name: new})
    )
