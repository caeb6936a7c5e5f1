"""Stores the staff, who pays for it, and gifts in kind; what cannot be is refused, what is odd is told."""

from uuid import UUID

from sqlalchemy import select

from allocation.frames.gifts import promise_fault
from allocation.frames.staffing import read_fundings, read_positions
from allocation.months import number_of
from allocation.staffing import outlook
from api.exchange.records_staff import InKindRecord, PositionCostRecord, PositionFundingRecord, PositionRecord
from api.exchange.report import Example, Severity
from api.exchange.store.desk import Desk, Unfit
from api.exchange.store.money import minor, optional_minor
from api.exchange.store.rows import Values
from models.in_kind import InKindResource, InKindUnit
from models.resources import Investment
from models.staffing import PositionCost, StaffFunding, StaffPosition


async def store_position(desk: Desk, record: PositionRecord) -> str:
    """A position is known by its title."""
    values = {
        "role": record.role,
        "full_time_equivalent": record.full_time_equivalent,
        "annual_cost": optional_minor(record.annual_cost),
        "currency": record.currency if record.annual_cost is not None else None,
        "provision": record.provision,
        "starts_on": record.starts_on,
        "ends_on": record.ends_on,
    }
    row, action = await desk.settle(StaffPosition, {"title": record.title}, values)
    desk.names.positions.add(record.title, row)
    return action


async def store_position_cost(desk: Desk, record: PositionCostRecord) -> str:
    """A raise is known by its position and day, and is in the currency of the position's cost. Errors: Unfit."""
    position = desk.names.positions.find(record.position)
    kept = await desk.session.get_one(StaffPosition, (desk.partnership_id, position))
    if kept.currency is None:
        sentence = "the position's cost has no currency: record its annual cost first"
        raise Unfit("cost-unknown", sentence, "position", record.position)
    key = {"position_id": position, "from_on": record.from_on}
    values = {"annual_pay": minor(record.annual_pay), "benefit_rate": record.benefit_rate}
    _, action = await desk.settle(PositionCost, key, values)
    return action


async def store_position_funding(desk: Desk, record: PositionFundingRecord) -> str:
    """A funding is known by its position, its payer and its first day. Errors: Unfit."""
    position = desk.names.positions.find(record.position)
    investment = desk.names.investments.find(record.investment)
    gift = desk.names.in_kind.find(record.in_kind)
    await _check_currency(desk, record, position, investment)
    key = {"position_id": position, "investment_id": investment, "in_kind_id": gift}
    await _check_overlap(desk, record, key)
    values = {
        "ends_on": record.ends_on,
        "monthly": minor(record.monthly),
        "currency": record.currency,
        "is_certain": record.certain,
        "is_recurring": record.recurring,
        "withdrawn_at": None,
    }
    _, action = await desk.settle(StaffFunding, key | {"starts_on": record.starts_on}, values)
    if position is not None:
        desk.paid_rows[position] = record.row
    return action


async def _check_currency(
    desk: Desk, record: PositionFundingRecord, position: UUID | None, investment: UUID | None
) -> None:
    """A position is paid in its own currency, by an award in that currency."""
    p = desk.partnership_id
    paid = await desk.session.get(StaffPosition, (p, position)) if position else None
    payer = await desk.session.get(Investment, (p, investment)) if investment else None
    for what, currency in (
        ("position", paid.currency if paid else None),
        ("investment", payer.currency if payer else None),
    ):
        if currency not in {None, record.currency}:
            sentence = f"the {what} is in {currency}, and this pays in {record.currency}"
            raise Unfit("currency-mixed", sentence, "currency", record.currency)


async def _check_overlap(desk: Desk, record: PositionFundingRecord, key: dict[str, UUID | None]) -> None:
    """One source pays a position once on each day."""
    f = StaffFunding
    same = [getattr(f, name).is_not_distinct_from(value) for name, value in key.items()]
    found = await desk.session.execute(
        select(f.starts_on, f.ends_on)
        .where(
            *same,
            f.partnership_id == desk.partnership_id,
            f.starts_on != record.starts_on,
            f.starts_on <= record.ends_on,
            f.ends_on >= record.starts_on,
            f.withdrawn_at.is_(None),
        )
        .limit(1)
    )
    other = found.first()
    if other is not None:
        sentence = f"the same source pays this position from {other.starts_on} to {other.ends_on} already"
        raise Unfit("overlapping-terms", sentence, "starts_on", record.starts_on.isoformat())


async def tell_surplus(desk: Desk) -> None:
    """Warns of each position that the rows of this file pay more than it costs."""
    if not desk.paid_rows:
        return
    paid = {str(each) for each in desk.paid_rows}
    positions = [each for each in await read_positions(desk.session, desk.partnership_id) if each.id in paid]
    fundings = [
        each for each in await read_fundings(desk.session, desk.partnership_id) if each.position in paid
    ]
    first = min(each.term.first for each in fundings)
    months = number_of(max(each.term.last for each in fundings)) + 1 - number_of(first)
    for each in positions:
        mine = [funding for funding in fundings if funding.position == each.id]
        found = outlook([each], mine, first, months=months, currency=each.currency or mine[0].currency)
        for warning in found.warnings:
            if warning.code == "paid-beyond-cost":
                where = Example(desk.paid_rows[UUID(each.id)], "monthly", each.title)
                desk.report.add(Severity.WARNING, warning.code, warning.sentence, where)


async def store_in_kind(desk: Desk, record: InKindRecord) -> str:
    """A gift is known by its donor, kind, description and first day."""
    key: Values = {
        "donor_id": desk.names.organizations.find(record.donor),
        "kind": record.kind,
        "description": record.description,
        "starts_on": record.starts_on,
    }
    values = {
        "quantity": record.quantity,
        "unit": record.unit,
        "ends_on": record.ends_on,
        "practice_id": desk.names.practices.find(record.practice),
        "unit_rate": optional_minor(record.unit_rate),
        "currency": record.currency if record.unit_rate is not None else None,
        "method": record.method,
        "rate_source": record.rate_source,
    }
    await _check_promise(desk, record, key)
    row, action = await desk.settle(InKindResource, key, values)
    desk.names.in_kind.add(record.description, row)
    return action


async def _check_promise(desk: Desk, record: InKindRecord, key: Values) -> None:
    """What came already stays promised, and in its unit. Errors: Unfit."""
    k = InKindResource
    same = [getattr(k, name).is_not_distinct_from(value) for name, value in key.items()]
    query = select(k).where(k.partnership_id == desk.partnership_id, *same)
    kept = (await desk.session.execute(query)).scalar_one_or_none()
    fault = kept and await promise_fault(desk.session, kept, record.quantity, InKindUnit(record.unit))
    if fault:
        raise Unfit("came-already", str(fault), fault.field, str(getattr(record, fault.field)))
