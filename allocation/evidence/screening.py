"""Which findings may inform a plan, and why each of the others may not.

No rule looks at an id, a name or the sign of the result: null and negative findings stay in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from allocation.evidence.effect_size import Sample, hedges_g, improvement_index
from allocation.evidence.finding import SIGNS, Finding, StudyDesign
from allocation.evidence.precision import Precision, group_sizes, precision

# Bloom 1984 (Educational Researcher 13(6), 4-16) named two standard deviations, of one-to-one tutoring, as
# the most that any way of teaching had reached; a practice open to a partnership is not planned on more.
PLAUSIBLE_LIMIT: Final = 2.0
INDEX_TOLERANCE: Final = 10.0  # percentile points: the index of a quarter of a standard deviation
MEANS_TOLERANCE: Final = 0.5  # adjusting for a baseline or covariates moves an effect by tenths, not halves
NO_INTERVENTION = frozenset({"", "not applicable", "n/a", "na", "none", "unknown"})
BEFORE_THE_PRACTICE = frozenset({"pretest", "pre-test", "baseline"})


class RefusalCode(StrEnum):
    """Why a finding does not count, in the order in which the rules are asked."""

    NOT_AN_INTERVENTION = "NOT_AN_INTERVENTION"
    SUBGROUP = "SUBGROUP"
    PRETEST = "PRETEST"
    NO_EFFECT_SIZE = "NO_EFFECT_SIZE"
    IMPLAUSIBLE_SIZE = "IMPLAUSIBLE_SIZE"
    SIGN_DISAGREES = "SIGN_DISAGREES"
    INDEX_DISAGREES = "INDEX_DISAGREES"
    MEANS_DISAGREE = "MEANS_DISAGREE"
    NO_SAMPLE = "NO_SAMPLE"
    NO_VARIANCE = "NO_VARIANCE"
    DUPLICATE = "DUPLICATE"


@dataclass(frozen=True, slots=True)
class Usable:
    """A finding that counts, with its effect size and precision before any caution for its design."""

    finding: Finding
    effect_size: float
    precision: Precision


@dataclass(frozen=True, slots=True)
class Refused:
    """A finding that does not count: the rule, and a sentence with the figures that broke it."""

    finding: Finding
    code: RefusalCode
    sentence: str


def screen(finding: Finding) -> Usable | Refused:
    """The finding with its precision, or the first rule that it breaks."""
    for code, broken in RULES.items():
        sentence = broken(finding)
        if sentence is not None:
            return Refused(finding, code, sentence)
    g = stated_effect(finding)
    known = None if g is None else precision(finding, g)
    if g is None or known is None:
        sentence = "no standard error is stated, and none follows from its design, p-value and sample"
        return Refused(finding, RefusalCode.NO_VARIANCE, sentence)
    return Usable(finding, g, known)


def stated_effect(finding: Finding) -> float | None:
    """The effect size as published, else the one its means and standard deviations give."""
    return finding.effect_size if finding.effect_size is not None else effect_of_means(finding)


def effect_of_means(finding: Finding) -> float | None:
    """Hedges' g recomputed from means, standard deviations and group sizes, where all are stated."""
    sizes = group_sizes(finding)
    facts = (finding.treatment_mean, finding.comparison_mean, finding.treatment_sd, finding.comparison_sd)
    if sizes is None or sum(sizes) < 4 or any(fact is None for fact in facts):
        return None
    first, second, first_sd, second_sd = (fact or 0.0 for fact in facts)
    if first_sd <= 0 or second_sd <= 0:
        return None
    return hedges_g(Sample(first, first_sd, sizes[0]), Sample(second, second_sd, sizes[1]))


def not_an_intervention(finding: Finding) -> str | None:
    name = finding.practice if finding.practice_name is None else finding.practice_name
    if " ".join(name.casefold().split()).strip("()") not in NO_INTERVENTION:
        return None
    return f'"{name}" names no intervention, so nothing can be funded on it'


def subgroup(finding: Finding) -> str | None:
    if not finding.is_subgroup:
        return None
    return "it is about a subgroup of its study; only a main finding stands for the whole"


def pretest(finding: Finding) -> str | None:
    if (finding.period or "").strip().casefold() not in BEFORE_THE_PRACTICE:
        return None
    return f'its period is "{finding.period}": measured before the practice could have worked'


def no_effect_size(finding: Finding) -> str | None:
    if stated_effect(finding) is not None:
        return None
    return "it states no effect size, and none follows from its means and standard deviations"


def implausible_size(finding: Finding) -> str | None:
    g = stated_effect(finding)
    if g is None or abs(g) <= PLAUSIBLE_LIMIT:
        return None
    return f"an effect of {g:.2f} standard deviations is beyond the plausible {PLAUSIBLE_LIMIT:g}"


def sign_disagrees(finding: Finding) -> str | None:
    g, index = stated_effect(finding), finding.improvement_index
    if g is None:
        return None
    if finding.direction is not None and g * SIGNS[finding.direction] < 0:
        return f"the effect size {g:.2f} is published as {finding.direction.value.lower()}"
    if index is None or g * index >= 0:
        return None
    return f"the effect size {g:.2f} and the improvement index {index:g} point in opposite directions"


def index_disagrees(finding: Finding) -> str | None:
    g, index = stated_effect(finding), finding.improvement_index
    if g is None or index is None or abs(improvement_index(g) - index) <= INDEX_TOLERANCE:
        return None
    implied = improvement_index(g)
    return f"the effect size {g:.2f} means an improvement index of {implied:.0f}, but {index:g} is published"


def means_disagree(finding: Finding) -> str | None:
    recomputed = effect_of_means(finding)
    if finding.effect_size is None or recomputed is None:
        return None
    # A reviewer turns the sign where lower is better, so the two may differ by their sign alone.
    apart = min(abs(finding.effect_size - recomputed), abs(finding.effect_size + recomputed))
    if apart <= MEANS_TOLERANCE:
        return None
    return (
        f"its means and standard deviations give {recomputed:.2f}, but an effect of "
        f"{finding.effect_size:.2f} is published"
    )


def no_sample(finding: Finding) -> str | None:
    if finding.sample_size == 0 or 0 in (finding.treatment_count, finding.comparison_count):
        return "its sample, or one of its groups, is stated as 0 people"
    if group_sizes(finding) is None:
        return "it states no sample size; record how many people it is about"
    return None


def no_variance(finding: Finding) -> str | None:
    if finding.design == StudyDesign.SINGLE_CASE and not finding.standard_error:
        return "a single-case design needs its own standard error; the sample size gives none"
    return None


RULES: Final[dict[RefusalCode, Callable[[Finding], str | None]]] = {
    RefusalCode.NOT_AN_INTERVENTION: not_an_intervention,
    RefusalCode.SUBGROUP: subgroup,
    RefusalCode.PRETEST: pretest,
    RefusalCode.NO_EFFECT_SIZE: no_effect_size,
    RefusalCode.IMPLAUSIBLE_SIZE: implausible_size,
    RefusalCode.SIGN_DISAGREES: sign_disagrees,
    RefusalCode.INDEX_DISAGREES: index_disagrees,
    RefusalCode.MEANS_DISAGREE: means_disagree,
    RefusalCode.NO_SAMPLE: no_sample,
    RefusalCode.NO_VARIANCE: no_variance,
}
