"""Awards as one plain table: a row an award, with every figure that is public of it."""

import csv
import io
from typing import Final

from api.exchange.escape import escaped
from api.exchange.exports.awards import Award, Book, Party
from api.exchange.report import ImportReport, Severity

__all__ = ["csv_of"]

COLUMNS: Final = (
    *("identifier", "title", "description", "programme", "funder", "funder_identifier", "funder_kind"),
    *("recipient", "recipient_identifier", "fiscal_agent", "use", "currency", "committed", "received"),
    *("disbursed", "spent", "awarded_on", "awarded_on_precision", "starts_on", "ends_on"),
)


def csv_of(book: Book, report: ImportReport) -> bytes:
    """UTF-8 with a heading; a text that a spreadsheet would run is escaped."""
    written = io.StringIO(newline="")
    table = csv.writer(written, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for award in book.awards:
        report.read += 1
        report.created += 1
        table.writerow(escaped(cell) for cell in _cells(award))
        if any(line.is_targeted for line in award.lines):
            sentence = "what an award's dollars are for is not in the plain table; 360Giving holds it"
            report.add(Severity.NOTICE, "lines-left-out", sentence)
    return written.getvalue().encode("utf-8")


def _cells(award: Award) -> list[str]:
    def name(party: Party | None) -> str:
        return party.name if party else ""

    def identifier(party: Party | None) -> str:
        return (party.identifier or "") if party else ""

    said = (
        *(award.identifier, award.title, award.description, award.programme, award.funder.name),
        *(identifier(award.funder), award.funder_kind, name(award.recipient), identifier(award.recipient)),
        *(name(award.fiscal_agent), award.use, award.currency, *_figures(award), award.awarded_on),
        *(award.awarded_on_precision, award.starts_on, award.ends_on),
    )
    return ["" if each is None else str(each) for each in said]


def _figures(award: Award) -> tuple[str, ...]:
    return tuple(f"{each:.2f}" for each in (award.committed, award.received, award.disbursed, award.spent))
