"""Which sums may not be offered, because they would undo what a publishing body withheld."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from allocation.disclosure.cells import CellKey, MeasurementStatus, ReleasedCell
from allocation.disclosure.relations import relations
from allocation.disclosure.structure import Structure

_WITHHELD = (MeasurementStatus.SUPPRESSED, MeasurementStatus.SUPPRESSED_AT_SOURCE)


@dataclass(frozen=True, slots=True)
class WithheldSum:
    """A derived figure that would be a withheld one: `of` summed, less `less`, is the sum of `reveals`.

    `is_exposed`: the published counts are all there, so that the publishing body itself lets a reader work
    out the single cell of `reveals`. We cannot take that back; we do not do it for the reader either.
    """

    of: tuple[CellKey, ...]
    less: tuple[CellKey, ...]
    reveals: tuple[CellKey, ...]
    is_exposed: bool

    @property
    def reason(self) -> str:
        named = " and ".join(str(key) for key in self.reveals)
        return f"This sum is the withheld figure of {named}, so it is not offered."


def withheld_sums(cells: Iterable[ReleasedCell], structure: Structure) -> tuple[WithheldSum, ...]:
    """For every sum with withheld cells: the difference (or the total) that equals exactly those."""
    by_key = {cell.key: cell for cell in cells}
    found = []
    for relation in relations(by_key, structure):
        members = (relation.parent, *relation.parts)
        if relation.has_rest or any(key not in by_key for key in members):
            continue
        hidden = tuple(key for key in relation.parts if _is_withheld(by_key[key]))
        if _is_withheld(by_key[relation.parent]):
            of, less = relation.parts, frozenset[CellKey]()
            reveals: tuple[CellKey, ...] = () if hidden else (relation.parent,)
        else:
            of, less, reveals = (relation.parent,), frozenset(relation.parts) - set(hidden), hidden
        if reveals:
            told = [by_key[key] for key in (*of, *less)]
            exposed = len(reveals) == 1 and _tells(told, by_key[reveals[0]])
            found.append(WithheldSum(of, tuple(sorted(less, key=str)), reveals, exposed))
    return tuple(found)


def refusal(
    sums: Iterable[WithheldSum], of: Collection[CellKey], less: Collection[CellKey] = ()
) -> WithheldSum | None:
    """The reason not to offer the sum of `of` less the sum of `less`; None where it may be offered.

    Refused is also any difference that leaves only some of the withheld cells: a total less everything else.
    """
    for each in sums:
        if set(each.of) == set(of) and set(each.less) <= set(less):
            return each
    return None


def _is_withheld(cell: ReleasedCell) -> bool:
    return cell.status in _WITHHELD


def _tells(told: Iterable[ReleasedCell], hidden: ReleasedCell) -> bool:
    """Whether the size, or the count, of the hidden cell follows from exact counts of all the others."""
    shown = list(told)
    size = hidden.denominator is None and all(cell.denominator is not None for cell in shown)
    return size or (hidden.numerator is None and all(cell.numerator is not None for cell in shown))
