"""What a file says, row by row, before anything is looked up: the typed records that every reader yields.

Names are still the file's words (or ours where a recipe's aliases say so); nothing here is a key of the
database. Money is Decimal in units of its currency, `row` is the physical line or row as a person sees it.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from api.exchange.records_anchor import (
    BudgetRecord,
    LedgerRecord,
    MatchRecord,
    ObligationRecord,
    RenewalRecord,
)
from api.exchange.records_evidence import TestimonyRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRecord:
    """Money promised or paid under an award. `kind` is COMMITMENT or DISBURSEMENT."""

    kind: str
    amount: Decimal
    currency: str
    on: date | None = None
    identifier: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRecord:
    """A part of an award as its `c2c-*` classifications tell it: a share (0 to 1), an amount, or neither."""

    practice: str | None = None
    outcome: str | None = None
    indicator: str | None = None
    population: str | None = None
    area: str | None = None
    network: str | None = None
    use: str | None = None
    fiscal_year: int | None = None
    share: Decimal | None = None
    amount: Decimal | None = None
    obligated_amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestmentRecord:
    """One award. `content_sha256` and `occurrence` tell it from another under the same identifier.

    `content_sha256` covers publisher, identifier, title, both parties, amount, currency and the dates (without
    an identifier also description and note); `occurrence` counts the same content within the file from 1.
    `fingerprint_sha256` covers everything that the file says of the award, so that an unchanged one is known
    without comparing field by field.
    A recipient who is a person has neither name nor official number here.
    """

    row: int
    title: str
    amount: Decimal
    currency: str
    content_sha256: bytes
    fingerprint_sha256: bytes
    occurrence: int
    publisher: str | None = None
    identifier: str | None = None
    description: str | None = None
    funder_name: str | None = None
    funder_identifier: str | None = None
    recipient_name: str | None = None
    recipient_identifier: str | None = None
    recipient_is_individual: bool = False
    fiscal_agent_name: str | None = None
    fiscal_agent_identifier: str | None = None
    regrant_type: str | None = None
    awarded_on: date | None = None
    awarded_on_precision: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    programme: str | None = None
    use: str | None = None
    note: str | None = None
    transactions: tuple[TransactionRecord, ...] = ()
    allocations: tuple[ShareRecord, ...] = ()
    extra: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementRecord:
    """One published figure for one area, group and period.

    `status` is REPORTED, SUPPRESSED_AT_SOURCE, BANDED, NOT_APPLICABLE or MISSING; `mark` is the cell as
    published wherever it is not a plain number. Rates are percents, 0 to 100, whatever the file's scale.
    """

    row: int
    indicator: str
    area: str
    area_code: str | None
    dimension: str
    population: str
    period_start: date
    period_end: date
    status: str
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    mark: str | None = None
    numerator: int | None = None
    denominator: int | None = None


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
class AllocationRecord:
    """Where dollars of one investment sit in one fiscal year."""

    row: int
    investment: str
    amount: Decimal
    use: str = "UNASSIGNED"
    practice: str | None = None
    outcome: str | None = None
    population: str | None = None
    area: str | None = None
    fiscal_year: int | None = None
    obligated: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationRecord:
    """A partner; `funder_kind` is filled for one that gives."""

    row: int
    name: str
    identifier: str | None = None
    sector: str | None = None
    is_public: bool = False
    funder_kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionRecord:
    """What a donor allows; an empty list allows all of its kind."""

    row: int
    investment: str
    amount: Decimal | None = None
    outcomes: tuple[str, ...] = ()
    practices: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    fiscal_years: tuple[int, ...] = ()
    use: str | None = None
    minimum_tier: str | None = None
    lobbying_allowed: bool = True
    until: date | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRecord:
    """An outcome of the cradle-to-career pathway."""

    row: int
    name: str
    stage: str
    academic: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationRecord:
    """A population group; `key` marks one that the partnership has named, with its rationale."""

    row: int
    dimension: str
    value: str
    label: str
    key: bool = False
    rationale: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRecord:
    """A position on the anchor's staff."""

    row: int
    title: str
    role: str
    full_time_equivalent: Decimal = Decimal(1)
    annual_cost: Decimal | None = None
    currency: str | None = None
    provision: str = "PAID"
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionFundingRecord:
    """What pays for a position: an investment or an in-kind resource, by the month."""

    row: int
    position: str
    starts_on: date
    ends_on: date
    monthly: Decimal
    currency: str
    investment: str | None = None
    in_kind: str | None = None
    certain: bool = True
    recurring: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPlanRecord:
    """A change of policy that the partnership works for."""

    row: int
    title: str
    level: str
    stance: str
    status: str = "DRAFT"
    owner: str | None = None
    outcomes: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()
    indicator: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InKindRecord:
    """Time, talent or goods given; the unit rate is a labelled estimate, never cash."""

    row: int
    donor: str
    kind: str
    description: str
    quantity: Decimal
    unit: str
    practice: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    unit_rate: Decimal | None = None
    currency: str | None = None
    method: str | None = None
    rate_source: str | None = None


Record = (
    InvestmentRecord
    | MeasurementRecord
    | FindingRecord
    | ReportRecord
    | LocalResultRecord
    | PriceLevelRecord
    | PracticeRecord
    | AllocationRecord
    | OrganizationRecord
    | RestrictionRecord
    | OutcomeRecord
    | PopulationRecord
    | PositionRecord
    | PositionFundingRecord
    | PolicyPlanRecord
    | InKindRecord
    | LedgerRecord
    | BudgetRecord
    | ObligationRecord
    | RenewalRecord
    | MatchRecord
    | TestimonyRecord
)
