"""What the tests of the policy chain share: short ways to change and to read."""

import hashlib
import json
from datetime import date
from typing import Any

from allocation.ledger import AccountKey, Line, Posting, open_accounts, post
from models.database import Database, Scope
from models.ledger import AccountKind, TransactionKind
from models.people import Role
from models.resources import ResourceUse

from .conftest import Answered, Ask, member
from .small import Small

ERRORS = "userErrors { field code message } replayed"
MUTATIONS = {
    "recordBarrier": ("RecordBarrierInput", "barrier { id title ageDays }"),
    "answerBarrier": ("AnswerBarrierInput", "barrier { id answer answeredBy resolvedOn ageDays }"),
    "recordPolicyPlan": ("RecordPolicyPlanInput", "policyPlan { id version status milestones { id title } }"),
    "updatePolicyPlan": ("UpdatePolicyPlanInput", "policyPlan { id version title published }"),
    "movePolicyPlan": ("MovePolicyPlanInput", "policyPlan { id version status enactedOn effectiveOn }"),
    "completeMilestone": ("CompleteMilestoneInput", "policyPlan { milestones { title doneOn late } }"),
    "recordPolicyAction": (
        "RecordPolicyActionInput",
        "policyPlan { actions { totalCount nodes { classification classificationReason cost { amount } } } }",
    ),
    "recordPolicyMeasure": ("RecordPolicyMeasureInput", "policyMeasure { id version }"),
    "updateInvestment": ("UpdateInvestmentInput", "investment { version }"),
    "recordExemptPurposeSpending": ("RecordExemptPurposeSpendingInput", "partnership { slug }"),
}


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


async def change(ask: Ask, small: Small, name: str, role: Role = Role.POLICY, **given: object) -> Answered:
    """The mutation's payload; the key is the digest of what is sent."""
    kind, selection = MUTATIONS[name]
    said = json.dumps([name, role, given], sort_keys=True)
    given.setdefault("idempotencyKey", hashlib.sha256(said.encode()).hexdigest())
    query = f"mutation($input: {kind}!) {{ {name}(input: $input) {{ {selection} {ERRORS} }} }}"
    answer = await ask(query, member(small, role), input=given)
    assert "errors" not in answer, answer
    found: Answered = answer["data"][name]
    return found


async def made(ask: Ask, small: Small, name: str, role: Role = Role.POLICY, **given: object) -> Answered:
    """The object of a change that must be made."""
    found = await change(ask, small, name, role, **given)
    assert found["userErrors"] == [], found
    return next(value for key, value in found.items() if key not in ("userErrors", "replayed"))


def plan_of(small: Small, **changes: object) -> dict[str, Any]:
    return {
        "partnership": f"Partnership:{small.partnership.id}",
        "title": "State aid for tutoring",
        "level": "STATE",
        "stance": "SUPPORT",
        "startsOn": "2020-07-01",
        "outcomes": [small.global_id("Outcome", "reading")],
        "indicators": [small.global_id("Indicator", "grade3")],
        "populations": [small.global_id("PopulationGroup", "black")],
        **changes,
    }


async def new_plan(ask: Ask, small: Small, **changes: object) -> Answered:
    return await made(ask, small, "recordPolicyPlan", **plan_of(small, **changes))


def bill_of(small: Small, identifier: str, **changes: object) -> dict[str, Any]:
    return {
        "partnership": f"Partnership:{small.partnership.id}",
        "jurisdiction": "State",
        "identifier": identifier,
        "title": "Relates to tutors",
        "status": "IN_COMMITTEE",
        **changes,
    }


async def give_general_dollars(small: Small, database: Database) -> None:
    """Puts 1,000.00 of the state's award on a line for advocacy, as the anchor's import would."""
    keys = [
        AccountKey(small.id("public"), AccountKind.RECEIVABLE, "USD"),
        AccountKey(small.id("public"), AccountKind.AVAILABLE, "USD", Line(ResourceUse.ADVOCACY)),
    ]
    async with database.session(Scope.of(small.partnership.id)) as session:
        ids = await open_accounts(session, small.partnership.id, keys)
        debit, credit = (ids[key] for key in keys)
        posting = Posting(TransactionKind.COMMITMENT, debit, credit, "USD", 100_000, date(2026, 7, 1))
        await post(session, "test", "advocacy", [posting])


def faults(found: Answered) -> list[tuple[str, str]]:
    return [(".".join(each["field"]), each["code"]) for each in found["userErrors"]]


WHOLE = """query($slug: String!, $year: Int!) { partnership(slug: $slug) {
  barriers { nodes { title raisedByName answer answeredBy plans { title } } }
  policyPlans { totalCount nodes { title status stance enactedOn effectiveOn
    barriers { title } outcomes { name } indicators { name } populations { label } decidedBy { name }
    measures { identifier status } measureChanges { nodes { aspect after } }
    milestones { title doneOn late } nextMilestone { title }
    actions { nodes { speaker hours kind classification cost { amount currency } paidFrom { title } } }
    positions { position jurisdiction speaker organization { name } }
    investments { title policyPlan { title } }
    dollars { isPublic kind amount { amount } }
    history { from to by note }
    effect { before after gapChange beforePeriodEnd afterPeriodEnd caution population { label } } } }
  lobbying(fiscalYear: $year) { spent { amount } limit { amount } grassrootsSpent { amount }
    grassrootsLimit { amount } remaining { amount } grassrootsRemaining { amount }
    exemptPurposeSpending { amount } basis warnings } } }"""


def action_of(small: Small, plan: str, **changes: object) -> dict[str, Any]:
    return {
        "plan": plan,
        "organization": small.global_id("Organization", "school"),
        "occurredOn": "2026-01-05",
        "kind": "LETTER",
        "classification": "DIRECT",
        "description": "A letter.",
        **changes,
    }
