"""Keeps what the evidence of a partnership rests on, and what its findings say, while none of it changes."""

from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.evidence.cost import PriceIndex
from allocation.evidence.tiers import InterventionReport, Rationale
from allocation.frames.people import read_people
from allocation.frames.places import read_partnership
from allocation.frames.practices import read_findings, read_own_index
from allocation.library import Library
from allocation.standing import Standing
from models import outcomes, practices
from models.partnerships import Area, Partnership

SHELVED = 32  # partnerships; a library of 7,000 findings takes some ten megabytes
WATCHED = (
    *(practices.Finding, practices.FindingPopulation, practices.Practice, practices.InterventionReport),
    *(practices.PriceIndex, outcomes.Population, outcomes.PopulationPart, outcomes.Outcome),
    *(outcomes.Indicator, Area),
)
COUNTED = "select count(*), coalesce(sum(xmin::text::bigint), 0) from"
STAMP = text(
    " union all ".join(
        [
            f"{COUNTED} partnership where id = :partnership",
            *(f"{COUNTED} {each.__tablename__} where partnership_id = :partnership" for each in WATCHED),
        ]
    )
)
Stamp = Sequence[tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What evidence rests on besides rates: findings, whom the partnership serves, what is said of practices."""

    library: Library
    people: Standing
    """Without money, practices, findings and rates."""
    reports: Mapping[str, Sequence[InterventionReport]]
    rationales: Mapping[str, Rationale]
    index: PriceIndex | None
    """The partnership's own price index, if it has one."""


class Shelf:
    """The grounds of the partnerships that were asked for last, each until one of its rows changes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[UUID, tuple[Stamp, Ground]] = OrderedDict()

    async def of(self, session: AsyncSession, partnership_id: UUID) -> Ground:
        """From the shelf where the rows are those that it was made of."""
        stamp = await _stamp(session, partnership_id)
        kept = self._kept.get(partnership_id)
        if kept is None or kept[0] != stamp:
            kept = self._kept[partnership_id] = stamp, await read_ground(session, partnership_id)
        self._kept.move_to_end(partnership_id)
        while len(self._kept) > SHELVED:
            self._kept.popitem(last=False)
        return kept[1]


async def read_ground(session: AsyncSession, partnership_id: UUID) -> Ground:
    """What the evidence of the partnership rests on."""
    partnership: Partnership = await read_partnership(session, partnership_id)
    return Ground(
        library=Library(await read_findings(session, partnership_id)),
        people=await read_people(session, partnership, ()),
        reports=await read_reports(session, partnership_id),
        rationales=await read_rationales(session, partnership_id),
        index=await read_own_index(session, partnership_id),
    )


async def read_reports(
    session: AsyncSession, partnership_id: UUID
) -> Mapping[str, Sequence[InterventionReport]]:
    """The rated intervention reports on our outcomes, by practice."""
    r = practices.InterventionReport
    query = select(r.practice_id, r.outcome_id, r.rating).where(
        r.partnership_id == partnership_id, r.outcome_id.is_not(None), r.rating.is_not(None)
    )
    found: dict[str, list[InterventionReport]] = defaultdict(list)
    for practice, outcome, rating in await session.execute(query.order_by(r.source_identifier)):
        found[str(practice)].append(InterventionReport(outcome=str(outcome), rating=rating or ""))
    return found


async def read_rationales(session: AsyncSession, partnership_id: UUID) -> Mapping[str, Rationale]:
    """What is recorded of each practice beside findings."""
    p = practices.Practice
    rows = await session.execute(
        select(p.id, p.has_logic_model, p.is_under_study).where(p.partnership_id == partnership_id)
    )
    return {
        str(practice): Rationale(has_logic_model=model, is_under_study=study)
        for practice, model, study in rows
    }


async def _stamp(session: AsyncSession, partnership_id: UUID) -> Stamp:
    """How many rows each table has, and the sum of what wrote them.

    A sum, not the newest: a transaction that began earlier may commit later.
    """
    rows = await session.execute(STAMP, {"partnership": partnership_id})
    return [(count, int(writes)) for count, writes in rows]
