"""Each rule of an evidence tier as a question to the findings on one practice and outcome.

A rule is met by findings; those that meet it are the ones the next rule is asked of, so that all the
rules of a tier hold for the same studies. Rules: 34 CFR 77.1 (2017) and the ESEA section 8101(21)(A).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from allocation.evidence.finding import Finding, Setting, StudyDesign
from allocation.evidence.rating import Standing, meets_version, standing
from allocation.intervals import upper_tail

LEAST_STUDENTS = 350
LEAST_SITES = 2
SIGNIFICANCE = 0.05


class EvidenceTier(StrEnum):
    """The four tiers of the Every Student Succeeds Act, and none of them; strongest first."""

    STRONG = "STRONG"
    MODERATE = "MODERATE"
    PROMISING = "PROMISING"
    RATIONALE = "RATIONALE"
    NONE = "NONE"


class TierRule(StrEnum):
    """What a tier asks."""

    RATING = "RATING"
    STANDARDS_VERSION = "STANDARDS_VERSION"
    DESIGN = "DESIGN"
    SIGNIFICANT_POSITIVE = "SIGNIFICANT_POSITIVE"
    NOT_OVERRIDDEN = "NOT_OVERRIDDEN"
    OVERLAP_POPULATIONS = "OVERLAP_POPULATIONS"
    OVERLAP_SETTINGS = "OVERLAP_SETTINGS"
    OVERLAP_EITHER = "OVERLAP_EITHER"
    SAMPLE = "SAMPLE"
    SITES = "SITES"
    INTERVENTION_REPORT = "INTERVENTION_REPORT"
    LOGIC_MODEL = "LOGIC_MODEL"
    INFORMED_BY_RESEARCH = "INFORMED_BY_RESEARCH"
    STUDY_UNDER_WAY = "STUDY_UNDER_WAY"


@dataclass(frozen=True, slots=True)
class Place:
    """Whom and where a partnership serves: keys of populations, and settings; empty where not stated."""

    populations: frozenset[str]
    settings: frozenset[Setting]


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a rule is met, the figures in words, and the findings that meet it."""

    met: bool
    detail: str
    findings: tuple[Finding, ...]


Rule = Callable[[Sequence[Finding], Place], Answer]

RANDOM_DESIGNS = frozenset({StudyDesign.RCT, StudyDesign.RDD, StudyDesign.SINGLE_CASE, StudyDesign.UNKNOWN})
COMPARED_DESIGNS = RANDOM_DESIGNS | {StudyDesign.QED}
CAUSAL_DESIGNS = frozenset({StudyDesign.RCT, StudyDesign.RDD, StudyDesign.QED, StudyDesign.CORRELATIONAL})


def without_reservations(findings: Sequence[Finding], _: Place) -> Answer:
    return rated(findings, {Standing.WITHOUT_RESERVATIONS}, RANDOM_DESIGNS, "without reservations")


def with_or_without(findings: Sequence[Finding], _: Place) -> Answer:
    meeting = {Standing.WITHOUT_RESERVATIONS, Standing.WITH_RESERVATIONS}
    return rated(findings, meeting, COMPARED_DESIGNS, "with or without reservations")


def rated(
    findings: Sequence[Finding], standings: set[Standing], designs: frozenset[StudyDesign], words: str
) -> Answer:
    kept = [one for one in findings if standing(one.rating) in standings and one.design in designs]
    if kept:
        return Answer(True, f"meets standards {words}: {studies(kept)}", tuple(kept))
    stated = sorted({one.rating for one in findings if one.rating})
    seen = "rating not stated" if not stated else f"rating is {', '.join(stated)}"
    designs_seen = ", ".join(sorted({one.design.value for one in findings}))
    return Answer(False, f"{seen} (design {designs_seen or 'not stated'}), not {words}", ())


def recent_standards(findings: Sequence[Finding], _: Place) -> Answer:
    kept = [one for one in findings if meets_version(one.standards_version)]
    if kept:
        return Answer(True, "reviewed under standards 2.1 or later", tuple(kept))
    stated = sorted({one.standards_version for one in findings if one.standards_version})
    if not stated:
        return Answer(False, "version of the standards not stated", ())
    return Answer(False, f"standards {', '.join(stated)} are before 2.1", ())


def causal_design(findings: Sequence[Finding], _: Place) -> Answer:
    """Experimental, quasi-experimental or controlled correlational; or rated as meeting the standards."""
    kept = [one for one in findings if is_causal(one)]
    if kept:
        seen = ", ".join(sorted({one.design.value for one in kept if one.design in CAUSAL_DESIGNS}))
        return Answer(True, f"design {seen or 'as rated'}: {studies(kept)}", tuple(kept))
    seen = ", ".join(sorted({one.design.value for one in findings} - {StudyDesign.UNKNOWN.value}))
    if not seen:
        return Answer(False, "design not stated", ())
    return Answer(False, f"design {seen} has no comparison that could show an effect", ())


def is_causal(finding: Finding) -> bool:
    stated = standing(finding.rating)
    if stated == Standing.DOES_NOT_MEET:
        return finding.design == StudyDesign.CORRELATIONAL
    if stated in (Standing.WITHOUT_RESERVATIONS, Standing.WITH_RESERVATIONS):
        return finding.design != StudyDesign.PRE_POST
    return finding.design in CAUSAL_DESIGNS


def significant_positive(findings: Sequence[Finding], _: Place) -> Answer:
    kept = [one for one in findings if one.is_favourable and is_significant(one)]
    if kept:
        return Answer(True, f"{len(kept)} significant positive: {studies(kept)}", tuple(kept))
    if not findings:
        return Answer(False, "no finding to judge", ())
    if all(is_significant(one) is None for one in findings):
        return Answer(False, "significance not stated", ())
    positive = [one.p_value for one in findings if one.p_value is not None and one.is_favourable]
    least = f"; the least p of a positive one is {min(positive):g}" if positive else ""
    return Answer(False, f"none of {len(findings)} findings is significant and positive{least}", ())


def is_significant(finding: Finding) -> bool | None:
    """The rater's flag; else p < .05; else by the stated standard error; None where nothing is stated."""
    if finding.is_significant is not None:
        return finding.is_significant
    if finding.p_value is not None:
        return finding.p_value < SIGNIFICANCE
    if finding.effect_size is not None and finding.standard_error:
        return 2 * upper_tail(abs(finding.effect_size) / finding.standard_error) < SIGNIFICANCE
    return None


def overlaps_populations(findings: Sequence[Finding], place: Place) -> Answer:
    kept = [one for one in findings if one.populations & place.populations]
    if kept:
        shared = sorted({name for one in kept for name in one.populations & place.populations})
        return Answer(True, f"populations overlap: {', '.join(shared)}", tuple(kept))
    studied = {name for one in findings for name in one.populations}
    return Answer(False, apart("populations", studied, place.populations), ())


def overlaps_settings(findings: Sequence[Finding], place: Place) -> Answer:
    kept = [one for one in findings if one.settings & place.settings]
    if kept:
        shared = sorted({name.value for one in kept for name in one.settings & place.settings})
        return Answer(True, f"settings overlap: {', '.join(shared)}", tuple(kept))
    studied = {name.value for one in findings for name in one.settings}
    return Answer(False, apart("settings", studied, {name.value for name in place.settings}), ())


def overlaps_either(findings: Sequence[Finding], place: Place) -> Answer:
    by_population, by_setting = overlaps_populations(findings, place), overlaps_settings(findings, place)
    kept = [one for one in findings if one in by_population.findings or one in by_setting.findings]
    if kept:
        words = [answer.detail for answer in (by_population, by_setting) if answer.met]
        return Answer(True, "; ".join(words), tuple(kept))
    return Answer(False, f"{by_population.detail}; {by_setting.detail}", ())


def apart(kind: str, studied: set[str], local: frozenset[str] | set[str]) -> str:
    if not local:
        return f"local {kind} not stated"
    if not studied:
        return f"{kind} of the studies not stated"
    return f"no overlap of {kind}: studied {', '.join(sorted(studied))}; here {', '.join(sorted(local))}"


def enough_students(findings: Sequence[Finding], _: Place) -> Answer:
    """At least 350 across studies that meet the other rules; within a study, the largest one sample."""
    return enough(findings, [(one.study, one.sample_size) for one in findings], LEAST_STUDENTS, "students")


def enough_sites(findings: Sequence[Finding], _: Place) -> Answer:
    """At least two educational sites, added up over studies as 34 CFR 77.1 allows."""
    return enough(findings, [(one.study, one.site_count) for one in findings], LEAST_SITES, "sites")


def enough(
    findings: Sequence[Finding], stated: Iterable[tuple[str, int | None]], least: int, unit: str
) -> Answer:
    largest: dict[str, int] = {}
    for study, count in stated:
        if count is not None:
            largest[study] = max(count, largest.get(study, 0))
    if not largest:
        return Answer(False, f"{unit} not stated", ())
    total = sum(largest.values())
    if total < least:
        return Answer(False, f"{unit} {total} < {least}", ())
    return Answer(True, f"{unit} {total} >= {least}", tuple(findings))


def studies(findings: Iterable[Finding]) -> str:
    names = sorted({one.study for one in findings})
    shown = ", ".join(names[:3])
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{'study' if len(names) == 1 else 'studies'} {shown}{more}"
