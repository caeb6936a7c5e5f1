"""Investments from any table that a recipe describes."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from api.exchange.codelists import CURRENCIES, PRECISIONS, REGRANT_TYPES, USES
from api.exchange.entries import entries
from api.exchange.errors import CellError
from api.exchange.files import Source
from api.exchange.identity import Occurrences, identified
from api.exchange.reading import Faults, Reading, check_fields
from api.exchange.recipes import Recipe
from api.exchange.records_money import InvestmentRecord
from api.exchange.report import Example, ImportReport, Severity
from api.exchange.text import cell_text

FIELDS = frozenset(
    (
        *("publisher", "identifier", "title", "description", "funder", "funder_identifier", "recipient"),
        *("recipient_identifier", "fiscal_agent", "fiscal_agent_identifier", "regrant_type", "amount"),
        *(
            "currency",
            "awarded_on",
            "awarded_on_precision",
            "starts_on",
            "ends_on",
            "programme",
            "use",
            "note",
        ),
    )
)
NEEDED = ("funder", "amount", "currency")
LONGEST_TITLE = 200
REDUCED_DATE = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2]))?", re.ASCII)


def read_investments(source: Source, recipe: Recipe, report: ImportReport) -> Iterator[InvestmentRecord]:
    """Yields the file's awards. Columns that no field takes are kept in `extra`."""
    check_fields(recipe, FIELDS, NEEDED)
    seen = Occurrences()
    for entry in entries(source, recipe, report):
        reading = Reading(entry, recipe, report)
        if _has_no_amount(reading):
            example = Example(
                entry.row, reading.column("amount"), cell_text(entry.cells.get("amount", "")) or None
            )
            report.add(Severity.NOTICE, "no-amount", "cells without an amount make no investment", example)
            continue
        draft = _investment(reading)
        if not reading.faults.rejected():
            check_amount(draft.amount, reading.faults, reading.column("amount"))
            yield identified(draft, seen)


def check_amount(amount: Decimal, faults: Faults, field: str) -> None:
    """Warns of a zero or negative award, which publishers use for cancellations and corrections."""
    if amount == 0:
        faults.warn("zero-amount", "the award is of 0", field, str(amount))
    if amount < 0:
        faults.warn("negative-amount", "the award is negative", field, str(amount))


def currency_code(text: str) -> str:
    """An ISO 4217 code as written, in capitals. CellError `not-a-currency`."""
    if text not in CURRENCIES:
        raise CellError("not-a-currency", "a currency is a code of ISO 4217 in capitals, such as USD")
    return text


def checked_term(starts: date | None, ends: date | None, faults: Faults, field: str) -> date | None:
    """The end, unless it comes before the start: then none, with a warning."""
    if starts is not None and ends is not None and ends < starts:
        sentence = "the end comes before the start; the end is left out"
        faults.warn("ends-before-start", sentence, field, f"{starts} to {ends}")
        return None
    return ends


def _investment(reading: Reading) -> InvestmentRecord:
    amount = reading.need("amount", reading.amount_of)
    currency = reading.need("currency", currency_code)
    awarded_on, precision = _awarded(reading)
    starts_on, ends_on = reading.day("starts_on"), reading.day("ends_on")
    description = reading.prose("description")
    recipient = reading.name("recipient")
    return InvestmentRecord(
        row=reading.entry.row,
        title=_title(reading, description, recipient),
        amount=amount or Decimal(0),
        currency=currency or "",
        content_sha256=b"",
        fingerprint_sha256=b"",
        occurrence=0,
        publisher=reading.name("publisher"),
        identifier=reading.name("identifier"),
        description=description,
        funder_name=reading.needed_name("funder"),
        funder_identifier=reading.name("funder_identifier"),
        recipient_name=recipient,
        recipient_identifier=reading.name("recipient_identifier"),
        fiscal_agent_name=reading.name("fiscal_agent"),
        fiscal_agent_identifier=reading.name("fiscal_agent_identifier"),
        regrant_type=reading.choice("regrant_type", REGRANT_TYPES),
        awarded_on=awarded_on,
        awarded_on_precision=precision,
        starts_on=starts_on,
        ends_on=checked_term(starts_on, ends_on, reading.faults, reading.column("ends_on")),
        programme=reading.name("programme"),
        use=reading.choice("use", USES),
        note=reading.prose("note"),
        extra=reading.extra(),
    )


def _has_no_amount(reading: Reading) -> bool:
    published = cell_text(reading.entry.cells.get("amount", ""))
    spread = reading.recipe.unpivot is not None
    return published in reading.recipe.words.not_applicable or (spread and not reading.text("amount"))


def _awarded(reading: Reading) -> tuple[date | None, str | None]:
    stated = reading.choice("awarded_on_precision", PRECISIONS)
    reduced = REDUCED_DATE.fullmatch(reading.text("awarded_on"))
    if reduced and not reading.recipe.date_formats and 1800 <= int(reduced[1]) <= 2200:
        precision = "MONTH" if reduced[2] else "YEAR"
        return date(int(reduced[1]), int(reduced[2] or 1), 1), precision
    day = reading.day("awarded_on")
    return day, None if day is None else stated or "DAY"


def _title(reading: Reading, description: str | None, recipient: str | None) -> str:
    title = reading.name("title")
    if title:
        return title
    made = " ".join((description or recipient or reading.text("programme") or "Untitled").split())
    return made if len(made) <= LONGEST_TITLE else made[: LONGEST_TITLE - 1].rstrip() + "…"
