"""Awards in the 360Giving Data Standard 1.4, as JSON or CSV; where their dollars sit goes into classifications.

What the standard requires and an award lacks is told as a finding. Where no recipient is recorded, the fiscal agent
or the anchor entity stands for one; where there is none of them, the award cannot be told and is left out.
"""

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from api.exchange.escape import escaped
from api.exchange.exports.awards import Award, Book, Line, Party
from api.exchange.report import Example, ImportReport, Severity
from api.exchange.threesixty_titles import Path, column_title

__all__ = ["csv_of", "json_of"]

Tree = dict[str, object]
PREFIX: Final = "360G-"
SUBJECTS: Final = ("practice", "outcome", "population", "area")


def json_of(book: Book, report: ImportReport) -> bytes:
    """One object with the list `grants`, in UTF-8; amounts are numbers, exact up to 15 digits."""
    grants = [_plain(tree) for tree in _grants(book, report)]
    return (json.dumps({"grants": grants}, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def csv_of(book: Book, report: ImportReport) -> bytes:
    """One row a grant under the standard's column titles; a text that a spreadsheet would run is escaped."""
    rows = [dict(_leaves(tree, ())) for tree in _grants(book, report)]
    paths: dict[Path, None] = {}
    for row in rows:
        paths.update(dict.fromkeys(row))
    written = io.StringIO(newline="")
    table = csv.writer(written, lineterminator="\r\n")
    table.writerow(_title(path) for path in paths)
    for row in rows:
        table.writerow(escaped(row.get(path, "")) for path in paths)
    return written.getvalue().encode("utf-8")


def _grants(book: Book, report: ImportReport) -> Iterator[Tree]:
    for n, award in enumerate(book.awards, start=1):
        report.read += 1
        tree = _grant(book, award, n, report)
        if tree is not None:
            report.created += 1
            yield tree


def _grant(book: Book, award: Award, n: int, report: ImportReport) -> Tree | None:
    recipient = award.recipient or award.fiscal_agent or book.anchor
    if recipient is None:
        sentence = (
            "the standard needs a recipient; nobody is known to receive or hold its money, so it is left out"
        )
        report.reject("no-recipient", sentence, Example(n, "title", award.title))
        return None
    if award.recipient is None:
        sentence = "whoever holds the money stands for a recipient that is not recorded"
        report.add(Severity.WARNING, "fiscal-agent-as-recipient", sentence, Example(n, "title", award.title))
    _tell_gaps(award, n, report)
    tree: Tree = {
        "id": award.identifier or f"{book.slug}-{award.id}",
        "title": award.title,
        "description": award.description or award.title,
        "currency": award.currency,
        "amountAwarded": award.committed,
        "awardDate": (award.awarded_on or award.starts_on or book.made_on).isoformat(),
        "recipientOrganization": [_party(book, recipient, n, report)],
        "fundingOrganization": [_party(book, award.funder, n, report)],
    }
    if award.starts_on or award.ends_on:
        days = {"startDate": award.starts_on, "endDate": award.ends_on}
        tree["plannedDates"] = [{key: day.isoformat() for key, day in days.items() if day}]
    if award.programme:
        tree["grantProgramme"] = [{"title": award.programme}]
    classifications = _classifications(award)
    if classifications:
        tree["classifications"] = classifications
    if award.payments:
        tree["disbursementTransaction"] = [
            {
                "id": str(each.id),
                "transactionDate": each.on.isoformat(),
                "currency": award.currency,
                "value": each.amount,
            }
            for each in award.payments
        ]
    return tree


def _tell_gaps(award: Award, n: int, report: ImportReport) -> None:
    """What the standard asks for and the award lacks, and what the award has and the standard cannot hold."""
    told = (
        (
            not award.identifier,
            "no-identifier",
            "the award has no published identifier; one of ours stands for it",
        ),
        (
            bool(award.identifier) and not str(award.identifier).startswith(PREFIX),
            "no-360g-prefix",
            "the identifier does not begin with a publisher's prefix that is registered with 360Giving",
        ),
        (not award.description, "no-description", "the award has no description; its title stands for it"),
        (
            award.awarded_on is None,
            "no-award-date",
            "the award has no date; its start, or the day of this file, stands for it",
        ),
        (
            award.awarded_on_precision in {"MONTH", "YEAR"},
            "date-less-exact",
            "the award's date is known by its month or year alone; its first day stands for it",
        ),
        (award.has_more, "more-is-known", "what its publisher said beyond our own fields is not exported"),
        (
            award.disbursed != 0 and award.payments is None,
            "payments-not-for-you",
            "single payments are between the anchor and the award's funder, and are left out",
        ),
        (
            any(each.obligated for each in award.lines),
            "spent-as-obligated",
            "the standard has no word for what a line has spent; it is told with what is signed for",
        ),
    )
    for holds, code, sentence in told:
        if holds:
            severity = (
                Severity.NOTICE if code in {"no-identifier", "spent-as-obligated"} else Severity.WARNING
            )
            report.add(severity, code, sentence, Example(n, "title", award.title))


def _party(book: Book, party: Party, n: int, report: ImportReport) -> Tree:
    if party.identifier is None:
        sentence = "the organization has no identifier of a published list; one of ours stands for it"
        report.add(
            Severity.WARNING, "organization-without-identifier", sentence, Example(n, "name", party.name)
        )
    return {"id": party.identifier or f"{book.slug}-org-{party.id}", "name": party.name}


def _classifications(award: Award) -> list[Tree]:
    """The award's use, and one classification for each thing that a line names; `line` joins those of one line."""
    found: list[Tree] = [{"vocabulary": "c2c-use", "code": award.use, "title": award.use}]
    for number, line in enumerate((each for each in award.lines if each.is_targeted), start=1):
        figures = _figures(line, number)
        for subject in SUBJECTS:
            named = getattr(line, subject)
            if named:
                found.append({"vocabulary": f"c2c-{subject}", "title": named, "description": figures})
        found.append({"vocabulary": "c2c-use", "code": line.use, "title": line.use, "description": figures})
    return found


def _figures(line: Line, number: int) -> str:
    pairs = [("line", str(number)), ("amount", f"{line.amount:.2f}")]
    if line.obligated:
        pairs.append(("obligated", f"{line.obligated:.2f}"))
    if line.fiscal_year:
        pairs.append(("fiscal_year", str(line.fiscal_year)))
    return ";".join(f"{key}={value}" for key, value in pairs)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _leaves(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from _leaves(inner, (*path, n))
    elif value is not None:
        yield path, f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def _title(path: Path) -> str:
    """The column's title, with the place in a list where it is not the first."""
    head, *rest = column_title(path).split(":")
    place = next((step for step in path if isinstance(step, int)), 0)
    return ":".join([head, *([str(place)] if place else []), *rest])
