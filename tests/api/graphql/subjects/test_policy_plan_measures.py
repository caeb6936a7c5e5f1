"""Plans and the bills, rules and bylaws that they are aimed at, and what plans are told of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from models.people import Role

from .conftest import Answered, Ask, member
from .policy_desk import bill_of, change, faults, made, new_plan, plan_of
from .small import Small

READ = """query($slug: String!, $planned: Boolean, $since: DateTime) { partnership(slug: $slug) {
  policyPlans { nodes { title measures { identifier } measureChanges { nodes { aspect before after } } } }
  policyMeasures(filter: { planned: $planned }, orderBy: IDENTIFIER_ASC) {
    nodes { identifier plans { title } } }
  policyMeasureChanges(planned: $planned) { nodes { measure { identifier } plans { title } } }
  news: policyPlans(filter: { measuresChangedSince: $since }) { nodes { title } } } }"""


async def bill(ask: Ask, small: Small, identifier: str, **more: object) -> str:
    """The id of a bill that the policy team records."""
    found: str = (await made(ask, small, "recordPolicyMeasure", **bill_of(small, identifier, **more)))["id"]
    return found


async def read(ask: Ask, small: Small, *caller: Any, planned: bool | None = None) -> Answered:
    since = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    answer = await ask(READ, *caller, slug=small.slug, planned=planned, since=since)
    assert "errors" not in answer, answer
    found: Answered = answer["data"]["partnership"]
    return found


def identifiers(found: Answered) -> list[str]:
    return [each["identifier"] for each in found["policyMeasures"]["nodes"]]


async def test_a_plan_names_its_measures_and_they_name_the_plan(ask: Ask, small: Small) -> None:
    policy = member(small, Role.POLICY)
    first, second, _ = [await bill(ask, small, name) for name in ("SB 1", "SB 2", "SB 3")]
    plan = await new_plan(ask, small, measures=[first, second, first])
    found = await read(ask, small, policy)
    assert found["policyPlans"]["nodes"][0]["measures"] == [{"identifier": "SB 1"}, {"identifier": "SB 2"}]
    title = [{"title": "State aid for tutoring"}]
    assert [each["plans"] for each in found["policyMeasures"]["nodes"]] == [title, title, []]
    await made(ask, small, "updatePolicyPlan", plan=plan["id"], version=1, measures=[second])
    found = await read(ask, small, policy, planned=True)
    assert found["policyMeasures"]["nodes"] == [{"identifier": "SB 2", "plans": title}]
    assert identifiers(await read(ask, small, policy, planned=False)) == ["SB 1", "SB 3"]
    by_measure = await ask(
        """query($slug: String!, $measures: [ID!]) { partnership(slug: $slug) {
        policyPlans(filter: { measures: $measures }) { totalCount } } }""",
        policy,
        slug=small.slug,
        measures=[first],
    )
    assert by_measure["data"]["partnership"]["policyPlans"]["totalCount"] == 0


async def test_a_measure_that_is_not_there_or_is_another_s_is_refused(
    ask: Ask, small: Small, private: Small
) -> None:
    theirs = await bill(ask, private, "SB 1")
    unknown = f"PolicyMeasure:{small.partnership.id}:{small.partnership.id}"
    found = await change(ask, small, "recordPolicyPlan", **plan_of(small, measures=[theirs, unknown]))
    assert faults(found) == [("measures.0", "NOT_FOUND"), ("measures.1", "NOT_FOUND")]


async def test_a_changed_measure_is_told_to_its_plans_and_an_equal_one_is_not(ask: Ask, small: Small) -> None:
    policy = member(small, Role.POLICY)
    await new_plan(ask, small, measures=[await bill(ask, small, "SB 1")])
    await new_plan(ask, small, title="Another", measures=[await bill(ask, small, "SB 2")])
    await bill(ask, small, "SB 1", version=1)  # sent again as it was
    assert (await read(ask, small, policy))["news"]["nodes"] == []
    await bill(ask, small, "SB 1", version=2, status="PASSED", statusAsPublished="Passed Senate")
    found = await read(ask, small, policy)
    told = [(each["title"], each["measureChanges"]["nodes"]) for each in found["policyPlans"]["nodes"]]
    change_ = {"aspect": "STATUS", "before": "IN_COMMITTEE", "after": "Passed Senate"}
    assert told == [("Another", []), ("State aid for tutoring", [change_])]
    assert found["news"]["nodes"] == [{"title": "State aid for tutoring"}]
    assert found["policyMeasureChanges"]["nodes"] == [
        {"measure": {"identifier": "SB 1"}, "plans": [{"title": "State aid for tutoring"}]}
    ]


async def test_the_public_is_not_told_at_what_an_unpublished_plan_is_aimed(ask: Ask, small: Small) -> None:
    first, second = [await bill(ask, small, name) for name in ("SB 1", "SB 2")]
    await new_plan(ask, small, title="A draft", measures=[first])
    shown = await new_plan(ask, small, measures=[second])
    await made(ask, small, "updatePolicyPlan", plan=shown["id"], version=1, published=True)
    for identifier in ("SB 1", "SB 2"):
        await bill(ask, small, identifier, version=1, title="Relates to readers")
    seen = await read(ask, small, planned=True)
    assert seen["policyMeasures"]["nodes"] == [
        {"identifier": "SB 2", "plans": [{"title": "State aid for tutoring"}]}
    ]
    assert [each["measure"] for each in seen["policyMeasureChanges"]["nodes"]] == [{"identifier": "SB 2"}]
    assert seen["news"]["nodes"] == [{"title": "State aid for tutoring"}]
    unseen = await read(ask, small, planned=False)
    assert unseen["policyMeasures"]["nodes"] == [{"identifier": "SB 1", "plans": []}]
    assert unseen["policyMeasureChanges"]["nodes"] == [{"measure": {"identifier": "SB 1"}, "plans": []}]
    assert identifiers(await read(ask, small, member(small, Role.FUNDER), planned=True)) == ["SB 1", "SB 2"]
