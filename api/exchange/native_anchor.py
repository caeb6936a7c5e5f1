"""Builds the records of the anchor's books from our own tables."""

from decimal import Decimal

from api.exchange import codelists
from api.exchange.investments import currency_code
from api.exchange.native_cells import (
    needed_choice,
    needed_day,
    not_negative,
    ordered,
    positive,
    positive_amount,
    share,
    together,
    year,
)
from api.exchange.reading import Reading
from api.exchange.records_anchor import (
    BudgetRecord,
    FeeAgreementRecord,
    InstalmentRecord,
    LedgerRecord,
    LinkRecord,
    MatchOfferRecord,
    MatchRecord,
    ObligationRecord,
    RenewalRecord,
)
from api.exchange.values import number


def ledger(r: Reading) -> LedgerRecord:
    """A movement of money; what is used, kept or sent back has a line."""
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
        position=r.name("position"),
        fiscal_year=year(r, "fiscal_year"),
        note=r.prose("note"),
    )


def budget(r: Reading) -> BudgetRecord:
    """A line of a year's budget."""
    return BudgetRecord(
        row=r.entry.row,
        fiscal_year=needed_year(r),
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
    return RenewalRecord(
        row=r.entry.row,
        investment=r.needed_name("investment"),
        due_on=needed_day(r, "due_on"),
        probability=share(r, "probability"),
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


def instalment(r: Reading) -> InstalmentRecord:
    """A part of an award."""
    return InstalmentRecord(
        row=r.entry.row,
        investment=r.needed_name("investment"),
        fiscal_year=needed_year(r),
        amount=positive_amount(r, "amount"),
        due_on=r.day("due_on"),
        conditional=r.truth("conditional", default=False),
    )


def match_offer(r: Reading) -> MatchOfferRecord:
    """An offer to match."""
    ratio = r.need("ratio", number)
    positive(r, "ratio", ratio)
    maximum, currency = r.amount("maximum"), r.take("currency", currency_code)
    together(r, ("maximum", maximum), ("currency", currency))
    positive(r, "maximum", maximum)
    return MatchOfferRecord(
        row=r.entry.row,
        source=r.needed_name("source"),
        ratio=ratio or Decimal(0),
        maximum=maximum,
        currency=currency if maximum is not None else None,
        deadline=r.day("deadline"),
        in_kind_counts=r.truth("in_kind_counts", default=False),
    )


def fee_agreement(r: Reading) -> FeeAgreementRecord:
    """A fee: a rate of an award's receipts, or an amount a month from a day on."""
    investment, rate = r.name("investment"), share(r, "fee_rate")
    monthly, currency = r.amount("monthly"), r.take("currency", currency_code)
    together(r, ("monthly", monthly), ("currency", currency))
    not_negative(r, "monthly", monthly)
    starts_on, ends_on = ordered(r)
    if (rate is None) == (monthly is None) and not r.faults.rejected():
        r.faults.add("one-basis", "a fee is a rate, or an amount a month", r.column("fee_rate"), None)
    if rate is not None and investment is None:
        sentence = "a rate is of one award; the anchor entity has its own for all others"
        r.faults.add("empty", sentence, r.column("investment"), None)
    if monthly is not None and starts_on is None:
        r.faults.add("empty", "an amount a month begins on a day", r.column("starts_on"), None)
    return FeeAgreementRecord(
        row=r.entry.row,
        investment=investment,
        fee_rate=rate,
        monthly=monthly,
        currency=currency if monthly is not None else None,
        starts_on=starts_on,
        ends_on=ends_on,
    )


def link(r: Reading) -> LinkRecord:
    """What ties an award to another."""
    investment, other = r.needed_name("investment"), r.needed_name("other")
    if investment == other and not r.faults.rejected():
        r.faults.add("itself", "an award is not tied to itself", r.column("other"), other)
    return LinkRecord(
        row=r.entry.row,
        investment=investment,
        kind=needed_choice(r, "kind", codelists.LINK_KINDS),
        other=other,
    )


def needed_year(r: Reading) -> int:
    """A fiscal year that must be there."""
    found = year(r, "fiscal_year")
    if found is None and not r.faults.found:
        r.faults.add("empty", "this row names its fiscal year", r.column("fiscal_year"), None)
    return found or 0
