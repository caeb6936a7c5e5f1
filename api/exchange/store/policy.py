"""Stores the policy team's chain: barriers, plans and their steps, milestones, actions, dollars, positions."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from allocation.ledger import LedgerError
from allocation.payments import LobbyingPayment, pay_for_lobbying
from api.exchange.records_policy import (
    BarrierRecord,
    MilestoneRecord,
    PolicyActionRecord,
    PolicyDollarsRecord,
    PolicyPlanRecord,
    PolicyPositionRecord,
    PolicyStepRecord,
    SpendingRecord,
)
from api.exchange.store.desk import Desk, Unfit
from api.exchange.store.measure_names import find_measures
from api.exchange.store.money import minor, optional_minor
from api.exchange.store.rows import CREATED, UNCHANGED, Values, graver
from models import advocacy, plans
from models.barriers import Barrier
from models.base import Base, new_id
from models.plans import PolicyPlan
from models.resources import Investment
from policy.lobbying import Audience, Body, ClassificationError, Exemption, Facts, reason_for
from policy.plans import begin, move
from policy.statuses import Step, StepError

__all__ = ["STORES"]


async def _barrier(desk: Desk, record: BarrierRecord) -> str:
    values = {
        "raised_on": record.raised_on,
        "raised_by_name": record.raised_by,
        "owner_id": desk.names.organizations.find(record.owner),
        "answer": record.answer,
        "answered_by": record.answered_by,
        "answered_on": record.answered_on,
        "resolved_on": record.resolved_on,
    }
    row, action = await desk.settle(Barrier, {"title": record.title}, values)
    desk.names.barriers.add(record.title, row)
    return action


async def _plan(desk: Desk, record: PolicyPlanRecord) -> str:
    names = desk.names
    links = await _links(desk, record)
    awards = names.investments.find_all(record.investments)
    values: Values = {
        "level": record.level,
        "stance": record.stance,
        "owner_id": names.organizations.find(record.owner),
    }
    said = ("jurisdiction", "summary", "starts_on")  # kept where a file says nothing of them
    values |= {name: getattr(record, name) for name in said if getattr(record, name) is not None}
    if record.published is not None:
        values["is_published"] = record.published
    has_moved = await _follow(desk, record, values)
    row, action = await desk.settle(PolicyPlan, {"title": record.title}, values)
    names.plans.add(record.title, row)
    if action == CREATED:
        kept = await desk.session.get_one(PolicyPlan, (desk.partnership_id, row))
        await begin(desk.session, kept, by=desk.actor, today=record.starts_on or _today())
    owner = {"plan_id": row}
    changed = [await desk.links(link, owner, [{column: each} for each in ids]) for link, column, ids in links]
    return graver(action, has_moved, *changed, await _pay(desk, row, awards))


async def _links(desk: Desk, record: PolicyPlanRecord) -> list[tuple[type[Base], str, list[UUID]]]:
    """What the plan is tied to, of the lists that the file has. Errors: UnknownName."""
    names, found = desk.names, list[tuple[type[Base], str, list[UUID]]]()
    for link, column, index, words in (
        (plans.PolicyPlanOutcome, "outcome_id", names.outcomes, record.outcomes),
        (plans.PolicyPlanPopulation, "population_id", names.populations, record.populations),
        (plans.PolicyPlanIndicator, "indicator_id", names.indicators, record.indicators),
        (plans.PolicyPlanBarrier, "barrier_id", names.barriers, record.barriers),
        (plans.PolicyPlanDecider, "organization_id", names.organizations, record.decided_by),
    ):
        if words is not None:
            found.append((link, column, index.find_all(words)))
    if record.measures is not None:
        measures = await find_measures(desk.session, desk.partnership_id, record.measures)
        found.append((plans.PolicyPlanMeasure, "measure_id", measures))
    return found


async def _follow(desk: Desk, record: PolicyPlanRecord, values: Values) -> bool:
    """The status that a file gives: a new plan begins with it, one that is known takes the step to it."""
    known = desk.names.plans.find(record.title) if desk.names.plans.knows(record.title) else None
    if known is None:
        values["status"] = plans.PolicyStatus(record.status or "DRAFT")
        return False
    kept = await desk.session.get_one(PolicyPlan, (desk.partnership_id, known))
    if record.status is None or record.status == kept.status.value:
        return False
    await _move(desk, kept, Step(record.status, "As the imported file has it.", _today()))
    return True


async def _pay(desk: Desk, plan: UUID, awards: list[UUID]) -> bool:
    """Says of the named investments that they pay for the plan; those that are not named stay."""
    i = Investment
    wanted = (
        i.partnership_id == desk.partnership_id,
        i.id.in_(awards),
        i.policy_plan_id.is_distinct_from(plan),
    )
    changed = await desk.session.execute(
        update(i).where(*wanted).values(policy_plan_id=plan, version=i.version + 1).returning(i.id)
    )
    return bool(changed.all())


async def _step(desk: Desk, record: PolicyStepRecord) -> str:
    """A step is known by its plan, its day and where it led; what was taken is never taken back."""
    plan = await _plan_of(desk, record.plan)
    c = advocacy.PolicyStatusChange
    known = await desk.session.execute(
        select(c.id).where(
            c.partnership_id == desk.partnership_id,
            c.plan_id == plan.id,
            c.to_status == plans.PolicyStatus(record.to),
            c.happened_on == record.on,
            c.from_status.is_not(None),
        )
    )
    if known.first():
        return UNCHANGED
    await _move(desk, plan, Step(record.to, record.note, record.on))
    return CREATED


async def _move(desk: Desk, plan: PolicyPlan, step: Step) -> None:
    """A file may be ahead of this clock, so the day of a step is only compared with the plan's own."""
    try:
        await move(desk.session, plan, step, by=desk.actor, today=step.on)
    except StepError as error:
        raise Unfit("impossible-step", str(error), error.field, None) from error


async def _milestone(desk: Desk, record: MilestoneRecord) -> str:
    plan = await _plan_of(desk, record.plan)
    _not_before(plan, record.due_on, "due_on")
    _not_before(plan, record.done_on, "done_on")
    values = {"due_on": record.due_on, "done_on": record.done_on}
    key = {"plan_id": plan.id, "title": record.title}
    _, action = await desk.settle(advocacy.PolicyMilestone, key, values)
    return action


async def _action(desk: Desk, record: PolicyActionRecord) -> str:
    """An action is known by its plan, organization, day, kind and description; what was paid never changes."""
    plan = await _plan_of(desk, record.plan)
    _not_before(plan, record.occurred_on, "occurred_on")
    key: Values = {
        "plan_id": plan.id,
        "organization_id": desk.names.organizations.find(record.organization),
        "occurred_on": record.occurred_on,
        "kind": advocacy.AdvocacyKind(record.kind),
        "description": record.description,
    }
    values: Values = {
        "classification": advocacy.LobbyingClass(record.classification),
        "reason": _reason(record),
        "speaker": record.speaker,
        "hours": record.hours,
        "is_paid": record.paid,
        "cost": optional_minor(record.cost),
        "currency": record.currency,
        "paid_from_id": desk.names.investments.find(record.paid_from),
    }
    if not values["paid_from_id"] or record.classification == "NOT_LOBBYING":
        _, action = await desk.settle(advocacy.PolicyAction, key, values)
        return action
    return await _paid_action(desk, key, values)


async def _paid_action(desk: Desk, key: Values, values: Values) -> str:
    a = advocacy.PolicyAction
    mine = {"partnership_id": desk.partnership_id, **key}
    same = (getattr(a, name) == value for name, value in mine.items())
    kept = (await desk.session.execute(select(a).where(*same))).scalar_one_or_none()
    if kept is not None:
        if any(getattr(kept, name) != values[name] for name in ("cost", "paid_from_id", "classification")):
            sentence = "the ledger has paid for this action already, and never changes: reverse that first"
            raise Unfit("recorded-otherwise", sentence, "cost", None)
        return UNCHANGED
    award = await desk.session.get_one(Investment, (desk.partnership_id, values["paid_from_id"]))
    id_ = new_id()
    payment = LobbyingPayment(
        award,
        values["cost"] or 0,
        key["occurred_on"],
        f"policy-action:{id_}",
        f"Lobbying: {key['kind'].value}",
    )
    try:
        values["transfer_id"] = await pay_for_lobbying(desk.session, desk.actor, payment)
    except LedgerError as error:
        raise Unfit("forbidden-dollars", str(error), "paid_from", None) from error
    desk.session.add(a(**mine, id=id_, **values))
    await desk.session.flush()
    return CREATED


def _reason(record: PolicyActionRecord) -> str:
    facts = None
    if record.body and record.audience:
        facts = Facts(
            Body(record.body),
            Audience(record.audience),
            record.names_legislation,
            record.takes_position,
            record.calls_to_action,
            Exemption(record.exemption) if record.exemption else None,
        )
    try:
        return reason_for(record.classification, facts)
    except ClassificationError as error:
        raise Unfit("milder-than-the-rules", str(error), "classification", None) from error


async def _spending(desk: Desk, record: SpendingRecord) -> str:
    values = {"amount": minor(record.amount), "currency": record.currency, "source": record.source}
    key = {"fiscal_year": record.fiscal_year}
    _, action = await desk.settle(advocacy.ExemptPurposeSpending, key, values)
    return action


async def _dollars(desk: Desk, record: PolicyDollarsRecord) -> str:
    key = {
        "plan_id": (await _plan_of(desk, record.plan)).id,
        "kind": advocacy.PolicyDollarKind(record.kind),
        "is_public": record.public,
        "currency": record.currency,
    }
    values = {"amount": minor(record.amount), "source": record.source}
    _, action = await desk.settle(advocacy.PolicyDollars, key, values)
    return action


async def _position(desk: Desk, record: PolicyPositionRecord) -> str:
    key = {
        "plan_id": (await _plan_of(desk, record.plan)).id,
        "organization_id": desk.names.organizations.find(record.organization),
    }
    values = {
        "position": advocacy.Position(record.position),
        "jurisdiction": record.jurisdiction,
        "speaker": record.speaker,
        "monthly_hours": record.monthly_hours,
        "taken_on": record.taken_on,
    }
    _, action = await desk.settle(advocacy.PolicyPosition, key, values)
    return action


async def _plan_of(desk: Desk, title: str) -> PolicyPlan:
    return await desk.session.get_one(PolicyPlan, (desk.partnership_id, desk.names.plans.find(title)))


def _not_before(plan: PolicyPlan, day: date | None, field: str) -> None:
    if day is not None and plan.starts_on is not None and day < plan.starts_on:
        sentence = f"it comes before its plan, which starts on {plan.starts_on}"
        raise Unfit("before-its-plan", sentence, field, None)


def _today() -> date:
    return datetime.now(UTC).date()


STORES: Mapping[type[Any], Callable[[Desk, Any], Awaitable[str]]] = {  # Any: each takes its own record
    BarrierRecord: _barrier,
    PolicyPlanRecord: _plan,
    PolicyStepRecord: _step,
    MilestoneRecord: _milestone,
    PolicyActionRecord: _action,
    SpendingRecord: _spending,
    PolicyDollarsRecord: _dollars,
    PolicyPositionRecord: _position,
}
