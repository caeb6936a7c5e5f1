"""What stands today, as plain values: the facts from which a reallocation is set out (reads no database)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from allocation.disparities import Disparity
from allocation.evidence.finding import Finding, Setting
from allocation.evidence.tiers import InterventionReport, Rationale


@dataclass(frozen=True)
class StandingPractice:
    """A practice; its cost is in minor units of `currency`, its needs map (kind, unit) to units a participant."""

    id: str
    name: str
    cost: int | None
    currency: str | None
    price_year: int | None
    capacity: int | None
    needs: Mapping[tuple[str, str], Decimal]
    outcomes: frozenset[str]


@dataclass(frozen=True)
class StandingPopulation:
    """A population group; `parts` are the groups that an intersection lies in."""

    id: str
    dimension: str
    value: str
    label: str
    is_total: bool
    parts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class StandingArea:
    """An area; `within` are all the areas that it lies in, the nearest first."""

    id: str
    name: str
    within: tuple[str, ...] = ()


@dataclass(frozen=True)
class StandingIndicator:
    """An indicator of an outcome."""

    id: str
    name: str
    outcome: str
    unit: str
    higher_is_better: bool
    is_core: bool


@dataclass(frozen=True)
class StandingRate:
    """The newest disclosed rate (0 to 100) of a group, and how many people it speaks of, as far as disclosed."""

    indicator: str
    area: str
    population: str
    period_end: date
    rate: Decimal | None
    people: int | None


@dataclass(frozen=True)
class StandingRestriction:
    """What a donor allows of `amount` minor units of an investment (None: of all of it)."""

    id: str
    amount: int | None
    outcomes: frozenset[str]
    practices: frozenset[str]
    populations: frozenset[str]
    areas: frozenset[str]
    fiscal_years: frozenset[int]
    use: str | None
    minimum_tier: str | None
    until: date | None
    note: str | None


@dataclass(frozen=True)
class StandingLine:
    """Dollars of an investment in one line, in minor units: still available, signed for, and already spent."""

    id: str
    use: str
    practice: str | None
    outcome: str | None
    population: str | None
    area: str | None
    position: str | None
    fiscal_year: int | None
    available: int
    obligated: int
    version: int = 0
    spent: int = 0
    account: str = ""
    """The ledger account that the dollars are in; `version` is that account's at the time of reading."""

    @property
    def is_targeted(self) -> bool:
        """Whether anything is said of what the dollars are for, beyond their use."""
        return any((self.practice, self.outcome, self.population, self.area, self.position))


@dataclass(frozen=True)
class StandingPay:
    """What an investment pays one key role each month of a term, in minor units, for certain."""

    starts_on: date
    ends_on: date
    monthly: int


@dataclass(frozen=True)
class StandingInvestment:
    """An investment with its lines, restrictions and pays. `use` is what the award as a whole is for."""

    id: str
    title: str
    funder: str
    funder_name: str
    currency: str
    use: str
    starts_on: date | None
    ends_on: date | None
    lines: tuple[StandingLine, ...]
    restrictions: tuple[StandingRestriction, ...] = ()
    pays: tuple[StandingPay, ...] = ()


@dataclass(frozen=True)
class StandingSupply:
    """In-kind units at hand between two days; `practice` where they are given to one practice alone."""

    kind: str
    unit: str
    quantity: Decimal
    practice: str | None
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True)
class Standing:
    """Everything that a reallocation starts from, in one partnership; `reports` and `rationales` by practice."""

    currency: str
    fiscal_year_start_month: int
    settings: frozenset[Setting]
    practices: Sequence[StandingPractice]
    populations: Mapping[str, StandingPopulation]
    areas: Mapping[str, StandingArea]
    outcomes: Mapping[str, str]
    indicators: Mapping[str, StandingIndicator]
    rates: Sequence[StandingRate]
    disparities: Sequence[Disparity]
    findings: Sequence[Finding]
    investments: Sequence[StandingInvestment]
    supplies: Sequence[StandingSupply] = field(default_factory=tuple)
    reports: Mapping[str, Sequence[InterventionReport]] = field(default_factory=dict)
    rationales: Mapping[str, Rationale] = field(default_factory=dict)
    rows: Mapping[str, str] = field(default_factory=dict)
    """Where the ids are keys (allocation/keys.py), the row that each stands for."""

    def row(self, key: str | None) -> str | None:
        """The row id that a key stands for; an id that is no key is itself a row id."""
        return None if key is None else self.rows.get(key, key)


def fiscal_year_span(fiscal_year: int, start_month: int) -> tuple[date, date]:
    """First and last day of the fiscal year that ends in the calendar year `fiscal_year`."""
    if start_month == 1:
        return date(fiscal_year, 1, 1), date(fiscal_year, 12, 31)
    start = date(fiscal_year - 1, start_month, 1)
    return start, date.fromordinal(date(fiscal_year, start_month, 1).toordinal() - 1)
