"""What is wrong with raw cells: each fault is a finding that names the cell, and the cell is not used."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from allocation.disclosure.cells import Basis, CellKey, Finding, MeasurementStatus, RawCell
from allocation.disclosure.structure import Measure, Structure

_VALUE_TOLERANCE = Decimal("0.51")


@dataclass(frozen=True)
class Checked:
    """One cell a key. `faulty` holds the keys whose figure contradicts itself, with what is wrong."""

    cells: dict[CellKey, RawCell]
    faulty: dict[CellKey, str]
    findings: list[Finding]


def checked(cells: Iterable[RawCell], structure: Structure) -> Checked:
    """Takes one cell a key (a published one before one of our own) and looks for contradictions."""
    by_key: dict[CellKey, list[RawCell]] = defaultdict(list)
    for cell in cells:
        by_key[cell.key].append(cell)
    result = Checked({}, {}, [])
    for key, listed in by_key.items():
        result.cells[key] = _one_of(key, listed, result)
        fault = _fault(result.cells[key], structure.measure(key.indicator))
        if fault:
            result.findings.append(Finding(fault[0], f"{key}: {fault[1]}", key))
            if not result.cells[key].already_public:
                result.faulty[key] = fault[1]
    return result


def _one_of(key: CellKey, listed: list[RawCell], result: Checked) -> RawCell:
    public = [cell for cell in listed if cell.already_public]
    if len(listed) > 1:
        result.findings.append(Finding("DUPLICATE", f"{key}: recorded {len(listed)} times.", key))
    if len(set(public or listed)) > 1:
        result.faulty[key] = f"recorded {len(listed)} times with different figures; keep the right one."
    return (public or listed)[0]


def _fault(cell: RawCell, measure: Measure) -> tuple[str, str] | None:
    numerator, denominator = cell.numerator, cell.denominator
    if any(number is not None and number < 0 for number in (numerator, denominator)):
        return "NEGATIVE", "a number of children cannot be negative."
    if any(number is not None and not number.is_finite() for number in (cell.value, cell.low, cell.high)):
        return "NOT_A_NUMBER", "the value is not a finite number."
    if measure is not Measure.SHARE:
        return None
    if numerator is not None and denominator is not None and numerator > denominator:
        return "INCONSISTENT", f"the numerator {numerator} is above the denominator {denominator}."
    if cell.value is not None and not 0 <= cell.value <= 100:
        return "OUT_OF_RANGE", f"the share {cell.value} is not a percent from 0 to 100."
    return _disagreement(cell)


def _disagreement(cell: RawCell) -> tuple[str, str] | None:
    if cell.value is None or cell.numerator is None or not cell.denominator:
        return None
    reckoned = Decimal(100 * cell.numerator) / cell.denominator
    if abs(reckoned - cell.value) <= _VALUE_TOLERANCE:
        return None
    return (
        "VALUE_DISAGREES",
        f"the value {cell.value} is not {cell.numerator} of {cell.denominator} ({reckoned:.1f} percent).",
    )


def basis_of(cell: RawCell, measure: Measure) -> Basis | None:
    """The counts behind a figure, or None where they are not recorded. Not applicable is nobody."""
    if cell.status is MeasurementStatus.NOT_APPLICABLE:
        return Basis(0, 0)
    size = cell.denominator
    if measure is Measure.COUNT:
        size = int(cell.value) if size is None and cell.value is not None else size
        return None if size is None else Basis(size, 0)
    if size is None:
        return None
    if measure is Measure.MEAN:
        return Basis(size, float(cell.value) * size) if cell.value is not None else _nobody(size)
    if cell.numerator is not None:
        return Basis(size, cell.numerator)
    if cell.value is None:
        return _nobody(size)
    return Basis(size, int((cell.value * size / 100).quantize(Decimal(1), ROUND_HALF_UP)))


def _nobody(size: int) -> Basis | None:
    return Basis(0, 0) if size == 0 else None
