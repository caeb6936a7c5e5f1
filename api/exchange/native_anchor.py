"""Builds the records of the anchor's books from our own tables."""

from datetime import date
from decimal import Decimal

from api.exchange import codelists
from api.exchange.investments import currency_code
from api.exchange.native_cells import needed_choice, positive, year
from api.exchange.reading import Reading
from api.exchange.records_anchor import (
    BudgetRecord,
    LedgerRecord,
    MatchRecord,
    ObligationRecord,
    RenewalRecord,
)
from api.exchange.values import number


def ledger(r: Reading) -> LedgerRecord:
    """A movement of money; only an expenditure has a line."""
    kind = needed_choice(r, "kind", codelists.MOVEMENTS)
    return LedgerRecord(
        row=r.entry.row,
        investment=r.needed_name("investment"),
        kind=kind,
        occurred_on=needed_day(r, "occurred_on"),
        amount=positive_amount(r, "amount"),
        use=r.choice("use", codelists.USES),
        practice=r.name("practice"),
        outcome=r.name("outcome"),
        population=r.name("population"),
        area=r.name("area"),
        fiscal_year=year(r, "fiscal_year"),
        note=r.prose("note"),
    )


def budget(r: Reading) -> BudgetRecord:
    """A line of a year's budget."""
    found = year(r, "fiscal_year")
    if found is None and not r.faults.found:
        r.faults.add("empty", "a budget line names its fiscal year", r.column("fiscal_year"), None)
    return BudgetRecord(
        row=r.entry.row,
        fiscal_year=found or 0,
        use=needed_choice(r, "use", codelists.USES),
        amount=positive_amount(r, "amount"),
        currency=r.need("currency", currency_code) or "",
        funder=r.name("funder"),
        position=r.name("position"),
    )


def obligation(r: Reading) -> ObligationRecord:
    """Something due."""
    return ObligationRecord(
        row=r.entry.row,
        investment=r.needed_name("investment"),
        kind=needed_choice(r, "kind", codelists.OBLIGATION_KINDS),
        title=r.needed_name("title"),
        due_on=needed_day(r, "due_on"),
        done_on=r.day("done_on"),
    )


def renewal(r: Reading) -> RenewalRecord:
    """An investment's renewal."""
    chance = r.take("probability", number)
    if chance is not None and not 0 <= chance <= 1:
        r.faults.add(
            "out-of-range", "a probability lies between 0 and 1", r.column("probability"), str(chance)
        )
    return RenewalRecord(
        row=r.entry.row,
        investment=r.needed_name("investment"),
        due_on=needed_day(r, "due_on"),
        probability=chance,
        owner_name=r.name("owner_name"),
    )


def match(r: Reading) -> MatchRecord:
    """A requirement and what counts for it."""
    ratio = r.need("ratio", number)
    positive(r, "ratio", ratio)
    return MatchRecord(
        row=r.entry.row,
        investment=r.needed_name("investment"),
        ratio=ratio or Decimal(0),
        required=positive_amount(r, "required"),
        in_kind_counts=r.truth("in_kind_counts", default=True),
        due_on=r.day("due_on"),
        in_kind=r.names("in_kind"),
    )


def needed_day(r: Reading, field: str) -> date:
    """A day that must be there."""
    found = r.day(field)
    if found is None and not r.faults.rejected():
        r.faults.add("empty", "this day is needed", r.column(field), None)
    return found or date.min


def positive_amount(r: Reading, field: str) -> Decimal:
    """Money above zero that must be there."""
    amount = r.need(field, r.amount_of)
    positive(r, field, amount)
    return amount or Decimal(0)
