"""The rules that one figure must pass by itself: the minimum group size, whole percents, coded ends.

Shown figures follow the National Center for Education Statistics, SLDS Technical Brief 3 (NCES 2011-603): no
group under the minimum, whole percents without counts, and ends coded by the group's size. The table of ends
below is taken from a summary of that brief (20 percent for 10-20 pupils, 10 for 21-40, 5 for 41-100, 3 for
101-200, 2 for 201-300, 1 above) and was not checked against the brief itself.

Two things are stricter here, because a whole percent of a small group is a count in disguise (57 percent of
at most 20 children is 8 of 14 and nothing else):

- the coded end is never lower than the share that `minimum - 1` children would be, so that no share betrays a
  count, or a remainder, under the minimum;
- a group under twice the minimum, where the count or the remainder is always under it, shows only its half.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from allocation.disclosure.cells import (
    CellKey,
    DisclosureError,
    MeasurementStatus,
    ReleasedCell,
    SuppressionRule,
)

LEAST_MINIMUM = 10
_NCES_ENDS = ((20, 20), (40, 10), (100, 5), (200, 3), (300, 2))
_NCES_LAST_END = 1
_HUNDRED = Decimal(100)
_HALF = Decimal(50)


@dataclass(frozen=True, slots=True)
class Primary:
    """What may be shown of one figure, before any other figure is looked at."""

    status: MeasurementStatus
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    size_low: int | None = None
    size_high: int | None = None
    rule: SuppressionRule | None = None
    reason: str | None = None

    def released(self, key: CellKey) -> ReleasedCell:
        """The cell of a release that shows no more than this."""
        exact = self.size_low if self.size_low == self.size_high else None
        return ReleasedCell(
            key, self.status, self.value, self.low, self.high,
            denominator=exact, size_low=self.size_low, size_high=self.size_high,
            rule=self.rule, reason=self.reason,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rules:
    """The partnership's minimum, and the steps in which group sizes are told (1: exactly)."""

    minimum: int = LEAST_MINIMUM
    size_step: int = LEAST_MINIMUM

    def __post_init__(self) -> None:
        if self.minimum < LEAST_MINIMUM:
            raise DisclosureError(
                f"The minimum group size may be raised, not lowered: {self.minimum} is under {LEAST_MINIMUM}."
            )
        if self.size_step not in (1, self.minimum):
            raise DisclosureError(
                f"Group sizes are told exactly (1) or in steps of {self.minimum}, not {self.size_step}."
            )

    def size_band(self, size: int) -> tuple[int, int]:
        """The least and greatest size of the step that `size` lies in."""
        low = size // self.size_step * self.size_step
        return low, low + self.size_step - 1

    def end(self, size_low: int) -> int:
        """The percent at and under which (and, from 100, at and above which) a share is coded."""
        nces = next((end for greatest, end in _NCES_ENDS if size_low <= greatest), _NCES_LAST_END)
        return max(nces, -(-100 * (self.minimum - 1) // size_low))

    def shows_halves_only(self, size_low: int) -> bool:
        return size_low < 2 * self.minimum


def primary(numerator: int, denominator: int, minimum: int = LEAST_MINIMUM) -> Primary:
    """What may be shown of a share, checked by itself (not against what other figures give away)."""
    if not 0 <= numerator <= denominator:
        raise DisclosureError(f"{numerator} of {denominator} is not a share: count the members again.")
    return share(numerator, denominator, Rules(minimum, minimum))


def share(count: int, size: int, rules: Rules) -> Primary:
    """A share as a whole percent, as a coded end or half, or withheld."""
    if size < rules.minimum:
        return small(rules)
    low, high = rules.size_band(size)
    ends = _coded_ends(count, size, rules)
    if ends is None:
        percent = (Decimal(100 * count) / size).quantize(Decimal(1), ROUND_HALF_UP)
        return Primary(MeasurementStatus.REPORTED, percent, size_low=low, size_high=high)
    return Primary(
        MeasurementStatus.BANDED, None, *ends, size_low=low, size_high=high,
        rule=SuppressionRule.END_CODED, reason=_end_reason(*ends, rules.minimum),
    )  # fmt: skip


def _coded_ends(count: int, size: int, rules: Rules) -> tuple[Decimal, Decimal] | None:
    low, _ = rules.size_band(size)
    if rules.shows_halves_only(low):
        return (Decimal(0), _HALF) if 2 * count < size else (_HALF, _HUNDRED)
    end = rules.end(low)
    if 100 * count <= end * size:
        return Decimal(0), Decimal(end)
    if 100 * (size - count) <= end * size:
        return Decimal(100 - end), _HUNDRED
    return None


def mean(value: Decimal, size: int, rules: Rules) -> Primary:
    """A mean to three significant figures, or withheld."""
    if size < rules.minimum:
        return small(rules)
    low, high = rules.size_band(size)
    rounded = value.quantize(Decimal(1).scaleb(value.adjusted() - 2), ROUND_HALF_UP) if value else value
    return Primary(MeasurementStatus.REPORTED, rounded, size_low=low, size_high=high)


def count(size: int, rules: Rules) -> Primary:
    """A number of people in steps of the minimum, exactly where sizes are told exactly, or withheld."""
    if size < rules.minimum:
        return small(rules)
    low, high = rules.size_band(size)
    if low == high:
        return Primary(MeasurementStatus.REPORTED, Decimal(size), size_low=low, size_high=high)
    return Primary(
        MeasurementStatus.BANDED, None, Decimal(low), Decimal(high), low, high,
        reason=f"Numbers of children are shown in steps of {rules.size_step}.",
    )  # fmt: skip


def small(rules: Rules) -> Primary:
    """Withheld for its size; nothing tells a group of none from one of `minimum - 1`."""
    return Primary(
        MeasurementStatus.SUPPRESSED,
        rule=SuppressionRule.SMALL_COUNT,
        reason=f"Fewer than {rules.minimum} children are in this group, so its figure is not shown.",
    )


def half_step(shown: Decimal) -> Decimal:
    """How far a figure printed with these digits may lie from the figure it was rounded from."""
    exponent = shown.as_tuple().exponent
    if not isinstance(exponent, int):
        raise DisclosureError(f"{shown} is not a number that can be published.")
    return Decimal(1).scaleb(exponent) / 2


def _end_reason(low: Decimal, high: Decimal, minimum: int) -> str:
    if _HALF in (low, high):
        told = "under half" if low == 0 else "half or more"
        return f"In a group this small an exact share would reveal a few children; it is {told}."
    told = f"{high} percent or less" if low == 0 else f"{low} percent or more"
    return f"The exact share could reveal fewer than {minimum} children; it is {told}."
