"""One published or local result on what a practice does to an outcome, as its source states it."""

import math
from dataclasses import dataclass, fields
from enum import StrEnum
from operator import attrgetter


class EvidenceError(ValueError):
    """Facts that contradict themselves or arithmetic; the sentence names the finding and the field."""


class StudyDesign(StrEnum):
    """How the people in a study came to take part.

    CORRELATIONAL means with statistical controls for selection bias (34 CFR 77.1, promising evidence);
    a comparison without such controls is UNKNOWN. PRE_POST is the same people or place before and after,
    with nobody to compare them with.
    """

    RCT = "RCT"
    RDD = "RDD"
    QED = "QED"
    CORRELATIONAL = "CORRELATIONAL"
    SINGLE_CASE = "SINGLE_CASE"
    PRE_POST = "PRE_POST"
    UNKNOWN = "UNKNOWN"


class Direction(StrEnum):
    """Which way a source says that a result points, for the people whom it is about."""

    FAVOURABLE = "FAVOURABLE"
    NEUTRAL = "NEUTRAL"
    UNFAVOURABLE = "UNFAVOURABLE"


class Setting(StrEnum):
    """The kind of place, in the four words of the National Center for Education Statistics locale codes."""

    URBAN = "URBAN"
    SUBURBAN = "SUBURBAN"
    TOWN = "TOWN"
    RURAL = "RURAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The facts of one finding; what the source does not state is None, never 0.

    `effect_size` is Hedges' g, positive where the practice is favourable (so also where lower is better).
    `standard_error` is in the same unit. `improvement_index` is -50..50 as published, `direction`
    what the source says in words. `p_value` is
    two-sided; a printed 0 means below the printing precision. `cluster_count` counts schools, classes or
    sites assigned in both groups together, `icc` is their intraclass correlation, `site_count` the
    educational sites of the study. `practice` and `outcome` are keys; `practice_name` is for the rule that
    a row must name an intervention, and is `practice` where absent. `rater_tier` is the rater's own word.

    Raises EvidenceError where a number is not one, a probability is outside 0..1, or a count is negative.
    """

    id: str
    practice: str
    study: str
    outcome: str
    practice_name: str | None = None
    design: StudyDesign = StudyDesign.UNKNOWN
    rating: str | None = None
    standards_version: str | None = None
    rater_tier: str | None = None
    measure: str | None = None
    period: str | None = None
    sample: str | None = None
    effect_size: float | None = None
    standard_error: float | None = None
    p_value: float | None = None
    is_significant: bool | None = None
    improvement_index: float | None = None
    direction: Direction | None = None
    sample_size: int | None = None
    treatment_count: int | None = None
    comparison_count: int | None = None
    treatment_mean: float | None = None
    comparison_mean: float | None = None
    treatment_sd: float | None = None
    comparison_sd: float | None = None
    cluster_count: int | None = None
    icc: float | None = None
    site_count: int | None = None
    unit_of_analysis: str | None = None
    is_subgroup: bool = False
    is_local: bool = False
    populations: frozenset[str] = frozenset()
    settings: frozenset[Setting] = frozenset()
    source: str | None = None

    def __post_init__(self) -> None:
        for name, value in zip(NUMBERS, NUMBERS_OF(self), strict=True):
            if value is not None:
                self._check(name, value)
        for name in SHARES:
            value = getattr(self, name)
            if value is not None and value > 1:
                raise EvidenceError(f"finding {self.id}: {name} is {value}, above 1")

    def _check(self, name: str, value: float) -> None:
        if not math.isfinite(value):
            raise EvidenceError(f"finding {self.id}: {name} is {value}, not a number")
        if value < 0 and name not in SIGNED:
            raise EvidenceError(f"finding {self.id}: {name} is {value}, below 0")

    @property
    def is_favourable(self) -> bool | None:
        """Whether the practice did better; by the effect size, else the index, else in the source's words."""
        stated = self._stated_sign
        return None if stated is None else stated > 0

    @property
    def is_unfavourable(self) -> bool | None:
        """Whether the practice did worse; exactly no difference is neither."""
        stated = self._stated_sign
        return None if stated is None else stated < 0

    @property
    def _stated_sign(self) -> float | None:
        if self.effect_size is not None:
            return self.effect_size
        if self.improvement_index is not None or self.direction is None:
            return self.improvement_index
        return SIGNS[self.direction]


SIGNS = {Direction.FAVOURABLE: 1, Direction.NEUTRAL: 0, Direction.UNFAVOURABLE: -1}
SIGNED = frozenset({"effect_size", "improvement_index", "treatment_mean", "comparison_mean"})
SHARES = ("p_value", "icc")
NUMBERS = tuple(field.name for field in fields(Finding) if field.type in (float | None, int | None))
NUMBERS_OF = attrgetter(*NUMBERS)
