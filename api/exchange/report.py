"""What an import met: counts of records, and findings gathered by kind with a few examples of each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TypedDict

MOST_EXAMPLES = 5
MOST_ROWS = 5_000  # rows of which a preview tells what would become of each
LONGEST_VALUE = 200


class Severity(StrEnum):
    """ERROR rejects the row; WARNING keeps it and asks a person to look; NOTICE says what was done."""

    ERROR = "ERROR"
    WARNING = "WARNING"
    NOTICE = "NOTICE"


class ExampleJson(TypedDict):
    """Where one case of a finding stands."""

    row: int | None
    field: str | None
    value: str | None


class FindingJson(TypedDict):
    """A finding as it is written out; `share` is count divided by the rows read."""

    severity: str
    code: str
    message: str
    count: int
    share: float | None
    examples: list[ExampleJson]


class RowJson(TypedDict):
    """What would become of one row; a rejected one has a code, a message, and perhaps a field with its value."""

    row: int | None
    action: str
    code: str | None
    message: str | None
    field: str | None
    value: str | None


class ReportJson(TypedDict):
    """The whole report as it is written out."""

    file: str
    format: str
    read: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    findings: list[FindingJson]


@dataclass(frozen=True, slots=True)
class Example:
    """One place where a finding was made: the row as a person sees it, the file's field, its value."""

    row: int | None
    field: str | None
    value: str | None


@dataclass(slots=True)
class Finding:
    """All cases of one code; the message is the first case's, the examples the first five."""

    severity: Severity
    code: str
    message: str
    count: int = 0
    examples: list[Example] = field(default_factory=list)

    def to_json(self, read: int) -> FindingJson:
        """`read` is the number of rows that shares are of; unknown (null) where none was read."""
        share = float(round(Decimal(self.count) / read, 6)) if read else None
        return {
            "severity": self.severity.value,
            "code": self.code,
            "message": self.message,
            "count": self.count,
            "share": share,
            "examples": [{"row": e.row, "field": e.field, "value": e.value} for e in self.examples],
        }


@dataclass(slots=True)
class ImportReport:
    """The report of one file. Readers count `read` and `rejected`; whoever stores counts the rest."""

    file: str
    format: str
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    rows: list[RowJson] | None = None
    _findings: dict[tuple[Severity, str], Finding] = field(default_factory=dict)

    def tell_row(
        self, row: int | None, action: str, fault: Finding | None = None, at: Example | None = None
    ) -> None:
        """Keeps what became of one row, where rows are asked for: `rows` is a list then, of at most MOST_ROWS."""
        if self.rows is None or len(self.rows) >= MOST_ROWS:
            return
        self.rows.append(
            {
                "row": row,
                "action": action,
                "code": fault.code if fault else None,
                "message": fault.message if fault else None,
                "field": at.field if at else None,
                "value": at.value if at else None,
            }
        )

    def __iter__(self) -> Iterator[Finding]:
        """The findings, the gravest first, then by code."""
        order = list(Severity)
        return iter(sorted(self._findings.values(), key=lambda f: (order.index(f.severity), f.code)))

    @property
    def has_errors(self) -> bool:
        """Whether any row was rejected."""
        return any(severity is Severity.ERROR for severity, _ in self._findings)

    def add(self, severity: Severity, code: str, message: str, example: Example | None = None) -> None:
        """Counts one case; a long value is cut to 200 characters."""
        finding = self._findings.setdefault((severity, code), Finding(severity, code, message))
        finding.count += 1
        if example is not None and len(finding.examples) < MOST_EXAMPLES:
            finding.examples.append(_shortened(example))
        if severity is Severity.ERROR and self.rows is not None:
            place = _shortened(example) if example else None
            self.tell_row(place.row if place else None, "rejected", Finding(severity, code, message), place)

    def reject(self, code: str, message: str, example: Example | None = None) -> None:
        """Counts one rejected row with its reason."""
        self.rejected += 1
        self.add(Severity.ERROR, code, message, example)

    def to_json(self) -> ReportJson:
        """The report in the shape that `import --json` prints."""
        return {
            "file": self.file,
            "format": self.format,
            "read": self.read,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "findings": [finding.to_json(self.read) for finding in self],
        }


def _shortened(example: Example) -> Example:
    if example.value is None or len(example.value) <= LONGEST_VALUE:
        return example
    return Example(example.row, example.field, example.value[:LONGEST_VALUE] + "…")
