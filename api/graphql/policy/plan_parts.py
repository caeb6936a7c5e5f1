"""What hangs on a plan: milestones, dollars, who stands where, and the investments that pay for it."""

import re
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import delete, update

from api.graphql.common.checks import Checks
from api.graphql.policy import policy_inputs as given
from api.graphql.policy.written import day, line, prose
from models import advocacy as deeds
from models.base import new_id
from models.organizations import Organization
from models.plans import PolicyPlan
from models.resources import Investment

__all__ = ["dollars", "milestones", "pay", "positions", "replace_all", "speaker"]

PHONE: Final = re.compile(r"[0-9]{3}")
Part = TypeVar("Part", deeds.PolicyDollars, deeds.PolicyPosition)


def milestones(
    checks: Checks, asked: list[given.MilestoneInput], plan: PolicyPlan
) -> list[deeds.PolicyMilestone]:
    """Milestones to be added, none of them before the plan."""
    return [
        deeds.PolicyMilestone(
            partnership_id=plan.partnership_id,
            id=new_id(),
            plan_id=plan.id,
            title=line(checks, each.title, "milestones", str(place), "title"),
            due_on=day(checks, each.due_on, "milestones", str(place), "dueOn", since=plan.starts_on),
        )
        for place, each in enumerate(asked)
    ]


def dollars(
    checks: Checks, asked: list[given.PolicyDollarsInput] | None, plan: PolicyPlan
) -> list[deeds.PolicyDollars] | None:
    """What the plan released or redirected, once for each kind, source and currency; None where not given."""
    if asked is None:
        return None
    found: dict[tuple[object, ...], deeds.PolicyDollars] = {}
    for place, each in enumerate(asked):
        path = ("dollars", str(place))
        amount = checks.money(each.amount, *path, "amount")
        checks.must(amount != 0, (*path, "amount", "amount"), "Dollars that moved are above 0.")
        key = (each.kind, each.is_public, each.amount.currency)
        checks.must(key not in found, path, "Another entry is of the same kind, source and currency.")
        found[key] = deeds.PolicyDollars(
            partnership_id=plan.partnership_id,
            id=new_id(),
            plan_id=plan.id,
            kind=each.kind,
            is_public=each.is_public,
            amount=amount,
            currency=each.amount.currency,
            source=prose(checks, each.source, *path, "source", longest=2000),
        )
    return list(found.values())


async def positions(
    checks: Checks, asked: list[given.PolicyPositionInput] | None, plan: PolicyPlan
) -> list[deeds.PolicyPosition] | None:
    """Where organizations stand; None where not given."""
    if asked is None:
        return None
    found: list[deeds.PolicyPosition] = []
    for place, each in enumerate(asked):
        path = ("positions", str(place))
        organization = await checks.row(
            Organization, each.organization, "Organization", *path, "organization"
        )
        is_new = organization is None or organization.id not in {one.organization_id for one in found}
        checks.must(is_new, path, "An organization takes one position on a plan.")
        hours = each.monthly_hours
        checks.must(hours is None or 0 <= hours <= 1000, (*path, "monthlyHours"), "Hours are 0 to 1,000.")
        found.append(
            deeds.PolicyPosition(
                partnership_id=plan.partnership_id,
                id=new_id(),
                plan_id=plan.id,
                organization_id=organization.id if organization else None,
                position=each.position,
                jurisdiction=line(checks, each.jurisdiction, *path, "jurisdiction", longest=200),
                speaker=speaker(checks, each.speaker, *path, "speaker"),
                monthly_hours=hours,
                taken_on=day(checks, each.taken_on, *path, "takenOn"),
            )
        )
    return found


def speaker(checks: Checks, value: str | None, *path: str) -> str | None:
    """A role such as "Superintendent"; an address or a telephone number is refused."""
    said = line(checks, value, *path, longest=200)
    if said is not None and ("@" in said or PHONE.search(said)):
        checks.wrong(path, "Name the speaker's role; addresses and telephone numbers are not kept here.")
    return said


async def replace_all(checks: Checks, model: type[Part], plan: PolicyPlan, wanted: list[Part] | None) -> None:
    """Makes a plan's rows of this kind just these; None leaves them."""
    if wanted is None:
        return
    mine = (model.partnership_id == plan.partnership_id, model.plan_id == plan.id)
    await checks.session.execute(delete(model).where(*mine))
    checks.session.add_all(wanted)
    await checks.session.flush()


async def pay(checks: Checks, plan: PolicyPlan, awards: list[UUID] | None) -> None:
    """The investments that pay for the plan's work: each belongs to one plan at most."""
    if awards is None:
        return
    i = Investment
    mine = i.partnership_id == plan.partnership_id
    left = update(i).where(mine, i.policy_plan_id == plan.id, i.id.not_in(awards))
    await checks.session.execute(left.values(policy_plan_id=None, version=i.version + 1))
    joined = update(i).where(mine, i.id.in_(awards), i.policy_plan_id.is_distinct_from(plan.id))
    await checks.session.execute(joined.values(policy_plan_id=plan.id, version=i.version + 1))
