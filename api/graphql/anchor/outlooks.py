"""The staff's outlook, for those who may read it.

The anchor reads all. A funder reads the outlook of the positions that it pays, with its own payments alone.
Everybody reads which positions there are and which key roles are missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from allocation import staffing as reckoned
from allocation.frames.staffing import (
    read_fundings,
    read_organizations,
    read_outlook,
    read_positions,
)
from allocation.positions import Funding
from api.access import Right
from api.graphql.common.basics import Money, money_of, row
from api.graphql.common.context import Context, Forbidden
from api.graphql.common.days import day_asked
from api.graphql.common.lazy import (
    LazyFunder,
    LazyInKindResource,
    LazyInvestment,
    LazyStaffPosition,
)
from models.staffing import KeyRole

__all__ = [
    "PositionOutlook",
    "Sight",
    "StaffWarning",
    "StaffingOutlook",
    "at_staffing",
    "load_staffing",
    "sight_of",
    "told_position",
    "warnings_of",
]

T = TypeVar("T")


@strawberry.type
class StaffFunding:
    """What one award or one gift in kind pays of a position each month of a term."""

    investment: LazyInvestment | None
    in_kind: LazyInKindResource | None
    starts_on: date
    ends_on: date
    monthly: Money
    certain: bool
    recurring: bool


@dataclass(frozen=True)
class Sight:
    """What a caller sees of a partnership's staff: all of it, or what one organization (`payer`) pays."""

    partnership_id: UUID
    funders: Mapping[str, str]  # the funder of each organization
    payer: str | None = None

    def shows(self, funding: Funding) -> bool:
        """Whether a payment is shown."""
        return self.payer is None or funding.payer == self.payer

    def row(self, of: str, id_: str | None) -> Any:  # stands where the row will be
        """The row of one of the arithmetic's ids."""
        return None if id_ is None else row(of, self.partnership_id, UUID(id_))


@strawberry.type
class PositionOutlook:
    """How long a position is paid for certain, by whom, and on whom it depends (docs/staffing.md)."""

    position: LazyStaffPosition
    seen: strawberry.Private["tuple[Sight, reckoned.PositionOutlook] | None"]

    @strawberry.field
    def funded_through(self) -> date | None:
        """The last day that certain money reaches."""
        return _allowed(self.seen)[1].funded_through

    @strawberry.field
    def first_gap(self) -> date | None:
        """The first day that certain money does not reach."""
        return _allowed(self.seen)[1].first_gap

    @strawberry.field
    def runway_months(self) -> int:
        """Whole calendar months, the month of asking the first, before one with a gap."""
        return _allowed(self.seen)[1].runway_months

    @strawberry.field
    def largest_funder(self) -> LazyFunder | None:
        """Who gives most of what is secured in the coming twelve months; null where it is no funder."""
        sight, outlook = _allowed(self.seen)
        found: Any = sight.row("Funder", sight.funders.get(outlook.largest_payer or ""))
        return found  # type: ignore[no-any-return]  # a row stands for its object

    @strawberry.field
    def largest_funder_share(self) -> Decimal | None:
        """The largest payer's share (0 to 1) of what is secured in the coming twelve months."""
        return _allowed(self.seen)[1].largest_payer_share

    @strawberry.field
    def funded_by(self) -> list[StaffFunding]:
        """Who pays or may pay; to a funder its own payments."""
        sight, outlook = _allowed(self.seen)
        return [_funding(sight, each) for each in outlook.funded_by if sight.shows(each)]


@strawberry.type
class StaffingMonth:
    """secured + gap = cost; `expected` is hoped for and closes no gap."""

    month: date
    cost: Money
    secured: Money
    expected: Money
    gap: Money


@strawberry.type
class StaffWarning:
    """Something odd about the staff, with its place."""

    code: str
    sentence: str


@strawberry.type
class StaffingOutlook:
    """The staff from the month of `asOf` on. To a funder it is of the positions that it pays."""

    as_of: date
    positions: list[PositionOutlook]
    missing_roles: list[KeyRole]
    seen: strawberry.Private["reckoned.StaffingOutlook | None"]

    @strawberry.field
    def months(self) -> list[StaffingMonth]:
        """Month by month, in the partnership's currency."""
        outlook = _allowed(self.seen)
        return [_month(each, outlook.currency) for each in outlook.months]

    @strawberry.field
    def first_gap(self) -> date | None:
        """The first day that a position's certain money does not reach."""
        return _allowed(self.seen).first_gap

    @strawberry.field
    def runway_months(self) -> int:
        """Whole calendar months, the month of asking the first, before one has a gap."""
        return _allowed(self.seen).runway_months

    @strawberry.field
    def recurring_share(self) -> Decimal | None:
        """The share of the coming twelve months' secured money that is given again and again."""
        return _allowed(self.seen).recurring_share

    @strawberry.field
    def largest_funder_share(self) -> Decimal | None:
        """The largest payer's share of the coming twelve months' secured money."""
        return _allowed(self.seen).largest_payer_share

    @strawberry.field
    def warnings(self) -> list[StaffWarning]:
        """What is odd: no director or two, a position paid twice or beyond its cost, several currencies."""
        return [StaffWarning(code=each.code, sentence=each.sentence) for each in _allowed(self.seen).warnings]


def at_staffing(as_of: date | None = None) -> None:
    """The field's arguments."""


async def load_staffing(
    context: Context, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> list[StaffingOutlook]:
    """Partnership.staffing."""
    as_of = day_asked(asked)
    return [await _staffing(context, each["id"], as_of) for each in rows]


async def _staffing(context: Context, partnership_id: UUID, as_of: date) -> StaffingOutlook:
    sight = await sight_of(context, partnership_id)
    whole = await context.once(
        ("staffing", partnership_id, as_of), lambda session: read_outlook(session, partnership_id, as_of)
    )
    mine = whole if sight is None or sight.payer is None else await _of_payer(context, sight, whole)
    return StaffingOutlook(
        as_of=as_of,
        positions=[told_position(partnership_id, sight, each) for each in mine.positions],
        missing_roles=[KeyRole(each.value) for each in whole.missing_roles],
        seen=None if sight is None else mine,
    )


async def _of_payer(
    context: Context, sight: Sight, whole: reckoned.StaffingOutlook
) -> reckoned.StaffingOutlook:
    """The outlook of the positions that an organization pays, over the same months."""

    async def read(session: AsyncSession) -> reckoned.StaffingOutlook:
        fundings = await read_fundings(session, sight.partnership_id)
        paid = {each.position for each in fundings if each.payer == sight.payer}
        positions = [each for each in await read_positions(session, sight.partnership_id) if each.id in paid]
        mine = [each for each in fundings if each.position in paid]
        found = reckoned.outlook(
            positions, mine, whole.as_of, months=len(whole.months), currency=whole.currency
        )
        return replace(found, warnings=())  # they speak of the whole staff

    return await context.run(read)


async def warnings_of(context: Context, partnership_id: UUID, position: UUID) -> list[StaffWarning]:
    """What is odd about one position from this month on."""
    today = datetime.now(UTC).date()
    found = await context.run(lambda session: read_outlook(session, partnership_id, today))
    mine = [each for each in found.warnings if each.position == str(position)]
    return [StaffWarning(code=each.code, sentence=each.sentence) for each in mine]


async def sight_of(context: Context, partnership_id: UUID) -> Sight | None:
    """What the caller sees, or None where that is only which positions there are."""
    caller, right = context.caller, Right.READ_STAFFING
    own = caller.organizations.get(partnership_id)
    everything = caller.denied(right, partnership_id) is None
    if not everything and caller.denied(right, partnership_id, [own]):
        return None
    known = await context.once(
        ("organizations of funders", partnership_id),
        lambda session: read_organizations(session, partnership_id),
    )
    funders = {organization: funder for funder, organization in known.items()}
    return Sight(partnership_id, funders, None if everything else str(own))


def _allowed(seen: T | None) -> T:
    if seen is None:
        raise Forbidden(Right.READ_STAFFING)
    return seen


def told_position(
    partnership_id: UUID, sight: Sight | None, outlook: reckoned.PositionOutlook
) -> PositionOutlook:
    """A position as the caller sees it."""
    return PositionOutlook(
        position=row("StaffPosition", partnership_id, UUID(outlook.position.id)),
        seen=None if sight is None else (sight, outlook),
    )


def _funding(sight: Sight, funding: Funding) -> StaffFunding:
    return StaffFunding(
        investment=sight.row("Investment", funding.investment),
        in_kind=sight.row("InKindResource", funding.in_kind),
        starts_on=funding.starts_on,
        ends_on=funding.ends_on,
        monthly=money_of(funding.monthly, funding.currency),
        certain=funding.certain,
        recurring=funding.recurring,
    )


def _month(month: reckoned.StaffingMonth, currency: str) -> StaffingMonth:
    amounts = {
        name: money_of(getattr(month, name), currency) for name in ("cost", "secured", "expected", "gap")
    }
    return StaffingMonth(month=month.month, **amounts)
