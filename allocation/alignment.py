"""What is reckoned of an alignment before its dollars are added up: tiers, trends, and who is behind.

An outcome is told by the one indicator by which it is planned (`allocation.targets`), so that neither a dollar
nor a child counts once for each indicator. A trend compares an outcome's first and latest figures of everybody
under one definition: it has moved where the 90 % interval of the difference of the two shares leaves out
nought (Newcombe 1998, Statistics in Medicine 17:873-890, method 10), or without counts by more than a point.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from allocation.disparities import Disparity, DisparityStatus
from allocation.evidence.finding import Finding, Setting
from allocation.evidence.tier_rules import EvidenceTier
from allocation.evidence.tiers import InterventionReport, Rationale, TierAssessment, assess, weigh
from allocation.gaps import Figure
from allocation.intervals import newcombe_interval
from allocation.practice_facts import Community

TREND_CONFIDENCE = 0.90
TREND_POINTS = Decimal(1)
NOTHING, NO_FINDING = "NONE", "NO_FINDING"


class OutcomeTrend(StrEnum):
    """Which way an outcome has gone since its first figure under today's definition."""

    IMPROVING = "IMPROVING"
    MAINTAINING = "MAINTAINING"
    WORSENING = "WORSENING"
    NO_DATA = "NO_DATA"


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
        weighed = weigh(findings, outcome=outcome, reports=reports)
        seen: frozenset[str] = frozenset().union(
            *(each.populations for case in weighed.cases for each in case.findings)
        )
        judged: dict[frozenset[str], TierAssessment] = {}
        for group, served in groups:
            shared = served & seen  # groups of whom the studies saw the same people are judged once
            if shared not in judged:
                judged[shared] = assess(weighed, shared, settings, rationale)
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


def trend_of(figures: Sequence[Figure], *, higher_is_better: bool) -> OutcomeTrend:
    """The trend of a series; `figures` may stand in any order, and withheld ones are passed over."""
    known = sorted((each for each in figures if each.rate is not None), key=lambda each: each.period_end)
    comparable = [each for each in known if each.version == known[-1].version]
    if len(comparable) < 2:
        return OutcomeTrend.NO_DATA
    first, latest = comparable[0], comparable[-1]
    if first.counts is not None and latest.counts is not None:
        interval = newcombe_interval(latest.counts, first.counts, TREND_CONFIDENCE)
        rose, fell = interval.low > 0, interval.high < 0
    else:
        change = (latest.rate or Decimal(0)) - (first.rate or Decimal(0))
        rose, fell = change > TREND_POINTS, change < -TREND_POINTS
    if not (rose or fell):
        return OutcomeTrend.MAINTAINING
    return OutcomeTrend.IMPROVING if rose is higher_is_better else OutcomeTrend.WORSENING
