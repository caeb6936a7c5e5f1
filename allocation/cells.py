"""Where dollars could do good: practices x groups x fiscal years, each with its effect and evidence tier."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from allocation.disparities import Disparity, DisparityStatus
from allocation.evidence.effect_size import additional_share
from allocation.evidence.finding import Finding
from allocation.evidence.pooling import PooledEffect, at_baseline, pooled_effects
from allocation.evidence.tiers import tier
from allocation.problem import Cell, Group
from allocation.standing import (
    Standing,
    StandingIndicator,
    StandingLine,
    StandingPractice,
    StandingRate,
)

TIERS = ("STRONG", "MODERATE", "PROMISING", "RATIONALE", "NONE")
SAMPLES = 200
LEAST_RATE, MOST_RATE = 0.005, 0.995  # nearer to the ends a normal quantile says nothing of people


def tier_rank(tier_name: str) -> int:
    """1 for STRONG to 5 for NONE."""
    return TIERS.index(tier_name) + 1


@dataclass(frozen=True)
class Place:
    """What a cell is: its practice, group and year, the tier and the effect of a participant there."""

    practice: str
    outcome: str
    population: str
    area: str
    fiscal_year: int
    tier: str
    effect: float


@dataclass(frozen=True)
class Target:
    """A group as a target: its newest rate, its people, and how many are short of parity (or of the outcome)."""

    outcome: str
    area: str
    population: str
    indicator: StandingIndicator
    rate: float
    people: int
    gap: float
    is_persistent: bool

    @property
    def id(self) -> str:
        """Unique among the groups."""
        return f"{self.outcome}/{self.area}/{self.population}"


@dataclass
class Cells:
    """All cells of a question, and what their ids mean."""

    standing: Standing
    targets: Mapping[str, Target]
    groups: tuple[Group, ...]
    all: tuple[Cell, ...]
    places: Mapping[str, Place]
    refused: Mapping[str, str] = field(default_factory=dict)
    home_area: str | None = None

    @classmethod
    def of(cls, standing: Standing, years: Sequence[int], confidence: float = 0.5) -> Self:
        """Every practice with a cost and a usable effect, for every group whose rate is disclosed."""
        targets = {target.id: target for target in targets_of(standing)}
        effects = pooled_effects(standing.findings)
        by_practice: dict[str, list[Finding]] = defaultdict(list)
        for finding in standing.findings:
            by_practice[finding.practice].append(finding)
        cells: list[Cell] = []
        places: dict[str, Place] = {}
        refused: dict[str, str] = {}
        for practice in standing.practices:
            why = why_refused(practice, effects, standing.currency)
            if why:
                refused[practice.id] = why
            if not practice.cost or practice.currency != standing.currency:
                continue
            for cell, place in _cells_of(
                practice, by_practice[practice.id], effects, targets.values(), standing, years, confidence
            ):
                cells.append(cell)
                places[cell.id] = place
        groups = tuple(_group(standing, each, len(years)) for each in targets.values())
        return cls(standing, targets, groups, tuple(cells), places, refused, home_area(standing))

    def place(self, cell_id: str) -> Place:
        """What the cell is."""
        return self.places[cell_id]

    def cell_of(self, line: StandingLine) -> str | None:
        """The cell in which a line's dollars work, or None where nothing is known of what they do."""
        if line.practice is None or line.fiscal_year is None:
            return None
        area = line.area or self.home_area
        for population in self._populations(line):
            for outcome in self._outcomes(line):
                cell_id = cell_name(line.practice, f"{outcome}/{area}/{population}", line.fiscal_year)
                if cell_id in self.places:
                    return cell_id
        return None

    def label_of(self, line: StandingLine) -> str:
        """The line in words."""
        names = {practice.id: practice.name for practice in self.standing.practices}
        population = self.standing.populations.get(line.population or "")
        words = [names.get(line.practice or "", line.use.lower().replace("_", " "))]
        if population:
            words.append(f"for {population.label}")
        if line.area:
            words.append(f"in {self.standing.areas[line.area].name}")
        return " ".join(words)

    def _populations(self, line: StandingLine) -> Iterable[str]:
        if line.population:
            return (line.population,)
        return sorted(each.id for each in self.standing.populations.values() if each.is_total)

    def _outcomes(self, line: StandingLine) -> Iterable[str]:
        if line.outcome:
            return (line.outcome,)
        return sorted({place.outcome for place in self.places.values() if place.practice == line.practice})


def cell_name(practice: str, group: str, year: int) -> str:
    """A cell's id."""
    return f"{practice}@{group}@{year}"


def home_area(standing: Standing) -> str | None:
    """The area that a line without an area serves: the one that lies in no other, the most peopled of several."""
    outer = [area.id for area in standing.areas.values() if not area.within]
    people: dict[str, int] = defaultdict(int)
    for rate in standing.rates:
        if standing.populations[rate.population].is_total:
            people[rate.area] = max(people[rate.area], rate.people or 0)
    return max(outer, key=lambda area: (people[area], area), default=None)


def targets_of(standing: Standing) -> Iterable[Target]:
    """One target for each outcome, area and population with a disclosed rate and size.

    An outcome is measured by one indicator: a core one before another, then the one with most rates, then by
    name. A group that is behind its reference can gain until parity; another until everybody has the outcome.
    """
    chosen = {indicator.id: indicator for indicator in indicators_of(standing)}
    judged = {(each.pair.indicator, each.pair.area, each.pair.group): each for each in standing.disparities}
    everybody: set[tuple[str, str]] = set()
    for rate in standing.rates:
        indicator = chosen.get(rate.indicator)
        if indicator is None or rate.rate is None or not rate.people:
            continue
        if standing.populations[rate.population].is_total:
            if (rate.indicator, rate.area) in everybody:
                continue  # each dimension may have its own total: everybody is one target
            everybody.add((rate.indicator, rate.area))
        yield _target(indicator, rate, judged.get((rate.indicator, rate.area, rate.population)))


def _target(indicator: StandingIndicator, rate: StandingRate, disparity: Disparity | None) -> Target:
    share = float(rate.rate or 0) / 100
    people = rate.people or 0
    headroom = people * ((1 - share) if indicator.higher_is_better else share)
    gap = headroom
    if disparity is not None and disparity.gap is not None and disparity.gap > 0:
        gap = min(headroom, people * float(disparity.gap) / 100)
    persistent = disparity is not None and disparity.status is DisparityStatus.PERSISTENT
    return Target(indicator.outcome, rate.area, rate.population, indicator, share, people, gap, persistent)


def indicators_of(standing: Standing) -> Iterable[StandingIndicator]:
    """The indicator by which each outcome is planned."""
    rates: dict[str, int] = defaultdict(int)
    for rate in standing.rates:
        rates[rate.indicator] += rate.rate is not None
    by_outcome: dict[str, list[StandingIndicator]] = defaultdict(list)
    for indicator in standing.indicators.values():
        if indicator.unit == "percent" and rates[indicator.id]:
            by_outcome[indicator.outcome].append(indicator)
    for found in by_outcome.values():
        yield min(found, key=lambda each: (not each.is_core, -rates[each.id], each.name))


def why_refused(
    practice: StandingPractice, effects: Mapping[tuple[str, str], PooledEffect], currency: str
) -> str | None:
    """Why a practice can receive nothing, in words; None where it can."""
    if practice.cost is None:
        return "no cost per participant is known"
    if practice.currency != currency:
        return f"its cost is in {practice.currency}, not in {currency}"
    found = [effect for (owner, _), effect in effects.items() if owner == practice.id]
    if not found:
        return "there is no finding on any of the partnership's outcomes"
    if all(effect.mean is None for effect in found):
        return next(effect.reason for effect in found if effect.reason) or "no finding is usable"
    if all(effect.mean is None or effect.mean <= 0 for effect in found):
        return "its findings show no gain"
    return None


def _cells_of(
    practice: StandingPractice,
    findings: Sequence[Finding],
    effects: Mapping[tuple[str, str], PooledEffect],
    targets: Iterable[Target],
    standing: Standing,
    years: Sequence[int],
    confidence: float,
) -> Iterable[tuple[Cell, Place]]:
    tiers: dict[tuple[str, str], str] = {}
    for target in targets:
        effect = effects.get((practice.id, target.outcome))
        if effect is None or effect.mean is None:
            continue
        rate = min(max(target.rate, LEAST_RATE), MOST_RATE)
        share = at_baseline(effect, rate, higher_is_better=target.indicator.higher_is_better)
        if share is None:
            continue
        key = (target.outcome, target.population)
        if key not in tiers:
            tiers[key] = tier(
                findings, {target.population}, standing.settings, outcome=target.outcome
            ).tier.value
        samples = _samples(effect, rate, target) if confidence > 0.5 else ()
        for year in years:
            cell = Cell(
                id=cell_name(practice.id, target.id, year),
                practice_id=practice.id,
                group_id=target.id,
                fiscal_year=year,
                effect=share.mean,
                effect_low=share.low,
                effect_high=share.high,
                effect_samples=samples,
                tier_rank=tier_rank(tiers[key]),
            )
            yield (
                cell,
                Place(
                    practice.id, target.outcome, target.population, target.area, year, tiers[key], share.mean
                ),
            )


def _samples(effect: PooledEffect, rate: float, target: Target) -> tuple[float, ...]:
    """Draws of the effect: one draw of the practice's g for each scenario, shared by all its groups."""
    seed = int.from_bytes(
        hashlib.blake2b(f"{effect.practice}/{effect.outcome}".encode(), digest_size=8).digest()
    )
    draws = np.random.default_rng(seed).normal(effect.mean or 0.0, effect.sd or 0.0, SAMPLES)
    better = target.indicator.higher_is_better
    return tuple(additional_share(float(g), rate, higher_is_better=better) for g in draws)


def _group(standing: Standing, target: Target, years: int) -> Group:
    population, area = standing.populations[target.population], standing.areas[target.area]
    return Group(
        id=target.id,
        people=float(target.people),
        gap=target.gap * years,
        label=f"{population.label} in {area.name}, {standing.outcomes[target.outcome]}",
        persistent=target.is_persistent,
        outcome_id=target.outcome,
    )
