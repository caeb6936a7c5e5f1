"""What is reckoned of an alignment before its dollars are added up: tiers, and who is behind.

An outcome is told by the one indicator by which it is planned (`allocation.targets`), so that neither a dollar
nor a child counts once for each indicator.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from allocation.disparities import Disparity, DisparityStatus
from allocation.evidence.finding import Finding, Setting
from allocation.evidence.tier_rules import EvidenceTier
from allocation.evidence.tiers import InterventionReport, Rationale, TierAssessment, assess, weigh
from allocation.practice_facts import Community

NOTHING, NO_FINDING = "NONE", "NO_FINDING"


@dataclass(frozen=True, slots=True)
class KnownTier:
    """The tier of a practice on an outcome (None: on any) for a group (None: for all that no other one names).

    `blocker` is the first rule that keeps it from MODERATE, NONE where nothing does.
    """

    practice: str
    outcome: str | None
    population: str | None
    tier: EvidenceTier
    blocker: str


@dataclass(frozen=True, slots=True)
class Need:
    """A group's disparity on an outcome; `students` behind as disclosed, None where they are not known."""

    outcome: str
    indicator: str
    population: str
    area: str
    is_home: bool
    status: DisparityStatus
    students: int | None


@dataclass(frozen=True, kw_only=True)
class Studied:
    """What is known of the practices' effects."""

    findings: Mapping[str, Sequence[Finding]] = field(default_factory=dict)
    reports: Mapping[str, Sequence[InterventionReport]] = field(default_factory=dict)
    rationales: Mapping[str, Rationale] = field(default_factory=dict)


Groups = tuple[tuple[str | None, frozenset[str]], ...]


def known_tiers(community: Community, studied: Studied) -> Iterator[KnownTier]:
    """The tiers of the practices that were studied, on the outcomes that were; every other pair is at NONE."""
    every = frozenset(community.populations)
    groups = ((None, every), *((each, frozenset(community.served(each))) for each in community.populations))
    for practice in sorted({*studied.findings, *studied.reports}):
        findings, reports = studied.findings.get(practice, ()), studied.reports.get(practice, ())
        yield from _tiers_of(
            practice,
            tuple(findings),
            tuple(reports),
            studied.rationales.get(practice),
            groups=groups,
            settings=community.settings,
        )


@lru_cache(maxsize=4_096)  # of facts alone, so that what is kept is true as long as the facts are these
def _tiers_of(
    practice: str,
    findings: tuple[Finding, ...],
    reports: tuple[InterventionReport, ...],
    rationale: Rationale | None,
    *,
    groups: Groups,
    settings: frozenset[Setting],
) -> tuple[KnownTier, ...]:
    outcomes = {each.outcome for each in findings} | {each.outcome for each in reports}
    found = []
    for outcome in (None, *sorted(outcomes)):
        weighed = weigh(findings, outcome=outcome, reports=reports, rationale=rationale)
        seen: frozenset[str] = frozenset().union(
            *(each.populations for case in weighed.cases for each in case.findings)
        )
        judged: dict[frozenset[str], TierAssessment] = {}
        for group, served in groups:
            shared = served & seen  # groups of whom the studies saw the same people are judged once
            if shared not in judged:
                judged[shared] = assess(weighed, shared, settings)
            if group is None or shared != groups[0][1] & seen:
                one = judged[shared]
                found.append(KnownTier(practice, outcome, group, one.tier, blocker_of(one)))
    return tuple(found)


def blocker_of(assessed: TierAssessment) -> str:
    """The first rule of the second tier that is not met."""
    if assessed.tier in (EvidenceTier.STRONG, EvidenceTier.MODERATE):
        return NOTHING
    unmet = (each for each in assessed.reasons if each.tier is EvidenceTier.MODERATE and not each.met)
    return next((each.rule.value for each in unmet), NOTHING)


def needs_of(
    disparities: Iterable[Disparity], outcomes: Mapping[str, str], home: str | None
) -> Iterator[Need]:
    """The disparities of the indicators by which outcomes are told; `outcomes` maps those to their outcomes."""
    for each in disparities:
        pair = each.pair
        if pair.indicator in outcomes:
            yield Need(
                outcomes[pair.indicator],
                pair.indicator,
                pair.group,
                pair.area,
                pair.area == home,
                each.status,
                each.students_behind,
            )
