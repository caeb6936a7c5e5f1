"""Writes what is agreed about an investment: its renewal, match, instalments and fee."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import delete, select

from api.graphql.anchor import anchor_inputs as given
from api.graphql.common.checks import CENT, MOST, Checks
from api.graphql.common.days import YEAR_SENTENCE, is_fiscal_year
from api.graphql.common.ids import GlobalId
from models.base import TenantRow, new_id
from models.budgets import FeeAgreement
from models.matches import MatchRequirement
from models.obligations import Instalment, Renewal
from models.resources import Investment

__all__ = [
    "check_instalments",
    "check_match",
    "check_renewal",
    "replace_agreed",
    "set_agreements",
    "settle_agreed",
]

MOST_RATIO: Final = Decimal(1000)
Values = dict[str, Any]  # Any: a column's value


async def set_agreements(checks: Checks, asked: given.SetAgreementsInput, investment: Investment) -> GlobalId:
    """Writes what is sent, with every fault of it told at once. Errors: Refused."""
    unit = investment.currency
    renewal = check_renewal(checks, asked.renewal) if asked.renewal else None
    match = check_match(checks, asked.match, unit) if asked.match else None
    instalments = None if asked.instalments is None else check_instalments(checks, asked.instalments)
    fees = None if asked.fees is None else _check_fees(checks, asked.fees, unit)
    checks.done()
    if renewal is not None:
        await settle_agreed(checks, Renewal, investment, renewal)
    if match is not None:
        await settle_agreed(checks, MatchRequirement, investment, match)
    if instalments is not None:
        await replace_agreed(checks, Instalment, investment, instalments)
    if fees is not None:
        await replace_agreed(checks, FeeAgreement, investment, fees)
    return GlobalId("Investment", (checks.partnership_id, investment.id))


def check_renewal(checks: Checks, asked: given.RenewalInput) -> Values:
    """The columns of a renewal."""
    checks.share(asked.probability, "renewal", "probability")
    checks.text(asked.owner_name, "renewal", "ownerName", longest=200)
    return {"due_on": asked.due_on, "probability": asked.probability, "owner_name": asked.owner_name}


def check_match(checks: Checks, asked: given.MatchRequirementInput, currency: str) -> Values:
    """The columns of a match requirement in the investment's currency."""
    checks.above_zero(asked.ratio, "match", "ratio", most=MOST_RATIO)
    return {
        "ratio": asked.ratio,
        "required": checks.money(asked.required, "match", "required", currency=currency),
        "in_kind_counts": asked.in_kind_counts,
        "due_on": asked.due_on,
    }


def check_instalments(checks: Checks, asked: Sequence[given.InstalmentInput]) -> Sequence[Values]:
    """The columns of each instalment."""
    found: list[Values] = []
    for n, each in enumerate(asked):
        place = ("instalments", str(n))
        is_year = is_fiscal_year(each.fiscal_year)
        checks.must(is_year, (*place, "fiscalYear"), YEAR_SENTENCE)
        is_fit = 0 < each.amount <= MOST and each.amount == each.amount.quantize(CENT)
        checks.must(is_fit, (*place, "amount"), "An amount is above 0, with at most two decimal places.")
        found.append(
            {
                "fiscal_year": each.fiscal_year,
                "due_on": each.due_on,
                "amount": int(each.amount * 100) if is_fit else 0,
                "is_conditional": each.conditional,
            }
        )
    return found


def _check_fees(checks: Checks, asked: Sequence[given.FeeAgreementInput], currency: str) -> Sequence[Values]:
    found: list[Values] = []
    terms: list[tuple[date, date]] = []
    for n, each in enumerate(asked):
        place = ("fees", str(n))
        is_one = (each.fee_rate is None) != (each.monthly is None)
        checks.must(is_one, place, "A fee is a rate, or an amount a month.")
        checks.must(
            each.monthly is None or each.starts_on is not None,
            (*place, "startsOn"),
            "An amount a month begins on a day.",
        )
        checks.share(each.fee_rate, *place, "feeRate")
        checks.term(each.starts_on, each.ends_on, *place)
        term = (each.starts_on or date.min, each.ends_on or date.max)
        is_alone = not any(term[0] <= last and first <= term[1] for first, last in terms)
        checks.must(is_alone, place, "Its term overlaps another agreement of the award.")
        terms.append(term)
        found.append(
            {
                "fee_rate": each.fee_rate,
                "monthly": checks.money(each.monthly, *place, "monthly", currency=currency),
                "currency": each.monthly.currency if each.monthly else None,
                "starts_on": each.starts_on,
                "ends_on": each.ends_on,
            }
        )
    return found


async def settle_agreed(checks: Checks, model: type[Any], investment: Investment, values: Values) -> None:
    """An investment has one of it. Any: a row class with an investment."""
    p = checks.partnership_id
    query = select(model).where(model.partnership_id == p, model.investment_id == investment.id)
    row = (await checks.session.execute(query)).scalar_one_or_none()
    if row is None:
        checks.session.add(model(partnership_id=p, id=new_id(), investment_id=investment.id, **values))
    else:
        for name, value in values.items():
            setattr(row, name, value)
    await checks.session.flush()


async def replace_agreed(
    checks: Checks, model: type[Any], investment: Investment, rows: Sequence[Values]
) -> None:
    """The rows that are sent become all of the investment's. Any: as above."""
    p = checks.partnership_id
    await checks.session.execute(
        delete(model).where(model.partnership_id == p, model.investment_id == investment.id)
    )
    fresh: list[TenantRow] = [
        model(partnership_id=p, id=new_id(), investment_id=investment.id, **values) for values in rows
    ]
    checks.session.add_all(fresh)
    await checks.session.flush()
