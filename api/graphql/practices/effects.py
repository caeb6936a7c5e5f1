"""What a practice is known to do, and at what price: tiers, effects and costs, reckoned when asked."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID

import strawberry

from allocation.evidence import tiers
from allocation.evidence.cost import UnitCost, cost_per_additional
from allocation.evidence.effect_size import improvement_index
from allocation.evidence.pooling import AdditionalShare, EffectBasis, PooledEffect
from allocation.evidence.prices import brought_to, index_for
from allocation.standing import StandingPopulation
from api.graphql.common.basics import Money, row
from api.graphql.common.context import Context
from api.graphql.common.ids import NotFound, read_id
from api.graphql.common.lazy import LazyFinding
from api.graphql.practices.evidence import Evidence, in_words, read_evidence
from models.resources import EvidenceTier

__all__ = [
    "CostEstimate",
    "EffectEstimate",
    "TierAssessment",
    "Told",
    "costs",
    "effect_estimate",
    "effects",
    "percent",
    "rounded",
    "tier_assessment",
    "tiers_of",
]

Arguments = Mapping[str, Any]  # a field's arguments as strawberry gives them
Rows = Sequence[Mapping[str, Any]]  # columns of the practices that are asked about
PLACES = Decimal("0.0001")


@strawberry.type
class TierReason:
    """One rule of one tier, met or not: "MODERATE not met: sites 1 < 2"."""

    tier: EvidenceTier
    met: bool
    rule: str
    detail: str


@strawberry.type
class TierAssessment:
    """The highest tier all of whose rules are met here; `reasons` holds every rule of every tier.

    `toNext` are those that keep it from the next tier up, `raterWords` what the raters themselves say.
    """

    tier: EvidenceTier
    reasons: list[TierReason]
    to_next: list[TierReason]
    rater_words: list[str]


@strawberry.type
class RefusedFinding:
    """A finding that does not count, and why."""

    finding: LazyFinding
    reason: str


@strawberry.type
class EffectEstimate:
    """How many more of 100 participants reach the outcome here, with its 90 % interval.

    `hedgesG` is the pooled effect, `improvementIndex` what it means in percentile points.
    """

    additional_per_hundred: Decimal | None
    reason: str | None
    low: Decimal | None
    high: Decimal | None
    hedges_g: Decimal | None
    improvement_index: Decimal | None
    findings_used: int
    findings_refused: list[RefusedFinding]
    basis: EffectBasis


@strawberry.type
class CostEstimate:
    """Money for one more person who reaches the outcome; an end is null where it has no bound."""

    low: Money | None
    mid: Money | None
    high: Money | None
    basis: str


Told = dict[tiers.TierReason, TierReason]
"""Reasons in the words of the API."""


async def tiers_of(context: Context, rows: Rows, arguments: Arguments) -> list[Any]:  # a value, or why not
    """Practice.tier."""
    found: list[Any] = []
    for each in rows:
        evidence = await read_evidence(context, each["partnership"])
        try:
            population = _population(evidence, each, arguments)
            assessed = evidence.tier(each["id"], population)
            found.append(tier_assessment(assessed, evidence.community.populations))
        except NotFound as refusal:
            found.append(refusal)
    return found


def tier_assessment(
    assessed: tiers.TierAssessment,
    populations: Mapping[str, StandingPopulation],
    told: Told | None = None,
) -> TierAssessment:
    """As the API tells it, with the groups' labels for their ids; `told` are the reasons in words so far."""
    words = {} if told is None else told
    for each in assessed.reasons:
        if each not in words:
            words[each] = _reason(each, populations)
    return TierAssessment(
        tier=EvidenceTier(assessed.tier.value),
        reasons=[words[each] for each in assessed.reasons],
        to_next=[words[each] for each in assessed.to_next],
        rater_words=list(assessed.rater_words),
    )


def _reason(each: tiers.TierReason, populations: Mapping[str, StandingPopulation]) -> TierReason:
    return TierReason(
        tier=EvidenceTier(each.tier.value),
        met=each.met,
        rule=each.rule.value,
        detail=in_words(each.detail, populations) or "",
    )


async def effects(context: Context, rows: Rows, arguments: Arguments) -> list[Any]:  # a value, or why not
    """Practice.effect."""
    found: list[Any] = []
    for each in rows:
        evidence = await read_evidence(context, each["partnership"])
        try:
            outcome, population = _outcome(evidence, each, arguments), _population(evidence, each, arguments)
            found.append(_effect(evidence, each, outcome, population))
        except NotFound as refusal:
            found.append(refusal)
    return found


def _effect(
    evidence: Evidence, practice: Mapping[str, Any], outcome: UUID, population: UUID | None
) -> EffectEstimate:
    effect = evidence.effect(practice["id"], outcome)
    additional = evidence.additional(practice["id"], outcome, population)
    basis = _basis(evidence, str(practice["id"]))
    return effect_estimate(practice["partnership"], effect, additional, basis)


def effect_estimate(
    partnership_id: UUID,
    effect: PooledEffect | None,
    additional: AdditionalShare | None,
    otherwise: EffectBasis,
) -> EffectEstimate:
    """As the API tells it; `otherwise` is the basis where no effect is known."""
    g = effect.mean if effect else None
    return EffectEstimate(
        additional_per_hundred=percent(additional.mean if additional else None),
        reason=_why_not(effect, known=additional is not None),
        low=percent(additional.low if additional else None),
        high=percent(additional.high if additional else None),
        hedges_g=rounded(g),
        improvement_index=rounded(None if g is None else improvement_index(g)),
        findings_used=len(effect.findings_used) if effect else 0,
        findings_refused=_refused(partnership_id, effect),
        basis=effect.basis if effect and effect.basis else otherwise,
    )


def _refused(partnership_id: UUID, effect: PooledEffect | None) -> list[RefusedFinding]:
    return [
        RefusedFinding(finding=row("Finding", partnership_id, UUID(each.id)), reason=each.sentence)
        for each in (effect.refused if effect else ())
    ]


def _why_not(effect: PooledEffect | None, *, known: bool) -> str | None:
    if known:
        return None
    if effect is None:
        return "there is no finding on this outcome"
    return (
        effect.reason
        or "no rate of this group is disclosed for the outcome, so nothing follows for people here"
    )


def _basis(evidence: Evidence, practice: str) -> EffectBasis:
    """Where the practice's findings come from; without any, from elsewhere."""
    found = evidence.ground.library.of(practice).findings
    return EffectBasis.LOCAL if found and all(each.is_local for each in found) else EffectBasis.NATIONAL


async def costs(context: Context, rows: Rows, arguments: Arguments) -> list[Any]:  # a value, or why not
    """Practice.costPerOutcome."""
    found: list[Any] = []
    for each in rows:
        evidence = await read_evidence(context, each["partnership"])
        try:
            outcome, population = _outcome(evidence, each, arguments), _population(evidence, each, arguments)
            found.append(_cost(evidence, each, outcome, population))
        except NotFound as refusal:
            found.append(refusal)
    return found


def _cost(
    evidence: Evidence, practice: Mapping[str, Any], outcome: UUID, population: UUID | None
) -> CostEstimate:
    if practice["cost"] is None or practice["price_year"] is None:
        return CostEstimate(
            low=None, mid=None, high=None, basis="no cost per participant with its price year is known"
        )
    recorded = UnitCost(
        Decimal(practice["cost"]).scaleb(-2),
        practice["currency"],
        practice["price_year"],
        practice["source"] or "source not stated",
    )
    priced = brought_to(recorded, None, index_for(recorded.currency, evidence.ground.index))
    additional = evidence.additional(practice["id"], outcome, population)
    reckoned = cost_per_additional(priced.cost, additional)
    low, mid, high = (
        None if amount is None else Money(amount=amount, currency=reckoned.currency)
        for amount in (reckoned.low, reckoned.mid, reckoned.high)
    )
    why = reckoned.reason if additional else _why_not(evidence.effect(practice["id"], outcome), known=False)
    basis = "; ".join(filter(None, (reckoned.basis, priced.note, why)))
    return CostEstimate(low=low, mid=mid, high=high, basis=basis)


def _outcome(evidence: Evidence, practice: Mapping[str, Any], arguments: Arguments) -> UUID:
    found = _own(practice, [arguments["outcome"]], "Outcome")
    if found is None or str(found) not in evidence.community.outcomes:
        raise NotFound
    return found


def _population(evidence: Evidence, practice: Mapping[str, Any], arguments: Arguments) -> UUID | None:
    asked = arguments.get("population")
    if asked is None:
        return None
    found = _own(practice, [asked], "PopulationGroup")
    if found is None or str(found) not in evidence.community.populations:
        raise NotFound
    return found


def _own(practice: Mapping[str, Any], texts: Iterable[str], type_: str) -> UUID | None:
    """The row's id, if it is of the practice's own partnership."""
    ids = (read_id(text, type_) for text in texts)
    return next((id_.key[-1] for id_ in ids if id_ and id_.partnership_id == practice["partnership"]), None)


def percent(share: float | None) -> Decimal | None:
    """A share as a percent."""
    return None if share is None else rounded(100 * share)


def rounded(number: float | None) -> Decimal | None:
    """To four places."""
    if number is None:
        return None
    return Decimal(repr(number)).quantize(PLACES, ROUND_HALF_EVEN) + 0
