"""Who changed what and when: the revisions of an investment and the events of a partnership, as the rows changed."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.database import Database, Scope
from models.people import Role

from .conftest import Answered, Ask, member
from .small import Small
from .test_anchor_terms import AGREE, agreements

TRAIL = """query($id: ID!, $first: Int, $after: String) { node(id: $id) { ... on Investment {
  revisions(first: $first, after: $after) { totalCount pageInfo { endCursor }
    nodes { version recordedAt recordedBy changes { field before after } } } } } }"""
EVENTS = """query($slug: String!, $since: DateTime!) { partnership(slug: $slug) {
  auditEvents(since: $since, first: 500) { nodes { at by action node { id } } } } }"""


async def trail(ask: Ask, small: Small, name: str = "award", **page: object) -> Answered:
    answer = await ask(TRAIL, member(small), id=small.global_id("Investment", name), **page)
    found: Answered = answer["data"]["node"]["revisions"]
    return found


async def test_a_change_of_the_row_is_told_field_by_field_with_who_made_it(
    ask: Ask, small: Small, database: Database
) -> None:
    scope = Scope.of(small.partnership.id, "somebody")
    async with database.session(scope) as session:
        said = "title = 'Reading, twice', recipient_id = null, version = version + 1"
        update = text(f"update investment set {said} where id = :i")  # noqa: S608 - our own words
        await session.execute(update, {"i": small.id("award")})
    last = (await trail(ask, small))["nodes"][-1]
    assert last["recordedBy"] == "somebody"
    assert last["changes"] == [
        {"field": "recipient", "before": small.global_id("Organization", "school"), "after": None},
        {"field": "title", "before": "Reading grant", "after": "Reading, twice"},
    ]


async def test_what_was_agreed_is_in_the_trail_in_units_of_the_currency(ask: Ask, small: Small) -> None:
    before = (await trail(ask, small))["totalCount"]
    await ask(AGREE, member(small, Role.ANCHOR), input=agreements(small))
    other = agreements(small, idempotencyKey="other", renewal={"dueOn": "2030-01-01", "probability": "0.5"})
    await ask(AGREE, member(small, Role.ANCHOR), input=other)
    found = await trail(ask, small)
    told = [change for each in found["nodes"][before:] for change in each["changes"]]
    assert {"field": "renewal.probability", "before": None, "after": "0.25"} in told
    assert {"field": "renewal.probability", "before": "0.25", "after": "0.5"} in told
    assert {"field": "matchRequirement.required", "before": None, "after": "500.00"} in told
    assert {"field": "instalment.amount", "before": "400.00", "after": None} in told  # it was replaced
    assert [each["version"] for each in found["nodes"]] == list(range(1, found["totalCount"] + 1))
    assert {each["recordedBy"] for each in found["nodes"][before:]} == {"token:anchor"}


async def test_a_change_that_changes_nothing_leaves_no_trace(
    ask: Ask, small: Small, database: Database
) -> None:
    before = (await trail(ask, small))["totalCount"]
    async with database.session(Scope.of(small.partnership.id)) as session:
        await session.execute(text("update investment set title = title"))
    assert (await trail(ask, small))["totalCount"] == before


async def test_a_trail_is_read_page_by_page(ask: Ask, small: Small) -> None:
    await ask(AGREE, member(small), input=agreements(small))
    whole = await trail(ask, small)
    first = await trail(ask, small, first=2)
    rest = await trail(ask, small, first=100, after=first["pageInfo"]["endCursor"])
    assert [*first["nodes"], *rest["nodes"]] == whole["nodes"]


async def test_a_trail_is_for_the_anchor_the_data_manager_and_the_awards_own_funder(
    ask: Ask, small: Small
) -> None:
    asked = {"id": small.global_id("Investment", "award")}
    for caller in (member(small, Role.DATA), member(small, Role.FUNDER, "hill")):
        found = (await ask(TRAIL, caller, **asked))["data"]["node"]["revisions"]
        assert found["totalCount"] > 0
    state = await ask(TRAIL, member(small, Role.FUNDER, "state"), **asked)
    assert state["data"]["node"]["revisions"]["totalCount"] == 0
    policy = await ask(TRAIL, member(small, Role.POLICY), **asked)
    assert policy["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_events_since_a_moment_name_what_was_changed(ask: Ask, small: Small) -> None:
    since = datetime.now(UTC)
    await ask(AGREE, member(small, Role.ANCHOR), input=agreements(small))
    answer = await ask(EVENTS, member(small, Role.DATA), slug=small.slug, since=since.isoformat())
    events = answer["data"]["partnership"]["auditEvents"]["nodes"]
    assert sorted(each["action"] for each in events) == [
        "created instalment",
        "created instalment",
        "created match requirement",
        "created renewal",
    ]
    assert {each["node"]["id"] for each in events} == {small.global_id("Investment", "award")}
    later = (since + timedelta(hours=1)).isoformat()
    none = await ask(EVENTS, member(small, Role.DATA), slug=small.slug, since=later)
    assert none["data"]["partnership"]["auditEvents"]["nodes"] == []
    public = await ask(EVENTS, slug=small.slug, since=since.isoformat())
    assert public["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_event set actor = 'another'",
        "delete from audit_event",
        (
            "insert into audit_event (partnership_id, recorded_at, actor, action, subject, row_id, changes) "
            "select partnership_id, now(), 'x', 'CREATED', 'investment', id, '[]' from investment"
        ),
    ],
)
async def test_nobody_but_the_trail_itself_writes_it(
    small: Small, database: Database, statement: str
) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with database.session(Scope.of(small.partnership.id)) as session:
            await session.execute(text(statement))


async def test_a_partnership_reads_no_others_trail(
    ask: Ask, small: Small, private: Small, database: Database
) -> None:
    async with database.session(Scope.of(small.partnership.id)) as session:
        whose = await session.execute(text("select distinct partnership_id from audit_event"))
        assert {row[0] for row in whose} == {small.partnership.id}
    assert private.partnership.id != small.partnership.id
