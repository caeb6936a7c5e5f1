"""The days and fiscal years that may be asked for: the ledger's own bounds, and today where none is named."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from api.graphql.common.errors import Code, Refusal

__all__ = ["DAY_SENTENCE", "YEAR_SENTENCE", "day_asked", "fiscal_year_asked", "is_day", "is_fiscal_year"]

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
FIRST_YEAR, LAST_YEAR = 1990, 2100
DAY_SENTENCE: Final = f"A day lies between {FIRST_DAY} and {LAST_DAY}."
YEAR_SENTENCE: Final = f"A fiscal year lies between {FIRST_YEAR} and {LAST_YEAR}."


def is_day(day: date) -> bool:
    """Whether the ledger takes it."""
    return FIRST_DAY <= day <= LAST_DAY


def is_fiscal_year(year: int) -> bool:
    """Whether dollars can be planned for it."""
    return FIRST_YEAR <= year <= LAST_YEAR


def fiscal_year_asked(asked: Mapping[str, Any]) -> int:
    """The argument `fiscalYear`. Errors: Refusal INVALID where nothing can be planned for it."""
    year: int = asked["fiscal_year"]
    if not is_fiscal_year(year):
        raise Refusal(Code.INVALID, YEAR_SENTENCE)
    return year


def day_asked(asked: Mapping[str, Any]) -> date:
    """The argument `asOf`, or today. Errors: Refusal INVALID where it lies outside what the ledger takes."""
    day: date = asked.get("as_of") or datetime.now(UTC).date()
    if not is_day(day):
        raise Refusal(Code.INVALID, DAY_SENTENCE)
    return day
