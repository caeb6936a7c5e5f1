"""Who asks: by a token, without one, or as the operator on this machine."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update

from api.graphql.door.operations import Call
from api.graphql.door.requests import Request
from api.graphql.schema import build, build_for_operator
from models.database import Database, Scope
from models.people import AccessToken, Role

from .conftest import Ask, member
from .small import Small

VIEWER = """query($slug: String!) { viewer { name organization { name } roles(partnership: $slug)
  funder(partnership: $slug) { organization { name } } partnerships { slug } } }"""


async def told(database: Database, token: str | None, slug: str) -> dict[str, Any]:
    answer = await build(database).run(Request(VIEWER, variables={"slug": slug}), Call(token=token))
    found: dict[str, Any] = json.loads(answer.body())
    return found


async def test_a_funder_is_told_who_it_is(small: Small, database: Database) -> None:
    answer = await told(database, small.tokens["FUNDER"], small.slug)
    assert answer["data"]["viewer"] == {
        "name": "the funder",
        "organization": {"name": "Hill Foundation"},
        "roles": ["FUNDER"],
        "funder": {"organization": {"name": "Hill Foundation"}},
        "partnerships": [{"slug": small.slug}],
    }


@pytest.mark.parametrize("role", list(Role))
async def test_each_token_bears_its_role(small: Small, database: Database, role: Role) -> None:
    answer = await told(database, small.tokens[role.value], small.slug)
    assert answer["data"]["viewer"]["roles"] == [role.value]


async def test_without_a_token_anybody_is_the_community_of_what_is_public(
    small: Small, private: Small, database: Database
) -> None:
    public = (await told(database, None, small.slug))["data"]["viewer"]
    hidden = (await told(database, None, private.slug))["data"]["viewer"]
    nobody: dict[str, Any] = {"name": None, "organization": None, "funder": None, "partnerships": []}
    assert public == nobody | {"roles": ["COMMUNITY"]}
    assert hidden == nobody | {"roles": []}


async def test_a_token_says_nothing_of_another_partnership(
    small: Small, private: Small, database: Database
) -> None:
    answer = await told(database, small.tokens["ADMIN"], private.slug)
    assert answer["data"]["viewer"]["roles"] == []


@pytest.mark.parametrize("token", ["", "ra_unknown", "nonsense", "ra_" + "x" * 500, "ra_\x00", "ra_é"])
async def test_an_unknown_token_is_refused(small: Small, database: Database, token: str) -> None:
    answer = await told(database, token, small.slug)
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert "data" not in answer


@pytest.mark.parametrize("ended", ["expires_at", "revoked_at"])
async def test_a_token_that_has_ended_looks_like_an_unknown_one(
    small: Small, database: Database, ended: str
) -> None:
    async with database.session(Scope.of(small.partnership.id)) as session:
        await session.execute(update(AccessToken).values({ended: datetime(2020, 1, 1, tzinfo=UTC)}))
    ended_one = await told(database, small.tokens["ADMIN"], small.slug)
    unknown = await told(database, "ra_unknown", small.slug)
    messages = [answer["errors"][0]["message"] for answer in (ended_one, unknown)]
    assert messages[0] == messages[1]


async def test_the_operator_may_do_all_in_every_partnership(
    small: Small, private: Small, database: Database
) -> None:
    query = """query($one: String!, $two: String!) {
      one: partnership(slug: $one) { imports { totalCount } reallocationScenarios { totalCount } }
      two: partnership(slug: $two) { imports { totalCount } investments { nodes { renewalProbability } } } }"""
    asked = Request(query, variables={"one": small.slug, "two": private.slug})
    answer = json.loads((await build_for_operator(database).run(asked, Call())).body())
    assert answer["data"]["one"] == {"imports": {"totalCount": 1}, "reallocationScenarios": {"totalCount": 1}}
    assert [each["renewalProbability"] for each in answer["data"]["two"]["investments"]["nodes"]] == [
        "0.8"
    ] * 3


@pytest.mark.parametrize(
    ("role", "imports", "scenarios"),
    [
        (Role.ADMIN, True, True),
        (Role.ANCHOR, True, True),
        (Role.DATA, True, True),
        (Role.FUNDER, False, True),
        (Role.POLICY, False, True),
        (Role.FACILITATOR, False, True),
        (Role.COMMUNITY, False, False),
    ],
)
async def test_each_role_sees_what_is_for_it(
    ask: Ask, small: Small, role: Role, imports: bool, scenarios: bool
) -> None:
    caller = member(small, role, "hill")
    for field, is_shown in (("imports", imports), ("reallocationScenarios", scenarios)):
        answer = await ask(
            f"query($slug: String!) {{ partnership(slug: $slug) {{ {field} {{ totalCount }} }} }}",
            caller,
            slug=small.slug,
        )
        if is_shown:
            assert answer == {"data": {"partnership": {field: {"totalCount": 1}}}}
        else:
            assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
            assert answer["errors"][0]["path"] == ["partnership", field]


async def test_an_import_tells_what_was_found(ask: Ask, small: Small) -> None:
    query = """query($slug: String!) { partnership(slug: $slug) { imports { nodes {
      file format dryRun by read created rejected
      findings { severity code count share examples { row field value } } } } } }"""
    answer = await ask(query, member(small, Role.DATA), slug=small.slug)
    assert answer["data"]["partnership"]["imports"]["nodes"] == [
        {
            "file": "awards.csv",
            "format": "investments",
            "dryRun": False,
            "by": "test",
            "read": 3,
            "created": 2,
            "rejected": 1,
            "findings": [
                {
                    "severity": "ERROR",
                    "code": "not-a-date",
                    "count": 1,
                    "share": "0.333333",
                    "examples": [{"row": 3, "field": "awarded_on", "value": "2025-02-30"}],
                }
            ],
        }
    ]


async def test_a_donors_words_are_for_those_whom_they_concern(ask: Ask, small: Small) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on Investment {
      restrictions { note populations { label } } } } }"""
    id_ = small.global_id("Investment", "award")
    words = "Only for Black readers, as agreed by telephone."
    for caller, expected in (
        (member(small, Role.FUNDER, "hill"), words),
        (member(small, Role.FUNDER, "state"), None),
        (member(small, Role.POLICY), words),
        (member(small, Role.COMMUNITY), None),
    ):
        answer = await ask(query, caller, id=id_)
        assert answer["data"]["node"]["restrictions"] == [
            {"note": expected, "populations": [{"label": "Black"}]}
        ]
        assert ("errors" in answer) == (expected is None)
