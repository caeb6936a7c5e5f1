"""What a file says, row by row, before anything is looked up: the typed records that every reader yields.

Names are still the file's words (or ours where a recipe's aliases say so); nothing here is a key of the
database. Money is Decimal in units of its currency, `row` is the physical line or row as a person sees it.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from api.exchange.records_anchor import (
    BudgetRecord,
    FeeAgreementRecord,
    InstalmentRecord,
    LedgerRecord,
    LinkRecord,
    MatchOfferRecord,
    MatchRecord,
    ObligationRecord,
    RenewalRecord,
)
from api.exchange.records_evidence import (
    FindingRecord,
    LocalResultRecord,
    PracticeRecord,
    PriceLevelRecord,
    ReportRecord,
    TestimonyRecord,
)
from api.exchange.records_measures import MeasureRecord
from api.exchange.records_money import (
    AllocationRecord,
    InvestmentRecord,
    RestrictionRecord,
)
from api.exchange.records_policy import (
    BarrierRecord,
    MilestoneRecord,
    PolicyActionRecord,
    PolicyDollarsRecord,
    PolicyPlanRecord,
    PolicyPositionRecord,
    PolicyStepRecord,
    SpendingRecord,
)
from api.exchange.records_staff import (
    InKindMovementRecord,
    InKindRecord,
    PositionCostRecord,
    PositionFundingRecord,
    PositionRecord,
)


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
class OrganizationRecord:
    """A partner; `funder_kind` is filled for one that gives."""

    row: int
    name: str
    identifier: str | None = None
    sector: str | None = None
    is_public: bool = False
    funder_kind: str | None = None


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
    | BarrierRecord
    | PolicyStepRecord
    | MilestoneRecord
    | PolicyActionRecord
    | SpendingRecord
    | PolicyDollarsRecord
    | PolicyPositionRecord
    | InKindRecord
    | InKindMovementRecord
    | LedgerRecord
    | BudgetRecord
    | ObligationRecord
    | RenewalRecord
    | MatchRecord
    | InstalmentRecord
    | MatchOfferRecord
    | FeeAgreementRecord
    | LinkRecord
    | PositionCostRecord
    | MeasureRecord
    | TestimonyRecord
)
