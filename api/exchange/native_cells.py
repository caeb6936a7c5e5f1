"""Cells of our own tables that need more than one look: pairs, terms, needs, lists of years."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from api.exchange.codelists import IN_KIND_KINDS, IN_KIND_UNITS
from api.exchange.errors import CellError
from api.exchange.periods import period
from api.exchange.reading import Reading
from api.exchange.records_evidence import InKindNeedRecord
from api.exchange.text import name
from api.exchange.values import count, number, one_of

NOT_IN_IDENTIFIERS = frozenset("/&|? ")
FIRST_YEAR, LAST_YEAR = 1990, 2100
PAIRS = {
    "participants": "participants_reached",
    "comparison": "comparison_reached",
    "participants_before": "participants_reached_before",
    "comparison_before": "comparison_reached_before",
}
ALL, NOTHING = frozenset({"true", "yes"}), frozenset({"false", "no"})


def together(reading: Reading, first: tuple[str, object], second: tuple[str, object]) -> None:
    """Two fields with their values, of which the second is needed where the first is filled."""
    if first[1] is not None and second[1] is None and not reading.faults.found:
        sentence = f"{second[0]} is needed where {first[0]} is filled"
        reading.faults.add("empty", sentence, reading.column(second[0]), None)


def positive(reading: Reading, field: str, value: Decimal | None) -> None:
    """A number that must be above zero."""
    if value is not None and value <= 0:
        reading.faults.add("not-positive", "this is above zero", reading.column(field), str(value))


def not_negative(reading: Reading, field: str, value: Decimal | None) -> None:
    """A number that is zero or more."""
    if value is not None and value < 0:
        reading.faults.add("negative", "this is zero or more", reading.column(field), str(value))


def share(reading: Reading, field: str) -> Decimal | None:
    """A number within 0 and 1."""
    found = reading.take(field, number)
    if found is not None and not 0 <= found <= 1:
        reading.faults.add("out-of-range", "this lies between 0 and 1", reading.column(field), str(found))
    return found


def needed_day(reading: Reading, field: str) -> date:
    """A day that must be there."""
    found = reading.day(field)
    if found is None and not reading.faults.rejected():
        reading.faults.add("empty", "this day is needed", reading.column(field), None)
    return found or date.min


def positive_amount(reading: Reading, field: str) -> Decimal:
    """An amount that must be there, above zero."""
    amount = reading.need(field, reading.amount_of)
    positive(reading, field, amount)
    return amount or Decimal(0)


def year(reading: Reading, field: str) -> int | None:
    """A calendar year, 1990 to 2100."""
    return reading.take(field, _one_year)


def years(written: str) -> tuple[int, ...]:
    """Years split by `;`."""
    return tuple(_one_year(part.strip()) for part in written.split(";") if part.strip())


def needs(written: str) -> tuple[InKindNeedRecord, ...]:
    """In-kind needs for one participant, `KIND:quantity:UNIT` split by `;`."""
    return tuple(_need(part.strip()) for part in written.split(";") if part.strip())


def identifier(written: str) -> str:
    """An organization's identifier (org-id.guide: no space, / & | or ?)."""
    if NOT_IN_IDENTIFIERS & set(written):
        raise CellError("not-an-identifier", "an identifier holds no space and none of / & | ?")
    return name(written)


def obligated(reading: Reading, amount: Decimal | None) -> Decimal | None:
    """The obligated part of an amount: an amount of its own, or true for all and false for none of it."""
    written = reading.text("obligated").lower()
    if written in ALL | NOTHING:
        return amount if written in ALL else Decimal(0)
    part = reading.amount("obligated")
    if part is not None and (part < 0 or (amount is not None and part > amount)):
        sentence = "the obligated part lies between 0 and the amount"
        reading.faults.add("out-of-range", sentence, reading.column("obligated"), str(part))
    return part


def needed_choice(reading: Reading, field: str, closed: Collection[str]) -> str:
    """A word of a closed list that must be there; "" after a fault."""
    return reading.need(field, lambda written: one_of(written, closed)) or ""


def ordered(reading: Reading) -> tuple[date | None, date | None]:
    """The term's first and last day, either of which may be open."""
    starts_on, ends_on = reading.day("starts_on"), reading.day("ends_on")
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        sentence = "the end comes before the start"
        reading.faults.add("ends-before-start", sentence, reading.column("ends_on"), str(ends_on))
    return starts_on, ends_on


def needed_term(reading: Reading) -> tuple[date, date]:
    """The term's first and last day, both of which must be there."""
    starts_on, ends_on = ordered(reading)
    for field, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if day is None and not reading.text(field):
            reading.faults.add("empty", "a cell that is needed is empty", reading.column(field), None)
    return starts_on or date.min, ends_on or date.min


def needed_period(reading: Reading) -> tuple[date, date]:
    """The first and last day of a period that must be there."""
    days = reading.need("period", lambda written: period(written, reading.recipe.calendar))
    return days or (date.min, date.min)


def pair_of_counts(reading: Reading, people: str, *, needed: bool) -> tuple[int | None, int | None]:
    """People and those of them who reached the outcome: both or neither, at least one person."""
    reached = PAIRS[people]
    pair = reading.count(people), reading.count(reached)
    if pair == (None, None) and not needed:
        return pair
    for field, counted in zip((people, reached), pair, strict=True):
        if counted is None and not reading.text(field):
            sentence = f"{people} and {reached} are needed together"
            reading.faults.add("empty", sentence, reading.column(field), None)
    if pair[0] is not None and pair[1] is not None and not pair[1] <= pair[0] > 0:
        sentence = f"{reached} lies between 0 and {people}, which is 1 or more"
        reading.faults.add("out-of-range", sentence, reading.column(reached), str(pair[1]))
    return pair


def _one_year(written: str) -> int:
    value = count(written)
    if not FIRST_YEAR <= value <= LAST_YEAR:
        raise CellError("not-a-year", f"a year lies between {FIRST_YEAR} and {LAST_YEAR}")
    return value


def _need(written: str) -> InKindNeedRecord:
    parts = [part.strip() for part in written.split(":")]
    if len(parts) != 3:
        raise CellError("not-a-need", "a need is written KIND:quantity:UNIT, like VOLUNTEERS:2:HOUR")
    quantity = number(parts[1])
    if quantity <= 0:
        raise CellError("not-positive", "a need is above zero")
    return InKindNeedRecord(
        kind=one_of(parts[0], IN_KIND_KINDS), quantity=quantity, unit=one_of(parts[2], IN_KIND_UNITS)
    )
