"""Where a grant's dollars sit, as our own classifications tell it.

`classifications` with the vocabularies c2c-practice, c2c-outcome, c2c-indicator, c2c-population, c2c-area,
c2c-network and c2c-use name one thing each; the description holds `key=value` pairs split by `;`: `share`
(0 to 1), `amount`, `obligated`, `fiscal_year`, and `line`, a number that joins the classifications of one
allocation.
"""

from dataclasses import replace
from decimal import Decimal

from api.exchange.codelists import USES
from api.exchange.errors import CellError
from api.exchange.records_money import ShareRecord
from api.exchange.threesixty_grants import Grant
from api.exchange.values import amount, count, number, one_of

OURS = "c2c-"
SUBJECTS = ("practice", "outcome", "indicator", "population", "area", "network", "use")
FIGURES = ("share", "amount", "obligated", "fiscal_year", "line")


def shares_of(grant: Grant) -> tuple[ShareRecord, ...]:
    """The allocations in the order of their first classification; a bare `c2c-use` is none."""
    lines: dict[str, ShareRecord] = {}
    for position, each in enumerate(grant.branches("classifications")):
        subject = _subject(each)
        if subject is None:
            continue
        figures = _figures(grant, position)
        if subject == "use" and not figures:
            continue
        line = figures.get("line") or f"alone-{position}"
        lines[line] = _joined(
            grant, position, lines.get(line, ShareRecord()), subject=subject, figures=figures
        )
    return tuple(lines.values())


def use_of(grant: Grant) -> str | None:
    """The whole grant's use, from a `c2c-use` classification without figures."""
    for position, each in enumerate(grant.branches("classifications")):
        if _subject(each) == "use" and not _figures(grant, position):
            return _use(grant, position)
    return None


def is_ours(classification: object) -> bool:
    """Whether a classification is one of ours, which our own fields hold."""
    return isinstance(classification, dict) and _subject(classification) is not None


def _subject(classification: dict[str, object]) -> str | None:
    vocabulary = classification.get("vocabulary")
    if not isinstance(vocabulary, str) or not vocabulary.startswith(OURS):
        return None
    subject = vocabulary.removeprefix(OURS)
    return subject if subject in SUBJECTS else None


def _figures(grant: Grant, position: int) -> dict[str, str]:
    description = grant.at("classifications", position, "description")
    pairs = (part.partition("=") for part in str(description or "").split(";"))
    return {key.strip(): value.strip() for key, _, value in pairs if key.strip() in FIGURES and value.strip()}


def _joined(
    grant: Grant, position: int, line: ShareRecord, *, subject: str, figures: dict[str, str]
) -> ShareRecord:
    path = ("classifications", position)
    named = (
        _use(grant, position) if subject == "use" else grant.name(*path, "title") or grant.name(*path, "code")
    )
    try:
        return replace(
            line,
            **{subject: named},
            share=_share(figures["share"]) if "share" in figures else line.share,
            amount=amount(figures["amount"]) if "amount" in figures else line.amount,
            obligated_amount=amount(figures["obligated"])
            if "obligated" in figures
            else line.obligated_amount,
            fiscal_year=count(figures["fiscal_year"]) if "fiscal_year" in figures else line.fiscal_year,
        )
    except CellError as fault:
        grant.wrong(fault.code, fault.sentence, grant.at(*path, "description"), *path, "description")
        return line


def _share(written: str) -> Decimal:
    share = number(written)
    if not 0 <= share <= 1:
        raise CellError("not-a-share", "a share lies between 0 and 1")
    return share


def _use(grant: Grant, position: int) -> str | None:
    path = ("classifications", position, "code")
    written = grant.name(*path)
    try:
        return one_of(written or "", USES)
    except CellError as fault:
        grant.wrong(fault.code, fault.sentence, written, *path)
        return None
