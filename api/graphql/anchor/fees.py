"""The fiscal agent's fees by agreement and by period, against what hosting costs; a funder reads its own."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from allocation import fees
from allocation.frames.fees import read_agreements, read_moved
from allocation.frames.places import read_partnership
from allocation.months import Term
from api.access import Right
from api.graphql.anchor.activity import checked_period
from api.graphql.anchor.sight import is_denied, own_investments
from api.graphql.common.basics import Money, money_of, row
from api.graphql.common.context import Context, Forbidden
from api.graphql.common.enums import TimeBucket
from api.graphql.common.errors import Refusal
from api.graphql.common.lazy import LazyInvestment

__all__ = ["FeeReport", "at_fees", "load_fees"]

MONTHS = {TimeBucket.MONTH: 1, TimeBucket.QUARTER: 3, TimeBucket.YEAR: 12}


@strawberry.type
class FeeAgreement:
    """A rate (0 to 1) of what an award brings in, or an amount for each month; open where a day is null."""

    fee_rate: Decimal | None
    monthly: Money | None
    starts_on: date | None
    ends_on: date | None


@strawberry.type
class FeeLine:
    """The fee of one award, or of hosting where `investment` is null: due by its agreements, and charged.

    `difference` is charged less due; `unagreed` are receipts for which nothing is agreed.
    """

    investment: LazyInvestment | None
    agreements: list[FeeAgreement]
    received: Money
    due: Money
    charged: Money
    difference: Money
    unagreed: Money


@strawberry.type
class FeePeriod:
    """A month, quarter or fiscal year; `hosting` is what was spent on overhead."""

    starts_on: date
    due: Money
    charged: Money
    hosting: Money


@strawberry.type
class FeeReport:
    """Fees of a period, by award and by month, quarter or year: both add up to the same."""

    lines: list[FeeLine]
    periods: list[FeePeriod]


def at_fees(
    from_: Annotated[date, strawberry.argument(name="from")],
    to: date,
    bucket: TimeBucket = TimeBucket.MONTH,
) -> None:
    """The field's arguments; both days are included, quarters and years are of the fiscal year."""


async def load_fees(
    context: Context, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> list[Any]:  # a report, or why not
    """AnchorEntity.feeReport."""
    try:
        period = Term(*checked_period(asked))
    except Refusal as refusal:
        return [refusal for _ in rows]
    months = MONTHS[TimeBucket(asked.get("bucket") or TimeBucket.MONTH)]
    return [await _report(context, each["partnership"], period, months) for each in rows]


async def _report(context: Context, partnership_id: UUID, period: Term, months: int) -> Any:  # as above
    if is_denied(context, Right.READ_BUDGET, partnership_id):
        return Forbidden(Right.READ_BUDGET)

    async def read(session: AsyncSession) -> FeeReport:
        own = await own_investments(context, session, partnership_id, Right.READ_BUDGET)
        agreements = await read_agreements(session, partnership_id)
        moved = await read_moved(session, partnership_id, period)
        if own is not None:
            agreements = [each for each in agreements if _is_own(each, own)]
            moved = fees.Moved(_own(moved.receipts, own), _own(moved.charges, own))
        partnership = await read_partnership(session, partnership_id)
        start = partnership.fiscal_year_start_month
        found = fees.fee_report(agreements, moved, period, months=months, start_month=start)
        return FeeReport(
            lines=[_line(partnership_id, each, agreements) for each in found.lines],
            periods=[_period(each) for each in found.periods],
        )

    return await context.run(read)


def _is_own(agreement: fees.Agreement, own: set[str]) -> bool:
    """A funder reads the anchor entity's public rate and what is agreed of its own awards, not other hosting."""
    return agreement.investment in own or (agreement.investment is None and agreement.monthly is None)


def _own(movements: Iterable[fees.Movement], own: set[str]) -> Sequence[fees.Movement]:
    return [each for each in movements if each.investment in own]


def _line(partnership_id: UUID, fee: fees.Fee, agreements: Sequence[fees.Agreement]) -> FeeLine:
    mine = [each for each in agreements if each.investment == fee.investment and _is_of(each, fee)]
    rates = [each for each in agreements if each.investment is None and each.monthly is None]
    investment: Any = row("Investment", partnership_id, UUID(fee.investment)) if fee.investment else None
    amounts = {
        name: money_of(getattr(fee, name), fee.currency)
        for name in ("received", "due", "charged", "difference", "unagreed")
    }
    return FeeLine(investment=investment, agreements=[_agreement(each) for each in mine or rates], **amounts)


def _is_of(agreement: fees.Agreement, fee: fees.Fee) -> bool:
    return fee.investment is not None or agreement.monthly is not None


def _agreement(found: fees.Agreement) -> FeeAgreement:
    return FeeAgreement(
        fee_rate=found.fee_rate,
        monthly=None if found.monthly is None else money_of(found.monthly, found.currency or ""),
        starts_on=found.starts_on,
        ends_on=found.ends_on,
    )


def _period(found: fees.FeePeriod) -> FeePeriod:
    amounts = {name: money_of(getattr(found, name), found.currency) for name in ("due", "charged", "hosting")}
    return FeePeriod(starts_on=found.starts_on, **amounts)
