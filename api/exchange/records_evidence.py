"""The typed record of what the community says of a practice; see records.py for the rest."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class TestimonyRecord:
    """Words about a practice; `agreed` says whether whoever said them agreed to have them published.

    `people` counts those who said so together; `view` is FAVOURABLE, MIXED or UNFAVOURABLE.
    """

    row: int
    practice: str
    heard_on: date
    view: str
    words: str
    agreed: bool
    outcome: str | None = None
    population: str | None = None
    people: int | None = None
    occasion: str | None = None
