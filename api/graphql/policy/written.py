"""What the policy team's texts and days are checked by, beside the checks that every change has."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from api.exchange import text as words
from api.exchange.errors import CellError
from api.graphql.common.changes import Refused
from api.graphql.common.checks import Checks
from api.graphql.common.enums import UserErrorCode
from models.base import Base, TenantRow

__all__ = ["day", "line", "links", "prose", "rows", "settled", "today"]

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 1, 1)
LONG: Final = 20_000


def today() -> date:
    """The day in UTC."""
    return datetime.now(UTC).date()


def line(checks: Checks, value: str | None, *path: str, longest: int = 2000) -> str | None:
    """A text on one line, composed and trimmed. Refused where a character in it cannot be seen."""
    return _text(checks, value, path, longest, is_line=True)


def prose(checks: Checks, value: str | None, *path: str, longest: int = LONG) -> str | None:
    """A longer text, with line breaks."""
    return _text(checks, value, path, longest, is_line=False)


def _text(
    checks: Checks, value: str | None, path: tuple[str, ...], longest: int, *, is_line: bool
) -> str | None:
    if value is None:
        return None
    known = len(checks.faults)
    checks.text(value, *path, longest=longest)
    if len(checks.faults) > known:
        return value
    try:
        written = words.cell_text(value)
        return words.name(written) if is_line else words.prose(written)
    except CellError as fault:
        checks.wrong(path, f"{fault.sentence[:1].upper()}{fault.sentence[1:]}.")
        return value


def day(
    checks: Checks, value: date | None, *path: str, since: date | None = None, past: bool = False
) -> date | None:
    """A day between 1900 and 2200, not before `since`, the plan's first day; with `past`, not to come."""
    if value is None:
        return None
    checks.must(FIRST_DAY <= value <= LAST_DAY, path, "A day here lies between 1900 and 2200.")
    if since is not None and value < since:
        checks.wrong(path, f"It comes before its plan, which starts on {since}.")
    if past and value > today():
        checks.wrong(path, "What is recorded has happened; this day is still to come.")
    return value


async def rows(
    checks: Checks, model: type[TenantRow], ids: Sequence[str] | None, type_name: str, *path: str
) -> list[UUID] | None:
    """The rows of a list of ids, each once; a fault for each that is not there."""
    if ids is None:
        return None
    found = [await checks.row(model, each, type_name, *path, str(place)) for place, each in enumerate(ids)]
    return list(dict.fromkeys(row.id for row in found if row is not None))


async def links(checks: Checks, link: type[Base], plan: UUID, column: str, wanted: list[UUID] | None) -> None:
    """Makes a plan's links just these; None leaves them."""
    if wanted is None:
        return
    owner = {"partnership_id": checks.partnership_id, "plan_id": plan}
    kept = [getattr(link, name) == value for name, value in owner.items()]
    await checks.session.execute(delete(link).where(*kept))
    checks.session.add_all(link(**owner, **{column: each}) for each in wanted)
    await checks.session.flush()


async def settled(checks: Checks, path: str, message: str) -> None:
    """Writes what is pending; a title that is there already is a refusal at its field."""
    try:
        await checks.session.flush()
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", "") != "23505":
            raise
        raise Refused.at(path, UserErrorCode.DUPLICATE, message) from error
