"""Records staff positions with their raises and who pays for them; a funding that is taken back keeps its row."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.graphql.anchor.anchor_inputs import (
    EndStaffFundingInput,
    PositionCostInput,
    RecordStaffPositionInput,
    StaffFundingInput,
    UpdateStaffPositionInput,
)
from api.graphql.common.checks import Checks
from api.graphql.common.enums import UserErrorCode
from models.base import TenantRow, new_id
from models.in_kind import InKindResource
from models.resources import Investment
from models.staffing import PositionCost, StaffFunding, StaffPosition

__all__ = ["put_position"]

MOST_FULL_TIME: Final = 100
MOST_BENEFITS: Final = 10  # times the pay
PAYER: Final = ("partnership_id", "position_id", "investment_id", "in_kind_id")
FUNDING_KEY: Final = (*PAYER, "starts_on")
Values = dict[str, Any]  # Any: a column's value


async def put_position(
    checks: Checks, asked: RecordStaffPositionInput | UpdateStaffPositionInput, kept: StaffPosition | None
) -> UUID:
    """Writes a position, its raises and its fundings: a fresh one, or `kept` with what is given. Errors: Refused."""
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
    endings = (asked.end_funding or []) if isinstance(asked, UpdateStaffPositionInput) else []
    with checks.session.no_autoflush:
        raises = [_raise(checks, row, each, n) for n, each in enumerate(asked.raises or [])]
        fundings = [await _funding(checks, row, each, n) for n, each in enumerate(asked.funding)]
        _check_overlaps(checks, asked.funding)
        ended = [await _ended(checks, row, each, n) for n, each in enumerate(endings)]
        for n, values in enumerate(fundings):
            await _check_kept(checks, values, [each for each in ended if each], ("funding", str(n)))
    checks.done()
    checks.session.add(row)
    await checks.session.flush()
    for values in raises:
        await _settle(checks.session, PositionCost, values, ("partnership_id", "position_id", "from_on"))
    for values in fundings:
        await _settle(checks.session, StaffFunding, values, FUNDING_KEY)
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
    monthly = checks.money(asked.monthly, *place, "monthly", currency=position.currency)
    if investment is not None and investment.currency != asked.monthly.currency:
        sentence = f"The investment is in {investment.currency}."
        checks.wrong((*place, "monthly", "currency"), sentence)
    return {
        "partnership_id": checks.partnership_id,
        "position_id": position.id,
        "investment_id": investment.id if investment else None,
        "in_kind_id": gift.id if gift else None,
        "starts_on": asked.starts_on,
        "ends_on": asked.ends_on,
        "monthly": monthly,
        "currency": asked.monthly.currency,
        "is_certain": asked.certain,
        "is_recurring": asked.recurring,
        "withdrawn_at": None,
    }


def _check_overlaps(checks: Checks, fundings: Sequence[StaffFundingInput]) -> None:
    """One source pays a position once on each day, for certain or in hope."""
    for n, each in enumerate(fundings):
        for other in fundings[:n]:
            is_same = (each.investment, each.in_kind) == (other.investment, other.in_kind)
            if is_same and each.starts_on <= other.ends_on and other.starts_on <= each.ends_on:
                checks.wrong(("funding", str(n)), "Its term overlaps another one of the same source.")
                break


async def _check_kept(
    checks: Checks, values: Values, ended: Sequence[StaffFunding], place: tuple[str, str]
) -> None:
    """Nor does a funding that was recorded before pay on one of its days, unless it ends with this change."""
    f = StaffFunding
    found = await checks.session.execute(
        select(f).where(
            *(getattr(f, name).is_not_distinct_from(values[name]) for name in PAYER),
            f.starts_on != values["starts_on"],
            f.withdrawn_at.is_(None),
        )
    )
    for other in found.scalars():
        is_over = other in ended and other.withdrawn_at is not None
        if not is_over and other.starts_on <= values["ends_on"] and values["starts_on"] <= other.ends_on:
            sentence = f"The same source pays from {other.starts_on} to {other.ends_on} already."
            checks.wrong(place, sentence, UserErrorCode.CONFLICT)


async def _ended(
    checks: Checks, position: StaffPosition, asked: EndStaffFundingInput, n: int
) -> StaffFunding | None:
    """The funding that ends, changed; None where there is none to end."""
    place, f = ("endFunding", str(n)), StaffFunding
    investment = await checks.row(Investment, asked.investment, "Investment", *place, "investment")
    gift = await checks.row(InKindResource, asked.in_kind, "InKindResource", *place, "inKind")
    key = (
        checks.partnership_id,
        position.id,
        investment.id if investment else None,
        gift.id if gift else None,
    )
    same = (getattr(f, name).is_not_distinct_from(value) for name, value in zip(PAYER, key, strict=True))
    query = select(f).where(*same, f.starts_on == asked.starts_on, f.withdrawn_at.is_(None)).limit(1)
    found = (await checks.session.execute(query)).scalar_one_or_none()
    if found is None:
        checks.wrong(place, "No funding of this payer begins on that day.", UserErrorCode.NOT_FOUND)
        return None
    if asked.ends_on is None:
        found.withdrawn_at = datetime.now(UTC)
    else:
        checks.term(asked.starts_on, asked.ends_on, *place)
        found.ends_on = asked.ends_on
    return found


def _raise(checks: Checks, position: StaffPosition, asked: PositionCostInput, n: int) -> Values:
    place = ("raises", str(n))
    checks.must(
        0 <= asked.benefit_rate <= MOST_BENEFITS, (*place, "benefitRate"), "Benefits are a share of 0 to 10."
    )
    checks.day(asked.from_on, *place, "from")
    checks.must(position.currency is not None, place, "A raise follows an annual cost: send that first.")
    return {
        "partnership_id": checks.partnership_id,
        "position_id": position.id,
        "from_on": asked.from_on,
        "annual_pay": checks.money(asked.annual_pay, *place, "annualPay", currency=position.currency),
        "benefit_rate": asked.benefit_rate,
    }


async def _settle(session: AsyncSession, model: type[TenantRow], values: Values, key: Sequence[str]) -> None:
    """The row of this key, made to hold the values: a fresh one where there is none."""
    same = (getattr(model, name).is_not_distinct_from(values[name]) for name in key)
    found = (await session.execute(select(model).where(*same).limit(1))).scalar_one_or_none()
    if found is None:
        session.add(model(id=new_id(), **values))
    else:
        for name, value in values.items():
            setattr(found, name, value)
    await session.flush()
