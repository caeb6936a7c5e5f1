"""Writes what was done for a plan, says by which rule it is lobbying, and pays for that out of allowed dollars."""

from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import select

from allocation.ledger import LedgerError
from allocation.payments import LobbyingPayment, pay_for_lobbying
from api.graphql.common.changes import Refused
from api.graphql.common.checks import Checks
from api.graphql.common.days import YEAR_SENTENCE, is_fiscal_year
from api.graphql.common.enums import UserErrorCode
from api.graphql.common.ids import GlobalId
from api.graphql.policy import policy_inputs as given
from api.graphql.policy.plan_parts import speaker
from api.graphql.policy.written import day, line, prose, today
from models import advocacy as deeds
from models.advocacy import LobbyingClass
from models.base import new_id
from models.organizations import Organization
from models.partnerships import Partnership
from models.plans import PolicyPlan
from models.resources import Investment
from policy.lobbying import ClassificationError, Facts, reason_for

__all__ = ["complete_milestone", "record_action", "record_spending"]

MOST_HOURS: Final = Decimal(100_000)


async def record_action(
    checks: Checks, asked: given.RecordPolicyActionInput, plan: PolicyPlan, actor: str
) -> GlobalId:
    """An action, with every fault of it told at once. Errors: Refused, RESTRICTED for forbidden dollars."""
    partnership = await checks.session.get_one(Partnership, checks.partnership_id)
    organization = await checks.row(Organization, asked.organization, "Organization", "organization")
    award = await checks.row(Investment, asked.paid_from, "Investment", "paidFrom")
    day(checks, asked.occurred_on, "occurredOn", since=plan.starts_on, past=True)
    hours = asked.hours
    checks.must(hours is None or 0 <= hours <= MOST_HOURS, ("hours",), "Hours are 0 or more.")
    cost = checks.money(asked.cost, "cost", currency=partnership.currency)
    if award is not None and not cost:
        checks.wrong(("cost",), "Say what was paid where an investment paid for it.")
    if award is not None and asked.cost is not None and award.currency != asked.cost.currency:
        checks.wrong(("paidFrom",), f"The investment is in {award.currency}.")
    reason = _reason(checks, asked)
    action = deeds.PolicyAction(
        partnership_id=checks.partnership_id,
        id=new_id(),
        plan_id=plan.id,
        organization_id=organization.id if organization else None,
        speaker=speaker(checks, asked.speaker, "speaker"),
        occurred_on=asked.occurred_on,
        kind=asked.kind,
        classification=asked.classification,
        reason=reason,
        hours=hours,
        is_paid=asked.paid,
        cost=cost,
        currency=asked.cost.currency if asked.cost else None,
        paid_from_id=award.id if award else None,
        description=prose(checks, asked.description, "description"),
    )
    checks.done()
    action.transfer_id = await _paid(checks, action, award, actor)
    checks.session.add(action)
    await checks.session.flush()
    return GlobalId("PolicyPlan", (checks.partnership_id, plan.id))


def _reason(checks: Checks, asked: given.RecordPolicyActionInput) -> str:
    """The rule behind the classification; a milder one than the rules give is a fault."""
    told = asked.facts
    facts = None
    if told is not None:
        said = told.names_legislation, told.takes_position, told.calls_to_action
        facts = Facts(told.body, told.audience, *said, told.exemption)
    try:
        return reason_for(asked.classification.value, facts)
    except ClassificationError as error:
        checks.wrong(("classification",), str(error))
        return str(error)


async def _paid(
    checks: Checks, action: deeds.PolicyAction, award: Investment | None, actor: str
) -> UUID | None:
    """The ledger's transfer, where lobbying is paid out of an investment."""
    if award is None or action.cost is None or action.classification is LobbyingClass.NOT_LOBBYING:
        return None
    payment = LobbyingPayment(
        award,
        action.cost,
        action.occurred_on,
        key=f"policy-action:{action.id}",
        note=f"Lobbying ({action.classification.value.lower()}), {action.kind.value.lower()}",
    )
    try:
        return await pay_for_lobbying(checks.session, actor, payment)
    except LedgerError as error:
        sentence = f"{str(error)[:1].upper()}{str(error)[1:]}."
        raise Refused.at("paidFrom", UserErrorCode(error.refusal.value), sentence) from error


async def complete_milestone(
    checks: Checks, asked: given.CompleteMilestoneInput, milestone: deeds.PolicyMilestone
) -> GlobalId:
    """Says when it was reached; what was reached before stays. Errors: Refused."""
    plan = await checks.session.get_one(PolicyPlan, (checks.partnership_id, milestone.plan_id))
    done_on = day(checks, asked.done_on or today(), "doneOn", since=plan.starts_on, past=True)
    if milestone.done_on is not None:
        sentence = f"It was reached on {milestone.done_on}."
        checks.wrong(("milestone",), sentence, UserErrorCode.CONFLICT)
    checks.done()
    milestone.done_on = done_on
    await checks.session.flush()
    return GlobalId("PolicyPlan", (checks.partnership_id, plan.id))


async def record_spending(checks: Checks, asked: given.RecordExemptPurposeSpendingInput) -> GlobalId:
    """A fiscal year has one figure. Errors: Refused."""
    partnership = await checks.session.get_one(Partnership, checks.partnership_id)
    year = asked.fiscal_year
    checks.must(is_fiscal_year(year), ("fiscalYear",), YEAR_SENTENCE)
    amount = checks.money(asked.amount, "amount", currency=partnership.currency)
    source = line(checks, asked.source, "source")
    checks.done()
    e = deeds.ExemptPurposeSpending
    mine = (e.partnership_id == checks.partnership_id, e.fiscal_year == year)
    kept = (await checks.session.execute(select(e).where(*mine))).scalar_one_or_none()
    spending = kept or e(partnership_id=checks.partnership_id, id=new_id(), fiscal_year=year)
    spending.amount, spending.currency, spending.source = amount or 0, asked.amount.currency, source
    checks.session.add(spending)
    await checks.session.flush()
    return GlobalId("Partnership", (checks.partnership_id,))
