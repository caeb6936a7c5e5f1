"""Anything by its id: what is unknown, foreign, malformed or not for the caller looks the same."""

import pytest

from api.graphql.schema import PLANS
from models.people import Role

from .conftest import Ask, member
from .small import Small

NODE = "query($id: ID!) { node(id: $id) { __typename id } }"
SHARED = {
    "Organization": "hill",
    "Funder": "hill-funder",
    "Investment": "award",
    "Practice": "tutoring",
    "Finding": "trial",
    "Outcome": "reading",
    "Indicator": "grade3",
    "Area": "city",
    "PopulationGroup": "black",
    "Measurement": "black-2025",
}
GUARDED = {"ReallocationScenario": "scenario", "Move": "move", "Import": "import"}


@pytest.mark.parametrize("type_name", [*SHARED, *GUARDED])
async def test_a_member_finds_every_kind_of_node(ask: Ask, small: Small, type_name: str) -> None:
    id_ = small.global_id(type_name, (SHARED | GUARDED)[type_name])
    answer = await ask(NODE, member(small), id=id_)
    assert answer == {"data": {"node": {"__typename": type_name, "id": id_}}}


@pytest.mark.parametrize("type_name", [*SHARED, *GUARDED])
async def test_a_foreign_node_looks_like_an_unknown_one(ask: Ask, private: Small, type_name: str) -> None:
    id_ = private.global_id(type_name, (SHARED | GUARDED)[type_name])
    assert await ask(NODE, id=id_) == {"data": {"node": None}}


@pytest.mark.parametrize("type_name", list(GUARDED))
@pytest.mark.parametrize("role", [None, Role.COMMUNITY])
async def test_drafts_and_reports_are_not_for_the_community(
    ask: Ask, small: Small, type_name: str, role: Role | None
) -> None:
    id_ = small.global_id(type_name, GUARDED[type_name])
    callers = [member(small, role)] if role else []
    assert await ask(NODE, *callers, id=id_) == {"data": {"node": None}}


@pytest.mark.parametrize(
    "id_",
    [
        "",
        "nonsense",
        "Funder",
        "Funder:1",
        "Nothing:00000000-0000-0000-0000-000000000000",
        "Partnership:" + "0" * 36,
    ],
)
async def test_a_malformed_id_names_nothing(ask: Ask, small: Small, id_: str) -> None:
    assert await ask(NODE, id=id_) == {"data": {"node": None}}


async def test_an_id_with_too_few_or_too_many_parts_names_nothing(ask: Ask, small: Small) -> None:
    own = small.partnership.id
    for id_ in (f"Funder:{own}", f"Funder:{own}:{own}:{own}", f"Partnership:{own}:{own}"):
        assert await ask(NODE, id=id_) == {"data": {"node": None}}


async def test_what_has_no_id_in_the_contract_is_no_node(ask: Ask, small: Small) -> None:
    """Rows that are parts of others are read by plans too, but nobody asks for them by id."""
    assert "Restriction" in PLANS.types
    assert await ask(NODE, member(small), id=small.global_id("Restriction", "letter")) == {
        "data": {"node": None}
    }
