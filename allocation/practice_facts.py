"""A practice's page: what it is, for whom it is known to work, its price, who funds it here, and what is missing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from allocation.evidence.cost import CostRange, PriceIndex, UnitCost, cost_per_additional
from allocation.evidence.finding import Finding, Setting
from allocation.evidence.local import LocalEffect, joined
from allocation.evidence.local_disclosure import ShownPeriod, as_effect
from allocation.evidence.pooling import AdditionalShare, PooledEffect, at_baseline
from allocation.evidence.prices import brought_to
from allocation.evidence.tiers import (
    InterventionReport,
    Rationale,
    TierAssessment,
    Weighed,
    assess,
    tier,
    weigh,
)
from allocation.library import Known
from allocation.standing import StandingPopulation
from allocation.targets import Target

LEAST_RATE, MOST_RATE = 0.005, 0.995  # nearer to the ends a normal quantile says nothing of people


@dataclass(frozen=True, kw_only=True)
class Practice:
    """What is recorded of a practice. `cost` is None without an amount and a price year."""

    id: str
    name: str
    description: str | None = None
    aims: frozenset[str] = frozenset()
    capacity: int | None = None
    rationale: Rationale = field(default_factory=Rationale)
    cost: UnitCost | None = None


@dataclass(frozen=True, kw_only=True)
class FunderDollars:
    """Dollars of a funder on the practice in a fiscal year, by the ledger, in minor units."""

    funder: str
    name: str
    fiscal_year: int | None
    currency: str
    available: int
    obligated: int
    spent: int


@dataclass(frozen=True, kw_only=True)
class Community:
    """Whom the partnership serves. `targets` are disclosed rates in its whole area, by outcome and population."""

    populations: Mapping[str, StandingPopulation]
    settings: frozenset[Setting]
    outcomes: Mapping[str, str]
    targets: Mapping[tuple[str, str], Target]
    everybody: str | None

    def served(self, population: str) -> set[str]:
        """The group and those that it lies in; everybody includes every group."""
        if self.populations[population].is_total:
            return set(self.populations)
        return {population, *self.populations[population].parts}


@dataclass(frozen=True, kw_only=True)
class PracticeEvidence:
    """All that a page is made of."""

    practice: Practice
    community: Community
    known: Known
    index: PriceIndex
    fiscal_year: int | None = None
    reports: Sequence[InterventionReport] = ()
    local: Mapping[str, Sequence[ShownPeriod]] = field(default_factory=dict)
    dollars: Sequence[FunderDollars] = ()
    testimony_count: int = 0


@dataclass(frozen=True, kw_only=True)
class CostFacts:
    """The cost as recorded, as planned with, and why it is not in the fiscal year's prices."""

    recorded: UnitCost | None
    planned: UnitCost | None
    note: str | None


@dataclass(frozen=True, kw_only=True)
class GroupFacts:
    """What is known for one group here: `target` is its disclosed rate, `additional` people per participant."""

    population: str
    label: str
    is_everybody: bool
    tier: TierAssessment
    target: Target | None
    additional: AdditionalShare | None
    cost: CostRange | None


@dataclass(frozen=True, kw_only=True)
class OutcomeFacts:
    """What is known of the practice's work on one outcome; everybody comes first among the groups."""

    outcome: str
    name: str
    is_aim: bool
    effect: PooledEffect | None
    groups: tuple[GroupFacts, ...]
    reports: tuple[InterventionReport, ...]
    local: tuple[ShownPeriod, ...]
    local_effect: LocalEffect | None


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A fact that nobody has recorded, and what it keeps from being said."""

    code: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class PracticeFacts:
    """The page. Outcomes that the practice aims at come first."""

    practice: Practice
    cost: CostFacts
    outcomes: tuple[OutcomeFacts, ...]
    dollars: tuple[FunderDollars, ...]
    missing: tuple[Missing, ...]


def tiers_of(
    findings: Mapping[str, Sequence[Finding]],
    populations: Collection[str],
    settings: Collection[Setting],
    *,
    reports: Mapping[str, Sequence[InterventionReport]] | None = None,
    rationales: Mapping[str, Rationale] | None = None,
) -> Mapping[str, TierAssessment]:
    """The tier of every practice for people who are of `populations`; all mappings are by practice."""
    told, reasons = reports or {}, rationales or {}
    return {
        practice: tier(
            findings.get(practice, ()),
            populations,
            settings,
            reports=told.get(practice, ()),
            rationale=reasons.get(practice),
        )
        for practice in sorted({*findings, *told, *reasons})
    }


def practice_facts(seen: PracticeEvidence) -> PracticeFacts:
    """The page, from what was read."""
    cost = cost_facts(seen)
    effects = seen.known.effects
    named = {
        *seen.practice.aims,
        *effects,
        *(report.outcome for report in seen.reports),
        *seen.local,
    }
    aims = seen.practice.aims
    in_order = sorted(named, key=lambda each: (each not in aims, seen.community.outcomes[each]))
    outcomes = tuple(outcome_facts(seen, each, effects.get(each), cost.planned) for each in in_order)
    dollars = sorted(seen.dollars, key=lambda each: (-(each.fiscal_year or 0), each.name, each.funder))
    return PracticeFacts(
        practice=seen.practice,
        cost=cost,
        outcomes=outcomes,
        dollars=tuple(dollars),
        missing=(*missing_of_practice(seen, cost), *(one for each in outcomes for one in missing_of(each))),
    )


def cost_facts(seen: PracticeEvidence) -> CostFacts:
    recorded = seen.practice.cost
    if recorded is None:
        return CostFacts(recorded=None, planned=None, note=None)
    priced = brought_to(recorded, seen.fiscal_year, seen.index)
    return CostFacts(recorded=recorded, planned=priced.cost, note=priced.note)


def outcome_facts(
    seen: PracticeEvidence, outcome: str, effect: PooledEffect | None, cost: UnitCost | None
) -> OutcomeFacts:
    community = seen.community
    weighed = weigh(
        seen.known.findings,
        outcome=outcome,
        reports=seen.reports,
        counted=seen.known.counted,
        rationale=seen.practice.rationale,
    )
    groups = [group_facts(seen, each, weighed, (effect, cost)) for each in shown_groups(community)]
    periods = tuple(seen.local.get(outcome, ()))
    effects = [found for one in periods if (found := as_effect(one)) is not None]
    return OutcomeFacts(
        outcome=outcome,
        name=community.outcomes[outcome],
        is_aim=outcome in seen.practice.aims,
        effect=effect,
        groups=tuple(groups),
        reports=tuple(report for report in seen.reports if report.outcome == outcome),
        local=periods,
        local_effect=joined(effects) if effects else None,
    )


def shown_groups(community: Community) -> Sequence[str]:
    """Everybody once, then the groups by dimension and label."""
    groups = [each for each in community.populations.values() if not each.is_total]
    in_order = [each.id for each in sorted(groups, key=lambda each: (each.dimension, each.label))]
    return in_order if community.everybody is None else [community.everybody, *in_order]


def group_facts(
    seen: PracticeEvidence,
    population: str,
    weighed: Weighed,
    priced: tuple[PooledEffect | None, UnitCost | None],
) -> GroupFacts:
    effect, cost = priced
    community = seen.community
    target = community.targets.get((weighed.outcome or "", population))
    additional = None if effect is None or target is None else additional_here(effect, target)
    return GroupFacts(
        population=population,
        label=community.populations[population].label,
        is_everybody=population == community.everybody,
        tier=assess(weighed, community.served(population), community.settings),
        target=target,
        additional=additional,
        cost=None if cost is None else cost_per_additional(cost, additional),
    )


def additional_here(effect: PooledEffect, target: Target) -> AdditionalShare | None:
    """Additional people better off per participant at the group's own rate."""
    rate = min(max(target.rate, LEAST_RATE), MOST_RATE)
    return at_baseline(effect, rate, higher_is_better=target.indicator.higher_is_better)


def missing_of_practice(seen: PracticeEvidence, cost: CostFacts) -> Sequence[Missing]:
    practice = seen.practice
    facts = {
        "description": (practice.description, "nobody has described what is done"),
        "cost": (
            practice.cost,
            "no cost per participant with its price year is recorded, so no dollars are suggested",
        ),
        "capacity": (practice.capacity, "how many participants it has room for is not recorded"),
        "logic-model": (practice.rationale.has_logic_model, "whether it has a logic model is not recorded"),
        "study": (
            practice.rationale.is_under_study,
            "whether its effects are being studied here is not recorded",
        ),
        "outcomes": (practice.aims or None, "no outcome that it is meant to move is recorded"),
        "funder": (seen.dollars or None, "no dollars lie on it"),
        "testimony": (seen.testimony_count or None, "nothing that the community says of it is recorded"),
    }
    told = [Missing(code=code, sentence=why) for code, (fact, why) in facts.items() if fact is None]
    return [*told, Missing(code="price", sentence=cost.note)] if cost.note else told


def missing_of(one: OutcomeFacts) -> Sequence[Missing]:
    """What nobody has recorded of the practice's work on an outcome."""
    everybody = next((group for group in one.groups if group.is_everybody), None)
    effect = one.effect
    facts = {
        "finding": (effect, "there is no finding"),
        "usable-finding": (
            effect is None or effect.mean is not None or None,
            effect.reason if effect else None,
        ),
        "rate": (everybody and everybody.target, "no rate of everybody is disclosed here"),
        "local-results": (one.local or None, "no local results are recorded"),
    }
    told = [
        Missing(code=code, sentence=f"{one.name}: {why}")
        for code, (fact, why) in facts.items()
        if fact is None
    ]
    unstated = (
        [each.detail for each in everybody.tier.to_next if "not stated" in each.detail] if everybody else []
    )
    return [*told, *(Missing(code="study-facts", sentence=f"{one.name}: {why}") for why in unstated)]
