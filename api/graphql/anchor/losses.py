"""What goes when funders leave or cut: dollars, positions, practices, networks and students, and when.

The anchor asks of anybody; a funder of itself, and reads of each position its own payments.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import strawberry

from allocation.frames.staffing import read_staff_and_lines
from allocation.losses import FunderLoss as Reckoned
from allocation.losses import Loss, LossError, PartLoss, StaffAndLines, simulate_loss
from allocation.losses import PositionLoss as ReckonedPosition
from allocation.staffing import StaffingOutlook, outlook
from api.access import Right
from api.graphql.anchor.outlooks import PositionOutlook, Sight, sight_of, told_position
from api.graphql.common.basics import Money, money_of
from api.graphql.common.context import Context, Forbidden
from api.graphql.common.days import DAY_SENTENCE, day_asked, is_day
from api.graphql.common.errors import Code, Refusal
from api.graphql.common.ids import NotFound, read_id
from api.graphql.common.lazy import LazyInvestment, LazyOutcome, LazyPractice

__all__ = ["FunderLoss", "at_loss", "load_losses"]


@strawberry.type
class PositionLoss:
    """A position before and after; `lost` is of what was secured, `fromMonth` the first month that loses any."""

    before: PositionOutlook
    after: PositionOutlook
    lost: Money
    from_month: date


@strawberry.type
class PracticeLoss:
    """What a practice loses, from which day, and how many students; null where no effect is known."""

    practice: LazyPractice
    dollars: list[Money]
    from_: date = strawberry.field(name="from")
    students_lost: Decimal | None


@strawberry.type
class NetworkLoss:
    """What pays for a network's collaborative action on an outcome, and from which day it is gone."""

    investment: LazyInvestment
    outcome: LazyOutcome | None
    dollars: list[Money]
    from_: date = strawberry.field(name="from")


@strawberry.type
class FunderLoss:
    """What goes when a funder leaves: dollars, positions as they stand afterwards, practices, students.

    `unknownEffect` are practices' dollars of which no effect is known: whom they help is in no figure.
    """

    dollars: list[Money]
    positions: list[PositionOutlook]
    practices: list[LazyPractice]
    students_lost: Decimal | None
    first_gap: date | None
    position_losses: list[PositionLoss]
    practice_losses: list[PracticeLoss]
    network_losses: list[NetworkLoss]
    unknown_effect: list[Money]


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
    sight = await sight_of(context, partnership_id)
    if sight is None:
        raise Forbidden(Right.READ_STAFFING)
    organizations = {funder: organization for organization, funder in sight.funders.items()}
    payers = [_payer(sight, organizations, text) for text in (asked["funder"], *(asked.get("also") or ()))]
    if not is_day(asked["from_"]):
        raise Refusal(Code.INVALID, f"`from`: {DAY_SENTENCE}")
    if any(not _is_own(sight, payer) for payer in payers):
        raise Forbidden(Right.READ_STAFFING)
    try:
        loss = Loss(payers, asked["from_"], Decimal(1) if asked.get("share") is None else asked["share"])
    except LossError as error:
        raise Refusal(Code.INVALID, f"{str(error).capitalize()}.") from error
    as_of = day_asked(asked)
    standing = await context.once(
        ("staff and lines", partnership_id), lambda session: read_staff_and_lines(session, partnership_id)
    )
    before = await context.once(
        ("staff before any loss", partnership_id, as_of), lambda _: _before(standing, as_of)
    )
    return _told(sight, simulate_loss(standing, loss, before))


async def _before(standing: StaffAndLines, as_of: date) -> StaffingOutlook:
    return outlook(standing.positions, standing.fundings, as_of, currency=standing.currency)


def _told(sight: Sight, taken: Reckoned) -> FunderLoss:
    return FunderLoss(
        dollars=_money(taken.dollars),
        positions=[told_position(sight.partnership_id, sight, each.after) for each in taken.positions],
        practices=[sight.row("Practice", each) for each in taken.practices],
        students_lost=_students(taken.students),
        first_gap=taken.first_gap if sight.payer is None else _first(taken),
        position_losses=[_position_loss(sight, each, taken.currency) for each in taken.positions],
        practice_losses=[_practice_loss(sight, *each) for each in taken.practices.items()],
        network_losses=[_network_loss(sight, *each) for each in taken.networks.items()],
        unknown_effect=_money(taken.unknown_effect),
    )


def _position_loss(sight: Sight, loss: ReckonedPosition, currency: str) -> PositionLoss:
    return PositionLoss(
        before=told_position(sight.partnership_id, sight, loss.before),
        after=told_position(sight.partnership_id, sight, loss.after),
        lost=money_of(loss.lost, loss.before.position.currency or currency),
        from_month=loss.first_month,
    )


def _practice_loss(sight: Sight, practice: str, loss: PartLoss) -> PracticeLoss:
    return PracticeLoss(
        practice=sight.row("Practice", practice),
        dollars=_money(loss.dollars),
        from_=loss.from_on,
        students_lost=_students(loss.students),
    )


def _network_loss(sight: Sight, network: tuple[str, str | None], loss: PartLoss) -> NetworkLoss:
    investment, outcome = network
    return NetworkLoss(
        investment=sight.row("Investment", investment),
        outcome=sight.row("Outcome", outcome),
        dollars=_money(loss.dollars),
        from_=loss.from_on,
    )


def _money(amounts: Mapping[str, int]) -> list[Money]:
    return [money_of(amount, currency) for currency, amount in sorted(amounts.items())]


def _students(students: float | None) -> Decimal | None:
    return None if students is None else round(Decimal(students), 2)


def _first(taken: Reckoned) -> date | None:
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
