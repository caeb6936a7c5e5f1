"""Records gifts in kind with how they are valued and the awards that they are match for."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from allocation.frames.gifts import promise_fault
from allocation.quantities import MovementError, thousandths
from api.graphql.anchor.anchor_inputs import (
    InKindValuationInput,
    RecordInKindResourceInput,
    UpdateInKindResourceInput,
)
from api.graphql.common.checks import Checks
from api.graphql.common.enums import UserErrorCode
from models.base import new_id
from models.in_kind import InKindResource
from models.matches import InKindMatch
from models.organizations import Organization
from models.practices import Practice
from models.resources import Investment
from models.staffing import StaffPosition

__all__ = ["put_gift"]

Values = dict[str, Any]  # Any: a column's value


async def put_gift(
    checks: Checks, asked: RecordInKindResourceInput | UpdateInKindResourceInput, kept: InKindResource | None
) -> UUID:
    """Writes a gift in kind and the awards that it counts for. Errors: Refused."""
    checks.text(asked.description, "description")
    _check_quantity(checks, asked.quantity)
    if kept is not None:
        await _check_promise(checks, asked, kept)
    values: Values = {name: getattr(asked, name) for name in ("description", "quantity", "unit")}
    values |= {name: getattr(asked, name) for name in ("starts_on", "ends_on")}
    if isinstance(asked, RecordInKindResourceInput):
        donor = await checks.row(Organization, asked.donor, "Organization", "donor")
        values |= {"donor_id": donor.id if donor else None, "kind": asked.kind}
    practice = await checks.row(Practice, asked.practice, "Practice", "practice")
    position = await checks.row(StaffPosition, asked.position, "StaffPosition", "position")
    values |= {"practice_id": practice.id if practice else None}
    values |= {"position_id": position.id if position else None} | _valuation(checks, asked.valuation)
    counted = asked.counted_as_match_for
    awards = [
        await checks.row(Investment, each, "Investment", "countedAsMatchFor", str(n))
        for n, each in enumerate(counted or ())
    ]
    given = {name: value for name, value in values.items() if value is not None}
    starts_on = given.get("starts_on", kept.starts_on if kept else None)
    checks.term(starts_on, given.get("ends_on", kept.ends_on if kept else None))
    checks.done()
    row = kept or InKindResource(
        partnership_id=checks.partnership_id, id=new_id(), **dict.fromkeys(values) | given
    )
    for name, value in given.items():
        setattr(row, name, value)
    checks.session.add(row)
    await checks.session.flush()
    if counted is not None:
        await _count(checks, row.id, {each.id for each in awards if each})
    return row.id


def _check_quantity(checks: Checks, quantity: Decimal | None) -> None:
    if quantity is not None:
        try:
            thousandths(quantity)
        except MovementError as error:
            checks.wrong((error.field,), f"{str(error).capitalize()}.")


async def _check_promise(
    checks: Checks, asked: RecordInKindResourceInput | UpdateInKindResourceInput, kept: InKindResource
) -> None:
    """What came already stays promised, and in its unit."""
    if checks.faults:
        return
    quantity = kept.quantity if asked.quantity is None else asked.quantity
    fault = await promise_fault(checks.session, kept, quantity, asked.unit or kept.unit)
    if fault:
        checks.wrong((fault.field,), f"{str(fault).capitalize()}.", UserErrorCode.CONFLICT)


def _valuation(checks: Checks, asked: InKindValuationInput | None) -> Values:
    if asked is None:
        return {"unit_rate": None, "currency": None, "method": None, "rate_source": None}
    checks.text(asked.method, "valuation", "method")
    checks.text(asked.rate_source, "valuation", "rateSource")
    return {
        "unit_rate": checks.money(asked.unit_rate, "valuation", "unitRate"),
        "currency": asked.unit_rate.currency,
        "method": asked.method,
        "rate_source": asked.rate_source,
    }


async def _count(checks: Checks, gift: UUID, awards: set[UUID]) -> None:
    """Makes the awards that a gift counts for just these."""
    m, p = InKindMatch, checks.partnership_id
    await checks.session.execute(delete(m).where(m.partnership_id == p, m.in_kind_id == gift))
    checks.session.add_all(
        InKindMatch(partnership_id=p, id=new_id(), in_kind_id=gift, investment_id=each) for each in awards
    )
    await checks.session.flush()
