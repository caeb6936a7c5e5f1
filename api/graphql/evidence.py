"""What is known of the practices' effects in one partnership, reckoned once an operation."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allocation.cells import Target, home_area, targets_of
from allocation.disparities import assess_disparities
from allocation.evidence.finding import Finding, Setting
from allocation.evidence.pooling import AdditionalShare, PooledEffect, at_baseline, pooled_effects
from allocation.evidence.tiers import TierAssessment, tier
from allocation.frames.figures import newest_rates, read_figures, read_pairs
from allocation.frames.places import (
    read_areas,
    read_indicators,
    read_names,
    read_partnership,
    read_populations,
    rule_of,
)
from allocation.frames.practices import read_findings, read_practices
from allocation.standing import Standing
from api.graphql.context import Context
from models.outcomes import Outcome

__all__ = ["Evidence", "read_evidence"]

LEAST_RATE, MOST_RATE = 0.005, 0.995  # as allocation.cells: nearer to the ends nothing can be said


@dataclass(frozen=True)
class Evidence:
    """The findings of a partnership, what they come to, and the rates that they meet here."""

    standing: Standing
    effects: Mapping[tuple[str, str], PooledEffect]
    by_practice: Mapping[str, Sequence[Finding]]
    targets: Mapping[tuple[str, str], Target]
    """By outcome and population, in the partnership's whole area."""

    def tier(self, practice: UUID, population: UUID | None, outcome: UUID | None = None) -> TierAssessment:
        """The tier here; without a population, for any of the partnership's groups."""
        groups = {str(population)} if population else set(self.standing.populations)
        return tier(
            self.by_practice.get(str(practice), ()),
            groups,
            self.standing.settings,
            outcome=str(outcome) if outcome else None,
        )

    def effect(self, practice: UUID, outcome: UUID) -> PooledEffect | None:
        """The pooled effect; None where there is no finding at all."""
        return self.effects.get((str(practice), str(outcome)))

    def target(self, outcome: UUID, population: UUID | None) -> Target | None:
        """The group's disclosed rate in the whole area; without a population, everybody's."""
        groups = (
            [str(population)]
            if population
            else sorted(each.id for each in self.standing.populations.values() if each.is_total)
        )
        found = (self.targets.get((str(outcome), group)) for group in groups)
        return next((target for target in found if target), None)

    def additional(self, practice: UUID, outcome: UUID, population: UUID | None) -> AdditionalShare | None:
        """Additional people better off per participant here; None without an effect or a disclosed rate."""
        effect, target = self.effect(practice, outcome), self.target(outcome, population)
        if effect is None or target is None:
            return None
        rate = min(max(target.rate, LEAST_RATE), MOST_RATE)
        return at_baseline(effect, rate, higher_is_better=target.indicator.higher_is_better)


async def read_evidence(context: Context, partnership_id: UUID) -> Evidence:
    """Read and reckoned once an operation."""

    async def read(session: AsyncSession) -> Evidence:
        return evidence_of(await _standing(session, partnership_id))

    return await context.once(("evidence", partnership_id), read)


def evidence_of(standing: Standing) -> Evidence:
    """What the findings come to, where everything stands like this."""
    by_practice: dict[str, list[Finding]] = defaultdict(list)
    for finding in standing.findings:
        by_practice[finding.practice].append(finding)
    home = home_area(standing)
    targets = {
        (target.outcome, target.population): target for target in targets_of(standing) if target.area == home
    }
    return Evidence(standing, pooled_effects(standing.findings), by_practice, targets)


async def _standing(session: AsyncSession, partnership_id: UUID) -> Standing:
    """Everything of allocation.frames.standing but the money, which says nothing of effects."""
    partnership = await read_partnership(session, partnership_id)
    populations = await read_populations(session, partnership_id)
    indicators = await read_indicators(session, partnership_id)
    figures = await read_figures(session, partnership_id)
    pairs = await read_pairs(session, partnership_id, figures, populations, indicators)
    return Standing(
        currency=partnership.currency,
        fiscal_year_start_month=partnership.fiscal_year_start_month,
        settings=frozenset(Setting(each) for each in partnership.settings),
        practices=await read_practices(session, partnership_id),
        populations=populations,
        areas=await read_areas(session, partnership_id),
        outcomes=await read_names(session, Outcome, partnership_id),
        indicators=indicators,
        rates=newest_rates(figures),
        disparities=assess_disparities(pairs, rule_of(partnership)),
        findings=await read_findings(session, partnership_id),
        investments=(),
    )
