"""The evidence tier of a practice for one partnership's people and places, and what would raise it.

A tier is never a fact of a practice alone: the upper two ask whether the studies' populations and
settings overlap with those served here (34 CFR 77.1, 2017; Department of Education, Non-Regulatory
Guidance: Using Evidence to Strengthen Education Investments, 2016).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
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


OF_A_PLACE = frozenset({TierRule.OVERLAP_POPULATIONS, TierRule.OVERLAP_SETTINGS, TierRule.OVERLAP_EITHER})
NOWHERE = Place(frozenset(), frozenset())


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
    weighed = weigh(findings, outcome=outcome, reports=reports, rationale=rationale)
    return assess(weighed, populations, settings)


@dataclass(frozen=True, slots=True)
class Begun:
    """The rules of a tier that hang on no place, answered; `rest` are asked of what `remaining` between them."""

    reasons: tuple[TierReason, ...]
    remaining: Sequence[Finding] = ()
    rest: tuple[TierRule, ...] = ()
    closing: tuple[TierReason, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is stated on one practice and outcome."""

    findings: tuple[Finding, ...]
    reports: tuple[str, ...]
    rationale: Rationale
    overridden: Answer


@dataclass(frozen=True, slots=True)
class Case:
    """What bears on one practice and outcome wherever it is asked: each tier as far as it hangs on no place."""

    outcome: str | None
    findings: tuple[Finding, ...]
    begun: Mapping[EvidenceTier, Begun]


@dataclass(frozen=True, slots=True)
class Weighed:
    """What bears on a practice's tier wherever it is asked, by outcome."""

    outcome: str | None
    cases: tuple[Case, ...]
    rater_words: tuple[str, ...]


def that_count(findings: Sequence[Finding]) -> Sequence[Finding]:
    """Those that may bear on a tier, each result once."""
    return set_apart_duplicates([one for one in findings if counts(one)])[0]


def weigh(
    findings: Sequence[Finding],
    *,
    outcome: str | None = None,
    reports: Sequence[InterventionReport] = (),
    counted: Sequence[Finding] | None = None,
    rationale: Rationale | None = None,
) -> Weighed:
    """The facts of a tier that hang neither on people nor on places; `assess` asks them for some.

    `counted` is what `that_count` says of the findings, where that is known.
    """
    relevant = [one for one in findings if outcome in (None, one.outcome)]
    told = tuple(one for one in reports if outcome in (None, one.outcome))
    known = that_count(relevant) if counted is None else counted
    by_outcome: dict[str | None, list[Finding]] = defaultdict(list)
    for one in known:
        if outcome in (None, one.outcome):
            by_outcome[one.outcome].append(one)
    named = [*sorted({*by_outcome, *(one.outcome for one in told)}, key=str)] or [outcome]
    cases = []
    for each in named:
        found, rated = by_outcome.get(each, []), [one.rating for one in told if one.outcome == each]
        stated = rationale or Rationale()
        cases.append(case_of(each, Facts(tuple(found), tuple(rated), stated, not_overridden(found, rated))))
    return Weighed(outcome, tuple(cases), rater_words(relevant, told))


def case_of(outcome: str | None, facts: Facts) -> Case:
    """One outcome's, with every rule answered that asks for no place."""
    begun = {one: begin(one, facts) for one in RULES}
    promising = study_route(EvidenceTier.PROMISING, begun[EvidenceTier.PROMISING], NOWHERE)
    begun[EvidenceTier.PROMISING] = Begun(by_report(promising, facts))
    begun[EvidenceTier.RATIONALE] = Begun(rationale_route(facts))
    return Case(outcome, facts.findings, begun)


def assess(weighed: Weighed, populations: Collection[str], settings: Collection[Setting]) -> TierAssessment:
    """The tier for these people and places."""
    place = Place(frozenset(populations), frozenset(settings))
    judged = [judge(case, place, weighed.rater_words) for case in weighed.cases]
    return min(judged, key=lambda each: (ORDER.index(each.tier), len(each.to_next), each.outcome or ""))


def counts(finding: Finding) -> bool:
    screened = screen(finding)
    return not isinstance(screened, Refused) or screened.code in TOLERATED


def rater_words(findings: Sequence[Finding], reports: Sequence[InterventionReport]) -> tuple[str, ...]:
    """The tiers that the rater gave; where none, the ratings; always the reports' ratings."""
    tiers = {one.rater_tier for one in findings if one.rater_tier}
    ratings = {one.rating for one in findings if one.rating}
    return tuple(sorted((tiers or ratings) | {one.rating for one in reports}))


def judge(case: Case, place: Place, words: tuple[str, ...]) -> TierAssessment:
    reasons = {one: study_route(one, begun, place) for one, begun in case.begun.items()}
    reached = next((one for one in reasons if all_met(reasons[one])), EvidenceTier.NONE)
    above = ORDER[ORDER.index(reached) - 1] if reached != EvidenceTier.STRONG else None
    return TierAssessment(
        tier=reached,
        outcome=case.outcome,
        reasons=tuple(reason for group in reasons.values() for reason in group),
        to_next=() if above is None else tuple(reason for reason in reasons[above] if not reason.met),
        rater_words=words,
    )


def all_met(reasons: Sequence[TierReason]) -> bool:
    return all(reason.met for reason in reasons)


def begin(one: EvidenceTier, facts: Facts) -> Begun:
    """The rules before the first that asks for a place: each of the findings that met those before it."""
    rules = tuple(RULES[one])
    first = next((n for n, rule in enumerate(rules) if rule in OF_A_PLACE), len(rules))
    reasons, remaining = ask(one, rules[:first], facts.findings, NOWHERE)
    closing = (reason(one, TierRule.NOT_OVERRIDDEN, facts.overridden),)
    return Begun(reasons, remaining, rules[first:], closing)


def study_route(one: EvidenceTier, begun: Begun, place: Place) -> tuple[TierReason, ...]:
    """Each rule asked of the findings that met the rules before it."""
    reasons, _ = ask(one, begun.rest, begun.remaining, place)
    return (*begun.reasons, *reasons, *begun.closing)


def ask(
    one: EvidenceTier, rules: Sequence[TierRule], findings: Sequence[Finding], place: Place
) -> tuple[tuple[TierReason, ...], Sequence[Finding]]:
    """The answers in order, and the findings that met every rule that any met."""
    remaining, reasons = findings, []
    for rule in rules:
        answer = RULES[one][rule](remaining, place)
        reasons.append(reason(one, rule, answer))
        if answer.met:
            remaining = answer.findings
    return tuple(reasons), remaining


def not_overridden(findings: Sequence[Finding], reports: Sequence[str]) -> Answer:
    """No significant negative result on the outcome, in a study that meets the standards or in a report."""
    against = [one for one in findings if one.is_unfavourable and is_significant(one) and weighs(one)]
    if against:
        shown = ", ".join(f"finding {one.id}{figures(one)}" for one in against[:3])
        return Answer(False, f"overridden by significant negative {shown}: {studies(against)}", ())
    reported = sorted({rating for rating in reports if "negative" in rating.casefold()})
    if reported:
        return Answer(False, f'overridden by an intervention report of "{reported[0]}"', ())
    return Answer(True, "no significant negative finding", tuple(findings))


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


def by_report(studied: tuple[TierReason, ...], facts: Facts) -> tuple[TierReason, ...]:
    """PROMISING by studies, else by an intervention report where there is one."""
    if all_met(studied) or not facts.reports:
        return studied
    reported = report_route(facts)
    return (reported,) if reported.met else (*studied, reported)


def report_route(facts: Facts) -> TierReason:
    """PROMISING by an intervention report: positive or potentially positive, and none negative."""
    words = [rating.casefold() for rating in facts.reports]
    positive = any("positive" in one for one in words) and not any("negative" in one for one in words)
    overridden = facts.overridden
    shown = ", ".join(sorted(set(facts.reports)))
    detail = f"intervention report: {shown}" if overridden.met else overridden.detail
    answer = Answer(positive and overridden.met, detail, ())
    return reason(EvidenceTier.PROMISING, TierRule.INTERVENTION_REPORT, answer)


def rationale_route(facts: Facts) -> tuple[TierReason, ...]:
    favourable = [one for one in facts.findings if one.is_favourable]
    informed = bool(favourable) or any("positive" in one.casefold() for one in facts.reports)
    has_local = any(one.is_local for one in facts.findings)
    words = "a positive finding suggests that it works" if informed else "no finding suggests that it works"
    under_study = True if has_local else facts.rationale.is_under_study
    answers = {
        TierRule.LOGIC_MODEL: said(facts.rationale.has_logic_model, "logic model"),
        TierRule.INFORMED_BY_RESEARCH: Answer(informed, words, ()),
        TierRule.STUDY_UNDER_WAY: said(under_study, "effort to study the effects"),
        TierRule.NOT_OVERRIDDEN: facts.overridden,
    }
    return tuple(reason(EvidenceTier.RATIONALE, rule, answer) for rule, answer in answers.items())


def said(stated: bool | None, what: str) -> Answer:
    if stated is None:
        return Answer(False, f"{what} not stated", ())
    return Answer(stated, f"{what} stated" if stated else f"no {what}", ())


def reason(one: EvidenceTier, rule: TierRule, answer: Answer) -> TierReason:
    verdict = "met" if answer.met else "not met"
    return TierReason(one, answer.met, rule, f"{one.value} {verdict}: {answer.detail}")
