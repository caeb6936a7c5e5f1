"""Reads the practices, their findings, and what is given in kind."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.evidence.finding import Finding, Setting, StudyDesign
from allocation.standing import StandingPractice, StandingSupply
from models import in_kind, practices


async def read_practices(session: AsyncSession, partnership_id: UUID) -> Sequence[StandingPractice]:
    """The practices with their outcomes and in-kind needs."""
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
    rows = await session.execute(
        select(practices.Practice).where(practices.Practice.partnership_id == partnership_id)
    )
    return [
        StandingPractice(
            str(p.id),
            p.name,
            p.cost_per_participant,
            p.currency,
            p.price_year,
            p.capacity,
            wants[p.id],
            frozenset(aims[p.id]),
        )
        for p in rows.scalars()
    ]


async def read_findings(session: AsyncSession, partnership_id: UUID) -> Sequence[Finding]:
    """The findings whose outcome is one of ours, as the evidence arithmetic takes them."""
    f = practices.Finding
    links = await session.execute(
        select(practices.FindingPopulation).where(
            practices.FindingPopulation.partnership_id == partnership_id
        )
    )
    groups: dict[UUID, set[str]] = defaultdict(set)
    for link in links.scalars():
        groups[link.finding_id].add(str(link.population_id))
    rows = await session.execute(
        select(f, practices.Practice.name)
        .join(
            practices.Practice,
            (practices.Practice.partnership_id == f.partnership_id)
            & (practices.Practice.id == f.practice_id),
        )
        .where(f.partnership_id == partnership_id, f.outcome_id.is_not(None))
    )
    return [_finding(found, name, groups[found.id]) for found, name in rows.tuples()]


def _finding(found: practices.Finding, name: str, groups: set[str]) -> Finding:
    def number(value: Any) -> float | None:  # Any: a Decimal or None
        return None if value is None else float(value)

    return Finding(
        id=str(found.id),
        practice=str(found.practice_id),
        practice_name=name,
        study=found.study,
        outcome=str(found.outcome_id),
        design=StudyDesign(found.design.value),
        rating=found.rating,
        standards_version=found.standards_version,
        rater_tier=found.tier_as_published,
        measure=(found.extra or {}).get("measure"),
        period=(found.extra or {}).get("period"),
        sample=(found.extra or {}).get("sample"),
        effect_size=number(found.effect_size),
        standard_error=number(found.standard_error),
        p_value=number(found.p_value),
        is_significant=found.is_significant,
        improvement_index=number(found.improvement_index),
        sample_size=found.sample_size,
        treatment_count=found.treatment_size,
        comparison_count=found.comparison_size,
        treatment_mean=number(found.treatment_mean),
        comparison_mean=number(found.comparison_mean),
        treatment_sd=number(found.treatment_deviation),
        comparison_sd=number(found.comparison_deviation),
        cluster_count=found.cluster_count,
        icc=number(found.intraclass_correlation),
        site_count=found.site_count,
        unit_of_analysis=found.unit_of_analysis,
        is_subgroup=found.is_subgroup,
        is_local=found.is_local,
        populations=frozenset(groups),
        settings=frozenset(Setting(each) for each in found.settings),
        source=found.source_identifier,
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
