"""Reads the practices, their findings, and what is given in kind."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Double, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.evidence.cost import PriceIndex, UnitCost
from allocation.evidence.finding import Direction, Finding, Setting, StudyDesign
from allocation.evidence.prices import brought_to, index_for
from allocation.standing import StandingPractice, StandingSupply
from models import in_kind, practices

# The columns as they are called in the arithmetic, and as in the table where that differs.
STATED = {
    **{
        name: name for name in ("study", "rating", "standards_version", "measure", "period", "is_significant")
    },
    **{name: name for name in ("sample_size", "cluster_count", "site_count", "unit_of_analysis")},
    **{name: name for name in ("is_subgroup", "is_local")},
    "rater_tier": "tier_as_published",
    "sample": "populations_as_published",
    "treatment_count": "treatment_size",
    "comparison_count": "comparison_size",
    "source": "source_identifier",
}
NUMBERS = {
    **{name: name for name in ("effect_size", "standard_error", "p_value", "improvement_index")},
    **{name: name for name in ("treatment_mean", "comparison_mean")},
    "treatment_sd": "treatment_deviation",
    "comparison_sd": "comparison_deviation",
    "icc": "intraclass_correlation",
}
KEYS = ("id", "practice_id", "practice_as_published", "outcome_id", "design", "direction", "settings")
FACTS = (*STATED, *NUMBERS)


async def read_practices(
    session: AsyncSession, partnership_id: UUID, fiscal_year: int | None = None
) -> Sequence[StandingPractice]:
    """The practices with their outcomes and in-kind needs.

    Costs are brought to `fiscal_year`, or to the newest year that the price index knows
    (allocation.evidence.prices); `price_year` is the year that they are then in.
    """
    links = await session.execute(
        select(practices.PracticeOutcome).where(practices.PracticeOutcome.partnership_id == partnership_id)
    )
    needs = await session.execute(
        select(practices.InKindNeed).where(practices.InKindNeed.partnership_id == partnership_id)
    )
    aims: dict[UUID, set[str]] = defaultdict(set)
    for link in links.scalars():
        aims[link.practice_id].add(str(link.outcome_id))
    wants: dict[UUID, dict[tuple[str, str], Any]] = defaultdict(dict)
    for need in needs.scalars():
        wants[need.practice_id][need.kind.value, need.unit.value] = need.quantity
    own = await read_own_index(session, partnership_id)
    rows = await session.execute(
        select(practices.Practice).where(practices.Practice.partnership_id == partnership_id)
    )
    found = []
    for p in rows.scalars():
        cost, price_year = _planned_cost(p, own, fiscal_year)
        aim = frozenset(aims[p.id])
        found.append(
            StandingPractice(str(p.id), p.name, cost, p.currency, price_year, p.capacity, wants[p.id], aim)
        )
    return found


def _planned_cost(
    practice: practices.Practice, own: PriceIndex | None, fiscal_year: int | None
) -> tuple[int | None, int | None]:
    """The cost in minor units and the year of its prices."""
    cost = unit_cost(practice)
    if cost is None:
        return practice.cost_per_participant, practice.price_year
    brought = brought_to(cost, fiscal_year, index_for(cost.currency, own)).cost
    return int(brought.amount.scaleb(2)), brought.price_year


def unit_cost(practice: practices.Practice) -> UnitCost | None:
    """The cost as recorded; None where there is none, or no price year says what it is worth."""
    if practice.cost_per_participant is None or practice.currency is None or practice.price_year is None:
        return None
    amount = Decimal(practice.cost_per_participant).scaleb(-2)
    source = practice.cost_source or "source not stated"
    return UnitCost(amount, practice.currency, practice.price_year, source)


async def read_own_index(session: AsyncSession, partnership_id: UUID) -> PriceIndex | None:
    """The partnership's own price index: of several, the one that reaches furthest, then the first by name."""
    i = practices.PriceIndex
    rows = await session.execute(select(i.name, i.year, i.level).where(i.partnership_id == partnership_id))
    levels: dict[str, dict[int, Decimal]] = defaultdict(dict)
    for name, year, level in rows:
        levels[name][year] = level
    chosen = min(levels, key=lambda name: (-max(levels[name]), name), default=None)
    return None if chosen is None else PriceIndex(chosen, levels[chosen])


async def read_findings(
    session: AsyncSession, partnership_id: UUID, practice_id: UUID | None = None
) -> Sequence[Finding]:
    """The findings whose outcome is one of ours, as the evidence arithmetic takes them.

    One that names no practice bears its source's words for it, and is refused for them.
    """
    f, link = practices.Finding, practices.FindingPopulation
    found = (
        select(
            *(getattr(f, name) for name in KEYS),
            practices.Practice.name,
            *(getattr(f, column) for column in STATED.values()),
            *(cast(getattr(f, column), Double) for column in NUMBERS.values()),
        )
        .outerjoin(
            practices.Practice,
            (practices.Practice.partnership_id == f.partnership_id)
            & (practices.Practice.id == f.practice_id),
        )
        .where(f.partnership_id == partnership_id, f.outcome_id.is_not(None))
    )
    links = select(link.finding_id, link.population_id).where(link.partnership_id == partnership_id)
    if practice_id is not None:
        found = found.where(f.practice_id == practice_id)
        links = links.join(f, (f.partnership_id == link.partnership_id) & (f.id == link.finding_id)).where(
            f.practice_id == practice_id
        )
    groups: dict[UUID, set[str]] = defaultdict(set)
    for finding_id, population_id in await session.execute(links):
        groups[finding_id].add(str(population_id))
    return [_finding(row, groups) for row in await session.execute(found)]


def _finding(row: Sequence[Any], groups: Mapping[UUID, set[str]]) -> Finding:  # Any: a column's value
    finding_id, practice_id, published, outcome_id, design, direction, settings, name, *facts = row
    practice = published if practice_id is None else str(practice_id)
    return Finding(
        id=str(finding_id),
        practice=practice,
        practice_name=name or practice,
        outcome=str(outcome_id),
        design=StudyDesign(design.value),
        direction=Direction(direction.value) if direction else None,
        populations=frozenset(groups.get(finding_id, ())),
        settings=frozenset(Setting(each) for each in settings),
        **dict(zip(FACTS, facts, strict=True)),
    )


async def read_supplies(session: AsyncSession, partnership_id: UUID) -> Sequence[StandingSupply]:
    """The in-kind resources on offer."""
    rows = await session.execute(
        select(in_kind.InKindResource).where(in_kind.InKindResource.partnership_id == partnership_id)
    )
    return [
        StandingSupply(
            r.kind.value,
            r.unit.value,
            r.quantity,
            str(r.practice_id) if r.practice_id else None,
            r.starts_on,
            r.ends_on,
        )
        for r in rows.scalars()
    ]
