"""What the rules of policy.bills say of measures: which lie still, which wait for a decision, which are twins."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.graphql.common.basics import table_of
from api.graphql.common.context import Context
from models.measures import MeasureLink, MeasureLinkKind, MeasureStatus
from models.measures import PolicyMeasure as MeasureRow
from models.partnerships import Partnership
from policy.bills import Name, is_pocket_approval, is_stale, twins

__all__ = [
    "SITS",
    "PolicyMeasureSummary",
    "at_summary",
    "load_pocket_approvals",
    "load_stale",
    "load_summaries",
    "load_twins",
]

MEASURE = table_of(MeasureRow)
SITS = {
    "partnership": MEASURE.c.partnership_id,
    "status": MEASURE.c.status,
    "last_action_on": MEASURE.c.last_action_on,
    "delivered_on": MEASURE.c.delivered_on,
}
# Both ways: what a measure names as its twin, and what names it.
TWINS = """
select l.measure_id, concat_ws('-', l.identifier, l.session) as name from measure_link l
where l.partnership_id = :partnership and l.kind = 'SAME_AS' and l.measure_id = any(:ids)
union
select o.id, concat_ws('-', m.identifier, m.session) from policy_measure o
join measure_link l on l.partnership_id = :partnership and l.kind = 'SAME_AS' and l.identifier = o.identifier
  and l.session is not distinct from o.session
join policy_measure m on m.partnership_id = :partnership and m.id = l.measure_id
  and m.jurisdiction = o.jurisdiction and m.id <> o.id
where o.partnership_id = :partnership and o.id = any(:ids)
order by 2
"""
Asked = Mapping[str, Any]  # Any: columns and arguments
Row = Mapping[str, Any]  # as above


@dataclass(frozen=True)
class Rules:
    """A partnership's settings, and the day of asking."""

    stale_days: int
    pocket_approval_days: int
    today: date


async def load_stale(context: Context, rows: Sequence[Row], _: Asked) -> list[bool]:
    """PolicyMeasure.stale."""
    rules = {each: await _rules(context, each) for each in {row["partnership"] for row in rows}}
    return [_is_stale(row, rules[row["partnership"]]) for row in rows]


async def load_pocket_approvals(context: Context, rows: Sequence[Row], _: Asked) -> list[bool]:
    """PolicyMeasure.pocketApproval."""
    rules = {each: await _rules(context, each) for each in {row["partnership"] for row in rows}}
    return [_is_pocket_approval(row, rules[row["partnership"]]) for row in rows]


async def load_twins(context: Context, rows: Sequence[Row], _: Asked) -> list[list[str]]:
    """PolicyMeasure.sameAs."""
    ids: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        ids[row["partnership"]].append(row["id"])
    found: dict[tuple[UUID, UUID], list[str]] = defaultdict(list)
    for partnership_id, its in ids.items():
        for measure, name in await _twins_in(context, partnership_id, its):
            found[partnership_id, measure].append(name)
    return [found[row["partnership"], row["id"]] for row in rows]


async def _twins_in(context: Context, partnership_id: UUID, ids: Sequence[UUID]) -> list[tuple[UUID, str]]:
    async def read(session: AsyncSession) -> list[tuple[UUID, str]]:
        rows = await session.execute(text(TWINS), {"partnership": partnership_id, "ids": list(ids)})
        return [(row.measure_id, row.name) for row in rows]

    return await context.run(read)


def _is_stale(row: Row, rules: Rules) -> bool:
    return is_stale(row["status"], row["last_action_on"], rules.today, days=rules.stale_days)


def _is_pocket_approval(row: Row, rules: Rules) -> bool:
    days = rules.pocket_approval_days
    return is_pocket_approval(row["status"], row["delivered_on"], rules.today, days=days)


async def _rules(context: Context, partnership_id: UUID) -> Rules:
    p = Partnership

    async def read(session: AsyncSession) -> Rules:
        query = select(p.measure_stale_days, p.pocket_approval_days).where(p.id == partnership_id)
        stale, pocket = (await session.execute(query)).one()
        return Rules(stale, pocket, datetime.now(UTC).date())

    return await context.once(("measure-rules", partnership_id), read)


@strawberry.type
class PolicyMeasureCount:
    """Measures of one status, as published and in our words."""

    status: MeasureStatus
    status_as_published: str
    count: int


@strawberry.type
class PolicyMeasureSummary:
    """The measures of a partnership counted; `distinctCount` takes twins for one.

    `twinPairs` lie among them, `twinsOutside` counts those that name a twin which is not on record.
    """

    count: int
    distinct_count: int
    twin_pairs: int
    twins_outside: int
    stale: int
    pocket_approvals: int
    missing: int
    statuses: list[PolicyMeasureCount]


def at_summary(jurisdiction: str | None = None, session: str | None = None) -> None:
    """The field's arguments: without them, of all jurisdictions and sessions."""


async def load_summaries(context: Context, rows: Sequence[Row], asked: Asked) -> list[PolicyMeasureSummary]:
    """Partnership.policyMeasureSummary."""
    return [await _summary(context, row["id"], asked) for row in rows]


async def _summary(context: Context, partnership_id: UUID, asked: Asked) -> PolicyMeasureSummary:
    rules = await _rules(context, partnership_id)
    of: dict[str, str] = {
        name: asked[name] for name in ("jurisdiction", "session") if asked.get(name) is not None
    }
    held = await context.run(lambda session: _read_held(session, partnership_id, of))
    found = twins({_name(row): row["named"] for row in held})
    counted = Counter((row["status"], row["status_as_published"]) for row in held)
    return PolicyMeasureSummary(
        count=len(held),
        distinct_count=found.distinct_count,
        twin_pairs=len(found.pairs),
        twins_outside=found.outside,
        stale=sum(_is_stale(row, rules) for row in held),
        pocket_approvals=sum(_is_pocket_approval(row, rules) for row in held),
        missing=sum(row["missing_since"] is not None for row in held),
        statuses=[
            PolicyMeasureCount(status=status, status_as_published=published, count=number)
            for (status, published), number in sorted(counted.items(), key=lambda each: (-each[1], each[0]))
        ],
    )


def _name(row: Row) -> Name:
    return row["jurisdiction"], row["session"], row["identifier"]


async def _read_held(session: AsyncSession, partnership_id: UUID, of: Mapping[str, str]) -> list[Row]:
    m, k = MeasureRow, MeasureLink
    columns = (
        *(m.id, m.jurisdiction, m.session, m.identifier, m.status, m.status_as_published),
        *(m.last_action_on, m.delivered_on, m.missing_since),
    )
    where = [m.partnership_id == partnership_id, *(getattr(m, name) == value for name, value in of.items())]
    links = await session.execute(
        select(k.measure_id, k.identifier, k.session).where(
            k.partnership_id == partnership_id, k.kind == MeasureLinkKind.SAME_AS
        )
    )
    named: dict[UUID, list[tuple[str, str | None]]] = defaultdict(list)
    for measure, identifier, its_session in links:
        named[measure].append((identifier, its_session))
    rows = (await session.execute(select(*columns).where(*where))).mappings()
    return [
        {
            **row,
            "named": [(row["jurisdiction"], other, identifier) for identifier, other in named[row["id"]]],
        }
        for row in rows
    ]
