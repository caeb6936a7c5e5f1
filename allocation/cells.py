"""Where dollars could do good: practices x groups x fiscal years, each with its effect and evidence tier."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from allocation.evidence.effect_size import additional_share
from allocation.evidence.finding import Finding
from allocation.evidence.pooling import PooledEffect, at_baseline, pooled_effects
from allocation.evidence.tiers import Weighed, assess, weigh
from allocation.problem import Cell, Group
from allocation.standing import Standing, StandingLine, StandingPractice
from allocation.targets import Target, group_name, home_area, planned_population, targets_of

TIERS = ("STRONG", "MODERATE", "PROMISING", "RATIONALE", "NONE")
SAMPLES = 200
LEAST_RATE, MOST_RATE = 0.005, 0.995  # nearer to the ends a normal quantile says nothing of people


def tier_rank(tier_name: str) -> int:
    """1 for STRONG to 5 for NONE."""
    return TIERS.index(tier_name) + 1


def cell_name(practice: str, group: str, year: int) -> str:
    """A cell's id."""
    return f"{practice}@{group}@{year}"


@dataclass(frozen=True)
class Place:
    """What a cell is: its practice, its group and year, the tier and the effect of a participant there."""

    practice: str
    target: Target
    fiscal_year: int
    tier: str
    effect: float


@dataclass(frozen=True)
class Cells:
    """All cells of a question, and what their ids mean. `refused` are practices with why, by id."""

    standing: Standing
    targets: Mapping[str, Target]
    groups: tuple[Group, ...]
    all: tuple[Cell, ...]
    places: Mapping[str, Place]
    refused: Mapping[str, str]
    effects: Mapping[tuple[str, str], PooledEffect]

    @classmethod
    def of(cls, standing: Standing, years: Sequence[int], confidence: float = 0.5) -> Self:
        """Every practice with a cost and a usable effect, for every group whose rate is disclosed."""
        targets = {target.id: target for target in targets_of(standing)}
        effects = pooled_effects(standing.findings)
        tiers = _Tiers(standing)
        cells: list[Cell] = []
        places: dict[str, Place] = {}
        for practice in standing.practices:
            if not practice.cost or practice.currency != standing.currency:
                continue
            for target in targets.values():
                effect = effects.get((practice.id, target.outcome))
                if effect is None:
                    continue
                for cell, place in _cells_at(practice, target, effect, (years, confidence, tiers)):
                    cells.append(cell)
                    places[cell.id] = place
        groups = tuple(_group(standing, each, len(years)) for each in targets.values())
        refused = {
            each.id: why for each in standing.practices if (why := why_refused(each, effects, standing))
        }
        return cls(standing, targets, groups, tuple(cells), places, refused, effects)

    def cell_of(self, line: StandingLine, year: int) -> str | None:
        """The cell in which a line's dollars work in a year, or None where nothing is known of what they do.

        Of a practice's several outcomes a line that names none counts for the one it does most for.
        """
        known = [name for name in self._names(line, year) if name in self.places]
        return max(known, key=lambda name: (self.places[name].effect, name), default=None)

    def is_hidden(self, line: StandingLine, year: int) -> bool:
        """Whether a line's practice is known to work, but not how much it does for those whom it serves.

        No rate is disclosed for them, or the practice has no cost here: that is no reason to take dollars away.
        """
        if line.practice is None or self.cell_of(line, year) is not None:
            return False
        return any(outcome in self._helped[line.practice] for outcome in self._outcomes(line))

    def of_practice(self, practice: str) -> tuple[Place, ...]:
        """What is known of the cells of a practice."""
        return tuple(place for place in self.places.values() if place.practice == practice)

    def label_of(self, line: StandingLine) -> str:
        """The line in words."""
        practice = self._practices.get(line.practice or "")
        words = [practice.name if practice else line.use.lower().replace("_", " ")]
        if line.population:
            words.append(f"for {self.standing.populations[line.population].label}")
        if line.area:
            words.append(f"in {self.standing.areas[line.area].name}")
        return " ".join(words)

    @cached_property
    def home_area(self) -> str | None:
        """The area that a line without an area serves."""
        return home_area(self.standing)

    @cached_property
    def _practices(self) -> Mapping[str, StandingPractice]:
        return {practice.id: practice for practice in self.standing.practices}

    @cached_property
    def _helped(self) -> Mapping[str, set[str]]:
        """The outcomes for which each practice has a usable, favourable effect."""
        found: dict[str, set[str]] = defaultdict(set)
        for (practice, outcome), effect in self.effects.items():
            if effect.mean is not None and effect.mean > 0:
                found[practice].add(outcome)
        return found

    def _names(self, line: StandingLine, year: int) -> Iterable[str]:
        population = planned_population(self.standing, line.population)
        area = line.area or self.home_area
        if line.practice is None or population is None or area is None:
            return
        for outcome in self._outcomes(line):
            yield cell_name(line.practice, group_name(outcome, area, population), year)

    def _outcomes(self, line: StandingLine) -> Iterable[str]:
        return (line.outcome,) if line.outcome else sorted(self._helped[line.practice or ""])


def why_refused(
    practice: StandingPractice, effects: Mapping[tuple[str, str], PooledEffect], standing: Standing
) -> str | None:
    """Why a practice can receive nothing, in words; None where it can."""
    if practice.cost is None:
        return "no cost per participant is known"
    if practice.currency != standing.currency:
        return f"its cost is in {practice.currency}, not in {standing.currency}"
    found = [effects[key] for key in sorted(effects) if key[0] == practice.id]
    if not found:
        return "there is no finding on any of the partnership's outcomes"
    if all(effect.mean is None for effect in found):
        return next(effect.reason for effect in found if effect.reason) or "no finding is usable"
    if all(effect.mean is None or effect.mean <= 0 for effect in found):
        return "its findings show no gain"
    return None


class _Tiers:
    """The tier of each practice for each outcome and population, judged once."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._known: dict[tuple[str, str, str], str] = {}
        self._weighed: dict[tuple[str, str], Weighed] = {}
        self._findings: dict[str, list[Finding]] = defaultdict(list)
        for finding in standing.findings:
            self._findings[finding.practice].append(finding)

    def of(self, practice: str, target: Target) -> str:
        key = (practice, target.outcome, target.population)
        if key not in self._known:
            weighed = self._weighed_for(practice, target.outcome)
            judged = assess(weighed, self._served(target), self._standing.settings)
            self._known[key] = judged.tier.value
        return self._known[key]

    def _weighed_for(self, practice: str, outcome: str) -> Weighed:
        key = (practice, outcome)
        if key not in self._weighed:
            reports = self._standing.reports.get(practice, ())
            rationale = self._standing.rationales.get(practice)
            self._weighed[key] = weigh(
                self._findings[practice], outcome=outcome, reports=reports, rationale=rationale
            )
        return self._weighed[key]

    def _served(self, target: Target) -> set[str]:
        """The group and those it lies in; everybody includes every group."""
        if target.is_everybody:
            return set(self._standing.populations)
        return {target.population, *self._standing.populations[target.population].parts}


def _cells_at(
    practice: StandingPractice,
    target: Target,
    effect: PooledEffect,
    terms: tuple[Sequence[int], float, _Tiers],
) -> Iterable[tuple[Cell, Place]]:
    years, confidence, tiers = terms
    rate = min(max(target.rate, LEAST_RATE), MOST_RATE)
    share = at_baseline(effect, rate, higher_is_better=target.indicator.higher_is_better)
    if share is None:
        return
    tier_name = tiers.of(practice.id, target)
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
            tier_rank=tier_rank(tier_name),
        )
        yield cell, Place(practice.id, target, year, tier_name, share.mean)


def _samples(effect: PooledEffect, rate: float, target: Target) -> tuple[float, ...]:
    """Draws of the effect: one draw of the practice's g for each scenario, shared by all its groups.

    The seed comes from the ids, so that every run draws the same.
    """
    name = f"{effect.practice}/{effect.outcome}".encode()
    seed = int.from_bytes(hashlib.blake2b(name, digest_size=8).digest())
    draws = np.random.default_rng(seed).normal(effect.mean or 0.0, effect.sd or 0.0, SAMPLES)
    better = target.indicator.higher_is_better
    return tuple(additional_share(float(g), rate, higher_is_better=better) for g in draws)


def _group(standing: Standing, target: Target, years: int) -> Group:
    """No group may lose, but everybody has no floor: what leaves a programme for all goes to some of them."""
    population, area = standing.populations[target.population], standing.areas[target.area]
    return Group(
        id=target.id,
        people=float(target.people),
        gap=target.gap * years,
        label=f"{population.label} in {area.name}, {standing.outcomes[target.outcome]}",
        persistent=target.is_persistent,
        outcome_id=target.outcome,
        floor_share=None if target.is_everybody and not area.within else 1.0,
    )
