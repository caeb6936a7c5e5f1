"""The release in the making: its cells, how they add up, and what in them is to be protected."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from allocation.disclosure.cells import (
    Basis,
    CellKey,
    MeasurementStatus,
    ReleasedCell,
    SuppressionRule,
)
from allocation.disclosure.complementary import Choice
from allocation.disclosure.drafts import Draft
from allocation.disclosure.primary import Rules, half_step
from allocation.disclosure.relations import Relation
from allocation.disclosure.structure import Measure
from allocation.disclosure.tables import Known, Protection, Quantity, Sum, Table

COUNT_WIDTH = 3
"""A protected number of children must stay open over at least this many steps."""
OUTCOME_WIDTH = 1
"""And how many of a small group are counted must not be known exactly."""
_UNTOLD = Basis(0, 0)
_EDGE = 1e-7  # a share that rounds up at exactly half lies just outside the interval of the lower percent


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps an indicator's figures to shares of 0 to 1, which add up by size just as the figures do."""

    low: float = 0.0
    high: float = 100.0

    def share(self, figure: float) -> float:
        return (figure - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Part:
    """Cells that are linked by sums, apart from all others. `keys` holds None for what nobody publishes."""

    keys: tuple[CellKey | None, ...]
    places: tuple[CellKey, ...]
    """The cell itself or, for a rest, the parent it is left over from: where to look when it is known."""
    relations: tuple[Relation, ...]
    bases: tuple[Basis | None, ...]
    sums: tuple[Sum, ...]
    measure: Measure
    scale: Scale
    index: Mapping[CellKey, int] = field(repr=False)

    def table(self, drafts: Mapping[CellKey, Draft], rules: Rules) -> Table:
        """What a reader of the drafts as they stand would know."""
        shown = (drafts[key].cell if key and key in drafts else None for key in self.keys)
        return Table(tuple(known(cell, self, rules) for cell in shown), self.sums, self.ceiling)

    @cached_property
    def ceiling(self) -> float:
        """Four times the largest group, and never so low that small unknown groups would be bounded by it."""
        return 4.0 * max(100.0, *(each.size for each in self.bases if each), 0.0)

    def choices(self, drafts: Mapping[CellKey, Draft], rules: Rules) -> dict[int, Choice]:
        """The cells that may still be withheld, the loss being the number of children no longer told of."""
        found = {}
        for place, key in enumerate(self.keys):
            each = drafts.get(key) if key else None
            if each and each.basis and not each.is_fixed and each.cell.is_shown:
                loss = each.basis.size * (10.0 if key and key.is_total else 1.0)
                found[place] = Choice(loss, Known(size_low=rules.minimum))
        return found

    def protections(self, drafts: Mapping[CellKey, Draft], rules: Rules) -> list[Protection]:
        """Every number in this part that a reader must not come near."""
        found: list[Protection] = []
        for place, key in enumerate(self.keys):
            each = drafts.get(key) if key else None
            found += self._of_cell(place, each, rules)
        for total in self.sums:
            found += self._of_union(total, drafts, rules)
        return found

    def _of_cell(self, place: int, draft: Draft | None, rules: Rules) -> list[Protection]:
        basis = self.bases[place]
        if basis is None:
            return self._of_source(place, draft.cell) if draft else []
        if draft and draft.cell.already_public:
            return []
        if basis.size < rules.minimum:
            return self._of_small((place,)) if basis.size or draft else []
        if self.measure is not Measure.SHARE:
            return []
        few = ((Quantity.COUNT, basis.count), (Quantity.REMAINDER, basis.size - basis.count))
        return [Protection((place,), what, COUNT_WIDTH) for what, size in few if size < rules.minimum]

    def _of_small(self, places: tuple[int, ...]) -> list[Protection]:
        found = [Protection(places, Quantity.SIZE, COUNT_WIDTH)]
        if self.measure is not Measure.COUNT:
            found += [
                Protection(places, what, OUTCOME_WIDTH) for what in (Quantity.COUNT, Quantity.REMAINDER)
            ]
        return found

    def _of_source(self, place: int, cell: ReleasedCell) -> list[Protection]:
        """What was withheld before it reached us is not to follow from what we add."""
        if cell.status is not MeasurementStatus.SUPPRESSED_AT_SOURCE:
            return []
        wanted = [] if cell.denominator is not None else [Quantity.SIZE]
        if self.measure is not Measure.COUNT and cell.numerator is None:
            wanted += [Quantity.COUNT, Quantity.REMAINDER]
        return [Protection((place,), what, OUTCOME_WIDTH) for what in wanted]

    def _of_union(self, each: Sum, drafts: Mapping[CellKey, Draft], rules: Rules) -> list[Protection]:
        """Small groups of one breakdown taken together, while they are still a small group."""
        small = [
            (place, basis.size)
            for place in each.parts
            if (basis := self.bases[place])
            and basis.size < rules.minimum
            and not self._is_public(place, drafts)
        ]
        together = sum(size for _, size in small)
        if len(small) < 2 or not 0 < together < rules.minimum:
            return []
        return self._of_small(tuple(place for place, _ in small))

    def _is_public(self, place: int, drafts: Mapping[CellKey, Draft]) -> bool:
        key = self.keys[place]
        return key is not None and key in drafts and drafts[key].cell.already_public


def known(cell: ReleasedCell | None, part: Part, rules: Rules) -> Known:
    """What a reader who knows all the rules concludes from a cell as released."""
    if cell is None:
        return Known()
    sizes = (float(cell.size_low or 0), np.inf if cell.size_high is None else float(cell.size_high))
    if not cell.is_shown or part.measure is Measure.COUNT:
        return Known(*sizes)
    if cell.numerator is not None and cell.denominator:
        exact = cell.numerator / cell.denominator
        return Known(*sizes, exact, exact)
    if cell.value is None:
        bounds = (cell.low, cell.high)
        shares = [None if bound is None else part.scale.share(float(bound)) for bound in bounds]
        return Known(*sizes, 0.0 if shares[0] is None else shares[0], 1.0 if shares[1] is None else shares[1])
    around = half_step(cell.value)
    low, high = (part.scale.share(float(cell.value + sign * around)) for sign in (-1, 1))
    if not cell.already_public and part.measure is Measure.SHARE and cell.size_low:
        end = rules.end(cell.size_low) / 100
        low, high = max(low, end), min(high, 1 - end)
    return Known(*sizes, max(low, 0.0), min(high - _EDGE, 1.0))


def part_of(
    listed: Iterable[Relation], drafts: Mapping[CellKey, Draft], measure: Measure, scale: Scale
) -> Part:
    """Numbers the cells of linked relations and works out by how much each sum is off."""
    ordered = tuple(listed)
    index: dict[CellKey, int] = {}
    for relation in ordered:
        for key in (relation.parent, *relation.parts):
            index.setdefault(key, len(index))
    keys: list[CellKey | None] = list(index)
    places = list(index)
    found = [_scaled(drafts[key].basis, measure, scale) if key in drafts else None for key in index]
    _fill_unpublished(ordered, drafts, index, found)
    sums = []
    for relation in ordered:
        parent, parts = index[relation.parent], tuple(index[key] for key in relation.parts)
        off = _excess(found[parent], [found[part] for part in parts])
        if relation.has_rest:
            parts = (*parts, len(keys))
            keys.append(None)
            places.append(relation.parent if relation.dimension == "area" else relation.parts[0])
            found.append(_rest(off))
            off = (max(off[0], 0.0), max(off[1], 0.0)) if off else None
        sums.append(Sum(parent, parts, *(off or (0.0, 0.0))))
    return Part(tuple(keys), tuple(places), ordered, tuple(found), tuple(sums), measure, scale, index)


def _scaled(basis: Basis | None, measure: Measure, scale: Scale) -> Basis | None:
    if basis is None or measure is not Measure.MEAN:
        return basis
    return replace(basis, count=(basis.count - scale.low * basis.size) / (scale.high - scale.low))


def _fill_unpublished(
    listed: Iterable[Relation],
    drafts: Mapping[CellKey, Draft],
    index: Mapping[CellKey, int],
    found: list[Basis | None],
) -> None:
    """A parent that nobody publishes has the counts of its parts."""
    for relation in listed:
        parts = [found[index[key]] for key in relation.parts]
        counted = [each for each in parts if each]
        if relation.parent not in drafts and not relation.has_rest and len(counted) == len(parts):
            found[index[relation.parent]] = Basis(
                sum(each.size for each in counted), sum(each.count for each in counted)
            )


def _excess(parent: Basis | None, parts: list[Basis | None]) -> tuple[float, float] | None:
    """Parts less parent, in sizes and counts; None where a count is not known."""
    counted = [each for each in parts if each]
    if parent is None or len(counted) < len(parts):
        return None
    size = sum(each.size for each in counted) - parent.size
    return float(size), sum(each.count for each in counted) - parent.count


def _rest(off: tuple[float, float] | None) -> Basis | None:
    if off is None:
        return None
    return Basis(int(max(-off[0], 0.0)), max(-off[1], 0.0))


def scales(drafts: Mapping[CellKey, Draft], measures: Mapping[str, Measure]) -> dict[str, Scale]:
    """For each indicator of means: a scale wide enough for a withheld mean beyond all that are shown."""
    values: dict[str, list[float]] = defaultdict(list)
    for key, each in drafts.items():
        if measures.get(key.indicator) is Measure.MEAN and each.basis and each.basis.size:
            values[key.indicator].append(each.basis.count / each.basis.size)
    found = {}
    for indicator, listed in values.items():
        span = max(listed) - min(listed) or abs(listed[0]) or 1.0
        found[indicator] = Scale(min(listed) - span, max(listed) + span)
    return found


def withheld(cell: ReleasedCell, rules: Rules) -> ReleasedCell:
    """The cell as complementary suppression leaves it."""
    return ReleasedCell(
        cell.key,
        MeasurementStatus.SUPPRESSED,
        size_low=rules.minimum,
        rule=SuppressionRule.COMPLEMENTARY,
        reason="With this figure a reader could work out the figure of a smaller group by subtraction.",
    )


def dropped(cell: ReleasedCell) -> ReleasedCell:
    """The cell of a breakdown that is withheld as a whole: nothing tells small groups from large ones."""
    return ReleasedCell(
        cell.key,
        MeasurementStatus.SUPPRESSED,
        rule=SuppressionRule.COMPLEMENTARY,
        reason="This breakdown is withheld here for this period: it would give its small groups away.",
    )
