"""The staff's outlook and what a funder's loss takes, for those who may read them.

The anchor reads all. A funder reads the outlook of the positions that it pays, with its own payments alone.
Everybody reads which positions there are and which key roles are missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from allocation import staffing as reckoned
from allocation.frames.staffing import (
    read_fundings,
    read_loss,
    read_organizations,
    read_outlook,
    read_positions,
)
from allocation.losses import FunderLoss as ReckonedLoss
from allocation.losses import Loss, LossError
from allocation.positions import Funding
from api.access import Right
from api.graphql.common.basics import Money, money_of, row
from api.graphql.common.context import Context, Forbidden
from api.graphql.common.errors import Code, Refusal
from api.graphql.common.ids import NotFound, read_id
from api.graphql.common.lazy import (
    LazyFunder,
    LazyInKindResource,
    LazyInvestment,
    LazyPractice,
    LazyStaffPosition,
)
from models.staffing import KeyRole

__all__ = ["FunderLoss", "StaffingOutlook", "at_loss", "at_staffing", "load_losses", "load_staffing"]

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


@strawberry.type
class FunderLoss:
    """What goes when a funder leaves: dollars, positions as they stand afterwards, practices, students."""

    dollars: list[Money]
    positions: list[PositionOutlook]
    practices: list[LazyPractice]
    students_lost: Decimal | None
    first_gap: date | None


def at_staffing(as_of: date | None = None) -> None:
    """The field's arguments."""


def at_loss(
    funder: strawberry.ID,
    from_: Annotated[date, strawberry.argument(name="from")],
    also: list[strawberry.ID] | None = None,
    share: Decimal | None = None,
    as_of: date | None = None,
) -> None:
    """The field's arguments; `also` are further funders that leave, `share` (0 to 1) what they cut.

    Months count from the month of `asOf`, which is today where it is absent.
    """


async def load_staffing(
    context: Context, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> list[StaffingOutlook]:
    """Partnership.staffing."""
    as_of = asked.get("as_of") or datetime.now(UTC).date()
    return [await _staffing(context, each["id"], as_of) for each in rows]


async def _staffing(context: Context, partnership_id: UUID, as_of: date) -> StaffingOutlook:
    sight = await _sight(context, partnership_id)
    whole = await context.once(
        ("staffing", partnership_id, as_of), lambda session: read_outlook(session, partnership_id, as_of)
    )
    mine = whole if sight is None or sight.payer is None else await _of_payer(context, sight, whole)
    return StaffingOutlook(
        as_of=as_of,
        positions=[_position(partnership_id, sight, each) for each in mine.positions],
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


async def load_losses(
    context: Context, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> list[Any]:  # a loss, or why not
    """Partnership.simulateFunderLoss."""
    found: list[Any] = []
    for each in rows:
        try:
            found.append(await _loss(context, each["id"], asked))
        except Refusal as refusal:
            found.append(refusal)
    return found


async def _loss(context: Context, partnership_id: UUID, asked: Mapping[str, Any]) -> FunderLoss:
    sight = await _sight(context, partnership_id)
    organizations = {funder: organization for organization, funder in (sight or _NOBODY).funders.items()}
    if sight is None:
        raise Forbidden(Right.READ_STAFFING)
    payers = [_payer(sight, organizations, text) for text in (asked["funder"], *(asked.get("also") or ()))]
    if any(not _is_own(sight, payer) for payer in payers):
        raise Forbidden(Right.READ_STAFFING)
    try:
        loss = Loss(payers, asked["from_"], Decimal(1) if asked.get("share") is None else asked["share"])
    except LossError as error:
        raise Refusal(Code.INVALID, f"{str(error).capitalize()}.") from error
    as_of = asked.get("as_of") or datetime.now(UTC).date()
    taken = await context.run(lambda session: read_loss(session, partnership_id, loss, as_of))
    return _told(sight, taken)


def _told(sight: Sight, taken: ReckonedLoss) -> FunderLoss:
    students = taken.students
    return FunderLoss(
        dollars=[money_of(amount, currency) for currency, amount in sorted(taken.dollars.items())],
        positions=[_position(sight.partnership_id, sight, each.after) for each in taken.positions],
        practices=[sight.row("Practice", each) for each in taken.practices],
        students_lost=None if students is None else round(Decimal(students), 2),
        first_gap=taken.first_gap if sight.payer is None else _first(taken),
    )


def _first(taken: ReckonedLoss) -> date | None:
    """The first gap among the positions that lose something: the others are not a funder's to read."""
    return min((each.after.first_gap for each in taken.positions if each.after.first_gap), default=None)


def _payer(sight: Sight, organizations: Mapping[str, str], text: str) -> str:
    """The organization of a Funder's or an Organization's id."""
    found = read_id(text, "Funder", "Organization")
    if found is None or found.partnership_id != sight.partnership_id:
        raise NotFound
    id_ = str(found.key[-1])
    organization = organizations.get(id_, "") if found.type_name == "Funder" else id_
    if organization not in sight.funders:
        raise NotFound
    return organization


def _is_own(sight: Sight, payer: str) -> bool:
    return sight.payer is None or sight.payer == payer


async def _sight(context: Context, partnership_id: UUID) -> Sight | None:
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


_NOBODY = Sight(UUID(int=0), {})


def _allowed(seen: T | None) -> T:
    if seen is None:
        raise Forbidden(Right.READ_STAFFING)
    return seen


def _position(
    partnership_id: UUID, sight: Sight | None, outlook: reckoned.PositionOutlook
) -> PositionOutlook:
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
