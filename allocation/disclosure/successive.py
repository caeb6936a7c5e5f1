"""From one release to the next: what was shown stands until enough members have changed.

Two releases a pupil apart would show that pupil. A cell of the earlier release is carried over unchanged,
shown or withheld, unless at least the minimum of its members changed; and a cell withheld earlier is not
shown because another now hides its neighbour, which would tell the neighbour. That anything changed is said of all
cells of the indicator and period alike: said of one, it would tell that a child in it changed, and which way.
"""

from dataclasses import dataclass, replace

from allocation.disclosure.cells import Basis, MeasurementStatus, ReleasedCell, SuppressionRule
from allocation.disclosure.drafts import Draft
from allocation.disclosure.primary import Rules
from allocation.disclosure.structure import Measure


@dataclass(frozen=True, slots=True)
class Earlier:
    """A cell of the previous release, the counts behind it, and the minimum it was released under."""

    cell: ReleasedCell
    basis: Basis
    minimum: int


def carried(fresh: Draft, earlier: Earlier, measure: Measure, rules: Rules, *, is_touched: bool) -> Draft:
    """The draft, or the earlier cell in its place where fewer than the minimum of its members changed.

    `is_touched`: some count of the cell's indicator and period differs from those of the earlier release.
    """
    if fresh.basis is None or fresh.cell.already_public:
        return fresh
    if _changed(earlier.basis, fresh.basis, measure) >= rules.minimum:
        return fresh
    cell = earlier.cell
    if rules.minimum > earlier.minimum and _hides_more(fresh.cell, cell):
        return fresh
    if cell.is_shown and is_touched:
        cell = replace(
            cell,
            rule=SuppressionRule.SMALL_CHANGE,
            reason=f"Fewer than {rules.minimum} children's records changed, so the earlier figure stands.",
        )
    return Draft(cell, earlier.basis, is_fixed=True)


def _changed(earlier: Basis, later: Basis, measure: Measure) -> float:
    if measure is Measure.SHARE:
        return earlier.least_change(later)
    return abs(later.size - earlier.size)


def _hides_more(fresh: ReleasedCell, earlier: ReleasedCell) -> bool:
    """A raised minimum withholds at once; that the figure was shown before cannot be undone."""
    if not earlier.is_shown:
        return False
    coded = fresh.rule is SuppressionRule.END_CODED and earlier.status is MeasurementStatus.REPORTED
    return not fresh.is_shown or coded
