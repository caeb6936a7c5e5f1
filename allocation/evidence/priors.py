"""What the practices on an outcome have in common: where their effects centre, and how they differ."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from allocation.evidence.random_effects import (
    Estimate,
    Prior,
    Spread,
    dersimonian_laird,
    pooled_tau_squared,
    spread,
    weighted_mean,
)

Pair = tuple[str, str]
Studies = Mapping[Pair, list[Estimate]]

LEAST_PRACTICES = 5  # fewer say too little of how practices differ
OVERALL_DEGREES = 10  # of freedom, that the spread over all outcomes counts for beside an outcome's own
LEAST_DEGREES = 5  # of freedom, for an outcome's own difference between studies of one practice

# Kraft 2020, Educational Researcher 49(4), table 1: 1,942 effects of 747 randomised trials of education
# practices on standardised achievement; median 0.10, standard deviation 0.28.
PUBLISHED_PRIOR = Prior(0.10, 0.28, "747 randomised trials of education practices (Kraft 2020)")


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What all findings together say, by outcome."""

    overall: Prior
    overall_place_variance: float
    priors: Mapping[str, Prior]
    place_variances: Mapping[str, float]

    def prior(self, outcome: str) -> Prior:
        return self.priors.get(outcome, self.overall)

    def place_variance(self, outcome: str) -> float:
        """How much studies of one practice on this outcome differ beyond chance (a variance)."""
        return self.place_variances.get(outcome, self.overall_place_variance)


def learn(national: Studies, local: Studies, fallback: Prior) -> Knowledge:
    """Priors and heterogeneity from study estimates; local ones count where a practice has no others."""
    spreads = spreads_by_outcome([*national.items(), *local.items()])
    overall_variance = pooled_tau_squared(one for group in spreads.values() for one in group)
    variances = {
        outcome: pooled_tau_squared(group)
        for outcome, group in spreads.items()
        if sum(one.degrees for one in group) >= LEAST_DEGREES
    }
    practices: dict[str, list[Estimate]] = defaultdict(list)
    for pair, studies in sorted({**local, **national}.items(), key=lambda item: item[0]):
        place_variance = variances.get(pair[1], overall_variance)
        practices[pair[1]].append(weighted_mean(studies, place_variance))
    everything = [estimate for outcome in sorted(practices) for estimate in practices[outcome]]
    overall = overall_prior(everything) if len(everything) >= LEAST_PRACTICES else fallback
    priors = {
        outcome: own_prior(estimates, outcome, overall)
        for outcome, estimates in practices.items()
        if len(estimates) >= LEAST_PRACTICES
    }
    return Knowledge(overall, overall_variance, priors, variances)


def spreads_by_outcome(studies: Iterable[tuple[Pair, list[Estimate]]]) -> dict[str, list[Spread]]:
    grouped: dict[str, list[Spread]] = defaultdict(list)
    for (_, outcome), estimates in sorted(studies, key=lambda item: item[0]):
        grouped[outcome].append(spread(estimates))
    return grouped


def prior_of(estimates: list[Estimate], kind: str, tau_squared: float) -> Prior:
    """The random-effects mean over practices, with the spread given."""
    mean = weighted_mean(estimates, tau_squared)
    source = f"{len(estimates)} effects of practices on {kind}"
    return Prior(mean.effect, tau_squared**0.5, source, mean.variance)


def overall_prior(estimates: list[Estimate]) -> Prior:
    """The prior over all outcomes, with tau^2 kept off 0 by its own standard error.

    DerSimonian and Laird's estimate is cut off at 0, and a few imprecise practices often come out there.
    Taken at its word it would make them all alike; an estimate that avoids the boundary lies about one
    standard error from it (Chung et al. 2013, Psychometrika 78, 685-709).
    """
    tau_squared = max(dersimonian_laird(estimates), spread(estimates).noise)
    return prior_of(estimates, "all outcomes", tau_squared)


def own_prior(estimates: list[Estimate], outcome: str, overall: Prior) -> Prior:
    """The outcome's own mean, with its tau^2 moderated by that of all outcomes.

    (d tau_own^2 + d0 tau_all^2) / (d + d0), with d one less than the practices and d0 = 10 (Smyth 2004,
    Stat Appl Genet Mol Biol 3, for variances). A moment estimate over few practices is cut off at 0 or
    blown up by one outlier; neither says that the practices are all alike or that anything is possible.
    """
    degrees = len(estimates) - 1
    own = dersimonian_laird(estimates)
    tau_squared = (degrees * own + OVERALL_DEGREES * overall.sd**2) / (degrees + OVERALL_DEGREES)
    return prior_of(estimates, outcome, tau_squared)
