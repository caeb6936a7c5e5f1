"""Measures through the API: what is recorded, who may, what is refused, and what readers see."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from api.access import COMMUNITY
from models.base import new_id
from models.database import Database, Scope
from models.measures import MeasureStatus, PolicyMeasure
from models.people import Role

from .conftest import Answered, Ask, member
from .small import Small

RECORD = """mutation($input: RecordPolicyMeasureInput!) { recordPolicyMeasure(input: $input) {
  policyMeasure { id identifier session title status statusAsPublished sponsors sameAs refiledFrom version
    source { system } changes { aspect before after } }
  userErrors { field code message } replayed } }"""
RULE = """mutation($input: SetMeasureRuleInput!) { setMeasureRule(input: $input) {
  partnership { measureStaleDays pocketApprovalDays } userErrors { field code } } }"""
LISTED = """query($slug: String!, $filter: PolicyMeasureFilter, $orderBy: PolicyMeasureOrder, $first: Int = 50,
    $after: String) {
  partnership(slug: $slug) { policyMeasures(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    totalCount nodes { identifier jurisdiction stale pocketApproval sameAs } pageInfo { endCursor hasNextPage } } } }"""
SEARCH = """query($slug: String!, $text: String, $outcome: ID, $first: Int) { partnership(slug: $slug) {
  searchPolicyMeasures(text: $text, outcome: $outcome, first: $first) { rank measure { title } } } }"""
SUMMARY = """query($slug: String!, $jurisdiction: String) { partnership(slug: $slug) {
  policyMeasureSummary(jurisdiction: $jurisdiction) {
    count distinctCount twinPairs twinsOutside stale missing statuses { statusAsPublished count } } } }"""
CHANGES = """query($slug: String!, $since: DateTime!) { partnership(slug: $slug) {
  policyMeasureChanges(since: $since) { nodes { measure { identifier } } }
  policyMeasures(filter: {changedSince: $since}) { nodes { identifier } } } }"""
TODAY = datetime.now(UTC).date()


def asked(small: Small, **changes: Any) -> dict[str, Any]:  # an input
    return {
        "partnership": f"Partnership:{small.partnership.id}",
        "idempotencyKey": f"key-{sorted(changes.items())}"[:128],
        "jurisdiction": "City",
        "identifier": "Ordinance 1",
        "title": "Reading rooms",
        "status": "INTRODUCED",
        **changes,
    }


async def record(ask: Ask, small: Small, role: Role = Role.POLICY, **changes: Any) -> Answered:
    answer = await ask(RECORD, member(small, role), input=asked(small, **changes))
    found: Answered = answer["data"]["recordPolicyMeasure"]
    return found


async def keep(database: Database, small: Small, *rows: dict[str, Any]) -> None:
    base = {
        "partnership_id": small.partnership.id,
        "jurisdiction": "US-NY",
        "session": "2023",
        "title": "Relates to reading",
        "status": MeasureStatus.IN_COMMITTEE,
        "status_as_published": "IN_COMMITTEE",
        "source_system": "test",
    }
    async with database.session(Scope.of(small.partnership.id)) as session:
        for each in rows:
            await session.execute(insert(PolicyMeasure).values({**base, "id": new_id(), **each}))


async def test_the_policy_team_records_a_measure_once(ask: Ask, small: Small) -> None:
    given: dict[str, Any] = {
        "sponsors": ["Ann Lee", "Ann Lee", "Bo Ray"],
        "sameAs": ["Ordinance 2"],
        "refiledFrom": ["Bill 9@2024"],
    }
    made = await record(ask, small, session="2026", **given)
    assert made["userErrors"] == []
    measure = made["policyMeasure"]
    assert (measure["statusAsPublished"], measure["version"]) == ("INTRODUCED", 1)
    assert measure["sponsors"] == ["Ann Lee", "Bo Ray"]
    assert (measure["sameAs"], measure["refiledFrom"]) == (["Ordinance 2-2026"], ["Bill 9-2024"])
    again = await record(ask, small, session="2026", **given)
    assert (again["replayed"], again["policyMeasure"]["id"]) == (True, measure["id"])


async def test_a_later_state_is_recorded_with_the_version_that_was_read(ask: Ask, small: Small) -> None:
    await record(ask, small)
    later: dict[str, Any] = {"status": "ADOPTED", "statusAsPublished": "Adopted 7-2", "version": 1}
    made = (await record(ask, small, **later))["policyMeasure"]
    assert (made["status"], made["version"]) == ("ADOPTED", 2)
    assert made["changes"] == [{"aspect": "STATUS", "before": "INTRODUCED", "after": "Adopted 7-2"}]
    stale = await record(ask, small, idempotencyKey="other", **later)
    assert [each["code"] for each in stale["userErrors"]] == ["STALE"]


async def test_the_same_measure_without_a_version_is_a_duplicate(ask: Ask, small: Small) -> None:
    await record(ask, small)
    twice = await record(ask, small, idempotencyKey="other")
    assert [(each["field"], each["code"]) for each in twice["userErrors"]] == [(["identifier"], "DUPLICATE")]
    elsewhere = await record(ask, small, jurisdiction="Another city")
    assert elsewhere["userErrors"] == []


async def test_a_change_of_a_list_is_told_and_an_equal_one_is_not(ask: Ask, small: Small) -> None:
    await record(ask, small, sponsors=["Ann Lee"], sameAs=["Ordinance 2"])
    made = await record(ask, small, sponsors=["Ann Lee", "Bo Ray"], sameAs=["Ordinance 2"], version=1)
    assert made["policyMeasure"]["changes"] == [
        {"aspect": "SPONSORS", "before": "Ann Lee", "after": "Ann Lee; Bo Ray"}
    ]


async def test_changes_are_listed_since_a_moment(ask: Ask, small: Small) -> None:
    before = datetime.now(UTC) - timedelta(seconds=5)
    await record(ask, small)
    await record(ask, small, title="Reading gardens", version=1)
    await record(ask, small, identifier="Ordinance 2")

    async def changed(since: datetime) -> tuple[list[str], list[str]]:
        answer = await ask(CHANGES, slug=small.slug, since=since.isoformat())
        found = answer["data"]["partnership"]
        changes = [each["measure"]["identifier"] for each in found["policyMeasureChanges"]["nodes"]]
        return changes, [each["identifier"] for each in found["policyMeasures"]["nodes"]]

    assert await changed(before) == (["Ordinance 1"], ["Ordinance 1"])
    assert await changed(before + timedelta(days=1)) == ([], [])


async def test_two_who_record_the_same_measure_at_once_make_one(ask: Ask, small: Small) -> None:
    both = await asyncio.gather(*(record(ask, small, idempotencyKey=f"at once {n}") for n in range(2)))
    assert sorted(len(each["userErrors"]) for each in both) == [0, 1]
    assert {error["code"] for each in both for error in each["userErrors"]} == {"DUPLICATE"}


@pytest.mark.parametrize("role", [Role.ANCHOR, Role.FUNDER, Role.DATA, Role.FACILITATOR, Role.COMMUNITY])
async def test_other_roles_are_refused_with_the_reason(ask: Ask, small: Small, role: Role) -> None:
    made = await record(ask, small, role)
    assert made["policyMeasure"] is None
    assert [each["code"] for each in made["userErrors"]] == ["FORBIDDEN"]
    assert "policy team" in made["userErrors"][0]["message"]


async def test_a_stranger_finds_no_such_partnership(ask: Ask, small: Small, private: Small) -> None:
    answer = await ask(RECORD, member(small, Role.POLICY), input=asked(private))
    assert [each["code"] for each in answer["data"]["recordPolicyMeasure"]["userErrors"]] == ["NOT_FOUND"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, ["title"]),
        ({"title": "x" * 2001}, ["title"]),
        ({"summary": "x" * 1_000_001}, ["summary"]),
        ({"title": "Read\u202eing"}, ["title"]),
        ({"identifier": "A\u200b1"}, ["identifier"]),
        ({"jurisdiction": ""}, ["jurisdiction"]),
        ({"introducedOn": "0001-01-01"}, ["introducedOn"]),
        ({"introducedOn": "2026-02-01", "lastActionOn": "2026-01-01"}, ["lastActionOn"]),
        ({"sponsors": ["Ann", ""]}, ["sponsors", "1"]),
        ({"version": 3}, ["version"]),
        ({"idempotencyKey": ""}, ["idempotencyKey"]),
    ],
)
async def test_what_cannot_be_is_refused_at_its_field(
    ask: Ask, small: Small, changes: dict[str, Any], field: list[str]
) -> None:
    made = await record(ask, small, **changes)
    assert made["policyMeasure"] is None
    assert [each["field"] for each in made["userErrors"]] == [field]


async def test_markup_in_a_title_stays_text(ask: Ask, small: Small) -> None:
    made = await record(ask, small, title="<script>alert(1)</script> & more")
    assert made["policyMeasure"]["title"] == "<script>alert(1)</script> & more"


async def test_anybody_reads_the_measures_of_a_public_partnership_alone(
    ask: Ask, database: Database, small: Small, private: Small
) -> None:
    for each in (small, private):
        await keep(database, each, {"identifier": "A1"})
    assert (await ask(LISTED, COMMUNITY, slug=small.slug))["data"]["partnership"]["policyMeasures"][
        "totalCount"
    ] == 1
    assert (await ask(LISTED, COMMUNITY, slug=private.slug))["data"]["partnership"] is None


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"identifiers": ["A1"]}, ["A1", "A1"]),
        ({"identifiers": ["A1"], "jurisdictions": ["US-NY"]}, ["A1"]),
        ({"statuses": ["SIGNED"]}, ["A3"]),
        ({"missing": True}, ["A2"]),
        ({"missing": False}, ["A1", "A1", "A3"]),
        ({"sessions": ["2023"], "lastActionFrom": "2024-01-02"}, ["A3"]),
        ({"identifiers": []}, []),
        ({"identifiers": ["A1'; --"]}, []),
    ],
)
async def test_each_part_of_a_filter_narrows(
    ask: Ask, database: Database, small: Small, wanted: dict[str, Any], expected: list[str]
) -> None:
    await keep(
        database,
        small,
        {"identifier": "A1", "last_action_on": date(2024, 1, 1)},
        {"identifier": "A1", "jurisdiction": "US-NJ", "session": None},
        {"identifier": "A2", "missing_since": date(2024, 1, 1)},
        {"identifier": "A3", "status": MeasureStatus.SIGNED, "last_action_on": date(2024, 1, 2)},
    )
    answer = await ask(LISTED, slug=small.slug, filter=wanted, orderBy="IDENTIFIER_ASC")
    nodes = answer["data"]["partnership"]["policyMeasures"]["nodes"]
    assert [each["identifier"] for each in nodes] == expected


async def test_pages_hold_each_measure_once(ask: Ask, database: Database, small: Small) -> None:
    days = [None, *(date(2024, 1, n) for n in (1, 2, 2, 3))]
    await keep(
        database, small, *({"identifier": f"A{n}", "last_action_on": day} for n, day in enumerate(days))
    )
    seen: list[str] = []
    after = None
    for _ in range(3):
        answer = await ask(LISTED, slug=small.slug, first=2, after=after)
        page = answer["data"]["partnership"]["policyMeasures"]
        seen += [each["identifier"] for each in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert sorted(seen) == ["A0", "A1", "A2", "A3", "A4"]
    assert (seen[0], seen[-1]) == ("A4", "A0")  # the latest first, the undated last


async def test_a_partnership_says_when_a_measure_lies_still(
    ask: Ask, database: Database, small: Small
) -> None:
    await keep(database, small, {"identifier": "A1", "last_action_on": TODAY - timedelta(46)})
    await keep(database, small, {"identifier": "A2", "last_action_on": TODAY - timedelta(45)})

    async def still() -> list[bool]:
        answer = await ask(LISTED, slug=small.slug, orderBy="IDENTIFIER_ASC")
        return [each["stale"] for each in answer["data"]["partnership"]["policyMeasures"]["nodes"]]

    assert await still() == [True, False]
    given = {"partnership": f"Partnership:{small.partnership.id}", "idempotencyKey": "rule", "staleDays": 90}
    made = await ask(RULE, member(small, Role.POLICY), input=given)
    assert made["data"]["setMeasureRule"]["partnership"] == {"measureStaleDays": 90, "pocketApprovalDays": 10}
    assert await still() == [False, False]
    for days in (0, 3651):
        refused = await ask(
            RULE, member(small), input={**given, "idempotencyKey": f"{days}", "staleDays": days}
        )
        assert refused["data"]["setMeasureRule"]["userErrors"] == [
            {"field": ["staleDays"], "code": "INVALID"}
        ]


async def test_the_summary_counts_twins_once_and_by_jurisdiction(ask: Ask, small: Small) -> None:
    for identifier, twin in (("HB 1", ["SB 1"]), ("SB 1", []), ("HB 2", ["SB 7"])):
        await record(ask, small, identifier=identifier, sameAs=twin)
    await record(ask, small, identifier="SB 1", jurisdiction="Elsewhere")  # no twin of the city's HB 1
    answer = await ask(SUMMARY, slug=small.slug)
    found = answer["data"]["partnership"]["policyMeasureSummary"]
    assert (found["count"], found["distinctCount"]) == (4, 3)
    assert (found["twinPairs"], found["twinsOutside"], found["missing"]) == (1, 1, 0)
    assert found["statuses"] == [{"statusAsPublished": "INTRODUCED", "count": 4}]
    narrowed = await ask(SUMMARY, slug=small.slug, jurisdiction="Elsewhere")
    assert narrowed["data"]["partnership"]["policyMeasureSummary"]["count"] == 1


async def test_a_twin_is_told_whichever_of_the_two_names_it(ask: Ask, small: Small) -> None:
    await record(ask, small, identifier="HB 1", sameAs=["SB 1"])
    await record(ask, small, identifier="SB 1")
    await record(ask, small, identifier="SB 1", jurisdiction="Elsewhere")
    answer = await ask(LISTED, slug=small.slug, orderBy="IDENTIFIER_ASC")
    nodes = answer["data"]["partnership"]["policyMeasures"]["nodes"]
    assert {(each["jurisdiction"], each["identifier"]): each["sameAs"] for each in nodes} == {
        ("City", "HB 1"): ["SB 1"],
        ("City", "SB 1"): ["HB 1"],
        ("Elsewhere", "SB 1"): [],
    }


async def test_words_find_measures_and_an_outcome_of_another_finds_none(
    ask: Ask, database: Database, small: Small, private: Small
) -> None:
    await keep(database, small, {"identifier": "A1"}, {"identifier": "A2", "title": "School meals"})
    answer = await ask(SEARCH, slug=small.slug, text="reads")
    matches = answer["data"]["partnership"]["searchPolicyMeasures"]
    assert [each["measure"]["title"] for each in matches] == ["Relates to reading"]
    answer = await ask(SEARCH, slug=small.slug, text="reading meal", first=1)
    assert len(answer["data"]["partnership"]["searchPolicyMeasures"]) == 1
    foreign = await ask(SEARCH, slug=small.slug, outcome=private.global_id("Outcome", "reading"))
    assert foreign["errors"][0]["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("given", [{}, {"text": "  "}, {"text": "x" * 1001}, {"text": "x", "first": 1001}])
async def test_a_search_without_words_or_with_too_many_is_refused(
    ask: Ask, small: Small, given: dict[str, Any]
) -> None:
    answer = await ask(SEARCH, slug=small.slug, **given)
    assert answer["errors"][0]["extensions"]["code"] == "INVALID"


async def test_a_list_of_measures_takes_a_few_statements(
    ask: Ask, database: Database, small: Small, statements: list[str]
) -> None:
    await keep(database, small, *({"identifier": f"A{n}"} for n in range(20)))
    await ask(LISTED, slug=small.slug)
    assert len(statements) == 1  # rules and twins are read besides, once for all rows
