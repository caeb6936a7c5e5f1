"""Builds the records of the staff and of gifts in kind from our own tables."""

from decimal import Decimal

from allocation.quantities import MovementError, thousandths
from api.exchange import codelists
from api.exchange.investments import currency_code
from api.exchange.native_cells import (
    needed_choice,
    needed_day,
    needed_term,
    not_negative,
    ordered,
    positive,
    together,
)
from api.exchange.reading import Reading
from api.exchange.records_staff import (
    InKindMovementRecord,
    InKindRecord,
    PositionCostRecord,
    PositionFundingRecord,
    PositionRecord,
)
from api.exchange.values import number


def position(r: Reading) -> PositionRecord:
    """A position."""
    cost, currency = r.amount("annual_cost"), r.take("currency", currency_code)
    together(r, ("annual_cost", cost), ("currency", currency))
    not_negative(r, "annual_cost", cost)
    share = r.take("full_time_equivalent", number)
    positive(r, "full_time_equivalent", share)
    starts_on, ends_on = ordered(r)
    return PositionRecord(
        row=r.entry.row,
        title=r.needed_name("title"),
        role=r.choice("role", codelists.KEY_ROLES) or "OTHER",
        full_time_equivalent=Decimal(1) if share is None else share,
        annual_cost=cost,
        currency=currency if cost is not None else None,
        provision=r.choice("provision", codelists.PROVISIONS) or "PAID",
        starts_on=starts_on,
        ends_on=ends_on,
    )


def position_funding(r: Reading) -> PositionFundingRecord:
    """What pays a position."""
    investment, in_kind = r.name("investment"), r.name("in_kind")
    if (investment is None) == (in_kind is None):
        sentence = "a position is paid from one investment or one in-kind resource"
        r.faults.add("one-source", sentence, r.column("investment"), investment)
    monthly = r.need("monthly", r.amount_of)
    not_negative(r, "monthly", monthly)
    starts_on, ends_on = needed_term(r)
    return PositionFundingRecord(
        row=r.entry.row,
        position=r.needed_name("position"),
        investment=investment,
        in_kind=in_kind,
        starts_on=starts_on,
        ends_on=ends_on,
        monthly=monthly or Decimal(0),
        currency=r.need("currency", currency_code) or "",
        certain=r.truth("certain", default=True),
        recurring=r.truth("recurring", default=False),
    )


def in_kind(r: Reading) -> InKindRecord:
    """A gift in kind."""
    rate, currency = r.amount("unit_rate"), r.take("currency", currency_code)
    together(r, ("unit_rate", rate), ("currency", currency))
    not_negative(r, "unit_rate", rate)
    quantity = _quantity(r)
    starts_on, ends_on = ordered(r)
    return InKindRecord(
        row=r.entry.row,
        donor=r.needed_name("donor"),
        kind=needed_choice(r, "kind", codelists.IN_KIND_KINDS),
        description=r.prose("description") or "",
        quantity=quantity,
        unit=needed_choice(r, "unit", codelists.IN_KIND_UNITS),
        practice=r.name("practice"),
        starts_on=starts_on,
        ends_on=ends_on,
        unit_rate=rate,
        currency=currency if rate is not None else None,
        method=r.prose("method"),
        rate_source=r.prose("rate_source"),
    )


def in_kind_movement(r: Reading) -> InKindMovementRecord:
    """What came or was used of a gift."""
    return InKindMovementRecord(
        row=r.entry.row,
        in_kind=r.needed_name("in_kind"),
        kind=needed_choice(r, "kind", codelists.GIFT_MOVEMENTS),
        occurred_on=needed_day(r, "occurred_on"),
        quantity=_quantity(r),
        note=r.prose("note"),
    )


def _quantity(r: Reading) -> Decimal:
    """A quantity above 0, as fine as the ledger keeps it."""
    found = r.need("quantity", number)
    positive(r, "quantity", found)
    if found is not None and found > 0:
        try:
            thousandths(found)
        except MovementError as error:
            r.faults.add("quantity", str(error), r.column("quantity"), str(found))
    return found or Decimal(0)


def position_cost(r: Reading) -> PositionCostRecord:
    """A raise: what the position is paid a year from a day on."""
    pay = r.need("annual_pay", r.amount_of)
    not_negative(r, "annual_pay", pay)
    rate = r.take("benefit_rate", number)
    not_negative(r, "benefit_rate", rate)
    return PositionCostRecord(
        row=r.entry.row,
        position=r.needed_name("position"),
        from_on=needed_day(r, "from_on"),
        annual_pay=pay or Decimal(0),
        benefit_rate=rate or Decimal(0),
    )
