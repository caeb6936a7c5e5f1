"""How precisely a finding is known: the standard error its source states, or the one its facts imply."""

from dataclasses import dataclass

from allocation.evidence.effect_size import (
    LEAST_SAMPLE,
    Clusters,
    clustered_standard_error,
    hedges_standard_error,
    standard_error_from_p,
)
from allocation.evidence.finding import Finding, StudyDesign
from allocation.evidence.rating import Standing, standing

DEFAULT_ICC = 0.20  # the clearinghouse's default for achievement; its 0.10 for other outcomes claims more
LEAST_STANDARD_ERROR = 0.001  # a smaller one would need four million people: a placeholder, not a precision
GREATEST_INVERTED_P = 0.5  # above it |g| is within noise of 0, and so is the standard error that it implies

STANDING_FACTORS = {
    Standing.WITHOUT_RESERVATIONS: 1.0,
    Standing.WITH_RESERVATIONS: 1.25,
    Standing.DOES_NOT_MEET: 3.0,
}
DESIGN_FACTORS = {
    StudyDesign.RCT: 1.25,
    StudyDesign.RDD: 1.25,
    StudyDesign.QED: 1.5,
    StudyDesign.CORRELATIONAL: 2.0,
    StudyDesign.UNKNOWN: 2.0,
    StudyDesign.SINGLE_CASE: 3.0,
    StudyDesign.PRE_POST: 3.0,
}


@dataclass(frozen=True, slots=True)
class Precision:
    """A standard error in the unit of the effect size, above 0, and where it comes from in words."""

    standard_error: float
    basis: str


def group_sizes(finding: Finding) -> tuple[float, float] | None:
    """People in each group; halves of the sample where only the whole is stated; None where 0 or missing."""
    if finding.treatment_count is not None and finding.comparison_count is not None:
        if finding.treatment_count == 0 or finding.comparison_count == 0:
            return None
        return float(finding.treatment_count), float(finding.comparison_count)
    if not finding.sample_size:
        return None
    return finding.sample_size / 2, finding.sample_size / 2


def precision(finding: Finding, g: float) -> Precision | None:
    """The standard error of `g`, or None where neither the source nor its facts give one.

    As stated; else the larger of what the p-value implies and what independent people would give; where no
    p-value can be inverted and clusters are stated, corrected for them. Never smaller than independent
    people allow, so neither a rounded p-value nor a copied one can make a finding too certain.
    """
    if finding.standard_error and finding.standard_error >= LEAST_STANDARD_ERROR:
        return Precision(finding.standard_error, "as stated")
    sizes = group_sizes(finding)
    if finding.design == StudyDesign.SINGLE_CASE or sizes is None or sum(sizes) < LEAST_SAMPLE:
        return None
    independent = hedges_standard_error(g, *sizes)
    p_value = finding.p_value
    if p_value is not None and 0 < p_value <= GREATEST_INVERTED_P:
        implied = standard_error_from_p(g, p_value, sum(sizes))
        if implied > independent:
            return Precision(implied, f"from p = {p_value:.4g}")
    elif finding.cluster_count and finding.cluster_count < sum(sizes):
        icc = DEFAULT_ICC if finding.icc is None else finding.icc
        corrected = clustered_standard_error(g, *sizes, Clusters(finding.cluster_count, icc))
        words = f"from {sum(sizes):g} people in {finding.cluster_count} clusters, ICC {icc:g}"
        return Precision(max(corrected, independent), words)
    return Precision(independent, f"from {sum(sizes):g} people")


def caution_factor(finding: Finding) -> float:
    """By how much the standard error is multiplied for what the design leaves open.

    A factor f gives the finding 1/f^2 of its weight: a power prior (Ibrahim and Chen 2000, Stat Sci 15).
    The rater's standing counts where stated, else the design. The numbers are our choice, in
    docs/evidence.md.
    """
    if finding.design in (StudyDesign.PRE_POST, StudyDesign.SINGLE_CASE):
        return DESIGN_FACTORS[finding.design]
    stated = standing(finding.rating)
    if stated in STANDING_FACTORS:
        return STANDING_FACTORS[stated]
    return DESIGN_FACTORS[finding.design]
