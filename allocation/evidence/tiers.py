"""The evidence tier of a practice for one partnership's people and places, and what would raise it.

A tier is never a fact of a practice alone: the upper two ask whether the studies' populations and
settings overlap with those served here (34 CFR 77.1, 2017; Department of Education, Non-Regulatory
Guidance: Using Evidence to Strengthen Education Investments, 2016).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from allocation.evidence.duplicates import set_apart_duplicates
from allocation.evidence.finding import Finding, Setting, StudyDesign
from allocation.evidence.rating import Standing, standing
from allocation.evidence.screening import RefusalCode, Refused, screen
from allocation.evidence.tier_rules import (
    Answer,
    EvidenceTier,
    Place,
    Rule,
    TierRule,
    causal_design,
    enough_sites,
    enough_students,
    is_significant,
    overlaps_either,
    overlaps_populations,
    overlaps_settings,
    recent_standards,
    significant_positive,
    studies,
    with_or_without,
    without_reservations,
)

ORDER = tuple(EvidenceTier)
# A tier asks for a direction, significance and a sample; it does not need a standard error.
TOLERATED = frozenset({RefusalCode.NO_EFFECT_SIZE, RefusalCode.NO_SAMPLE, RefusalCode.NO_VARIANCE})

RULES: dict[EvidenceTier, dict[TierRule, Rule]] = {
    EvidenceTier.STRONG: {
        TierRule.RATING: without_reservations,
        TierRule.STANDARDS_VERSION: recent_standards,
        TierRule.SIGNIFICANT_POSITIVE: significant_positive,
        TierRule.OVERLAP_POPULATIONS: overlaps_populations,
        TierRule.OVERLAP_SETTINGS: overlaps_settings,
        TierRule.SAMPLE: enough_students,
        TierRule.SITES: enough_sites,
    },
    EvidenceTier.MODERATE: {
        TierRule.RATING: with_or_without,
        TierRule.STANDARDS_VERSION: recent_standards,
        TierRule.SIGNIFICANT_POSITIVE: significant_positive,
        TierRule.OVERLAP_EITHER: overlaps_either,
        TierRule.SAMPLE: enough_students,
        TierRule.SITES: enough_sites,
    },
    EvidenceTier.PROMISING: {
        TierRule.DESIGN: causal_design,
        TierRule.SIGNIFICANT_POSITIVE: significant_positive,
    },
}


@dataclass(frozen=True, slots=True)
class TierReason:
    """One rule of one tier, met or not, with the figures: "MODERATE not met: sites 1 < 2"."""

    tier: EvidenceTier
    met: bool
    rule: TierRule
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TierAssessment:
    """The highest tier all of whose rules are met, on the outcome where it is highest.

    `reasons` holds every rule of every tier; `to_next` those that keep it from the next tier up, empty at
    STRONG. `rater_words` are the rater's own tiers or ratings, which may differ from ours.
    """

    tier: EvidenceTier
    outcome: str | None
    reasons: tuple[TierReason, ...]
    to_next: tuple[TierReason, ...]
    rater_words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterventionReport:
    """A rater's summary of all studies of a practice on an outcome, its rating as published."""

    outcome: str
    rating: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rationale:
    """What RATIONALE asks beside findings; None where nobody has said.

    A local finding is itself an effort to study the effects.
    """

    has_logic_model: bool | None = None
    is_under_study: bool | None = None


def tier(
    findings: Sequence[Finding],
    populations: Collection[str] = (),
    settings: Collection[Setting] = (),
    *,
    outcome: str | None = None,
    reports: Sequence[InterventionReport] = (),
    rationale: Rationale | None = None,
) -> TierAssessment:
    """The tier of one practice here. `findings` are those of the practice; other outcomes than `outcome`,
    where it is given, do not count. Rules whose facts are not stated are not met, and say so.
    """
    return assess(weigh(findings, outcome=outcome, reports=reports), populations, settings, rationale)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What bears on a practice's tier wherever it is asked: findings that count once each, and reports."""

    outcome: str | None
    findings: tuple[Finding, ...]
    reports: tuple[InterventionReport, ...]
    rater_words: tuple[str, ...]


def weigh(
    findings: Sequence[Finding], *, outcome: str | None = None, reports: Sequence[InterventionReport] = ()
) -> Weighed:
    """The facts of a tier that hang neither on people nor on places; `assess` asks them for some."""
    relevant = [one for one in findings if outcome in (None, one.outcome)]
    told = tuple(one for one in reports if outcome in (None, one.outcome))
    counted, _ = set_apart_duplicates([one for one in relevant if counts(one)])
    return Weighed(outcome, tuple(counted), told, rater_words(relevant, told))


def assess(
    weighed: Weighed,
    populations: Collection[str],
    settings: Collection[Setting],
    rationale: Rationale | None = None,
) -> TierAssessment:
    """The tier for these people and places."""
    place = Place(frozenset(populations), frozenset(settings))
    shared = Setup(place, rationale or Rationale(), weighed.rater_words)
    named = {one.outcome for one in weighed.findings} | {one.outcome for one in weighed.reports}
    outcomes: list[str | None] = [*sorted(named)] or [weighed.outcome]
    judged = [
        judge(
            Case(
                one,
                tuple(each for each in weighed.findings if each.outcome == one),
                tuple(each.rating for each in weighed.reports if each.outcome == one),
                shared,
            )
        )
        for one in outcomes
    ]
    return min(judged, key=lambda each: (ORDER.index(each.tier), len(each.to_next), each.outcome or ""))


@dataclass(frozen=True, slots=True)
class Setup:
    """What is the same for all outcomes of a practice."""

    place: Place
    rationale: Rationale
    rater_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that bears on one practice and outcome."""

    outcome: str | None
    findings: tuple[Finding, ...]
    reports: tuple[str, ...]
    setup: Setup


def counts(finding: Finding) -> bool:
    screened = screen(finding)
    return not isinstance(screened, Refused) or screened.code in TOLERATED


def rater_words(findings: Sequence[Finding], reports: Sequence[InterventionReport]) -> tuple[str, ...]:
    """The tiers that the rater gave; where none, the ratings; always the reports' ratings."""
    tiers = {one.rater_tier for one in findings if one.rater_tier}
    ratings = {one.rating for one in findings if one.rating}
    return tuple(sorted((tiers or ratings) | {one.rating for one in reports}))


def judge(case: Case) -> TierAssessment:
    reasons: dict[EvidenceTier, tuple[TierReason, ...]] = {}
    for one in RULES:
        reasons[one] = study_route(one, case)
    if not all_met(reasons[EvidenceTier.PROMISING]) and case.reports:
        by_report = report_route(case)
        if by_report.met:
            reasons[EvidenceTier.PROMISING] = (by_report,)
        else:
            reasons[EvidenceTier.PROMISING] += (by_report,)
    reasons[EvidenceTier.RATIONALE] = rationale_route(case)
    reached = next((one for one in reasons if all_met(reasons[one])), EvidenceTier.NONE)
    above = ORDER[ORDER.index(reached) - 1] if reached != EvidenceTier.STRONG else None
    return TierAssessment(
        tier=reached,
        outcome=case.outcome,
        reasons=tuple(reason for group in reasons.values() for reason in group),
        to_next=() if above is None else tuple(reason for reason in reasons[above] if not reason.met),
        rater_words=case.setup.rater_words,
    )


def all_met(reasons: Sequence[TierReason]) -> bool:
    return all(reason.met for reason in reasons)


def study_route(one: EvidenceTier, case: Case) -> tuple[TierReason, ...]:
    """Each rule asked of the findings that met the rules before it."""
    remaining: Sequence[Finding] = case.findings
    reasons = []
    for rule, ask in RULES[one].items():
        answer = ask(remaining, case.setup.place)
        reasons.append(reason(one, rule, answer))
        if answer.met:
            remaining = answer.findings
    return (*reasons, reason(one, TierRule.NOT_OVERRIDDEN, not_overridden(case)))


def not_overridden(case: Case) -> Answer:
    """No significant negative result on the outcome, in a study that meets the standards or in a report."""
    against = [one for one in case.findings if one.is_unfavourable and is_significant(one) and weighs(one)]
    if against:
        shown = ", ".join(f"finding {one.id}{figures(one)}" for one in against[:3])
        return Answer(False, f"overridden by significant negative {shown}: {studies(against)}", ())
    reported = sorted({rating for rating in case.reports if "negative" in rating.casefold()})
    if reported:
        return Answer(False, f'overridden by an intervention report of "{reported[0]}"', ())
    return Answer(True, "no significant negative finding", case.findings)


def weighs(finding: Finding) -> bool:
    """Whether a negative result is sound enough to override a positive one."""
    return standing(finding.rating) != Standing.DOES_NOT_MEET and finding.design != StudyDesign.PRE_POST


def figures(finding: Finding) -> str:
    parts = []
    if finding.effect_size is not None:
        parts.append(f"g {finding.effect_size:.2f}")
    if finding.p_value is not None:
        parts.append(f"p {finding.p_value:.3g}")
    return f" ({', '.join(parts)})" if parts else ""


def report_route(case: Case) -> TierReason:
    """PROMISING by an intervention report: positive or potentially positive, and none negative."""
    words = [rating.casefold() for rating in case.reports]
    positive = any("positive" in one for one in words) and not any("negative" in one for one in words)
    overridden = not_overridden(case)
    shown = ", ".join(sorted(set(case.reports)))
    detail = f"intervention report: {shown}" if overridden.met else overridden.detail
    answer = Answer(positive and overridden.met, detail, ())
    return reason(EvidenceTier.PROMISING, TierRule.INTERVENTION_REPORT, answer)


def rationale_route(case: Case) -> tuple[TierReason, ...]:
    favourable = [one for one in case.findings if one.is_favourable]
    informed = bool(favourable) or any("positive" in one.casefold() for one in case.reports)
    has_local = any(one.is_local for one in case.findings)
    words = "a positive finding suggests that it works" if informed else "no finding suggests that it works"
    stated = case.setup.rationale
    under_study = True if has_local else stated.is_under_study
    answers = {
        TierRule.LOGIC_MODEL: said(stated.has_logic_model, "logic model"),
        TierRule.INFORMED_BY_RESEARCH: Answer(informed, words, ()),
        TierRule.STUDY_UNDER_WAY: said(under_study, "effort to study the effects"),
        TierRule.NOT_OVERRIDDEN: not_overridden(case),
    }
    return tuple(reason(EvidenceTier.RATIONALE, rule, answer) for rule, answer in answers.items())


def said(stated: bool | None, what: str) -> Answer:
    if stated is None:
        return Answer(False, f"{what} not stated", ())
    return Answer(stated, f"{what} stated" if stated else f"no {what}", ())


def reason(one: EvidenceTier, rule: TierRule, answer: Answer) -> TierReason:
    verdict = "met" if answer.met else "not met"
    return TierReason(one, answer.met, rule, f"{one.value} {verdict}: {answer.detail}")
