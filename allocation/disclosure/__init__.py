"""The one gate through which a figure about a group of children leaves: a release made from raw counts."""

from allocation.disclosure.at_source import WithheldSum, refusal, withheld_sums
from allocation.disclosure.cells import (
    TOTAL,
    Basis,
    CellKey,
    DisclosureError,
    Finding,
    MeasurementStatus,
    RawCell,
    ReleasedCell,
    SuppressionRule,
)
from allocation.disclosure.gate import AuditSummary, Dropped
from allocation.disclosure.primary import Primary, primary
from allocation.disclosure.release import Release, release
from allocation.disclosure.structure import AreaParts, Dimension, Intersection, Measure, Structure

__all__ = [
    "TOTAL",
    "AreaParts",
    "AuditSummary",
    "Basis",
    "CellKey",
    "Dimension",
    "DisclosureError",
    "Dropped",
    "Finding",
    "Intersection",
    "Measure",
    "MeasurementStatus",
    "Primary",
    "RawCell",
    "Release",
    "ReleasedCell",
    "Structure",
    "SuppressionRule",
    "WithheldSum",
    "primary",
    "refusal",
    "release",
    "withheld_sums",
]
