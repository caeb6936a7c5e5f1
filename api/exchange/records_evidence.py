"""Records of practices and of what is known of their effect."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRecord:
    """One result of one study, as its source states it; nothing is corrected.

    `practice` is None where the source's words name no intervention.
    """

    row: int
    identifier: str
    study: str
    practice: str | None
    outcome: str
    outcome_as_published: str | None = None
    practice_as_published: str | None = None
    measure: str | None = None
    period: str | None = None
    design: str = "UNKNOWN"
    rating: str | None = None
    standards_version: str | None = None
    tier_as_published: str | None = None
    effect_size: Decimal | None = None
    standard_error: Decimal | None = None
    p_value: Decimal | None = None
    improvement_index: Decimal | None = None
    direction: str | None = None
    is_significant: bool | None = None
    sample_size: int | None = None
    treatment_size: int | None = None
    comparison_size: int | None = None
    treatment_mean: Decimal | None = None
    comparison_mean: Decimal | None = None
    treatment_deviation: Decimal | None = None
    comparison_deviation: Decimal | None = None
    cluster_count: int | None = None
    intraclass_correlation: Decimal | None = None
    unit_of_analysis: str | None = None
    site_count: int | None = None
    is_subgroup: bool = False
    is_local: bool = False
    settings: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()
    populations_as_published: str | None = None
    grades: str | None = None
    cost_per_participant: Decimal | None = None
    currency: str | None = None
    price_year: int | None = None
    source_url: str | None = None
    extra: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRecord:
    """A rater's summary of all studies of a practice on an outcome.

    Where no study met the rater's standards it names neither an outcome nor a rating.
    """

    row: int
    identifier: str
    practice: str
    outcome: str | None = None
    outcome_as_published: str | None = None
    rating: str | None = None
    protocol: str | None = None
    protocol_version: str | None = None
    study_count: int | None = None
    eligible_study_count: int | None = None
    sample_size: int | None = None
    source_url: str | None = None
    extra: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalResultRecord:
    """A practice's people of one period, and those of them who reached the outcome; so of the comparison."""

    row: int
    practice: str
    outcome: str
    period_start: date
    period_end: date
    participants: int
    participants_reached: int
    comparison: int | None = None
    comparison_reached: int | None = None
    participants_before: int | None = None
    participants_reached_before: int | None = None
    comparison_before: int | None = None
    comparison_reached_before: int | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLevelRecord:
    """One year's level of a price index."""

    row: int
    name: str
    year: int
    level: Decimal
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InKindNeedRecord:
    """What one participant of a practice needs besides dollars."""

    kind: str
    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeRecord:
    """A practice; capacity counts participants a fiscal year over all groups."""

    row: int
    practice: str
    outcomes: tuple[str, ...] = ()
    cost_per_participant: Decimal | None = None
    currency: str | None = None
    price_year: int | None = None
    source: str | None = None
    capacity: int | None = None
    description: str | None = None
    has_logic_model: bool | None = None
    is_under_study: bool | None = None
    in_kind_needs: tuple[InKindNeedRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TestimonyRecord:
    """Words about a practice; `agreed` says whether whoever said them agreed to have them published.

    `people` counts those who said so together; `view` is FAVOURABLE, MIXED or UNFAVOURABLE.
    """

    row: int
    practice: str
    heard_on: date
    view: str
    words: str
    agreed: bool
    outcome: str | None = None
    population: str | None = None
    people: int | None = None
    occasion: str | None = None
