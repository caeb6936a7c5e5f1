"""The renewal calendar: which awards come up for renewal, how likely that is, and what hangs on each."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from allocation import renewals
from allocation.frames.staffing import read_renewals
from api.access import Right
from api.graphql.anchor.sight import is_denied, own_funders
from api.graphql.common.basics import Money, money_of, row
from api.graphql.common.context import Context, Forbidden
from api.graphql.common.days import day_asked
from api.graphql.common.errors import Code, Refusal
from api.graphql.common.lazy import LazyInvestment, LazyStaffPosition

__all__ = ["RenewalDue", "at_calendar", "load_calendars"]

LONGEST = 36_500  # days


@strawberry.type
class RenewalDue:
    """`atRisk` is committed times the chance of no renewal; null where no chance is known. `late` and still open."""

    investment: LazyInvestment
    due_on: date
    late: bool
    committed: Money
    probability: Decimal | None
    at_risk: Money | None
    owner_name: str | None
    positions: list[LazyStaffPosition]


def at_calendar(as_of: date | None = None, within_days: int = 180) -> None:
    """The field's arguments; as of today where no day is given."""


async def load_calendars(
    context: Context, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> list[Any]:  # renewals, or why not
    """Partnership.renewalCalendar."""
    as_of, within = day_asked(asked), asked["within_days"]
    if not 0 <= within <= LONGEST:
        return [Refusal(Code.INVALID, f"`withinDays` lies between 0 and {LONGEST:,}.") for _ in rows]
    return [await _calendar(context, each["id"], as_of, within) for each in rows]


async def _calendar(context: Context, partnership_id: UUID, as_of: date, within: int) -> Any:  # as above
    if is_denied(context, Right.READ_RENEWALS, partnership_id):
        return Forbidden(Right.READ_RENEWALS)

    async def read(session: AsyncSession) -> Sequence[renewals.RenewalDue]:
        own = await own_funders(context, session, partnership_id, Right.READ_RENEWALS)
        found = await read_renewals(session, partnership_id, as_of, within_days=within)
        return [each for each in found if own is None or each.award.funder in own]

    return [_shown(partnership_id, each) for each in await context.run(read)]


def _shown(partnership_id: UUID, due: renewals.RenewalDue) -> RenewalDue:
    award = due.award
    return RenewalDue(
        investment=row("Investment", partnership_id, UUID(award.investment)),
        due_on=due.due_on,
        late=due.is_late,
        committed=money_of(award.committed, award.currency),
        probability=award.probability,
        at_risk=None if due.at_risk is None else money_of(due.at_risk, award.currency),
        owner_name=award.owner_name,
        positions=[row("StaffPosition", partnership_id, UUID(each)) for each in due.positions],
    )
