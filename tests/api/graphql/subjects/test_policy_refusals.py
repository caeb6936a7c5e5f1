"""Who may not do what with policy plans, and what is refused or made safe of what is sent."""

from typing import Any

import pytest
from sqlalchemy import update

from models.database import Database, Scope
from models.people import Role
from models.resources import Funder, FunderKind

from .conftest import Ask, member
from .policy_desk import (
    WHOLE,
    action_of,
    change,
    faults,
    give_general_dollars,
    made,
    new_plan,
    plan_of,
    usd,
)
from .small import Small


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("recordBarrier", {Role.ADMIN, Role.POLICY, Role.FACILITATOR}),
        ("recordPolicyPlan", {Role.ADMIN, Role.POLICY}),
        ("recordExemptPurposeSpending", {Role.ADMIN, Role.ANCHOR, Role.POLICY}),
    ],
)
async def test_others_are_refused_with_the_reason(
    ask: Ask, small: Small, name: str, allowed: set[Role]
) -> None:
    partnership = f"Partnership:{small.partnership.id}"
    for role in set(Role) - {Role.COMMUNITY}:
        inputs: dict[str, dict[str, Any]] = {
            "recordBarrier": {"partnership": partnership, "title": f"Raised by {role}"},
            "recordPolicyPlan": plan_of(small, title=f"Planned by {role}"),
            "recordExemptPurposeSpending": {
                "partnership": partnership,
                "fiscalYear": 2027,
                "amount": usd("1.00"),
            },
        }
        found = await change(ask, small, name, role, **inputs[name])
        codes = [code for _, code in faults(found)]
        assert codes == ([] if role in allowed else ["FORBIDDEN"]), (role, found)
        assert all(each["message"].startswith("Only ") for each in found["userErrors"])


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMIN, Role.POLICY, Role.COMMUNITY}))
async def test_only_the_policy_team_changes_what_is_there(ask: Ask, small: Small, role: Role) -> None:
    plan = await new_plan(ask, small, milestones=[{"title": "Vote", "dueOn": "2030-01-01"}])
    school = small.global_id("Organization", "school")
    for name, given in (
        ("updatePolicyPlan", {"plan": plan["id"], "version": 1, "title": "Mine"}),
        ("movePolicyPlan", {"plan": plan["id"], "version": 1, "to": "ADOPTED", "note": "Mine"}),
        ("completeMilestone", {"milestone": plan["milestones"][0]["id"]}),
        (
            "recordPolicyAction",
            {
                "plan": plan["id"],
                "organization": school,
                "occurredOn": "2026-01-01",
                "kind": "BRIEF",
                "classification": "NOT_LOBBYING",
                "description": "Mine",
            },
        ),
    ):
        assert [code for _, code in faults(await change(ask, small, name, role, **given))] == ["FORBIDDEN"]


async def test_the_public_sees_what_is_published_and_not_who_spoke_at_what_cost(
    ask: Ask, small: Small
) -> None:
    hidden = await new_plan(ask, small, title="A draft")
    plan = await new_plan(ask, small)
    await made(
        ask,
        small,
        "recordPolicyAction",
        plan=plan["id"],
        organization=small.global_id("Organization", "school"),
        occurredOn="2026-01-05",
        kind="MEETING",
        classification="NOT_LOBBYING",
        description="Met the board.",
        speaker="Principal",
        hours="3",
        cost=usd("12.50"),
    )
    await made(ask, small, "updatePolicyPlan", plan=plan["id"], version=1, published=True)
    answer = await ask(WHOLE, slug=small.slug, year=2027)
    shown = answer["data"]["partnership"]
    assert [each["title"] for each in shown["policyPlans"]["nodes"]] == ["State aid for tutoring"]
    assert shown["policyPlans"]["totalCount"] == 1
    action = shown["policyPlans"]["nodes"][0]["actions"]["nodes"][0]
    assert (action["speaker"], action["hours"], action["cost"]) == (None, None, None)
    assert shown["policyPlans"]["nodes"][0]["history"] == [
        {"from": None, "to": "DRAFT", "by": None, "note": None}
    ]
    assert shown["lobbying"] is None
    assert {each["extensions"]["code"] for each in answer["errors"]} == {"FORBIDDEN"}
    node = await ask("query($id: ID!) { node(id: $id) { id } }", id=hidden["id"])
    assert node["data"]["node"] is None


async def test_a_step_that_is_not_allowed_is_refused_in_words(ask: Ask, small: Small) -> None:
    plan = await new_plan(ask, small)
    given = {"plan": plan["id"], "version": 1}
    found = await change(ask, small, "movePolicyPlan", **given, to="WON", note="At once")
    assert faults(found) == [("to", "CONFLICT")]
    assert found["userErrors"][0]["message"] == "A plan that is DRAFT becomes ADOPTED or WITHDRAWN, not WON."
    assert faults(await change(ask, small, "movePolicyPlan", **given, to="ADOPTED", note="  ")) == [
        ("note", "INVALID")
    ]
    stale = await change(ask, small, "movePolicyPlan", plan=plan["id"], version=7, to="ADOPTED", note="Late")
    assert faults(stale) == [("version", "STALE")]
    early = {**given, "to": "ADOPTED", "note": "Early", "on": "2020-06-30"}
    assert faults(await change(ask, small, "movePolicyPlan", **early)) == [("on", "INVALID")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"cost": usd("-1.00")}, [("cost.amount", "INVALID")]),
        ({"cost": {"amount": "1.00", "currency": "EUR"}}, [("cost.currency", "INVALID")]),
        ({"hours": "-1"}, [("hours", "INVALID")]),
        ({"occurredOn": "0001-01-01"}, [("occurredOn", "INVALID"), ("occurredOn", "INVALID")]),
        ({"occurredOn": "2020-06-30"}, [("occurredOn", "INVALID")]),
        ({"occurredOn": "2199-12-31"}, [("occurredOn", "INVALID")]),
        ({"speaker": "me@example.org"}, [("speaker", "INVALID")]),
        ({"speaker": "Call 555 1234"}, [("speaker", "INVALID")]),
        ({"description": "x" * 1_000_000}, [("description", "INVALID")]),
        ({"description": "\u202egnilaever"}, [("description", "INVALID")]),
        ({"description": "a\0b"}, [("description", "INVALID")]),
        ({"organization": "Organization:nobody"}, [("organization", "NOT_FOUND")]),
    ],
)
async def test_a_bad_action_is_refused_at_its_field(
    ask: Ask, small: Small, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    plan = await new_plan(ask, small)
    found = await change(ask, small, "recordPolicyAction", **action_of(small, plan["id"], **changes))
    assert faults(found) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": "t" * 1_000_000}, [("title", "INVALID")]),
        ({"title": "abc\u202exe"}, [("title", "INVALID")]),
        ({"title": " \t "}, [("title", "INVALID")]),
        ({"startsOn": "0001-01-01"}, [("startsOn", "INVALID")]),
        ({"milestones": [{"title": "Vote", "dueOn": "2020-06-30"}]}, [("milestones.0.dueOn", "INVALID")]),
        (
            {"milestones": [{"title": "Vote", "dueOn": "2030-01-01"}] * 2},
            [("milestones", "DUPLICATE")],
        ),
        ({"outcomes": ["Outcome:x"]}, [("outcomes.0", "NOT_FOUND")]),
        ({"measures": ["PolicyMeasure:x"]}, [("measures.0", "NOT_FOUND")]),
    ],
)
async def test_a_bad_plan_is_refused_at_its_field(
    ask: Ask, small: Small, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert faults(await change(ask, small, "recordPolicyPlan", **plan_of(small, **changes))) == expected


async def test_markup_stays_text_and_a_title_stands_once(ask: Ask, small: Small) -> None:
    title = "<script>alert(1)</script> & \u201csons\u201d"
    plan = await new_plan(ask, small, title=title)
    answer = await ask(
        "query($id: ID!) { node(id: $id) { ... on PolicyPlan { title } } }",
        member(small, Role.POLICY),
        id=plan["id"],
    )
    assert answer["data"]["node"] == {"title": title}
    again = await change(
        ask, small, "recordPolicyPlan", **plan_of(small, title=title), idempotencyKey="another key"
    )
    assert faults(again) == [("title", "DUPLICATE")]


async def test_a_milder_classification_than_the_rules_give_is_refused(ask: Ask, small: Small) -> None:
    plan = await new_plan(ask, small)
    facts = {"body": "LEGISLATURE", "audience": "PUBLIC", "namesLegislation": True, "takesPosition": True}
    called = {**facts, "callsToAction": True}
    mild = action_of(small, plan["id"], classification="NOT_LOBBYING", facts=called)
    found = await change(ask, small, "recordPolicyAction", **mild)
    assert faults(found) == [("classification", "INVALID")]
    assert "GRASSROOTS" in found["userErrors"][0]["message"]
    kept = await made(ask, small, "recordPolicyAction", **action_of(small, plan["id"], facts=facts))
    reason = kept["actions"]["nodes"][0]["classificationReason"]
    assert reason.startswith("Counted as lobbying by whoever recorded it")


@pytest.mark.parametrize(
    ("kind", "words"),
    [(FunderKind.FOUNDATION, "a private foundation"), (FunderKind.FEDERAL, "federal awards")],
)
async def test_lobbying_out_of_forbidden_dollars_is_refused(
    ask: Ask, small: Small, database: Database, kind: FunderKind, words: str
) -> None:
    plan = await new_plan(ask, small)
    async with database.session(Scope.of(small.partnership.id)) as session:
        await session.execute(update(Funder).where(Funder.id == small.id("hill-funder")).values(kind=kind))
    given = action_of(small, plan["id"], cost=usd("10.00"), paidFrom=small.global_id("Investment", "award"))
    found = await change(ask, small, "recordPolicyAction", **given)
    assert faults(found) == [("paidFrom", "RESTRICTED")]
    assert words in found["userErrors"][0]["message"]
    spoken = {**given, "classification": "NOT_LOBBYING"}
    assert (await change(ask, small, "recordPolicyAction", **spoken))["userErrors"] == []


async def test_a_letter_that_forbids_lobbying_waits_until_what_was_paid_is_reversed(
    ask: Ask, small: Small, database: Database
) -> None:
    await give_general_dollars(small, database)
    plan = await new_plan(ask, small)
    award = small.global_id("Investment", "public")
    await made(
        ask, small, "recordPolicyAction", **action_of(small, plan["id"], cost=usd("10.00"), paidFrom=award)
    )
    asked = {"investment": award, "version": 1, "restrictions": [{"lobbyingAllowed": False}]}
    found = await change(ask, small, "updateInvestment", Role.ANCHOR, **asked)
    assert [each["code"] for each in found["userErrors"]] == ["RESTRICTED"]
    assert "reverse it first" in found["userErrors"][0]["message"]
    allowed = {**asked, "restrictions": [{"lobbyingAllowed": True}]}
    assert (await change(ask, small, "updateInvestment", Role.ANCHOR, **allowed))["userErrors"] == []


async def test_the_same_key_answers_again_and_changes_nothing(ask: Ask, small: Small) -> None:
    first = await change(ask, small, "recordPolicyPlan", **plan_of(small), idempotencyKey="once")
    again = await change(ask, small, "recordPolicyPlan", **plan_of(small), idempotencyKey="once")
    assert again["policyPlan"] == first["policyPlan"]
    assert (first["replayed"], again["replayed"]) == (False, True)


STEPS = """query($id: ID!) { node(id: $id) { ... on PolicyPlan {
  nextSteps { to permission { allowed reason } } } } }"""


async def test_each_role_is_told_which_steps_it_may_take_and_may_take_just_these(
    ask: Ask, small: Small
) -> None:
    """The policy team and the administrator take every step; the anchor withdraws; the others take none."""
    may = {Role.ADMIN: ["ADOPTED", "WITHDRAWN"], Role.POLICY: ["ADOPTED", "WITHDRAWN"]}
    may[Role.ANCHOR] = ["WITHDRAWN"]
    for role in set(Role) - {Role.COMMUNITY}:
        plan = await new_plan(ask, small, title=f"For {role}")
        shown = (await ask(STEPS, member(small, role), id=plan["id"]))["data"]["node"]["nextSteps"]
        allowed = [each["to"] for each in shown if each["permission"]["allowed"]]
        assert [each["to"] for each in shown] == ["ADOPTED", "WITHDRAWN"]
        assert allowed == may.get(role, [])
        for each in reversed(shown):  # the last first, which ends the plan
            asked = {"plan": plan["id"], "version": 1, "to": each["to"], "note": "For a reason"}
            found = await change(ask, small, "movePolicyPlan", role, **asked)
            if each["permission"]["allowed"]:
                assert found["policyPlan"]["status"] == each["to"]
                break
            assert faults(found) == [("plan", "FORBIDDEN")]
            assert found["userErrors"][0]["message"] == each["permission"]["reason"]


async def test_only_the_policy_team_records_measures_and_answers_barriers(ask: Ask, small: Small) -> None:
    raised = await made(
        ask, small, "recordBarrier", partnership=f"Partnership:{small.partnership.id}", title="No bus"
    )
    for role in set(Role) - {Role.ADMIN, Role.POLICY, Role.COMMUNITY}:
        found = await change(ask, small, "answerBarrier", role, barrier=raised["id"], answer="Yes")
        assert faults(found) == [("barrier", "FORBIDDEN")]
        assert "answers barriers" in found["userErrors"][0]["message"]
