"""What a caller is told that he may do is what happens when he does it."""

import pytest

from api.access import COMMUNITY, Caller, Right
from models.people import Role

from .conftest import Ask, member
from .small import Small

TOLD = """query($slug: String!, $right: Right!) {
  partnership(slug: $slug) { permission(right: $right) { allowed reason } } }"""


def callers(small: Small) -> list[Caller]:
    return [COMMUNITY, *(member(small, role, "hill" if role is Role.FUNDER else None) for role in Role)]


@pytest.mark.parametrize("right", list(Right))
async def test_a_partnership_tells_each_role_its_rights_and_the_reason_for_each_refusal(
    ask: Ask, small: Small, right: Right
) -> None:
    """Expected are the roles of the one table of rights."""
    for caller in callers(small):
        answer = await ask(TOLD, caller, slug=small.slug, right=right.name)
        allowed = caller.role_in(small.partnership.id) in right.roles
        expected = {"allowed": allowed, "reason": None if allowed else right.reason}
        assert answer["data"]["partnership"]["permission"] == expected


async def test_a_funder_may_decide_on_moves_of_its_own_and_is_told_so(ask: Ask, small: Small) -> None:
    query = """query($slug: String!) { partnership(slug: $slug) { investments { nodes {
      funder { kind } permission(right: DECIDE) { allowed } } } } }"""
    answer = await ask(query, member(small, Role.FUNDER, "hill"), slug=small.slug)
    told = {
        (each["funder"]["kind"], each["permission"]["allowed"])
        for each in answer["data"]["partnership"]["investments"]["nodes"]
    }
    assert told == {("FOUNDATION", True), ("STATE", False)}


MOVES = """query($slug: String!) { partnership(slug: $slug) { reallocationScenarios { nodes {
  moves { id investment { funder { kind } } permission(right: DECIDE) { allowed reason } } } } } }"""
DECIDE = """mutation($move: ID!) { decideMove(input: {move: $move, decision: ACCEPTED, idempotencyKey: "k"}) {
  userErrors { code message } } }"""


@pytest.mark.parametrize("role", [Role.ANCHOR, Role.FUNDER, Role.POLICY])
async def test_deciding_ends_as_the_move_had_told(ask: Ask, small: Small, role: Role) -> None:
    caller = member(small, role, "state" if role is Role.FUNDER else None)
    listed = await ask(MOVES, caller, slug=small.slug)
    moves = [
        move
        for scenario in listed["data"]["partnership"]["reallocationScenarios"]["nodes"]
        for move in scenario["moves"]
    ]
    assert moves
    for move in moves:
        answer = await ask(DECIDE, caller, move=move["id"])
        refused = [e for e in answer["data"]["decideMove"]["userErrors"] if e["code"] == "FORBIDDEN"]
        assert move["permission"]["allowed"] is not bool(refused)
        assert [e["message"] for e in refused] == [r for r in [move["permission"]["reason"]] if r]


CANCEL = """query($slug: String!) { partnership(slug: $slug) { reallocationScenarios { nodes {
  permission(right: CANCEL) { allowed } } } } }"""


async def test_whoever_asked_for_a_scenario_may_cancel_it(ask: Ask, small: Small) -> None:
    suggest = """mutation($p: ID!) { suggestReallocation(input: {partnership: $p, idempotencyKey: "s",
      fiscalYears: [2027]}) { reallocationScenario { id permission(right: CANCEL) { allowed } }
      userErrors { message } } }"""
    asker = Caller("a", "token:asker", {small.partnership.id: Role.POLICY})
    other = Caller("b", "token:other", {small.partnership.id: Role.POLICY})
    made = await ask(suggest, asker, p=f"Partnership:{small.partnership.id}")
    assert made["data"]["suggestReallocation"]["reallocationScenario"]["permission"] == {"allowed": True}
    seen = await ask(CANCEL, other, slug=small.slug)
    nodes = seen["data"]["partnership"]["reallocationScenarios"]["nodes"]
    assert {node["permission"]["allowed"] for node in nodes} == {False}
