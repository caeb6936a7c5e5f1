"""Writes one row where it differs from what is there, and says which it was."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.report import ImportReport
from models.base import Base, TenantRow, new_id

Kept = TypeVar("Kept", bound=TenantRow)
Values = dict[str, Any]  # Any: a column's value

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"


async def settle(
    session: AsyncSession, model: type[Kept], partnership_id: UUID, *, key: Values, values: Values
) -> tuple[Kept, str]:
    """The row with this key, made to hold `values`: (row, "created" | "updated" | "unchanged")."""
    mine = {"partnership_id": partnership_id, **key}
    same = (getattr(model, name).is_not_distinct_from(value) for name, value in mine.items())
    found = (await session.execute(select(model).where(*same))).scalar_one_or_none()
    if found is None:
        row = model(**{"id": new_id(), **mine, **values})
        session.add(row)
        await session.flush()
        return row, CREATED
    return found, UPDATED if amend(found, values) else UNCHANGED


def amend(row: Base, values: Values) -> bool:
    """Makes the row hold `values`; says whether any differed."""
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)


async def replace_links(session: AsyncSession, model: type[Base], owner: Values, links: list[Values]) -> bool:
    """Makes the rows that belong to `owner` (its partnership included) just these; says whether that changed any."""
    mine = [getattr(model, name) == value for name, value in owner.items()]
    fields = sorted({name for link in links for name in link})
    found = (await session.execute(select(model).where(*mine))).scalars().all()
    present = {tuple(getattr(row, name) for name in fields) for row in found}
    if len(found) == len(links) and present == {tuple(link.get(name) for name in fields) for link in links}:
        return False
    await session.execute(delete(model).where(*mine))
    session.add_all(model(**owner, **link) for link in links)
    await session.flush()
    return True


def count(report: ImportReport, action: str, row: int | None = None) -> None:
    """Counts one record as created, updated or unchanged."""
    setattr(report, action, getattr(report, action) + 1)
    report.tell_row(row, action)


def graver(action: str, *changed: bool) -> str:
    """What became of a record: an unchanged row whose links changed is updated."""
    return UPDATED if action == UNCHANGED and any(changed) else action
