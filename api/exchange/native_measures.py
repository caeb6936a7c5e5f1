"""Builds bills, rules and bylaws from a table in any layout: a city's agenda, another legislature's download."""

from typing import Final

from api.exchange import codelists
from api.exchange.errors import CellError
from api.exchange.reading import Reading
from api.exchange.records_measures import MeasureRecord, Named, Referral, Sponsor
from api.exchange.text import cell_text
from api.exchange.values import one_of

NEEDED: Final = ("jurisdiction", "identifier", "title")
OPTIONAL: Final = (
    *("session", "summary", "status", "introduced_on", "last_action_on", "last_action", "delivered_on"),
    *("sponsors", "committees", "same_as", "refiled_from", "source_url"),
)
LONGEST: Final = {"jurisdiction": 200, "identifier": 100, "title": 2000, "session": 100, "status": 200}
LONGEST_SUMMARY: Final = 100_000


def measure(r: Reading) -> MeasureRecord:
    """One measure. A status that is none of ours, and has no alias, is kept as published and is UNKNOWN."""
    for field, longest in {**LONGEST, "summary": LONGEST_SUMMARY}.items():
        _check_length(r, field, longest)
    published = r.entry.published.get("status") or cell_text(r.entry.cells.get("status", "")) or "UNKNOWN"
    return MeasureRecord(
        row=r.entry.row,
        jurisdiction=r.needed_name("jurisdiction"),
        identifier=r.needed_name("identifier"),
        title=r.needed_name("title"),
        session=r.name("session"),
        summary=r.prose("summary"),
        status=_status(r),
        status_as_published=published[: LONGEST["status"]],
        introduced_on=r.day("introduced_on"),
        last_action_on=r.day("last_action_on"),
        last_action=r.prose("last_action"),
        delivered_on=r.day("delivered_on"),
        source_url=r.name("source_url"),
        sponsors=tuple(Sponsor(each) for each in r.names("sponsors")) if _has(r, "sponsors") else None,
        committees=(
            tuple(Referral(each, None, None) for each in r.names("committees"))
            if _has(r, "committees")
            else None
        ),
        same_as=_named(r, "same_as"),
        refiled_from=_named(r, "refiled_from"),
    )


def _has(r: Reading, field: str) -> bool:
    return field in r.entry.cells


def _check_length(r: Reading, field: str, longest: int) -> None:
    written = r.text(field)
    if len(written) > longest:
        sentence = f"a text here has at most {longest:,} characters, this one {len(written):,}"
        r.faults.add("too-long", sentence, r.column(field), written)


def _status(r: Reading) -> str:
    written = r.text("status")
    try:
        return one_of(written, codelists.MEASURE_STATUSES) if written else "UNKNOWN"
    except CellError:
        sentence = (
            "the status is none that is known; it is kept as published, and an alias can say what it means"
        )
        r.faults.warn("unknown-status", sentence, r.column("status"), written)
        return "UNKNOWN"


def _named(r: Reading, field: str) -> tuple[Named, ...] | None:
    """`IDENTIFIER` of the same session, or `IDENTIFIER@SESSION`."""
    if not _has(r, field):
        return None
    parts = (each.partition("@") for each in r.names(field))
    own = r.name("session")
    return tuple(Named(identifier.strip(), session.strip() or own) for identifier, _, session in parts)
