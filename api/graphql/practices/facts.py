"""A practice's page: everything that is known of it here, by outcome and group, and what is missing."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry

from allocation import practice_facts as known
from allocation.evidence.cost import CostRange, UnitCost
from allocation.evidence.local import Baseline
from allocation.evidence.local import LocalEffect as JoinedEffect
from allocation.evidence.local_disclosure import ShownPeriod
from allocation.evidence.pooling import EffectBasis
from allocation.frames.practice_pages import read_practice_evidence
from api.graphql.common.basics import Money, money_of, row
from api.graphql.common.context import Context
from api.graphql.common.lazy import LazyFunder, LazyOutcome, LazyPopulationGroup
from api.graphql.practices.effects import (
    CostEstimate,
    EffectEstimate,
    TierAssessment,
    Told,
    effect_estimate,
    percent,
    rounded,
    tier_assessment,
)
from api.graphql.practices.evidence import read_ground
from models.practices import StudyDesign

__all__ = ["PracticeFacts", "facts_of"]


@strawberry.type
class PeriodFacts:
    """What may be shown of one period's local results; figures are null where its groups are too small.

    `effect` is in standard deviations; the difference and its 90 % interval are in percentage points.
    """

    period: str
    design: StudyDesign
    baseline: Baseline
    sentence: str
    effect: Decimal | None
    standard_error: Decimal | None
    people_count: int | None
    difference: int | None
    low: int | None
    high: int | None


@strawberry.type
class LocalFacts:
    """The periods of the best design together, with a 90 % interval."""

    design: StudyDesign
    baseline: Baseline
    effect: Decimal
    low: Decimal
    high: Decimal
    people_count: int


@strawberry.type
class GroupFacts:
    """One group here: its disclosed rate in percent, and how many more of 100 participants reach the outcome."""

    population: LazyPopulationGroup
    tier: TierAssessment
    rate: Decimal | None
    additional_per_hundred: Decimal | None
    low: Decimal | None
    high: Decimal | None
    cost: CostEstimate | None


@strawberry.type
class OutcomeFacts:
    """What is known on one outcome; `effect` is at everybody's rate, and everybody leads the groups."""

    outcome: LazyOutcome
    is_aim: bool
    effect: EffectEstimate
    groups: list[GroupFacts]
    reports: list[str]
    local: list[PeriodFacts]
    local_effect: LocalFacts | None


@strawberry.type
class CostFacts:
    """One participant's cost as recorded, and in the year's prices; `note` says why it is in other prices."""

    recorded: Money
    price_year: int
    source: str
    planned: Money
    planned_year: int
    note: str | None


@strawberry.type
class FunderDollars:
    """What a funder has on the practice in a fiscal year."""

    funder: LazyFunder
    fiscal_year: int | None
    available: Money
    obligated: Money
    spent: Money


@strawberry.type
class MissingFact:
    """A fact that nobody has recorded, and what it keeps from being said."""

    code: str
    sentence: str


@strawberry.type
class PracticeFacts:
    """The page. Outcomes that the practice aims at come first."""

    cost: CostFacts | None
    outcomes: list[OutcomeFacts]
    dollars: list[FunderDollars]
    missing: list[MissingFact]


async def facts_of(
    context: Context, rows: Sequence[Mapping[str, Any]], arguments: Mapping[str, Any]
) -> list[PracticeFacts]:  # Any: a column's value
    """Practice.facts."""
    year = arguments.get("fiscal_year")
    return [await _facts(context, each["partnership"], each["id"], year) for each in rows]


async def _facts(context: Context, partnership: UUID, practice: UUID, year: int | None) -> PracticeFacts:
    ground = await read_ground(context, partnership)
    seen = await context.run(
        lambda session: read_practice_evidence(
            session, partnership, practice, ground=ground, fiscal_year=year
        )
    )
    page = known.practice_facts(seen)
    return PracticeFacts(
        cost=_cost(page.cost),
        outcomes=[_outcome(partnership, seen.community, each) for each in page.outcomes],
        dollars=[_dollars(partnership, each) for each in page.dollars],
        missing=[MissingFact(code=each.code, sentence=each.sentence) for each in page.missing],
    )


def _outcome(partnership: UUID, community: known.Community, seen: known.OutcomeFacts) -> OutcomeFacts:
    everybody = next((each for each in seen.groups if each.is_everybody), None)
    additional = everybody.additional if everybody else None
    told: Told = {}  # most reasons are the same for all groups
    return OutcomeFacts(
        outcome=row("Outcome", partnership, UUID(seen.outcome)),
        is_aim=seen.is_aim,
        effect=effect_estimate(partnership, seen.effect, additional, EffectBasis.NATIONAL),
        groups=[_group(partnership, community, each, told) for each in seen.groups],
        reports=[each.rating for each in seen.reports],
        local=[_period(each) for each in seen.local],
        local_effect=_local(seen.local_effect),
    )


def _group(
    partnership: UUID,
    community: known.Community,
    seen: known.GroupFacts,
    told: Told,
) -> GroupFacts:
    additional = seen.additional
    return GroupFacts(
        population=row("PopulationGroup", partnership, UUID(seen.population)),
        tier=tier_assessment(seen.tier, community.populations, told),
        rate=percent(seen.target.rate if seen.target else None),
        additional_per_hundred=percent(additional.mean if additional else None),
        low=percent(additional.low if additional else None),
        high=percent(additional.high if additional else None),
        cost=None if seen.cost is None else _range(seen.cost),
    )


def _range(cost: CostRange) -> CostEstimate:
    low, mid, high = (
        None if amount is None else Money(amount=amount, currency=cost.currency)
        for amount in (cost.low, cost.mid, cost.high)
    )
    return CostEstimate(low=low, mid=mid, high=high, basis="; ".join(filter(None, (cost.basis, cost.reason))))


def _period(seen: ShownPeriod) -> PeriodFacts:
    return PeriodFacts(
        period=seen.period,
        design=StudyDesign(seen.design.value),
        baseline=seen.baseline,
        sentence=seen.sentence,
        effect=seen.effect,
        standard_error=seen.standard_error,
        people_count=seen.people_count,
        difference=seen.difference,
        low=seen.low,
        high=seen.high,
    )


def _local(seen: JoinedEffect | None) -> LocalFacts | None:
    if seen is None:
        return None
    effect, low, high = (
        rounded(each) or Decimal(0) for each in (seen.effect.effect, seen.interval.low, seen.interval.high)
    )
    return LocalFacts(
        design=StudyDesign(seen.design.value),
        baseline=seen.baseline,
        effect=effect,
        low=low,
        high=high,
        people_count=seen.people_count,
    )


def _cost(seen: known.CostFacts) -> CostFacts | None:
    if seen.recorded is None or seen.planned is None:
        return None
    return CostFacts(
        recorded=_money(seen.recorded),
        price_year=seen.recorded.price_year,
        source=seen.recorded.source,
        planned=_money(seen.planned),
        planned_year=seen.planned.price_year,
        note=seen.note,
    )


def _money(cost: UnitCost) -> Money:
    return Money(amount=cost.amount, currency=cost.currency)


def _dollars(partnership: UUID, seen: known.FunderDollars) -> FunderDollars:
    available, obligated, spent = (
        money_of(amount, seen.currency) for amount in (seen.available, seen.obligated, seen.spent)
    )
    return FunderDollars(
        funder=row("Funder", partnership, UUID(seen.funder)),
        fiscal_year=seen.fiscal_year,
        available=available,
        obligated=obligated,
        spent=spent,
    )
