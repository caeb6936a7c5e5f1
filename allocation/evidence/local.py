"""What a practice did here, from counts of participants and of people compared with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from allocation.evidence.effect_size import cox_effect
from allocation.evidence.finding import EvidenceError, Finding, StudyDesign
from allocation.evidence.random_effects import Estimate, weighted_mean
from allocation.intervals import Counts, Interval, newcombe_interval, two_sided_quantile

CONFIDENCE = 0.90
EQUIVALENT_UP_TO = 0.05
ADJUSTABLE_UP_TO = 0.25
NOT_EQUIVALENT_RATING = "Does not meet: baselines differ by more than 0.25 standard deviations"


class Baseline(StrEnum):
    """Whether participants and comparison were alike beforehand; best first.

    WWC Standards Handbook 4.1, chapter II.
    """

    EQUIVALENT = "EQUIVALENT"
    NEEDS_ADJUSTMENT = "NEEDS_ADJUSTMENT"
    NOT_STATED = "NOT_STATED"
    NOT_EQUIVALENT = "NOT_EQUIVALENT"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPeriod:
    """One period: how many of how many reached the outcome, after the practice and, where known, before.

    The periods are of different people: two counts of the same participants are one period.
    """

    period: str
    participants: Counts
    comparison: Counts | None = None
    participants_before: Counts | None = None
    comparison_before: Counts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodEffect:
    """What one period shows. `difference` is in shares of people, positive where the practice did better,
    with its interval; `effect` is the Cox index and its variance, adjusted for the baseline where needed.
    `baseline_effect` is the participants' head start in standard deviations, None where not known.
    """

    period: str
    design: StudyDesign
    difference: float
    interval: Interval
    effect: Estimate
    baseline: Baseline
    baseline_effect: float | None
    people_count: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalEffect:
    """All periods together, as an effect in standard deviations with its interval.

    Only the periods of the best design count; the others are kept in `periods` with their sentences.
    """

    effect: Estimate
    interval: Interval
    design: StudyDesign
    baseline: Baseline
    people_count: int
    periods: tuple[PeriodEffect, ...]


def local_effect(
    periods: Sequence[LocalPeriod], *, higher_is_better: bool = True, confidence: float = CONFIDENCE
) -> LocalEffect:
    """The effect over all periods, by inverse variance.

    Raises EvidenceError where there is no period, one is given twice, or one has neither a comparison nor
    a count beforehand.
    """
    if not periods:
        raise EvidenceError("a local effect needs the counts of at least one period")
    names = [one.period for one in periods]
    if len(set(names)) < len(names):
        raise EvidenceError(f"a period is given twice among {', '.join(sorted(names))}")
    effects = [period_effect(oriented(one, higher_is_better), confidence) for one in periods]
    return joined(effects, confidence)


def joined(effects: Sequence[PeriodEffect], confidence: float = CONFIDENCE) -> LocalEffect:
    """The periods of the best design, by inverse variance. Raises EvidenceError where there is none."""
    if not effects:
        raise EvidenceError("a local effect needs at least one period")
    in_order = sorted(effects, key=lambda one: one.period)
    rank = min(quality(one) for one in in_order)
    best = [one for one in in_order if quality(one) == rank]
    together = weighted_mean([one.effect for one in best])
    half = two_sided_quantile(confidence) * together.standard_error
    return LocalEffect(
        effect=together,
        interval=Interval(together.effect - half, together.effect + half),
        design=best[0].design,
        baseline=max((one.baseline for one in best), key=list(Baseline).index),
        people_count=sum(one.people_count for one in best),
        periods=tuple(in_order),
    )


def as_finding(effect: LocalEffect, *, id: str, practice: str, outcome: str, study: str) -> Finding:  # noqa: A002 (the field's own name)
    """The local effect as a finding, so that it is screened, pooled and tiered like any other."""
    failed = effect.baseline == Baseline.NOT_EQUIVALENT
    return Finding(
        id=id,
        practice=practice,
        outcome=outcome,
        study=study,
        design=effect.design,
        rating=NOT_EQUIVALENT_RATING if failed else None,
        effect_size=effect.effect.effect,
        standard_error=effect.effect.standard_error,
        sample_size=effect.people_count,
        is_local=True,
    )


def quality(one: PeriodEffect) -> int:
    """Lower is better: a fair comparison, then any comparison, then before and after alone."""
    return {StudyDesign.QED: 0, StudyDesign.UNKNOWN: 1, StudyDesign.PRE_POST: 2}[one.design]


def oriented(period: LocalPeriod, higher_is_better: bool) -> LocalPeriod:
    """The period with its counts of the good outcome, whichever was counted."""
    if higher_is_better:
        return period
    return LocalPeriod(
        period=period.period,
        participants=complement(period.participants),
        comparison=None if period.comparison is None else complement(period.comparison),
        participants_before=(
            None if period.participants_before is None else complement(period.participants_before)
        ),
        comparison_before=None if period.comparison_before is None else complement(period.comparison_before),
    )


def complement(counts: Counts) -> Counts:
    return Counts(counts.trials - counts.successes, counts.trials)


def period_effect(period: LocalPeriod, confidence: float) -> PeriodEffect:
    if period.comparison is not None:
        return compared(period, period.comparison, confidence)
    if period.participants_before is not None:
        return before_and_after(period, period.participants_before, confidence)
    raise EvidenceError(f"period {period.period} has neither a comparison nor a count beforehand")


def compared(period: LocalPeriod, comparison: Counts, confidence: float) -> PeriodEffect:
    """Participants against comparison; a head start of 0.05 to 0.25 is subtracted.

    The adjusted effect is the difference in differences of the Cox indices (WWC Procedures Handbook 4.1,
    appendix E); its variance is the sum of both, as if a person's two outcomes had nothing in common, which
    errs towards caution.
    """
    after = estimate(period.participants, comparison)
    before, baseline = starting_point(period)
    adjusted = baseline == Baseline.NEEDS_ADJUSTMENT and before is not None
    effect = after
    if before is not None and adjusted:
        effect = Estimate(after.effect - before.effect, after.variance + before.variance)
    sound = baseline in (Baseline.EQUIVALENT, Baseline.NEEDS_ADJUSTMENT)
    return PeriodEffect(
        period=period.period,
        design=StudyDesign.QED if sound else StudyDesign.UNKNOWN,
        difference=period.participants.proportion - comparison.proportion,
        interval=newcombe_interval(period.participants, comparison, confidence),
        effect=effect,
        baseline=baseline,
        baseline_effect=None if before is None else before.effect,
        people_count=period.participants.trials + comparison.trials,
        sentence=sentence(period.period, baseline, before),
    )


def before_and_after(period: LocalPeriod, before: Counts, confidence: float) -> PeriodEffect:
    return PeriodEffect(
        period=period.period,
        design=StudyDesign.PRE_POST,
        difference=period.participants.proportion - before.proportion,
        interval=newcombe_interval(period.participants, before, confidence),
        effect=estimate(period.participants, before),
        baseline=Baseline.NOT_STATED,
        baseline_effect=None,
        people_count=period.participants.trials,
        sentence=(
            f"{period.period}: participants before and after, with nobody to compare them with; "
            "what would have happened without the practice is not known"
        ),
    )


def starting_point(period: LocalPeriod) -> tuple[Estimate | None, Baseline]:
    """The participants' head start, and what it allows; both bounds belong to the better side."""
    if period.participants_before is None or period.comparison_before is None:
        return None, Baseline.NOT_STATED
    before = estimate(period.participants_before, period.comparison_before)
    if abs(before.effect) <= EQUIVALENT_UP_TO:
        return before, Baseline.EQUIVALENT
    if abs(before.effect) <= ADJUSTABLE_UP_TO:
        return before, Baseline.NEEDS_ADJUSTMENT
    return before, Baseline.NOT_EQUIVALENT


def estimate(first: Counts, second: Counts) -> Estimate:
    effect, error = cox_effect(first, second)
    return Estimate(effect, error**2)


def sentence(period: str, baseline: Baseline, before: Estimate | None) -> str:
    start = f"{period}: "
    if before is None:
        return start + "how alike the two groups were beforehand is not stated"
    size = f"{before.effect:+.2f} standard deviations"
    if baseline == Baseline.EQUIVALENT:
        return start + f"the groups were alike beforehand ({size}, within {EQUIVALENT_UP_TO})"
    if baseline == Baseline.NEEDS_ADJUSTMENT:
        bounds = f"between {EQUIVALENT_UP_TO} and {ADJUSTABLE_UP_TO}"
        return start + f"the participants' start of {size} is subtracted ({bounds})"
    return start + f"the groups differed too much beforehand ({size}, beyond {ADJUSTABLE_UP_TO})"
