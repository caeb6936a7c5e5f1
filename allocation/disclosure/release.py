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

    `exact_sizes` tells group sizes exactly instead of in steps of the minimum, at the price of more cells
    withheld. Errors: DisclosureError where the minimum is under ten or under the previous release's.
    """
    if previous and minimum < previous.minimum:
        raise DisclosureError(
            f"The minimum group size may be raised, not lowered: it was {previous.minimum}, not {minimum}."
        )
    rules = Rules(minimum, 1 if exact_sizes else minimum)
    sound = checked(cells, structure)
    drafts = _drafts(sound, structure, rules, previous)
    gate = Gate(drafts, structure, rules)
    gate.close()
    return Release(
        MappingProxyType({key: each.cell for key, each in drafts.items()}),
        tuple(gate.dropped),
        gate.summary(),
        (*sound.findings, *gate.findings),
        minimum,
        MappingProxyType(bases(drafts)),
    )


def _drafts(
    sound: Checked, structure: Structure, rules: Rules, previous: Release | None
) -> dict[CellKey, Draft]:
    drafts = {key: draft(raw, sound, structure, rules) for key, raw in sound.cells.items()}
    before = {key: previous.cells[key] for key in previous.basis} if previous else {}
    own = [key for key, each in drafts.items() if not each.cell.already_public]
    for key in absent([*own, *before], structure):
        drafts.setdefault(key, nobody(key, rules))
    if previous is None:
        return drafts
    touched = {
        (key.indicator, key.period)
        for key, basis in previous.basis.items()
        if key in drafts and drafts[key].basis not in (None, basis)
    }
    for key, cell in before.items():
        earlier = Earlier(cell, previous.basis[key], previous.minimum)
        if key in drafts:
            is_touched = (key.indicator, key.period) in touched
            measure = structure.measure(key.indicator)
            drafts[key] = carried(drafts[key], earlier, measure, rules, is_touched=is_touched)
        else:
            drafts[key] = Draft(cell, earlier.basis, is_fixed=True)
            sound.findings.append(Finding("VANISHED", f"{key}: released before, not recorded any more.", key))
    return drafts
