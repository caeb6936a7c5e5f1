"""Writes barriers and plans: what they are, whom they are for, and their steps."""

from typing import Final
from uuid import UUID

from api.graphql.common.checks import Checks
from api.graphql.common.enums import UserErrorCode
from api.graphql.common.ids import GlobalId
from api.graphql.policy import policy_inputs as given
from api.graphql.policy.plan_parts import dollars, milestones, pay, positions, replace_all
from api.graphql.policy.written import day, line, links, prose, rows, settled, today
from models import advocacy as deeds
from models import plans
from models.barriers import Barrier
from models.base import Base, new_id
from models.measures import PolicyMeasure
from models.organizations import Organization
from models.outcomes import Indicator, Outcome, Population
from models.resources import Investment
from policy.plans import begin, move
from policy.statuses import Step, StepError

__all__ = ["answer_barrier", "move_plan", "record_barrier", "record_plan", "update_plan"]

SAME_TITLE: Final = "Another one of this partnership has this title."
LINKS: Final = (
    ("barriers", plans.PolicyPlanBarrier, "barrier_id", Barrier, "Barrier"),
    ("outcomes", plans.PolicyPlanOutcome, "outcome_id", Outcome, "Outcome"),
    ("indicators", plans.PolicyPlanIndicator, "indicator_id", Indicator, "Indicator"),
    ("populations", plans.PolicyPlanPopulation, "population_id", Population, "PopulationGroup"),
    ("measures", plans.PolicyPlanMeasure, "measure_id", PolicyMeasure, "PolicyMeasure"),
    ("decided_by", plans.PolicyPlanDecider, "organization_id", Organization, "Organization"),
)
PATHS: Final = {"decided_by": "decidedBy"}
Asked = given.RecordPolicyPlanInput | given.UpdatePolicyPlanInput
Linked = list[tuple[type[Base], str, list[UUID] | None]]


async def record_barrier(checks: Checks, asked: given.RecordBarrierInput) -> GlobalId:
    """A barrier, with every fault of it told at once. Errors: Refused."""
    title = line(checks, asked.title, "title")
    by = line(checks, asked.raised_by_name, "raisedByName", longest=200)
    raised = day(checks, asked.raised_on or today(), "raisedOn", past=True)
    owner = await checks.row(Organization, asked.owner, "Organization", "owner")
    checks.done()
    barrier = Barrier(
        partnership_id=checks.partnership_id,
        id=new_id(),
        title=title,
        raised_by_name=by,
        raised_on=raised,
        owner_id=owner.id if owner else None,
    )
    checks.session.add(barrier)
    await settled(checks, "title", SAME_TITLE)
    return GlobalId("Barrier", (checks.partnership_id, barrier.id))


async def answer_barrier(
    checks: Checks, asked: given.AnswerBarrierInput, barrier: Barrier, by: str | None
) -> GlobalId:
    """An answer may be given anew; the last one stands. Errors: Refused."""
    answer = prose(checks, asked.answer, "answer")
    answered = day(checks, asked.answered_on or today(), "answeredOn", past=True)
    resolved = day(checks, asked.resolved_on, "resolvedOn", past=True)
    for name, on in (("answeredOn", answered), ("resolvedOn", resolved)):
        if on is not None and on < barrier.raised_on:
            checks.wrong((name,), f"It comes before the barrier was raised, on {barrier.raised_on}.")
    checks.done()
    barrier.answer, barrier.answered_on, barrier.answered_by = answer, answered, by
    barrier.resolved_on = resolved or barrier.resolved_on
    await checks.session.flush()
    return GlobalId("Barrier", (checks.partnership_id, barrier.id))


async def record_plan(checks: Checks, asked: given.RecordPolicyPlanInput, by: str | None) -> GlobalId:
    """A draft, with what hangs on it. Errors: Refused."""
    plan = plans.PolicyPlan(
        partnership_id=checks.partnership_id,
        id=new_id(),
        level=asked.level,
        stance=asked.stance,
        status=plans.PolicyStatus.DRAFT,
        version=1,
    )
    await _describe(checks, asked, plan)
    linked = await _linked(checks, asked)
    due = milestones(checks, asked.milestones, plan)
    checks.done()
    checks.session.add(plan)
    await settled(checks, "title", SAME_TITLE)
    await _hang(checks, plan, linked, due)
    await begin(checks.session, plan, by=by, today=today())
    return GlobalId("PolicyPlan", (checks.partnership_id, plan.id))


async def update_plan(checks: Checks, asked: given.UpdatePolicyPlanInput, plan: plans.PolicyPlan) -> GlobalId:
    """What is sent replaces what was there; milestones are added. Errors: Refused."""
    _must_be_fresh(checks, asked.version, plan)
    checks.done()
    await _describe(checks, asked, plan)
    for name in ("level", "stance"):
        if (value := getattr(asked, name)) is not None:
            setattr(plan, name, value)
    _enact(checks, asked, plan)
    if asked.published is not None:
        plan.is_published = asked.published
    linked = await _linked(checks, asked)
    awards = await rows(checks, Investment, asked.investments, "Investment", "investments")
    due = milestones(checks, asked.milestones or [], plan)
    moved = dollars(checks, asked.dollars, plan)
    stands = await positions(checks, asked.positions, plan)
    checks.done()
    plan.version += 1
    await settled(checks, "title", SAME_TITLE)
    await _hang(checks, plan, linked, due)
    await replace_all(checks, deeds.PolicyDollars, plan, moved)
    await replace_all(checks, deeds.PolicyPosition, plan, stands)
    await pay(checks, plan, awards)
    return GlobalId("PolicyPlan", (checks.partnership_id, plan.id))


async def move_plan(
    checks: Checks, asked: given.MovePolicyPlanInput, plan: plans.PolicyPlan, by: str | None
) -> GlobalId:
    """A step along the plan's statuses. Errors: Refused."""
    _must_be_fresh(checks, asked.version, plan)
    note = line(checks, asked.note, "note")
    on = day(checks, asked.on or today(), "on")
    checks.done()
    step = Step(asked.to.value, note or "", on or today())
    try:
        await move(checks.session, plan, step, by=by, today=today())
    except StepError as error:
        code = UserErrorCode.CONFLICT if error.field == "to" else UserErrorCode.INVALID
        checks.wrong((error.field,), str(error), code)
    checks.done()
    return GlobalId("PolicyPlan", (checks.partnership_id, plan.id))


def _must_be_fresh(checks: Checks, version: int, plan: plans.PolicyPlan) -> None:
    if version != plan.version:
        sentence = f"The plan has changed since: it is at version {plan.version}. Read it again."
        checks.wrong(("version",), sentence, UserErrorCode.STALE)


async def _describe(checks: Checks, asked: Asked, plan: plans.PolicyPlan) -> None:
    """The texts, the owner and the first day, where they are given."""
    texts = {
        "title": line(checks, asked.title, "title"),
        "summary": prose(checks, asked.summary, "summary"),
        "jurisdiction": line(checks, asked.jurisdiction, "jurisdiction", longest=200),
        "starts_on": day(checks, asked.starts_on, "startsOn"),
    }
    owner = await checks.row(Organization, asked.owner, "Organization", "owner")
    for name, value in texts.items():
        if value is not None:
            setattr(plan, name, value)
    if owner is not None:
        plan.owner_id = owner.id


def _enact(checks: Checks, asked: given.UpdatePolicyPlanInput, plan: plans.PolicyPlan) -> None:
    """The days on which the plan was enacted and took effect: in this order, and not before it began."""
    enacted = day(checks, asked.enacted_on, "enactedOn", since=plan.starts_on, past=True)
    effective = day(checks, asked.effective_on, "effectiveOn", since=plan.starts_on)
    plan.enacted_on, plan.effective_on = enacted or plan.enacted_on, effective or plan.effective_on
    if plan.enacted_on and plan.starts_on and plan.enacted_on < plan.starts_on:
        checks.wrong(("startsOn",), f"The plan was enacted before that, on {plan.enacted_on}.")
    if plan.enacted_on and plan.effective_on and plan.effective_on < plan.enacted_on:
        checks.wrong(
            ("effectiveOn",), f"It takes effect on {plan.enacted_on}, when it was enacted, or later."
        )


async def _linked(checks: Checks, asked: Asked) -> Linked:
    found: Linked = []
    for name, link, column, model, type_name in LINKS:
        ids = await rows(checks, model, getattr(asked, name), type_name, PATHS.get(name, name))
        found.append((link, column, ids))
    return found


async def _hang(
    checks: Checks, plan: plans.PolicyPlan, linked: Linked, milestones: list[deeds.PolicyMilestone]
) -> None:
    for link, column, ids in linked:
        await links(checks, link, plan.id, column, ids)
    checks.session.add_all(milestones)
    await settled(checks, "milestones", "Another milestone of the plan has this title.")
