"""An evidence brief for a hearing: what is known of a practice for an outcome and a group here, with sources."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.disparities import Disparity
from allocation.frames.places import read_areas, read_names
from api.graphql.common.context import Context
from api.graphql.common.ids import NotFound, read_id
from api.graphql.outcomes.comparisons import Judged, read_judged
from api.graphql.practices.evidence import read_evidence
from models.measurements import Figure
from models.outcomes import Indicator, Outcome
from models.practices import Finding, Practice
from policy.brief import BriefFacts, BriefGap, brief

__all__ = ["PolicyBrief", "at_brief", "load_brief"]


@strawberry.type
class BriefStatement:
    """One sentence of a brief, and where it comes from."""

    sentence: str
    source: str | None


@strawberry.type
class PolicyBrief:
    """The evidence, the gaps here as disclosed, and the cost, for a hearing."""

    statements: list[BriefStatement]


def at_brief(practice: strawberry.ID, outcome: strawberry.ID, population: strawberry.ID) -> None:
    """The field's arguments."""


async def load_brief(
    context: Context, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> list[Any]:  # a brief, or why not
    """Partnership.policyBrief."""
    return [await _brief(context, each["id"], asked) for each in rows]


async def _brief(context: Context, partnership_id: UUID, asked: Mapping[str, Any]) -> Any:  # as above
    kinds = {"practice": "Practice", "outcome": "Outcome", "population": "PopulationGroup"}
    ids = [read_id(asked[name], kind) for name, kind in kinds.items()]
    keys = [each.key[-1] for each in ids if each is not None and each.partnership_id == partnership_id]
    evidence = await read_evidence(context, partnership_id)
    if len(keys) != len(kinds) or str(keys[2]) not in evidence.community.populations:
        return NotFound()
    judged = await context.once(
        ("judged", partnership_id, None), lambda session: read_judged(session, partnership_id, None)
    )
    practice, outcome, group = keys

    async def read(session: AsyncSession) -> BriefFacts | None:
        key = {"partnership_id": partnership_id}
        row = await session.get(Practice, {**key, "id": practice})
        aim = await session.get(Outcome, {**key, "id": outcome})
        if row is None or aim is None:
            return None
        return BriefFacts(
            practice=row.name,
            outcome=aim.name,
            group=evidence.community.populations[str(group)].label,
            tier=evidence.tier(practice, group, outcome).tier.value,
            studies=await _studies(session, partnership_id, practice, outcome),
            gaps=await _gaps(session, partnership_id, judged, (str(outcome), str(group))),
            cost=None if row.cost_per_participant is None else Decimal(row.cost_per_participant).scaleb(-2),
            currency=row.currency,
            cost_source=row.cost_source,
        )

    facts = await context.run(read)
    if facts is None:
        return NotFound()
    statements = [BriefStatement(sentence=each.sentence, source=each.source) for each in brief(facts)]
    return PolicyBrief(statements=statements)


async def _studies(
    session: AsyncSession, partnership_id: UUID, practice: UUID, outcome: UUID
) -> tuple[str, ...]:
    f = Finding
    mine = (f.partnership_id == partnership_id, f.practice_id == practice, f.outcome_id == outcome)
    return tuple((await session.execute(select(f.study).where(*mine).order_by(f.study))).scalars())


async def _gaps(
    session: AsyncSession, partnership_id: UUID, judged: Judged, about: tuple[str, str]
) -> tuple[BriefGap, ...]:
    outcome, group = about
    areas = await read_areas(session, partnership_id)
    indicators = await read_names(session, Indicator, partnership_id)
    found: list[BriefGap] = []
    for each in judged.disparities:
        is_asked = judged.outcomes[each.pair.indicator] == outcome and each.pair.group == group
        if is_asked and each.gap is not None and each.gap > 0 and each.latest is not None:
            seen = judged.measurements.get(
                (each.pair.indicator, each.pair.area, group, each.latest.period_end)
            )
            source = await _source(session, partnership_id, seen)
            names = indicators[each.pair.indicator], areas[each.pair.area].name
            found.append(_gap(each, each.gap, judged, names, source))
    return tuple(found)


def _gap(each: Disparity, gap: Decimal, judged: Judged, names: tuple[str, str], source: str) -> BriefGap:
    assert each.latest is not None  # noqa: S101 - the caller looked
    words = {"REST": "all others", "TARGET": "their target"}
    label = judged.populations[each.pair.reference].label
    return BriefGap(
        indicator=names[0],
        area=names[1],
        reference=words.get(each.pair.reference_kind.value, label),
        gap=gap,
        students_behind=each.students_behind,
        period_end=each.latest.period_end,
        periods=each.consecutive_periods,
        source=source,
    )


async def _source(session: AsyncSession, partnership_id: UUID, measurement: UUID | None) -> str:
    f = Figure
    query = select(f.source_system, f.source_file, f.source_row).where(
        f.partnership_id == partnership_id, f.measurement_id == measurement, f.is_newest
    )
    row = (await session.execute(query)).first()
    if row is None:
        return "the partnership's disclosed figures"
    where = f"{row.source_file}, row {row.source_row}" if row.source_file else row.source_system
    return f"disclosed figure: {where}"
