"""The cells of a release: what was recorded about a group, and what a reader is shown of it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

TOTAL = "total"
"""The dimension, and the group, of everybody counted in an area."""


class DisclosureError(ValueError):
    """A release that may not be made as asked; the sentence says what to change."""


class MeasurementStatus(StrEnum):
    """What a figure is; only a REPORTED or BANDED one says how much."""

    REPORTED = "REPORTED"
    SUPPRESSED = "SUPPRESSED"
    SUPPRESSED_AT_SOURCE = "SUPPRESSED_AT_SOURCE"
    BANDED = "BANDED"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    MISSING = "MISSING"


class SuppressionRule(StrEnum):
    """Why a figure is withheld or blurred."""

    SMALL_COUNT = "SMALL_COUNT"
    COMPLEMENTARY = "COMPLEMENTARY"
    END_CODED = "END_CODED"
    SMALL_CHANGE = "SMALL_CHANGE"
    AT_SOURCE = "AT_SOURCE"


SHOWN = (MeasurementStatus.REPORTED, MeasurementStatus.BANDED)


@dataclass(frozen=True, slots=True)
class CellKey:
    """Which figure: an indicator of a group of a dimension, in an area, over a period."""

    indicator: str
    area: str
    dimension: str
    group: str
    period: str

    @property
    def is_total(self) -> bool:
        return self.dimension == TOTAL

    @property
    def total(self) -> "CellKey":
        """The cell of everybody in the same area and period."""
        return self.of(TOTAL, TOTAL)

    def of(self, dimension: str, group: str) -> "CellKey":
        """The same figure of another group."""
        return CellKey(self.indicator, self.area, dimension, group, self.period)

    def __str__(self) -> str:
        who = "everybody" if self.is_total else f"{self.group} ({self.dimension})"
        return f"{self.indicator}, {self.area}, {who}, {self.period}"


@dataclass(frozen=True, slots=True)
class RawCell:
    """A figure as it was recorded, for nobody's eyes but the gate's.

    A share carries `numerator` and `denominator` (members counted, and members in all); a mean carries
    `value` and `denominator`; a count carries `denominator` alone (or `value`). `value`, `low` and `high` of
    a share are percents, 0 to 100. `already_public` means that a public body released it with this `mark`.
    """

    key: CellKey
    numerator: int | None = None
    denominator: int | None = None
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    status: MeasurementStatus = MeasurementStatus.REPORTED
    mark: str | None = None
    already_public: bool = False


@dataclass(frozen=True, slots=True)
class ReleasedCell:
    """What a reader is shown.

    `size_low` and `size_high` bound the group's size as far as it may be known: to weigh a figure, not to
    print beside it. `numerator` and `denominator` are there only where a public body printed them, or (the
    denominator) where the release was asked for exact group sizes. `reason` is for a reader.
    """

    key: CellKey
    status: MeasurementStatus
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    numerator: int | None = None
    denominator: int | None = None
    size_low: int | None = None
    size_high: int | None = None
    rule: SuppressionRule | None = None
    reason: str | None = None
    mark: str | None = None
    already_public: bool = False

    @property
    def is_shown(self) -> bool:
        return self.status in SHOWN


@dataclass(frozen=True, slots=True)
class Basis:
    """The raw counts that a released cell was made from: kept beside the raw figures, never shown."""

    size: int
    count: float
    """How many of them the share counts; a mean times its size for a mean; 0 for a count."""

    def least_change(self, other: "Basis") -> float:
        """The fewest members whose arrival, departure or changed outcome turns these counts into `other`.

        One member whose outcome flips moves the count up and the remainder down by one, so opposite moves
        share members and equal moves add up.
        """
        counted = other.count - self.count
        remainder = (other.size - other.count) - (self.size - self.count)
        return max(abs(counted), abs(remainder), abs(other.size - self.size))


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the raw cells that a person should put right; `message` names the cell."""

    code: str
    message: str
    key: CellKey | None = None
