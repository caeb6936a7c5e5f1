"""Builds a release, once, from raw cells and the release before it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from allocation.disclosure.cells import Basis, CellKey, DisclosureError, Finding, RawCell, ReleasedCell
from allocation.disclosure.checks import Checked, checked
from allocation.disclosure.drafts import Draft, bases, draft, nobody
from allocation.disclosure.gate import AuditSummary, Dropped, Gate
from allocation.disclosure.primary import LEAST_MINIMUM, Rules
from allocation.disclosure.relations import absent
from allocation.disclosure.structure import Structure
from allocation.disclosure.successive import Earlier, carried

NOBODY = Basis(0, 0)


@dataclass(frozen=True)
class Release:
    """What readers may see: immutable. `basis` stays with the raw figures and is never shown."""

    cells: Mapping[CellKey, ReleasedCell]
    dropped: tuple[Dropped, ...]
    audit: AuditSummary
    findings: tuple[Finding, ...]
    minimum: int
    basis: Mapping[CellKey, Basis] = field(repr=False, default_factory=dict)


def release(
    cells: Iterable[RawCell],
    structure: Structure,
    minimum: int = LEAST_MINIMUM,
    previous: Release | None = None,
    *,
    exact_sizes: bool = False,
) -> Release:
    """The release of these cells, after `previous`.

    Of an indicator and period in which no count has changed everything stands, so that it is not judged again.
    `exact_sizes` tells group sizes exactly instead of in steps of the minimum, at the price of more cells
    withheld. Errors: DisclosureError where the minimum is under ten or under the previous release's.
    """
    if previous and minimum < previous.minimum:
        raise DisclosureError(
            f"The minimum group size may be raised, not lowered: it was {previous.minimum}, not {minimum}."
        )
    rules = Rules(minimum, 1 if exact_sizes else minimum)
    sound = checked(cells, structure)
    fresh = {key: draft(raw, sound, structure, rules) for key, raw in sound.cells.items()}
    standing = _standing(fresh, previous, rules)
    drafts = _drafts(fresh, sound, structure, rules, previous=previous)
    gate = Gate({key: each for key, each in drafts.items() if _table(key) not in standing}, structure, rules)
    gate.close()
    drafts |= gate.drafts
    return Release(
        MappingProxyType({key: each.cell for key, each in drafts.items()}),
        tuple(gate.dropped),
        gate.summary(),
        (*sound.findings, *gate.findings),
        minimum,
        MappingProxyType(bases(drafts)),
    )


def _drafts(
    fresh: Mapping[CellKey, Draft],
    sound: Checked,
    structure: Structure,
    rules: Rules,
    previous: Release | None,
) -> dict[CellKey, Draft]:
    drafts = dict(fresh)
    before = {key: previous.cells[key] for key in previous.basis} if previous else {}
    own = [key for key, each in drafts.items() if not each.cell.already_public]
    for key in absent([*own, *before], structure):
        drafts.setdefault(key, nobody(key, rules))
    if previous is None:
        return drafts
    touched = {
        _table(key)
        for key, basis in previous.basis.items()
        if key in drafts and drafts[key].basis not in (None, basis)
    }
    for key, cell in before.items():
        earlier = Earlier(cell, previous.basis[key], previous.minimum)
        if key in drafts:
            is_touched = _table(key) in touched
            measure = structure.measure(key.indicator)
            drafts[key] = carried(drafts[key], earlier, measure, rules, is_touched=is_touched)
        else:
            drafts[key] = Draft(cell, earlier.basis, is_fixed=True)
            sound.findings.append(Finding("VANISHED", f"{key}: released before, not recorded any more.", key))
    return drafts


def _standing(fresh: Mapping[CellKey, Draft], previous: Release | None, rules: Rules) -> set[tuple[str, str]]:
    """Indicators and periods whose every cell has the counts that it was released from under the same minimum."""
    if previous is None or previous.minimum != rules.minimum:
        return set()
    changed = {_table(key) for key in {*previous.basis, *fresh} if not _stands(key, fresh.get(key), previous)}
    return {_table(key) for key in previous.basis} - changed


def _stands(key: CellKey, each: Draft | None, previous: Release) -> bool:
    if each is None:
        return previous.basis[key] == NOBODY
    if each.cell.already_public:
        return previous.cells.get(key) == each.cell
    return each.basis is not None and previous.basis.get(key) == each.basis


def _table(key: CellKey) -> tuple[str, str]:
    """What adds up only with its like."""
    return key.indicator, key.period
