"""Each cell by itself: what the release would show of it before looking at the others."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from allocation.disclosure.cells import (
    Basis,
    CellKey,
    MeasurementStatus,
    RawCell,
    ReleasedCell,
    SuppressionRule,
)
from allocation.disclosure.checks import Checked, basis_of
from allocation.disclosure.primary import Primary, Rules, count, mean, share, small
from allocation.disclosure.structure import Measure, Structure


@dataclass(frozen=True, slots=True)
class Draft:
    """A cell in the making: what it shows, the counts behind it, and whether it may still be withheld.

    `is_fixed`: it stands as an earlier release, or a public body, has already shown it; withholding it would
    make nobody forget it.
    """

    cell: ReleasedCell
    basis: Basis | None
    is_fixed: bool


def draft(raw: RawCell, checked: Checked, structure: Structure, rules: Rules) -> Draft:
    """A public figure as published; one of our own by the primary rules."""
    measure = structure.measure(raw.key.indicator)
    if raw.key in checked.faulty:
        return Draft(_unusable(raw.key, checked.faulty[raw.key]), None, is_fixed=True)
    if raw.already_public:
        return Draft(as_published(raw), _published_basis(raw, measure), is_fixed=True)
    if raw.status is MeasurementStatus.MISSING:
        return Draft(ReleasedCell(raw.key, raw.status, reason="No figure was recorded."), None, is_fixed=True)
    if raw.status not in (MeasurementStatus.REPORTED, MeasurementStatus.NOT_APPLICABLE):
        return Draft(_at_source(raw), None, is_fixed=True)
    basis = basis_of(raw, measure)
    if basis is None:
        return Draft(_without_size(raw.key), None, is_fixed=True)
    return Draft(figure(raw, basis, measure, rules).released(raw.key), basis, is_fixed=False)


def figure(raw: RawCell, basis: Basis, measure: Measure, rules: Rules) -> Primary:
    """What the primary rules let be shown of these counts."""
    if measure is Measure.COUNT:
        shown = count(basis.size, rules)
    elif measure is Measure.MEAN:
        shown = mean(raw.value or Decimal(0), basis.size, rules)
    else:
        shown = share(int(basis.count), basis.size, rules)
    if shown.status is MeasurementStatus.SUPPRESSED:
        return replace(shown, size_low=0, size_high=rules.minimum - 1)
    return shown


def nobody(key: CellKey, rules: Rules) -> Draft:
    """A group known to exist in the area that this period leaves out: withheld like any other small one."""
    shown = replace(small(rules), size_low=0, size_high=rules.minimum - 1)
    return Draft(shown.released(key), Basis(0, 0), is_fixed=False)


def as_published(raw: RawCell) -> ReleasedCell:
    """A figure that a public body has released: values, counts and mark as it printed them."""
    withheld = raw.status in (MeasurementStatus.SUPPRESSED, MeasurementStatus.SUPPRESSED_AT_SOURCE)
    mark = f" (its mark: {raw.mark})" if raw.mark else ""
    return ReleasedCell(
        raw.key,
        MeasurementStatus.SUPPRESSED_AT_SOURCE if withheld else raw.status,
        None if withheld else raw.value, raw.low, raw.high, raw.numerator, raw.denominator,
        size_low=raw.denominator, size_high=raw.denominator,
        rule=SuppressionRule.AT_SOURCE if withheld else None,
        reason=f"The body that published this figure withheld it{mark}." if withheld else None,
        mark=raw.mark, already_public=True,
    )  # fmt: skip


def _published_basis(raw: RawCell, measure: Measure) -> Basis | None:
    return basis_of(raw, measure) if raw.status is MeasurementStatus.REPORTED else None


def _at_source(raw: RawCell) -> ReleasedCell:
    told = "only as a range, which cannot be checked" if raw.low or raw.high else "withheld"
    return ReleasedCell(
        raw.key,
        MeasurementStatus.SUPPRESSED_AT_SOURCE,
        rule=SuppressionRule.AT_SOURCE,
        reason=f"The figure reached this partnership {told}, so it is not shown.",
        mark=raw.mark,
    )


def _without_size(key: CellKey) -> ReleasedCell:
    return ReleasedCell(
        key,
        MeasurementStatus.SUPPRESSED,
        rule=SuppressionRule.SMALL_COUNT,
        reason="How many children are in this group is not recorded, so its figure is not shown.",
    )


def _unusable(key: CellKey, fault: str) -> ReleasedCell:
    return ReleasedCell(
        key, MeasurementStatus.MISSING, reason=f"The recorded figure contradicts itself: {fault}"
    )


def bases(drafts: Mapping[CellKey, Draft]) -> dict[CellKey, Basis]:
    """The counts of our own cells, to hold the next release against."""
    return {key: each.basis for key, each in drafts.items() if each.basis and not each.cell.already_public}
