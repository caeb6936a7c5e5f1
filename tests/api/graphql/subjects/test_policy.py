"""The policy team's chain through the API. Expected figures are reckoned by hand in each test."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import update

from api.access import COMMUNITY
from models.base import new_id
from models.database import Database, Scope
from models.outcomes import Indicator, Outcome, Stage
from models.people import Role

from .conftest import Ask, member
from .policy_desk import WHOLE, bill_of, change, faults, give_general_dollars, made, new_plan, usd
from .small import Small

TODAY = datetime.now(UTC).date()


def fiscal_year(day: date) -> int:
    return day.year + (day.month >= 7)


async def test_a_plan_walks_its_whole_life_as_the_policy_role(
    ask: Ask, small: Small, database: Database
) -> None:
    partnership = f"Partnership:{small.partnership.id}"
    school = small.global_id("Organization", "school")
    await give_general_dollars(small, database)
    barrier = await made(
        ask,
        small,
        "recordBarrier",
        partnership=partnership,
        title="Aid may not pay tutors",
        raisedByName="Reading network",
        raisedOn=(TODAY - timedelta(days=40)).isoformat(),
    )
    assert barrier["ageDays"] == 40
    bill = await made(ask, small, "recordPolicyMeasure", **bill_of(small, "SB 1"))
    plan = await new_plan(
        ask,
        small,
        barriers=[barrier["id"]],
        measures=[bill["id"]],
        decidedBy=[small.global_id("Organization", "state")],
        milestones=[
            {"title": "Hearing", "dueOn": (TODAY - timedelta(days=3)).isoformat()},
            {"title": "Vote", "dueOn": (TODAY + timedelta(days=30)).isoformat()},
        ],
    )
    assert (plan["status"], plan["version"]) == ("DRAFT", 1)
    version = 1
    for to, on in (("ADOPTED", "2024-07-02"), ("ACTIVE", "2024-07-03")):
        moved = await made(
            ask, small, "movePolicyPlan", plan=plan["id"], version=version, to=to, note=f"Now {to}.", on=on
        )
        version = moved["version"]
    hearing, _ = plan["milestones"]
    done = await made(ask, small, "completeMilestone", milestone=hearing["id"])
    assert done["milestones"][0] == {"title": "Hearing", "doneOn": TODAY.isoformat(), "late": False}
    acted = {"plan": plan["id"], "organization": school, "occurredOn": TODAY.isoformat()}
    await made(
        ask,
        small,
        "recordPolicyAction",
        **acted,
        kind="TESTIMONY",
        classification="DIRECT",
        description="Spoke for the bill at the hearing.",
        speaker="Superintendent",
        hours="2.5",
        cost=usd("250.00"),
        paidFrom=small.global_id("Investment", "public"),
        facts={
            "body": "LEGISLATURE",
            "audience": "LEGISLATORS",
            "namesLegislation": True,
            "takesPosition": True,
        },
    )
    await made(
        ask,
        small,
        "recordPolicyAction",
        **acted,
        kind="CAMPAIGN",
        classification="GRASSROOTS",
        description="Volunteers asked neighbors to write.",
        hours="40",
        paid=False,
    )
    await made(
        ask,
        small,
        "recordExemptPurposeSpending",
        partnership=partnership,
        fiscalYear=fiscal_year(TODAY),
        amount=usd("500000.00"),
    )
    await made(ask, small, "recordPolicyMeasure", **bill_of(small, "SB 1", version=1, status="SIGNED"))
    moved = await made(
        ask,
        small,
        "movePolicyPlan",
        plan=plan["id"],
        version=version,
        to="WON",
        note="Signed.",
        on="2024-07-05",
    )
    assert moved["enactedOn"] == "2024-07-05"
    answered = await made(
        ask,
        small,
        "answerBarrier",
        barrier=barrier["id"],
        answer="The law allows it.",
        resolvedOn=TODAY.isoformat(),
    )
    assert answered == {
        "id": barrier["id"],
        "answer": "The law allows it.",
        "answeredBy": "the policy",
        "resolvedOn": TODAY.isoformat(),
        "ageDays": 40,
    }
    updated = await made(
        ask,
        small,
        "updatePolicyPlan",
        plan=plan["id"],
        version=moved["version"],
        published=True,
        dollars=[{"isPublic": True, "kind": "RELEASED", "amount": usd("1200000.00"), "source": "Budget act"}],
        positions=[
            {"organization": school, "position": "SUPPORTS", "jurisdiction": "State", "speaker": "Principal"}
        ],
        investments=[small.global_id("Investment", "public")],
    )
    moved = await made(
        ask,
        small,
        "movePolicyPlan",
        plan=plan["id"],
        version=updated["version"],
        to="IMPLEMENTED",
        note="In force.",
        on="2024-07-15",
    )
    answer = await ask(WHOLE, member(small, Role.POLICY), slug=small.slug, year=fiscal_year(TODAY))
    assert "errors" not in answer, answer
    shown = answer["data"]["partnership"]
    assert shown["barriers"]["nodes"] == [
        {
            "title": "Aid may not pay tutors",
            "raisedByName": "Reading network",
            "answer": "The law allows it.",
            "answeredBy": "the policy",
            "plans": [{"title": "State aid for tutoring"}],
        }
    ]
    found = shown["policyPlans"]["nodes"][0]
    assert found["measures"] == [{"identifier": "SB 1", "status": "SIGNED"}]
    assert found["measureChanges"]["nodes"] == [{"aspect": "STATUS", "after": "SIGNED"}]
    steps = [(each["from"], each["to"], each["note"]) for each in found["history"]]
    assert steps == [
        (None, "DRAFT", None),
        ("DRAFT", "ADOPTED", "Now ADOPTED."),
        ("ADOPTED", "ACTIVE", "Now ACTIVE."),
        ("ACTIVE", "WON", "Signed."),
        ("WON", "IMPLEMENTED", "In force."),
    ]
    assert {each["by"] for each in found["history"]} == {"the policy"}
    assert (found["enactedOn"], found["effectiveOn"]) == ("2024-07-05", "2024-07-15")
    assert found["nextMilestone"] == {"title": "Vote"}
    assert found["investments"] == [
        {"title": "Summer money", "policyPlan": {"title": "State aid for tutoring"}}
    ]
    assert found["dollars"] == [{"isPublic": True, "kind": "RELEASED", "amount": {"amount": "1200000.00"}}]
    # Black third graders: 40 percent in every year, 20 points behind; no year has begun since 15 July 2024 but
    # the one from July 2024 began before it, so nothing stands after.
    effect = found["effect"][0]
    assert (effect["before"], effect["beforePeriodEnd"]) == ("40", "2024-06-30")
    assert (effect["after"], effect["gapChange"]) == (None, None)
    assert "does not show that the policy made the difference" in effect["caution"]
    # 20 percent of 500,000.00, a quarter of it grass-roots; 250.00 spent, volunteers' hours for nothing
    lobbying = {
        name: (value or {}).get("amount") if isinstance(value, dict) else value
        for name, value in shown["lobbying"].items()
    }
    assert str(lobbying.pop("basis")).startswith("United States, expenditure test: 26 USC 4911(c)(2)")
    assert lobbying == {
        "spent": "250.00",
        "limit": "100000.00",
        "grassrootsSpent": "0.00",
        "grassrootsLimit": "25000.00",
        "remaining": "99750.00",
        "grassrootsRemaining": "25000.00",
        "exemptPurposeSpending": "500000.00",
        "warnings": [],
    }


async def test_an_effect_compares_the_years_on_both_sides(ask: Ask, small: Small) -> None:
    """In force from 1 July 2023: the year to June 2023 before, the year to June 2025 since; both 20 points behind."""
    plan = await new_plan(ask, small)
    await made(
        ask,
        small,
        "updatePolicyPlan",
        plan=plan["id"],
        version=1,
        enactedOn="2023-05-01",
        effectiveOn="2023-07-01",
    )
    answer = await ask(WHOLE, member(small, Role.DATA), slug=small.slug, year=2024)
    effect = answer["data"]["partnership"]["policyPlans"]["nodes"][0]["effect"]
    assert [(each["beforePeriodEnd"], each["afterPeriodEnd"]) for each in effect] == [
        ("2023-06-30", "2025-06-30")
    ]
    assert (effect[0]["before"], effect[0]["after"]) == ("40", "40")
    assert Decimal(effect[0]["gapChange"]) == 0


async def test_an_investment_is_found_by_its_plan_and_a_disparity_shows_who_answers_it(
    ask: Ask, small: Small
) -> None:
    plan = await new_plan(ask, small)
    await made(
        ask,
        small,
        "updatePolicyPlan",
        plan=plan["id"],
        version=1,
        investments=[small.global_id("Investment", "award")],
    )
    for version, to in ((2, "ADOPTED"), (3, "ACTIVE")):
        await made(ask, small, "movePolicyPlan", plan=plan["id"], version=version, to=to, note="On.")
    query = """query($slug: String!, $plan: ID!) { partnership(slug: $slug) {
      investments(filter: { policyPlans: [$plan] }) { nodes { title } }
      disparities { nodes { population { label } addressedBy { policyPlans { title } } } } } }"""
    answer = await ask(query, member(small, Role.POLICY), slug=small.slug, plan=plan["id"])
    shown = answer["data"]["partnership"]
    assert shown["investments"]["nodes"] == [{"title": "Reading grant"}]
    behind = [each for each in shown["disparities"]["nodes"] if each["population"]["label"] == "Black"]
    assert behind[0]["addressedBy"]["policyPlans"] == [{"title": "State aid for tutoring"}]
    public = (await ask(query, slug=small.slug, plan=plan["id"]))["data"]["partnership"]
    assert public["investments"]["nodes"] == []
    behind = [each for each in public["disparities"]["nodes"] if each["population"]["label"] == "Black"]
    assert behind[0]["addressedBy"]["policyPlans"] == []


async def test_dollars_name_their_plan_to_those_who_may_see_it(ask: Ask, small: Small) -> None:
    """The dollars are what the one award that is tied to the plan has committed; a draft is not for the public."""
    plan = await new_plan(ask, small)
    tied = [small.global_id("Investment", "award")]
    await made(ask, small, "updatePolicyPlan", plan=plan["id"], version=1, investments=tied)
    query = """query($slug: String!, $plan: ID!) { partnership(slug: $slug) {
      investments(filter: { policyPlans: [$plan] }) { nodes { committed { amount } } }
      alignment(input: { measures: [COMMITTED], groupBy: [POLICY_PLAN] }) {
        notes rows { keys { label code node { id } } values { value } } } } }"""
    shown = (await ask(query, member(small, Role.POLICY), slug=small.slug, plan=plan["id"]))["data"][
        "partnership"
    ]
    rows = {each["keys"][0]["label"]: each for each in shown["alignment"]["rows"]}
    title = "State aid for tutoring"
    assert rows[title]["keys"][0] == {"label": title, "code": plan["id"], "node": {"id": plan["id"]}}
    committed = shown["investments"]["nodes"][0]["committed"]["amount"]
    assert [value["value"] for value in rows[title]["values"]] == [committed]
    public = (await ask(query, slug=small.slug, plan=plan["id"]))["data"]["partnership"]["alignment"]
    assert [each["keys"][0]["label"] for each in public["rows"]] == ["Not said"]
    every = [value["value"] for each in rows.values() for value in each["values"]]
    assert sum(map(Decimal, every)) == sum(
        Decimal(value["value"]) for each in public["rows"] for value in each["values"]
    )


async def test_the_public_does_not_learn_of_a_plan_from_what_is_not_called_unaddressed(
    ask: Ask, small: Small, database: Database
) -> None:
    """The one gap, of Black third graders, on an outcome without any dollars: a plan counts for who may read it."""
    p, outcome = small.partnership.id, new_id()
    async with database.session(Scope.of(p)) as session:
        session.add(Outcome(partnership_id=p, id=outcome, name="Writing", stage=Stage.EARLY_GRADES))
        await session.flush()
        await session.execute(
            update(Indicator).where(Indicator.partnership_id == p).values(outcome_id=outcome)
        )
    query = """query($slug: String!) { partnership(slug: $slug) {
      disparities(filter: { unaddressed: true }) { totalCount } } }"""

    async def counts() -> list[int]:
        answers = [
            await ask(query, caller, slug=small.slug) for caller in (COMMUNITY, member(small, Role.POLICY))
        ]
        return [each["data"]["partnership"]["disparities"]["totalCount"] for each in answers]

    assert await counts() == [1, 1]
    plan = await new_plan(ask, small, outcomes=[f"Outcome:{p}:{outcome}"])
    for version, to in ((1, "ADOPTED"), (2, "ACTIVE")):
        await made(ask, small, "movePolicyPlan", plan=plan["id"], version=version, to=to, note="On.")
    assert await counts() == [1, 0]
    await made(ask, small, "updatePolicyPlan", plan=plan["id"], version=3, published=True)
    assert await counts() == [0, 0]


async def test_barriers_without_a_plan_are_found_with_their_age(ask: Ask, small: Small) -> None:
    partnership = f"Partnership:{small.partnership.id}"
    raised = (TODAY - timedelta(days=100)).isoformat()
    for title in ("No bus", "No room"):
        await made(ask, small, "recordBarrier", partnership=partnership, title=title, raisedOn=raised)
    answer = await ask(
        "query($slug: String!) { partnership(slug: $slug) { barriers { nodes { id title } } } }",
        member(small, Role.POLICY),
        slug=small.slug,
    )
    bus = answer["data"]["partnership"]["barriers"]["nodes"][0]
    await new_plan(ask, small, barriers=[bus["id"]])
    query = """query($slug: String!) { partnership(slug: $slug) {
      barriers(filter: { planned: false }) { nodes { title ageDays } } } }"""
    answer = await ask(query, member(small, Role.FACILITATOR), slug=small.slug)
    assert answer["data"]["partnership"]["barriers"]["nodes"] == [{"title": "No room", "ageDays": 100}]
    assert (await ask(query, slug=small.slug))["data"]["partnership"]["barriers"]["nodes"] == []


async def test_a_barrier_is_not_answered_before_it_was_raised(ask: Ask, small: Small) -> None:
    raised = await made(
        ask,
        small,
        "recordBarrier",
        partnership=f"Partnership:{small.partnership.id}",
        title="No bus",
        raisedOn="2026-03-01",
    )
    found = await change(
        ask, small, "answerBarrier", barrier=raised["id"], answer="A bus", answeredOn="2026-02-28"
    )
    assert faults(found) == [("answeredOn", "INVALID")]


async def test_a_brief_for_a_hearing_has_evidence_gap_and_cost(ask: Ask, small: Small) -> None:
    query = """query($slug: String!, $practice: ID!, $outcome: ID!, $group: ID!) { partnership(slug: $slug) {
      policyBrief(practice: $practice, outcome: $outcome, population: $group) {
        statements { sentence source } } } }"""
    given = {
        "practice": small.global_id("Practice", "tutoring"),
        "outcome": small.global_id("Outcome", "reading"),
        "group": small.global_id("PopulationGroup", "black"),
    }
    answer = await ask(query, member(small, Role.POLICY), slug=small.slug, **given)
    said = answer["data"]["partnership"]["policyBrief"]["statements"]
    assert "Black are 20" in said[1]["sentence"]
    assert said[1]["source"] == "disclosed figure: reading.csv, row 1"
    unknown = await ask(query, member(small, Role.POLICY), slug=small.slug, **{**given, "group": "nobody"})
    assert unknown["data"]["partnership"]["policyBrief"] is None
    assert unknown["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_the_calendar_of_the_next_days_leaves_out_what_is_done_late_or_given_up(
    ask: Ask, small: Small
) -> None:
    """Sixty days include both ends; of a plan that is withdrawn nothing is due any more, nor late."""
    days = {"Past": -1, "First": 0, "Done": 5, "Last": 60, "Beyond": 61}
    due = [
        {"title": title, "dueOn": (TODAY + timedelta(days=each)).isoformat()} for title, each in days.items()
    ]
    plan = await new_plan(ask, small, milestones=due)
    given_up = await new_plan(ask, small, title="Given up", milestones=due)
    asked = {"plan": given_up["id"], "version": 1, "to": "WITHDRAWN", "note": "The board declined."}
    await made(ask, small, "movePolicyPlan", **asked)
    done = next(each for each in plan["milestones"] if each["title"] == "Done")
    await made(ask, small, "completeMilestone", milestone=done["id"])
    query = """query($slug: String!, $days: Int) { partnership(slug: $slug) {
      calendar: milestones(withinDays: $days) { title plan { title } }
      open: milestones(open: true) { title late } closed: milestones(open: false) { title late } } }"""
    answer = await ask(query, member(small, Role.POLICY), slug=small.slug, days=60)
    shown = answer["data"]["partnership"]
    mine = {"title": "State aid for tutoring"}
    assert shown["calendar"] == [{"title": "First", "plan": mine}, {"title": "Last", "plan": mine}]
    assert [(each["title"], each["late"]) for each in shown["open"]] == [
        ("Past", True),
        ("First", False),
        ("Last", False),
        ("Beyond", False),
    ]
    assert len(shown["closed"]) == 6
    assert not any(each["late"] for each in shown["closed"])
    for wrong in (-1, 3651):
        answer = await ask(query, member(small, Role.POLICY), slug=small.slug, days=wrong)
        assert {each["extensions"]["code"] for each in answer["errors"]} == {"INVALID"}
