"""Intervention reports: a rater's word on all studies of a practice, from the What Works Clearinghouse's file."""

from collections.abc import Iterator
from dataclasses import replace

from api.exchange.entries import Entry, entries
from api.exchange.files import Source
from api.exchange.reading import Reading, check_fields
from api.exchange.recipes import Recipe
from api.exchange.records_evidence import ReportRecord
from api.exchange.report import ImportReport
from api.exchange.text import cell_text

COLUMNS = {
    "intervention": "InterventionID",
    "practice": "Intervention_Name",
    "outcome": "Outcome_Domain",
    "rating": "Effectiveness_Rating",
    "protocol": "Protocol",
    "protocol_version": "Protocol_Version",
    "study_count": "NumStudiesMeetingStandards",
    "eligible_study_count": "NumStudiesEligible",
    "sample_size": "Sample_Size_Intervention",
    "source_url": "Intervention_Page_URL",
}
FIELDS = frozenset(COLUMNS)
NEEDED = ("practice", "outcome")
MUST_STAND = frozenset({"practice", "outcome", "rating"})
NO_RATING = frozenset({"N/A"})


def read_reports(source: Source, recipe: Recipe, report: ImportReport) -> Iterator[ReportRecord]:
    """Yields the reports of the clearinghouse's own CSV; a recipe's aliases map its names to ours.

    A blank rating and "N/A" are no rating: the clearinghouse found no study that meets its standards.
    """
    full = replace(
        recipe,
        name=recipe.name or "wwc-reports",
        columns={field: (header,) for field, header in COLUMNS.items()} | dict(recipe.columns),
        must_stand=recipe.must_stand | (MUST_STAND - set(recipe.columns)),
    )
    check_fields(full, FIELDS, NEEDED)
    for entry in entries(source, full, report):
        reading = Reading(entry, full, report)
        record = _report(reading)
        if not reading.faults.rejected():
            yield record


def _report(reading: Reading) -> ReportRecord:
    entry = reading.entry
    rating = reading.name("rating")
    return ReportRecord(
        row=entry.row,
        identifier=_identifier(entry),
        practice=reading.needed_name("practice"),
        outcome=reading.name("outcome"),
        outcome_as_published=entry.published.get("outcome"),
        rating=None if rating in NO_RATING else rating,
        protocol=reading.name("protocol"),
        protocol_version=reading.name("protocol_version"),
        study_count=reading.count("study_count"),
        eligible_study_count=reading.count("eligible_study_count"),
        sample_size=reading.count("sample_size"),
        source_url=reading.name("source_url"),
        extra=reading.extra(),
    )


def _identifier(entry: Entry) -> str:
    """An intervention is reported once under a protocol's version for each outcome domain."""
    fields = ("intervention", "practice", "protocol", "protocol_version", "outcome")
    words = (entry.published.get(field) or cell_text(entry.cells.get(field, "")) for field in fields)
    return "|".join(words)
