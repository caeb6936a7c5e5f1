"""Records staff positions with who pays for them, and gifts in kind with the awards that they are match for."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.graphql.anchor.anchor_inputs import (
    InKindValuationInput,
    RecordInKindResourceInput,
    RecordStaffPositionInput,
    StaffFundingInput,
    UpdateInKindResourceInput,
    UpdateStaffPositionInput,
)
from api.graphql.common.checks import Checks
from api.graphql.common.enums import UserErrorCode
from models.base import new_id
from models.in_kind import InKindResource
from models.matches import InKindMatch
from models.organizations import Organization
from models.practices import Practice
from models.resources import Investment
from models.staffing import StaffFunding, StaffPosition

__all__ = ["put_gift", "put_position"]

MOST_FULL_TIME: Final = 100
Values = dict[str, Any]  # Any: a column's value


async def put_position(
    checks: Checks, asked: RecordStaffPositionInput | UpdateStaffPositionInput, kept: StaffPosition | None
) -> UUID:
    """Writes a position and its fundings: a fresh one, or `kept` with what is given. Errors: Refused."""
    cost = checks.money(asked.annual_cost, "annualCost")
    checks.text(asked.title, "title", longest=200)
    share = asked.full_time_equivalent
    checks.must(
        share is None or 0 < share <= MOST_FULL_TIME, ("fullTimeEquivalent",), "It is above 0, up to 100."
    )
    values: Values = {"title": asked.title.strip() if asked.title else None, "full_time_equivalent": share}
    values |= {name: getattr(asked, name) for name in ("role", "provision", "starts_on", "ends_on")}
    values |= {"annual_cost": cost, "currency": asked.annual_cost.currency if asked.annual_cost else None}
    given = {name: value for name, value in values.items() if value is not None}
    row = kept or StaffPosition(
        partnership_id=checks.partnership_id, id=new_id(), **dict.fromkeys(values) | given
    )
    if kept is not None:
        for name, value in given.items():
            setattr(row, name, value)
    checks.term(row.starts_on, row.ends_on)
    await _check_title(checks, row, asked.title)
    with checks.session.no_autoflush:
        fundings = [await _funding(checks, row, each, n) for n, each in enumerate(asked.funding)]
    _check_overlaps(checks, asked.funding)
    checks.done()
    checks.session.add(row)
    await checks.session.flush()
    for funding in fundings:
        await _settle(checks.session, funding)
    return row.id


async def _check_title(checks: Checks, row: StaffPosition, title: str | None) -> None:
    p = StaffPosition
    with checks.session.no_autoflush:
        other = await checks.session.execute(
            select(p.id).where(
                p.partnership_id == checks.partnership_id, p.title == row.title, p.id != row.id
            )
        )
    if title and other.first():
        checks.wrong(("title",), "Another position has this title.", UserErrorCode.CONFLICT)


async def _funding(checks: Checks, position: StaffPosition, asked: StaffFundingInput, n: int) -> Values:
    place = ("funding", str(n))
    is_one = (asked.investment is None) != (asked.in_kind is None)
    checks.must(is_one, place, "A position is paid from one investment or one gift in kind.")
    checks.term(asked.starts_on, asked.ends_on, *place)
    investment = await checks.row(Investment, asked.investment, "Investment", *place, "investment")
    gift = await checks.row(InKindResource, asked.in_kind, "InKindResource", *place, "inKind")
    return {
        "partnership_id": checks.partnership_id,
        "position_id": position.id,
        "investment_id": investment.id if investment else None,
        "in_kind_id": gift.id if gift else None,
        "starts_on": asked.starts_on,
        "ends_on": asked.ends_on,
        "monthly": checks.money(asked.monthly, *place, "monthly", currency=position.currency),
        "currency": asked.monthly.currency,
        "is_certain": asked.certain,
        "is_recurring": asked.recurring,
    }


def _check_overlaps(checks: Checks, fundings: Sequence[StaffFundingInput]) -> None:
    """One source pays a position once on each day, for certain or in hope."""
    for n, each in enumerate(fundings):
        for other in fundings[:n]:
            is_same = (each.investment, each.in_kind) == (other.investment, other.in_kind)
            if is_same and each.starts_on <= other.ends_on and other.starts_on <= each.ends_on:
                checks.wrong(("funding", str(n)), "Its term overlaps another one of the same source.")
                break


async def _settle(session: AsyncSession, values: Values) -> None:
    """A funding is known by its position, its payer and its first day."""
    f = StaffFunding
    key = ("partnership_id", "position_id", "investment_id", "in_kind_id", "starts_on")
    same = (getattr(f, name).is_not_distinct_from(values[name]) for name in key)
    found = (await session.execute(select(f).where(*same).limit(1))).scalar_one_or_none()
    if found is None:
        session.add(StaffFunding(id=new_id(), **values))
    else:
        for name, value in values.items():
            setattr(found, name, value)
    await session.flush()


async def put_gift(
    checks: Checks, asked: RecordInKindResourceInput | UpdateInKindResourceInput, kept: InKindResource | None
) -> UUID:
    """Writes a gift in kind and the awards that it counts for. Errors: Refused."""
    checks.text(asked.description, "description")
    checks.above_zero(asked.quantity, "quantity")
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
