"""What a partnership's findings say: together, and of each practice; reckoned when first asked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from allocation.evidence.finding import Finding
from allocation.evidence.pooling import (
    CONFIDENCE,
    Evidence,
    PooledEffect,
    by_pair,
    effect_of,
    sort_out,
    studies_of,
)
from allocation.evidence.priors import PUBLISHED_PRIOR, Knowledge, learn
from allocation.evidence.tiers import that_count


@dataclass(frozen=True, slots=True)
class Known:
    """The findings on one practice, its effect on each of their outcomes, and those that bear on its tier."""

    findings: Sequence[Finding]
    effects: Mapping[str, PooledEffect]
    counted: Sequence[Finding]
    refusals: Mapping[str, str]
    """Why each finding that does not count towards an effect does not, by its id."""


class Library:
    """All findings of a partnership. What it says of a practice is kept, since it follows from them alone."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        everything = list(findings)
        self.knowledge = learn_from(everything)
        grouped: dict[str, list[Finding]] = defaultdict(list)
        for finding in everything:
            grouped[finding.practice].append(finding)
        self.findings: Mapping[str, Sequence[Finding]] = dict(grouped)
        self._known: dict[str, Known] = {}

    def of(self, practice: str) -> Known:
        """What is known of one practice; of one without findings, nothing."""
        known = self._known.get(practice)
        if known is None:
            findings = self.findings.get(practice, ())
            effects = effects_of(findings, self.knowledge)
            refused = {each.id: each.sentence for effect in effects.values() for each in effect.refused}
            known = Known(findings, effects, that_count(findings), refused)
            self._known[practice] = known
        return known


def learn_from(findings: Sequence[Finding]) -> Knowledge:
    """What the findings on every practice say together: the priors that each practice's effect is shrunk to."""
    usable, _ = sort_out(findings)
    national = studies_of(one for one in usable if not one.finding.is_local)
    local = studies_of(one for one in usable if one.finding.is_local)
    return learn(national, local, PUBLISHED_PRIOR)


def effects_of(findings: Sequence[Finding], knowledge: Knowledge) -> Mapping[str, PooledEffect]:
    """The effect of one practice on each outcome of its findings.

    The same as `pooled_effects` gives over all practices, where `knowledge` was learnt from all of them.
    """
    usable, refused = sort_out(findings)
    national = studies_of(one for one in usable if not one.finding.is_local)
    local = studies_of(one for one in usable if one.finding.is_local)
    used, dropped = by_pair(usable), by_pair(refused)
    found = {}
    for pair in sorted({(finding.practice, finding.outcome) for finding in findings}):
        seen = Evidence(pair, used.get(pair, []), dropped.get(pair, []))
        found[pair[1]] = effect_of(seen, national.get(pair, []), local.get(pair, []), knowledge, CONFIDENCE)
    return found
