"""Builds the record of what the community says, and refuses words that tell how to reach somebody."""

import re
from datetime import date

from api.exchange import codelists
from api.exchange.native_cells import needed_choice
from api.exchange.reading import Reading
from api.exchange.records_evidence import TestimonyRecord
from api.exchange.values import truth

LONGEST = 2000  # characters
# An email address, a handle, a web address, a telephone number or a number as long as one.
CONTACT = re.compile(r"\S@\S|(?<!\S)@\w|https?://|www\.|(?:\d[\s().+-]*){7,}", re.IGNORECASE)
HIDDEN = frozenset({"words", "occasion"})


def testimony(r: Reading) -> TestimonyRecord:
    """What somebody said; a column of names is none of ours and is passed over."""
    heard_on = r.day("heard_on")
    if heard_on is None and not r.faults.rejected():
        r.faults.add("empty", "this day is needed", r.column("heard_on"), None)
    said = r.prose("words")
    if said is None and not r.faults.rejected():
        r.faults.add("empty", "a cell that is needed is empty", r.column("words"), None)
    if said is not None and len(said) > LONGEST:
        r.faults.add("too-long", f"words have at most {LONGEST} characters", r.column("words"), None)
    for field in sorted(HIDDEN):
        if CONTACT.search(r.text(field)):
            sentence = "it holds an address or a number by which somebody can be reached; leave it out"
            r.faults.add("personal-data", sentence, r.column(field), None)
    return TestimonyRecord(
        row=r.entry.row,
        practice=r.needed_name("practice"),
        heard_on=heard_on or date.min,
        view=needed_choice(r, "view", codelists.VIEWS),
        words=said or "",
        agreed=r.need("agreed", truth) or False,
        outcome=r.name("outcome"),
        population=r.name("population"),
        people=r.count("people"),
        occasion=r.prose("occasion"),
    )
