"""Makes one file of awards, in the rights of whoever asks for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.exports import iati, plain, threesixty
from api.exchange.exports.awards import Book, read_book
from api.exchange.report import ImportReport
from models.exports import ExportFormat

__all__ = ["KINDS", "Kind", "make_file"]


@dataclass(frozen=True, slots=True)
class Kind:
    """How a format is written, and how a browser is told of it."""

    write: Callable[[Book, ImportReport], bytes]
    ending: str
    media_type: str


KINDS: Mapping[ExportFormat, Kind] = {
    ExportFormat.THREESIXTY_JSON: Kind(threesixty.json_of, "json", "application/json"),
    ExportFormat.THREESIXTY_CSV: Kind(threesixty.csv_of, "csv", "text/csv; charset=utf-8"),
    ExportFormat.IATI: Kind(iati.xml_of, "xml", "application/xml"),
    ExportFormat.CSV: Kind(plain.csv_of, "csv", "text/csv; charset=utf-8"),
}


async def make_file(
    session: AsyncSession,
    partnership_id: UUID,
    form: ExportFormat,
    funder_id: UUID | None,
    *,
    sees_payments: Callable[[UUID], bool],
) -> tuple[bytes, ImportReport]:
    """The file, and what it could not carry; `created` counts the awards in it, `rejected` those left out."""
    book = await read_book(session, partnership_id, funder_id, sees_payments)
    kind = KINDS[form]
    report = ImportReport(f"{book.slug}-{form.value.lower().replace('_', '-')}.{kind.ending}", form.value)
    return kind.write(book, report), report
