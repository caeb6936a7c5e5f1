"""Writes the anchor's agreements: who holds the money, the budget, offers to match, and what is owed."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select

from api.graphql.anchor import anchor_inputs as given
from api.graphql.common.checks import Checks
from api.graphql.common.days import YEAR_SENTENCE, is_fiscal_year
from api.graphql.common.enums import UserErrorCode
from api.graphql.common.ids import GlobalId, read_id
from models import budgets, matches, obligations, partnerships, staffing
from models.base import new_id
from models.organizations import Organization
from models.resources import Funder, Investment

__all__ = ["complete", "record_obligation", "record_offer", "set_anchor", "set_budget"]

MOST_RATIO: Final = Decimal(1000)


async def set_anchor(checks: Checks, asked: given.SetAnchorEntityInput) -> GlobalId:
    """The agreement in force ends on the day on which the other begins; a second one of a day replaces it."""
    organization = await checks.row(Organization, asked.organization, "Organization", "organization")
    checks.share(asked.fee_rate, "feeRate")
    monthly = checks.money(asked.monthly_fee, "monthlyFee")
    checks.done()
    a, p = partnerships.AnchorEntity, checks.partnership_id
    begins = asked.starts_on or datetime.now(UTC).date()
    rows = (await checks.session.execute(select(a).where(a.partnership_id == p))).scalars().all()
    later = [each.starts_on for each in rows if each.starts_on and each.starts_on > begins]
    same = next((each for each in rows if each.starts_on == begins), None)
    for each in rows:
        is_before = each.starts_on is None or each.starts_on < begins
        if is_before and (each.ends_on is None or each.ends_on > begins):
            each.ends_on = begins
    agreed = same or a(partnership_id=p, id=new_id(), starts_on=begins, ends_on=min(later, default=None))
    assert organization is not None  # noqa: S101 - checked above
    agreed.organization_id, agreed.fee_rate = organization.id, asked.fee_rate
    checks.session.add(agreed)
    await checks.session.flush()
    if asked.monthly_fee is not None:
        await _set_hosting(checks, begins, {"monthly": monthly, "currency": asked.monthly_fee.currency})
    return GlobalId("Partnership", (p,))


async def _set_hosting(checks: Checks, begins: date, values: dict[str, object]) -> None:
    """The price of hosting the partnership from a day on."""
    f, p = budgets.FeeAgreement, checks.partnership_id
    query = select(f).where(f.partnership_id == p, f.investment_id.is_(None), f.starts_on == begins)
    row = (await checks.session.execute(query)).scalar_one_or_none()
    if row is None:
        row = f(partnership_id=p, id=new_id(), starts_on=begins)
        checks.session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    await checks.session.flush()


async def set_budget(checks: Checks, asked: given.SetBudgetInput) -> GlobalId:
    """The lines that are sent become the whole budget of the year. Errors: Refused."""
    b, p = budgets.BudgetLine, checks.partnership_id
    partnership = await checks.session.get_one(partnerships.Partnership, p)
    checks.must(is_fiscal_year(asked.fiscal_year), ("fiscalYear",), YEAR_SENTENCE)
    lines: dict[tuple[object, ...], budgets.BudgetLine] = {}
    for n, each in enumerate(asked.lines):
        place = ("lines", str(n))
        amount = checks.money(each.amount, *place, "amount", currency=partnership.currency)
        funder = await _funder(checks, each.funder, *place, "funder")
        position = await checks.row(
            staffing.StaffPosition, each.position, "StaffPosition", *place, "position"
        )
        key = (each.use, funder, position.id if position else None)
        checks.must(key not in lines, place, "Another line is for the same use, funder and position.")
        lines[key] = b(
            partnership_id=p,
            id=new_id(),
            fiscal_year=asked.fiscal_year,
            use=each.use,
            funder_id=funder,
            position_id=position.id if position else None,
            amount=amount,
            currency=each.amount.currency,
        )
    checks.done()
    await checks.session.execute(delete(b).where(b.partnership_id == p, b.fiscal_year == asked.fiscal_year))
    checks.session.add_all(line for line in lines.values() if line.amount)
    await checks.session.flush()
    return GlobalId("Partnership", (p,))


async def _funder(checks: Checks, text: str | None, *path: str) -> UUID | None:
    """The funder of a Funder's or an Organization's id; an organization that has not given yet becomes one."""
    if text is None or read_id(text, "Funder"):
        found = await checks.row(Funder, text, "Funder", *path)
        return found.id if found else None
    organization = await checks.row(Organization, text, "Organization", *path)
    if organization is None:
        return None
    f = Funder
    known = await checks.session.execute(
        select(f.id).where(f.partnership_id == checks.partnership_id, f.organization_id == organization.id)
    )
    row_id = known.scalar_one_or_none()
    if row_id is None:
        row_id = new_id()
        checks.session.add(
            Funder(
                partnership_id=checks.partnership_id, id=row_id, organization_id=organization.id, kind=None
            )
        )
        await checks.session.flush()
    return row_id


async def record_offer(checks: Checks, asked: given.RecordMatchOfferInput) -> GlobalId:
    """An offer, with every fault of it told at once. Errors: Refused."""
    source = await checks.row(Organization, asked.source, "Organization", "source")
    checks.above_zero(asked.ratio, "ratio", most=MOST_RATIO)
    maximum = checks.money(asked.maximum, "maximum")
    checks.must(
        maximum != 0, ("maximum", "amount"), "A maximum is above 0; leave it out where there is none."
    )
    checks.done()
    assert source is not None  # noqa: S101 - checked above
    offer = matches.MatchOffer(
        partnership_id=checks.partnership_id,
        id=new_id(),
        source_id=source.id,
        ratio=asked.ratio,
        maximum=maximum,
        currency=asked.maximum.currency if asked.maximum else None,
        deadline=asked.deadline,
        in_kind_counts=asked.in_kind_counts,
    )
    checks.session.add(offer)
    await checks.session.flush()
    return GlobalId("MatchOffer", (checks.partnership_id, offer.id))


async def record_obligation(
    checks: Checks, asked: given.RecordObligationInput, investment: Investment
) -> GlobalId:
    """Something due under the investment. Errors: Refused."""
    checks.text(asked.title, "title")
    checks.done()
    owed = obligations.Obligation(
        partnership_id=checks.partnership_id,
        id=new_id(),
        investment_id=investment.id,
        kind=asked.kind,
        title=asked.title,
        due_on=asked.due_on,
    )
    checks.session.add(owed)
    await checks.session.flush()
    return GlobalId("Obligation", (checks.partnership_id, owed.id))


async def complete(
    checks: Checks, asked: given.CompleteObligationInput, owed: obligations.Obligation
) -> GlobalId:
    """Says when it was done; what was done before stays. Errors: Refused."""
    today = datetime.now(UTC).date()
    done_on = asked.done_on or today
    checks.must(done_on <= today, ("doneOn",), "Nothing is done on a day to come.")
    if owed.done_on is not None:
        checks.wrong(("obligation",), f"It was done on {owed.done_on}.", UserErrorCode.CONFLICT)
    checks.done()
    owed.done_on = done_on
    await checks.session.flush()
    return GlobalId("Obligation", (checks.partnership_id, owed.id))
